"""What a plan buys, as plain data and on the terminal: shares of suppliers, domestic content, leftovers, notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigaloop.cli import output

if TYPE_CHECKING:
    from gigaloop.plan import Plan


def buying_object(plan: Plan) -> dict[str, Any]:
    """Give the rules of buying as the plan meets them, in plain data."""
    buying = plan.buying
    return {
        "orders": len(plan.orders.quantity),
        "supplier_shares": [
            {"part": s.part, "supplier": s.supplier, "period": s.period, "share": s.share, "most": s.most}
            for s in buying.shares
        ],
        "domestic_content": [
            {"year": c.year, "share": c.share, "floor": c.floor, "cost_usd": c.cost, "domestic_usd": c.domestic}
            for c in buying.content
        ],
        "used_up": dict(zip(buying.used_up.paths, buying.used_up.pieces.sum(axis=1).tolist(), strict=True)),
        "obsolete": [{"part": o.part, "pieces": o.pieces, "value_usd": o.value} for o in buying.obsolete],
        "notes": [{"kind": n.kind, "path": n.path, "pieces": n.pieces, "why": n.sentence} for n in buying.notes],
    }


def show_buying(plan: Plan) -> None:
    """Print the shares that suppliers reach, domestic content, and what does not fit; nothing without such rules."""
    buying = plan.buying
    highest: dict[tuple[str, str], tuple[float, float, str]] = {}
    for each in buying.shares:
        key = each.part, each.supplier
        highest[key] = max(highest.get(key, (0.0, each.most, each.period)), (each.share, each.most, each.period))
    if highest:
        rows = [
            (part, supplier, f"{100 * share:.3g} %", period, f"{100 * most:.3g} %")
            for (part, supplier), (share, most, period) in highest.items()
        ]
        columns = [
            ("part", "left"),
            ("supplier", "left"),
            ("highest share", "right"),
            ("in", "left"),
            ("most", "right"),
        ]
        output.table("Shares of suppliers", columns, rows)
    if buying.content:
        content = [(c.year, f"{100 * c.share:.3g} %", f"{100 * c.floor:.3g} %") for c in buying.content]
        columns = [("year", "left"), ("share of cost", "right"), ("floor", "right")]
        output.table("Domestic content", columns, content)
    for sentence in (*(each.sentence for each in buying.obsolete), *(note.sentence for note in buying.notes)):
        output.line(sentence)
