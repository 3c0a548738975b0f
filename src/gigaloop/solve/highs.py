"""The only module that speaks to HiGHS (``highspy``): arrays in, arrays out, statuses as typed outcomes.

HiGHS: Q. Huangfu, J. A. J. Hall, Parallelizing the dual revised simplex method, Mathematical Programming
Computation 10 (2018) 119-142, doi:10.1007/s12532-017-0130-5; https://highs.dev.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from gigaloop.core.errors import SolveError
from gigaloop.solve.arrays import Int32Array, LinearProgram
from gigaloop.solve.interrupts import Interrupts
from gigaloop.solve.outcome import Basis, FloatArray, IntArray, Outcome, SolveOptions, relative_gap
from gigaloop.solve.run import Iis, Run, Vectors

_highspy: Any = import_module("highspy")  # its type stubs lack names that it has
_STOPPED_BY = {
    "kTimeLimit": "time limit",
    "kInterrupt": "interrupt",
    "kHighsInterrupt": "interrupt",
    "kIterationLimit": "iteration limit",
    "kSolutionLimit": "solution limit",
}
_BASIS_STATES = (
    _highspy.HighsBasisStatus.kLower,
    _highspy.HighsBasisStatus.kBasic,
    _highspy.HighsBasisStatus.kUpper,
    _highspy.HighsBasisStatus.kZero,
    _highspy.HighsBasisStatus.kNonbasic,
)
_SIMPLEX, _IPX, _CHOOSE = "simplex", "ipx", "choose"
INTERIOR_POINT_FROM = 30_000
"""Entries from which ``choose`` takes interior point for a cold linear programme: see docs/solve.md, Methods."""
WARM_PIVOTS_PER_ROW = 1 / 3
"""Simplex iterations per row after which ``choose`` gives a large warm start up and takes interior point instead: it
has by then cost about half of what interior point takes (docs/solve.md, Methods)."""
_NO_LIMIT = 2**31 - 1
_DUAL, _PRIMAL = 1, 4
"""HiGHS's numbers of the serial dual and the primal simplex."""
_WEIGHTS, _DEVEX = -1, 1
"""How the dual simplex weighs rows: as HiGHS chooses, which is by steepest edge, and by Devex (HiGHS documentation,
option ``simplex_dual_edge_weight_strategy``)."""
_scheduler = threading.local()


class Engine:
    """One HiGHS instance holding one programme; keeps its basis from run to run."""

    def __init__(self, program: LinearProgram) -> None:
        self._highs: Any = _highspy._Highs()
        self.option("output_flag", False)
        self.n_columns = program.n_columns
        self.n_rows = program.n_rows
        self._integer = program.integer
        self._entries = len(program.matrix.value)
        self._empty_rows = (program.row_lower, program.row_upper)
        self._offset = program.offset
        self._load(program)

    def _load(self, program: LinearProgram) -> None:
        matrix = program.matrix
        status = self._highs.passModel(
            program.n_columns,
            program.n_rows,
            len(matrix.value),
            int(_highspy.MatrixFormat.kColwise),
            int(_highspy.ObjSense.kMinimize),
            program.offset,
            program.cost,
            program.column_lower,
            program.column_upper,
            program.row_lower,
            program.row_upper,
            matrix.start,
            matrix.row,
            matrix.value,
            program.integer.astype(np.int32),
        )
        self._check(status, "pass the model")

    def _check(self, status: Any, what: str) -> None:  # noqa: ANN401 - highspy is untyped
        if status == _highspy.HighsStatus.kError:
            raise SolveError(f"HiGHS could not {what}", hint="SolveOptions(log=True) shows its messages")

    def option(self, name: str, value: str | float | bool) -> None:
        """Set an option of HiGHS.

        Raises
        ------
        SolveError
            When HiGHS does not know the option or refuses the value.
        """
        if self._highs.setOptionValue(name, value) != _highspy.HighsStatus.kOk:
            raise SolveError(f"HiGHS does not take the option {name} = {value!r}")

    # --- changes -----------------------------------------------------------------------------------------

    def set_column_bounds(self, index: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set the bounds of the columns at an index array, in one call."""
        status = self._highs.changeColsBounds(len(index), index.astype(np.int32), lower, upper)
        self._check(status, "change bounds of columns")

    def set_row_bounds(self, index: IntArray, lower: FloatArray, upper: FloatArray) -> None:
        """Set the limits of the rows at an index array, in one call."""
        status = self._highs.changeRowsBounds(len(index), index.astype(np.int32), lower, upper)
        self._check(status, "change limits of rows")

    def set_cost(self, index: IntArray, cost: FloatArray) -> None:
        """Set the costs of the columns at an index array, in one call."""
        status = self._highs.changeColsCost(len(index), index.astype(np.int32), cost)
        self._check(status, "change costs")

    def set_offset(self, offset: float) -> None:
        """Set the constant part of the objective."""
        self._offset = offset
        self._check(self._highs.changeObjectiveOffset(offset), "change the objective's constant")

    def set_coefficients(self, row: IntArray, column: IntArray, value: FloatArray) -> None:
        """Set coefficients one by one."""
        for i, j, a in zip(row.tolist(), column.tolist(), value.tolist(), strict=True):
            self._check(self._highs.changeCoeff(i, j, a), "change a coefficient")

    def add_columns(self, program: LinearProgram, start: Int32Array, row: Int32Array, value: FloatArray) -> None:
        """Add the columns that a grown programme has beyond this one, with their entries in the rows so far."""
        old, new = self.n_columns, program.n_columns
        status = self._highs.addCols(
            new - old,
            program.cost[old:],
            program.column_lower[old:],
            program.column_upper[old:],
            len(value),
            start[:-1],
            row,
            value,
        )
        self._check(status, "add columns")
        whole = np.flatnonzero(program.integer[old:]) + old
        if len(whole):
            kinds = np.full(len(whole), int(_highspy.HighsVarType.kInteger), dtype=np.uint8)
            status = self._highs.changeColsIntegrality(len(whole), whole.astype(np.int32), kinds)
            self._check(status, "make columns whole numbers")
        self.n_columns, self._integer = new, program.integer
        self._entries += len(value)

    def add_rows(self, program: LinearProgram, start: Int32Array, column: Int32Array, value: FloatArray) -> None:
        """Add the rows that a grown programme has beyond this one, with all their entries."""
        old, new = self.n_rows, program.n_rows
        status = self._highs.addRows(
            new - old, program.row_lower[old:], program.row_upper[old:], len(value), start[:-1], column, value
        )
        self._check(status, "add rows")
        self.n_rows, self._empty_rows = new, (program.row_lower, program.row_upper)
        self._entries += len(value)

    # --- basis -------------------------------------------------------------------------------------------

    def basis(self) -> Basis | None:
        """Give the basis of the last run, where it has one."""
        basis = self._highs.getBasis()
        if not basis.valid:
            return None
        columns, rows = basis.col_status, basis.row_status
        return Basis(
            np.fromiter(map(int, columns), np.int8, len(columns)), np.fromiter(map(int, rows), np.int8, len(rows))
        )

    def set_basis(self, basis: Basis) -> None:
        """Set the basis that the next simplex run starts from; columns and rows added since are filled in.

        Raises
        ------
        SolveError
            When HiGHS refuses the basis.
        """
        columns, rows = [_BASIS_STATES[i] for i in basis.columns], [_BASIS_STATES[i] for i in basis.rows]
        made = _highspy.HighsBasis()
        made.col_status = columns + [_BASIS_STATES[4]] * (self.n_columns - len(columns))
        made.row_status = rows + [_BASIS_STATES[1]] * (self.n_rows - len(rows))
        made.valid = True
        self._check(self._highs.setBasis(made), "use the basis")

    # --- run ---------------------------------------------------------------------------------------------

    def run(self, options: SolveOptions, start: FloatArray | None = None) -> Run:
        """Solve, and say how it ended.

        Parameters
        ----------
        options
            How to solve.
        start
            Values (n,) whose integer columns, n or fewer, a mixed-integer solve starts from.

        Raises
        ------
        SolveError
            When HiGHS stops with an error, or without an answer even from scratch.
        KeyboardInterrupt
            When Ctrl-C stopped the solve before it had a feasible solution.
        """
        began = time.perf_counter()
        status = self._run_once(options, start)
        if self._gave_up(status, options) or (options.warm and status in self._trouble()):
            self._highs.clearSolver()
            status = self._run_once(replace(options, warm=False, time_limit=_left(options, began)), start)
        if status in self._trouble():  # mostly of presolve's making: once more, from scratch and without it
            self._highs.clearSolver()
            self.option("presolve", "off")
            status = self._run_once(replace(options, warm=False), None)
            self.option("presolve", _CHOOSE)
        outcome, stopped_by = self._outcome(status, options)
        info = self._highs.getInfo()
        mixed = bool(self._integer.any())
        objective, bound = self._values(outcome, info, mixed)
        return Run(
            outcome=outcome,
            stopped_by=stopped_by,
            objective=objective,
            bound=bound,
            gap=relative_gap(objective, bound) if outcome.has_solution else math.inf,
            seconds=time.perf_counter() - began,
            iterations=sum(
                max(0, count)
                for count in (
                    info.simplex_iteration_count,
                    info.ipm_iteration_count,
                    info.crossover_iteration_count,
                )
            ),
            nodes=max(0, info.mip_node_count),
            vectors=Vectors(self._highs.getSolution()) if outcome.has_solution else None,
            has_duals=outcome is Outcome.OPTIMAL and not mixed,
        )

    def _values(self, outcome: Outcome, info: Any, mixed: bool) -> tuple[float, float]:  # noqa: ANN401
        if outcome is Outcome.STOPPED and mixed:
            return math.nan, float(info.mip_dual_bound)
        if not outcome.has_solution:
            return math.nan, math.inf if outcome is Outcome.INFEASIBLE else -math.inf
        objective = float(info.objective_function_value) if self.n_columns else self._offset
        if mixed:
            return objective, float(info.mip_dual_bound)
        return objective, objective if outcome is Outcome.OPTIMAL else -math.inf

    def _run_once(self, options: SolveOptions, start: FloatArray | None) -> Any:  # noqa: ANN401
        mixed = bool(self._integer.any())
        if not options.warm:
            self._highs.clearSolver()
        _use_threads(options.threads)
        self.option("output_flag", options.log)
        self.option("threads", options.threads)
        self.option("parallel", "off" if options.threads == 1 else "choose")
        self.option("random_seed", options.seed)
        self.option("mip_rel_gap", options.mip_gap)
        self.option("primal_feasibility_tolerance", options.tolerance)
        self.option("dual_feasibility_tolerance", options.tolerance)
        # HiGHS's clock runs on from solve to solve for linear programmes, and starts anew for mixed-integer ones
        self.option("time_limit", options.time_limit + (0.0 if mixed else self._highs.getRunTime()))
        method = _CHOOSE if mixed else self._method(options)
        warm = method == _SIMPLEX and bool(self._highs.getBasis().valid)
        self.option("solver", method)
        # From a good basis perturbed costs only lead astray: half of the pivots go without them.
        self.option("dual_simplex_cost_perturbation_multiplier", 0.0 if warm and not options.far else 1.0)
        self.option("simplex_strategy", _PRIMAL if warm and options.primal else _DUAL)
        self.option("simplex_dual_edge_weight_strategy", _DEVEX if warm and options.far else _WEIGHTS)
        limited = warm and options.method == _CHOOSE and self._is_large()
        self.option("simplex_iteration_limit", self._most_pivots(options) if limited else _NO_LIMIT)
        if mixed and options.warm and start is not None:
            whole = np.flatnonzero(self._integer[: len(start)])
            self._highs.setSolution(len(whole), whole.astype(np.int32), np.round(start[whole]))
        with Interrupts(self._highs, _highspy.cb.HighsCallbackType, options) as interrupts:
            status = self._highs.run()
        if interrupts.error is not None:
            raise interrupts.error
        model_status = self._highs.getModelStatus()
        if status == _highspy.HighsStatus.kError and model_status not in self._trouble():
            text = self._highs.modelStatusToString(model_status)
            raise SolveError(f"HiGHS stopped with an error ({text})", hint="SolveOptions(log=True) shows why")
        if interrupts.by_keyboard and not (model_status.name in _STOPPED_BY and self._is_feasible()):
            raise KeyboardInterrupt
        return model_status

    @staticmethod
    def _trouble() -> tuple[Any, ...]:
        """Give the ends of a run that another method may get past; from a poor basis a run may end without any."""
        found = _highspy.HighsModelStatus
        return found.kUnknown, found.kSolveError, found.kNotset

    def _is_large(self) -> bool:
        return self._entries >= INTERIOR_POINT_FROM

    def _most_pivots(self, options: SolveOptions) -> int:
        return int(self.n_rows * WARM_PIVOTS_PER_ROW) if options.pivots is None else options.pivots

    def _gave_up(self, status: Any, options: SolveOptions) -> bool:  # noqa: ANN401 - highspy is untyped
        """Say whether a warm simplex run reached the limit that this module set for it."""
        limit = status == _highspy.HighsModelStatus.kIterationLimit
        return bool(limit and options.method == _CHOOSE and not self._integer.any())

    def _method(self, options: SolveOptions) -> str:
        if options.method != _CHOOSE:
            return options.method
        cold = self._is_large() and not self._highs.getBasis().valid
        return _IPX if cold else _SIMPLEX

    def _is_feasible(self) -> bool:
        return bool(self._highs.getInfo().primal_solution_status == _highspy.kSolutionStatusFeasible)

    def _outcome(self, status: Any, options: SolveOptions) -> tuple[Outcome, str]:  # noqa: ANN401
        kinds = _highspy.HighsModelStatus
        if status == kinds.kModelEmpty:
            lower, upper = self._empty_rows
            holds = bool(((lower <= 0.0) & (upper >= 0.0)).all())
            return (Outcome.OPTIMAL if holds else Outcome.INFEASIBLE), ""
        if status.name in _STOPPED_BY:
            return (Outcome.FEASIBLE if self._is_feasible() else Outcome.STOPPED), _STOPPED_BY[status.name]
        known = {
            kinds.kOptimal: Outcome.OPTIMAL,
            kinds.kInfeasible: Outcome.INFEASIBLE,
            kinds.kUnbounded: Outcome.UNBOUNDED,
        }
        if status in known:
            return known[status], ""
        if status == kinds.kUnboundedOrInfeasible:
            return self._resolve(options)
        text = self._highs.modelStatusToString(status)
        raise SolveError(f"HiGHS stopped without an answer ({text})", hint="SolveOptions(log=True) shows why")

    def _resolve(self, options: SolveOptions) -> tuple[Outcome, str]:
        """Tell unbounded from infeasible: without costs, an unbounded model is feasible."""
        every = np.arange(self.n_columns)
        cost = np.array(self._highs.getLp().col_cost_, dtype=np.float64)
        self.set_cost(every, np.zeros(self.n_columns))
        try:
            status = self._run_once(replace(options, warm=False), None)
        finally:
            self.set_cost(every, cost)
        if status == _highspy.HighsModelStatus.kOptimal:
            return Outcome.UNBOUNDED, ""
        if status == _highspy.HighsModelStatus.kInfeasible:
            return Outcome.INFEASIBLE, ""
        return Outcome.STOPPED, _STOPPED_BY.get(status.name, "undecided")

    # --- infeasibility -----------------------------------------------------------------------------------

    def infeasibility_ray(self) -> FloatArray | None:
        """Give row multipliers (n_rows,) that prove the last linear run infeasible, where HiGHS has them."""
        status, has_ray, ray = self._highs.getDualRay()
        if status == _highspy.HighsStatus.kError or not has_ray:
            return None
        return np.array(ray, dtype=np.float64)

    def irreducible_infeasible_subset(self, time_limit: float) -> Iis | None:
        """Give HiGHS's infeasible subset of the linear programme, irreducible where the time [s] sufficed."""
        strategy = _highspy.IisStrategy
        value = strategy.kIisStrategyFromLp.value | strategy.kIisStrategyIrreducible.value
        self.option("iis_strategy", int(value))
        self.option("iis_time_limit", time_limit)
        status, iis = self._highs.getIis()
        if status == _highspy.HighsStatus.kError or not iis.valid_:
            return None
        return Iis(_sides(iis.row_index_, iis.row_bound_), _sides(iis.col_index_, iis.col_bound_))


def _left(options: SolveOptions, began: float) -> float:
    """Give the time limit that is left since a moment [s]."""
    return max(options.time_limit - (time.perf_counter() - began), 1e-3)


def _sides(indices: list[int], bounds: list[int]) -> list[tuple[int, bool, bool]]:
    kind = _highspy.IisBoundStatus
    lower = (kind.kIisBoundStatusLower.value, kind.kIisBoundStatusBoxed.value)
    upper = (kind.kIisBoundStatusUpper.value, kind.kIisBoundStatusBoxed.value)
    return [(int(i), int(b) in lower, int(b) in upper) for i, b in zip(indices, bounds, strict=True)]


def _use_threads(threads: int) -> None:
    """Restart HiGHS's thread pool when another number of threads is asked for, as HiGHS wants it."""
    used = getattr(_scheduler, "threads", None)
    if used is not None and used != threads:
        _highspy._Highs.resetGlobalScheduler(True)
    _scheduler.threads = threads
