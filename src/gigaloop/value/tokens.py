"""What an hour of an accelerator costs, and a million tokens: the lines of the valuation, shared out over its work."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.units import HOUR, WEEK, YEAR
from gigaloop.design.codesign.money import FACILITY_LIFE, capital_recovery

if TYPE_CHECKING:
    from gigaloop.design import Design
    from gigaloop.plan import Plan
    from gigaloop.programme import Programme
    from gigaloop.value.rollup import Line

MILLION = 1e6


@dataclass(frozen=True, slots=True)
class HourPart:
    """What one kind of line adds to an accelerator's hour."""

    item: str
    group: str
    """``capital`` or ``running``."""
    usd: float
    """The generation's share of the valuation's lines [USD]; over all generations they add up to the lines."""
    usd_per_hour: float
    """Of an accelerator online [USD, price year]."""


@dataclass(frozen=True, slots=True)
class HourCost:
    """What an hour of a generation's accelerator costs."""

    generation: str
    accelerators: float
    """That the plan brings online."""
    hours: float
    """That they are online within the horizon, together [h]."""
    parts: tuple[HourPart, ...]

    @property
    def usd_per_hour(self) -> float:
        """All parts together [USD, price year]."""
        return math.fsum(part.usd_per_hour for part in self.parts)


@dataclass(frozen=True, slots=True)
class TokenCost:
    """What a million tokens of a workload cost on a generation."""

    generation: str
    workload: str
    kind: str
    """``training`` or ``inference``."""
    tokens_per_s: float
    """Of an accelerator at work on it, over the time that it is usable."""
    usable: float
    """Share of the hours online that an accelerator is usable."""
    usd_per_hour: float
    """Of an accelerator online [USD, price year]."""

    @property
    def usd_per_million(self) -> float:
        """Per million tokens [USD, price year]; infinite where the workload does not run."""
        tokens = self.tokens_per_s * self.usable * HOUR
        return self.usd_per_hour / tokens * MILLION if tokens else math.inf


def hour_costs(
    programme: Programme, designs: Mapping[str, Design], plan: Plan, lines: Sequence[Line]
) -> tuple[HourCost, ...]:
    """Share the capital and running lines of a valuation out over the hours of its accelerators.

    Capital is turned into a yearly payment over the life of the racks, or of the facility, at ``policy.discount_rate``,
    and shared by the accelerators that it brings online; what runs is shared by the hours within the horizon. Lines of
    a site that serve all its generations are shared by their peak power, energy by their energy.

    Parameters
    ----------
    programme
        Discount rate and life of racks.
    designs
        By generation.
    plan
        Racks online by site, generation and week.
    lines
        Of the valuation; those of the group ``compute`` are no cost and left out.
    """
    online = np.asarray(plan.online_racks, dtype=np.float64)
    power = np.array([designs[g].rack_input for g in plan.generations])
    per_rack = np.array([float(programme.generation_of[g].accelerators_per_rack) for g in plan.generations])
    added = online[:, :, -1] * per_rack
    hours = online.sum(axis=2) * per_rack * WEEK / HOUR
    energy, peak = online.sum(axis=2) * power, online.max(axis=2, initial=0.0) * power
    rate = float(programme.policy.discount_rate) * YEAR
    yearly = {
        False: capital_recovery(rate, float(programme.policy.rack_life)),
        True: capital_recovery(rate, FACILITY_LIFE),
    }
    found: dict[tuple[str, str, str], float] = {}
    for line in lines:
        if line.group in ("capital", "running"):
            for generation, usd in _shares(line, plan, energy, peak):
                key = (generation, _item(line.item, generation), line.group)
                found[key] = found.get(key, 0.0) + usd
    costs = []
    for g, name in enumerate(plan.generations):
        if added[:, g].sum() <= 0.0:
            continue
        parts = []
        for (generation, item, group), usd in found.items():
            if generation == name:
                each = usd / hours[:, g].sum()
                if group == "capital":
                    each = usd / added[:, g].sum() * yearly[item == "facility"] * HOUR / YEAR
                parts.append(HourPart(item, group, usd, float(each)))
        costs.append(HourCost(name, float(added[:, g].sum()), float(hours[:, g].sum()), tuple(parts)))
    return tuple(costs)


def token_costs(
    programme: Programme, designs: Mapping[str, Design], costs: Sequence[HourCost]
) -> tuple[TokenCost, ...]:
    """Give what a million tokens of each workload cost on each generation.

    Parameters
    ----------
    programme
        Its ``policy.availability`` is the share of the hours online in which tokens are made.
    designs
        By generation, with the tokens/s of each workload.
    costs
        Of the accelerators' hours.
    """
    usable = float(programme.policy.availability)
    return tuple(
        TokenCost(
            cost.generation,
            each.workload,
            each.kind,
            each.tokens_per_s_per_accelerator,
            usable,
            cost.usd_per_hour,
        )
        for cost in costs
        for each in designs[cost.generation].performance
    )


def _item(item: str, generation: str) -> str:
    """Name a line without its generation."""
    return item.removeprefix(f"{generation} ")


def _shares(line: Line, plan: Plan, energy: np.ndarray, peak: np.ndarray) -> Iterator[tuple[str, float]]:
    """Give the generations' shares of a line [USD]: a generation's own is all its own."""
    total = float(np.sum(line.usd))
    own = [name for name in plan.generations if line.item.startswith(f"{name} ")]
    if own:
        yield max(own, key=len), total
        return
    weights = (energy if line.item == "energy" else peak)[plan.sites.index(line.site)]
    if weights.sum() > 0.0:
        for name, weight in zip(plan.generations, weights, strict=True):
            if weight:
                yield name, total * float(weight / weights.sum())
