"""Figures hold together, and their tables say what is drawn."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.report import Number
from gigaloop.report.figures import (
    Activity,
    BarFigure,
    Branch,
    Dot,
    Flow,
    GanttFigure,
    HeatmapFigure,
    Limit,
    LineFigure,
    Link,
    MapFigure,
    NetworkFigure,
    Point,
    Rack,
    RackFigure,
    SankeyFigure,
    ScatterFigure,
    Series,
    Step,
    Task,
    Trail,
    Tray,
    TreemapFigure,
    WaterfallFigure,
)

FACT = Evidence("a datasheet", "2025", EvidenceKind.DATASHEET)
BASE: dict[str, Any] = {"id": "f", "title": "What is it?", "alt": "A figure."}


def values(cells: Any) -> list[float | None]:
    return [cell.value for cell in cells]


def test_every_figure_of_the_gallery_has_a_table_with_its_title(gallery):
    for figure in gallery.figures():
        for table in figure.tables():
            assert table.caption.startswith(figure.title)
            assert table.rows


def test_a_line_figure_tabulates_its_series_their_sum_and_what_was_asked():
    figure = LineFigure(
        **BASE,
        unit="MW",
        stacked=True,
        periods=[date(2026, 1, 5), date(2026, 1, 12)],
        series=[Series("a", [1, 2]), Series("b", [Number(3, evidence=FACT), None])],
        asked=Series("asked", [5, 6]),
    )
    table = figure.table()
    assert [column.name for column in table.columns] == ["period", "a", "b", "total", "asked"]
    assert [column.unit for column in table.columns] == ["", "MW", "MW", "MW", "MW"]
    assert [cell.text for cell in table.column("period")] == ["2026-01-05", "2026-01-12"]
    assert values(table.column("total")) == [4, 2]
    assert values(table.column("asked")) == [5, 6]
    assert table.column("b")[0].evidence == (FACT,)
    assert figure.on_time_axis


def test_evidence_of_a_series_reaches_its_numbers_but_does_not_replace_theirs():
    own = Evidence("a filing", "2024", EvidenceKind.FILING)
    series = Series("a", [1, Number(2, evidence=own), None], evidence=FACT)
    assert [number.evidence for number in series.values] == [(FACT,), (own,), ()]


def test_series_of_the_wrong_length_are_refused():
    with pytest.raises(ValueError, match="'a' has 1 values for 2 periods"):
        LineFigure(**BASE, periods=["2026-Q1", "2026-Q2"], series=[Series("a", [1])])
    with pytest.raises(ValueError, match="'a' has 1 values for 2 categories"):
        BarFigure(**BASE, categories=["x", "y"], series=[Series("a", [1])])


@pytest.mark.parametrize("field", ["id", "title", "alt"])
def test_a_figure_says_what_it_is(field):
    with pytest.raises(ValueError, match=f"'{field}' says nothing"):
        WaterfallFigure(**(BASE | {field: " "}), steps=[Step("a", 1)])


def test_a_stack_of_bars_adds_up():
    figure = BarFigure(
        **BASE, categories=["x", "y"], stacked=True, series=[Series("a", [1, None]), Series("b", [2, None])]
    )
    assert figure.sums == [3, None]
    assert values(figure.table().column("total")) == [3, None]


def test_a_waterfall_refuses_a_total_that_is_not_the_sum_of_its_steps():
    with pytest.raises(ValueError, match="total 'all' is 4, its steps add to 3"):
        WaterfallFigure(**BASE, steps=[Step("a", 1), Step("b", 2), Step("all", 4, is_total=True)])


def test_a_waterfall_runs_below_zero_and_back():
    figure = WaterfallFigure(**BASE, steps=[Step("a", -3), Step("b", 5), Step("all", 2, is_total=True)])
    assert figure.spans() == [(0, -3), (-3, 2), (0, 2)]
    assert values(figure.table().column("sum so far")) == [-3, 2, 2]


def test_a_sankey_knows_where_something_is_forgotten():
    figure = SankeyFigure(
        **BASE, unit="MW", links=[Link("feed", "ups", 100), Link("ups", "racks", 95), Link("ups", "heat", 4, loss=True)]
    )
    assert figure.imbalance() == {"ups": 1}
    assert figure.depth == 2
    assert values(figure.table().column("of input")) == [100, 95, 4]
    assert [cell.text for cell in figure.table().column("kind")] == ["", "", "loss"]


def test_a_flow_in_a_circle_is_refused():
    with pytest.raises(ValueError, match="runs in a circle"):
        SankeyFigure(**BASE, links=[Link("a", "b", 1), Link("b", "a", 1)])


def test_a_flow_against_its_direction_is_refused():
    with pytest.raises(ValueError, match="flows backwards"):
        SankeyFigure(**BASE, links=[Link("a", "b", -1)])


def test_a_treemap_adds_its_parts():
    tree = TreemapFigure(**BASE, branches=[Branch("a", parts=[Branch("b", 1), Branch("c", 2)]), Branch("d", 1)])
    table = tree.table()
    assert values(table.column("share")) == [25, 50, 25]
    assert values(table.total[2:3]) == [4]


def test_a_branch_has_a_value_or_parts():
    with pytest.raises(ValueError, match="either a value or parts"):
        Branch("a", 1, [Branch("b", 1)])
    with pytest.raises(ValueError, match="either a value or parts"):
        Branch("a")


def test_a_heat_map_that_is_not_a_grid_is_refused():
    with pytest.raises(ValueError, match="not 1 rows by 2 columns"):
        HeatmapFigure(**BASE, rows=["r"], columns=["a", "b"], values=[[1]])


def test_a_map_refuses_flows_to_nowhere_names_twice_and_places_off_the_earth():
    here = Point("here", "site", 30, -97)
    with pytest.raises(ValueError, match="'there', which is no point"):
        MapFigure(**BASE, points=[here], flows=[Flow("here", "there", 1)])
    with pytest.raises(ValueError, match="the same name"):
        MapFigure(**BASE, points=[here, here])
    with pytest.raises(ValueError, match="no place on earth"):
        Point("x", "site", 97, 30)


def test_a_map_has_a_table_of_places_and_one_of_flows():
    figure = MapFigure(
        **BASE,
        unit="MW",
        points=[Point("A", "site", 30, -97, 5, id="a"), Point("B", "factory", 40, -83)],
        flows=[Flow("B", "a", 12, "racks")],
        flow_unit="racks",
    )
    places, flows = figure.tables()
    assert values(places.column("value")) == [5, None]
    assert [cell.text for cell in flows.rows[0]] == ["B", "A", "racks", "12"]


def test_trays_neither_overlap_nor_leave_the_rack():
    with pytest.raises(ValueError, match="U2 holds both 'a' and 'b'"):
        Rack("r", 4, [Tray("a", "k", 1, 2), Tray("b", "k", 2, 1)])
    with pytest.raises(ValueError, match="ends at U5 of 4"):
        Rack("r", 4, [Tray("a", "k", 4, 2)])
    with pytest.raises(ValueError, match="counted from 1"):
        Tray("a", "k", 0, 1)


def test_a_rack_is_tabulated_from_the_top_down():
    rack = Rack("r", 4, [Tray("low", "k", 1, 2, 3), Tray("high", "k", 3, 1, 4)])
    table = RackFigure(**BASE, racks=[rack]).table()
    assert [cell.text for cell in table.column("position")] == ["U3", "U1 to U2"]
    assert rack.power == 7


def test_a_task_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends 2026-01-01 before it starts"):
        Task("r", "p", date(2026, 1, 2), date(2026, 1, 1))


def test_phases_of_one_entity_share_its_colour_key():
    tasks = [Task("r", "GB300 NVL72", date(2026, 1, 1), date(2026, 1, 31), entity="gb300")]
    assert GanttFigure(**BASE, tasks=tasks).entities() == ("gb300",)


def test_a_network_says_what_waits_for_what():
    chain = [
        Activity("parts", date(2026, 1, 1), date(2026, 2, 2)),
        Activity("racks", date(2026, 2, 2), date(2026, 3, 2), 4),
    ]
    figure = NetworkFigure(**BASE, activities=chain, ties=[(0, 1)])
    assert [cell.text for cell in (row[4] for row in figure.table().rows)] == ["", "parts"]
    assert [each.group for each in figure.activities] == ["on the critical chain", "with slack"]
    with pytest.raises(ValueError, match="there is no activity 2"):
        NetworkFigure(**BASE, activities=chain, ties=[(0, 2)])


def test_a_gantt_chart_tabulates_lengths_in_days():
    figure = GanttFigure(**BASE, tasks=[Task("r", "p", date(2026, 1, 1), date(2026, 1, 31))])
    assert values(figure.table().column("length")) == [30]


def test_a_scatter_tabulates_its_points_with_their_evidence_and_its_limits():
    figure = ScatterFigure(
        **BASE,
        along="speed",
        along_unit="m/s",
        measure="power",
        unit="W",
        trails=[Trail("fan", [Dot(1, Number(8), "idle", "measured"), Dot(2, 64)], evidence=FACT)],
        limits=[Limit(50.0, "fuse", "y")],
    )
    points, limits = figure.tables()
    assert [(column.name, column.unit) for column in points.columns[2:]] == [("speed", "m/s"), ("power", "W")]
    assert [cell.text for cell in points.column("point")] == ["idle - measured", ""]
    assert points.column("power")[0].evidence == (FACT,)
    assert values(limits.column("at")) == [50.0]
    at = limits.rows[0][2]
    assert isinstance(at, Number)
    assert at.unit == "W"


def test_a_scatter_without_a_known_point_or_with_one_name_twice_is_refused():
    with pytest.raises(ValueError, match="there is no point"):
        ScatterFigure(**BASE, along="x", trails=[Trail("a", [Dot(None, 1)])])
    with pytest.raises(ValueError, match="the same name"):
        ScatterFigure(**BASE, along="x", trails=[Trail("a", [Dot(1, 1)]), Trail("a", [Dot(1, 2)])])


def test_a_stack_of_many_series_has_a_row_for_each_in_its_table():
    parts = [Series(f"part {i}", [i, 2 * i]) for i in range(1, 11)]
    table = BarFigure(**BASE, categories=["x", "y"], stacked=True, series=parts, unit="s", measure="time").table()
    assert [column.name for column in table.columns] == ["time", "x", "y"]
    assert len(table.rows) == 10
    assert values(table.total[1:]) == [55, 110]
