"""Checks of dates, of steps over time, and of price years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

from pydantic import BaseModel

from gigaloop.core.calendar import weeks_up
from gigaloop.core.marks import item_keys
from gigaloop.core.quantity import Quantity
from gigaloop.core.units import DAY, YEAR
from gigaloop.programme.checks.findings import Findings

LONGEST_HORIZON = 30
"""Years; the plan is weekly, and nobody plans hardware further."""

DEEPEST_PAST = 1990
"""Earliest price year taken for meant."""


class _Step(Protocol):
    @property
    def start(self) -> dt.date: ...


def check_times(findings: Findings) -> None:
    """Check dates, steps over time and price years."""
    _horizon(findings)
    _rates(findings)
    _processes(findings)
    _product_dates(findings)
    _supply_dates(findings)
    _deployment_dates(findings)
    _deal_dates(findings)
    _price_years(findings)


def _horizon(findings: Findings) -> None:
    horizon = findings.programme.horizon
    if horizon.end <= horizon.start:
        findings.add("horizon.end", f"the horizon ends on {horizon.end}, before it starts on {horizon.start}")
    elif (horizon.end - horizon.start).days > LONGEST_HORIZON * 366:
        years = (horizon.end - horizon.start).days / 365.25
        hint = f"plan at most {LONGEST_HORIZON} years at once"
        findings.add("horizon.end", f"the horizon is {years:.0f} years long", hint)
    elif float(findings.programme.policy.rack_life) < (horizon.end - horizon.start).days * DAY:
        why = f"racks live {findings.programme.policy.rack_life}, less than the horizon; plans do not retire racks"
        findings.add(
            "policy.rack_life", why, "shorten the horizon, or give the life of the halls and power they stand in"
        )


def _rates(findings: Findings) -> None:
    """Check that no price or value falls by all of itself within a year."""
    policy = findings.programme.policy
    for key in ("discount_rate", "escalation", "compute_price_change"):
        rate = getattr(policy, key)
        if float(rate) * YEAR <= -1.0:
            why = f"'{rate}' leaves nothing after a year"
            findings.add(f"policy.{key}", why, "a rate of change is more than -100 %/yr, e.g. '-10 %/yr'")


def _processes(findings: Findings) -> None:
    """Check that work and transport take no longer than the horizon is."""
    programme = findings.programme
    horizon = programme.horizon
    if horizon.end < horizon.start:
        return
    weeks = programme.calendar.weeks
    times = [
        (f"factories.{factory.id}.lines.{line.id}.{key}", getattr(line, key))
        for factory in programme.factories
        for line in factory.lines
        for key in ("cycle_time", "rework_time")
    ]
    times += [(f"lanes.{lane.id}.transit", lane.transit) for lane in programme.lanes]
    times += [(f"sites.{site.id}.commissioning", site.commissioning) for site in programme.sites]
    for path, time in times:
        if weeks_up(float(time)) > weeks:
            why = f"'{time}' is longer than the horizon of {weeks} weeks: nothing would ever come of it"
            findings.add(path, why, "mend the duration or its unit, or extend the horizon")


def _product_dates(findings: Findings) -> None:
    for part in findings.programme.parts:
        for key, line in zip(item_keys(part.components), part.components, strict=True):
            begin, until = line.effective_from, line.effective_until
            if begin is not None and until is not None and until <= begin:
                path = f"parts.{part.id}.components.{key}.effective_until"
                findings.add(path, f"the line ends on {until}, before it is effective from {begin}")
    for generation in findings.programme.generations:
        phases = generation.effectivity
        for first, second in pairwise(("evaluation", "ramp", "volume", "end_of_life")):
            before, after = getattr(phases, first), getattr(phases, second)
            if after < before:
                path = f"generations.{generation.id}.effectivity.{second}"
                why = f"{_words(second)} on {after} is before {_words(first)} on {before}"
                findings.add(path, why, "the order is evaluation, ramp, volume, end_of_life")


def _words(phase: str) -> str:
    return phase.replace("_", " ")


def _supply_dates(findings: Findings) -> None:
    horizon = findings.programme.horizon
    for supplier in findings.programme.suppliers:
        for key, supply in zip(item_keys(supplier.supplies), supplier.supplies, strict=True):
            path = f"suppliers.{supplier.id}.supplies.{key}"
            ascending(findings, f"{path}.allocation", supply.allocation)
            ascending(findings, f"{path}.open_orders", supply.open_orders)
            for first, second in pairwise(supply.price_breaks):
                if second.quantity <= first.quantity:
                    why = f"the price break from {second.quantity} pieces follows that from {first.quantity}"
                    findings.add(f"{path}.price_breaks", why, "order price breaks by rising quantity, each once")
            for receipt_key, receipt in zip(item_keys(supply.receipts), supply.receipts, strict=True):
                if receipt.date < horizon.start:
                    why = f"the receipt of {receipt.date} is before the horizon starts on {horizon.start}"
                    findings.add(f"{path}.receipts.{receipt_key}.date", why, "count what has arrived into 'on_hand'")
    for factory in findings.programme.factories:
        if factory.test_cells is not None:
            ascending(findings, f"factories.{factory.id}.test_cells.power", factory.test_cells.power)
        for line in factory.lines:
            if line.opens > horizon.end:
                why = f"the line opens on {line.opens}, after the horizon ends on {horizon.end}"
                hint = "mend the date, extend the horizon, or leave the line out"
                findings.add(f"factories.{factory.id}.lines.{line.id}.opens", why, hint)


def _deployment_dates(findings: Findings) -> None:
    horizon = findings.programme.horizon
    for site in findings.programme.sites:
        path = f"sites.{site.id}"
        ascending(findings, f"{path}.install_crews", site.install_crews)
        ascending(findings, f"{path}.energisation", site.energisation)
        keys = item_keys(site.energisation)
        for key, (first, second) in zip(keys[1:], pairwise(site.energisation), strict=True):
            if second.power < first.power:
                why = f"energised power falls from {first.power} to {second.power} on {second.start}"
                findings.add(
                    f"{path}.energisation.{key}.power", why, "energisation is cumulative: state the sum so far"
                )
    for demand in findings.programme.demands:
        if not horizon.start <= demand.by <= horizon.end:
            side = "before the horizon starts" if demand.by < horizon.start else "after the horizon ends"
            edge = horizon.start if demand.by < horizon.start else horizon.end
            hint = "mend the date, extend the horizon, or leave the demand out"
            if demand.by < horizon.start:
                hint = "what is online already is the site's 'online_at_start'"
            findings.add(f"demands.{demand.id}.by", f"the demand of {demand.by} is {side} on {edge}", hint)


def _deal_dates(findings: Findings) -> None:
    for contract in findings.programme.contracts:
        path = f"contracts.{contract.id}"
        window = contract.window
        if window is not None and window.until is not None and window.until <= window.start:
            findings.add(
                f"{path}.window.until", f"the window ends on {window.until}, before it starts on {window.start}"
            )
        if contract.expiry is not None and contract.expiry < contract.signed:
            why = f"the contract expires on {contract.expiry}, before it was signed on {contract.signed}"
            findings.add(f"{path}.expiry", why)
        for first, second in pairwise(contract.termination):
            if second.before <= first.before:
                why = f"the fee before {second.before} follows that before {first.before}"
                findings.add(f"{path}.termination", why, "order the steps by rising date, each once")


def ascending(findings: Findings, path: str, steps: Sequence[_Step]) -> None:
    """Check that steps stand in the order of their dates, each date once."""
    keys = item_keys(steps)
    for key, (first, second) in zip(keys[1:], pairwise(steps), strict=False):
        if second.start <= first.start:
            why = f"the step of {second.start} stands after that of {first.start}"
            findings.add(f"{path}.{key}.start", why, "order the steps by rising date, each once")


def _price_years(findings: Findings) -> None:
    latest = findings.programme.horizon.end.year
    for name, value in findings.programme:
        if isinstance(value, tuple):
            for record in value:
                _years_in(findings, record, f"{name}.{record.id}", latest)
        elif isinstance(value, BaseModel):
            _years_in(findings, value, name, latest)


def _years_in(findings: Findings, record: BaseModel, path: str, latest: int) -> None:
    for name, value in record.__dict__.items():
        kind = type(value)
        if kind is Quantity:
            year = value.year
            if year is not None and not DEEPEST_PAST <= year <= latest:
                why = f"'{value}' is in money of {year}, which cannot be meant"
                findings.add(
                    f"{path}.{name}", why, f"price years are {DEEPEST_PAST} to {latest}, the end of the horizon"
                )
        elif kind is tuple:
            items = [item for item in value if isinstance(item, BaseModel)]
            for key, item in zip(item_keys(items), items, strict=True):
                _years_in(findings, item, f"{path}.{name}.{key}", latest)
        elif isinstance(value, BaseModel):
            _years_in(findings, value, f"{path}.{name}", latest)
