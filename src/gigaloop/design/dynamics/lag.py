"""First-order lags, exact for inputs that are constant within a step, over whole traces at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError

_FORGOTTEN = 1e-18
"""A weight below which what was before no longer shows in double precision."""


def decay(inputs: ArrayLike, factor: float) -> NDArray[np.float64]:
    """Sum inputs with weights that decay: ``y[k] = factor y[k-1] + x[k]``, along the last axis.

    The recursion is unrolled by doubling: after a pass with shift ``s`` each sum holds ``2 s`` terms. That takes
    log2(n) passes over the array instead of n steps.

    Parameters
    ----------
    inputs
        Any shape (..., n).
    factor
        Within 0 and 1.

    Examples
    --------
    >>> decay([1.0, 0.0, 0.0, 2.0], 0.5).tolist()
    [1.0, 0.5, 0.25, 2.125]
    """
    if not 0.0 <= factor <= 1.0:
        raise GigaloopError(f"a factor of decay of {factor:g} is not within 0 and 1")
    total = np.array(inputs, dtype=np.float64)
    shift, weight = 1, factor
    while shift < total.shape[-1] and weight > _FORGOTTEN:
        total[..., shift:] += weight * total[..., :-shift].copy()
        shift, weight = 2 * shift, weight * weight
    return total


def first_order(
    inputs: ArrayLike, step: float, time_constant: float, initial: float | None = None
) -> NDArray[np.float64]:
    """Give the response of ``tau dy/dt = u - y`` at the end of each step, exact for inputs constant within a step.

    Parameters
    ----------
    inputs
        ``u`` in each step, shape (..., n).
    step
        [s]
    time_constant
        ``tau`` [s]; 0 for none.
    initial
        ``y`` at the beginning; the first input where not given.

    Raises
    ------
    GigaloopError
        If the step is not above 0 or the time constant negative.

    Examples
    --------
    A step of 10 K through a loop of 60 s has done 63 % after a minute:

    >>> round(float(first_order([10.0] * 60, 1.0, 60.0, initial=0.0)[-1]), 2)
    6.32
    """
    if not step > 0.0 or time_constant < 0.0:
        raise GigaloopError(f"a lag of {time_constant:g} s at steps of {step:g} s is not possible")
    drive = np.asarray(inputs, dtype=np.float64)
    if time_constant == 0.0 or not drive.shape[-1]:
        return drive.copy()
    keep = math.exp(-step / time_constant)
    scaled = drive * -math.expm1(-step / time_constant)
    start = drive[..., 0] if initial is None else initial
    scaled[..., 0] += keep * start
    return decay(scaled, keep)
