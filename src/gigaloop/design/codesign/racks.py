"""The rack of a variant, engineered: bill of materials, power, current, mass, coolant and cost, by the real models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from gigaloop.core.quantity import Quantity
from gigaloop.design.codesign.choices import Base
from gigaloop.design.codesign.marginals import HBM_ENERGY, TWO_TIERS, Marginal
from gigaloop.design.generation import design_generation
from gigaloop.design.prices import price_book
from gigaloop.design.records import Check, Design, Severity
from gigaloop.design.rules.places import hall_takes
from gigaloop.programme.schema import BomLine, Generation, Part, Programme

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

RACK_CHOICES = ("domain", "scale_up", "scale_out", "hbm_bandwidth", "power_cap", "coolant")
"""Choices that a rack is engineered by."""

COST_CHOICES = ("domain", "scale_up", "scale_out", "hbm", "hbm_bandwidth")
"""Choices that its cost follows from."""


@dataclass(frozen=True)
class Rack:
    """A variant's rack."""

    generation: Generation
    design: Design
    tdp: float
    """Design power of an accelerator without a cap [W]."""
    broken: tuple[Check, ...]
    """Rules of weight that the rack breaks."""
    homeless: bool
    """Whether no hall of the site that was named takes it."""


@dataclass(frozen=True)
class RackBill:
    """What a variant's rack costs, and by how much the user moves its dates."""

    cost: float
    """As far as prices are known [USD, programme's price year]."""
    unpriced: Mapping[str, float]
    """Pieces or amounts without a price, more or fewer than the generation has, by name."""
    delay: float
    """[s]"""


@dataclass(frozen=True)
class RackCase:
    """What is common to all racks of a generation."""

    programme: Programme
    """Without workloads."""
    catalogue: Catalogue
    base: Base
    own: Mapping[str, float]
    """Values of the choices as the generation has them."""
    marginals: Mapping[str, Marginal]
    tdp: float
    """Thermal design power of the accelerator [W]."""
    byte_cost: float
    """Of memory [USD/B]."""
    hold_halls: bool
    """Whether the racks must fit into the halls of the site."""

    @cached_property
    def stated(self) -> Design:
        """The generation as it is, at its own cap."""
        return design_generation(self.programme, self.base.generation, self.catalogue, power_cap=self.own["power_cap"])

    @cached_property
    def adapters(self) -> tuple[str, ...]:
        """Parts that are the adapters to the scale-out fabric: at least one for each port of a plane."""
        out = self.base.generation.scale_out
        ports = float(out.nodes_per_rack) * float(out.rails)
        return self._of("network", ports)

    @cached_property
    def optics(self) -> tuple[str, ...]:
        """Parts that are plugged into them."""
        return self._of("optics", 0.0)

    @cached_property
    def switches(self) -> tuple[str, ...]:
        """Parts that are the switches of the scale-up domain, and the cables to them."""
        return (*self._of("switch", 0.0), *self._of("cable", 0.0))

    def _of(self, family: str, least: float) -> tuple[str, ...]:
        rows = self.stated.bom.rows
        held = self.stated.bom.per_rack
        return tuple(dict.fromkeys(row.part for row in rows if row.family == family and held[row.part] >= least))


def engineer_rack(case: RackCase, values: Mapping[str, float]) -> Rack:
    """Engineer the rack of a generation with some values of its choices.

    Adapters and optics in the nodes go with the scale-out bandwidth, scale-up switches and their cables with the
    scale-up bandwidth, three times as many where the domain takes a second tier of them. Memory bandwidth adds
    ``HBM_ENERGY`` to the power of an accelerator. Losses, currents, mass, heat, flow and checks follow by
    :func:`~gigaloop.design.generation.design_generation`.

    Parameters
    ----------
    case
        The generation.
    values
        By choice, in base units.
    """
    factors = _factors(case, values)
    watts = (values["hbm_bandwidth"] - case.own["hbm_bandwidth"]) * HBM_ENERGY
    watts += math.fsum(_more(case, values, name) * each.power for name, each in case.marginals.items())
    programme = _with_parts(case.programme, {part: each for part, each in factors.items() if each != 1.0}, watts)
    generation = _generation(case.base.generation, values)
    design = design_generation(programme, generation, case.catalogue, power_cap=values["power_cap"])
    count = float(generation.accelerators_per_rack)
    extra = math.fsum(_more(case, values, name) * each.mass for name, each in case.marginals.items()) * count
    if extra:
        design = replace(design, mass=design.mass + extra)
    mine = f"generations.{generation.id}"
    broken = tuple(
        check
        for check in design.failed_checks
        if check.severity is Severity.ERROR and (check.subject == mine or check.subject.startswith(f"{mine}."))
    )
    footprint, halls = float(generation.footprint), case.base.site.halls
    homeless = case.hold_halls and bool(halls)
    homeless = homeless and not any(hall_takes(design, footprint, generation.power.bus, hall) for hall in halls)
    return Rack(generation, design, case.tdp + watts, broken, homeless)


def _factors(case: RackCase, values: Mapping[str, float]) -> dict[str, float]:
    """Give by how much more there is of some parts."""
    tiers = TWO_TIERS if values["domain"] > case.own["domain"] else 1.0
    factors = dict.fromkeys((*case.adapters, *case.optics), values["scale_out"] / case.own["scale_out"])
    return factors | dict.fromkeys(case.switches, values["scale_up"] / case.own["scale_up"] * tiers)


def _more(case: RackCase, values: Mapping[str, float], name: str) -> float:
    return values[name] - case.own[name] if name in values else 0.0


def _generation(generation: Generation, values: Mapping[str, float]) -> Generation:
    """Give the generation with what the rack's own models read of the choices."""
    scale_up = generation.scale_up.model_copy(
        update={
            "domain": Quantity.count(values["domain"]),
            "bandwidth": Quantity.of(values["scale_up"] / 1e9, "GB/s"),
        }
    )
    inlet = generation.cooling.inlet_limit
    inlet = Quantity(values["coolant"], inlet.unit, inlet.year, inlet.evidence)
    cooling = generation.cooling.model_copy(update={"inlet_limit": inlet})
    return generation.model_copy(update={"scale_up": scale_up, "cooling": cooling})


def _with_parts(programme: Programme, factors: Mapping[str, float], watts: float) -> Programme:
    """Give the programme with more or fewer of some parts in every assembly, and more power of an accelerator [W]."""
    if not factors and not watts:
        return programme
    parts = tuple(_hotter(_scaled(part, factors), watts) for part in programme.parts)
    copy = programme.model_copy(update={"parts": parts})
    copy.__dict__.pop("part_of", None)  # of the parts before
    return copy


def _scaled(part: Part, factors: Mapping[str, float]) -> Part:
    if not any(line.part in factors for line in part.components):
        return part
    lines = tuple(_line(line, factors.get(line.part, 1.0)) for line in part.components)
    return part.model_copy(update={"components": lines})


def _line(line: BomLine, factor: float) -> BomLine:
    was = line.quantity
    more = Quantity(float(was) * factor, was.unit, was.year, was.evidence)
    return line if factor == 1.0 else line.model_copy(update={"quantity": more})


def _hotter(part: Part, watts: float) -> Part:
    if part.family != "accelerator" or not watts or part.power is None:
        return part
    share = 1.0 + watts / float(part.power)
    scaled = {
        name: Quantity(float(value) * share, value.unit, value.year, value.evidence)
        for name in ("mean_power", "power", "peak_power")
        if (value := getattr(part, name)) is not None
    }
    return part.model_copy(update=scaled)


def price_rack(case: RackCase, values: Mapping[str, float]) -> RackBill:
    """Give the cost of a rack with some values of its choices, and what it has more or less of without a price.

    A part more or less counts at its own price, also in a tray that is bought whole at one price.

    Parameters
    ----------
    case
        The generation.
    values
        By choice, in base units.
    """
    book = price_book(case.programme, case.stated.on)
    held, count = case.stated.bom.per_rack, case.stated.accelerators
    cost, unpriced = case.stated.cost_per_rack, {}
    for part, factor in _factors(case, values).items():
        pieces = held[part] * (factor - 1.0)
        tags = [tag.usd for tag in (book.material.get(part), book.work.get(part)) if tag is not None]
        if pieces and tags:
            cost += pieces * math.fsum(tags)
        elif pieces:
            unpriced[part] = pieces
    if not case.adapters and values["scale_out"] != case.own["scale_out"]:
        unpriced["adapters to the scale-out fabric"] = count * (values["scale_out"] / case.own["scale_out"] - 1.0)
    if not case.switches and values["scale_up"] != case.own["scale_up"]:
        unpriced["switches of the scale-up domain"] = count * (values["scale_up"] / case.own["scale_up"] - 1.0)
    for name in COST_CHOICES:
        more = _more(case, values, name)
        stated = case.marginals.get(name)
        if not more:
            continue
        if stated is not None and stated.cost is not None:
            cost += more * stated.cost * count
        elif name == "hbm":
            cost += more * case.byte_cost * count
        elif name == "hbm_bandwidth":
            unpriced["memory bandwidth"] = more / 1e12 * count
        elif name == "domain" and more > 0.0:
            unpriced["links between the racks of a domain"] = count
    moved = (each.delay for name, each in case.marginals.items() if _more(case, values, name))
    return RackBill(cost, unpriced, max(moved, default=0.0))
