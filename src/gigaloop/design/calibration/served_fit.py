r"""Constants of serving and the effects of its software together, and predictions with a band.

As :mod:`~gigaloop.design.calibration.fit` does for training: logs of the constants have normal priors, what they leave
unexplained has effects of software, model, accelerator, scenario and release, whose variances come from the data;
constants minimise :math:`(y - f)^T K^{-1} (y - f) + (\theta - \theta_0)^T S^{-1} (\theta - \theta_0)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.calibration.effects import Effect, Traits, correlation, covariance
from gigaloop.design.calibration.served import (
    Candidates,
    Served,
    candidates_of,
    rates_of_candidates,
    shortlist,
    traits_of,
)
from gigaloop.design.calibration.variances import estimate_variances, student_weights
from gigaloop.design.serving import ServingConstants
from gigaloop.design.serving.constants import LOG_SPREAD

FloatArray = NDArray[np.float64]

# Source: estimates of standard deviations of the log of throughput: tenths between stacks, models and releases.
EFFECTS = (
    Effect("stack", ("family",), prior=0.15),
    Effect("library", ("library",), prior=0.10),
    Effect("stack on an architecture", ("family", "architecture"), prior=0.10),
    Effect("recipe", ("library", "architecture", "precision"), prior=0.10),
    Effect("kind of model", ("family", "kind"), prior=0.10),
    Effect("model", ("model",), prior=0.15),
    Effect("model in a stack", ("family", "model"), prior=0.15),
    Effect("model on an architecture", ("model", "architecture"), prior=0.10),
    Effect("accelerator", ("accelerator",), prior=0.05),
    Effect("model on an accelerator", ("family", "model", "accelerator"), prior=0.05),
    Effect("scenario", ("family", "scenario"), prior=0.10),
    Effect("scenario of a model", ("family", "scenario", "model"), prior=0.15),
    Effect("scenario of a model on an architecture", ("family", "scenario", "model", "architecture"), prior=0.10),
    Effect("release", ("family", "library"), over=("date",), prior=0.10),
    Effect("release of a model", ("family", "model"), over=("date",), prior=0.20),
    Effect("release of a model in a scenario", ("family", "model", "scenario"), over=("date",), prior=0.15),
    Effect("lengths", ("family", "kind"), over=("isl", "osl"), prior=0.15),
    Effect("lengths of a model", ("family", "model"), over=("isl", "osl"), prior=0.10),
    Effect("speed", ("family", "architecture"), over=("speed",), prior=0.20),
    Effect("site", ("family", "site"), prior=0.03),
)
"""Effects; what a configuration has of its own alone is left to the noise."""

NOISE = 0.05
"""Standard deviation of the log of throughput before any measurement. Source: MLPerf Inference result logs,
https://github.com/mlcommons, 1 to 5 % between submitters of one system."""

INTERPOLATED = 0.30
"""Standard deviation of the log that points read off a curve of unnamed configurations have beside the noise.
Source: an estimate; its makers' own curves move by as much between releases, https://inferencex.semianalysis.com."""

_MOST = {"occupancy": 1.0, "utilised": 0.97, "cache": 0.95, "link": 0.95, "reserved": 1.0, "bandwidth": 1.15}
"""Largest value that a fit may find. Source: a choice of this project."""

_STEP = 2e-2
"""Step of numerical derivatives of the log of a constant; layouts switch, so it is not small. Source: a choice of this
project."""

_FARTHEST = 0.4
"""Farthest that the log of a constant moves in a round. Source: a choice of this project."""

_ROUNDS = 4


@dataclass(frozen=True)
class ServingSpreads:
    """Standard deviations of effects (by ``EFFECTS``) and of the noise, logs of throughput."""

    effects: FloatArray
    noise: float
    band: float = 1.0
    """Factor on the standard deviation of a prediction with which bands hold as many rows as they say."""


@dataclass(frozen=True)
class ServingFit:
    """Fitted constants and spreads, and the measurements that effects are conditioned on."""

    constants: ServingConstants
    spreads: ServingSpreads
    posterior: FloatArray
    """Covariance of the logs of the constants (p, p)."""
    measured: tuple[Served, ...]


@dataclass(frozen=True)
class ServedPrediction:
    """Predicted throughput, as columns (n,)."""

    rate: FloatArray
    """Tokens/s of an accelerator; 0 where no layout does what is asked."""
    equations: FloatArray
    """By the equations with their constants alone."""
    spread: FloatArray
    """Standard deviation of the log."""
    layouts: tuple[Mapping[str, float], ...]
    """The layout and batch of each."""


def fit_serving(measured: Sequence[Served], *, start: ServingFit | None = None, rounds: int = _ROUNDS) -> ServingFit:
    """Fit constants and spreads on measurements.

    Parameters
    ----------
    start
        A fit to begin with, such as that on all folds.
    """
    names = tuple(LOG_SPREAD)
    constants = start.constants if start else ServingConstants()
    prior = logs_of(ServingConstants())
    precision = np.diag([LOG_SPREAD[name] ** -2.0 for name in names])
    deviations = start.spreads.effects if start else np.array([each.prior for each in EFFECTS])
    noise = start.spreads.noise if start else NOISE
    candidates = candidates_of(measured)
    seen = _traits(measured)
    shared = [correlation(effect, seen, seen) for effect in EFFECTS]
    target = np.log([row.value for row in measured])
    weights = _reliability(measured, noise)
    hessian = precision
    for _ in range(rounds):
        few = shortlist(measured, candidates, constants)
        rates = rates_of_candidates(measured, few, constants)[0]
        used = rates > 0.0
        slopes = _slopes(measured, few, constants, names)
        kernel = covariance(EFFECTS, deviations, seen, seen) + np.diag(noise**2 / weights)
        inverse = np.linalg.inv(kernel[np.ix_(used, used)])
        logs = logs_of(constants)
        jac, rest = slopes[used], (target - np.log(np.maximum(rates, 1e-300)))[used]
        hessian = jac.T @ inverse @ jac + precision
        move = np.linalg.solve(hessian, jac.T @ inverse @ rest - precision @ (logs - prior))
        constants = _bounded(logs + np.clip(move, -_FARTHEST, _FARTHEST))
        rates = rates_of_candidates(measured, few, constants)[0]
        used = rates > 0.0
        rest = (target - np.log(np.maximum(rates, 1e-300)))[used]
        own = [each[np.ix_(used, used)] for each in shared]
        found, noise = estimate_variances(
            own, rest, np.array([each.prior for each in EFFECTS]), NOISE, weights=weights[used],
            start=np.log(np.append(deviations, noise)),
        )  # fmt: skip
        deviations = found
        whole = covariance(EFFECTS, deviations, seen, seen)[np.ix_(used, used)] + np.diag(noise**2 / weights[used])
        weights = _reliability(measured, noise)
        weights[used] *= student_weights(whole, rest, noise)
    return ServingFit(constants, ServingSpreads(deviations, noise), np.asarray(np.linalg.inv(hessian)), tuple(measured))


def predict_serving(fit: ServingFit, asked: Sequence[Served]) -> ServedPrediction:
    """Predict measurements by a fit, with the effects of what it learned from; their own values are not looked at."""
    rates, points, used, candidates = _evaluated(asked, fit.constants)
    mean, variance = _conditioned(fit, fit.measured, asked)
    noise = fit.spreads.noise**2
    variance = variance + noise / _reliability(asked, fit.spreads.noise)
    layouts = []
    for each in used:
        row = int(each[0])
        layouts.append(
            {name: float(getattr(candidates.layouts, name)[row]) for name in ("tp", "dp", "ep", "pp", "disaggregated")}
            | {"batch": float(points.batch[row]), "limit": float(points.batch_limit[row])}
        )
    return ServedPrediction(
        rate=rates * np.exp(mean),
        equations=rates,
        spread=np.sqrt(np.maximum(variance, noise)) * fit.spreads.band,
        layouts=tuple(layouts),
    )


def _reliability(measured: Sequence[Served], noise: float) -> FloatArray:
    """Weight of measurements by how they were made, 1 for an ordinary one."""
    rough = np.array([row.interpolated for row in measured])
    return np.where(rough, noise**2 / (noise**2 + INTERPOLATED**2), 1.0)


def effects_of(fit: ServingFit) -> FloatArray:
    """Give the expected effects of the measurements that a fit learned from (n,), logs of throughput."""
    return _conditioned(fit, fit.measured, fit.measured)[0]


def _conditioned(fit: ServingFit, base: Sequence[Served], asked: Sequence[Served]) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of the effects of measurements (n,), given others."""
    there = _rates(base, fit.constants)
    keep = there > 0.0
    base, there = tuple(row for row, kept in zip(base, keep, strict=True) if kept), there[keep]
    noise = fit.spreads.noise**2
    seen, new = _traits(base), _traits(asked)
    cross = covariance(EFFECTS, fit.spreads.effects, new, seen)
    rest = np.log([row.value for row in base]) - np.log(there)
    effects = covariance(EFFECTS, fit.spreads.effects, seen, seen)
    sure = _reliability(base, fit.spreads.noise)
    weights = sure * student_weights(effects + np.diag(noise / sure), rest, fit.spreads.noise)
    inverse = np.linalg.inv(effects + np.diag(noise / weights))
    own = np.diag(covariance(EFFECTS, fit.spreads.effects, new, new))
    return cross @ inverse @ rest, own - np.einsum("ij,jk,ik->i", cross, inverse, cross)


def logs_of(constants: ServingConstants) -> FloatArray:
    """Give the natural logarithms of the constants, in the order of their spreads."""
    return np.log([getattr(constants, name) for name in LOG_SPREAD])


def _bounded(logs: FloatArray) -> ServingConstants:
    values = {
        name: min(float(value), _MOST.get(name, np.inf)) for name, value in zip(LOG_SPREAD, np.exp(logs), strict=True)
    }
    return ServingConstants(**values)


def _slopes(
    measured: Sequence[Served], candidates: Candidates, constants: ServingConstants, names: Sequence[str]
) -> FloatArray:
    """Give the derivatives of the logs of throughput by the logs of constants (n, p)."""
    out = np.zeros((len(measured), len(names)))
    for k, name in enumerate(names):
        sides = []
        for sign in (1.0, -1.0):
            moved = replace(constants, **{name: getattr(constants, name) * np.exp(sign * _STEP)})
            sides.append(rates_of_candidates(measured, candidates, moved)[0])
        good = (sides[0] > 0.0) & (sides[1] > 0.0)
        out[good, k] = np.log(sides[0][good] / sides[1][good]) / (2.0 * _STEP)
    return out


def _evaluated(measured: Sequence[Served], constants: ServingConstants) -> tuple:  # type: ignore[type-arg]
    candidates = candidates_of(measured)
    rates, points, used = rates_of_candidates(measured, candidates, constants)
    return rates, points, used, candidates


def _rates(measured: Sequence[Served], constants: ServingConstants) -> FloatArray:
    return rates_of_candidates(measured, candidates_of(measured), constants)[0]


def _traits(measured: Sequence[Served]) -> Traits:
    found = [traits_of(row) for row in measured]
    return Traits(
        {key: np.array([labels[key] for labels, _ in found]) for key in found[0][0]},
        {key: np.array([numbers[key] for _, numbers in found]) for key in found[0][1]},
        {},
    )
