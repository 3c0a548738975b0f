"""Lot sizing of one supply: whole orders that cover a need to date within an allocation to date, at least cost.

After H. M. Wagner, T. M. Whitin, *Management Science* 5:89 (1958), doi:10.1287/mnsc.5.1.89, with least lots, multiples
and prices by quantity, where orders without stock at hand are no longer optimal: the state is the quantity to date.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray, IntArray

MOST_STEPS = 4000
"""Steps of quantity that are told apart; where the lots are finer than that, orders are multiples of several lots.
Source: a choice of this model."""
_ROUNDING = 1e-6
"""Share of a lot that counts as the solver's tolerance."""


@dataclass(frozen=True, slots=True)
class LotRule:
    """What orders of a supply must be.

    Parameters
    ----------
    minimum
        Least pieces of an order.
    multiple
        Orders are whole multiples of so many pieces.
    prices
        Quantity and the price from it upward [USD], by rising quantity; the first quantity is 0.
    """

    minimum: float
    multiple: float
    prices: tuple[tuple[float, float], ...]

    def price(self, quantity: float) -> float:
        """Give the price of a piece in an order [USD].

        >>> LotRule(0.0, 1.0, ((0.0, 5.0), (100.0, 4.0))).price(100.0)
        4.0
        """
        return [price for least, price in self.prices if least <= quantity * (1.0 + 1e-12)][-1]


@dataclass(frozen=True, slots=True, eq=False)
class Lots:
    """Orders by week of arrival.

    Parameters
    ----------
    quantity, price
        Pieces, and price of a piece (weeks,) [pcs, USD].
    small
        Weeks whose orders are below the minimum, as nothing else covers the need.
    ahead
        Most pieces by which orders are ahead of the allocation, always less than a lot.
    step
        Pieces whose multiples were told apart.
    """

    quantity: FloatArray
    price: FloatArray
    small: tuple[int, ...]
    ahead: float
    step: float


def place_lots(need: FloatArray, limit: FloatArray, rule: LotRule, weight: FloatArray) -> Lots:
    """Place orders at least cost, paid as they arrive, so that need <= ordered <= limit, all to date.

    The limit is passed by less than a lot where whole lots cannot cover the need otherwise, and orders are below the
    minimum where those of the minimum would come too late: as few as possible.

    Parameters
    ----------
    need, limit
        Pieces to date that must and may have arrived (weeks,), neither ever falling, need at most limit.
    rule
        What orders must be.
    weight
        Present value of a dollar paid in each week (weeks,).

    Examples
    --------
    Ten pieces in week 0 and ten in week 2; 20 at once cost 4 USD a piece instead of 5.

    >>> need, free = np.array([10.0, 10.0, 20.0]), np.full(3, 100.0)
    >>> place_lots(need, free, LotRule(5.0, 5.0, ((0.0, 5.0), (20.0, 4.0))), np.ones(3)).quantity.tolist()
    [20.0, 0.0, 0.0]
    """
    step = rule.multiple * max(1.0, np.ceil(float(need[-1]) / rule.multiple / MOST_STEPS))
    low = np.maximum(np.ceil(need / step - _ROUNDING), 0.0).astype(np.intp)
    largest = int(np.ceil(max(rule.minimum, rule.prices[-1][0]) / step))
    high = np.maximum(np.floor(limit / step + _ROUNDING).astype(np.intp), low)
    high = np.maximum(np.minimum(high, low[-1] + largest), low)
    ahead = float(np.max(low * step - limit, initial=0.0))
    sizes = _sizes(rule, step, int(high[-1]))
    values = _values(low, high, sizes, weight)
    quantity, price = np.zeros(len(need)), np.zeros(len(need))
    at = int(np.argmin(values[-1]))
    size = np.zeros(int(high[-1]) + 1)
    for first, until, each, _ in sizes:
        size[first:until] = np.arange(first, until) * each
    fines = np.concatenate([np.full(until - first, fine) for first, until, _, fine in sizes]) if sizes else np.zeros(0)
    for t in range(len(need) - 1, -1, -1):
        before = values[t]
        if before[at] <= values[t + 1][at]:
            continue
        options = before[:at][::-1] + weight[t] * size[1 : at + 1] + fines[:at]
        lots = int(np.argmin(options)) + 1
        quantity[t], price[t] = lots * step, rule.price(lots * step)
        at -= lots
    small = np.flatnonzero((quantity > 0.0) & (quantity < rule.minimum * (1.0 - 1e-12)))
    return Lots(quantity, price, tuple(small.tolist()), ahead if ahead > _ROUNDING * step else 0.0, step)


Sizes = list[tuple[int, int, float, float]]


def _sizes(rule: LotRule, step: float, most: int) -> Sizes:
    """Give runs of order sizes [steps], first and after the last, with the price of a step and the fine of an order."""
    least = max(int(np.ceil(rule.minimum / step - 1e-12)), 1)
    breaks = {max(int(np.ceil(quantity / step - 1e-12)), 1) for quantity, _ in rule.prices}
    edges = sorted({1, least, most + 1} | breaks)
    highest = max(price for _, price in rule.prices)
    fine = 10.0 * highest * step * (most + 1.0)
    return [
        (first, until, rule.price(first * step) * step, fine if first < least else 0.0)
        for first, until in pairwise(edges)
        if until <= most + 1
    ]


def _values(low: IntArray, high: IntArray, sizes: Sizes, weight: FloatArray) -> FloatArray:
    """Give the least cost of every quantity to date before each week and at the end (weeks + 1, steps + 1)."""
    most = int(high[-1])
    quantity = np.arange(most + 1)
    values = np.full((len(low) + 1, most + 1), np.inf)
    values[0, 0] = 0.0
    for t in range(len(low)):
        before, best = values[t], values[t].copy()
        reached = int(high[t - 1]) if t else 0
        for first, until, price, fine in sizes:
            rate = weight[t] * price
            lowest = _lowest_behind(before - rate * quantity, first, until - 1, min(reached + until, most + 1))
            best = np.minimum(best, lowest + rate * quantity + fine)
        best[: low[t]] = np.inf
        best[high[t] + 1 :] = np.inf
        values[t + 1] = best
    return values


def _lowest_behind(values: FloatArray, nearest: int, farthest: int, until: int) -> FloatArray:
    """Give for every index below ``until`` the lowest value from ``nearest`` to ``farthest`` places before it."""
    found = np.full(len(values), np.inf)
    length = farthest - nearest + 1
    if length >= len(values):
        lowest = np.minimum.accumulate(values)
    else:
        lowest, span = values.copy(), 1
        while 2 * span <= length:
            lowest[span:] = np.minimum(lowest[span:], lowest[:-span])
            span *= 2
        shift = length - span
        if shift:
            lowest[shift:] = np.minimum(lowest[shift:], lowest[:-shift].copy())
    found[nearest:until] = lowest[: max(until - nearest, 0)]
    return found
