"""Lines, areas, bars, waterfalls and heat maps as ECharts options."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from gigaloop.report.echarts.wire import (
    NARROW_NAMES,
    NARROW_ROWS,
    Chart,
    Json,
    Key,
    Palette,
    category_axis,
    frame,
    grid,
    name_axis,
    rounded,
    row_axis,
    short,
    time_axis,
    value_axis,
)
from gigaloop.report.figures import (
    BarFigure,
    HeatmapFigure,
    HistogramFigure,
    LineFigure,
    Mark,
    Series,
    WaterfallFigure,
)
from gigaloop.report.figures.floors import nice
from gigaloop.report.numbers import decimals_for, shared_decimals
from gigaloop.report.palette import DIVERGING, GAIN, INK, MUTED, SHADES, Style, ink_on, mix

ASKED = Style(INK, 0, (6, 4), "diamond")
_FEW_POINTS = 30
_MARK_LINE = 14  # height of the words of a mark [px]
_NEAR, _LATE = 0.26, 0.6  # shares of an axis: words as near share no line; from here on words stand to the left
_FEW_CELLS = 240
_LONG, _WIDE = 56, 250
"""Names from this length on [characters] get more room [px]."""
_UNLABELLED: Json = {"data": {"label": {"show": False}}}


def line_chart(figure: LineFigure, palette: Palette) -> Chart:
    """Draw values over periods as lines, steps or stacked areas."""
    periods = [period.isoformat() if isinstance(period, date) else period for period in figure.periods]
    timed = figure.on_time_axis
    drawn: list[Json] = []
    keys: list[Key] = []
    for series in figure.series:
        style = palette[series.entity]
        one = _line(figure, series, periods, timed=timed)
        one["itemStyle"] = style.item
        one["symbol"] = style.symbol
        if series.estimated:
            hollow = {"color": "#fff", "borderColor": style.colour, "borderWidth": 1.5}
            one["data"] = [
                {"value": value, "itemStyle": hollow} if loose else value
                for value, loose in zip(one["data"], series.estimated, strict=True)
            ]
        if figure.stacked:
            area = {"color": style.colour, "opacity": 0.85}
            one |= {"stack": "all", "areaStyle": area, "lineStyle": {"width": 1, "color": style.colour}}
            one["showSymbol"] = False
        else:
            dash = list(style.dash) if isinstance(style.dash, tuple) else style.dash
            one["lineStyle"] = {"width": 2.25, "color": style.colour, "type": dash}
        if figure.bands:
            drawn.append(_band(series, style.colour, periods))
        drawn.append(one)
        keys.append(Key(series.name, style, "area" if figure.stacked else "line", series.name))
    if figure.asked:
        asked = _line(figure, figure.asked, periods, timed=timed)
        asked |= {"showSymbol": False, "z": 6, "itemStyle": {"color": INK}, "symbol": "diamond"}
        asked["lineStyle"] = {"width": 2.25, "color": INK, "type": [6, 4]}
        drawn.append(asked)
        keys.append(Key(figure.asked.name, ASKED, "asked", figure.asked.name))
    if figure.marks and drawn:
        drawn[-1]["markLine"] = mark_lines(figure.marks)
    tall = marks_height(figure.marks)
    parts: Json = {
        "grid": grid(top=34 + tall, right=26),
        "xAxis": time_axis() if timed else category_axis(periods, boundaryGap=False),
        "yAxis": value_axis(figure.axis_name, along="y", nameGap=13 + tall, **_extent(figure)),
        "series": drawn,
    }
    decimals = _decimals(figure.all_series())
    return Chart(frame(figure, trigger="axis", **parts), tuple(keys), unit=figure.unit, decimals=decimals)


def _extent(figure: LineFigure) -> Json:
    """Say where the value axis begins, and what goes along with a logarithmic one."""
    floor: Json = {"min": figure.floor} if figure.floor else {}
    return floor | ({"type": "log", "minorSplitLine": {"show": False}} if figure.log else {})


def _band(series: Series, colour: str, periods: list[str]) -> Json:
    """Shade what lies between the low and the high of each number."""
    data = [
        [period, rounded(number.low), rounded(number.high)]
        for period, number in zip(periods, series.values, strict=True)
        if number.low is not None and number.high is not None
    ]
    return {
        "type": "custom",
        "name": series.name,
        "id": f"band {series.name}",
        "renderItem": "band",
        "encode": {"x": 0, "y": [1, 2]},
        "itemStyle": {"color": colour, "opacity": 0.14},
        "silent": True,
        "z": 1,
        "tooltip": {"show": False},
        "data": data,
    }


def _line(figure: LineFigure, series: Series, periods: list[str], *, timed: bool) -> Json:
    values = [rounded(value) for value in series.floats]
    return {
        "type": "line",
        "name": series.name,
        "data": [[period, value] for period, value in zip(periods, values, strict=True)] if timed else values,
        "step": "end" if figure.step else False,
        "showSymbol": len(periods) <= _FEW_POINTS,
        "symbolSize": 7,
        "emphasis": {"disabled": True},
    }


def mark_lines(marks: Sequence[Mark], *, position: Literal["start", "end"] = "end") -> Json:
    """Draw moments as thin upright lines with their words at the end that is on top."""
    return {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": MUTED, "type": [3, 3], "width": 1},
        "label": {"color": INK, "fontSize": 11, "formatter": "{b}", "position": position},
        "data": [
            {
                "name": mark.label,
                "xAxis": mark.at.isoformat() if isinstance(mark.at, date) else mark.at,
                "label": {"distance": 4 + _MARK_LINE * (i % 2)},
            }
            for i, mark in enumerate(sorted(marks, key=lambda mark: str(mark.at)))
        ],
    }


def marks_height(marks: Sequence[Mark]) -> int:
    """Give the room above a plot that the words of marks need, in one line or two [px]."""
    return min(len(marks), 2) * _MARK_LINE + (4 if marks else 0)


def bar_chart(figure: BarFigure, palette: Palette) -> Chart:
    """Draw bars side by side or stacked, with their values and ticks for what was asked."""
    decimals = _decimals(figure.series)
    side = "right" if figure.horizontal else "top"
    alone = len(figure.series) == 1
    drawn: list[Json] = []
    keys: list[Key] = []
    for series in figure.series:
        style = palette[series.entity]
        one: Json = {
            "type": "bar",
            "name": series.name,
            "data": [rounded(value) for value in series.floats],
            "itemStyle": style.item | {"borderColor": "#fff", "borderWidth": 0.5},
            "barMaxWidth": 44 if not figure.horizontal else 24,
            "emphasis": {"disabled": True},
        }
        if figure.stacked:
            one["stack"] = "all"
        if alone:
            one["data"] = [_labelled(rounded(value), short(value, decimals), side) for value in series.floats]
            one["labelLayout"] = {"hideOverlap": True}
        drawn.append(one)
        keys.append(Key(series.name, style, "area", series.name))
    if figure.stacked and not alone:
        sums = [_labelled(0, short(value, decimals), side) for value in figure.sums]
        hidden: Json = {"type": "bar", "id": "sum", "name": "", "stack": "all", "silent": True, "data": sums}
        drawn.append(hidden | {"labelLayout": {"hideOverlap": True}})
    if figure.asked:
        drawn.append(
            {
                "type": "scatter",
                "name": figure.asked.name,
                "data": [rounded(value) for value in figure.asked.floats],
                "symbol": "rect",
                "symbolSize": [3, 24] if figure.horizontal else [38, 3],
                "itemStyle": {"color": INK},
                "z": 6,
            }
        )
        keys.append(Key(figure.asked.name, ASKED, "tick", figure.asked.name))
    names = category_axis(figure.categories)
    narrow: Json = {}
    if figure.horizontal:
        longest = max(map(len, figure.categories), default=0)
        names = name_axis(figure.categories, width=_WIDE if longest > _LONG else 190)
        narrow = dict(NARROW_NAMES)
        if figure.asked:  # a tick may stand where a sum would be written
            narrow |= {"series": [{} if each.get("id") != "sum" else _UNLABELLED for each in drawn]}
        axes: Json = {"yAxis": names, "xAxis": value_axis(figure.axis_name, along="x")}
        room = grid(top=8, right=56, bottom=42)
    else:
        axes = {"xAxis": names, "yAxis": value_axis(figure.axis_name, along="y")}
        room = grid()
    option = frame(figure, trigger="axis", grid=room, series=drawn, **axes)
    option["tooltip"]["axisPointer"] = {"type": "shadow", "shadowStyle": {"color": "rgba(20,40,60,0.06)"}}
    legend = tuple(keys) if len(keys) > 1 else ()
    return Chart(option, legend, narrow, figure.unit, decimals)


def _labelled(value: float | str, text: str, side: str) -> Json:
    label = {"show": value != "-", "formatter": text, "position": side, "color": INK, "fontSize": 12, "distance": 6}
    return {"value": value, "label": label}


def histogram_chart(figure: HistogramFigure, palette: Palette) -> Chart:
    """Draw bins as bars that touch, series on top of each other, and the limits as upright lines with their words."""
    step = min(high - low for low, high in pairwise(figure.edges))
    middles = [(low + high) / 2 for low, high in pairwise(figure.edges)]
    levels = [0.0] * len(middles)
    drawn: list[Json] = []
    keys: list[Key] = []
    for series in figure.series:
        style = palette[series.entity]
        data: list[Json] = []
        for i, value in enumerate(series.floats):
            if not value:
                continue
            start, levels[i] = levels[i], levels[i] + value
            said = [figure.bins[i], f"{series.name}: {short(value)} {figure.unit}".strip()]
            said.append(f"of {short(math.fsum(each.floats[i] or 0.0 for each in figure.series))}")
            edges = [rounded(figure.edges[i]), rounded(figure.edges[i + 1])]
            data.append({"value": [*edges, rounded(start), rounded(levels[i])], "tip": said})
        look = style.item | {"borderColor": "#fff", "borderWidth": 0.5}
        one: Json = {"type": "custom", "name": series.name, "renderItem": "bin", "itemStyle": look, "data": data}
        drawn.append(one | {"encode": {"x": [0, 1], "y": [2, 3]}, "clip": True})
        keys.append(Key(series.name, style, "area", series.name))
    inside = sorted(each for each in figure.limits if each[0] <= figure.edges[-1])
    tall = 0
    if inside and drawn:
        drawn[-1]["markLine"] = mark_lines([Mark(at, words) for at, words in inside])
        drawn[-1]["markLine"]["data"].sort(key=lambda line: line["xAxis"])
        levels_of = _levels([at / figure.edges[-1] for at, _ in inside])
        for line, level, (at, _) in zip(drawn[-1]["markLine"]["data"], levels_of, inside, strict=True):
            side = "right" if at > _LATE * figure.edges[-1] else "left"
            line["label"] = {"distance": 4 + _MARK_LINE * level, "align": side}
        tall = _MARK_LINE * (1 + max(levels_of)) + 4
    tick = step * nice(max(1.0, (figure.edges[-1] - figure.edges[0]) / step / 12))
    end = rounded(figure.edges[0] + tick * math.ceil((figure.edges[-1] - figure.edges[0]) / tick - 1e-9))
    unit = nice((max(levels) or 1.0) / 5)
    top = unit * math.ceil((max(levels) or 1.0) / unit)
    parts: Json = {
        "grid": grid(top=34 + tall, right=26, bottom=42),
        "xAxis": value_axis(figure.along, along="x", min=figure.edges[0], max=end, interval=tick)
        | {"axisLine": {"show": True, "lineStyle": {"color": MUTED}}, "splitLine": {"show": False}},
        "yAxis": value_axis(figure.axis_name, along="y", nameGap=13 + tall, min=0, interval=unit, max=top),
        "series": drawn,
    }
    decimals = _decimals(figure.series)
    return Chart(frame(figure, trigger="item", **parts), tuple(keys), unit=figure.unit, decimals=decimals)


def _levels(places: Sequence[float]) -> list[int]:
    """Give each of some words along an axis, by their shares of it, a line above the plot where it hides no other."""
    levels: list[int] = []
    for i, at in enumerate(places):
        near = {levels[j] for j in range(i) if abs(at - places[j]) < _NEAR}
        levels.append(next(level for level in range(len(places)) if level not in near))
    return levels


def waterfall_chart(figure: WaterfallFigure, _palette: Palette) -> Chart:
    """Draw the steps of a total as lying bars that start where the one above ends."""
    decimals = shared_decimals([step.value.value for step in figure.steps])
    kinds = {"total": Style(INK, 0, "solid", "rect"), "adds": Style(GAIN, 0, "solid", "rect")}
    kinds["takes away"] = Style("#d55e00", 1, "solid", "rect")
    drawn: dict[str, list[Json]] = {kind: [] for kind in kinds}
    for i, (step, (start, end)) in enumerate(zip(figure.steps, figure.spans(), strict=True)):
        kind = "total" if step.is_total else "adds" if end >= start else "takes away"
        change = end - start
        sign = "+" if kind == "adds" and i else ""
        text = sign + short(change, decimals)
        tip = [step.name, f"{text} {figure.unit}".strip(), f"sum so far {short(end, decimals)} {figure.unit}".strip()]
        drawn[kind].append({"value": [rounded(start), rounded(end), i], "text": text, "tip": tip})
    series = [
        {
            "type": "custom",
            "name": kind,
            "renderItem": "step",
            "encode": {"x": [0, 1], "y": 2},
            "itemStyle": kinds[kind].item,
            "data": data,
            "clip": False,
        }
        for kind, data in drawn.items()
        if data
    ]
    parts: Json = {
        "grid": grid(top=8, right=64, bottom=42),
        "yAxis": name_axis(step.name for step in figure.steps),
        "xAxis": value_axis(figure.axis_name, along="x"),
        "series": series,
    }
    keys = tuple(Key(kind, kinds[kind]) for kind, data in drawn.items() if data)
    return Chart(frame(figure, trigger="item", **parts), keys, NARROW_NAMES, figure.unit, decimals)


def heatmap_chart(figure: HeatmapFigure, _palette: Palette) -> Chart:
    """Draw a grid of shades, with its numbers where they fit."""
    known = [number.value for _, _, number in figure.cells() if number.value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if figure.diverging:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    elif low == high:
        low, high = min(0.0, low), max(1.0, high)
    scale = DIVERGING if figure.diverging else SHADES
    decimals = shared_decimals(known)
    labels = len(figure.rows) * len(figure.columns) <= _FEW_CELLS and len(figure.columns) <= 16
    data: list[Json] = []
    for i, j, number in figure.cells():
        if number.value is None:
            continue
        ink = ink_on(mix(scale, (number.value - low) / (high - low)))
        text = short(number.value, decimals)
        tip = [f"{figure.rows[i]}, {figure.columns[j]}", f"{text} {figure.unit}".strip()]
        data.append({"value": [j, i, rounded(number.value)], "text": text, "tip": tip, "label": {"color": ink}})
    one: Json = {
        "type": "heatmap",
        "name": figure.measure or "value",
        "data": data,
        "label": {"show": labels, "fontSize": 11},
        "itemStyle": {"borderColor": "#fff", "borderWidth": 1},
        "emphasis": {"disabled": True},
    }
    shades: Json = {
        "type": "continuous",
        "min": low,
        "max": high,
        "dimension": 2,
        "inRange": {"color": list(scale)},
        "orient": "horizontal",
        "left": "center",
        "bottom": 0,
        "itemWidth": 12,
        "itemHeight": 180,
        "precision": min(decimals_for(high), 6),
        "text": [f"{short(high, decimals)} {figure.unit}".strip(), f"{short(low, decimals)} {figure.unit}".strip()],
        "textStyle": {"color": MUTED, "fontSize": 12},
        "hoverLink": False,
    }
    rows = row_axis(figure.rows, width=290)
    columns = category_axis(figure.columns, position="top")
    room = grid(top=10, right=10, bottom=48)
    option = frame(figure, trigger="item", grid=room, xAxis=columns, yAxis=rows, visualMap=shades, series=[one])
    narrow = NARROW_ROWS | {"series": [{"label": {"show": False}}]}
    return Chart(option, (), narrow, figure.unit, decimals)


def _decimals(series: Sequence[Series]) -> int:
    return shared_decimals(value for each in series for value in each.floats)
