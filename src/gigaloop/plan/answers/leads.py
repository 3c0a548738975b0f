"""The shortest time from an order to racks online: making, moving, shipping, commissioning, with nothing in the way."""

from __future__ import annotations

from gigaloop.plan.inputs.data import PlanData


def weeks_to_online(data: PlanData, site: int, generation: int) -> int | None:
    """Give the weeks from the begin of work on a rack to its going online at a site; None where no way leads there.

    Bought parts are taken to be there: what suppliers need is for the plan to find out.
    """
    item = data.production.rack_item[generation]
    known: dict[tuple[int, int], int | None] = {}
    ways = [
        made + route.transit
        for route in data.ships
        if route.destination == site and route.carries == generation
        if (made := weeks_to_have(data, route.origin, item, known)) is not None
    ]
    return min(ways) + data.places[site].commissioning if ways else None


def weeks_to_have(
    data: PlanData, factory: int, item: int, known: dict[tuple[int, int], int | None], *, moved: bool = True
) -> int | None:
    """Give the weeks until a factory can have an item for which work begins now; None where it never can.

    Parameters
    ----------
    known
        What was found before, and is added to.
    moved
        Whether it may be made elsewhere and brought.
    """
    key = (factory, item)
    if moved and key in known:
        return known[key]
    found: list[int] = []
    for activity in data.production.activities:
        if (activity.factory, activity.item) != key:
            continue
        parts = data.production.items[item].made_parts if activity.line >= 0 else {}
        waits = [weeks_to_have(data, factory, part, known) for part in parts]
        there = [wait for wait in waits if wait is not None]
        if len(there) == len(waits):
            found.append(activity.cycle + max(there, default=0))
    for route in data.moves if moved else ():
        if (route.destination, route.carries) == key:
            made = weeks_to_have(data, route.origin, item, known, moved=False)
            if made is not None:
                found.append(made + route.transit)
    shortest = min(found, default=None)
    if moved:
        known[key] = shortest
    return shortest
