"""Walk back from a rack at a site along what would bring one more, adding up what scarcity costs on the way.

The walk reads the model's own matrix: it knows balances, and rows that stand for a resource (:mod:`..lp.limits`), and
nothing of what they are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.plan.lp.grid import NONE, reduced_costs
from gigaloop.plan.lp.limits import Limit, bounds_of, limits_of
from gigaloop.plan.lp.model import PlanModel
from gigaloop.solve import Solution
from gigaloop.solve.arrays import Matrix

Key = tuple[int, int]
"""A resource (its number among the tracer's limits) and the week; ``NO_WAY`` and a row where nothing brings more."""
Rents = dict[Key, float]
NO_WAY = -1
NEGLIGIBLE = 1e-7
"""Rents per rack below this [MUSD] are the solver's tolerance."""
ROOM = ("energisation", "equipment", "hall")
"""Kinds of resources that a rack holds from when it is there to the end."""
_TIE = 1e-9
"""Reduced costs up to this [MUSD] count as zero, so that a source comes before a stock that costs the same."""
_BESIDE = 0.2
"""Share of the largest coefficient of a column in balances below which what it brings there is beside its main work.
Source: a choice of this model."""
_Step = tuple[int, int]
"""A row and the sign of the coefficient that its next column must have."""


@dataclass(eq=False)
class Tracer:
    """The duals of a solution, and the walks through them; walks are kept.

    Notes
    -----
    At the optimum the cost of a basic column is what its rows ask for it: ``c_j = sum_i y_i a_ij``. Of a unit that a
    row is short of, the walk therefore takes the column with the least reduced cost; what that column takes from a row
    of a resource, dual times coefficient, is that resource's rent; what it takes from a balance is walked further.
    """

    plan: PlanModel
    solution: Solution

    def __post_init__(self) -> None:
        self._known: dict[_Step, Rents] = {}
        matrix, program = self.solution.program.matrix, self.solution.program
        self.limits: tuple[Limit, ...] = (*limits_of(self.plan), *bounds_of(self.plan))
        of_row = np.full(matrix.n_rows, NONE, dtype=np.intp)
        week = np.full(matrix.n_rows, NONE, dtype=np.intp)
        self._bound: dict[int, Key] = {}
        for number, limit in enumerate(self.limits):
            free = of_row[limit.rows] == NONE
            of_row[limit.rows[free]] = number
            week[limit.rows[free]] = limit.weeks[free]
            if limit.bounds is not None and not len(limit.rows):
                columns, weeks = limit.bounds[0].tolist(), limit.weeks.tolist()
                self._bound.update({j: (number, t) for j, t in zip(columns, weeks, strict=True)})
        self._dual: list[float] = self.solution.dual(np.arange(matrix.n_rows)).tolist()
        reduced = self.solution.reduced_cost(np.arange(matrix.n_columns))
        self._reduced: list[float] = reduced.tolist()
        self._equal: list[bool] = (program.row_lower == program.row_upper).tolist()
        self._start: list[int] = matrix.start.tolist()
        self._row: list[int] = matrix.row.tolist()
        self._value: list[float] = matrix.value.tolist()
        self._column: list[int] = matrix.column.tolist()
        room = program.column_upper - program.column_lower
        self._best = _cheapest(matrix, reduced, room, program.row_lower == program.row_upper)
        self._of_row: list[int] = of_row.tolist()
        self._week_of_row: list[int] = week.tolist()

    @property
    def data(self) -> PlanData:
        """The plan's data."""
        return self.plan.data

    @cached_property
    def online(self) -> FloatArray:
        """Reduced costs of going online (served, weeks)."""
        return reduced_costs(self.solution, self.plan.site.online)

    def to_go_online(self, way: int, week: int) -> Rents:
        """Give the rents of one more rack online by a way (of ``site.served``) in a week [MUSD]."""
        group, pair = self.plan.site.served[way]
        column = int(self.plan.site.online[way, week])
        if column == NONE:
            balance = int(self.plan.site.balance[pair, week])
            return self.of((balance, 1)) if balance != NONE else {}
        asked = {int(row) for row in self.plan.site.asked[group] if row != NONE}
        direct, further = self._takes(column, asked, 1.0)
        for step, _ in further:
            self.of(step)
        return self._sum(direct, further)

    def scarcest(self, way: int, week: int) -> tuple[int, int, float]:
        """Give the resource with the greatest rent for one more rack online, its week, and the rent [MUSD].

        Room and power of the site count only where nothing else is scarce: a rack takes them from racks to come
        whenever it goes online.
        """
        rents = self.to_go_online(way, week)
        for room in (False, True):
            mine = {key: rent for key, rent in rents.items() if self.is_room(key[0]) == room}
            key = max(mine, key=lambda each: mine[each], default=(NO_WAY, NONE))
            if mine.get(key, 0.0) > NEGLIGIBLE:
                return *key, mine[key]
        return NO_WAY, NONE, 0.0

    def is_room(self, number: int) -> bool:
        """Say whether a resource is room or power of a site."""
        return number != NO_WAY and self.limits[number].kind in ROOM

    def of(self, step: _Step) -> Rents:
        """Give the rents of one more unit in a row (sign 1), or of one unit less (sign -1) [MUSD]."""
        waiting: list[_Step] = [step]
        begun = {step}
        while waiting:
            row, sign = here = waiting[-1]
            if here in self._known:
                waiting.pop()
                continue
            at = self._best[0 if sign > 0 else 1][row]
            if at == NONE:
                price = max(abs(self._dual[row]), 10.0 * NEGLIGIBLE)
                self._known[here] = {(NO_WAY, row): price} if row in self._at_sites else {}
                continue
            direct, further = self._takes(self._column[at], {row}, 1.0 / abs(self._value[at]))
            missing = [each for each, _ in further if each not in self._known and each not in begun]
            if missing:
                waiting += missing
                begun.update(missing)
            else:
                self._known[here] = self._sum(direct, further)
        return self._known[step]

    @cached_property
    def _at_sites(self) -> frozenset[int]:
        """Rows of racks at sites: where no column brings any, there was no time to; elsewhere nobody asks for more."""
        return frozenset(self.plan.site.balance[self.plan.site.balance != NONE].tolist())

    def _sum(self, direct: Rents, further: list[tuple[_Step, float]]) -> Rents:
        """Add up; a step that leads back to where the walk is under way costs nothing more."""
        if not direct and len(further) == 1 and further[0][1] == 1.0:
            return self._known.get(further[0][0], {})
        for step, amount in further:
            for key, rent in self._known.get(step, {}).items():
                direct[key] = direct.get(key, 0.0) + amount * rent
        return direct

    def _takes(self, column: int, but: set[int], times: float) -> tuple[Rents, list[tuple[_Step, float]]]:
        """Give what one more of a column takes: rents of resources, and steps into balances with their amounts."""
        rents: Rents = {}
        further: list[tuple[_Step, float]] = []
        if self._reduced[column] < -NEGLIGIBLE and column in self._bound:
            rents[self._bound[column]] = -self._reduced[column] * times
        for at in range(self._start[column], self._start[column + 1]):
            row = self._row[at]
            if row in but:
                continue
            cost = -self._dual[row] * self._value[at] * times
            if cost <= _TIE:
                continue
            sign = -1 if self._value[at] > 0.0 else 1
            if self._of_row[row] != NONE and not (self._equal[row] and self._has_source(row, sign)):
                key = self._of_row[row], self._week_of_row[row]
                rents[key] = rents.get(key, 0.0) + cost
            else:
                further.append(((row, sign), abs(self._value[at]) * times))
        return rents, further

    def _has_source(self, row: int, sign: int) -> bool:
        """Say whether a resource's row is fed by a column beside its own stock, such as a dearer supplier."""
        at = self._best[0 if sign > 0 else 1][row]
        if at == NONE or self._reduced[self._column[at]] > _TIE:
            return False
        column = self._column[at]
        return row - 1 not in self._row[self._start[column] : self._start[column + 1]]


def _cheapest(matrix: Matrix, reduced: FloatArray, room: FloatArray, equal: BoolArray) -> tuple[list[int], list[int]]:
    """Give for every row the entry of its cheapest column with a positive, and with a negative coefficient.

    A stock, which takes a thing from the row of the week before, comes after sources of the same cost. What a column
    brings beside its main work, as making does pieces for rework, is no source: for one more of it nobody would make
    twenty-five.
    """
    entries = np.arange(len(matrix.value))
    before = matrix.positions(matrix.row.astype(np.intp) - 1, matrix.column.astype(np.intp))
    stock = (matrix.row > 0) & (before >= 0) & (matrix.value[before] == -matrix.value)
    cost = reduced[matrix.column]
    cost = np.where(np.abs(cost) <= _TIE, 0.0, cost)
    main = np.zeros(len(reduced))
    balances = equal[matrix.row]
    np.maximum.at(main, matrix.column[balances], np.abs(matrix.value[balances]))
    usable = (room[matrix.column] > 0.0) & (np.abs(matrix.value) >= _BESIDE * main[matrix.column])
    found = []
    for positive in (True, False):
        mine = entries[usable & ((matrix.value > 0.0) == positive)]
        order = mine[np.lexsort((stock[mine], cost[mine], matrix.row[mine]))]
        rows, first = np.unique(matrix.row[order], return_index=True)
        best: IntArray = np.full(matrix.n_rows, NONE, dtype=np.intp)
        best[rows] = order[first]
        found.append(best.tolist())
    return found[0], found[1]
