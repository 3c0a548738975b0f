"""One quantity against another as ECharts options."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from gigaloop.report.echarts.labels import Spot, place_labels
from gigaloop.report.echarts.wire import Chart, Json, Key, Palette, frame, grid, quantity, rounded, value_axis
from gigaloop.report.figures.floors import nice
from gigaloop.report.figures.scatter import Dot, Limit, ScatterFigure, Trail
from gigaloop.report.numbers import shared_decimals
from gigaloop.report.palette import INK, MUTED, Style

_DECADES = 2.5
"""Decades from which a logarithmic axis counts by tens; a shorter one counts by twos."""
_SHORT = 3.0
"""Ratio of the ends of an axis below which a logarithmic one would have too few ticks: it is linear."""
_WIDE, _NARROW, _BESIDE = 820.0, 262.0, 90
"""Widths of the plots for which words are placed, and what stands above and below a plot [px]."""
_GLYPH, _LINE = 6.0, 13.0
"""Mean width of a character and height of a line of words [px]."""
_ABOVE = [9, -13]
"""Where words stand at a line, from the corner of its symbol [px]."""
_FEW = 12
"""Points of a line from which on its symbols are small."""
_MARK = Style(INK, 0, "solid", "diamond")
_HALO = {"textBorderColor": "rgba(255,255,255,0.9)", "textBorderWidth": 2.5}
_FORMS: dict[str, Literal["line", "point", "hollow"]] = {
    "points": "point",
    "hollow": "hollow",
    "line": "line",
    "curve": "line",
    "mark": "point",
}


def scatter_chart(figure: ScatterFigure, palette: Palette) -> Chart:
    """Draw points and curves on two axes of numbers."""
    drawn: list[Json] = []
    wide, small = (_words(figure, width, figure.height - _BESIDE) for width in (_WIDE, _NARROW))
    patches: list[Json] = []
    for trail in figure.trails:
        style = _style(trail, palette)
        if trail.name == figure.band:
            drawn.append(_band(figure, trail, style))
            patches.append({})
        drawn.append(_trail(figure, trail, style, wide))
        labels = [{"label": small[id(dot)]} if dot.label else {} for dot in trail.dots if figure.shown(dot)]
        patches.append({"symbolSize": min(drawn[-1]["symbolSize"], 6), "label": {"fontSize": 10}, "data": labels})
    if figure.limits:
        drawn.append(_limits(figure.limits))
    upright = value_axis(figure.axis_name, along="y", **_extent(figure, "y"))
    parts: Json = {
        "grid": grid(top=34 + (16 if any(limit.axis == "x" for limit in figure.limits) else 0), right=30, bottom=42),
        "xAxis": value_axis(figure.along_name, along="x", **_extent(figure, "x"))
        | {"axisLine": {"show": True, "lineStyle": {"color": MUTED}}},
        "yAxis": upright | {"nameGap": 13 + (16 if any(limit.axis == "x" for limit in figure.limits) else 0)},
        "series": drawn,
    }
    narrow: Json = {"series": patches}
    keys = [Key(trail.name, _style(trail, palette), _FORMS[trail.form], trail.name) for trail in figure.trails]
    legend = tuple(keys) if len(keys) > 1 else ()
    decimals = shared_decimals(dot.y.value for trail in figure.trails for dot in trail.dots)
    return Chart(frame(figure, trigger="item", **parts), legend, narrow, figure.unit, decimals)


def joined(trail: Trail) -> bool:
    """Say whether the points of a trail are joined."""
    return trail.form in ("line", "curve")


def _style(trail: Trail, palette: Palette) -> Style:
    return _MARK if trail.form == "mark" else palette[trail.entity]


def _extent(figure: ScatterFigure, axis: Literal["x", "y"]) -> Json:
    """Choose the scale of an axis; one that counts by twos or tens ends where its data do."""
    values = [getattr(dot, axis).value for trail in figure.trails for dot in trail.dots if figure.shown(dot)]
    values += [limit.at for limit in figure.limits if limit.axis == axis]
    low, high = min(values), max(values)
    if axis not in figure.log:
        step = nice((high or 1.0) / 5)
        end = {"max": rounded(step * math.ceil(high / step - 1e-9)), "interval": step} if figure.limits else {}
        return {"min": 0} | end if axis in figure.from_zero else {"scale": True}
    if high < _SHORT * low:
        return {"scale": True}
    base = 10 if math.log10(high / low) > _DECADES else 2
    return {
        "type": "log",
        "logBase": base,
        "min": rounded(_step_down(low, base)),
        "max": rounded(1.0 / _step_down(1.0 / high, base)),
        "minorSplitLine": {"show": False},
    }


def _step_down(value: float, base: int) -> float:
    """Give the end of an axis below a value: a power of two, or 1, 2 or 5 times a power of ten.

    >>> _step_down(3.0, 2), _step_down(730.0, 10), 1.0 / _step_down(1.0 / 730.0, 10)
    (2.0, 500.0, 1000.0)
    """
    power = float(base) ** math.floor(math.log(value, base) + 1e-9)
    steps = (1.0, 2.0, 5.0) if base == 10 else (1.0,)
    return max(power * step for step in steps if power * step <= value * (1.0 + 1e-9))


def _trail(figure: ScatterFigure, trail: Trail, style: Style, words: Mapping[int, Json]) -> Json:
    """Draw points alone, or joined in their order."""
    dash = list(style.dash) if isinstance(style.dash, tuple) else style.dash
    look: Json = {"color": style.colour, "borderColor": "#fff", "borderWidth": 0.75, "opacity": 1}
    if trail.form == "hollow":
        look = {"color": "rgba(255,255,255,0.6)", "borderColor": style.colour, "borderWidth": 1.25, "opacity": 1}
    data = [_dot(figure, trail, dot, words) for dot in trail.dots if figure.shown(dot)]
    one: Json = {
        "type": "line" if joined(trail) else "scatter",
        "name": trail.name,
        "data": data,
        "itemStyle": look,
        "symbol": style.symbol,
        "symbolSize": 13 if trail.form == "mark" else 8 if len(trail.dots) <= _FEW or not joined(trail) else 5,
        "label": {"show": False, "color": INK, "fontSize": 11, "distance": 6, "position": "right"} | _HALO,
        "emphasis": {"disabled": True},
        "clip": False,
        "z": 6 if trail.form == "mark" else 5,
    }
    if joined(trail):
        one["lineStyle"] = {"width": 2.25, "color": style.colour, "type": dash}
        one["showSymbol"] = trail.form == "line" or any(dot.label for dot in trail.dots)
        one["showAllSymbol"] = True
    if trail.form == "curve":
        one["symbolSize"] = 1
    return one


def _dot(figure: ScatterFigure, trail: Trail, dot: Dot, words: Mapping[int, Json]) -> Json:
    """Give the data of one point, its words and the lines of its tooltip."""
    x, y = quantity(dot.x, figure.along_unit), quantity(dot.y, figure.unit)
    spread = f" ({dot.y.range_text})" if dot.y.range_text else ""
    name = f"{trail.name}: {dot.label}" if dot.label else trail.name
    tip = [name, f"{figure.along}: {x}", f"{figure.measure}: {y}{spread}", *([dot.note] if dot.note else [])]
    one: Json = {"value": [rounded(dot.x.value), rounded(dot.y.value)], "tip": tip}
    if dot.label:
        one |= {"text": dot.label, "label": words[id(dot)]}
    return one


def _words(figure: ScatterFigure, width: float, height: float) -> dict[int, Json]:
    """Place the words of points in a plot of some size [px]: where they hide each other, the later are left out.

    Words at a line stand above it to the right, where falling curves leave room.
    """
    spots: list[tuple[Dot, Spot]] = []
    lines: list[tuple[Dot, Spot]] = []
    for trail in figure.trails:
        for dot in trail.dots:
            if dot.label and figure.shown(dot):
                x = width * _share(figure, "x", dot.x.value or 0.0)
                y = height * (1.0 - _share(figure, "y", dot.y.value or 0.0))
                spot = Spot(x + 6.0, y - 10.0, 0.0, dot.label) if joined(trail) else Spot(x, y, 4.0, dot.label)
                (lines if joined(trail) else spots).append((dot, spot))
    placed = place_labels([spot for _, spot in spots], width=width, height=height)
    found: dict[int, Json] = {}
    for (dot, _), side in zip(spots, placed, strict=True):
        shown: Json = {"show": False}
        if side is not None:
            shown = {"show": True, "position": side.side, "offset": [0, round(side.shift, 1)]}
        found[id(dot)] = shown
    taken: list[Spot] = []
    for dot, spot in lines:
        free = all(
            abs(spot.y - other.y) > _LINE or abs(spot.x - other.x) > _GLYPH * max(len(spot.name), len(other.name))
            for other in taken
        )
        found[id(dot)] = {"show": free, "position": _ABOVE}
        if free:
            taken.append(spot)
    return found


def _share(figure: ScatterFigure, axis: Literal["x", "y"], value: float) -> float:
    """Say where a value lies along an axis, from 0 to 1."""
    extent = _extent(figure, axis)
    values = [getattr(dot, axis).value for trail in figure.trails for dot in trail.dots if figure.shown(dot)]
    low, high = extent.get("min", min(values)), extent.get("max", max(values))
    if extent.get("type") == "log":
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (value - low) / (high - low) if high > low else 0.5


def _band(figure: ScatterFigure, trail: Trail, style: Style) -> Json:
    """Shade what lies between the low and the high of each point."""
    data = [
        [rounded(dot.x.value), rounded(dot.y.low), rounded(dot.y.high)]
        for dot in trail.dots
        if figure.shown(dot) and dot.y.low is not None and dot.y.high is not None
    ]
    return {
        "type": "custom",
        "name": trail.name,
        "id": f"band {trail.name}",
        "renderItem": "band",
        "encode": {"x": 0, "y": [1, 2]},
        "itemStyle": {"color": style.colour, "opacity": 0.14},
        "silent": True,
        "z": 1,
        "tooltip": {"show": False},
        "data": data,
    }


def _limits(limits: Sequence[Limit]) -> Json:
    """Draw limits as thin lines across the plot with their words."""
    data: list[Json] = []
    for limit in limits:
        upright = limit.axis == "x"
        words: Json = {"position": "end" if upright else "insideStartTop", "distance": 4}
        data.append({"name": limit.words, f"{limit.axis}Axis": rounded(limit.at), "label": words})
    line: Json = {
        "silent": True,
        "symbol": "none",
        "lineStyle": {"color": MUTED, "type": [3, 3], "width": 1},
        "label": {"color": INK, "fontSize": 11, "formatter": "{b}"} | _HALO,
        "data": data,
    }
    return {"type": "scatter", "id": "limits", "name": "", "data": [], "itemStyle": {}, "markLine": line}
