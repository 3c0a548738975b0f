"""What is left of the limits of a plan's model while a first plan is made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.plan.greedy.curves import room
from gigaloop.plan.greedy.parts import Parts
from gigaloop.plan.inputs.schedule import BoolArray, FloatArray, IntArray
from gigaloop.plan.lp.model import PlanModel


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Entries of the matrix in some columns: the position of the column among them, the row, and the coefficient."""

    which: IntArray
    row: IntArray
    value: FloatArray


class Ledger:
    """The limits of a model and what is left of them.

    Limits are counted in one row of slots: upper limits of the rows, their lower limits, and upper bounds of columns.
    Material balances are known by what they mean; bought parts are counted beside the rows, as most of their pools have
    none.
    """

    def __init__(self, plan: PlanModel) -> None:
        program = plan.model.program()
        self.plan = plan
        self.weeks = plan.data.weeks
        self.x = np.clip(np.zeros(program.n_columns), program.column_lower, program.column_upper)
        self.cost = program.cost
        self._matrix = program.matrix
        self._rows = program.n_rows
        self._equal = program.row_lower == program.row_upper
        taken = program.matrix.times(self.x) if self.x.any() else np.zeros(program.n_rows)
        upper = np.where(self._equal, np.inf, program.row_upper - taken)
        lower = np.where(self._equal, np.inf, taken - program.row_lower)
        soft, _ = soft_rows(plan)
        upper[soft] = lower[soft] = np.inf
        lower[start_rows(plan)] = np.inf  # what comes back from a failed test waits where nothing is begun
        self.slack = np.maximum(np.concatenate([upper, lower, program.column_upper - self.x]), 0.0)
        self.given = _right_hand(plan.factory.balance, -program.row_lower)
        self.node, self.node_week = _named(plan.factory.balance, program.n_rows)
        self.supply = Parts(plan)
        self.taken: list[Limited] = []
        self._slots: dict[int, BoolArray] = {}
        self._meets: dict[tuple[int, int], bool] = {}

    def entries(self, columns: IntArray) -> Entries:
        """Give the entries of columns."""
        start = self._matrix.start
        first = start[columns].astype(np.intp)
        count = start[columns + 1] - first
        which = np.repeat(np.arange(len(columns)), count)
        at = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
        return Entries(which, self._matrix.row[at].astype(np.intp), self._matrix.value[at])

    def limited(self, columns: IntArray, week: IntArray, amount: FloatArray) -> Limited:
        """Give what columns take of the limits, each so much of its unit per unit that starts from a week."""
        found = self.entries(columns)
        each = found.value * amount[found.which]
        slot = np.where(each > 0.0, found.row, found.row + self._rows)
        known = np.isfinite(self.slack[slot])
        bounded = np.isfinite(self.slack[2 * self._rows + columns])
        slots = np.concatenate([slot[known], 2 * self._rows + columns[bounded]])
        weeks = np.concatenate([week[found.which][known], week[bounded]])
        return Limited.of(slots, weeks, np.concatenate([np.abs(each[known]), amount[bounded]]))

    def most(self, limited: Limited) -> tuple[FloatArray, FloatArray]:
        """Give how many units can start in every week, and to date (weeks,); infinite where nothing limits them."""
        each, to_date = np.full(self.weeks, np.inf), np.full(self.weeks, np.inf)
        if len(limited.begins):
            each[limited.starts] = np.minimum.reduceat(self.slack[limited.slots] / limited.taken, limited.begins)
        if len(limited.sums):
            np.minimum.at(to_date, limited.until, self.slack[limited.sums] / limited.largest)
            to_date = room(to_date)
        return each, to_date

    def take(self, limited: Limited, units: FloatArray) -> None:
        """Take of the limits what units (weeks,) need."""
        used = units[limited.all_weeks] > 0.0
        slots = limited.all_slots[used]
        np.subtract.at(self.slack, slots, limited.all_values[used] * units[limited.all_weeks[used]])
        self.slack[slots] = np.maximum(self.slack[slots], 0.0)
        self.taken.append(limited)

    def touched(self, limited: Limited, since: int) -> bool:
        """Say whether anything was taken, after the first so many times, of what units need."""
        for other in self.taken[since:]:
            key = id(limited), id(other)
            if key not in self._meets:
                self._meets[key] = bool(self._of(limited)[other.all_slots].any())
            if self._meets[key]:
                return True
        return False

    def _of(self, limited: Limited) -> BoolArray:
        """Give the slots that units take from, as a mask of all."""
        if id(limited) not in self._slots:
            mask = np.zeros(len(self.slack), dtype=np.bool_)
            mask[limited.all_slots] = True
            self._slots[id(limited)] = mask
        return self._slots[id(limited)]


@dataclass(frozen=True, slots=True, eq=False)
class Limited:
    """What units that start from every week take of the limits.

    Parameters
    ----------
    all_slots, all_weeks, all_values
        The slot, the week, and what one unit takes (entries,).
    slots, taken, begins, starts
        Slots that only a few weeks' units take from, by week: each with what all these weeks' units take at once, so
        that filling each week up to it never takes more than there is.
    sums, largest, until
        Slots that many weeks' units take from: limits to date, with the most that a unit takes and the last week.
    """

    all_slots: IntArray
    all_weeks: IntArray
    all_values: FloatArray
    slots: IntArray
    taken: FloatArray
    begins: IntArray
    starts: IntArray
    sums: IntArray
    largest: FloatArray
    until: IntArray

    @classmethod
    def of(cls, slots: IntArray, weeks: IntArray, values: FloatArray) -> Limited:
        """Sort entries by week and add up what belongs together."""
        key, inverse = np.unique(weeks * (slots.max(initial=0) + 1) + slots, return_inverse=True)
        week, slot = np.divmod(key, slots.max(initial=0) + 1)
        value = np.asarray(np.bincount(inverse, values, minlength=len(key)), dtype=np.float64)
        distinct, number = np.unique(slot, return_inverse=True)
        count = np.bincount(number, minlength=len(distinct))
        total = np.bincount(number, value, minlength=len(distinct))
        last, largest = np.zeros(len(distinct), dtype=np.intp), np.zeros(len(distinct))
        np.maximum.at(last, number, week)
        np.maximum.at(largest, number, value)
        many = count > _FEW
        few = ~many[number]
        starts, begins = np.unique(week[few], return_index=True)
        taken = np.asarray(total[number[few]], dtype=np.float64)
        return cls(slot, week, value, slot[few], taken, begins, starts, distinct[many], largest[many], last[many])


def soft_rows(plan: PlanModel) -> tuple[IntArray, IntArray]:
    """Give the rows that may be broken at a cost, and the columns that say by how much."""
    program = plan.model.program()
    matrix = program.matrix
    single = np.flatnonzero((np.diff(matrix.start) == 1) & np.isinf(program.column_upper) & (program.cost >= 0.0))
    row, value = matrix.row[matrix.start[single]], matrix.value[matrix.start[single]]
    relieves = np.where(value > 0.0, np.isinf(program.row_upper[row]), np.isinf(program.row_lower[row]))
    return row[relieves].astype(np.intp), single[relieves]


def start_rows(plan: PlanModel) -> IntArray:
    """Give the rows by which starts of work are not negative (activities and weeks with rework,)."""
    found = [block.index for block in plan.model.row_blocks if block.name == "starts"]
    return np.asarray(found[0]) if found else np.zeros(0, dtype=np.intp)


def _right_hand(rows: IntArray, limits: FloatArray) -> FloatArray:
    """Give the limits of a grid of rows, 0 where there is none."""
    return np.where(rows >= 0, limits[rows], 0.0)


_FEW = 6
"""Weeks of start from which the units of one limit count as a limit to date."""


def _named(index: IntArray, count: int) -> tuple[IntArray, IntArray]:
    """Give, for every row of a model, its position on the axes of a grid of rows; -1 where it is not of them."""
    first, second = np.full(count, -1, dtype=np.intp), np.zeros(count, dtype=np.intp)
    there = index >= 0
    at = np.nonzero(there)
    first[index[there]], second[index[there]] = at[0], at[1]
    return first, second


def exists(index: IntArray, row: int, weeks: IntArray) -> tuple[IntArray, BoolArray]:
    """Give the columns of a row of a grid in some weeks, and which of them there are."""
    inside = (weeks >= 0) & (weeks < index.shape[1])
    columns = np.where(inside, index[row, np.where(inside, weeks, 0)], -1)
    return columns, columns >= 0
