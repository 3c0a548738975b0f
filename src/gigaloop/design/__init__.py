"""A generation engineered: rack, power, cooling, fabric, performance and design rules."""

from gigaloop.design.fabric import generation_fabric, size_fabric
from gigaloop.design.facility import facility_power, racks_within, site_power
from gigaloop.design.generation import design_generation
from gigaloop.design.power import chain_flows
from gigaloop.design.records import Check, Design, FabricCounts, Sense, Severity, WorkloadPerformance

__all__ = [
    "Check",
    "Design",
    "FabricCounts",
    "Sense",
    "Severity",
    "WorkloadPerformance",
    "chain_flows",
    "design_generation",
    "facility_power",
    "generation_fabric",
    "racks_within",
    "site_power",
    "size_fabric",
]
