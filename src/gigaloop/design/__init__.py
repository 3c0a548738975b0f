"""A generation engineered: rack, power, cooling, fabric, performance and design rules."""

from gigaloop.design.fabric import generation_fabric, size_fabric
from gigaloop.design.generation import design_generation
from gigaloop.design.records import Check, Design, FabricCounts, Sense, Severity, WorkloadPerformance
from gigaloop.design.whole import design_programme

__all__ = [
    "Check",
    "Design",
    "FabricCounts",
    "Sense",
    "Severity",
    "WorkloadPerformance",
    "design_generation",
    "design_programme",
    "generation_fabric",
    "size_fabric",
]
