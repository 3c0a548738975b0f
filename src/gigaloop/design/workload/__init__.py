"""What a generation does on the programme's workloads: layouts searched, interruptions taken off, bands given."""

from gigaloop.design.workload.inputs import PEAKS
from gigaloop.design.workload.record import WorkloadDesign
from gigaloop.design.workload.whole import design_workload

__all__ = ["PEAKS", "WorkloadDesign", "design_workload"]
