"""Equipment of sites: what transformers, switchgear, generators, coolers let a site use of its energised power."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.core.calendar import Calendar, weeks_up
from gigaloop.core.units import DAY
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.inputs.sourcing import Source
from gigaloop.programme.schema import Programme, Site
from gigaloop.programme.schema.deployment import SiteEquipment

BLOCK_WEEKS = 4
"""Weeks between the weeks in which bought equipment arrives. Source: a choice of this model, which keeps it small."""
SHIFT_WEEKS = 4
"""By how many weeks deliveries can be brought forward without new rows."""
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class EquipmentClass:
    """A class of equipment of one site.

    Parameters
    ----------
    path
        Its record in the programme.
    per_piece
        Power that one piece serves [W, on the site's basis].
    dated, undated
        Pieces in service by the programme's dates (weeks,), and pieces on order without a date.
    given
        Pieces in service without those that the plan buys (weeks,); those without a date are there in time.
    install
        Weeks from arrival to service.
    """

    part: str
    path: str
    per_piece: float
    dated: FloatArray
    undated: float
    given: FloatArray
    install: int


@dataclass(frozen=True, slots=True, eq=False)
class EquipmentMarket:
    """What suppliers offer of one class of equipment: pieces that can have arrived to date (weeks,)."""

    part: str
    path: str
    offered: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SitePower:
    """The power of a site by week [W, on its basis].

    Parameters
    ----------
    energised
        What the utility energises (weeks,).
    held
        What racks online since before the start hold (weeks,).
    free
        Energised and not held (weeks,).
    """

    energised: FloatArray
    held: FloatArray
    free: FloatArray
    equipment: tuple[EquipmentClass, ...]

    def served(self, number: int, earlier: int = 0) -> FloatArray:
        """Give the power that a class of equipment serves for racks to come (weeks,) [W].

        ``earlier`` brings forward the pieces that have a date, in weeks.
        """
        each = self.equipment[number]
        given = each.given
        if earlier:
            later = np.minimum(np.arange(len(self.free)) + earlier, len(self.free) - 1)
            given = _with_undated(each.dated[later], each.undated, self.free, self.held, each.per_piece)
        return np.asarray(given * each.per_piece + self.held[0] - self.held)


def read_markets(programme: Programme, sources: Sequence[Source]) -> dict[str, EquipmentMarket]:
    """Give what suppliers offer of every class of equipment that some site has, by part."""
    wanted = {each.part for site in programme.sites for each in site.equipment}
    found: dict[str, list[Source]] = {}
    for source in sources:
        if source.part in wanted:
            found.setdefault(source.part, []).append(source)
    return {
        part: EquipmentMarket(part, offers[0].path, np.cumsum(np.sum([each.arrivals for each in offers], axis=0)))
        for part, offers in found.items()
    }


def site_power(site: Site, energised: FloatArray, calendar: Calendar) -> SitePower:
    """Give the power of a site, of which the utility energises so much by week (weeks,) [W]."""
    factor = 1.0 if site.power_basis == "facility" else 1.0 / site.peak_pue
    held = _held(site, calendar)
    free = np.maximum(energised - held, 0.0)
    return SitePower(
        energised, held, free, tuple(_class(site, each, factor, free, held, calendar) for each in site.equipment)
    )


def _held(site: Site, calendar: Calendar) -> FloatArray:
    held = np.full(calendar.weeks, float(site.online_at_start))
    for step in site.retire:
        held[calendar.clip(calendar.index_from(step.date)) :] -= float(step.power)
    return np.asarray(np.maximum(held, 0.0))


def _class(
    site: Site,
    record: SiteEquipment,
    factor: float,
    free: FloatArray,
    held: FloatArray,
    calendar: Calendar,
) -> EquipmentClass:
    per_piece = record.served * factor
    install = weeks_up(float(record.install))
    dated = np.full(calendar.weeks, float(record.installed))
    for delivery in record.deliveries:
        service = delivery.date + dt.timedelta(days=int(np.ceil(float(record.install) / DAY - _ROUNDING)))
        dated[calendar.clip(calendar.index_from(service)) :] += float(delivery.quantity)
    undated = max(float(record.on_order) - sum(float(each.quantity) for each in record.deliveries), 0.0)
    given = _with_undated(dated, undated, free, held, per_piece)
    path = f"sites.{site.id}.equipment.{record.part}"
    return EquipmentClass(record.part, path, per_piece, dated, undated, given, install)


def _with_undated(
    dated: FloatArray, undated: float, free: FloatArray, held: FloatArray, per_piece: float
) -> FloatArray:
    """Give the pieces in service with those that have no date, which come in time for the utility's steps."""
    short = np.ceil((free - (held[0] - held)) / per_piece - dated - _ROUNDING)
    return np.asarray(dated + np.minimum(np.maximum.accumulate(np.maximum(short, 0.0)), undated))


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """A class of equipment of a site that could limit it, as far as more of it can be bought in time.

    Parameters
    ----------
    site, number
        The site, and the class among its equipment.
    needed
        Power that must be served for nothing to be limited (weeks,) [W, on the site's basis].
    """

    site: int
    number: int
    needed: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class GateGroup:
    """The gates of one class of equipment, which share what suppliers offer of it.

    ``arrivals`` are the weeks in which bought pieces can arrive.
    """

    market: EquipmentMarket
    gates: tuple[Gate, ...]
    arrivals: IntArray


def find_gates(
    markets: Mapping[str, EquipmentMarket], powers: Sequence[SitePower], wanted: Sequence[FloatArray]
) -> tuple[GateGroup, ...]:
    """Give the classes of equipment of which there is too little in time at some site, whatever the others leave it.

    Parameters
    ----------
    powers
        The power of every site.
    wanted
        The most power that a plan has reason to use at every site (weeks,) [W].
    """
    groups = []
    for part in dict.fromkeys(each.part for power in powers for each in power.equipment):
        gates = [
            Gate(s, number, needed)
            for s, power in enumerate(powers)
            for number, each in enumerate(power.equipment)
            if each.part == part
            and ((needed := np.minimum(power.free, wanted[s])) > power.served(number) * (1.0 + _ROUNDING)).any()
        ]
        if not gates:
            continue
        weeks = len(powers[0].free)
        total = np.zeros(weeks)
        for gate in gates:
            each = powers[gate.site].equipment[gate.number]
            short = np.maximum(gate.needed - powers[gate.site].served(gate.number), 0.0) / each.per_piece
            to_date = np.maximum.accumulate(short)
            total += to_date[np.minimum(np.arange(weeks) + each.install, weeks - 1)]
        market = markets.get(part) or EquipmentMarket(part, f"parts.{part}", np.zeros(weeks))
        if (total > market.offered * (1.0 + _ROUNDING) + _ROUNDING).any():
            first = int(np.argmax(market.offered > 0.0)) if market.offered.any() else weeks
            groups.append(GateGroup(market, tuple(gates), np.arange(first, weeks, BLOCK_WEEKS)))
    return tuple(groups)


def gate_ends(power: SitePower, gate: Gate, group: GateGroup) -> IntArray:
    """Give the last week of every run in which a gate's limit stays, where it could bind without pieces bought."""
    served, install = power.served(gate.number), power.equipment[gate.number].install
    steps = np.append(served[1:] != served[:-1], True)
    steps[:-SHIFT_WEEKS] |= steps[SHIFT_WEEKS:] & (np.arange(len(served) - SHIFT_WEEKS) + SHIFT_WEEKS < len(served) - 1)
    changes = group.arrivals + install
    changes = changes[(changes > 0) & (changes < len(served))]
    steps[changes - 1] = True
    return np.flatnonzero(steps & (gate.needed > served * (1.0 + _ROUNDING)))


def sure_power(powers: Sequence[SitePower], groups: Sequence[GateGroup]) -> list[FloatArray]:
    """Give the power that every site can use whatever the others do (weeks,) [W]: what is bought, by their need."""
    sure = [power.free.copy() for power in powers]
    for group in groups:
        classes = [powers[gate.site].equipment[gate.number] for gate in group.gates]
        lacking = [np.maximum(gate.needed - powers[gate.site].served(gate.number), 0.0) for gate in group.gates]
        pieces = np.array([float(short.max()) / each.per_piece for short, each in zip(lacking, classes, strict=True)])
        share = pieces / pieces.sum()
        for n, (gate, each) in enumerate(zip(group.gates, classes, strict=True)):
            served = powers[gate.site].served(gate.number)
            if len(group.arrivals):
                number = np.searchsorted(group.arrivals + each.install, np.arange(len(served)), side="right") - 1
                bought = np.where(number >= 0, group.market.offered[group.arrivals][number], 0.0) * share[n]
                served = served + np.minimum(bought, pieces[n]) * each.per_piece
            sure[gate.site] = np.minimum(sure[gate.site], np.maximum(served, 0.0))
    return sure
