"""Every variant of a generation, engineered: columns of what it costs, draws and can do.

Each model is run once for every combination of the choices that it depends on, and its result is read by all variants
that share them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gigaloop.design.codesign.facilities import FACILITY_CHOICES, Facility, engineer_facilities
from gigaloop.design.codesign.money import annual_cost, first_date
from gigaloop.design.codesign.networks import NETWORK_CHOICES, RackNetwork, engineer_network
from gigaloop.design.codesign.racks import (
    COST_CHOICES,
    RACK_CHOICES,
    Rack,
    RackBill,
    RackCase,
    engineer_rack,
    price_rack,
)
from gigaloop.design.performance.machine import Machine
from gigaloop.design.records import Check
from gigaloop.design.records.codesign import Axis, Floats, Ints

if TYPE_CHECKING:
    from gigaloop.programme.schema import Site

T = TypeVar("T")

_MACHINE = ("domain", "scale_up", "hbm", "hbm_bandwidth", "power_cap")
"""Choices that are numbers of the machine as they are; scale-out is what the fabric leaves of it."""


@dataclass(frozen=True)
class Variants:
    """The variants of one generation, columns (n,)."""

    case: RackCase
    axes: tuple[Axis, ...]
    choice: Ints
    """(n, choices)"""
    machines: Machine
    """Distinct ones, columns (m,)."""
    machine: Ints
    """Which of them a variant is."""
    rack_power: Floats
    mean_power: Floats
    network_power: Floats
    facility_power: Floats
    lost: Floats
    """Share of racks that is without power or cooling on average."""
    mass: Floats
    flow: Floats
    rack_cost: Floats
    network_cost: Floats
    facility_cost: Floats
    annual_cost: Floats
    unpriced: Mapping[str, Floats]
    first: tuple[dt.date, ...]
    obstacles: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.choice)

    @property
    def stated(self) -> int:
        """The row of the generation as it is."""
        own = np.array([axis.stated for axis in self.axes])
        return int(np.flatnonzero((self.choice == own).all(axis=1))[0])

    @property
    def accelerators(self) -> float:
        """Of a rack."""
        return float(self.case.base.generation.accelerators_per_rack)


def engineer_variants(case: RackCase, axes: tuple[Axis, ...], accelerators: int, base: Machine) -> Variants:
    """Engineer every variant that the choices make.

    Parameters
    ----------
    case
        The generation.
    axes
        Its choices.
    accelerators
        That one fabric joins at the least: those of the largest job.
    base
        The machine that the generation is today.
    """
    names = [axis.name for axis in axes]
    choice = np.array(list(product(*(range(len(axis.values)) for axis in axes))), dtype=np.int64)
    pick = _Picker(axes, choice)
    coolants = axes[names.index("coolant")].values
    around = engineer_facilities(case, coolants)
    racks, rack = pick.each(RACK_CHOICES, lambda values: engineer_rack(case, {**case.own, **values}))
    bills, bill = pick.each(COST_CHOICES, lambda values: price_rack(case, {**case.own, **values}))
    networks, network = pick.each(
        NETWORK_CHOICES, lambda values: engineer_network(case, {**case.own, **values}, accelerators)
    )
    facilities, facility = pick.each(FACILITY_CHOICES, lambda values: around[values["coolant"], values["redundancy"]])
    rack_power = np.array([each.design.rack_input for each in racks])[rack]
    mean = np.array([each.design.mean_input for each in racks])[rack]
    network_power = np.array([each.power for each in networks])[network]
    peak_pue = np.array([each.peak_pue for each in facilities])[facility]
    pue = np.array([each.pue for each in facilities])[facility]
    facility_power = (rack_power + network_power) * peak_pue
    rack_cost = np.array([each.cost for each in bills])[bill]
    network_cost = np.array([each.cost for each in networks])[network]
    own = around[case.own["coolant"], case.own["redundancy"]]
    dearer = np.array([each.cost - own.cost for each in facilities])[facility]
    site, programme = case.base.site, case.programme
    facility_cost = facility_power * programme.usd(site.facility_cost) + dearer * (rack_power + network_power)
    machines, machine = _machines(base, pick, racks, rack, networks, network)
    return Variants(
        case=case,
        axes=axes,
        choice=choice,
        machines=machines,
        machine=machine,
        rack_power=rack_power,
        mean_power=mean,
        network_power=network_power,
        facility_power=facility_power,
        lost=np.array([each.lost for each in facilities])[facility],
        mass=np.array([each.design.mass for each in racks])[rack],
        flow=np.array([each.design.cooling.flow for each in racks])[rack],
        rack_cost=rack_cost,
        network_cost=network_cost,
        facility_cost=facility_cost,
        annual_cost=annual_cost(
            programme,
            site,
            case.catalogue,
            it_capital=rack_cost + network_cost,
            facility_capital=facility_cost,
            facility_peak=facility_power,
            facility_mean=(mean + network_power) * pue,
        ),
        unpriced=_unpriced(bills, bill, networks, network),
        first=_dates(case, bills, bill, networks, network),
        obstacles=_obstacles(racks, rack, networks, network, facilities, facility, site),
    )


class _Picker:
    """Reads values of choices out of all variants, and runs models once for each combination of them."""

    def __init__(self, axes: tuple[Axis, ...], choice: Ints) -> None:
        self._at = {axis.name: (column, axis) for column, axis in enumerate(axes)}
        self._choice = choice

    def values(self, name: str) -> Floats:
        """Give the value of a choice in every variant (n,)."""
        column, axis = self._at[name]
        return np.array(axis.values)[self._choice[:, column]]

    def each(self, names: Sequence[str], run: Callable[[Mapping[str, float]], T]) -> tuple[list[T], Ints]:
        """Run a model for each combination of some choices: what it gave, and which of it a variant has."""
        columns = [self._at[name][0] for name in names]
        found, which = np.unique(self._choice[:, columns], axis=0, return_inverse=True)
        results = [
            run({name: self._at[name][1].values[index] for name, index in zip(names, row, strict=True)})
            for row in found.tolist()
        ]
        return results, np.asarray(which, dtype=np.int64).reshape(-1)


def _machines(
    base: Machine, pick: _Picker, racks: Sequence[Rack], rack: Ints, networks: Sequence[RackNetwork], network: Ints
) -> tuple[Machine, Ints]:
    """Give the distinct machines among the variants, and which a variant is."""
    tdp = np.array([each.tdp for each in racks])[rack]
    effective = np.array([each.effective for each in networks])[network] / 8.0
    columns = np.stack([*(pick.values(name) for name in _MACHINE), effective, tdp], axis=1)
    found, which = np.unique(columns, axis=0, return_inverse=True)
    domain, scale_up, hbm, bandwidth, cap, scale_out, design = found.T
    machines = Machine(
        **{
            **base.__dict__,
            "domain": domain,
            "scale_up": scale_up,
            "hbm": hbm,
            "hbm_bandwidth": bandwidth,
            "scale_out": scale_out,
            "power": np.minimum(cap, design),
            "tdp": design,
        }
    )
    return machines, np.asarray(which, dtype=np.int64).reshape(-1)


def _unpriced(
    bills: Sequence[RackBill], bill: Ints, networks: Sequence[RackNetwork], network: Ints
) -> dict[str, Floats]:
    every = [*(each.unpriced for each in bills), *(each.unpriced for each in networks)]
    names = sorted({name for each in every for name in each})
    return {
        name: np.array([each.unpriced.get(name, 0.0) for each in bills])[bill]
        + np.array([each.unpriced.get(name, 0.0) for each in networks])[network]
        for name in names
    }


def _dates(
    case: RackCase, bills: Sequence[RackBill], bill: Ints, networks: Sequence[RackNetwork], network: Ints
) -> tuple[dt.date, ...]:
    held = frozenset(case.stated.bom.per_rack)
    known: dict[tuple[float, frozenset[str]], dt.date] = {}
    pairs, which = np.unique(np.stack([bill, network], axis=1), axis=0, return_inverse=True)
    found = []
    for one, other in pairs.tolist():
        key = (bills[one].delay, networks[other].parts)
        if key not in known:
            known[key] = first_date(case.programme, case.base.generation, held | key[1], key[0])
        found.append(known[key])
    return tuple(found[each] for each in np.asarray(which).reshape(-1).tolist())


def _obstacles(
    racks: Sequence[Rack],
    rack: Ints,
    networks: Sequence[RackNetwork],
    network: Ints,
    facilities: Sequence[Facility],
    facility: Ints,
    site: Site,
) -> tuple[str, ...]:
    """Say of each variant why it cannot be built: the rack first, then its network, then the facility."""
    mine = [_of_rack(each, site) for each in racks]
    wired = [each.obstacle for each in networks]
    cooled = [each.obstacle for each in facilities]
    rows = zip(rack.tolist(), network.tolist(), facility.tolist(), strict=True)
    return tuple(mine[r] or wired[n] or cooled[f] for r, n, f in rows)


def _of_rack(rack: Rack, site: Site) -> str:
    if not rack.broken:
        return f"no hall of {site.id} feeds, cools and carries the rack" if rack.homeless else ""
    ranked = sorted(rack.broken, key=lambda check: (check.margin <= -1.0, check.margin))
    return " and ".join(f"{check.id} ({check.title[0].lower()}{check.title[1:]}){_by(check)}" for check in ranked[:2])


def _by(check: Check) -> str:
    return f" by {-100.0 * check.margin:.0f} %" if check.margin > -1.0 else ""
