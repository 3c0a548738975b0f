"""Cooling: what a rack needs of it, and the plant that gives it."""

from gigaloop.design.cooling.cdu import (
    Cdu,
    cdu_approach,
    cdu_facility_flow,
    cdu_facility_return,
    cdu_facility_supply,
    rate_cdu,
)
from gigaloop.design.cooling.facility_water import fws_loop, tower_loop
from gigaloop.design.cooling.layout import CduRating, Layout, cdu_rating, class_rating
from gigaloop.design.cooling.loop import design_loops, tcs_loop
from gigaloop.design.cooling.need import coolant_flow, cooling_need, rack_pressure_drop, unit_flows
from gigaloop.design.cooling.reuse import heat_reuse, reuse_exchanger

__all__ = [
    "Cdu",
    "CduRating",
    "Layout",
    "cdu_approach",
    "cdu_facility_flow",
    "cdu_facility_return",
    "cdu_facility_supply",
    "cdu_rating",
    "class_rating",
    "coolant_flow",
    "cooling_need",
    "design_loops",
    "fws_loop",
    "heat_reuse",
    "rack_pressure_drop",
    "rate_cdu",
    "reuse_exchanger",
    "tcs_loop",
    "tower_loop",
    "unit_flows",
]
