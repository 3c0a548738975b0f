"""Gantt charts as ECharts options."""

from __future__ import annotations

from gigaloop.report.echarts.charts import mark_lines, marks_height
from gigaloop.report.echarts.wire import (
    NARROW_NAMES,
    NARROW_ROWS,
    Chart,
    Json,
    Key,
    Palette,
    frame,
    grid,
    name_axis,
    row_axis,
    time_axis,
)
from gigaloop.report.figures import GanttFigure, Task
from gigaloop.report.palette import HAIRLINE, ink_on

_MANY_ROWS = 10  # from here on names take one line each


def gantt_chart(figure: GanttFigure, palette: Palette) -> Chart:
    """Draw tasks as bars over time, milestones as diamonds, and marks as lines across all rows."""
    rows = {row: i for i, row in enumerate(figure.rows)}
    series: list[Json] = []
    styles = {phase: palette[entity] for phase, entity in figure.entity_of.items()}
    for phase in figure.phases:
        style = styles[phase]
        data = [_item(task, rows[task.row]) for task in figure.tasks if task.phase == phase]
        one: Json = {"type": "custom", "name": phase, "renderItem": "task", "itemStyle": style.item, "data": data}
        series.append(one | {"encode": {"x": [0, 1], "y": 2}, "ink": ink_on(style.colour)})
    if figure.marks:
        series.append({"type": "line", "name": "", "data": [], "markLine": mark_lines(figure.marks, position="start")})
    crowded = len(rows) > _MANY_ROWS
    names = row_axis(figure.rows, width=300) if crowded else name_axis(figure.rows)
    names["splitLine"] = {"show": True, "lineStyle": {"color": HAIRLINE}}
    room = grid(top=8 + marks_height(figure.marks), right=24)
    parts: Json = {"grid": room, "xAxis": time_axis(), "yAxis": names, "series": series}
    keys = tuple(Key(phase, styles[phase], "area", phase) for phase in figure.phases)
    return Chart(frame(figure, trigger="item", **parts), keys, NARROW_ROWS if crowded else NARROW_NAMES)


def _item(task: Task, row: int) -> Json:
    start, end = task.start.isoformat(), task.end.isoformat()
    days = (task.end - task.start).days
    when = start if task.is_milestone else f"{start} to {end}, {days} days"
    tip = [task.row, task.phase, when, *([task.label] if task.label else [])]
    return {"value": [start, end, row], "text": task.label, "tip": tip}
