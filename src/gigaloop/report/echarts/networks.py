"""Networks of activities as ECharts options."""

from __future__ import annotations

from collections.abc import Sequence

from gigaloop.report.echarts.wire import NARROW_ROWS, Chart, Json, Key, Palette, frame, grid, row_axis, time_axis
from gigaloop.report.figures.networks import CRITICAL, OTHER, Activity, NetworkFigure
from gigaloop.report.palette import GAIN, HAIRLINE, LOSS, Style, ink_on

_STYLES = {CRITICAL: Style(LOSS, 0, "solid", "rect"), OTHER: Style(GAIN, 1, "solid", "rect")}


def network_chart(figure: NetworkFigure, _palette: Palette) -> Chart:
    """Draw activities as bars over time, one below the other, and arrows from each to what waits for it."""
    series: list[Json] = []
    keys = []
    for group, style in _STYLES.items():
        data = [_bar(each, row) for row, each in enumerate(figure.activities) if each.group == group]
        if data:
            one: Json = {"type": "custom", "name": group, "renderItem": "task", "itemStyle": style.item, "data": data}
            series.append(one | {"encode": {"x": [0, 1], "y": 2}, "ink": ink_on(style.colour)})
            keys.append(Key(group, style, "area", group))
    ties = [_tie(figure.activities, *tie) for tie in figure.ties]
    ends: Json = {"encode": {"x": [0, 1], "y": [2, 3]}, "silent": True, "z": 1}
    series.append({"type": "custom", "name": "", "renderItem": "tie", "itemStyle": {}, "data": ties} | ends)
    names = row_axis((each.name for each in figure.activities), width=300)
    names["splitLine"] = {"show": True, "lineStyle": {"color": HAIRLINE}}
    parts: Json = {"grid": grid(top=8, right=24), "xAxis": time_axis(), "yAxis": names, "series": series}
    return Chart(frame(figure, trigger="item", **parts), tuple(keys), NARROW_ROWS)


def _bar(each: Activity, row: int) -> Json:
    start, end = each.start.isoformat(), each.end.isoformat()
    slack = f"{each.slack:g} weeks of slack" if each.slack else "no slack"
    tip = [each.name, f"{start} to {end}", slack, *([each.note] if each.note else [])]
    return {"value": [start, end, row], "text": each.note, "tip": tip}


def _tie(activities: Sequence[Activity], before: int, after: int) -> Json:
    return {"value": [activities[before].end.isoformat(), activities[after].start.isoformat(), before, after]}
