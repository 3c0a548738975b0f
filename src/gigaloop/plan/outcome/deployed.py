"""What a plan uses at the sites: energised power, equipment and what of it is bought, and commissioning crews."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.outcome.quantities import Equipment, Loads

_ROUNDING = 1e-6
"""Pieces of equipment, and share of them, that count as rounding."""


def equipment_of(plan: PlanModel, online: FloatArray) -> Equipment:
    """Give the equipment of every site: what is in service, what the racks online need, and what must be bought for it.

    Parameters
    ----------
    online
        Racks online (sites, generations, weeks).
    """
    data = plan.data
    sites, parts, paths, sizes, rows = [], [], [], [], []
    for s, place in enumerate(data.places):
        for each in place.power.equipment:
            needed = (_power(plan, online, s) - (place.power.held[0] - place.power.held)) / each.per_piece
            needed = np.where(needed > _ROUNDING, needed, 0.0)
            short = needed - each.given
            to_date = np.maximum.accumulate(np.where(short > _ROUNDING * (1.0 + needed), short, 0.0))
            arrived = to_date[np.minimum(np.arange(data.weeks) + each.install, data.weeks - 1)]
            sites.append(place.site.id)
            parts.append(each.part)
            paths.append(each.path)
            sizes.append(each.per_piece)
            rows.append((each.given + to_date, needed, np.diff(arrived, prepend=0.0)))
    shape = (len(rows), data.weeks)
    return Equipment(
        tuple(sites),
        tuple(parts),
        tuple(paths),
        np.array(sizes, dtype=np.float64),
        *(np.array([row[k] for row in rows], dtype=np.float64).reshape(shape) for k in range(3)),
    )


def _power(plan: PlanModel, online: FloatArray, site: int) -> FloatArray:
    racks = [plan.data.site_power(site, g) for g in range(len(plan.data.facts))]
    return np.asarray(np.array(racks) @ online[site])


def site_loads(plan: PlanModel, online: FloatArray, commissioned: FloatArray) -> list[Loads]:
    """Give energised power, equipment and commissioning crews: use against limit.

    Parameters
    ----------
    online
        Racks online (sites, generations, weeks).
    commissioned
        Racks commissioned in the week, by way to go online (served, weeks).
    """
    data = plan.data
    names = tuple(place.site.id for place in data.places)
    shape = (len(names), data.weeks)
    used = np.array([_power(plan, online, s) + place.power.held for s, place in enumerate(data.places)]).reshape(shape)
    limit = np.array([place.energised for place in data.places]).reshape(shape)
    paths = tuple(f"sites.{name}.energisation" for name in names)
    found = [Loads("energisation", names, paths, "W", used, limit)]
    equipment = equipment_of(plan, online)
    if equipment.parts:
        labels = tuple(f"{site} {part}" for site, part in zip(equipment.sites, equipment.parts, strict=True))
        found.append(Loads("equipment", labels, equipment.paths, "pcs", equipment.needed, equipment.in_service))
    limited = [s for s, place in enumerate(data.places) if place.site.commissioning_crews]
    if limited:
        racks = np.zeros(shape)
        for n, (_, p) in enumerate(plan.site.served):
            racks[data.pairs[p][0]] += commissioned[n]
        crews = np.array([data.places[s].commissioning_crews for s in limited])
        labels = tuple(names[s] for s in limited)
        paths = tuple(f"sites.{name}.commissioning_crews" for name in labels)
        found.append(Loads("commissioning crews", labels, paths, "racks/week", racks[limited], crews))
    return found
