"""Orders and rules of buying of a plan as long tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from gigaloop.plan.records import Plan

Table = dict[str, np.ndarray[Any, Any]]


def buying_tables(plan: Plan) -> dict[str, Table]:
    """Give orders, shares of suppliers, domestic content, parts left over and notes on orders as columns."""
    orders, bought, buying = plan.orders, plan.purchases, plan.buying
    monday = np.array(list(plan.calendar.dates()), dtype="datetime64[D]")
    return {
        "orders": {
            "supply": _names(bought.paths)[orders.rows],
            "supplier": _names(bought.suppliers)[orders.rows],
            "part": _names(bought.parts)[orders.rows],
            "kind": orders.kinds,
            "ordered": orders.ordered,
            "arrives": monday[orders.arrives],
            "quantity": orders.quantity,
            "price_usd": orders.price,
            "cost_usd": orders.quantity * orders.price,
        },
        "supplier_shares": {
            "part": _names([each.part for each in buying.shares]),
            "supplier": _names([each.supplier for each in buying.shares]),
            "period": _names([each.period for each in buying.shares]),
            "share": _numbers([each.share for each in buying.shares]),
            "most": _numbers([each.most for each in buying.shares]),
        },
        "domestic_content": {
            "year": _names([each.year for each in buying.content]),
            "cost_usd": _numbers([each.cost for each in buying.content]),
            "domestic_usd": _numbers([each.domestic for each in buying.content]),
            "share": _numbers([each.share for each in buying.content]),
            "floor": _numbers([each.floor for each in buying.content]),
        },
        "obsolete": {
            "part": _names([each.part for each in buying.obsolete]),
            "last_use": np.array([each.last_use for each in buying.obsolete], dtype="datetime64[D]"),
            "pieces": _numbers([each.pieces for each in buying.obsolete]),
            "value_usd": _numbers([each.value for each in buying.obsolete]),
            "sentence": _names([each.sentence for each in buying.obsolete]),
        },
        "order_notes": {
            "kind": _names([each.kind for each in buying.notes]),
            "path": _names([each.path for each in buying.notes]),
            "pieces": _numbers([each.pieces for each in buying.notes]),
            "sentence": _names([each.sentence for each in buying.notes]),
        },
    }


def _names(texts: tuple[str, ...] | list[str]) -> np.ndarray[Any, Any]:
    return np.array(texts, dtype=np.str_)


def _numbers(numbers: list[float]) -> np.ndarray[Any, Any]:
    return np.array(numbers, dtype=np.float64)
