"""A generation engineered: rack, power, cooling, fabric, performance and design rules."""

from gigaloop.design.fabric import design_fabric, size_clos
from gigaloop.design.generation import design_generation
from gigaloop.design.records import Check, Design, Fabric, Sense, Severity, WorkloadPerformance
from gigaloop.design.whole import design_programme

__all__ = [
    "Check",
    "Design",
    "Fabric",
    "Sense",
    "Severity",
    "WorkloadPerformance",
    "design_fabric",
    "design_generation",
    "design_programme",
    "size_clos",
]
