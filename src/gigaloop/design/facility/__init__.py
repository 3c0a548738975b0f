"""The facility around the racks: plants over weather, blocks, availability, equipment and order dates."""

from gigaloop.design.facility.architecture import architecture_plants
from gigaloop.design.facility.plant import PlantState, simulate
from gigaloop.design.facility.plants import AirSide, Chiller, LoopSet, PlantSet, Rejection, loop_set, plant_arrays
from gigaloop.design.facility.site_plant import design_wet_bulb, plant_set
from gigaloop.design.facility.year import (
    MonthTable,
    YearTable,
    annual,
    design_peak,
    monthly,
    part_load,
    take_plants,
    year_table,
)

__all__ = [
    "AirSide",
    "Chiller",
    "LoopSet",
    "MonthTable",
    "PlantSet",
    "PlantState",
    "Rejection",
    "YearTable",
    "annual",
    "architecture_plants",
    "design_peak",
    "design_wet_bulb",
    "loop_set",
    "monthly",
    "part_load",
    "plant_arrays",
    "plant_set",
    "simulate",
    "take_plants",
    "year_table",
]
