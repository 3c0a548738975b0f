"""The map of the United States and rack elevations as ECharts options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

from gigaloop.report.echarts.labels import Placed, Spot, place_labels
from gigaloop.report.echarts.wire import Chart, Json, Key, Palette, category_axis, frame, quantity, short
from gigaloop.report.figures import Flow, MapFigure, Point, Rack, RackFigure
from gigaloop.report.figures.places import position
from gigaloop.report.numbers import shared_decimals
from gigaloop.report.palette import DASHES, GROUND, INK, MUTED, Style, ink_on
from gigaloop.report.usmap import HEIGHT, WIDTH, project_near

_SMALLEST, _LARGEST, _PLAIN = 8.0, 34.0, 9.0  # diameters of points [px]
_THINNEST, _WIDEST = 1.2, 8.0  # widths of flows [px]
_WEST, _MARGIN = 62.0, 96.0  # room beside the map for the Aleutians, and for places overseas [map units]
_WIDE, _NARROW, _SHRINK = (
    928.0,
    354.0,
    0.6,
)  # widths of the map for which names are placed [px]
_SHRINK = 0.6  # of points on the narrow map


def map_chart(figure: MapFigure, palette: Palette) -> Chart:
    """Draw points by kind, sized by value, and flows as curves as wide as their quantity."""
    spots = _spots(figure.points)
    overseas = {point.id for point in figure.points if project_near(point.lon, point.lat) is None}
    top = max((point.value.value or 0.0 for point in figure.points), default=0.0)
    sizes = {point.id: _diameter(point, top) for point in figure.points}
    wide = _labels(figure.points, spots, sizes, _WIDE, bool(overseas))
    small = {name: max(round(size * _SHRINK, 1), _SMALLEST - 1.5) for name, size in sizes.items()}
    narrow = _labels(figure.points, spots, small, _NARROW, bool(overseas))
    patches: list[Json] = [{} for _ in figure.flow_kinds]
    series: list[Json] = [_flows(figure, kind, spots, palette) for kind in figure.flow_kinds]
    for kind in figure.kinds:
        data: list[Json] = []
        for point in figure.points:
            if point.kind != kind:
                continue
            x, y = spots[point.id]
            amount = quantity(point.value, figure.unit) if point.value.value is not None else ""
            where = "outside the US" if point.id in overseas else ""
            measure = f"{figure.measure}: {amount}" if amount and figure.measure else amount
            tip = [point.name, *(line for line in (kind, measure, point.detail, where) if line)]
            one: Json = {
                "name": point.name,
                "value": [round(x, 1), round(y, 1)],
                "symbolSize": sizes[point.id],
                "text": point.name,
                "tip": tip,
            }
            one["label"] = _label(wide[point.id])
            data.append(one)
        mine = [point.id for point in figure.points if point.kind == kind]
        patch = [{"symbolSize": small[name], "label": _label(narrow[name])} for name in mine]
        patches.append({"label": {"fontSize": 10}, "data": patch})
        style = palette[kind]
        series.append(
            {
                "type": "scatter",
                "name": kind,
                "coordinateSystem": "geo",
                "symbol": style.symbol,
                "data": data,
                "itemStyle": {"color": style.colour, "opacity": 0.85, "borderColor": "#fff", "borderWidth": 1},
                "label": {"show": False, "color": INK, "fontSize": 11.5, "distance": 4} | _halo(),
                "emphasis": {"label": {"show": True}},
                "z": 5,
            }
        )
    if overseas:
        series.append(_heading(spots, overseas))
    west, east = (_MARGIN, _MARGIN) if overseas else (_WEST, 0.0)
    aspect = (WIDTH + west + east) / HEIGHT
    geo: Json = {
        "map": "us-states",
        "aspectScale": 1,
        "preserveAspect": "contain",
        "roam": False,
        "silent": True,
        "left": 0,
        "right": 0,
        "top": 0,
        "bottom": 0,
        "boundingCoords": [[-west, HEIGHT], [WIDTH + east, 0]],
        "clip": False,
        "itemStyle": {"areaColor": GROUND, "borderColor": "#fff", "borderWidth": 1},
        "label": {"show": False},
    }
    keys = [Key(kind, palette[kind], "point", kind) for kind in figure.kinds]
    keys += [Key(kind, _flow_style(figure, kind, palette), "line", kind) for kind in figure.flow_kinds if kind]
    return Chart(
        frame(figure, trigger="item", geo=geo, series=series),
        tuple(keys),
        {"series": patches},
        figure.unit,
        aspect=aspect,
    )


def _halo() -> Json:
    return {"textBorderColor": "rgba(255,255,255,0.9)", "textBorderWidth": 2.5}


def _spots(points: Sequence[Point]) -> dict[str, tuple[float, float]]:
    """Place every point in the map's units, y upwards; those overseas in a column beside the nearer coast."""
    spots: dict[str, tuple[float, float]] = {}
    columns: dict[float, list[Point]] = {-_MARGIN + 14: [], WIDTH + _MARGIN - 14: []}
    west, east = columns
    for point in points:
        place = project_near(point.lon, point.lat)
        if place is not None:
            spots[point.id] = place[0], HEIGHT - place[1]
        else:
            columns[west if point.lon > 60 or point.lon < -130 else east].append(point)
    for x, there in columns.items():
        for i, point in enumerate(sorted(there, key=lambda each: -each.lat)):
            spots[point.id] = x, HEIGHT - 110 - i * min(62.0, 460 / len(there))
    return spots


def _diameter(point: Point, top: float) -> float:
    if point.value.value is None or top <= 0:
        return _PLAIN
    return round(_SMALLEST + (_LARGEST - _SMALLEST) * sqrt(max(point.value.value, 0.0) / top), 1)


def _labels(
    points: Sequence[Point], spots: dict[str, tuple[float, float]], sizes: dict[str, float], width: float, abroad: bool
) -> dict[str, Placed | None]:
    """Choose where each name stands on a map of a width [px], the largest points first."""
    west, east = (_MARGIN, _MARGIN) if abroad else (_WEST, 0.0)
    scale = width / (WIDTH + west + east)
    order = sorted(points, key=lambda point: -sizes[point.id])
    found = place_labels(
        [
            Spot((spots[p.id][0] + west) * scale, (HEIGHT - spots[p.id][1]) * scale, sizes[p.id] / 2, p.name)
            for p in order
        ],
        width=width,
        height=HEIGHT * scale,
    )
    return {point.id: placed for point, placed in zip(order, found, strict=True)}


def _label(placed: Placed | None) -> Json:
    if placed is None:
        return {"show": False}
    return {"show": True, "position": placed.side, "offset": [0, round(placed.shift, 1)]}


def _heading(spots: dict[str, tuple[float, float]], overseas: set[str]) -> Json:
    """Write "outside the US" over the columns of places overseas."""
    there = [spots[name] for name in overseas]
    columns = {x: max(y for other, y in there if other == x) for x, _ in there}
    label = {"show": True, "color": MUTED, "fontSize": 11, "fontStyle": "italic"}
    data = [
        {"value": [x, y + 34], "text": "outside the US", "label": {"position": "right" if x < 0 else "left"}}
        for x, y in sorted(columns.items())
    ]
    heading: Json = {"type": "scatter", "name": "", "coordinateSystem": "geo", "symbolSize": 0.01, "silent": True}
    return heading | {"label": label | _halo(), "data": data}


def _flows(figure: MapFigure, kind: str, spots: dict[str, tuple[float, float]], palette: Palette) -> Json:
    top = max((flow.value.value or 0.0 for flow in figure.flows), default=0.0) or 1.0
    style = _flow_style(figure, kind, palette)
    data: list[Json] = []
    for flow in figure.flows:
        if flow.kind != kind:
            continue
        share = max(flow.value.value or 0.0, 0.0) / top
        data.append(
            {
                "coords": [list(spots[flow.source]), list(spots[flow.target])],
                "lineStyle": {"width": round(_THINNEST + (_WIDEST - _THINNEST) * share, 2)},
                "tip": _flow_tip(figure, flow),
            }
        )
    dash = list(style.dash) if isinstance(style.dash, tuple) else style.dash
    return {
        "type": "lines",
        "name": kind or figure.flow_measure,
        "coordinateSystem": "geo",
        "data": data,
        "symbol": ["none", "arrow"],
        "symbolSize": 9,
        "lineStyle": {"color": style.colour, "opacity": 0.55, "curveness": 0.22, "type": dash},
        "z": 3,
    }


def _flow_style(figure: MapFigure, kind: str, palette: Palette) -> Style:
    """Give the colour of a kind of flow, with a dash of its own among the flows of the map."""
    style = palette.get(kind, Style(MUTED, 0, "solid", "circle"))
    return replace(style, dash=DASHES[figure.flow_kinds.index(kind) % len(DASHES)])


def _flow_tip(figure: MapFigure, flow: Flow) -> list[str]:
    ends = f"{figure.point(flow.source).name} → {figure.point(flow.target).name}"
    return [ends, *([flow.kind] if flow.kind else []), quantity(flow.value, figure.flow_unit)]


def _drawn_power(rack: Rack, unit: str, decimals: int) -> str:
    """Give the power of the trays, and of what whole where the two differ in the digits shown."""
    drawn = short(rack.power, decimals)
    whole = drawn if rack.whole is None else short(rack.whole, decimals)
    return f"{drawn} {unit}" if whole == drawn else f"drawn {drawn}\nof {whole} {unit}"


def rack_chart(figure: RackFigure, palette: Palette) -> Chart:
    """Draw racks from the front, every tray labelled with what it is and what it draws."""
    decimals = shared_decimals([tray.power.value for rack in figure.racks for tray in rack.trays])
    tallest = max((rack.height_u for rack in figure.racks), default=1)
    frames: Json = {
        "type": "custom",
        "name": "rack",
        "renderItem": "slot",
        "silent": True,
        "itemStyle": {"color": GROUND, "borderColor": MUTED, "borderWidth": 1.5},
        "data": [[i, 0, rack.height_u - 1] for i, rack in enumerate(figure.racks)],
    }
    series = [frames]
    for kind in figure.kinds:
        style = palette[kind]
        data: list[Json] = []
        for i, rack in enumerate(figure.racks):
            for tray in rack.trays:
                if tray.kind != kind:
                    continue
                power = quantity(tray.power, figure.unit, decimals) if tray.power.value is not None else ""
                tip = [tray.name, *(line for line in (rack.name, position(tray), kind, power, tray.detail) if line)]
                value = [i, tray.bottom_u - 1, tray.top_u - 1]
                end = ", ".join(each for each in (power, tray.detail) if each)
                data.append({"value": value, "text": tray.name, "end": end, "tip": tip})
        item = {"color": style.colour, "borderColor": "#fff", "borderWidth": 1}
        one: Json = {"type": "custom", "name": kind, "renderItem": "slot", "itemStyle": item, "data": data}
        series.append(one | {"ink": ink_on(style.colour)})
    names = [f"{rack.name}\n{_drawn_power(rack, figure.unit, decimals)}" for rack in figure.racks]
    units = category_axis([f"U{unit}" for unit in range(1, tallest + 1)])
    units["axisLabel"] = {"color": MUTED, "fontSize": 10, "interval": 0 if figure.height / tallest >= 13 else "auto"}
    units |= {"axisLine": {"show": False}}
    racks = category_axis(names, position="top", axisLine={"show": False})
    racks["axisLabel"] = {"color": INK, "fontSize": 12.5, "lineHeight": 17, "fontWeight": 600, "interval": 0}
    room = {"left": 40, "right": 8, "top": 48 if all(name.count("\n") < 2 for name in names) else 66, "bottom": 8}
    option = frame(figure, trigger="item", grid=room, xAxis=racks, yAxis=units, series=series)
    keys = tuple(Key(kind, replace(palette[kind], hatch=0), "area", kind) for kind in figure.kinds)
    return Chart(option, keys, {"xAxis": {"axisLabel": {"fontSize": 10}}}, figure.unit, decimals)
