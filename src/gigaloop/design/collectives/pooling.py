"""Fitting the constants of the model on several machines at once, to predict one that is not among them.

The logarithms of the constants have a normal prior; the logarithm of each measured time is that of the model with an
error. Their most probable values are found by Gauss-Newton steps with a numerical Jacobian; errors beyond ``HUBER``
count linearly (P. J. Huber, doi:10.1214/aoms/1177703732), for a table rounds small messages away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.collectives import priors
from gigaloop.design.collectives.evaluate import regime_times
from gigaloop.design.collectives.fitted import FEW_DOMAINS, SIZES, Pool
from gigaloop.design.collectives.measurements import Observed
from gigaloop.design.collectives.priors import Constants, FloatArray
from gigaloop.design.collectives.regimes import table
from gigaloop.design.collectives.system import System, stacked

ERROR = 0.1
"""Standard deviation of the logarithm of a measured time about the model. Source: an estimate."""

HUBER = 0.2
"""Error beyond which it counts linearly. Source: an estimate, two standard deviations."""

RUN = 4.0
"""Independent measurements that a run over sizes counts as, however many it has. Source: an estimate."""

_STEPS, _DIFFERENCE, _DAMPING, _STUCK, _ENOUGH = 30, 1e-4, 1e-3, 1e6, 1e-6
_LEAST = 4
"""Measurements of a class from which a spread is taken; with fewer the prior's holds."""


def model_times(observed: Sequence[Observed], constants: Constants) -> FloatArray:
    """Give what the model says of every measurement, (m,) [s], machine after machine."""
    batches = _batches(observed)
    out = np.empty(sum(len(each.measurements) for each in observed))
    for (collective, algorithms), (rows, system, size, group) in batches.items():
        times = regime_times(table(collective, algorithms), system, size, group, constants, np.ones_like(size))
        out[rows] = times.min(axis=-1)
    return out


@dataclass(frozen=True)
class MachineFit:
    """What the measurements of one machine say of the constants.

    Parameters
    ----------
    logs
        Logarithms of its own most probable constants (p,).
    information
        In its measurements alone, without the prior (p, p).
    """

    logs: FloatArray
    information: FloatArray


def population(machines: Sequence[MachineFit]) -> Constants:
    """Give the constants of the population that machines are drawn from; the prior's where there is none.

    Notes
    -----
    A machine has constants of its own about those of the population, normal in their logarithms with ``SPREAD``; so has
    the population about ``PRIOR``. What a machine tells of the population is what its measurements tell of its own
    constants less what machines differ by, so that a run of many sizes counts as one machine.
    """
    spread = np.array(astuple(priors.SPREAD))
    precision = np.diag(spread**-2.0)
    total = precision @ priors.PRIOR.logs()
    for each in machines:
        told = each.information @ np.linalg.inv(np.eye(len(spread)) + np.diag(spread**2) @ each.information)
        precision = precision + told
        total = total + told @ each.logs
    return Constants.from_logs(np.asarray(np.linalg.solve(precision, total), dtype=np.float64))


def fit_machine(observed: Sequence[Observed]) -> MachineFit:
    """Fit the constants of one machine on all that was measured on it."""
    prior, spread = priors.PRIOR.logs(), np.array(astuple(priors.SPREAD))
    batches = _batches(observed)
    measured: FloatArray = np.log(np.concatenate([each.measurements.time for each in observed]))
    weight = _weights(observed) / ERROR**2

    def residuals(logs: FloatArray) -> FloatArray:
        constants, out = Constants.from_logs(logs), np.empty(len(measured))
        for (collective, algorithms), (rows, system, size, group) in batches.items():
            times = regime_times(table(collective, algorithms), system, size, group, constants, np.ones_like(size))
            out[rows] = np.log(times.min(axis=-1)) - measured[rows]
        return out

    def cost(logs: FloatArray, error: FloatArray) -> float:
        size = np.abs(error)
        huber = np.where(size <= HUBER, size**2, HUBER * (2.0 * size - HUBER))
        return float((weight * huber).sum() + (((logs - prior) / spread) ** 2).sum())

    def linear(logs: FloatArray, error: FloatArray) -> tuple[FloatArray, FloatArray]:
        units = np.eye(len(logs)) * _DIFFERENCE
        jacobian = np.column_stack([(residuals(logs + unit) - error) / _DIFFERENCE for unit in units])
        robust = weight / np.maximum(np.abs(error) / HUBER, 1.0)
        return np.asarray(jacobian.T @ (robust[:, None] * jacobian)), np.asarray(jacobian.T @ (robust * error))

    at, error = prior, residuals(prior)
    best, damping = cost(at, error), _DAMPING
    for _ in range(_STEPS):
        information, slope = linear(at, error)
        normal, slope = information + np.diag(spread**-2.0), slope + (at - prior) / spread**2
        found, there = best, error
        while damping < _STUCK:
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), -slope)
            there = residuals(at + step)
            found = cost(at + step, there)
            if found < best:
                break
            damping *= 10.0
        if found >= best:
            break
        gained, at, error, best, damping = best - found, at + step, there, found, damping / 10.0
        if gained < _ENOUGH * best:
            break
    return MachineFit(at, linear(at, error)[0])


def spreads(observed: Sequence[Observed], error: FloatArray) -> FloatArray:
    """Give the spread of errors of prediction (m,) by size and domains (3, 3): see ``Pool``.

    A class with little in it has the prior's spread, and none is below it by more than half. Smaller messages and more
    domains are known no better than larger ones and fewer.
    """
    domains = np.concatenate([np.ceil(e.measurements.group / float(e.system.domain)) for e in observed])
    size = np.concatenate([each.measurements.bytes for each in observed])
    place = (domains > 1.0).astype(int) + (domains > FEW_DOMAINS)
    kind = np.searchsorted(SIZES, size, side="right")
    weight = _weights(observed)
    out = np.array(PRIOR_SPREAD)
    for i in range(3):
        for j in range(3):
            rows = (place == i) & (kind == j)
            if rows.sum() >= _LEAST:
                found = float(np.sqrt(np.average(error[rows] ** 2, weights=weight[rows])))
                out[i, j] = max(found, 0.5 * out[i, j])
    out = np.maximum.accumulate(out[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(np.maximum.accumulate(out, axis=0))


PRIOR_SPREAD = ((0.35, 0.25, 0.15), (0.6, 0.4, 0.15), (0.7, 0.6, 0.5))
"""Spread before anything is measured: see ``Pool``. Source: an estimate, the model without any fit against the
published systems; shares of the link are far better known than latencies, and those of few domains than of many."""


def pool(machines: Mapping[str, Sequence[Observed]], fits: Mapping[str, MachineFit]) -> Pool:
    """Take machines together, and find the spread by leaving every one of them out in turn.

    Parameters
    ----------
    machines
        What was observed, by machine.
    fits
        Of each of them.
    """
    observed = [each for name in machines for each in machines[name]]
    errors = []
    for name, own in machines.items():
        constants = population([fits[other] for other in machines if other != name])
        measured = np.concatenate([each.measurements.time for each in own])
        errors.append(np.log(model_times(own, constants) / measured))
    rows = spreads(observed, np.concatenate(errors)) if errors else np.array(PRIOR_SPREAD)
    names = [name for each in observed for name in each.measurements.collective]
    sources = dict.fromkeys(each.measurements.source for each in observed)
    return Pool(
        constants=population([fits[name] for name in machines]),
        collectives=tuple(name for name, found in Counter(names).items() if found >= _LEAST),
        spread=(tuple(rows[0].tolist()), tuple(rows[1].tolist()), tuple(rows[2].tolist())),
        basis=(
            f"constants fitted on {len(names)} measurements of {len(machines)} machines: {'; '.join(sources)}",
            f"latencies and shares of protocols: {priors.TUNER}",
        ),
    )


_Batch = tuple[NDArray[np.int64], System, FloatArray, FloatArray]


def _batches(observed: Sequence[Observed]) -> dict[tuple[str, tuple[str, ...]], _Batch]:
    """Put measurements of one collective by one choice of algorithms together, over all machines."""
    keys = [
        key for each in observed for key in zip(each.measurements.collective, each.measurements.algorithms, strict=True)
    ]
    owner = [each.system for each in observed for _ in range(len(each.measurements))]
    size = np.concatenate([each.measurements.bytes for each in observed])
    group = np.concatenate([each.measurements.group for each in observed])
    out = {}
    for key in dict.fromkeys(keys):
        rows = np.array([i for i, each in enumerate(keys) if each == key])
        out[key] = (rows, stacked(tuple(owner[i] for i in rows)), size[rows], group[rows])
    return out


def _weights(observed: Sequence[Observed]) -> FloatArray:
    """Let every run over sizes count as at most ``RUN`` measurements."""
    out = []
    for each in observed:
        m = each.measurements
        keys = list(zip(m.collective, m.algorithms, m.group.tolist(), strict=True))
        out += [min(1.0, RUN / keys.count(key)) for key in keys]
    return np.array(out)
