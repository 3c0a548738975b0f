"""What variants are held against each other by, and which of them nothing beats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.units import YEAR
from gigaloop.design.codesign.variants import Variants
from gigaloop.design.codesign.work import Work
from gigaloop.design.records.codesign import Floats
from gigaloop.design.trade import pareto_front

if TYPE_CHECKING:
    from gigaloop.programme.schema import Programme

_DIGITS = 9
"""Significant digits that variants are compared with, so that rounding of the machine puts nothing on the front."""


@dataclass(frozen=True)
class Scored:
    """The variants of a generation with what they do."""

    variants: Variants
    offset: int
    """Row of the first of them in the whole table."""
    works: tuple[Work, ...]
    """The workloads, each with its shortlist alone."""
    rates: Floats
    """Of every variant on every workload (n, w)."""
    speed: Floats
    """Work on the mix in the same time, over the reference (n,)."""
    per_rack: Floats
    """Tokens/s of a rack on the mix (n,)."""
    objectives: Mapping[str, Floats]
    """By name, more is better (n,)."""


def objectives_of(
    names: Iterable[str], programme: Programme, variants: Variants, per_rack: Floats
) -> dict[str, Floats]:
    """Give the objectives of variants, more is better.

    Parameters
    ----------
    names
        Of :data:`~gigaloop.design.codesign.options.OBJECTIVES`.
    programme
        For the availability.
    variants, per_rack
        The variants, and the tokens/s of a rack of each (n,).
    """
    found: dict[str, Floats] = {}
    for name in names:
        if name == "power":
            found[name] = per_rack / variants.facility_power
        elif name == "cost":
            found[name] = per_rack * YEAR * float(programme.policy.availability) / variants.annual_cost
        elif name == "position":
            found[name] = per_rack
        else:
            found[name] = -np.array([day.toordinal() for day in variants.first], dtype=np.float64)
    return found


def front_of(
    objectives: Mapping[str, Floats], unpriced: Mapping[str, Floats], allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which variants nothing beats that can be built: as good in everything and better in something.

    What has no price counts as a quantity of its own, as long as costs count: a variant beats another only if it takes
    no more of it.

    Parameters
    ----------
    objectives
        More is better (n,) each.
    unpriced
        Amounts (n,) each.
    allowed
        Which can be built (n,).
    """
    columns = [-values for values in objectives.values()]
    if "cost" in objectives:
        columns += list(unpriced.values())
    costs = np.stack([_rounded(each) for each in columns], axis=1)[allowed]
    ranks = np.stack([np.unique(each, return_inverse=True)[1].reshape(-1) for each in costs.T], axis=1)
    order = np.argsort(ranks.sum(axis=1), kind="stable")  # what beats most comes first, so that few are left to compare
    front = np.zeros(len(allowed), dtype=np.bool_)
    front[np.flatnonzero(allowed)[order]] = pareto_front(ranks[order].astype(np.float64), np.ones(len(order), np.bool_))
    return front


def _rounded(values: Floats) -> Floats:
    known = np.isfinite(values) & (values != 0.0)
    magnitude = np.floor(np.log10(np.abs(values, where=known, out=np.ones_like(values))))
    scale = 10.0 ** (_DIGITS - 1.0 - magnitude)
    return np.where(known, np.rint(np.where(known, values, 0.0) * scale) / scale, values)


def best_rows(
    scored: Sequence[Scored], objective: str, allowed: NDArray[np.bool_], priced: NDArray[np.bool_]
) -> list[int]:
    """Give the best row of each generation in an objective, -1 where none can be built.

    Of costs, only of variants that take no more of what has no price than their generation does as it is.
    """
    found = []
    for each in scored:
        rows = np.arange(each.offset, each.offset + len(each.variants))
        counts = allowed[rows] & (priced[rows] if objective == "cost" and (allowed & priced)[rows].any() else True)
        values = np.where(counts, each.objectives[objective], -np.inf)
        found.append(int(rows[values.argmax()]) if counts.any() else -1)
    return found
