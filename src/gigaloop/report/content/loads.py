"""How full lines, cells, people, room, lanes, crews and equipment are, quarter by quarter."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigaloop.plan import Plan
from gigaloop.report.content.basis import Basis, Floats
from gigaloop.report.document import Block
from gigaloop.report.figures import HeatmapFigure

_ROWS = 30
"""Rows that are drawn: the fullest of each kind, and the fullest of all."""
_LEAST = 1.0
"""Utilisation below which a resource is left out [%]."""
_SAID = {
    "line": "",
    "test power": "burn-in",
    "test flow": "burn-in",
    "test positions": "burn-in",
    "staff": "staff",
    "in process": "in process",
    "storage": "rack storage",
    "lane": "lane",
    "crews": "crews",
    "commissioning crews": "commissioning",
    "equipment": "equipment",
}
"""The kinds that are drawn, in their order, and what stands before the name of the resource."""


def load_blocks(basis: Basis, quarters: tuple[str, ...]) -> Iterator[Block]:
    """Draw the use of the fullest resources over their limits."""
    found = utilisation(basis)
    ranked = sorted(found, key=lambda row: (-found[row].max(), -found[row].mean()))
    first = {row[0]: row for row in reversed(ranked)}
    shown = {*first.values(), *[row for row in ranked if row != first[row[0]]][: _ROWS - len(first)]}
    rows = [row for row in found if row in shown]
    if not rows:
        return
    notes = ["Burn-in cells by the fullest of power, coolant flow and positions; equipment by the fullest class."]
    if len(found) > len(rows):
        notes.append(f"{len(found) - len(rows)} less full ones stand in the results, table 'loads'.")
    yield HeatmapFigure(
        id="utilisation",
        title="How full lines, cells, people, crews and equipment are",
        alt="Shades of utilisation by resource and quarter; dark is full.",
        measure="utilisation",
        unit="%",
        rows=[f"{kind}: {name}" if kind else name for kind, name in rows],
        columns=quarters,
        values=[[float(share) for share in found[row]] for row in rows],
        row_name="resource",
        column_name="quarter",
        evidence=basis.computed("use in the quarter over the limit of the quarter"),
        notes=notes,
        height=max(320, 26 * len(rows) + 120),
    )


def utilisation(basis: Basis) -> dict[tuple[str, str], Floats]:
    """Give use over limit by kind and resource (quarters,) [%], the fullest where a plant or site has several."""
    plan = basis.result.plan
    kinds = list(_SAID)
    found: dict[tuple[str, str], Floats] = {}
    for load in sorted((each for each in plan.loads if each.kind in _SAID), key=lambda each: kinds.index(each.kind)):
        shares = _shares(plan, load.used, load.limit)
        for path, name, share in zip(load.paths, load.names, shares, strict=True):
            row = (_SAID[load.kind], basis.resource(path, name))
            found[row] = np.maximum(found.get(row, 0.0), share)
    return {row: share for row, share in found.items() if share.max() > _LEAST}


def _shares(plan: Plan, used: Floats, limit: Floats) -> Floats:
    use, most = plan.sums(used, "quarter"), plan.sums(limit, "quarter")
    return np.asarray(np.divide(use, most, out=np.zeros_like(use), where=most > 0) * 100)
