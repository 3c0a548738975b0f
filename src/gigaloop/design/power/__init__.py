"""The power path: a rack's power numbers, the converters from medium voltage to the chip, and the network they form."""

from gigaloop.design.power.architectures import ARCHITECTURES, Architecture, Gain, against, compare_architectures
from gigaloop.design.power.busbar import Busbar, BusbarState, busbar_drop, size_busbar
from gigaloop.design.power.chain import power_chain, rack_input, shared_load
from gigaloop.design.power.facility_network import campus_network
from gigaloop.design.power.losses import ChainCurve, StageCurve, UnitShare, chain_losses, path_losses, unit_share
from gigaloop.design.power.rollup import busbar_current, power_rollup

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "Busbar",
    "BusbarState",
    "ChainCurve",
    "Gain",
    "StageCurve",
    "UnitShare",
    "against",
    "busbar_current",
    "busbar_drop",
    "campus_network",
    "chain_losses",
    "compare_architectures",
    "path_losses",
    "power_chain",
    "power_rollup",
    "rack_input",
    "shared_load",
    "size_busbar",
    "unit_share",
]
