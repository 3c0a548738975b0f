r"""Constants and effects together: the likeliest values by Gauss-Newton, and predictions with a band.

Logs of the constants have normal priors :math:`\theta \sim N(\theta_0, S)`; effects and noise have the covariance
:math:`K`. The likeliest constants minimise
:math:`(y - f(\theta))^T K^{-1} (y - f(\theta)) + (\theta - \theta_0)^T S^{-1} (\theta - \theta_0)`, so that what rows
of one stack have in common moves the stack's effect rather than a constant, as generalised least squares has it. The
prediction is :math:`f(\hat\theta)` times the expected effects; its variance has the constants' by Laplace's method.
Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, section 2.7 (explicit basis).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.calibration.effects import EFFECTS, Traits, correlation, covariance, traits
from gigaloop.design.calibration.measurements import Measurement, columns
from gigaloop.design.calibration.variances import estimate_variances, student_weights
from gigaloop.design.performance import Constants, training_steps
from gigaloop.design.performance.constants import PRIORS
from gigaloop.design.performance.machine import ARCHITECTURES
from gigaloop.design.records.training import TrainingSteps

FloatArray = NDArray[np.float64]

NOISE = 0.03
"""Standard deviation of the log of a step before any measurement: releases and runs of one configuration.
Source: MLPerf Training result logs, https://github.com/mlcommons, 0.5 to 7 % between submitters of one system."""

EIGHT_IN_TEN = 1.2815515655446004
"""Standard deviations on either side that hold eight of ten values. Source: the normal distribution."""

_SHARES = ("matrix", "attention_backward", "bandwidth", "scale_", "all_to_all", "hidden", "cover")
_MOST = 0.995
"""Largest share that a fit may find. Source: a choice of this project."""

_LARGEST = {"power": 0.8}
"""Others that are bounded: a larger peak at the same power must not slow a step. Source: a choice of this project."""

_STEP = 1e-3
"""Step of numerical derivatives of the log of a constant. Source: a choice of this project."""


@dataclass(frozen=True)
class Spreads:
    """Standard deviations of effects (by ``EFFECTS``) and of the noise, logs of the step."""

    effects: FloatArray
    noise: float
    band: float = 1.0
    """Factor on the standard deviation of a prediction with which bands hold as many rows as they say."""


@dataclass(frozen=True)
class Predicted:
    """Predicted steps, as columns (n,)."""

    step: FloatArray
    """[s]"""
    equations: FloatArray
    """By the equations with their constants alone [s]."""
    spread: FloatArray
    """Standard deviation of the log of the step."""

    @property
    def stack(self) -> FloatArray:
        """What the effects multiply the step by."""
        return self.step / self.equations


def free_constants(constants: Constants) -> tuple[str, ...]:
    """Name the constants that a fit may move: those above 0 with a prior."""
    return tuple(name for name, value in constants.flat().items() if value > 0.0 and name.split(" ")[0] in PRIORS)


def training_of(rows: Sequence[Measurement], constants: Constants) -> TrainingSteps:
    """Give the steps of measurements with their parts by the equations alone, columns (n,)."""
    model, machine, job, strategies = columns(rows)
    return training_steps(model, machine, job, strategies, constants)


def steps_of(rows: Sequence[Measurement], constants: Constants) -> FloatArray:
    """Give the steps of measurements by the equations alone (n,) [s]."""
    return np.asarray(training_of(rows, constants).step, dtype=np.float64)


def jacobian(rows: Sequence[Measurement], constants: Constants, names: Sequence[str]) -> FloatArray:
    """Give the derivatives of the logs of steps by the logs of constants (n, k); 0 for other architectures' own."""
    model, machine, job, strategies = columns(rows)
    values = constants.flat()

    def logs(changed: Mapping[str, float]) -> FloatArray:
        found = training_steps(model, machine, job, strategies, constants.with_values(changed))
        return np.log(np.asarray(found.step, dtype=np.float64))

    base = logs({})
    absent = set(ARCHITECTURES) - {str(row.machine.architecture) for row in rows}
    slopes = np.zeros((len(rows), len(names)))
    for column, name in enumerate(names):
        if not absent & set(name.split(" ")):
            slopes[:, column] = (logs({name: values[name] * float(np.exp(_STEP))}) - base) / _STEP
    return slopes


@dataclass(frozen=True)
class Fitted:
    """Constants and effects, fitted on measurements."""

    constants: Constants
    spreads: Spreads
    names: tuple[str, ...]
    """Constants that were free."""
    traits: Traits
    """Of the measurements."""
    residuals: FloatArray
    """Logs of measured over computed steps of the measurements (n,)."""
    precision: FloatArray
    """Inverse of the covariance of effects and noise (n, n)."""
    slopes: FloatArray
    """Derivatives of the logs of steps by the logs of constants (n, k)."""
    posterior: FloatArray
    """Covariance of the logs of the constants (k, k)."""

    def predict(self, rows: Sequence[Measurement]) -> Predicted:
        """Predict the steps of measurements that it was not fitted on."""
        equations = steps_of(rows, self.constants)
        mean, covariance_ = self.joint(rows)
        spread = self.spreads.band * np.sqrt(np.diag(covariance_) + self.spreads.noise**2)
        return Predicted(equations * np.exp(mean), equations, spread)

    def joint(self, rows: Sequence[Measurement]) -> tuple[FloatArray, FloatArray]:
        """Give the expected logs of measured over computed steps (n,), and their covariance without noise (n, n)."""
        new = traits(rows, training_of(rows, self.constants))
        shared = covariance(EFFECTS, self.spreads.effects, new, self.traits)
        weights = shared @ self.precision
        own = covariance(EFFECTS, self.spreads.effects, new, new) - weights @ shared.T
        slopes = jacobian(rows, self.constants, self.names) - weights @ self.slopes
        return weights @ self.residuals, own + slopes @ self.posterior @ slopes.T


def condition(rows: Sequence[Measurement], constants: Constants, spreads: Spreads) -> Fitted:
    """Learn the effects of measurements under known constants and variances: no search, one factorisation.

    Parameters
    ----------
    rows
        With a strategy each.
    constants, spreads
        As fitted.
    """
    names = free_constants(constants)
    computed = training_of(rows, constants)
    found = traits(rows, computed)
    residuals = np.log([row.step for row in rows]) - np.log(computed.step)
    effects = covariance(EFFECTS, spreads.effects, found, found)
    weights = _weights(effects, residuals, spreads.noise)
    precision = np.linalg.inv(effects + np.diag(spreads.noise**2 / weights))
    slopes = jacobian(rows, constants, names)
    return Fitted(
        constants=constants,
        spreads=spreads,
        names=names,
        traits=found,
        residuals=residuals,
        precision=np.asarray(precision, dtype=np.float64),
        slopes=slopes,
        posterior=np.asarray(
            np.linalg.inv(np.diag(_prior_precision(names)) + slopes.T @ precision @ slopes), dtype=np.float64
        ),
    )


def fit(rows: Sequence[Measurement], prior: Constants | None = None, *, rounds: int = 5) -> Fitted:
    """Fit constants and variances on measurements.

    Parameters
    ----------
    rows
        With a strategy each.
    prior
        Constants before any measurement.
    rounds
        Steps of Gauss and Newton; variances are estimated anew between them.
    """
    start = Constants() if prior is None else prior
    names = free_constants(start)
    centre = np.log([start.flat()[name] for name in names])
    at = centre.copy()
    weight = _prior_precision(names)
    measured = np.log([row.step for row in rows])
    found = traits(rows, training_of(rows, start))
    shared = [correlation(effect, found, found) for effect in EFFECTS]
    priors = np.array([effect.prior for effect in EFFECTS])
    deviations, noise, constants = priors, NOISE, start
    student = np.ones(len(rows))
    for round_ in range(rounds):
        residuals = measured - np.log(steps_of(rows, constants))
        logs = np.log(np.append(deviations, noise))
        deviations, noise = estimate_variances(
            shared, residuals, priors, NOISE, weights=student, start=logs, rounds=60 if round_ == 0 else 30
        )
        effects = sum(square * each for square, each in zip(deviations**2, shared, strict=True))
        student = _weights(np.asarray(effects), residuals, noise)
        precision = np.linalg.inv(effects + np.diag(noise**2 / student))
        slopes = jacobian(rows, constants, names)
        hessian = slopes.T @ precision @ slopes + np.diag(weight)
        move = np.linalg.solve(hessian, slopes.T @ precision @ residuals - weight * (at - centre))
        at = at + np.clip(move, -0.5, 0.5)
        bounded = np.array([_LARGEST.get(name, _MOST if name.startswith(_SHARES) else np.inf) for name in names])
        at = np.minimum(at, np.log(bounded))
        constants = start.with_values(dict(zip(names, np.exp(at).tolist(), strict=True)))
    return condition(rows, constants, Spreads(deviations, noise))


def with_bands(rows: Sequence[Measurement], whole: Fitted, held_out: Mapping[str, Fitted]) -> Mapping[str, Fitted]:
    """Widen bands so that they hold as many rows as they say, each by what other folds show.

    Parameters
    ----------
    rows
        All measurements.
    whole, held_out
        Fits on all of them, and without those of each fold (``fold 0`` ...) or others.

    Returns
    -------
    Mapping
        The fits, the one on all rows under the empty name. That of a fold has the factor that the predictions of the
        other folds ask for, any other that of all folds.
    """
    folds = np.array([row.fold for row in rows])
    misses = np.zeros(len(rows))
    for fold in np.unique(folds):
        own = np.flatnonzero(folds == fold)
        held = [rows[number] for number in own.tolist()]
        found = held_out[f"fold {fold}"].predict(held)
        misses[own] = np.abs(np.log([row.step for row in held]) - np.log(found.step)) / found.spread
    out: dict[str, Fitted] = {}
    for name, fitted in {"": whole, **held_out}.items():
        others = misses[[name != f"fold {fold}" for fold in folds]]
        # Eight in ten. Source: what bands are to hold, a choice of this project.
        factor = fitted.spreads.band * float(np.quantile(others, 0.8)) / EIGHT_IN_TEN
        out[name] = replace(fitted, spreads=replace(fitted.spreads, band=factor))
    return out


def _prior_precision(names: Sequence[str]) -> FloatArray:
    return np.array([PRIORS[name.split(" ")[0]].spread ** -2.0 for name in names])


def _weights(effects: FloatArray, residuals: FloatArray, noise: float) -> FloatArray:
    """Weigh measurements as noise with outliers has it, a few times over."""
    weights = np.ones(len(residuals))
    for _ in range(4):
        weights = student_weights(effects + np.diag(noise**2 / weights), residuals, noise, noise**2 / weights)
    return weights
