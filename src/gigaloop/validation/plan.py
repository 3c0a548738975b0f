"""Methods of the plan: safety stock, lots, burn-in, and material requirements."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from gigaloop.core.document import read_csv
from gigaloop.core.errors import ProgrammeError, UsageError
from gigaloop.plan import Plan, RackFacts
from gigaloop.plan.lots import plan_lots, read_lots
from gigaloop.plan.safety import Network, place_safety_stock, read_network
from gigaloop.validation.inputs import file, given, number, quantity
from gigaloop.validation.records import Case, Found, Method
from gigaloop.validation.small import line, part, plan_case, supply

_SECONDS = 60.0
"""Time limit of a case that states none [s]."""


def safety_stock(case: Case) -> Found:
    """Give the yearly cost of safety stock under guaranteed service, or what one stage promises or costs.

    Inputs: ``stages``, ``arcs`` (files), ``holding_rate`` (1), ``at_most_0`` (stages that must serve at once),
    ``time_limit`` [s], ``stage`` and ``of`` (``outgoing``, ``safety_stock``, ``base_stock`` or ``cost``).
    """
    network = read_network(file(case, "stages"), file(case, "arcs"))
    at_once = set(case.inputs.get("at_most_0", "").split())
    unknown = at_once - {stage.id for stage in network.stages}
    if unknown:
        raise UsageError(f"there is no stage '{min(unknown)}'")
    stages = tuple(
        dataclasses.replace(stage, max_service=0.0) if stage.id in at_once else stage for stage in network.stages
    )
    placed = place_safety_stock(
        Network(stages, network.arcs),
        holding_rate=number(case, "holding_rate", 1.0),
        time_limit=number(case, "time_limit", _SECONDS),
    )
    note = "" if placed.proven else f"at most {100 * placed.gap:.2g} % above the best possible"
    if not case.inputs.get("stage"):
        return Found(placed.cost, note)
    measure = given(case, "of")
    if measure not in ("outgoing", "safety_stock", "base_stock", "cost"):
        raise UsageError(f"'{measure}' is nothing of a stage", hint="write outgoing, safety_stock, base_stock or cost")
    found = next((each for each in placed.stages if each.stage == given(case, "stage")), None)
    if found is None:
        raise UsageError(f"there is no stage '{given(case, 'stage')}'")
    return Found(float(getattr(found, measure)), note)


def lot_sizing(case: Case) -> Found:
    """Give the cost of lots with set-ups.

    Inputs: ``instance`` (file), ``carry_over`` (``yes`` or ``no``), ``time_limit`` [s], ``gap`` (half the tolerance).
    """
    gap = number(case, "gap", min(max(case.tolerance / 2.0, 1e-6), 0.01))
    lots = plan_lots(
        read_lots(file(case, "instance")),
        carry_over=case.inputs.get("carry_over", "no") == "yes",
        time_limit=number(case, "time_limit", _SECONDS),
        gap=gap,
    )
    return Found(lots.cost, f"bound {lots.bound:,.0f}, gap {100 * lots.gap:.2f} %, {lots.seconds:.1f} s")


def burn_in_power(case: Case) -> Found:
    """Give the power that the burn-in cells of a plant draw at a rate of racks [MW].

    Inputs: ``rack_power``, ``hours``, ``racks`` (a week).
    """
    plan, week = _burn_in(case, racks=number(case, "racks"), cells=1e6)
    load = next(each for each in plan.loads if each.kind == "test power")
    return Found(float(load.used[0, week]) * 1e-6)


def burn_in_racks(case: Case) -> Found:
    """Give the racks a week that burn-in cells of a power let pass.

    Inputs: ``rack_power``, ``hours``, ``cells`` (power).
    """
    plan, week = _burn_in(case, racks=1e6, cells=quantity(case, "cells", "power") * 1e-6)
    return Found(float(plan.production.pieces[:, week].sum()))


def _burn_in(case: Case, racks: float, cells: float) -> tuple[Plan, int]:
    """Plan a line that makes racks for a demand beyond what it can make, and give a week at full rate."""
    power = quantity(case, "rack_power", "power")
    plan = plan_case(
        6,
        [part("rack", "L11", {"tray": 1}), part("tray")],
        [line("racks", "L11", "rack", 1, racks)],
        [supply("tray", 0, 1e9)],
        "rack",
        (2, 1e5),
        RackFacts(power, power),
        test_hours=given(case, "hours"),
        cells=cells,
    )
    return plan, 3


def requirements(case: Case) -> Found:
    """Give the pieces of a part that are ordered, or whose making is started, in a week (planned order release).

    Inputs: ``items`` (file: ``item``, ``lead_time`` [weeks], ``on_hand``), ``bom`` (file: ``parent``, ``item``,
    ``quantity``), ``due`` and ``demand`` (week and pieces of the end item), ``item`` and ``week``.
    """
    items = _table(case, "items")
    lead = {row["item"]: int(float(row["lead_time"])) for row in items}
    on_hand = {row["item"]: float(row.get("on_hand") or 0.0) for row in items}
    components: dict[str, dict[str, float]] = {}
    for row in _table(case, "bom"):
        components.setdefault(row["parent"], {})[row["item"]] = float(row["quantity"])
    used = {name for each in components.values() for name in each}
    ends = [name for name in lead if name not in used]
    if len(ends) != 1:
        raise UsageError(f"the bill of materials has {len(ends)} end items", hint="give it one")
    made = [name for name in lead if components.get(name)]
    due = int(number(case, "due"))
    plan = plan_case(
        due + 2,
        [part(name, _stage(name, ends[0]) if name in made else None, components.get(name)) for name in lead],
        [line(f"line-{name}", _stage(name, ends[0]), name, lead[name]) for name in made],
        [supply(name, lead[name], on_hand[name]) for name in lead if name not in made],
        ends[0],
        (due, number(case, "demand")),
        RackFacts(1e3, 1e3),
        stock={name: on_hand[name] for name in made if on_hand[name] > 0.0},
    )
    item, week = given(case, "item"), int(number(case, "week"))
    if item not in lead:
        raise UsageError(f"there is no item '{item}'")
    pieces = _completed(plan, item) if item in made else _received(plan, item, on_hand[item])
    at = week + lead[item]
    return Found(float(pieces[at]) if at < len(pieces) else 0.0)


def _stage(name: str, end: str) -> str:
    return "L11" if name == end else "L10"


def _completed(plan: Plan, item: str) -> np.ndarray:
    rows = [row for row, each in enumerate(plan.production.parts) if each == item and plan.production.lines[row]]
    return np.asarray(plan.production.pieces[rows].sum(axis=0))


def _received(plan: Plan, item: str, on_hand: float) -> np.ndarray:
    """Give the receipts of a bought part by week, those from stock on hand left out: they are used first."""
    rows = [row for row, each in enumerate(plan.purchases.parts) if each == item]
    to_date = np.maximum(np.cumsum(plan.purchases.used[rows].sum(axis=0)) - on_hand, 0.0)
    return np.diff(to_date, prepend=0.0)


def _table(case: Case, name: str) -> list[Mapping[str, str]]:
    document = read_csv(file(case, name), case.inputs[name])
    if document.problems or not isinstance(document.data, list):
        raise ProgrammeError(document.problems, title=f"{case.inputs[name]} is no table")
    return document.data


METHODS: Mapping[str, Method] = {
    "safety-stock": safety_stock,
    "lot-sizing": lot_sizing,
    "burn-in-power": burn_in_power,
    "burn-in-racks": burn_in_racks,
    "requirements": requirements,
}
"""What computes a case of the plan, by the name that its row gives."""
