"""The solution of a model: values, duals and costs by block, as they were when the solve ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import SolveError, UsageError
from gigaloop.solve.arrays import LinearProgram
from gigaloop.solve.blocks import Block, Columns, Rows
from gigaloop.solve.outcome import FloatArray, IntArray, Outcome, SolveOptions

if TYPE_CHECKING:
    from gigaloop.solve.run import Run, Vectors

Index = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Solution:
    """What a solve ended with; it can be pickled, and later changes of the model do not touch it.

    ``solution[x]`` gives the values of a block of columns in the block's shape.
    """

    model: str
    program: LinearProgram
    blocks: tuple[Columns, ...]
    owner: int
    run: Run

    @property
    def status(self) -> Outcome:
        """How the solve ended."""
        return self.run.outcome

    @property
    def stopped_by(self) -> str:
        """What stopped the solve early (``time limit``, ``interrupt`` ...); empty where nothing did."""
        return self.run.stopped_by

    @property
    def objective(self) -> float:
        """Objective of the solution, its constant included; NaN where there is no solution."""
        return self.run.objective

    @property
    def bound(self) -> float:
        """What no solution's objective can be below."""
        return self.run.bound

    @property
    def gap(self) -> float:
        """Relative distance of the objective from its bound [1]."""
        return self.run.gap

    @property
    def seconds(self) -> float:
        """Wall time of the solve [s]."""
        return self.run.seconds

    @property
    def iterations(self) -> int:
        """Simplex, interior-point and crossover iterations."""
        return self.run.iterations

    @property
    def nodes(self) -> int:
        """Nodes of branch and cut."""
        return self.run.nodes

    @property
    def values(self) -> FloatArray:
        """Value of every column of the model (n_columns,)."""
        return self._vectors.value

    def __getitem__(self, x: Columns | Index) -> FloatArray:
        return self._take(self._vectors.value, x, Columns)

    def activity(self, r: Rows | Index) -> FloatArray:
        """Give the value of the rows' sums (shape).

        Raises
        ------
        SolveError
            Where the solve ended without a solution.
        """
        return self._take(self._vectors.activity, r, Rows)

    def slack(self, r: Rows | Index) -> FloatArray:
        """Give the distance of the rows' sums from their nearer limit (shape); infinite for free rows.

        Raises
        ------
        SolveError
            Where the solve ended without a solution.
        """
        activity = self._vectors.activity
        nearer = np.minimum(activity - self.program.row_lower, self.program.row_upper - activity)
        return self._take(nearer, r, Rows)

    def dual(self, r: Rows | Index) -> FloatArray:
        """Give the change of the objective per unit by which a row's binding limit rises (shape).

        It is 0 or more where the lower limit binds, 0 or less where the upper limit binds.

        Raises
        ------
        SolveError
            Where there are no duals: no optimal solution, or a mixed-integer model (see :meth:`fixed_duals`).
        """
        return self._take(self._with_duals.dual, r, Rows)

    def reduced_cost(self, x: Columns | Index) -> FloatArray:
        """Give the change of the objective per unit by which a column's binding bound rises (shape).

        Raises
        ------
        SolveError
            Where there are no duals: no optimal solution, or a mixed-integer model (see :meth:`fixed_duals`).
        """
        return self._take(self._with_duals.reduced_cost, x, Columns)

    def cost(self, x: Columns | Index) -> FloatArray:
        """Give the part of the objective that each column pays (shape).

        Raises
        ------
        SolveError
            Where the solve ended without a solution.
        """
        return self._take(self.program.cost * self._vectors.value, x, Columns)

    def breakdown(self) -> dict[str, float]:
        """Give the part of the objective that each block of columns pays, and the ``constant``.

        The parts add up to the objective, to rounding. Blocks that pay nothing are left out.

        Raises
        ------
        SolveError
            Where the solve ended without a solution.
        """
        parts = {block.name: float(self.cost(block).sum()) for block in self.blocks}
        return {name: part for name, part in (parts | {"constant": self.program.offset}).items() if part}

    def fixed_duals(self, options: SolveOptions | None = None) -> Solution:
        """Solve again as a linear programme with the whole numbers fixed, so that duals can be read.

        The duals answer for small changes that leave the whole numbers as they are.

        Raises
        ------
        SolveError
            Where the solve ended without a solution.
        """
        from gigaloop.solve.highs import Engine

        program, values = self.program, np.round(self._vectors.value)
        whole = program.integer
        fixed = replace(
            program,
            column_lower=np.where(whole, values, program.column_lower),
            column_upper=np.where(whole, values, program.column_upper),
            integer=np.zeros(program.n_columns, dtype=np.bool_),
        )
        return replace(self, program=fixed, run=Engine(fixed).run(options or SolveOptions()))

    @property
    def _vectors(self) -> Vectors:
        if self.run.vectors is None:
            hints = {
                Outcome.INFEASIBLE: "explain_infeasible(model) says which limits conflict",
                Outcome.UNBOUNDED: "a column that earns money has no upper bound",
                Outcome.STOPPED: "give it a longer time limit",
            }
            why = f"model {self.model!r} has no solution: it is {self.status.value}"
            raise SolveError(why, hint=hints.get(self.status, ""))
        return self.run.vectors

    @property
    def _with_duals(self) -> Vectors:
        vectors = self._vectors
        if not self.run.has_duals:
            mixed = self.program.is_mixed_integer
            why = "a mixed-integer model has no duals" if mixed else "the solve stopped before the optimum"
            hint = "solution.fixed_duals() gives those of the linear programme with whole numbers fixed"
            raise SolveError(f"model {self.model!r}: {why}", hint=hint if mixed else "")
        return vectors

    def _take(self, vector: FloatArray, ref: Block | Index, kind: type[Block]) -> FloatArray:
        index = resolve(ref, kind, self.owner, self.model)
        if index.size and index.max() >= len(vector):
            raise UsageError(f"the solution of {self.model!r} is older than that block", hint="solve again")
        return np.asarray(vector[index])


def resolve(ref: Block | Index, kind: type[Block], owner: int, model: str) -> IntArray:
    """Give the indices that a block or an index array stands for.

    Raises
    ------
    UsageError
        For a block of another model or of the other kind, or an array that holds no whole numbers.
    """
    if isinstance(ref, Block):
        if not isinstance(ref, kind) or ref.owner != owner:
            wanted = kind.__name__.lower()
            raise UsageError(f"{ref.name!r} is no block of {wanted} of model {model!r}")
        return ref.index
    index = np.asarray(ref)
    if index.dtype.kind not in "iu" and index.size:
        raise UsageError(f"an index array of model {model!r} holds {index.dtype} instead of whole numbers")
    return index.astype(np.intp, copy=False)
