"""Small cablings of every sort, for tests of formats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from gigaloop.exchange.fabric.cabling import Cabling, Layer, Sort

MEDIA = (
    Sort("a-dac", "passive copper", 1),
    Sort("b-acc", "active copper", 1),
    Sort("c-aoc", "active optical", 1),
    Sort("d-sr4", "multimode", 2),
    Sort("e-dr4", "single mode", 2),
    Sort("f-cat", "twisted pair", 1),
)
RACKS = ("hall, one.f1.r0001.p01", "hall, one.f1.r0001.p02", "hall-2.f2.r0012.p07", "hall-2.f2.r1200.p11")
LAYERS = (
    Layer("scale-out", 0, "leaf-spine", "leaf", "spine"),
    Layer("scale-out", 0, "node-leaf", "node", "leaf"),
    Layer("scale-out", 1, "node-leaf", "node", "leaf"),
    Layer("storage", 0, "node-leaf", "node", "leaf"),
    Layer("storage", 0, "global", "switch", "switch"),
)


def cabling_from(rows: Sequence[tuple[int, ...]]) -> Cabling:
    """Make a cabling of rows (layer, cable, a, a_port, b, b_port, a_rack, a_unit, b_rack, b_unit, medium, run [cm])."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 12).T
    ints = [each.astype(np.int32) for each in columns[:11]]
    run = columns[11] / 100.0
    stock = np.where(columns[10] < 0, np.nan, np.ceil(run))
    layer, cable, a, a_port, b, b_port, a_rack, a_unit, b_rack, b_unit, medium = ints
    return Cabling(
        LAYERS, MEDIA, RACKS, layer, cable, a, a_port, b, b_port, a_rack, a_unit, b_rack, b_unit, medium, run, stock
    )


@st.composite
def cords(draw: st.DrawFn) -> Sequence[tuple[int, ...]]:
    """Draw cords, each with one link or several over consecutive ports; no port is used twice."""
    rows = []
    port = dict.fromkeys(range(len(LAYERS)), 0)
    for cable in range(draw(st.integers(1, 12))):
        layer = draw(st.integers(0, len(LAYERS) - 1))
        a, b = draw(st.integers(0, 1_200_000)), draw(st.integers(0, 99_999))
        racks = draw(st.integers(0, 3)), draw(st.integers(1, 48)), draw(st.integers(0, 3)), draw(st.integers(1, 48))
        medium, run = draw(st.integers(-1, len(MEDIA) - 1)), draw(st.integers(1, 99_999))
        for _ in range(draw(st.integers(1, 3))):
            rows.append((layer, cable, a, port[layer], b, port[layer] + 3, *racks, medium, run))
            port[layer] += 1
        port[layer] += draw(st.integers(0, 1))
    return rows


cablings = cords().map(cabling_from)
