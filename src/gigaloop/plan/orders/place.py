"""Orders of every supply: whole lots where it asks for them, else the latest receipts that cover use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.inputs.sourcing import Source, lead_days
from gigaloop.plan.lp.model import PlanModel
from gigaloop.plan.orders.lots import LotRule, Lots, place_lots
from gigaloop.plan.outcome.bought import latest_receipts, needed
from gigaloop.plan.outcome.buying import BuyingNote, Orders
from gigaloop.programme.schema import Programme, Supply

_NOISE = 1e-6
"""Pieces below which an order is rounding."""


@dataclass(slots=True)
class Placed:
    """Orders, what does not fit, and what whole lots cost beyond the plan by week (weeks,) [USD]."""

    orders: Orders
    notes: tuple[BuyingNote, ...]
    flows: dict[str, FloatArray] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    row: int
    kind: str
    ordered: dt.date | None
    week: int
    quantity: float
    price: float
    whole: bool


def lot_rule(programme: Programme, supply: Supply, standard: float) -> LotRule | None:
    """Give what orders of a supply must be; none where any quantity is to be had at one price.

    Parameters
    ----------
    standard
        Price where the supply states none [USD].
    """
    prices = [(float(step.quantity), programme.usd(step.price)) for step in supply.price_breaks]
    first = programme.usd(supply.price) if supply.price is not None else prices[0][1] if prices else standard
    prices = [(0.0, first), *((quantity, price) for quantity, price in prices if price != first or len(prices) > 1)]
    minimum, multiple = float(supply.minimum_order), float(supply.order_multiple)
    if minimum <= 1.0 and multiple <= 1.0 and len({price for _, price in prices}) == 1:
        return None
    return LotRule(minimum, multiple, tuple(sorted(dict(prices).items())))


def place_orders(plan: PlanModel, used: FloatArray) -> Placed:
    """Place the orders that a plan's use of bought parts (sources, weeks) asks for."""
    data = plan.data
    supplies = {
        f"suppliers.{supplier.id}.supplies.{supply.part}": supply
        for supplier in data.programme.suppliers
        for supply in supplier.supplies
    }
    lines: list[_Line] = []
    notes: list[BuyingNote] = []
    flows: dict[str, FloatArray] = {}
    for row, source in enumerate(data.sourcing.sources):
        supply = supplies.get(source.path)
        if supply is None:
            continue
        lines += _given(data, row, source, supply)
        need = np.maximum.accumulate(np.cumsum(needed(plan, source, used[row])) - np.cumsum(source.fixed))
        need = np.maximum(need, 0.0)
        if need[-1] <= _NOISE:
            continue
        rule = lot_rule(data.programme, supply, source.price)
        if rule is None:
            latest = latest_receipts(source.new, np.diff(need, prepend=0.0))
            lines += _orders(data, row, supply, latest, np.full(data.weeks, source.price), whole=False)
            continue
        limit = np.maximum(np.cumsum(source.new), need)
        lots = place_lots(need, limit, rule, data.discount)
        lines += _orders(data, row, supply, lots.quantity, lots.price, whole=True)
        notes += _notes(data, source, rule, lots)
        _charge(data, source, need, lots, flows)
    return Placed(_record(lines), tuple(notes), flows)


def _given(data: PlanData, row: int, source: Source, supply: Supply) -> Iterator[_Line]:
    """Give firm receipts and what is ordered as a rate, by week of arrival."""
    firm = np.zeros(data.weeks)
    for receipt in supply.receipts:
        week = max(data.calendar.index(receipt.date), 0)
        if week < data.weeks:
            firm[week] += float(receipt.quantity)
            yield _Line(row, "receipt", None, week, float(receipt.quantity), source.price, whole=False)
    rate = source.fixed - firm
    rate[0] -= float(supply.on_hand)
    if supply.qualified is not None:
        return
    for at in np.flatnonzero(rate > _NOISE):
        yield _Line(row, "open order", None, int(at), float(rate[at]), source.price, whole=False)


def _orders(
    data: PlanData, row: int, supply: Supply, quantity: FloatArray, price: FloatArray, *, whole: bool
) -> Iterator[_Line]:
    lead = dt.timedelta(days=lead_days(supply))
    for week in np.flatnonzero(quantity > _NOISE * (1.0 + float(quantity.sum()))):
        ordered = max(data.calendar.date(int(week)) - lead, data.programme.horizon.start)
        yield _Line(row, "order", ordered, int(week), float(quantity[week]), float(price[week]), whole)


def _notes(data: PlanData, source: Source, rule: LotRule, lots: Lots) -> Iterator[BuyingNote]:
    name = f"{data.programme.part_of[source.part].name} from {source.supplier}"
    if lots.small:
        pieces = float(lots.quantity[list(lots.small)].sum())
        first = data.calendar.date(lots.small[0])
        why = (
            f"{name}: {len(lots.small)} orders with {pieces:,.0f} pieces are below the minimum of {rule.minimum:,.0f}, "
            f"the first in the week of {first}: the allocation comes too slowly for orders of that size."
        )
        yield BuyingNote("below minimum", source.path, pieces, why)
    if lots.ahead > 0.0:
        lot = f"{lots.step:,.0f} pieces"
        why = f"{name}: whole lots of {lot} are ahead of the allocation by up to {lots.ahead:,.0f} pieces."
        yield BuyingNote("ahead of allocation", source.path, lots.ahead, why)


def _charge(data: PlanData, source: Source, need: FloatArray, lots: Lots, flows: dict[str, FloatArray]) -> None:
    """Add what lots cost beyond paying for use at the lowest price.

    Of the pieces ordered, the last ones that no need asks for are surplus; the others are paid as they arrive instead
    of as they are used. Duty falls on what is used, in the week of use.
    """
    ordered = np.cumsum(lots.quantity)
    useful = np.diff(np.minimum(ordered, need[-1]), prepend=0.0)
    ahead = weeks_up(float(data.programme.part_of[source.part].safety_time))
    charged = np.diff(need[np.maximum(np.arange(data.weeks) - ahead, 0)], prepend=0.0)
    added = {
        "price breaks": lots.quantity * (lots.price - source.price),
        "purchase surplus": (lots.quantity - useful) * source.price,
        "parts paid ahead of use": (useful - charged) * source.price,
    }
    for name, flow in added.items():
        flows[name] = flows.get(name, np.zeros(data.weeks)) + flow


def _record(lines: list[_Line]) -> Orders:
    return Orders(
        np.array([line.row for line in lines], dtype=np.intp),
        np.array([line.kind for line in lines], dtype=np.str_),
        np.array([line.ordered for line in lines], dtype="datetime64[D]"),
        np.array([line.week for line in lines], dtype=np.intp),
        np.array([line.quantity for line in lines], dtype=np.float64),
        np.array([line.price for line in lines], dtype=np.float64),
        np.array([line.whole for line in lines], dtype=np.bool_),
    )
