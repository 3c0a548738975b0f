"""Checks of factories: their state at the start, their calendars, people, and curves."""

from __future__ import annotations

import datetime as dt

from gigaloop.core.marks import item_keys
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.checks.times import ascending
from gigaloop.programme.schema import Factory, Line, Programme


def check_factories(findings: Findings) -> None:
    """Check what factories hold at the start, when they work, and who works there."""
    made = {
        product.part
        for factory in findings.programme.factories
        for line in factory.lines
        for product in line.products
        if findings.programme.part_of[product.part].stage is not None
    }
    for factory in findings.programme.factories:
        _stock(findings, factory, made)
        _in_process(findings, factory)
        _calendar(findings, factory)
        _people(findings, factory)
        for line in factory.lines:
            _line(findings, factory, line)
    _in_transit(findings, made)


def _stock(findings: Findings, factory: Factory, made: set[str]) -> None:
    path = f"factories.{factory.id}.stock"
    racks = 0.0
    for key, stock in zip(item_keys(factory.stock), factory.stock, strict=True):
        if stock.part not in made:
            why = f"no line makes '{stock.part}'"
            findings.add(f"{path}.{key}.part", why, "stock of a bought part is the supply's 'on_hand'")
        if stock.part in _racks(findings.programme):
            racks += float(stock.quantity)
    if factory.rack_storage is not None and racks > float(factory.rack_storage):
        why = f"{racks:g} racks are in stock at the start, room is for {factory.rack_storage}"
        findings.add(f"factories.{factory.id}.rack_storage", why, "raise it, or mend the stock")


def _racks(programme: Programme) -> set[str]:
    return {generation.rack for generation in programme.generations}


def _in_process(findings: Findings, factory: Factory) -> None:
    lines = {line.id: line for line in factory.lines}
    for key, each in zip(item_keys(factory.in_process), factory.in_process, strict=True):
        path = f"factories.{factory.id}.in_process.{key}"
        if each.line not in lines:
            findings.add(f"{path}.line", f"the factory has no line '{each.line}'", f"it has {', '.join(lines)}")
        elif each.part not in {product.part for product in lines[each.line].products}:
            findings.add(f"{path}.part", f"the line '{each.line}' does not make '{each.part}'")
        _within(findings, f"{path}.date", "completed", each.date, "count what is completed into 'stock'")


def _within(findings: Findings, path: str, what: str, date: dt.date, hint: str) -> None:
    horizon = findings.programme.horizon
    if date < horizon.start:
        findings.add(path, f"{what} on {date}, before the horizon starts on {horizon.start}", hint)
    elif date > horizon.end:
        findings.add(path, f"{what} on {date}, after the horizon ends on {horizon.end}", "mend the date")


def _calendar(findings: Findings, factory: Factory) -> None:
    for key, closure in zip(item_keys(factory.closed), factory.closed, strict=True):
        if closure.end < closure.start:
            why = f"'{closure.name}' ends on {closure.end}, before it starts on {closure.start}"
            findings.add(f"factories.{factory.id}.closed.{key}.end", why, "a day's closure starts and ends on that day")
    for line in factory.lines:
        ascending(findings, f"factories.{factory.id}.lines.{line.id}.shift_plan", line.shift_plan)


def _people(findings: Findings, factory: Factory) -> None:
    path = f"factories.{factory.id}"
    if factory.hiring is None:
        return
    if factory.headcount is None:
        why = "the factory hires, but the people there at the start are not stated"
        findings.add(f"{path}.hiring", why, "state 'headcount', or leave 'hiring' out: then people limit nothing")
    elif factory.headcount_target is not None and factory.headcount_target < factory.headcount:
        why = f"the target of {factory.headcount_target} is below the headcount of {factory.headcount}"
        findings.add(f"{path}.headcount_target", why, "a factory that hires grows; leave 'hiring' out")


def _line(findings: Findings, factory: Factory, line: Line) -> None:
    path = f"factories.{factory.id}.lines.{line.id}"
    if line.initial_yield is not None and line.initial_yield > line.test_yield:
        why = f"the yield falls from {line.initial_yield} to {line.test_yield}"
        findings.add(f"{path}.initial_yield", why, "a yield matures: give an initial yield below 'test_yield'")
    for key, product in zip(item_keys(line.products), line.products, strict=True):
        if float(product.made_before) > 0.0 and line.learning is None:
            why = "pieces made before the start matter to a line that learns, and this one does not"
            findings.add(f"{path}.products.{key}.made_before", why, "give the line 'learning', or leave it out")


def _in_transit(findings: Findings, made: set[str]) -> None:
    programme = findings.programme
    racks, factories = _racks(programme), {factory.id for factory in programme.factories}
    units = {each.part for generation in programme.generations for each in generation.su_parts}
    for lane in programme.lanes:
        for key, moved in zip(item_keys(lane.in_transit), lane.in_transit, strict=True):
            path = f"lanes.{lane.id}.in_transit.{key}"
            if lane.destination in factories and moved.part not in made:
                hint = "parts on their way from a supplier are the supply's 'receipts'"
                findings.add(f"{path}.part", f"no line makes '{moved.part}'", hint)
            elif lane.destination not in factories and moved.part not in racks | units:
                why = f"'{moved.part}' is no generation's rack nor in its 'su_parts', and the lane leads to a site"
                findings.add(f"{path}.part", why, "name the 'rack' of a generation")
            _within(findings, f"{path}.arrives", "it arrives", moved.arrives, "count what has arrived where it is")
