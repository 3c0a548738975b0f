"""The choices of a trade space: which designs there are, and their plants in arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.core.quantity import Quantity
from gigaloop.core.units import UNITS
from gigaloop.design.climate import Weather
from gigaloop.design.facility.plants import LoopSet, PlantSet
from gigaloop.design.facility.site_plant import SPARE, plant_set
from gigaloop.design.facility.sizing import facility_chain, site_loops, site_power
from gigaloop.design.power import ChainCurve
from gigaloop.design.records import Design
from gigaloop.design.records.loops import Loops

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Generation, Programme, Site

Cooling = Literal["dry", "adiabatic", "wet"]
Redundancy = Literal["N", "N+1", "2N"]

_LOADS = np.linspace(0.0, 1.0, 100 + 1)
_UNIT = 1e6


@dataclass(frozen=True)
class Rack:
    """A generation at a power cap."""

    generation: Generation
    design: Design
    cap: float


@dataclass(frozen=True)
class Case:
    """A generation at a site."""

    programme: Programme
    catalogue: Catalogue
    site: Site
    rack: Rack
    weather: Weather
    chains: dict[tuple[object, ...], ChainCurve | None]
    """Power paths that are known already, for sites share them."""

    def chain(self, site: Site) -> ChainCurve | None:
        """Give the losses of the power path with a site's redundancy."""
        power = site.facility.power
        key = (self.rack.generation.id, self.rack.cap, power.redundancy, float(power.blocks_per_group))
        if key not in self.chains:
            self.chains[key] = facility_chain(self.rack.design, site, self.catalogue)
        return self.chains[key]

    def loops(self, site: Site) -> Loops | None:
        """Give the liquid loops for about the racks that the site's power feeds; None for racks without liquid.

        About: by the PUE that the site states, else without losses. A few racks more or less change the number and the
        pipes of circuits, and little of heads and approaches.
        """
        stated = float(site.pue) if site.pue is not None and site.power_basis == "facility" else 1.0
        racks = max(1.0, math.floor(site_power(self.programme, site) / (self.rack.design.rack_input * stated)))
        return site_loops(racks, self.rack.generation, self.rack.design, site, self.catalogue, self.weather)


@dataclass(frozen=True)
class Choice:
    """A design of a site before it is run."""

    site: Site
    """With the choices in it."""
    rack: Rack
    supply: float
    loops: Loops | None
    chain: ChainCurve | None
    obstacle: str


def choice_plants(
    case: Case, cooling: Cooling, redundancies: Sequence[Redundancy], supply: float | None
) -> tuple[list[Choice], PlantSet]:
    """Give the designs of a rack, a heat rejection and a set point at a site, one for each redundancy."""
    variants = [_variant(case.site, cooling, each, supply) for each in redundancies]
    loops: Loops | None = None
    basis, obstacle = variants[0], ""
    try:
        loops = case.loops(basis)
    except GigaloopError as error:
        # The figures are then those of water as warm as the racks allow.
        basis, obstacle = _with(basis, supply=None), error.why
    values = {"spare": np.array([SPARE[each] for each in redundancies])}
    design, catalogue = case.rack.design, case.catalogue
    plants = plant_set(design, basis, catalogue, case.weather, loops=loops, it_power=_UNIT, values=values)
    loss = []
    for row, variant in enumerate(variants):
        curve = case.chain(variant)
        known = (plants.loss_load, plants.loss[row]) if curve is None else (curve.load, curve.loss)
        loss.append(np.interp(_LOADS, *known))
    set_point = float(plants.water.supply[0])
    choices = [Choice(each, case.rack, set_point, loops, case.chain(each), obstacle) for each in variants]
    return choices, replace(plants, loss_load=_LOADS, loss=np.stack(loss))


def _variant(site: Site, cooling: Cooling, redundancy: Redundancy, supply: float | None) -> Site:
    """Give a site with choices in place of its own; its own set point where none is chosen."""
    power = site.facility.power.model_copy(update={"redundancy": redundancy})
    site = site.model_copy(update={"facility": site.facility.model_copy(update={"power": power})})
    site = _with(site, rejection=cooling, redundancy=redundancy)
    return site if supply is None else _with(site, supply=Quantity(supply, UNITS["degC"]))


def _with(site: Site, **cooling: object) -> Site:
    """Give a site with other choices of cooling."""
    chosen = site.facility.cooling.model_copy(update=cooling)
    return site.model_copy(update={"facility": site.facility.model_copy(update={"cooling": chosen})})


def stack_plants(parts: Sequence[PlantSet]) -> PlantSet:
    """Put plants one after the other into one set of arrays.

    Parameters
    ----------
    parts
        One or more, with their losses at the same loads.

    Raises
    ------
    UsageError
        If the loads of their losses differ.
    """
    first = parts[0]
    if any(not np.array_equal(first.loss_load, part.loss_load) for part in parts):
        raise UsageError("the losses of plants are given at different loads", hint="sample all of them at the same")
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(PlantSet)
        if field.name not in ("loss_load", "water", "air_loop")
    }
    water, air = ([getattr(part, name) for part in parts] for name in ("water", "air_loop"))
    return PlantSet(**columns, loss_load=first.loss_load, water=_stack_loops(water), air_loop=_stack_loops(air))


def _stack_loops(parts: Sequence[LoopSet]) -> LoopSet:
    return LoopSet(
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(LoopSet)}
    )
