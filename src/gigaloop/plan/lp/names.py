"""Names of what the model's series stand for, by which a basis finds them again in the model of another programme."""

from __future__ import annotations

from gigaloop.plan.inputs.data import PlanData, Route


def activity_names(data: PlanData) -> list[str]:
    """Name every activity by its line, or its factory where it is a purchase, and its part."""
    production, factories = data.production, data.programme.factories
    return [
        f"{production.lines[a.line] if a.line >= 0 else factories[a.factory].id} {production.items[a.item].part}"
        for a in production.activities
    ]


def node_names(data: PlanData, nodes: tuple[tuple[int, int], ...]) -> list[str]:
    """Name every stock by its factory and part."""
    return [f"{data.programme.factories[f].id} {data.production.items[i].part}" for f, i in nodes]


def route_names(data: PlanData, routes: tuple[Route, ...], *, to_sites: bool) -> list[str]:
    """Name every route by its lane and what it carries."""
    programme, items = data.programme, data.production.items
    return [
        f"{programme.lanes[r.lane].id} {programme.generations[r.carries].id if to_sites else items[r.carries].part}"
        for r in routes
    ]


def pair_names(data: PlanData) -> list[str]:
    """Name every pair of a site and a generation."""
    return [f"{data.programme.sites[s].id} {data.programme.generations[g].id}" for s, g in data.pairs]


def asked_names(data: PlanData) -> list[str]:
    """Name every group of demands by its site and the generations that may serve it; a second one by its demand too."""
    programme = data.programme
    names: list[str] = []
    for asked in data.asked:
        name = " ".join([programme.sites[asked.site].id, *(programme.generations[g].id for g in asked.generations)])
        names.append(f"{name} {programme.demands[asked.demands[0]].id}" if name in names else name)
    return names


def pool_name(data: PlanData, number: int) -> str:
    """Name a pool of bought parts by its first part."""
    return data.sourcing.parts[data.sourcing.pools[number].parts[0]]
