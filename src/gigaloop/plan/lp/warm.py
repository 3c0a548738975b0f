"""A basis by names: kept with a plan, and carried to the model of another programme.

A basis says of every column and row whether it is basic or at which bound it is. Between two programmes windows of
weeks move, and demands, suppliers or sites come and go; what has the same name and the same week keeps its state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import SolveError
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.names import pool_name
from gigaloop.solve import Basis, Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gigaloop.plan.lp.model import PlanModel

States = NDArray[np.int8]
_LOWER, _BASIC, _UPPER = 0, 1, 2
_MISSING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The basis of a plan's model by names, small enough to be stored with the plan.

    Parameters
    ----------
    monday
        First day of the first week, as its ordinal.
    names
        Block and series of every run of states, columns before rows (runs,).
    begins
        Where each run begins in ``states`` (runs + 1,).
    week
        Position in the series of each run's first state (runs,).
    states
        State of every cell from the first to the last of its series, -1 where there is none.
    """

    monday: int
    names: tuple[str, ...]
    begins: NDArray[np.int32]
    week: NDArray[np.int32]
    states: States


def take_start(plan: PlanModel) -> Start | None:
    """Keep the basis of a solved model by names; None where the solve left none, as branch and cut does."""
    try:
        basis = plan.model.basis()
    except SolveError:
        return None
    names: list[str] = []
    lengths, weeks, runs = [], [], []
    for side, blocks, states in (
        ("column", plan.model.column_blocks, basis.columns),
        ("row", plan.model.row_blocks, basis.rows),
    ):
        for block in blocks:
            if block.grid is None or not block.size:
                continue
            series, position = np.divmod(block.grid.cells, block.grid.width)
            there, first = np.unique(series, return_index=True)
            begin = position[first]
            length = position[np.append(first[1:], len(series)) - 1] - begin + 1
            run = np.full(int(length.sum()), _MISSING, dtype=np.int8)
            at = np.cumsum(length) - length
            number = np.searchsorted(there, series)
            run[at[number] + position - begin[number]] = states[block.start : block.start + block.size]
            names += [_name(side, block, k) for k in there.tolist()]
            lengths.append(length)
            weeks.append(begin)
            runs.append(run)
    begins = np.concatenate([[0], np.cumsum(np.concatenate(lengths))])
    return Start(
        plan.data.calendar.date(0).toordinal(),
        tuple(names),
        begins.astype(np.int32),
        np.concatenate(weeks).astype(np.int32),
        np.concatenate(runs),
    )


def carry_start(start: Start, plan: PlanModel) -> Basis:
    """Give the basis of another model whose cells have the states that cells of the same names had.

    A cell that its series did not have takes the state of its neighbour in time; the columns of a series that is new
    start at their bounds and its rows basic. What that leaves singular or incomplete, the solver repairs.
    """
    model, program = plan.model, plan.model.program()
    old = _Runs(start, plan)
    columns = old.carried("column", model.column_blocks, np.full(model.n_columns, _LOWER, dtype=np.int8))
    rows = old.carried("row", model.row_blocks, np.full(model.n_rows, _BASIC, dtype=np.int8))
    return Basis(
        _at_finite(columns, program.column_lower, program.column_upper),
        _at_finite(rows, program.row_lower, program.row_upper),
    )


def start_from(plan: PlanModel, start: Start) -> None:
    """Let the next solve of a model start from a basis by names; pools and equipment that had rows join the model."""
    had = {name.partition("|")[0] for name in start.names}
    joins = [
        number
        for number in range(len(plan.data.sourcing.pools))
        if number not in plan.pools and f"row supply {pool_name(plan.data, number)}" in had
    ]
    gates = [number for number, group in enumerate(plan.data.gates) if f"row served {group.market.part}" in had]
    joins += [len(plan.data.sourcing.pools) + number for number in gates if number not in plan.gates]
    if any(name.startswith("row domestic content") for name in had) and plan.rules.years:
        joins.append(plan.floors)
    plan.add_pools(joins)
    plan.model.restore(carry_start(start, plan))


def _name(side: str, block: Block, series: int) -> str:
    return f"{side} {block.name}|{block.grid.names[series]}" if block.grid is not None else ""


def _at_finite(states: States, lower: FloatArray, upper: FloatArray) -> States:
    """Move what is at an infinite bound to the other one."""
    states = np.where((states == _UPPER) & np.isinf(upper), np.int8(_LOWER), states)
    return np.where((states == _LOWER) & np.isinf(lower) & np.isfinite(upper), np.int8(_UPPER), states)


class _Runs:
    """The runs of a start, as a model of another programme looks them up."""

    def __init__(self, start: Start, plan: PlanModel) -> None:
        self._start = start
        self._number = {name: n for n, name in enumerate(start.names)}
        self._weeks = plan.data.weeks
        self._shift = (plan.data.calendar.date(0).toordinal() - start.monday) // 7
        # A gap takes the state of the cell after it: rows at the ends of intervals hold for the weeks before them.
        at = np.where(start.states != _MISSING, np.arange(len(start.states)), len(start.states) - 1)
        self._states = start.states[np.minimum.accumulate(at[::-1])[::-1]]

    def carried(self, side: str, blocks: Sequence[Block], states: States) -> States:
        """Put the old states where there are any (members,)."""
        start = self._start
        for block in blocks:
            if block.grid is None or not block.size:
                continue
            names = range(len(block.grid.names))
            runs = np.array([self._number.get(_name(side, block, k), -1) for k in names], dtype=np.intp)
            series, position = np.divmod(block.grid.cells, block.grid.width)
            run = runs[series]
            known = np.flatnonzero(run >= 0)
            run = run[known]
            shift = self._shift if block.grid.width == self._weeks else 0
            cell = position[known] + shift - start.week[run]
            cell = np.clip(cell, 0, start.begins[run + 1] - start.begins[run] - 1)
            states[block.start + known] = self._states[start.begins[run] + cell]
        return states
