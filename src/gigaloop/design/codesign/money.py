"""What a rack costs a year with its share of network and facility, and when the first can be complete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gigaloop.core.units import YEAR
from gigaloop.design.records.codesign import Floats

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Generation, Programme, Site, Supply

FACILITY_LIFE = 14.0 * YEAR
"""Over which shell, power and cooling are paid back. Source: Epoch AI,
https://epoch.ai/data-insights/ai-datacenter-cost-breakdown, 2026-05 [s]."""


def capital_recovery(rate: float, life: float) -> float:
    """Give the yearly payment that pays a unit of capital back over its life.

    Parameters
    ----------
    rate
        Of discount, a year.
    life
        [s]

    Examples
    --------
    Seven percent over five years:

    >>> round(capital_recovery(0.07, 5 * 31_556_952.0), 4)
    0.2439
    """
    years = life / YEAR
    return 1.0 / years if abs(rate) < 1e-12 else rate / (1.0 - (1.0 + rate) ** -years)


def annual_cost(
    programme: Programme,
    site: Site,
    catalogue: Catalogue,
    *,
    it_capital: Floats,
    facility_capital: Floats,
    facility_peak: Floats,
    facility_mean: Floats,
) -> Floats:
    """Give what racks cost a year: capital of IT over its life, of the facility over its own, and electricity.

    Parameters
    ----------
    programme, site, catalogue
        Discount rate, life, prices of electricity and capacity.
    it_capital, facility_capital
        (n,) [USD]
    facility_peak, facility_mean
        Power (n,) [W].

    Returns
    -------
    NDArray
        (n,) [USD/yr]
    """
    rate = float(programme.policy.discount_rate) * YEAR
    it = it_capital * capital_recovery(rate, float(programme.policy.rack_life))
    facility = facility_capital * capital_recovery(rate, FACILITY_LIFE)
    price = site.energy_price or catalogue.electricity(site.electricity).industrial_price
    energy = facility_mean * programme.usd(price) * YEAR
    capacity = 0.0 if site.capacity_price is None else programme.usd(site.capacity_price) * YEAR
    return it + facility + energy + facility_peak * capacity


def first_date(programme: Programme, generation: Generation, parts: Iterable[str], delay: float = 0.0) -> dt.date:
    """Give the day from which the first rack can be complete.

    Every part is ordered on the programme's day and comes from the supplier that has it first, at once where pieces are
    on hand, due or on order; then the rack is tested. It is not before the generation's ramp.

    Parameters
    ----------
    programme
        Suppliers, lead times and the day.
    generation
        Tests and the ramp.
    parts
        Ids of the parts in it.
    delay
        Added to all [s].
    """
    held = set(parts)
    waits: dict[str, float] = {}
    for supplier in programme.suppliers:
        for supply in supplier.supplies:
            if supply.part in held:
                wait = _wait(programme, supply)
                waits[supply.part] = min(waits.get(supply.part, wait), wait)
    wait = max(waits.values(), default=0.0) + float(generation.test.l11) + float(generation.test.l12)
    ready = programme.as_of + dt.timedelta(seconds=wait)
    return max(ready, generation.effectivity.ramp) + dt.timedelta(seconds=delay)


def _wait(programme: Programme, supply: Supply) -> float:
    """Give the time until a supplier's first piece may be used [s]."""
    begin = programme.as_of
    dates = [step.start for step in supply.open_orders if float(step.rate) > 0.0]
    dates += [receipt.date for receipt in supply.receipts]
    found = [float(supply.lead_time) + float(supply.customs_time)]
    found += [(date - begin).total_seconds() for date in dates]
    found += [0.0] if float(supply.on_hand) > 0.0 else []
    qualified = 0.0 if supply.qualified is None else (supply.qualified - begin).total_seconds()
    return max(0.0, min(found), qualified)
