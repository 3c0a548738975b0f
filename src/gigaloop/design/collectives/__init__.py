"""Times of collective operations over a scale-up domain and a scale-out fabric, with calibration."""

from gigaloop.design.collectives.calibration import Calibration, calibrate
from gigaloop.design.collectives.measurements import Measurements
from gigaloop.design.collectives.nccl_tests import read_nccl_file, read_nccl_tests
from gigaloop.design.collectives.system import System, system_of
from gigaloop.design.collectives.times import collective_times
from gigaloop.design.collectives.traffic import network_contention

__all__ = [
    "Calibration",
    "Measurements",
    "System",
    "calibrate",
    "collective_times",
    "network_contention",
    "read_nccl_file",
    "read_nccl_tests",
    "system_of",
]
