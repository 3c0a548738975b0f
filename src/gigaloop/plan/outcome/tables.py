"""The plan as long tables of columns, as the store keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.outcome.buying_tables import buying_tables
from gigaloop.plan.outcome.quantities import Transport
from gigaloop.plan.records import Plan

Column = np.ndarray[Any, Any]
Table = dict[str, Column]


def plan_tables(plan: Plan) -> dict[str, Table]:
    """Give the tables of a plan: dates, ids and quantities, rows without any quantity left out.

    Units stand in the column names (``_w``, ``_usd``, ``_w_s`` ...); counts are racks, or pieces of the part named.
    """
    monday = _mondays(plan)
    pair = {"site": plan.sites, "generation": plan.generations}
    made, stock, bought = plan.production, plan.stock, plan.purchases
    tables = {
        "online": _long(
            monday,
            pair,
            online_racks=plan.online_racks,
            online_units=plan.online_units,
            it_power_w=plan.online_it_power,
            facility_power_w=plan.online_facility_power,
            accelerators=plan.online_accelerators,
            tokens_per_s=plan.online_tokens_per_s,
            installs=plan.installs,
            waiting=plan.waiting,
        ),
        "site_power": _long(
            monday,
            {"site": plan.sites},
            asked_power_w=plan.asked_power,
            energised_w=plan.energised,
            online_power_w=plan.online_power.sum(axis=1),
        ),
        "late_power": _long(monday, {"demand": plan.demands}, late_power_w=plan.late_power),
        "production": _rows(
            monday,
            {"factory": made.factories, "line": made.lines, "part": made.parts},
            pieces=made.pieces,
            given=made.given,
            started=made.started,
            waiting=made.waiting,
        ),
        "hired": _long(monday, {"factory": plan.factories}, people=plan.hired),
        "stock": _rows(monday, {"factory": stock.factories, "part": stock.parts}, pieces=stock.pieces),
        "shipments": _transport(monday, plan.shipments),
        "moves": _transport(monday, plan.moves),
        "parts": _long(monday, {"part": plan.parts}, used=plan.part_use, available=plan.part_available),
        "purchases": _rows(
            monday,
            {"supply": bought.paths, "supplier": bought.suppliers, "part": bought.parts},
            used=bought.used,
            received=bought.received,
            held=bought.held,
            cost_usd=bought.used * bought.price[:, None],
            duty_usd=bought.used * bought.price[:, None] * bought.duty,
        ),
        "flows": _long(monday, {"cost": tuple(plan.flows)}, usd=np.array(list(plan.flows.values()))),
        "costs": {"cost": np.array(list(plan.costs)), "present_value_usd": np.array(list(plan.costs.values()))},
    }
    loads = [
        _rows(monday, {"name": load.names, "path": load.paths}, used=load.used, limit=load.limit)
        | {"kind": load.kind, "unit": load.unit}
        for load in plan.loads
    ]
    tables["loads"] = _joined([_filled(load) for load in loads])
    stranded = plan.stranded
    tables["stranded"] = _rows(
        monday,
        {"site": stranded.sites, "generation": stranded.generations, "cause": stranded.causes},
        racks=stranded.racks,
    )
    equipment = plan.equipment
    tables["equipment"] = _rows(
        monday,
        {"site": equipment.sites, "part": equipment.parts, "path": equipment.paths},
        in_service=equipment.in_service,
        needed=equipment.needed,
        bought=equipment.bought,
    )
    units = plan.units
    tables["units"] = {
        "unit": np.array(units.ids, dtype=np.str_),
        "site": np.array(units.sites, dtype=np.str_),
        "generation": np.array(units.generations, dtype=np.str_),
        "number": units.numbers,
        "demand": np.array(units.demands, dtype=np.str_),
        "racks": units.racks,
        "week": monday[units.weeks],
    }
    tables |= buying_tables(plan)
    tables["late"] = _late(plan)
    tables["binding"] = _binding(plan)
    tables["first_units"] = {
        "generation": np.array([first.generation for first in plan.first_units], dtype=np.str_),
        "factory": np.array([first.factory for first in plan.first_units], dtype=np.str_),
        "date": np.array([first.date for first in plan.first_units], dtype="datetime64[D]"),
        "evaluation": np.array([first.evaluation for first in plan.first_units], dtype=np.float64),
        "wanted": np.array([first.wanted for first in plan.first_units], dtype=np.float64),
    }
    tables["openings"] = _records(plan.openings, ("line", "path"), ("date", "earliest", "latest"), {"cost": "cost_usd"})
    tables["changeovers"] = _records(
        plan.changeovers, ("line", "path", "generation"), ("stops", "ready"), {"weeks": "weeks", "cost": "cost_usd"}
    )
    return tables


def _mondays(plan: Plan) -> Column:
    return np.array(list(plan.calendar.dates()), dtype="datetime64[D]")


def _long(monday: Column, axes: Mapping[str, Sequence[str]], **measures: FloatArray) -> Table:
    """Give a row for every cell of (axes..., weeks) in which some measure is not zero."""
    shape = (*(len(labels) for labels in axes.values()), len(monday))
    some = np.zeros(shape, dtype=np.bool_)
    for measure in measures.values():
        some |= measure.reshape(shape) != 0.0
    at = np.nonzero(some)
    table: Table = {name: np.array(labels, dtype=np.str_)[at[i]] for i, (name, labels) in enumerate(axes.items())}
    table["week"] = monday[at[-1]]
    return table | {name: measure.reshape(shape)[at] for name, measure in measures.items()}


def _rows(monday: Column, labels: Mapping[str, Sequence[str]], **measures: FloatArray) -> Table:
    """Give a row for every cell of (rows, weeks) in which some measure is not zero, with the labels of the row."""
    count = len(next(iter(labels.values())))
    numbered = _long(monday, {"row": [str(row) for row in range(count)]}, **measures)
    row = numbered.pop("row").astype(np.intp)
    return {name: np.array(each, dtype=np.str_)[row] for name, each in labels.items()} | numbered


def _transport(monday: Column, transport: Transport) -> Table:
    labels = {
        "lane": transport.lanes,
        "origin": transport.origins,
        "destination": transport.destinations,
        "part": transport.parts,
        "transit_weeks": [str(weeks) for weeks in transport.transit],
    }
    table = _rows(monday, labels, pieces=transport.pieces)
    return table | {"transit_weeks": table["transit_weeks"].astype(np.int64)}


def _filled(table: Mapping[str, Any]) -> Table:
    rows = len(table["week"])
    return {name: np.full(rows, each) if isinstance(each, str) else each for name, each in table.items()}


def _joined(tables: Sequence[Table]) -> Table:
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def _late(plan: Plan) -> Table:
    rows = [(late, reason) for late in plan.late for reason in late.reasons]
    texts = {
        "demand": [late.demand for late, _ in rows],
        "site": [late.site for late, _ in rows],
        "kind": [reason.kind for _, reason in rows],
        "path": [reason.path for _, reason in rows],
        "sentence": [reason.sentence for _, reason in rows],
    }
    return {
        **{name: np.array(column, dtype=np.str_) for name, column in texts.items()},
        "due": np.array([late.due for late, _ in rows], dtype="datetime64[D]"),
        "met": np.array([late.met for late, _ in rows], dtype="datetime64[D]"),
        "power_w": np.array([late.power for late, _ in rows], dtype=np.float64),
        "lateness_w_s": np.array([late.energy for late, _ in rows], dtype=np.float64),
        "share": np.array([reason.share for _, reason in rows], dtype=np.float64),
        "clears": np.array([reason.clears for _, reason in rows], dtype="datetime64[D]"),
    }


def _binding(plan: Plan) -> Table:
    texts = ("kind", "name", "path", "unit", "relief", "sentence")
    numbers = {"shadow_price": "shadow_price_usd_per_unit", "worth": "worth_usd", "online": "online_w_s"}
    table: Table = {name: np.array([getattr(each, name) for each in plan.binding], dtype=np.str_) for name in texts}
    for name in ("first", "last"):
        table[name] = np.array([getattr(each, name) for each in plan.binding], dtype="datetime64[D]")
    for name, column in numbers.items():
        found = [getattr(each, name) for each in plan.binding]
        table[column] = np.array([np.nan if each is None else each for each in found], dtype=np.float64)
    return table


def _records(records: Sequence[Any], texts: Sequence[str], dates: Sequence[str], numbers: Mapping[str, str]) -> Table:
    """Give columns of fields of plain records; ``numbers`` gives the column of each, with its unit."""
    table: Table = {name: np.array([getattr(each, name) for each in records], dtype=np.str_) for name in texts}
    table |= {name: np.array([getattr(each, name) for each in records], dtype="datetime64[D]") for name in dates}
    return table | {
        column: np.array([getattr(each, name) for each in records], dtype=np.float64)
        for name, column in numbers.items()
    }
