"""Heat exchangers by effectiveness and number of transfer units (NTU), both ways, and by logarithmic mean difference.

Effectiveness is heat over the most that the inlet temperatures allow, ``NTU = UA / Cmin``, ``ratio = Cmin / Cmax``
of the heat capacity flows ``C = m cp`` [W/K]. All functions broadcast.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError

Arrangement = Literal[
    "counterflow",
    "parallel",
    "crossflow",
    "crossflow, Cmax mixed",
    "crossflow, Cmin mixed",
    "shell and tube",
    "phase change",
]
"""Counterflow (plate exchangers), parallel flow, crossflow with both sides unmixed or one mixed, one shell pass with an
even number of tube passes, and one side at constant temperature (condensers, evaporators, cooling coils at Cmax)."""

_BALANCED = 1e-12
"""Counterflow with ratios nearer to 1 than this takes the limit."""

_CROSSFLOW_MOST = 100.0
"""More transfer units than these count as these in crossflow with both sides unmixed; no exchanger comes near."""

_ITERATIONS = 60
"""Of the bisection that inverts crossflow with both sides unmixed: it ends at the resolution of a float."""


def effectiveness(ntu: ArrayLike, ratio: ArrayLike, arrangement: Arrangement = "counterflow") -> NDArray[np.float64]:
    """Give the effectiveness of a heat exchanger.

    Parameters
    ----------
    ntu
        Number of transfer units, any shape; 0 or more.
    ratio
        Cmin over Cmax, any shape; 0 to 1.
    arrangement
        How the streams pass each other.

    Raises
    ------
    GigaloopError
        If a number of transfer units is negative or a ratio is outside of 0 to 1.

    References
    ----------
    Kays and London, Compact Heat Exchangers (3rd ed., 1984), chapter 2; Incropera et al., Fundamentals of Heat and Mass
    Transfer (6th ed., 2007), table 11.3. Both sides unmixed: the series of Nusselt as given by
    Mason, Proc. 2nd U.S. Nat. Congress of Applied Mechanics (1954) and Baclic, Trans. ASME J. Heat Transfer 100
    (1978), which is exact.

    Examples
    --------
    >>> effectiveness([1.0, 3.0], 1.0).round(3).tolist()
    [0.5, 0.75]
    """
    n, r = np.broadcast_arrays(np.asarray(ntu, dtype=np.float64), np.asarray(ratio, dtype=np.float64))
    if (n < 0.0).any() or (r < 0.0).any() or (r > 1.0).any():
        raise GigaloopError(
            "a heat exchanger has a number of transfer units of 0 or more and a ratio of heat capacity flows of 0 to 1",
            hint="the ratio is the smaller of the two over the larger",
        )
    return np.asarray(_EFFECTIVENESS[arrangement](n, r))


def _counterflow(n: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    # With x = NTU (1 - r): eff = (1 - e^-x) / (1 - r e^-x); its limit at r = 1 is NTU / (1 + NTU).
    gap = 1.0 - r
    gain = -np.expm1(-n * gap)
    balanced = gap < _BALANCED
    return np.where(balanced, n / (1.0 + n), gain / np.where(balanced, 1.0, gap + r * gain))


def _parallel(n: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.expm1(-n * (1.0 + r)) / (1.0 + r)


def _crossflow(n: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    # Sum over k of (1 - S_k(n)) (1 - S_k(r n)) / (r n), with S_k(x) = e^-x (1 + x + ... + x^k / k!); rests are kept.
    hot = np.minimum(n, _CROSSFLOW_MOST)
    cold = r * hot
    small = cold < 1e-9
    hot_term, cold_term = np.exp(-hot), np.exp(-cold)
    hot_rest, cold_rest = -np.expm1(-hot), -np.expm1(-cold)
    total = hot_rest * cold_rest
    most = float(hot.max(initial=0.0))
    for k in range(1, int(most + 12.0 * np.sqrt(most)) + 25):
        hot_term, cold_term = hot_term * hot / k, cold_term * cold / k
        hot_rest, cold_rest = np.maximum(hot_rest - hot_term, 0.0), np.maximum(cold_rest - cold_term, 0.0)
        total = total + hot_rest * cold_rest
    return np.where(small, -np.expm1(-n), total / np.where(small, 1.0, cold))


def _max_mixed(n: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    small = r < 1e-12
    gain = -np.expm1(-n)
    return np.where(small, gain, -np.expm1(-r * gain) / np.where(small, 1.0, r))


def _min_mixed(n: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    small = r < 1e-12
    return -np.expm1(np.where(small, -n, np.expm1(-r * n) / np.where(small, 1.0, r)))


def _shell(n: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    root = np.sqrt(1.0 + r * r)
    gain = -np.expm1(-n * root)
    return 2.0 * gain / ((1.0 + r) * gain + root * (2.0 - gain))


def _phase(n: NDArray[np.float64], _: NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.expm1(-n)


_EFFECTIVENESS = {
    "counterflow": _counterflow,
    "parallel": _parallel,
    "crossflow": _crossflow,
    "crossflow, Cmax mixed": _max_mixed,
    "crossflow, Cmin mixed": _min_mixed,
    "shell and tube": _shell,
    "phase change": _phase,
}


def most_effective(ratio: ArrayLike, arrangement: Arrangement = "counterflow") -> NDArray[np.float64]:
    """Give the effectiveness that an endless heat exchanger of an arrangement has.

    Examples
    --------
    >>> most_effective([0.0, 1.0], "parallel").tolist()
    [1.0, 0.5]
    """
    r = np.asarray(ratio, dtype=np.float64)
    return effectiveness(np.full_like(r, 1e9 if arrangement == "counterflow" else 1e6), r, arrangement)


def ntu(effectiveness: ArrayLike, ratio: ArrayLike, arrangement: Arrangement = "counterflow") -> NDArray[np.float64]:
    """Give the number of transfer units that an effectiveness needs, the inverse of :func:`effectiveness`.

    Raises
    ------
    GigaloopError
        If no heat exchanger of the arrangement, however large, has the effectiveness.

    Examples
    --------
    >>> ntu([0.5, 0.75], 1.0).round(3).tolist()
    [1.0, 3.0]
    """
    e, r = np.broadcast_arrays(np.asarray(effectiveness, dtype=np.float64), np.asarray(ratio, dtype=np.float64))
    most = most_effective(r, arrangement)
    wrong = ~((e >= 0.0) & (e < most))
    if wrong.any():
        at = float(e[wrong].flat[0]), float(most[wrong].flat[0])
        raise GigaloopError(
            f"no {arrangement} heat exchanger has an effectiveness of {at[0]:.4g}: it is below {at[1]:.4g}",
            hint="allow a larger approach, or a larger flow on the side that is to take the heat",
        )
    return np.asarray(_NTU[arrangement](e, r))


def _counterflow_ntu(e: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    gap = 1.0 - r
    balanced = gap < _BALANCED
    return np.where(balanced, e / (1.0 - e), np.log1p(e * gap / (1.0 - e)) / np.where(balanced, 1.0, gap))


def _parallel_ntu(e: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.log1p(-e * (1.0 + r)) / (1.0 + r)


def _crossflow_ntu(e: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    # NTU between that of r = 0 and a bound at which the effectiveness has been passed.
    low, high = -np.log1p(-e), np.full_like(e, _CROSSFLOW_MOST)
    for _ in range(_ITERATIONS):
        middle = np.sqrt(np.maximum(low, 1e-300) * high)
        below = _crossflow(middle, r) < e
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.where(e == 0.0, 0.0, np.sqrt(low * high))


def _max_mixed_ntu(e: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    small = r < 1e-12
    return -np.log1p(np.where(small, -e, np.log1p(-r * e) / np.where(small, 1.0, r)))


def _min_mixed_ntu(e: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    small = r < 1e-12
    first = np.log1p(-e)
    return np.where(small, -first, -np.log1p(r * first) / np.where(small, 1.0, r))


def _shell_ntu(e: NDArray[np.float64], r: NDArray[np.float64]) -> NDArray[np.float64]:
    root = np.sqrt(1.0 + r * r)
    # Solved for gain = 1 - exp(-NTU root): e ((1 + r) gain + root (2 - gain)) = 2 gain.
    gain = 2.0 * e * root / (2.0 - e * (1.0 + r) + e * root)
    return -np.log1p(-gain) / root


def _phase_ntu(e: NDArray[np.float64], _: NDArray[np.float64]) -> NDArray[np.float64]:
    return -np.log1p(-e)


_NTU = {
    "counterflow": _counterflow_ntu,
    "parallel": _parallel_ntu,
    "crossflow": _crossflow_ntu,
    "crossflow, Cmax mixed": _max_mixed_ntu,
    "crossflow, Cmin mixed": _min_mixed_ntu,
    "shell and tube": _shell_ntu,
    "phase change": _phase_ntu,
}


def mean_difference(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Give the logarithmic mean of the temperature differences at the two ends of a heat exchanger [K].

    Raises
    ------
    GigaloopError
        If a difference is zero or negative: the streams would cross.

    Examples
    --------
    >>> mean_difference([10.0, 10.0], [5.0, 10.0]).round(3).tolist()
    [7.213, 10.0]
    """
    a, b = np.broadcast_arrays(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    if not ((a > 0.0) & (b > 0.0)).all():
        worst = float(np.minimum(a, b).min())
        raise GigaloopError(
            f"the approach of a heat exchanger must be above 0 K, not {worst:.3g} K: heat would flow uphill",
            hint="lower the supply of the cooler side, or allow the warmer side a higher temperature",
        )
    # For nearly equal ends the series of the quotient; elsewhere (a - b) / ln(a / b).
    gap = (a - b) / b
    near = np.abs(gap) < 1e-4
    series = b * (1.0 + gap / 2.0 - gap * gap / 12.0)
    return np.asarray(np.where(near, series, (a - b) / np.where(near, 1.0, np.log(a / b))))
