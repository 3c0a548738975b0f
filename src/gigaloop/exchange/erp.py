"""ERP tables of a plan: purchase orders, production orders, shipments, installations, scalable units."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import numpy as np

from gigaloop.exchange.pegged import For, Pegged
from gigaloop.exchange.tables import Table, Value, table
from gigaloop.exchange.whole import whole_pieces
from gigaloop.plan import Plan
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.pegging import Pegging, Stream, peg_plan
from gigaloop.plan.pegging.overlap import overlap
from gigaloop.programme import Programme

_FOR = (
    ("first_unit", "the first scalable unit that it goes into, SITE:GENERATION:NUMBER"),
    ("last_unit", "the last one"),
    ("units", "how many"),
    ("demands", "the demands that these two serve"),
)
_ROUNDING = 1e-4
_STATUS = {"order": "proposed", "receipt": "firm", "open order": "ordered"}


def erp_tables(programme: Programme, plan: Plan) -> tuple[Table, ...]:
    """Give the ERP tables of a plan, in whole pieces.

    Parameters
    ----------
    programme, plan
        A programme and its plan.

    Notes
    -----
    Quantities to date are those of the plan in whole pieces, so that balances hold; see
    :func:`gigaloop.exchange.whole.whole_pieces`. Weeks are given by their Mondays.
    """
    pegging = peg_plan(programme, plan)
    pegged = Pegged(pegging)
    whole = whole_pieces(pegging)
    return (
        _purchases(programme, plan, pegged),
        *_production(programme, pegged, whole),
        _shipments(programme, pegged, whole),
        _installs(programme, pegged, whole),
        _units(programme, pegged),
    )


class _Ids:
    """Ids by what an order is for and its week, numbered where there are several."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def __call__(self, *parts: str) -> str:
        name = "-".join(parts)
        self._seen[name] += 1
        return name if self._seen[name] == 1 else f"{name}-{self._seen[name]}"


def _for(of: For) -> tuple[Value, ...]:
    return of.first, of.last, of.units, of.demands


def _name(programme: Programme, part: str) -> str:
    return programme.part_of[part].name


def _purchases(programme: Programme, plan: Plan, pegged: Pegged) -> Table:
    bought, orders, calendar = plan.purchases, plan.orders, plan.calendar
    pegging, ids, rows = pegged.pegging, _Ids(), []
    receipts = {stream.name: s for s, stream in enumerate(pegging.streams) if stream.kind == "receipt"}
    for row, path in enumerate(bought.paths):
        mine = np.flatnonzero(orders.rows == row)
        mine = mine[np.argsort(orders.arrives[mine], kind="stable")]
        quantity = orders.quantity[mine]
        pieces = np.diff(np.ceil(np.cumsum(quantity) - _ROUNDING), prepend=0.0)
        lots = pegging.of_stream(receipts[path])
        fed = _orders_of_lots(quantity, pegging.lots.size[lots])
        supplier, part = bought.suppliers[row], bought.parts[row]
        for k, order in enumerate(mine.tolist()):
            if pieces[k] <= 0.0:
                continue
            week = int(orders.arrives[order])
            placed = orders.ordered[order]
            price = float(orders.price[order])
            rows.append(
                (
                    ids("PO", supplier, part, calendar.label(week)),
                    supplier,
                    part,
                    _name(programme, part),
                    pieces[k],
                    "pcs",
                    None if np.isnat(placed) else placed.astype(dt.date),
                    calendar.date(week),
                    round(price, 4),
                    round(price * float(pieces[k]), 2),
                    "USD",
                    _STATUS.get(str(orders.kinds[order]), str(orders.kinds[order])),
                    *_for(pegged.of(lots[fed[k]])),
                )
            )
    return table(
        "purchase_orders",
        [
            ("id", "stable for supplier, item and week of arrival"),
            ("supplier", ""),
            ("item", ""),
            ("item_name", ""),
            ("quantity", "whole pieces"),
            ("unit", ""),
            ("order_date", "the last day to place it; empty where it is placed already"),
            ("receipt_date", "Monday of the week of arrival"),
            ("price", f"of a piece, prices of {plan.price_year}, without duty"),
            ("amount", "quantity times price"),
            ("currency", ""),
            ("status", "proposed, firm (a receipt of the programme), or ordered (an open order of it)"),
            *_FOR,
        ],
        rows,
    )


def _orders_of_lots(orders: FloatArray, lots: FloatArray) -> list[IntArray]:
    """Give the lots that every order brings, first in first out."""
    kept = orders > 0.0
    found = overlap(orders[kept], lots)
    fed = np.flatnonzero(kept)
    inside = (found.source >= 0) & (found.target >= 0)
    order, lot = fed[found.source[inside]], found.target[inside]
    return [lot[order == k] for k in range(len(orders))]


def _of(pegging: Pegging, whole: FloatArray, *kinds: str) -> Iterator[tuple[int, Stream, int, float]]:
    """Give stream and whole pieces of some kinds by week."""
    for s, stream in enumerate(pegging.streams):
        if stream.kind in kinds:
            for week in np.flatnonzero(whole[s] > 0.5).tolist():
                yield s, stream, week, float(np.round(whole[s, week]))


def _production(programme: Programme, pegged: Pegged, whole: FloatArray) -> tuple[Table, Table]:
    pegging, calendar, ids = pegged.pegging, pegged.pegging.calendar, _Ids()
    cycles = {
        (stream.name, streams[0].part): -stream.goes
        for stream in pegging.streams
        if stream.kind == "need" and stream.name
        for streams in [(pegging.streams[stream.maker],)]
    }
    rows, components = [], []
    for s, stream, week, pieces in _of(pegging, whole, "make"):
        if not stream.name:
            continue
        id_ = ids("MO", stream.name.replace(".", "-"), stream.part, calendar.label(week))
        start = calendar.date(week - cycles.get((stream.name, stream.part), 0))
        rows.append(
            (
                id_, stream.place, stream.name, stream.part, _name(programme, stream.part), pieces, "pcs", start,
                calendar.date(week), *_for(pegged.at(s, week)),
            )
        )  # fmt: skip
    for s, stream in enumerate(pegging.streams):
        if stream.kind == "need" and stream.name:
            made = pegging.streams[stream.maker]
            components += [
                (
                    stream.name, made.part, stream.part, round(float(whole[s, week]), 6), "pcs",
                    calendar.date(week + stream.goes), calendar.date(week),
                )
                for week in np.flatnonzero(whole[s] > 1e-6).tolist()
            ]  # fmt: skip
    orders = table(
        "production_orders",
        [
            ("id", "stable for line, item and week of completion"),
            ("factory", ""),
            ("line", ""),
            ("item", ""),
            ("item_name", ""),
            ("quantity", "whole good pieces"),
            ("unit", ""),
            ("start_date", "Monday of the week in which work starts, components in hand"),
            ("end_date", "Monday of the week of completion"),
            *_FOR,
        ],
        rows,
    )
    issues = table(
        "production_components",
        [
            ("line", ""),
            ("item", "what is made"),
            ("component", ""),
            ("quantity", "pieces issued to the line"),
            ("unit", ""),
            ("issue_date", "Monday of the week in which work starts"),
            ("first_completion_date", "Monday of the week in which it is first completed; rework may follow"),
        ],
        components,
    )
    return orders, issues


def _shipments(programme: Programme, pegged: Pegged, whole: FloatArray) -> Table:
    pegging, calendar, ids = pegged.pegging, pegged.pegging.calendar, _Ids()
    destination = {lane.id: lane.destination for lane in programme.lanes}
    rows = [
        (
            ids("SH", stream.name, stream.part, calendar.label(week)),
            "to site" if stream.kind == "shipment" else "transfer",
            stream.name,
            stream.place,
            destination[stream.name],
            stream.part,
            _name(programme, stream.part),
            pieces,
            "pcs",
            calendar.date(week),
            calendar.date(week + stream.comes),
            *_for(pegged.at(s, week)),
        )
        for s, stream, week, pieces in _of(pegging, whole, "move", "shipment")
    ]  # fmt: skip
    return table(
        "shipments",
        [
            ("id", "stable for lane, item and week of departure"),
            ("kind", "to site, or transfer between factories"),
            ("lane", ""),
            ("origin", ""),
            ("destination", ""),
            ("item", ""),
            ("item_name", ""),
            ("quantity", "whole pieces"),
            ("unit", ""),
            ("departure_date", "Monday of the week"),
            ("arrival_date", "Monday of the week from which it is there"),
            *_FOR,
        ],
        rows,
    )


def _installs(programme: Programme, pegged: Pegged, whole: FloatArray) -> Table:
    pegging, calendar, ids = pegged.pegging, pegged.pegging.calendar, _Ids()
    rows = [
        (
            ids("IN", stream.place, stream.name, calendar.label(week)), stream.place, stream.name, stream.part,
            _name(programme, stream.part), pieces, "racks", calendar.date(week), calendar.date(week + stream.comes),
            *_for(pegged.at(s, week)),
        )
        for s, stream, week, pieces in _of(pegging, whole, "install")
    ]  # fmt: skip
    return table(
        "install_schedule",
        [
            ("id", "stable for site, generation and week"),
            ("site", ""),
            ("generation", ""),
            ("item", ""),
            ("item_name", ""),
            ("quantity", "whole racks"),
            ("unit", ""),
            ("install_date", "Monday of the week"),
            ("commissioned_date", "Monday of the week from which they can go online"),
            *_FOR,
        ],
        rows,
    )


def _units(programme: Programme, pegged: Pegged) -> Table:
    units, calendar = pegged.pegging.units, pegged.pegging.calendar
    rows = [
        (
            id_, units.sites[n], units.generations[n], int(units.number[n]),
            programme.generation_of[units.generations[n]].rack, round(float(units.racks[n]), 3),
            float(units.whole[n]), calendar.date(int(units.first[n])),
            calendar.date(int(units.last[n])), " ".join(pegged.demands[n]),
        )
        for n, id_ in enumerate(units.ids)
    ]  # fmt: skip
    return table(
        "scalable_units",
        [
            ("id", "SITE:GENERATION:NUMBER"),
            ("site", ""),
            ("generation", ""),
            ("number", ""),
            ("item", ""),
            ("racks", "racks of it that are online by the end of the horizon"),
            ("racks_when_whole", ""),
            ("first_online_date", "Monday of the week in which its first rack goes online"),
            ("complete_date", "Monday of the week in which its last rack goes online"),
            ("demands", ""),
        ],
        rows,
    )
