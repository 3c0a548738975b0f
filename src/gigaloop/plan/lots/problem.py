"""A lot-sizing problem and its plan as records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LotProblem:
    """Items that share the time of one machine, with a set-up before the lot of each item in each period.

    W. W. Trigeiro, L. J. Thomas, J. O. McClain, Capacitated lot sizing with setup times, Management Science 35
    (1989) 353-366, doi:10.1287/mnsc.35.3.353.

    Parameters
    ----------
    items
        Their names.
    demand
        What must be delivered in every period, no later (items, periods) [pcs].
    setup_cost, setup_time
        Of a set-up, in every period (items, periods).
    unit_cost, unit_time
        Of a piece (items, periods).
    holding_cost
        Of a piece in stock at the end of a period (items, periods).
    capacity
        Time that the machine has (periods,); infinite where nothing limits it.
    initial_stock
        Pieces in stock before the first period (items,).

    Raises
    ------
    UsageError
        For arrays whose shapes do not fit, and numbers that are negative or none.
    """

    items: tuple[str, ...]
    demand: FloatArray
    setup_cost: FloatArray
    setup_time: FloatArray
    unit_cost: FloatArray
    unit_time: FloatArray
    holding_cost: FloatArray
    capacity: FloatArray
    initial_stock: FloatArray

    def __post_init__(self) -> None:
        n, periods = len(self.items), self.periods
        for name, shape in (
            *((name, (n, periods)) for name in ("demand", "setup_cost", "setup_time", "unit_cost", "unit_time")),
            ("holding_cost", (n, periods)),
            ("capacity", (periods,)),
            ("initial_stock", (n,)),
        ):
            array = getattr(self, name)
            if array.shape != shape:
                raise UsageError(f"{name} of the lot-sizing problem has the shape {array.shape}, not {shape}")
            finite = np.isfinite(array) | (name == "capacity")
            if not (finite & (array >= 0.0)).all():
                raise UsageError(f"{name} of the lot-sizing problem holds a number that is negative or none")

    @property
    def periods(self) -> int:
        """Number of periods."""
        return int(self.demand.shape[-1])

    def net_demand(self) -> FloatArray:
        """Give the demand that the initial stock does not serve (items, periods) [pcs]."""
        left = np.maximum(np.cumsum(self.demand, axis=1) - self.initial_stock[:, None], 0.0)
        return np.diff(left, axis=1, prepend=0.0)


@dataclass(frozen=True, slots=True, eq=False)
class LotPlan:
    """What is made when.

    Parameters
    ----------
    made
        Pieces made (items, periods).
    setups
        Whether the machine is set up for the item in the period (items, periods).
    carried
        Whether it still is from the period before, so that no set-up is needed (items, periods).
    stock
        Pieces in stock at the end of the period (items, periods).
    cost
        Of set-ups, pieces and stock.
    bound
        What no plan can cost less than.
    gap
        Share of ``cost`` that ``bound`` leaves open.
    status
        ``optimal``: within the gap that was asked for; ``feasible``: the best plan found in time.
    seconds
        Wall time [s].
    """

    made: FloatArray
    setups: BoolArray
    carried: BoolArray
    stock: FloatArray
    cost: float
    bound: float
    gap: float
    status: str
    seconds: float
