"""Tiers of networks, floor plans and histograms: as data, as tables and as SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
from tests.report.conftest import network_figures

from gigaloop.report import Number
from gigaloop.report.drawing import draw
from gigaloop.report.figures import FloorFigure, HistogramFigure, Layer, Series, Tier, TierBox, TierFigure
from gigaloop.report.figures.floors import nice

BASE: dict[str, Any] = {"id": "f", "title": "What is it?", "alt": "A figure."}


def plan(racks: int = 4, **changed: Any) -> FloorFigure:
    column = np.zeros(racks, int)
    given: dict[str, Any] = {
        "halls": ["a"],
        "kinds": ["compute", "network"],
        "hall": column,
        "storey": column,
        "row": column,
        "group": column,
        "x": 0.6 * np.arange(racks),
        "y": np.zeros(racks),
        "value": np.arange(racks, dtype=float),
        "rack": (0.6, 1.2),
    }
    return FloorFigure(**BASE, measure="length", unit="m", **(given | changed))


def area(path: str) -> float:
    return sum(abs(float(w) * float(h)) for w, h in re.findall(r"h(-?[\d.e]+)v(-?[\d.e]+)", path))


def drawn(figure: Any) -> ET.Element:
    return ET.fromstring(draw(figure))  # noqa: S314 - made here


@pytest.mark.parametrize("figure", network_figures()[:2], ids=lambda figure: figure.id)
def test_a_drawing_is_well_formed_says_what_it_shows_and_leaves_no_words_outside(figure):
    root = drawn(figure)
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    assert root.attrib["aria-label"] == figure.alt
    for node in root.iter("text"):
        if float(node.attrib["x"]) and node.text:
            assert left <= float(node.attrib["x"]) <= left + width
            assert top <= float(node.attrib["y"]) <= top + height


def test_tiers_say_their_counts_and_their_layers_links_and_rate():
    figure = network_figures()[0]
    said = {node.text for node in drawn(figure).iter("text")}
    assert {"1,152 in all", "9,216 links x 800 Gb/s", "leaf-spine, 1:1", "36 spines", "576"} <= said
    tiers, layers = figure.tables()
    assert [row[1].value for row in tiers.rows] == [1152, 128, 72]
    assert [row[1].value for row in layers.rows] == [9216, 9216]


def test_a_layer_that_skips_a_tier_is_refused():
    tiers = [Tier(name, Number(1), [TierBox(0, 0, name)]) for name in "abc"]
    with pytest.raises(ValueError, match="joins no tiers that follow each other"):
        TierFigure(**BASE, tiers=tiers, layers=[Layer("a-c", 0, 2, Number(1), "1 Gb/s")])


def test_every_rack_has_the_shade_of_its_value_and_counts_once():
    figure = network_figures()[1]
    value, bins, edges = np.asarray(figure.value), figure.bins, figure.edges
    known = np.isfinite(value)
    assert (bins[~known] == -1).all()
    assert (edges[bins[known]] <= value[known]).all()
    assert (value[known] <= edges[bins[known] + 1]).all()
    halls, shades = figure.tables()
    assert sum(row[1].value for row in shades.rows) == known.sum()
    assert sum(cell.value for cell in halls.rows[0][2:5]) == len(value)


@pytest.mark.parametrize("rows", [3, 200], ids=["few", "many"])
def test_a_floor_of_any_size_has_a_path_for_each_kind_and_shade_that_covers_its_racks(rows):
    row, position = (each.ravel() for each in np.indices((rows, 20)))
    group = (position == 19).astype(int)
    figure = plan(
        len(row),
        row=row,
        group=group,
        x=0.6 * position,
        y=3.0 * row,
        value=10.0 + row,
        hall=0 * row,
        storey=0 * row,
    )
    paths = [
        node.attrib["d"] for node in drawn(figure).iter("path") if "fill" in node.attrib and "z" in node.attrib["d"]
    ]
    assert len(paths) == 2 + len(np.unique(figure.bins))
    areas = [area(path) for path in paths]
    assert areas[0] == pytest.approx(19 * areas[1], rel=0.1)
    assert sum(areas[2:]) == pytest.approx(areas[0] + areas[1], rel=0.1)


def test_a_hall_of_ten_thousand_racks_is_light():
    row, position = (each.ravel() for each in np.indices((500, 20)))
    value = 10 + abs(row - 250) / 5 + abs(position - 10)
    column = 0 * row
    figure = plan(
        len(row), row=row, x=0.6 * position, y=3.0 * row, value=value, hall=column, storey=column, group=column
    )
    assert len(draw(figure)) < 150_000


def test_storeys_are_drawn_apart():
    figure = plan(storey=[0, 0, 1, 1])
    assert [node.text for node in drawn(figure).iter("text") if "Storey" in (node.text or "")] == [
        "Storey 1", "Storey 2", "Storey 1", "Storey 2",
    ]  # fmt: skip
    assert [row[0].text for row in figure.table().rows] == ["a, storey 1", "a, storey 2"]


def test_a_floor_without_values_is_drawn_by_kind():
    figure = plan(value=np.full(4, np.nan))
    assert not len(figure.edges)
    assert "compute" in {node.text for node in drawn(figure).iter("text")}
    cell = figure.table().rows[0][-1]
    assert isinstance(cell, Number)
    assert cell.value is None


def test_words_of_a_user_cannot_leave_a_floor_or_tiers():
    hostile = '"><script>alert(1)</script>'
    floor = plan(halls=[hostile], kinds=[hostile, hostile], hall=[0, 0, 0, 0])
    tiers = TierFigure(
        **BASE,
        tiers=[Tier(hostile, Number(1), [TierBox(0, 0, hostile, (hostile,))])],
        layers=[Layer(hostile, 0, 0, Number(1), hostile)],
    )
    assert "<script" not in draw(floor) + draw(tiers)


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="not of one length"):
        plan(x=[1.0])
    with pytest.raises(ValueError, match="no rack on the floor"):
        plan(0)


def test_a_histogram_tabulates_the_bins_in_which_something_falls():
    figure = network_figures()[2]
    assert [row[0].text for row in figure.table().rows] == [
        "0 to 5 m",
        "5 to 10 m",
        "10 to 15 m",
        "15 to 20 m",
        "25 to 30 m",
    ]
    with pytest.raises(ValueError, match="'s' has 1 values for 2 bins"):
        HistogramFigure(**BASE, edges=[0, 1, 2], series=[Series("s", [1])])


@pytest.mark.parametrize("value", [0.001, 0.3, 1.0, 7.0, 2.4e5])
def test_a_nice_number_is_round_and_not_below(value):
    assert value <= nice(value) * (1 + 1e-9) <= 2.5 * value * (1 + 1e-8)
    assert f"{nice(value):.0e}"[0] in "125" or f"{nice(value):.1e}".startswith("2.5")
