"""What equipment costs, stands for, and when it must be ordered for each step of a site's energisation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gigaloop.core.quantity import Quantity
from gigaloop.core.units import DAY, WEEK
from gigaloop.design.facility.equipment import ENTRIES, Need, nearest_cdu
from gigaloop.design.records import EquipmentLine, OrderStep
from gigaloop.programme.schema import Programme, Site
from gigaloop.programme.schema.deployment import SiteEquipment

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.catalogue.kinds import CoolingEquipment, PowerEquipment

INSTALL = 6.0 * WEEK
"""From arrival to service, of equipment for which the site states nothing else. Assumption of 2026-11."""

_ALIASES = {
    "power-transformer": "main transformer",
    "substation-transformer": "main transformer",
    "switchgear": "mv switchgear",
    "distribution-transformer": "unit transformer",
    "diesel-generator": "generator",
    "coolant-distribution-unit": "cdu",
    "tower": "cooling tower",
    "sst": "solid-state transformer",
}
_ROUNDING = 1e-9


def equipment_lines(
    needs: Sequence[Need], programme: Programme, site: Site, catalogue: Catalogue, peak: float, basis: float
) -> tuple[EquipmentLine, ...]:
    """Give each class of equipment with price, footprint, lead time, what it stands for, and when to order.

    Parameters
    ----------
    needs
        From :func:`size_equipment`.
    programme, site
        Where the site lists the equipment, what is in service and on order counts.
    catalogue
        Prices, footprints, lead times.
    peak
        Facility power that the equipment is for [W].
    basis
        Facility power over the power that the site states.
    """
    stated = {role: each for each in site.equipment if (role := role_of(each)) is not None}
    return tuple(_line(need, programme, site, catalogue, stated.get(need.role), peak, basis) for need in needs)


def role_of(equipment: SiteEquipment) -> str | None:
    """Give the class that equipment of a site is: as it states, or by the id of its part; None where neither says."""
    if equipment.role is not None:
        return equipment.role
    name = str(equipment.part)
    if name in _ALIASES:
        return _ALIASES[name]
    return next((role for role in ENTRIES if name in (role, role.replace(" ", "-"))), None)


def _line(
    need: Need,
    programme: Programme,
    site: Site,
    catalogue: Catalogue,
    stated: SiteEquipment | None,
    peak: float,
    basis: float,
) -> EquipmentLine:
    entry: CoolingEquipment | PowerEquipment
    if need.entry in {e.id for e in catalogue.of_kind("power_equipment")}:
        power = catalogue.power_equipment(need.entry)
        entry, rating = power, power.rating if need.unit == "VA" else power.electric_rating
    else:
        entry = cooling = catalogue.cooling_equipment(need.entry)
        rating = cooling.flow if need.unit == "m3/s" else cooling.heat
    scale = need.rating / float(rating) if rating is not None else 1.0
    price, sizing = entry.price, need.sizing
    if price is None and need.role == "cdu":
        priced = nearest_cdu(catalogue, need.rating, priced=True)
        price, scale = priced.price, need.rating / float(priced.heat or need.rating)
        sizing += f"; price in proportion to that of {priced.id}"
    lead = None if entry.lead_time is None else catalogue.lead_time(entry.lead_time).lead_time
    low, value, high = _costs(programme, price, scale)
    line = EquipmentLine(
        role=need.role,
        name=entry.name,
        entry=entry.id,
        duty=need.duty,
        rating=need.rating,
        unit=need.unit,
        needed=need.needed,
        spare=need.spare,
        per_power=peak / (need.needed + need.spare),
        electric_power=None if need.electric is None else need.electric / need.needed,
        footprint=None if entry.footprint is None else float(entry.footprint),
        unit_cost=value,
        unit_cost_low=low,
        unit_cost_high=high,
        lead_time=None if lead is None else float(lead),
        lead_time_high=None if lead is None else lead.bounds[1],
        install=INSTALL if stated is None or not float(stated.install) else float(stated.install),
        part="" if stated is None else stated.part,
        stated_per_power=None if stated is None or stated.per_power is None else float(stated.per_power),
        orders=(),
        sizing=sizing,
    )
    return replace(line, orders=order_steps(line, programme.as_of, site, stated, basis, peak))


def _costs(programme: Programme, price: Quantity | None, scale: float) -> tuple[float | None, ...]:
    """Give low end, value and high end of a price, in proportion to the rating [USD, programme's price year]."""
    if price is None:
        return None, None, None
    usd = programme.usd(price) * scale
    low, high = price.bounds
    return usd * low / float(price), usd, usd * high / float(price)


def order_steps(
    line: EquipmentLine, as_of: dt.date, site: Site, stated: SiteEquipment | None, basis: float, peak: float
) -> tuple[OrderStep, ...]:
    """Give when equipment must be ordered for each step of a site's energisation that is still to be served.

    What serves the power online at the start stands already. Pieces that the site lists as in service or on order
    serve the power that the site states for them; what is missing beyond is what must be ordered.

    Parameters
    ----------
    line
        The equipment, without its orders.
    as_of
        The programme's day.
    site
        Its energisation.
    stated
        The site's own equipment of this class.
    basis
        Facility power over the power that the site states.
    peak
        Facility power that all pieces serve [W].
    """
    standing = float(site.online_at_start)
    covered = standing * basis
    if stated is not None:
        served = line.per_power if line.stated_per_power is None else line.stated_per_power
        covered += (float(stated.installed) + float(stated.on_order)) * served
    steps: list[OrderStep] = []
    for step in site.energisation:
        power = float(step.power) * basis
        if float(step.power) <= standing * (1.0 + _ROUNDING):
            continue
        pieces = min(math.ceil(power / line.per_power * (1.0 - _ROUNDING)), line.count)
        short = max(0.0, min(power, peak) - covered)
        missing = min(math.ceil(short / line.per_power * (1.0 - _ROUNDING)), pieces)
        latest = _before(step.start, line.install, line.lead_time)
        late = missing > 0 and latest is not None and latest < as_of
        steps.append(
            OrderStep(
                on=step.start,
                power=power,
                pieces=pieces,
                missing=missing,
                latest_order=latest,
                latest_order_high=_before(step.start, line.install, line.lead_time_high),
                late=late,
            )
        )
    return tuple(steps)


def _before(day: dt.date, install: float, lead: float | None) -> dt.date | None:
    return None if lead is None else day - dt.timedelta(days=math.ceil((install + lead) / DAY - _ROUNDING))
