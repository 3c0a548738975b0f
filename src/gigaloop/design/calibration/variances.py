"""Variances of effects from residuals, by the marginal likelihood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SPREAD = 1.0
"""Standard deviation of the log of a standard deviation, before any measurement. Source: a choice of this project."""

_STUDENT = 4.0
"""Degrees of freedom of the noise, which has the outliers of published tables. Source: a choice of this project."""


def estimate_variances(
    correlations: Sequence[FloatArray],
    residuals: FloatArray,
    priors: FloatArray,
    noise: float,
    *,
    weights: FloatArray | None = None,
    start: FloatArray | None = None,
    rounds: int = 60,
) -> tuple[FloatArray, float]:
    """Estimate standard deviations of effects and of the noise, by ascent of the marginal likelihood.

    Parameters
    ----------
    correlations
        Of each effect (n, n).
    residuals
        Logs of measured over computed (n,).
    priors, noise
        Standard deviations before any measurement.
    weights
        Of the measurements (n,), 1 for an ordinary one: see :func:`student_weights`.
    start
        Logs of the deviations and of the noise, where known.

    Returns
    -------
    tuple
        Standard deviations of the effects, and of the noise.
    """
    centre = np.log(np.append(priors, noise))
    logs = centre.copy() if start is None else start.copy()
    weight = np.ones(len(residuals)) if weights is None else weights
    first, second = np.zeros_like(logs), np.zeros_like(logs)
    size = len(residuals)
    flat = np.stack([each.reshape(-1) for each in correlations])
    for round_ in range(1, rounds + 1):
        squares = np.exp(2.0 * logs)
        total = (squares[:-1] @ flat).reshape(size, size) + np.diag(squares[-1] / weight)
        inverse = np.linalg.inv(total)
        solved = inverse @ residuals
        pull = np.outer(solved, solved) - inverse
        slope = squares * np.append(flat @ pull.reshape(-1), np.sum(np.diag(pull) / weight))
        slope -= (logs - centre) / _SPREAD**2
        # Adam. Source: Kingma and Ba, arXiv:1412.6980.
        first = 0.8 * first + 0.2 * slope
        second = 0.95 * second + 0.05 * slope**2
        step = first / (1.0 - 0.8**round_) / (np.sqrt(second / (1.0 - 0.95**round_)) + 1e-9)
        logs = logs + 0.15 * (1.0 - 0.8 * round_ / rounds) * step
    return np.exp(logs[:-1]), float(np.exp(logs[-1]))


def student_weights(
    covariance: FloatArray, residuals: FloatArray, noise: float, own: FloatArray | float | None = None
) -> FloatArray:
    """Weigh measurements by how far each is from what the others say of it, as noise with outliers has it.

    Parameters
    ----------
    covariance
        Of the residuals with the noise (n, n).
    residuals
        (n,)
    noise
        Standard deviation of the noise of an ordinary measurement.
    own
        Variance of each measurement's noise in the covariance, where it is another (n,).
    """
    own = noise**2 if own is None else own
    inverse = np.linalg.inv(covariance)
    alone = (inverse @ residuals) / np.diag(inverse)
    # What the others leave open and an ordinary measurement's noise, whatever weight its own has now.
    spread = np.maximum(1.0 / np.diag(inverse) - own, 0.0) + noise**2
    weights: FloatArray = (_STUDENT + 1.0) / (_STUDENT + alone**2 / spread)
    # Source: a choice of this project.
    return np.clip(weights, 0.02, 1.0)
