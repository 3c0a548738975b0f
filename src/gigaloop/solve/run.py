"""What one run of the solver gives back, as records that can be pickled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gigaloop.solve.outcome import FloatArray, Outcome


class Vectors:
    """The vectors of a solution, copied from HiGHS once and turned into arrays when first read."""

    _NAMES = ("col_value", "row_value", "col_dual", "row_dual")

    def __init__(self, raw: Any) -> None:  # noqa: ANN401 - highspy is untyped
        self._raw = raw
        self._arrays: dict[str, FloatArray] = {}

    @classmethod
    def of(cls, value: FloatArray) -> Vectors:
        """Give vectors that hold values of columns alone (n_columns,)."""
        made = cls(None)
        made._arrays["col_value"] = value
        return made

    def _get(self, name: str) -> FloatArray:
        if name not in self._arrays:
            values = getattr(self._raw, name)
            self._arrays[name] = np.fromiter(values, np.float64, len(values))
        return self._arrays[name]

    @property
    def value(self) -> FloatArray:
        """Value of each column (n_columns,)."""
        return self._get("col_value")

    @property
    def activity(self) -> FloatArray:
        """Value of each row (n_rows,)."""
        return self._get("row_value")

    @property
    def reduced_cost(self) -> FloatArray:
        """Reduced cost of each column (n_columns,)."""
        return self._get("col_dual")

    @property
    def dual(self) -> FloatArray:
        """Dual of each row (n_rows,)."""
        return self._get("row_dual")

    def __getstate__(self) -> dict[str, FloatArray]:
        return {name: self._get(name) for name in self._NAMES}

    def __setstate__(self, state: dict[str, FloatArray]) -> None:
        self._raw, self._arrays = None, state


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What one run of HiGHS ended with."""

    outcome: Outcome
    stopped_by: str
    objective: float
    bound: float
    gap: float
    seconds: float
    iterations: int
    nodes: int
    vectors: Vectors | None
    has_duals: bool


@dataclass(frozen=True, slots=True, eq=False)
class Iis:
    """The rows and columns of an irreducible infeasible subset and the sides of them that conflict."""

    rows: list[tuple[int, bool, bool]]
    columns: list[tuple[int, bool, bool]]
