"""What a solve is asked and what it ended with: options, outcomes and bases as plain records."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Method = Literal["choose", "simplex", "ipx"]


class Outcome(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    """Proven optimal (a mixed-integer model: within the gap that was asked for)."""
    FEASIBLE = "feasible"
    """Stopped early with a feasible solution; its gap says how far from optimal it may be."""
    INFEASIBLE = "infeasible"
    """No solution satisfies every row and bound."""
    UNBOUNDED = "unbounded"
    """The objective can fall without limit."""
    STOPPED = "stopped"
    """Stopped early before any feasible solution was found."""

    @property
    def has_solution(self) -> bool:
        """Whether values can be read."""
        return self in (Outcome.OPTIMAL, Outcome.FEASIBLE)


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How to solve.

    Parameters
    ----------
    time_limit
        Wall time after which the best solution so far is returned [s].
    threads
        Threads that HiGHS may use; only mixed-integer models and interior point profit.
    method
        ``simplex`` is the serial dual simplex, the only one that uses a basis; ``ipx`` is interior point with
        crossover; ``choose`` takes the simplex for small or warm models and ``ipx`` for large cold ones.
        Mixed-integer models always use branch and cut.
    mip_gap
        Relative gap at which a mixed-integer solution counts as optimal [1].
    log
        Let HiGHS write its log to the console.
    warm
        Start from the last basis (from the last integer values, in a mixed-integer model).
    seed
        Seed of the solver's tie-breaking.
    tolerance
        Primal and dual feasibility tolerance [in the unit of the row].
    interruptible
        Let Ctrl-C stop a solve that runs in the main thread and return its best solution.
    pivots
        Simplex iterations after which ``choose`` gives a large warm start up for interior point; a third of the rows
        where not given.
    far
        The last basis is far from the optimum, as after limits are taken away: the dual simplex then goes by Devex
        weights and perturbed costs.
    primal
        Only costs have changed since the last basis, so that it is still feasible: the primal simplex goes on from it.
    stop
        Called from time to time during the solve; a true answer stops it.

    Raises
    ------
    UsageError
        For a value out of its range.
    """

    time_limit: float = math.inf
    threads: int = 1
    method: Method = "choose"
    mip_gap: float = 1e-4
    log: bool = False
    warm: bool = True
    seed: int = 0
    tolerance: float = 1e-7
    interruptible: bool = True
    pivots: int | None = None
    far: bool = False
    primal: bool = False
    stop: Callable[[], bool] | None = None

    def __post_init__(self) -> None:
        checks = (
            (self.time_limit > 0, "time_limit", self.time_limit, "a number of seconds above 0"),
            (self.threads >= 1, "threads", self.threads, "1 or more"),
            (self.method in ("choose", "simplex", "ipx"), "method", self.method, "choose, simplex or ipx"),
            (0 <= self.mip_gap < math.inf, "mip_gap", self.mip_gap, "0 or more"),
            (0 <= self.seed < 2**31, "seed", self.seed, "a whole number from 0 to 2147483647"),
            (1e-10 <= self.tolerance <= 1e-1, "tolerance", self.tolerance, "from 1e-10 to 0.1"),
        )
        for holds, name, value, wanted in checks:
            if not holds:
                raise UsageError(f"{name} is {value!r}", hint=f"give {wanted}")


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """A simplex basis as arrays, so that it can be stored, pickled and sent to another process.

    Parameters
    ----------
    columns
        State of every column (n_columns,): 0 at lower, 1 basic, 2 at upper, 3 free at zero, 4 nonbasic.
    rows
        State of every row (n_rows,), coded alike.
    """

    columns: NDArray[np.int8]
    rows: NDArray[np.int8]


def relative_gap(objective: float, bound: float) -> float:
    """Give the relative gap between an objective and its bound, as HiGHS defines it.

    >>> relative_gap(100.0, 98.0)
    0.02
    """
    distance = abs(objective - bound)
    if distance == 0.0:
        return 0.0
    return distance / abs(objective) if objective and math.isfinite(distance) else math.inf
