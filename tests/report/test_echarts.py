"""Charts are plain data, with units on their axes, and nothing is told by colour alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.report.drawing import is_drawing
from gigaloop.report.echarts import chart
from gigaloop.report.echarts.labels import Spot, place_labels
from gigaloop.report.figures import (
    Dot,
    HistogramFigure,
    LineFigure,
    MapFigure,
    Point,
    ScatterFigure,
    Series,
    Trail,
)
from gigaloop.report.figures.scatter import Form
from gigaloop.report.palette import COLOURS, contrast, ink_on, palette_for, style_at


@pytest.fixture(scope="module")
def drawn(gallery):
    figures = [figure for figure in gallery.figures() if not is_drawing(figure)]
    palette = palette_for(figure.entities() for figure in figures)
    return {figure.id: (figure, chart(figure, palette)) for figure in figures}


def test_the_gallery_shows_every_kind(drawn):
    kinds = {figure.kind for figure, _ in drawn.values()}
    assert kinds == {
        *("bar", "gantt", "heatmap", "histogram", "line", "map", "network", "rack", "sankey", "scatter", "treemap"),
        "waterfall",
    }


def test_options_are_plain_json_with_words_for_those_who_cannot_see(drawn):
    for figure, made in drawn.values():
        assert json.loads(json.dumps(made.as_dict(), allow_nan=False))["unit"] == figure.unit
        assert made.option["aria"] == {"enabled": True, "label": {"description": figure.alt}}
        assert made.option["animation"] is False


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        ("online-by-site", "yAxis"),
        ("output-by-factory", "yAxis"),
        ("racks-by-year", "yAxis"),
        ("cost-of-rack", "xAxis"),
        ("cost-per-gw", "xAxis"),
        ("lengths", "yAxis"),
        ("bus-bandwidth", "yAxis"),
        ("roofline", "yAxis"),
        ("front", "yAxis"),
    ],
)
def test_the_value_axis_names_its_unit(drawn, name, axis):
    figure, made = drawn[name]
    assert figure.unit in made.option[axis]["name"]


@pytest.mark.parametrize("name", ["power-chain", "bottleneck", "bom", "racks"])
def test_charts_without_a_value_axis_write_the_unit_at_their_numbers(drawn, name):
    figure, made = drawn[name]
    assert f" {figure.unit}" in json.dumps(made.option, ensure_ascii=False)


def test_drawn_values_are_those_of_the_table(drawn):
    for name in ("racks-by-year", "output-by-factory"):
        figure, made = drawn[name]
        table = figure.table()
        for series in made.option["series"]:
            if not series["name"]:
                continue
            said = [cell.value for cell in table.column(series["name"])]
            assert [None if value == "-" else value for value in series["data"]] == said


def test_lines_differ_by_dash_and_symbol_and_areas_by_hatch(drawn):
    lines = [s for s in drawn["output-by-factory"][1].option["series"] if "asked" not in s["name"]]
    assert len({(str(s["lineStyle"]["type"]), s["symbol"]) for s in lines}) == len(lines)
    areas = [s for s in drawn["online-by-site"][1].option["series"] if s.get("stack")]
    assert len({json.dumps(s["itemStyle"].get("decal")) for s in areas}) == len(areas)


def test_kinds_of_points_differ_by_symbol(drawn):
    points = [s for s in drawn["where"][1].option["series"] if s["type"] == "scatter" and s["name"]]
    assert len({s["symbol"] for s in points}) == len(points)


def test_an_entity_has_one_colour_in_all_figures_and_never_that_of_its_neighbour():
    palette = palette_for([["a", "b"], ["b", "c", "d"], ["d", "a"]])
    for group in (["a", "b"], ["b", "c", "d"], ["d", "a"]):
        assert len({palette[name] for name in group}) == len(group)


def test_styles_stay_distinct_beyond_the_colours():
    assert len({(style_at(i).colour, style_at(i).hatch) for i in range(3 * len(COLOURS))}) == 3 * len(COLOURS)


@pytest.mark.parametrize("colour", COLOURS)
def test_words_on_a_colour_can_be_read(colour):
    assert contrast(colour, ink_on(colour)) >= 4.5


def test_gaps_stay_gaps():
    figure = LineFigure(id="f", title="t", alt="a", periods=["x", "y"], series=[Series("s", [1, None])])
    made = chart(figure, palette_for([figure.entities()]))
    assert made.option["series"][0]["data"] == [1.0, "-"]


def test_places_overseas_stand_beside_the_map_under_a_heading():
    points = [
        Point("Here", "site", 30, -97),
        Point("Seoul", "supplier", 37.5, 127),
        Point("Dresden", "supplier", 51, 13.7),
    ]
    figure = MapFigure(id="f", title="t", alt="a", points=points)
    made = chart(figure, palette_for([figure.entities()]))
    spots = {item["text"]: item["value"] for series in made.option["series"] for item in series["data"]}
    assert spots["Seoul"][0] < 0 < spots["Here"][0] < 975 < spots["Dresden"][0]
    assert "outside the US" in spots


spots = st.builds(
    Spot, st.floats(0, 900), st.floats(0, 500), st.floats(3, 20), st.text("abcdefgh", min_size=1, max_size=20)
)


@given(st.lists(spots, max_size=25))
def test_names_on_the_map_never_hide_each_other(given_spots):
    placed = place_labels(given_spots, width=900, height=500)
    boxes = []
    for spot, label in zip(given_spots, placed, strict=True):
        if label is None:
            continue
        wide, reach = 6.3 * len(spot.name), spot.radius + 4
        left = {"right": spot.x + reach, "left": spot.x - reach - wide}.get(label.side, spot.x - wide / 2)
        top = {"top": spot.y - reach - 14, "bottom": spot.y + reach}.get(label.side, spot.y + label.shift - 7)
        boxes.append((left, top, left + wide, top + 14))
    for i, a in enumerate(boxes):
        assert a[0] >= 0
        assert a[2] <= 900
        for b in boxes[:i]:
            assert a[2] <= b[0] + 1e-6 or b[2] <= a[0] + 1e-6 or a[3] <= b[1] + 1e-6 or b[3] <= a[1] + 1e-6


def test_bins_stand_on_each_other_and_limits_within_the_axis_are_marked(drawn):
    figure, made = drawn["lengths"]
    bars = [item["value"] for series in made.option["series"] for item in series["data"]]
    assert [0, 5, 0, 800] in bars
    assert sum(top - bottom for _, _, bottom, top in bars) == 2140
    marks = [line["xAxis"] for series in made.option["series"] for line in series.get("markLine", {}).get("data", [])]
    assert marks == [3.0]
    assert made.option["xAxis"]["max"] == 30
    assert [row[1].value for row in figure.tables()[1].rows] == [3.0, 500.0]


def test_words_of_limits_that_are_close_stand_in_different_lines():
    figure = HistogramFigure(
        id="f",
        title="t",
        alt="a",
        edges=[0, 50, 100],
        series=[Series("s", [1, 2])],
        limits=[(2, "a"), (3, "b"), (100, "c")],
    )
    made = chart(figure, palette_for([figure.entities()]))
    words = {line["name"]: line["label"] for line in made.option["series"][-1]["markLine"]["data"]}
    assert words["a"]["distance"] != words["b"]["distance"]
    assert (words["a"]["align"], words["c"]["align"]) == ("left", "right")


def test_a_logarithmic_axis_has_bands_and_hollow_points_where_nothing_was_measured(drawn):
    _, made = drawn["bus-bandwidth"]
    assert made.option["yAxis"]["type"] == "log"
    band, line, _, firm = made.option["series"]
    assert band["renderItem"] == "band"
    assert band["data"][0][0] == "1 MiB"
    assert band["data"][0][1:] == pytest.approx([40 / 1.2, 48])
    assert line["data"][0]["itemStyle"]["color"] == "#fff"
    assert firm["data"][0] == 4


def test_points_are_where_their_table_says_and_unknown_ones_or_those_below_a_logarithm_are_not_drawn(drawn):
    figure, made = drawn["front"]
    for trail in figure.trails:
        (series,) = [each for each in made.option["series"] if each["name"] == trail.name and each["type"] != "custom"]
        known = [[dot.x.value, dot.y.value] for dot in trail.dots if dot.x.value and dot.y.value]
        assert [point["value"] for point in series["data"]] == known
    assert len(figure.table().rows) == sum(len(trail.dots) for trail in figure.trails)
    assert figure.along_unit in made.option["xAxis"]["name"]


def test_a_long_logarithmic_axis_counts_by_tens_and_a_short_one_by_twos(drawn):
    _, made = drawn["front"]
    assert (made.option["xAxis"]["logBase"], made.option["xAxis"]["min"], made.option["xAxis"]["max"]) == (2, 16, 256)
    assert drawn["roofline"][1].option["xAxis"]["logBase"] == 10


def test_points_that_do_not_count_are_hollow_and_words_stay_inside_the_plot(drawn):
    _, made = drawn["front"]
    hollow = next(each for each in made.option["series"] if each["name"] == "does not fit")
    assert hollow["itemStyle"]["borderColor"] != "#fff"
    _, made = drawn["roofline"]
    operators = next(each for each in made.option["series"] if each["name"] == "operators")
    assert [point["label"]["position"] for point in operators["data"]] == ["left", "right", "right"]
    assert all("TFLOP/s" in point["tip"][2] for point in operators["data"])


def test_a_logarithmic_axis_over_less_than_a_factor_of_three_is_linear():
    figure = ScatterFigure(
        id="s", title="t", alt="a", along="x", log="xy", trails=[Trail("a", [Dot(10, 1), Dot(25, 90, "best")], "mark")]
    )
    made = chart(figure, palette_for([figure.entities()]))
    assert made.option["xAxis"]["type"] == "value"
    assert made.option["yAxis"]["type"] == "log"
    assert figure.entities() == ()


def test_words_that_would_hide_each_other_move_or_are_left_out():
    close = [
        Dot(x, 5.0, name) for x, name in ((1.0, "first of all"), (1.001, "second"), (1.002, "third"), (9.0, "far"))
    ]
    forms: tuple[Form, ...] = ("points", "line")
    for form in forms:
        figure = ScatterFigure(id="s", title="t", alt="a", along="x", trails=[Trail("a", close, form)])
        made = chart(figure, palette_for([figure.entities()]))
        labels = [point["label"] for point in made.option["series"][0]["data"]]
        assert labels[0]["show"]
        assert labels[3]["show"]
        shown = [str(label) for label in labels[:3] if label["show"]]
        assert len(set(shown)) == len(shown)
        assert sum(label["show"] for label in labels) >= 2
        assert len(made.narrow["series"][0]["data"]) == 4
