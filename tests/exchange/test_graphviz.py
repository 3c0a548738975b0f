"""Graphviz: parallel links are one edge with their number, and a drawing is read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from tests.exchange.cablings import cabling_from, cablings

from gigaloop.core.errors import StoreError
from gigaloop.exchange.fabric.cabling import Cabling
from gigaloop.exchange.fabric.graphviz import Bundle, Drawing, bundles_of, graphviz, read_graphviz

ENDS = (0, 1, 1, 1, 4, 3000)


@given(cablings)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, cabling: Cabling) -> None:
    drawing = Drawing("one", bundles_of(cabling, 0, 600_000))
    path = tmp_path_factory.mktemp("dot") / "unit.dot"
    path.write_bytes(b"".join(graphviz(drawing)))
    assert read_graphviz(path) == drawing


@given(cablings)
def test_every_link_of_the_nodes_is_in_a_bundle(cabling: Cabling) -> None:
    bundles = bundles_of(cabling, 0, 2_000_000)
    of_nodes = sum(each.lower == "node" for each in (cabling.layers[code] for code in cabling.layer))
    assert sum(each.links for each in bundles if each.layer == "node-leaf") == of_nodes


def test_parallel_links_are_one_and_other_units_are_left_out() -> None:
    rows = [(1, 0, 0, 0, 0, 0, *ENDS), (1, 1, 9, 0, 7, 0, *ENDS)]
    rows += [(0, 2 + n, 0, 32 + n, 3, n, *ENDS) for n in range(4)] + [(0, 9, 7, 32, 3, 9, *ENDS)]
    assert bundles_of(cabling_from(rows), 0, 8) == (
        Bundle("leaf-p1-00001", "spine-p1-00004", "scale-out p1", "leaf-spine", 4),
        Bundle("node-000001", "leaf-p1-00001", "scale-out p1", "node-leaf", 1),
    )


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("", "this is no graph of Graphviz", 1),
        ("digraph x {\n}\n", "this is no graph of Graphviz", 1),
        ('graph "x" {\n  "a" -- "b";\n}\n', "this is no edge with 'links', 'plane' and 'layer'", 2),
        (
            'graph "x" {\n  "a-1" -- "leaf-p1-1" [links=1, plane="p1", layer="x-y"];\n}\n',
            "'a-1' is no name of a device such as 'node-000123' or 'leaf-p1-00007'",
            2,
        ),
        ('graph "x" {\n', "the file ends before the graph does", 1),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, why: str, line: int) -> None:
    path = tmp_path / "unit.dot"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError) as error:
        read_graphviz(path)
    assert error.value.where is not None
    assert (error.value.why, error.value.where.line) == (why, line)
