"""The facility around the racks of a variant: power over IT power, what is lost, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.quantity import Quantity
from gigaloop.design.codesign.choices import REDUNDANCIES
from gigaloop.design.codesign.racks import RackCase
from gigaloop.design.trade import trade_space

if TYPE_CHECKING:
    from gigaloop.programme.schema import Programme

FACILITY_CHOICES = ("coolant", "redundancy")
"""Choices that the facility follows from."""


@dataclass(frozen=True)
class Facility:
    """What a facility adds to one watt of IT power."""

    peak_pue: float
    """At the design day."""
    pue: float
    """Of the year."""
    lost: float
    """Share of IT power that is not there on average, for power paths and cooling out of service."""
    cost: float
    """Of its equipment with a known price [USD/W of IT power]."""
    unpriced: tuple[str, ...]
    obstacle: str


def engineer_facilities(case: RackCase, coolants: tuple[float, ...]) -> dict[tuple[float, float], Facility]:
    """Run the site with the generation's racks, at every coolant temperature and redundancy.

    What a facility adds to a watt depends little on how many watts a rack has, so the racks are as stated.

    Parameters
    ----------
    case
        The generation, and its site; the facility water is as warm as the coolant allows unless the site states it.
    coolants
        At the inlet of the racks [K].

    Returns
    -------
    dict
        By coolant and rank of the redundancy.
    """
    site = case.base.site.model_copy(update={"halls": ()})
    found: dict[tuple[float, float], Facility] = {}
    for coolant in coolants:
        programme = _with_inlet(case, coolant).with_sites((site,))
        space = trade_space(
            programme,
            case.catalogue,
            sites=(site.id,),
            generations=(case.base.generation.id,),
            coolings=(site.facility.cooling.rejection,),
            redundancies=REDUNDANCIES,
            power_caps=(case.own["power_cap"],),
        )
        for row, redundancy in enumerate(space.redundancy):
            it = max(float(space.it_power[row]), 1.0)
            found[coolant, float(REDUNDANCIES.index(redundancy))] = Facility(
                float(space.peak_pue[row]),
                float(space.pue[row]),
                float(space.expected_lost[row]) / it,
                float(space.cost[row]) / it,
                space.unpriced,
                space.obstacles[row],
            )
    return found


def _with_inlet(case: RackCase, coolant: float) -> Programme:
    own = case.base.generation
    inlet = own.cooling.inlet_limit
    cooling = own.cooling.model_copy(update={"inlet_limit": Quantity(coolant, inlet.unit, inlet.year, inlet.evidence)})
    changed = own.model_copy(update={"cooling": cooling})
    return case.programme.with_generations(
        tuple(changed if each.id == own.id else each for each in case.programme.generations)
    )
