"""Training runs whose interruptions or effective training times are published, held against the model of goodput."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import UsageError
from gigaloop.core.units import DAY
from gigaloop.design.goodput import FleetRates, fleet_rates, fleet_samples, goodput
from gigaloop.design.records.goodput import INTERRUPTION_CAUSES, Goodput
from gigaloop.design.workload.effective import FLEET, STATE_BYTES
from gigaloop.validation.inputs import number, quantity
from gigaloop.validation.records import Case, Found, Method

HOST = 8.0
"""Accelerators of a host where a case does not say. Source: https://docs.nvidia.com/dgx/dgxh100-user-guide/."""
SAMPLES = 1000
"""Of what is not known of the fleet. Source: a choice of this project."""
RANGE = (0.1, 0.9)
"""Quantiles between which four fifths of them lie. Source: a choice of this project."""


def interruptions(case: Case) -> Found:
    """Count the interruptions of a run, of all causes or of those named.

    Raises
    ------
    UsageError
        If a cause is not known, or an input is missing.
    """
    causes = [each.strip() for each in case.inputs.get("causes", ",".join(INTERRUPTION_CAUSES)).split(",")]
    for cause in causes:
        if cause not in INTERRUPTION_CAUSES:
            raise UsageError(f"there is no cause '{cause}'; there are {', '.join(INTERRUPTION_CAUSES)}")
    seconds = number(case, "days") * DAY
    return _found(case, lambda job: np.asarray(sum(job.rates[cause] for cause in causes)) * seconds, ".3g")


def time_to_failure(case: Case) -> Found:
    """Give the mean time between interruptions of a job [h]."""
    return _found(case, lambda job: job.interval / 3600.0, ".3g")


def effective_time(case: Case) -> Found:
    """Give the share of a run's time that is training."""
    return _found(case, lambda job: job.share, ".3f")


METHODS: Mapping[str, Method] = MappingProxyType(
    {"interruptions": interruptions, "time_to_failure": time_to_failure, "effective_time": effective_time}
)


def _found(case: Case, measure: Callable[[Goodput], NDArray[np.float64]], form: str) -> Found:
    """Measure a case at the values of the catalogue, and over the range of what is not known of a fleet."""
    entry = load_catalogue().reliability(FLEET)
    base = _job(case, fleet_rates(entry))
    spares = (float(base.held) - float(base.accelerators)) // HOST
    low, high = np.quantile(measure(_job(case, fleet_samples(entry, SAMPLES), spares)), RANGE)
    return Found(float(measure(base)), f"P10-P90 {low:{form}} to {high:{form}}")


def _job(case: Case, rates: FleetRates, spares: float | None = None) -> Goodput:
    return goodput(
        number(case, "accelerators"),
        number(case, "parameters", 1e11) * STATE_BYTES,
        rates,
        memory=quantity(case, "memory", "data"),
        checkpoint=case.inputs.get("checkpoint") or "asynchronous",
        host_accelerators=number(case, "host_accelerators", HOST),
        storage=quantity(case, "storage", "bandwidth") if case.inputs.get("storage") else np.inf,
        replicas=number(case, "replicas", 1.0),
        domain=HOST,
        spare_domains=spares,
    )
