"""Lead times as they scatter: samples by scenario for studies, and what suppliers can then deliver."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from gigaloop.core.quantity import parse
from gigaloop.plan.inputs.sourcing import Sourcing, read_sources
from gigaloop.programme.schema import Programme, Supply
from gigaloop.programme.schema.supply import LeadTimeDistribution

_NINETEEN_OF_TWENTY = NormalDist().inv_cdf(0.95)
"""Standard deviations from the median to the high end. Source: the definition of the lognormal, docs/programme.md."""


def distribution_of(supply: Supply) -> LeadTimeDistribution | None:
    """Give how a lead time scatters: as stated, else a triangle over the range of its evidence; none for not at all."""
    if supply.lead_time_distribution is not None:
        return supply.lead_time_distribution
    evidence = supply.lead_time.evidence
    if evidence is None or not (evidence.low or evidence.high):
        return None
    low, high = (parse(text, "duration") if text else supply.lead_time for text in (evidence.low, evidence.high))
    return LeadTimeDistribution(kind="triangular", low=low, high=high)


def sample_lead_times(programme: Programme, index: int, seed: int = 0) -> dict[str, float]:
    """Draw a lead time for every supply whose lead time scatters, by path [s].

    The draw belongs to the scenario's index, the seed and the path of the supply alone: neither the order of the
    supplies nor other scenarios change it. Triangular: inverse of the distribution function with the mode at the lead
    time. Lognormal: the lead time is the median, and the 95 % quantile is ``high``; what is below ``low`` is ``low``.

    Parameters
    ----------
    index
        Number of the scenario.
    seed
        Seed of the study.
    """
    return {
        path: _draw(float(supply.lead_time), spread, _uniform(seed, index, path))
        for path, supply in _supplies(programme)
        if (spread := distribution_of(supply)) is not None
    }


def with_lead_times(programme: Programme, sourcing: Sourcing, lead_times: Mapping[str, float]) -> Sourcing:
    """Give the same sources and pools with what they deliver under other lead times: right-hand sides alone change.

    Parameters
    ----------
    sourcing
        The sourcing of the programme.
    lead_times
        Lead times by path of the supply [s]; the others are as the programme says.
    """
    sources = read_sources(programme, lead_times)
    return replace(sourcing, sources=(*sources, *sourcing.sources[len(sources) :]))


def _supplies(programme: Programme) -> Iterator[tuple[str, Supply]]:
    for supplier in programme.suppliers:
        for supply in supplier.supplies:
            yield f"suppliers.{supplier.id}.supplies.{supply.part}", supply


def _uniform(seed: int, index: int, path: str) -> float:
    return float(np.random.default_rng([seed, index, zlib.crc32(path.encode())]).random())


def _draw(middle: float, spread: LeadTimeDistribution, share: float) -> float:
    """Give the quantile of a distribution around its mode or median."""
    low, high = float(spread.low), float(spread.high)
    if spread.kind == "triangular":
        low, high = min(low, middle), max(high, middle)
        if high <= low:
            return middle
        split = (middle - low) / (high - low)
        if share < split:
            return low + math.sqrt(share * (high - low) * (middle - low))
        return high - math.sqrt((1.0 - share) * (high - low) * (high - middle))
    if middle <= 0.0 or high <= middle:
        return middle
    sigma = math.log(high / middle) / _NINETEEN_OF_TWENTY
    score = NormalDist().inv_cdf(min(max(share, 1e-12), 1.0 - 1e-12))
    return max(middle * math.exp(sigma * score), low)
