"""Diagrams: what joins what, as data, as a table and as SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from tests.report.conftest import diagram_figures

from gigaloop.report.drawing import draw
from gigaloop.report.figures import DiagramFigure, Item, Wire


def test_a_diagram_tabulates_its_items_with_what_leads_to_them():
    one_line, loop = diagram_figures()
    rows = {row[0].text: [cell.text for cell in row] for row in one_line.table().rows}
    assert rows["Unit transformer"][1:] == ["transformer", "4 x 3.75 MVA; 92 % loaded", "MV switchgear (63 A)"]
    fed = {row[0].text: row[3].text for row in loop.table().rows}
    assert fed["Racks"] == "CDU (45.0 °C, 178 L/s)"


def test_a_line_to_nowhere_and_two_items_of_one_id_are_refused():
    rack = Item("rack", "rack", 0, 0, "Rack")
    with pytest.raises(ValueError, match="there is no item 'cdu'"):
        DiagramFigure(id="d", title="t", alt="a", items=[rack], wires=[Wire("cdu", "rack", "cold")])
    with pytest.raises(ValueError, match="two items have the same id"):
        DiagramFigure(id="d", title="t", alt="a", items=[rack, rack], wires=[])


@pytest.mark.parametrize("figure", diagram_figures(), ids=lambda figure: figure.id)
def test_the_drawing_is_well_formed_holds_every_word_and_leaves_nothing_outside(figure):
    root = ET.fromstring(draw(figure))  # noqa: S314 - made here
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    texts = [node for node in root.iter("text") if node.text]
    said = {node.text for node in texts}
    assert {item.name for item in figure.items} <= said
    assert {line for item in figure.items for line in item.lines} <= said
    assert {wire.label for wire in figure.wires if wire.label} <= said
    for node in texts:
        if "font-size" not in node.attrib:  # not the letter inside a symbol
            assert left <= float(node.attrib["x"]) <= left + width
            assert top <= float(node.attrib["y"]) <= top + height


def test_words_of_a_user_cannot_leave_the_drawing():
    item = Item("a", "rack", 0, 0, "<script>alert(1)</script>", ['"&<b>'])
    drawn = draw(DiagramFigure(id="d", title="t", alt='"><script>', items=[item], wires=[]))
    assert "<script" not in drawn
    ET.fromstring(drawn)  # noqa: S314 - made here
