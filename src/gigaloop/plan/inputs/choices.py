"""The whole decisions of a plan: in which week a line opens, and when it is changed over to another generation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.lines import line_share
from gigaloop.plan.inputs.production import Production
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.programme.schema import Factory, Line, Programme

NEVER = -1
"""Stands for the week of what does not happen."""


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A line that opens in a week of the plan's choice.

    Parameters
    ----------
    line, path
        Its index and its record in the programme.
    weeks
        Weeks in which it may open, on the Monday (options,).
    share
        Share of the full rate by week, for each of them (options, weeks).
    cost
        Of opening [USD].
    """

    line: int
    path: str
    weeks: IntArray
    share: FloatArray
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A line that is changed over to a generation in a week of the plan's choice.

    Parameters
    ----------
    line, path
        Its index and its record in the programme.
    generation
        Index of the generation that it is changed over to.
    activities
        The line's work for that generation.
    weeks
        Weeks from which on it may make it (options,), consecutive.
    lost
        Weeks for which it stands still before.
    cost
        Of the change-over, in its last week [USD].
    """

    line: int
    path: str
    generation: int
    activities: tuple[int, ...]
    weeks: IntArray
    lost: float
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """All whole decisions of a plan."""

    openings: tuple[Opening, ...]
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.openings or self.changes)

    def opens(self, line: int) -> bool:
        """Say whether the plan decides when a line opens."""
        return any(opening.line == line for opening in self.openings)


def read_choices(programme: Programme, production: Production, can_complete: BoolArray) -> Choices:
    """Read the whole decisions of a programme.

    Parameters
    ----------
    can_complete
        Weeks in which each activity can complete anything (activities, weeks).
    """
    lines = [(factory, line) for factory in programme.factories for line in factory.lines]
    openings = [_opening(programme, n, *each) for n, each in enumerate(lines) if each[1].opening is not None]
    changes: list[Change] = []
    for n, (factory, line) in enumerate(lines):
        if line.changeover is not None:
            changes += _changes(programme, production, n, factory, line, can_complete)
    return Choices(tuple(openings), tuple(changes))


def _opening(programme: Programme, number: int, factory: Factory, line: Line) -> Opening:
    calendar, opening = programme.calendar, line.opening
    if opening is None:
        raise ValueError(f"line {line.id} has no opening to decide")
    first = max(calendar.index_from(line.opens), 0)
    last = calendar.weeks - 1
    if opening.latest is not None:
        last = min(last, calendar.index(opening.latest))
    weeks = np.arange(first, max(last + 1, first))
    share = [
        line_share(line.model_copy(update={"opens": calendar.date(int(week))}), factory, calendar) for week in weeks
    ]
    return Opening(
        number,
        f"factories.{factory.id}.lines.{line.id}",
        weeks,
        np.array(share).reshape(len(weeks), calendar.weeks),
        programme.usd(opening.cost),
    )


def _changes(
    programme: Programme, production: Production, number: int, factory: Factory, line: Line, can_complete: BoolArray
) -> Iterator[Change]:
    """Give the change-overs of a line: one to each generation that it is not set up for from the start."""
    changeover = line.changeover
    if changeover is None:
        return
    family = {product.part: _family(production, product.part) for product in line.products}
    ready = {family[line.products[0].part]}
    ready |= {family[product.part] for product in line.products if float(product.made_before) > 0.0}
    ready |= {family.get(made.part, NEVER) for made in factory.in_process if made.line == line.id}
    for generation in sorted(set(family.values()) - ready - {NEVER}):
        rows = [
            a
            for a, activity in enumerate(production.activities)
            if activity.line == number and family[production.items[activity.item].part] == generation
        ]
        possible = np.flatnonzero(can_complete[rows].any(axis=0)) if rows else np.arange(0)
        share = production.line_share[number]
        lost = float(changeover.time) / WEEK
        begins = int(np.argmax(share > 0.0)) + int(np.ceil(lost - 1e-9))
        if not len(possible) or max(begins, int(possible[0])) > possible[-1]:
            weeks = np.arange(0)
        else:
            weeks = np.arange(max(begins, int(possible[0])), int(possible[-1]) + 1)
        cost = 0.0 if changeover.cost is None else programme.usd(changeover.cost)
        path = f"factories.{factory.id}.lines.{line.id}"
        yield Change(number, path, generation, tuple(rows), weeks, lost, cost)


def _family(production: Production, part: str) -> int:
    """Give the one generation whose racks hold a part; ``NEVER`` where several or none do."""
    item = next((i for i, each in enumerate(production.items) if each.part == part), None)
    holds = [] if item is None else np.flatnonzero(production.per_rack[:, item] > 0.0).tolist()
    return holds[0] if len(holds) == 1 else NEVER
