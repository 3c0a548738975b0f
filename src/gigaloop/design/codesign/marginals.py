"""What more of something costs and draws where no part of the programme says it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigaloop.core.errors import QuantityError, UsageError
from gigaloop.core.quantity import parse
from gigaloop.core.units import UNITS
from gigaloop.design.codesign.choices import free
from gigaloop.design.records.codesign import Assumption

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Programme

HBM_ENERGY = 3.9e-12 * 8.0
"""Energy to move a byte from or to HBM3E [J/B]: 3.9 pJ/bit. Source: Samsung by way of
https://en.chinaflashmarket.com/price/ews/100178, which wants HBM4E to be twice as good; others say 7 to 9 pJ/bit with
the interface (https://eureka.patsnap.com/report-hbm4-energy-metrics-bandwidth-per-watt-and-pj-bit-benchmarks)."""

TWO_TIERS = 3.0
"""Switch ports per link of an accelerator in a scale-up domain that one tier of switches does not join, over one tier:
one down and one up of a leaf, one of a spine. Source: folded Clos at full bandwidth, doi:10.1145/1402958.1402967."""

HBM_ENTRIES = ("hbm4-gigabyte", "hbm3e-gigabyte")
"""Parts of the catalogue that a gigabyte of memory is; the first of accelerators from ``HBM4_FROM`` on."""

HBM4_FROM = 15e12
"""Memory bandwidth from which an accelerator has HBM4 [B/s]. Source: eight stacks of HBM3E give 9.8 TB/s, of HBM4 16
TB/s at 8 Gb/s a pin, JEDEC JESD270-4 by way of
https://cloudnews.tech/hbm4-new-ultra-fast-memory-to-be-30-more-expensive-than-hbm3e-according-to-trendforce."""

_PER = re.compile(r"\s+per\s+")


@dataclass(frozen=True)
class Marginal:
    """What a user states of one choice, for one accelerator: cost [USD], power [W] and mass [kg] of one base unit."""

    cost: float | None = None
    power: float = 0.0
    mass: float = 0.0
    delay: float = 0.0
    """Of the first rack, wherever the value is not the generation's own [s]."""


def stated_marginals(programme: Programme, given: Mapping[str, Sequence[str]]) -> dict[str, Marginal]:
    """Read what a user states, as ``24 USD (2026) per 1 GB``, ``3 W per 1 GB``, ``0.1 kg per 8 GB`` or ``26 weeks``.

    Parameters
    ----------
    programme
        For its price year.
    given
        Texts by choice.

    Raises
    ------
    UsageError
        If a choice is not known, is not counted in amounts, or a text cannot be read.
    """
    return {free(name).name: _marginal(programme, free(name).name, texts) for name, texts in given.items()}


def _marginal(programme: Programme, name: str, texts: Sequence[str]) -> Marginal:
    if name in ("redundancy", "coolant", "power_cap"):
        raise UsageError(
            f"--marginal {name}: what it costs is engineered", hint="state the cost of what the models do not know"
        )
    found: dict[str, float] = {}
    for text in texts:
        amount, *per = _PER.split(text.strip())
        try:
            if not per:
                found["delay"] = float(parse(amount, "duration"))
                continue
            unit = free(name).unit
            of = float(parse(per[0], UNITS[unit].dimension)) if unit else float(per[0])
            field, value = _read(programme, amount)
        except (QuantityError, ValueError) as error:
            why = f": {error.why}" if isinstance(error, QuantityError) else ""
            raise UsageError(
                f"--marginal {name}: cannot read '{text}'{why}",
                hint="write it like '24 USD (2026) per 1 GB', '3 W per 1 GB', '0.1 kg per 8 GB', or '26 weeks' later",
            ) from error
        if not of > 0.0:
            raise UsageError(f"--marginal {name}: '{text}' is per nothing", hint="give an amount above 0")
        found[field] = value / of
    return Marginal(**found)


def _read(programme: Programme, amount: str) -> tuple[str, float]:
    for field, dimension in (("power", "power"), ("mass", "mass")):
        try:
            return field, float(parse(amount, dimension))
        except QuantityError:
            continue
    return "cost", programme.usd(parse(amount, "money"))


def hbm_cost(programme: Programme, catalogue: Catalogue, bandwidth: float) -> tuple[float, Assumption]:
    """Give the cost of a byte of memory to the maker of accelerators [USD/B], and what it rests on.

    Parameters
    ----------
    programme, catalogue
        For the price year, and the price.
    bandwidth
        Memory bandwidth of the accelerator as it is [B/s].
    """
    entry = catalogue.part(HBM_ENTRIES[0 if bandwidth >= HBM4_FROM else 1])
    cost = entry.cost
    if cost is None:
        raise UsageError(
            f"'{entry.id}' of the catalogue has no cost", hint="state --marginal hbm='24 USD (2026) per 1 GB'"
        )
    low, high = cost.bounds
    source = cost.evidence.source if cost.evidence is not None else entry.id
    what = f"more or less memory of an accelerator at {cost} a gigabyte, {low:,.0f} to {high:,.0f}"
    return programme.usd(cost) / UNITS["GB"].factor, Assumption(what, source)
