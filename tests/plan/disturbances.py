"""Generated disturbances of generated programmes, and what clears a cause in the programme itself."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from benchmarks.plan_programmes import generated

from gigaloop.core.quantity import Quantity
from gigaloop.plan.explain.lifts import lift_dates
from gigaloop.plan.inputs.facts import RackFacts
from gigaloop.programme.schema import Programme

WEEKS = 90


def disturbed(seed: int) -> tuple[Programme, dict[str, RackFacts]]:
    """Give a generated programme in which one thing, drawn by the seed, is much scarcer or much later."""
    rng = random.Random(seed)  # noqa: S311
    made, facts = generated(
        seed // 5, weeks=WEEKS, generations=2, factories=3, sites=2, own_parts=4, shared_parts=3, scarcity=0.3
    )
    data = made.model_dump(mode="python")
    _ease(data)
    kind = ("supply", "line", "cells", "energisation", "crews")[seed % 5]
    _DISTURB[kind](rng, data)
    return Programme.model_validate(data), facts


def _ease(data: dict[str, Any]) -> None:
    """Give sites, lines and cells room, so that what is disturbed is what is in the way."""
    for site in data["sites"]:
        for step in site["energisation"]:
            step["start"] = _later(step["start"], -60)
        for hall in site["halls"]:
            hall["ready"] = _later(hall["ready"], -60)
        for step in site["install_crews"]:
            step["rate"] = Quantity.of(float(step["rate"]) * 604800 * 5.0, "racks/week")
    for generation in data["generations"]:
        for name in ("evaluation", "ramp", "volume"):
            generation["effectivity"][name] = _later(generation["effectivity"][name], -60)
    for factory in data["factories"]:
        for line in factory["lines"]:
            line["opens"] = _later(line["opens"], -90)
            for product in line["products"]:
                product["rate"] = Quantity.of(float(product["rate"]) * 604800 * 3.0, "pcs/week")
        for step in factory["test_cells"]["power"]:
            step["power"] = Quantity.of(float(step["power"]) * 1e-6 * 5.0, "MW")


def _supply(rng: random.Random, data: dict[str, Any]) -> None:
    supplier = rng.choice(data["suppliers"])
    supply = rng.choice(supplier["supplies"])
    for other in data["suppliers"]:
        for each in other["supplies"]:
            if each["part"] == supply["part"]:
                share = rng.uniform(0.005, 0.03)
                each["on_hand"] = Quantity.count(0)
                for step in (*each["allocation"], *each["open_orders"]):
                    step["rate"] = Quantity.of(float(step["rate"]) * 604800 * share, "pcs/week")


def _line(rng: random.Random, data: dict[str, Any]) -> None:
    stage = rng.choice(["L6", "L10", "L11"])
    for factory in data["factories"]:
        for line in factory["lines"]:
            share = rng.uniform(0.02, 0.08) if line["stage"] == stage else 1.0
            for product in line["products"]:
                product["rate"] = Quantity.of(float(product["rate"]) * 604800 * share, "pcs/week")


def _cells(rng: random.Random, data: dict[str, Any]) -> None:
    for factory in data["factories"]:
        for step in factory["test_cells"]["power"]:
            step["power"] = Quantity.of(float(step["power"]) * 1e-6 * rng.uniform(0.005, 0.03), "MW")


def _energisation(rng: random.Random, data: dict[str, Any]) -> None:
    site = rng.choice(data["sites"])
    late = rng.randint(60, 90)
    for step in site["energisation"]:
        step["start"] = _later(step["start"], late)


def _crews(rng: random.Random, data: dict[str, Any]) -> None:
    site = rng.choice(data["sites"])
    for step in site["install_crews"]:
        step["rate"] = Quantity.of(float(step["rate"]) * 604800 * rng.uniform(0.01, 0.05), "racks/week")


_DISTURB = {"supply": _supply, "line": _line, "cells": _cells, "energisation": _energisation, "crews": _crews}


def _later(date: dt.date, weeks: int) -> dt.date:
    return date + dt.timedelta(weeks=weeks)


def cleared(programme: Programme, path: str) -> Programme:
    """Give a programme in which the record at a path is in no one's way: written as a user would write it."""
    programme = lift_dates(programme, [path])
    section, name, *rest = path.split(".")
    field = rest[0] if rest else ""
    many = Quantity.of(1e5, "racks/week")
    if section == "sites" and field == "install_crews":
        sites = tuple(
            site.model_copy(
                update={"install_crews": tuple(s.model_copy(update={"rate": many}) for s in site.install_crews)}
            )
            if site.id == name
            else site
            for site in programme.sites
        )
        return programme.model_copy(update={"sites": sites})
    if section == "lanes":
        lanes = tuple(
            lane.model_copy(update={"capacity": None}) if lane.id == name else lane for lane in programme.lanes
        )
        return programme.model_copy(update={"lanes": lanes})
    if section == "factories":
        factories = tuple(_free(factory, rest) if factory.id == name else factory for factory in programme.factories)
        return programme.model_copy(update={"factories": factories})
    return programme


def _free(factory: Any, rest: list[str]) -> Any:
    if rest[0] == "test_cells":
        power = tuple(step.model_copy(update={"power": Quantity.of(1e5, "MW")}) for step in factory.test_cells.power)
        cells = factory.test_cells.model_copy(update={"power": power, "coolant_flow": None, "positions": None})
        return factory.model_copy(update={"test_cells": cells})
    lines = []
    for line in factory.lines:
        if line.id == rest[1]:
            products = tuple(
                product.model_copy(update={"rate": Quantity.of(1e7, "pcs/week")}) for product in line.products
            )
            line = line.model_copy(update={"products": products})
        lines.append(line)
    return factory.model_copy(update={"lines": tuple(lines)})


def records(programme: Programme) -> list[str]:
    """Give the paths of what can be cleared."""
    paths = [f"sites.{site.id}.{field}" for site in programme.sites for field in ("install_crews", "energisation")]
    for factory in programme.factories:
        paths += [f"factories.{factory.id}.test_cells"]
        paths += [f"factories.{factory.id}.lines.{line.id}" for line in factory.lines]
    for supplier in programme.suppliers:
        paths += [f"suppliers.{supplier.id}.supplies.{supply.part}" for supply in supplier.supplies]
    return paths
