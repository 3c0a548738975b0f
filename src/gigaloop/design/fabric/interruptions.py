"""How often the network interrupts a job that spans a fabric: sourced failure rates of its parts, and their ranges.

Parts fail independently at constant rates, so that interruptions are a Poisson process whose rate is known within a
range: counts over a time are Poisson counts mixed over that range. What a failure does depends on the fabric: one that
takes the only way of a port stops a synchronous job; planes, and routes around links above the leafs, let most pass.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.design.records.fabric import Fabric, FloatArray

SAMPLES = 16_384
"""Samples of the rates that a range is found from."""
RANGE = (0.1 / 2.0, 1.0 - 0.1 / 2.0)
"""Quantiles of a range: nine tenths lie within."""
_FIT = 1e-9 / 3600.0
_MONTH = 365.25 / 12 * 86400.0


@dataclass(frozen=True)
class Range:
    """A number that is known within a range, with its evidence."""

    low: float
    base: float
    high: float
    evidence: tuple[Evidence, ...]

    def sample(self, random: np.random.Generator, many: int, *, ratio: bool) -> FloatArray:
        """Draw from the range: triangular about the base, over the logarithm where what matters is the ratio."""
        if self.low == self.high:
            return np.full(many, self.base)
        if not ratio:
            return np.asarray(random.triangular(self.low, self.base, self.high, many))
        return np.asarray(np.exp(random.triangular(math.log(self.low), math.log(self.base), math.log(self.high), many)))


_HPN = Evidence(
    "Alibaba HPN, SIGCOMM 2024, doi:10.1145/3651890.3672265",
    "2024-08",
    EvidenceKind.REPORTED,
    note="of links from NICs to leafs 0.057 % fail in a month, of leafs 0.051 %; as reported, the paper was not read",
)
_MODULES = Evidence(
    "https://luxoptx.com/blogs/news/reliability-engineering-for-800g-optical-modules-in-ai-data-centers",
    "2026",
    EvidenceKind.ESTIMATE,
    note="a module fails every 0.5 to 2 million hours, two to a link",
)
_SWITCHES = Evidence(
    "Microsoft, Surviving switch failures in cloud datacenters, CCR 51(2), https://docslib.org/doc/2500416",
    "2021-04",
    EvidenceKind.MEASURED,
    note="2 % of 180,000 switches fail in three months; 32 % of the failures hardware, 17 % software of the switch",
)


_CALM = Evidence(
    "assumption: the low end of the failures of a node's link is half of what one operator measured",
    "2026-11",
    EvidenceKind.ASSUMPTION,
)


def _assumed(note: str) -> tuple[Evidence, ...]:
    return (
        Evidence("assumption: what a failure does to a synchronous job", "2026-11", EvidenceKind.ASSUMPTION, note=note),
    )


@dataclass(frozen=True)
class FailureRates:
    """Failures of the parts of a network [1/s], and the shares of them that stop a job."""

    node_link: Range
    """Link from a node to its leaf, with both its ends."""
    link: Range
    """Link between switches, with both its ends."""
    switch: Range
    stop_only_way: Range
    """Share of failures that stop a job where they take the only plane of a port."""
    stop_with_planes: Range
    """Where the port has further planes."""
    stop_above: Range
    """Of links and switches above the leafs, which routes go around."""


RATES = FailureRates(
    # Source: base HPN, measured on one operator's links; low half of it, an assumption for a calmer site; high two
    # modules of the short end of their band (_MODULES).
    node_link=Range(0.5 * 5.7e-4 / _MONTH, 5.7e-4 / _MONTH, 2.0 / (0.5e6 * 3600.0), (_HPN, _MODULES, _CALM)),
    # Source: _MODULES, two modules of 2, 1 and 0.5 million hours. The convention of five years to failure of a module
    # (SemiAnalysis, 100,000 H100 Clusters, 2024) is left out: it is thirty times what HPN measured.
    link=Range(2.0 / (2e6 * 3600.0), 2.0 / (1e6 * 3600.0), 2.0 / (0.5e6 * 3600.0), (_MODULES,)),
    # Source: low HPN; high Microsoft, all causes; base its hardware and software, for power is a path of its own.
    switch=Range(
        5.1e-4 / _MONTH,
        (0.32 + 0.17) * -math.log(0.98) / (3 * _MONTH),
        -math.log(0.98) / (3 * _MONTH),
        (_HPN, _SWITCHES),
    ),
    # Source: assumptions. A port without a way stops a job unless the outage is shorter than the transport's retries.
    stop_only_way=Range(0.7, 0.9, 1.0, _assumed("a port without any way stops the job, short flaps apart")),
    # Source: assumption; transports with several planes go on at less rate.
    stop_with_planes=Range(0.0, 0.05, 0.25, _assumed("the other planes carry on; some fail-overs fail")),
    # Source: assumption; routes converge in less than the retries of the transport take.
    stop_above=Range(0.0, 0.05, 0.2, _assumed("routes go around; some flows time out first")),
)
"""Rates that hold for no maker in particular. None rests on interruptions of a job that the model is held to."""


@dataclass(frozen=True)
class Cause:
    """Interruptions by one kind of part."""

    name: str
    parts: float
    """Parts of the kind that the job uses."""
    failures: float
    """Failures of them [1/s]."""
    interruptions: float
    """Interruptions of the job [1/s]."""
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Interruptions:
    """How often the network interrupts a job, with a range."""

    accelerators: float
    causes: tuple[Cause, ...]
    samples: FloatArray
    """Rates that the ranges of the parts allow [1/s]."""
    unknown: tuple[str, ...] = ("network adapters",)
    """Parts without a sourced failure rate, which are not counted."""

    @property
    def rate(self) -> float:
        """Interruptions at the base of every range [1/s]."""
        return sum(cause.interruptions for cause in self.causes)

    @property
    def interval(self) -> float:
        """Mean time between interruptions at the base of every range [s]."""
        return 1.0 / self.rate if self.rate else float("inf")

    @cached_property
    def interval_range(self) -> tuple[float, float]:
        """Mean time between interruptions, from the 5 % to the 95 % quantile of what the ranges allow [s]."""
        high, low = np.quantile(self.samples, RANGE)
        return (float(1.0 / low) if low else float("inf"), float(1.0 / high) if high else float("inf"))

    def count_range(self, duration: float, seed: int = 0) -> tuple[int, int]:
        """Give the interruptions in a time, from the 5 % to the 95 % quantile of Poisson counts over the range.

        Parameters
        ----------
        duration
            Time that the job runs [s].
        seed
            Of the Poisson draws.
        """
        counts: NDArray[np.int64] = np.random.default_rng(seed).poisson(self.samples * duration)
        low, high = np.quantile(counts, RANGE)
        return int(np.floor(low)), int(np.ceil(high))


def interruptions(
    fabric: Fabric, rates: FailureRates = RATES, *, accelerators: float | None = None, seed: int = 0
) -> Interruptions:
    """Give how often the scale-out network interrupts a synchronous job.

    Parameters
    ----------
    fabric
        The fabric.
    rates
        Failure rates of its parts.
    accelerators
        That the job runs on; all where not given. A job on a part of the fabric uses like shares of all its parts.
    seed
        Of the samples of the rates.

    Raises
    ------
    UsageError
        If the fabric does not have as many accelerators.
    """
    total = float(fabric.accelerators)
    used = total if accelerators is None else float(accelerators)
    if not 0.0 < used <= total:
        raise UsageError(
            f"{used:,.0f} accelerators are not in a fabric of {total:,.0f}", hint="give at most all of them"
        )
    plane, planes = fabric.scale_out.plane, fabric.scale_out.planes
    share = used / total * planes
    stop = rates.stop_with_planes if planes > 1 else rates.stop_only_way
    first, *above = plane.link_counts.items()
    edge, *upper = plane.switches.items()
    kinds = [(f"links {first[0]}", first[1], rates.node_link, stop)]
    kinds += [(f"links {name}", count, rates.link, rates.stop_above) for name, count in above]
    kinds += [(_switches(edge[0]), edge[1], rates.switch, stop)]
    kinds += [(_switches(name), count, rates.switch, rates.stop_above) for name, count in upper]
    drawn = _drawn(rates, np.random.default_rng(seed))
    causes, samples = [], np.zeros(SAMPLES)
    for name, count, rate, stops in kinds:
        parts = count * share
        causes.append(
            Cause(name, parts, parts * rate.base, parts * rate.base * stops.base, (*rate.evidence, *stops.evidence))
        )
        samples += parts * drawn[id(rate)] * drawn[id(stops)]
    return Interruptions(used, tuple(causes), samples)


def _drawn(rates: FailureRates, random: np.random.Generator) -> Mapping[int, FloatArray]:
    """Draw every range once: parts of a kind share what is not known of it."""
    shares = (rates.stop_only_way, rates.stop_with_planes, rates.stop_above)
    found = {id(each): each.sample(random, SAMPLES, ratio=True) for each in (rates.node_link, rates.link, rates.switch)}
    return MappingProxyType(found | {id(each): each.sample(random, SAMPLES, ratio=False) for each in shares})


def _switches(tier: str) -> str:
    return "switches" if tier == "switch" else f"{tier} switches"
