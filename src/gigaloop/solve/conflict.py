"""Find a smallest-possible set of limits that cannot hold together, on the arrays of a programme.

A limit is one finite side of a row or of a column's bounds, coded as one number: row lower sides, row upper sides,
column lower sides, column upper sides, in this order.

The simplex ends with a proof of infeasibility (Farkas' lemma), and the limits in such a proof are an irreducible
conflict where the proof is a vertex (Gleeson and Ryan, ORSA Journal on Computing 2 (1990) 61-63,
doi:10.1287/ijoc.2.1.61), which one more linear programme certifies. Where that cannot be certified, HiGHS's
irreducible infeasible subset narrows them down and QuickXplain (Junker, AAAI 2004, 167-172) certifies by solving that
nothing can be left out; it is also the search itself where integrality makes the conflict.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.core.errors import SolveError
from gigaloop.solve.arrays import LinearProgram, Matrix, compress
from gigaloop.solve.highs import Engine
from gigaloop.solve.outcome import FloatArray, IntArray, Outcome, SolveOptions
from gigaloop.solve.run import Iis

_PROOF_TOLERANCE = 1e-9
"""Multipliers of a proof smaller than this part of the largest count as zero; the result is verified by solving."""
_FEW = 40
"""Up to this many limits a conflict is certified by solving without each."""


@dataclass(frozen=True, slots=True, eq=False)
class ConflictingLimits:
    """Limits that cannot hold together: index arrays of rows and columns by side.

    ``irreducible`` tells whether it is certain that every one of them is needed.
    """

    row_lower: IntArray
    row_upper: IntArray
    column_lower: IntArray
    column_upper: IntArray
    irreducible: bool


def find_conflict(program: LinearProgram, time_limit: float) -> ConflictingLimits | None:
    """Find an irreducible conflict of an infeasible programme; None where the programme is feasible.

    Parameters
    ----------
    program
        The programme; its costs play no part.
    time_limit
        Wall time after which the smallest conflict so far is returned [s].

    Raises
    ------
    SolveError
        When it cannot be settled within the time whether the programme is feasible.
    """
    search = _Search(replace(program, cost=np.zeros(program.n_columns), offset=0.0), time_limit)
    limits = search.crossing()
    if limits is None:
        limits = search.linear()
    if limits is None and program.is_mixed_integer:
        limits = search.mixed()
    if limits is None:
        return None
    m, n = program.n_rows, program.n_columns
    parts = np.split(np.sort(limits), np.searchsorted(np.sort(limits), [m, 2 * m, 2 * m + n]))
    offsets = (0, m, 2 * m, 2 * m + n)
    sides = [part - offset for part, offset in zip(parts, offsets, strict=True)]
    return ConflictingLimits(sides[0], sides[1], sides[2], sides[3], search.certain)


class _Search:
    """The state of one search: the programme without costs, the deadline, and whether every test was decided."""

    def __init__(self, program: LinearProgram, time_limit: float) -> None:
        self.program = program
        self.relaxed = replace(program, integer=np.zeros(program.n_columns, dtype=np.bool_))
        self.deadline = time.monotonic() + time_limit
        self.certain = True
        m, n = program.n_rows, program.n_columns
        self._ends = (m, 2 * m, 2 * m + n, 2 * m + 2 * n)
        every = (program.row_lower, program.row_upper, program.column_lower, program.column_upper)
        self.every = np.flatnonzero(np.isfinite(np.concatenate(every)))

    def options(self) -> SolveOptions:
        """Options of one test: what is left of the time."""
        left = max(self.deadline - time.monotonic(), 1e-3)
        return SolveOptions(time_limit=left, method="simplex", warm=False)

    def crossing(self) -> IntArray | None:
        """Look for a lower bound above its own upper bound."""
        program = self.program
        for lower, upper, first, second in (
            (program.row_lower, program.row_upper, 0, self._ends[0]),
            (program.column_lower, program.column_upper, self._ends[1], self._ends[2]),
        ):
            # the margin keeps bounds that cross by rounding, which HiGHS accepts, out of the conflicts
            crossed = np.flatnonzero(lower > upper + SolveOptions().tolerance)
            if len(crossed):
                return np.array([first + crossed[0], second + crossed[0]])
        return None

    def linear(self) -> IntArray | None:
        """Look for a conflict of the linear relaxation."""
        engine = Engine(self.relaxed)
        engine.option("presolve", "off")  # so that the simplex ends with a proof
        run = engine.run(self.options())
        if run.outcome is Outcome.STOPPED:
            raise SolveError("no conflict was found within the time limit", hint="give a longer time limit")
        if run.outcome is not Outcome.INFEASIBLE:
            return None
        limits = self.every
        ray = engine.infeasibility_ray()
        for multipliers in () if ray is None else (ray, -ray):
            proof = self._in_proof(multipliers)
            if proof is not None and self.infeasible(self.relaxed, proof):
                limits = proof
                break
        if len(limits) > _FEW:
            if self._is_certain(limits):
                return limits
            limits = self._in_iis(limits)
        return self.quickxplain(lambda kept: self.infeasible(self.relaxed, kept), limits, limits[:0])

    def mixed(self) -> IntArray | None:
        """Look for a conflict that integrality makes: rows first, then the column bounds that they need."""
        if not self.infeasible(self.program, self.every):
            if not self.certain:
                raise SolveError("no conflict was found within the time limit", hint="give a longer time limit")
            return None
        rows = self.every[self.every < self._ends[1]]
        bounds = self.every[self.every >= self._ends[1]]

        def test(kept: IntArray) -> bool:
            return self.infeasible(self.program, kept)

        rows = self.quickxplain(test, rows, bounds)
        bounds = self.quickxplain(test, bounds, rows)
        return np.concatenate([rows, bounds])

    def infeasible(self, program: LinearProgram, limits: IntArray) -> bool:
        """Tell whether a programme is infeasible with these limits alone; undecided counts as feasible."""
        if time.monotonic() > self.deadline:
            self.certain = False
            return False
        outcome = Engine(self._restricted(program, limits)[0]).run(self.options()).outcome
        self.certain &= outcome is not Outcome.STOPPED
        return outcome is Outcome.INFEASIBLE

    def quickxplain(self, infeasible: Callable[[IntArray], bool], candidates: IntArray, given: IntArray) -> IntArray:
        """Give an irreducible part of the candidates that is infeasible with the given limits."""

        def search(background: IntArray, grown: bool, rest: IntArray) -> IntArray:
            if grown and infeasible(background):
                return rest[:0]
            if len(rest) <= 1:
                return rest
            half = len(rest) // 2
            first, second = rest[:half], rest[half:]
            needed = search(np.concatenate([background, first]), True, second)
            more = search(np.concatenate([background, needed]), len(needed) > 0, first)
            return np.concatenate([more, needed])

        return search(given, len(given) > 0, candidates)

    def _in_proof(self, multipliers: FloatArray) -> IntArray | None:
        """Give the limits that a proof uses, or None where the multipliers call for a limit that is infinite."""
        m, n = self.program.n_rows, self.program.n_columns
        scale = np.abs(multipliers).max(initial=0.0)
        y = np.where(np.abs(multipliers) > _PROOF_TOLERANCE * scale, multipliers, 0.0)
        d = self.program.matrix.transposed_times(y)
        d[np.abs(d) <= _PROOF_TOLERANCE * np.abs(d).max(initial=scale)] = 0.0
        wanted = np.concatenate([y > 0, y < 0, d < 0, d > 0])
        limits = np.flatnonzero(wanted)
        known = np.zeros(2 * m + 2 * n, dtype=np.bool_)
        known[self.every] = True
        return limits if len(limits) and known[limits].all() else None

    def _is_certain(self, limits: IntArray) -> bool:
        """Tell whether infeasible limits are irreducible because their normals depend in one way only, on all.

        Any proof that some of the limits are infeasible is a dependency of their normals, ``y @ rows + d = 0``
        with ``d`` for the limits on columns. With ``y[0] = 1`` and arbitrary costs on the free ``y``, a linear
        programme has an optimum if no second dependency exists, and is unbounded otherwise.
        """
        m, n = self.program.n_rows, self.program.n_columns
        rows = np.unique(limits[limits < 2 * m] % max(m, 1))
        bounds = np.unique((limits[limits >= 2 * m] - 2 * m) % max(n, 1))
        if not len(rows) or len(rows) + len(bounds) < len(limits):
            return False
        entries, row_of = _entries_of(self.program.matrix, rows)
        column = self.program.matrix.column[entries]
        free = ~np.isin(column, bounds)
        columns, column_of = np.unique(column[free], return_inverse=True)
        fixed = np.arange(len(rows)) == 0
        dependency = LinearProgram(
            cost=np.random.default_rng(0).uniform(1.0, 2.0, len(rows)),
            column_lower=np.where(fixed, 1.0, -np.inf),
            column_upper=np.where(fixed, 1.0, np.inf),
            integer=np.zeros(len(rows), dtype=np.bool_),
            row_lower=np.zeros(len(columns)),
            row_upper=np.zeros(len(columns)),
            matrix=compress(column_of, row_of[free], self.program.matrix.value[entries[free]], len(columns), len(rows)),
        )
        run = Engine(dependency).run(self.options())
        if run.outcome is not Outcome.OPTIMAL or run.vectors is None:
            return False
        y = np.zeros(m)
        y[rows] = run.vectors.value
        used = np.concatenate([y[rows], self.program.matrix.transposed_times(y)[bounds]])
        return bool((np.abs(used) > _PROOF_TOLERANCE * np.abs(used).max()).all())

    def _in_iis(self, limits: IntArray) -> IntArray:
        """Give HiGHS's irreducible subset of the limits, where it gives one that proves infeasible."""
        program, rows, columns = self._restricted(self.relaxed, limits)
        engine = Engine(program)
        engine.run(self.options())
        iis = engine.irreducible_infeasible_subset(max(self.deadline - time.monotonic(), 1e-3) / 3)
        if iis is None:
            return limits
        found = self._coded(iis, rows, columns)
        found = np.intersect1d(found, limits)
        return found if len(found) < len(limits) and self.infeasible(self.relaxed, found) else limits

    def _coded(self, iis: Iis, rows: IntArray, columns: IntArray) -> IntArray:
        codes: list[int] = []
        for members, original, lower_start, upper_start in (
            (iis.rows, rows, 0, self._ends[0]),
            (iis.columns, columns, self._ends[1], self._ends[2]),
        ):
            for i, has_lower, has_upper in members:
                codes += [lower_start + int(original[i])] * has_lower + [upper_start + int(original[i])] * has_upper
        return np.array(sorted(codes), dtype=np.intp)

    def _restricted(self, program: LinearProgram, limits: IntArray) -> tuple[LinearProgram, IntArray, IntArray]:
        """Give the programme with these limits alone, and its rows and columns in the whole programme."""
        m, n = program.n_rows, program.n_columns
        every = (program.row_lower, program.row_upper, program.column_lower, program.column_upper)
        whole = np.concatenate(every)
        sides = np.concatenate([np.full(m, -np.inf), np.full(m, np.inf), np.full(n, -np.inf), np.full(n, np.inf)])
        sides[limits] = whole[limits]
        row_lower, row_upper, column_lower, column_upper = np.split(sides, self._ends[:3])
        rows = np.flatnonzero(np.isfinite(row_lower) | np.isfinite(row_upper))
        entries, row_of = _entries_of(program.matrix, rows)
        used = np.isfinite(column_lower) | np.isfinite(column_upper)
        used[program.matrix.column[entries]] = True
        columns = np.flatnonzero(used)
        place = np.empty(n, dtype=np.intp)
        place[columns] = np.arange(len(columns))
        column_of = place[program.matrix.column[entries]]
        matrix = compress(row_of, column_of, program.matrix.value[entries], len(rows), len(columns))
        part = LinearProgram(
            cost=np.zeros(len(columns)),
            column_lower=column_lower[columns],
            column_upper=column_upper[columns],
            integer=program.integer[columns],
            row_lower=row_lower[rows],
            row_upper=row_upper[rows],
            matrix=matrix,
        )
        return part, rows, columns


def _entries_of(matrix: Matrix, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Give the positions of the entries of some rows, and for each entry its row's place among them."""
    start, order = matrix.by_rows
    first, counts = start[rows].astype(np.intp), (start[rows + 1] - start[rows]).astype(np.intp)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(first, counts) + within], np.repeat(np.arange(len(rows)), counts)
