"""The network of a programme for safety stock: suppliers, parts, lines, lanes and sites, with the flows of a plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.core.errors import UsageError
from gigaloop.plan.records import Plan
from gigaloop.plan.safety.network import Arc, Network, Stage
from gigaloop.programme.bom import is_effective
from gigaloop.programme.schema import Programme

_LEAST = 1e-6
"""Pieces a year below which a flow is none, and shares of a flow below which it is left out."""
SPREAD = 0.3
"""Standard deviation over mean of the racks asked for in a week. Source: assumption; nobody publishes how their demand
scatters."""
SERVICE = 0.95
"""Share of the weeks whose demand is covered. Source: assumption, common in the examples of the literature."""


@dataclass(frozen=True, slots=True)
class ProgrammeNetwork:
    """The network of a programme in one year of its plan, with what it assumes in words; times are in weeks."""

    network: Network
    year: str
    assumptions: tuple[str, ...]


def programme_network(
    programme: Programme, plan: Plan, *, year: str = "", spread: float = SPREAD, service: float = SERVICE
) -> ProgrammeNetwork:
    """Build the network that feeds a programme's sites in one calendar year of its plan.

    Stages are each supplier's part (lead time and customs; price with duty), parts with several suppliers, made parts
    by line (cycle time; conversion and own materials), parts and racks on lanes (transit; freight) and generations at
    sites (commissioning), which have demand: the racks installed in the year. Where a part comes several ways, it takes
    the shares of the plan from each, and waits for the slowest.

    Parameters
    ----------
    programme, plan
        A programme and its plan.
    year
        The calendar year; the one with the most racks installed where not given.
    spread
        Standard deviation over mean of the weekly demand of a generation at a site [1].
    service
        Share of the weeks covered [1].

    Raises
    ------
    UsageError
        If nothing is installed in the year, or spread or service make no sense.
    """
    if spread < 0.0 or not 0.0 < service < 1.0:
        raise UsageError(
            "the spread must not be negative, and the service level must be between 0 and 1",
            hint="for example --spread 0.3 --service 0.95",
        )
    years = np.array([str(each) for each in plan.calendar.years()])
    installed = plan.installs.sum(axis=(0, 1))
    totals = {name: float(installed[years == name].sum()) for name in dict.fromkeys(years.tolist())}
    chosen = year or max(totals, key=lambda name: totals[name])
    if totals.get(chosen, 0.0) <= _LEAST:
        busy = ", ".join(name for name, total in totals.items() if total > _LEAST)
        raise UsageError(f"the plan installs no rack in {chosen}", hint=f"it does in {busy or 'no year'}")
    weeks = np.flatnonzero(years == chosen)
    walk = _Walk(programme, plan, weeks)
    walk.sites(spread, NormalDist().inv_cdf(service))
    assumptions = (
        f"demand: racks installed in {chosen} by the plan; weekly deviation {100 * spread:g} % of the mean, assumed",
        f"{100 * service:g} % of the weeks are covered; customers of a site wait for none",
        "a part that comes several ways waits for the slowest, in the shares of the plan",
    )
    return ProgrammeNetwork(Network(tuple(walk.stages.values()), tuple(walk.arcs)), chosen, assumptions)


class _Walk:
    """Builds stages from the sites back to the suppliers, each once."""

    def __init__(self, programme: Programme, plan: Plan, weeks: np.ndarray) -> None:
        self.programme, self.plan, self.weeks = programme, plan, weeks
        self.stages: dict[str, Stage] = {}
        self.arcs: list[Arc] = []
        self.day = plan.calendar.date(int(weeks[len(weeks) // 2]))

    def sites(self, spread: float, z: float) -> None:
        sent = self._flows(self.plan.shipments.pieces)
        for s, site in enumerate(self.plan.sites):
            for g, generation in enumerate(self.plan.generations):
                mean = float(self.plan.installs[s, g][self.weeks].sum()) / len(self.weeks)
                rack = self.programme.generation_of[generation].rack
                rows = [
                    row
                    for row in range(len(sent))
                    if self.plan.shipments.destinations[row] == site and self.plan.shipments.parts[row] == rack
                ]
                rows = [row for row in rows if sent[row] > _LEAST * (1.0 + sum(sent[row] for row in rows))]
                if mean <= _LEAST or not rows:
                    continue
                name = f"{site} {generation}"
                time = weeks_up(float(self.programme.site_of[site].commissioning))
                self.stages[name] = Stage(name, time, 0.0, 0.0, mean, spread * mean, z)
                ways = [
                    (self.lane(self.plan.shipments.lanes[row], self.plan.shipments.origins[row], rack), sent[row])
                    for row in rows
                ]
                self.join(name, ways, 1.0)

    def lane(self, lane_id: str, origin: str, part: str) -> str:
        name = f"{lane_id} {part}"
        if name not in self.stages:
            lane = next(lane for lane in self.programme.lanes if lane.id == lane_id)
            self.stages[name] = Stage(name, weeks_up(float(lane.transit)), self.programme.usd(lane.cost))
            self.join(name, [(self.made(origin, part), 1.0)], 1.0)
        return name

    def made(self, factory: str, part: str) -> str:
        """Give the stage that makes a part at a factory; lines that share the work are one, as slow as the slowest."""
        name = f"{factory} {part}"
        if name in self.stages:
            return name
        record = next(each for each in self.programme.factories if each.id == factory)
        lines = [(line, made) for line in record.lines for made in line.products if made.part == part]
        own = self.programme.part_of[part].cost
        cost = 0.0 if own is None else self.programme.usd(own)
        cost += max(
            (self.programme.usd(made.conversion_cost) / float(line.test_yield) for line, made in lines), default=0.0
        )
        time = max((weeks_up(float(line.cycle_time)) for line, _ in lines), default=0)
        self.stages[name] = Stage(name, time, cost)
        pieces: dict[str, float] = defaultdict(float)
        for line in self.programme.part_of[part].components if lines else ():
            if is_effective(line, self.day):
                pieces[line.part] += float(line.quantity)
        for component, quantity in pieces.items():
            self.join(name, self.ways(factory, component), quantity)
        if not lines:
            self.join(name, self.bought(part), 1.0)
        return name

    def ways(self, factory: str, part: str) -> list[tuple[str, float]]:
        """Give the stages that bring a component to a factory, and how much in the year."""
        made, moved = self._flows(self.plan.production.pieces), self._flows(self.plan.moves.pieces)
        production, moves = self.plan.production, self.plan.moves
        if part not in production.parts:
            return self.bought(part)
        own = sum(
            made[row]
            for row in range(len(made))
            if (production.factories[row], production.parts[row]) == (factory, part)
        )
        own -= sum(moved[row] for row in range(len(moved)) if (moves.origins[row], moves.parts[row]) == (factory, part))
        found = [(self.made(factory, part), own)] if own > _LEAST else []
        rows = [row for row in range(len(moved)) if (moves.destinations[row], moves.parts[row]) == (factory, part)]
        rows = [row for row in rows if moved[row] > _LEAST]
        return found + [(self.lane(moves.lanes[row], moves.origins[row], part), moved[row]) for row in rows]

    def bought(self, part: str) -> list[tuple[str, float]]:
        """Give the stages of a part's suppliers; one for the part itself where there are several."""
        used = self._flows(self.plan.purchases.used)
        rows = [row for row, each in enumerate(self.plan.purchases.parts) if each == part and used[row] > _LEAST]
        stages = [(self.supply(row), used[row]) for row in rows]
        if len(stages) < 2:
            return stages
        if part not in self.stages:
            self.stages[part] = Stage(part, 0, 0.0)
            self.join(part, stages, 1.0)
        return [(part, 1.0)]

    def supply(self, row: int) -> str:
        bought = self.plan.purchases
        name = f"{bought.suppliers[row]} {bought.parts[row]}"
        if name not in self.stages:
            supplies = (
                each
                for supplier in self.programme.suppliers
                if supplier.id == bought.suppliers[row]
                for each in supplier.supplies
            )
            supply = next(each for each in supplies if each.part == bought.parts[row])
            price = float(bought.price[row]) * (1.0 + float(bought.duty[row][self.weeks].mean()))
            self.stages[name] = Stage(name, weeks_up(float(supply.lead_time) + float(supply.customs_time)), price)
        return name

    def join(self, name: str, ways: list[tuple[str, float]], quantity: float) -> None:
        """Let a stage take a quantity from several ways, in proportion to what each brings."""
        total = sum(amount for _, amount in ways)
        for source, amount in ways:
            if amount > _LEAST * total:
                self.arcs.append(Arc(source, name, quantity * amount / total))

    def _flows(self, pieces: np.ndarray) -> list[float]:
        return [float(total) for total in pieces[:, self.weeks].sum(axis=1)]
