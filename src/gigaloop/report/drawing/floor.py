"""A floor plan as SVG: one path for each kind and each shade, however many racks there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.report.drawing.svg import LETTER, element, rect, text
from gigaloop.report.figures.floors import FloorFigure
from gigaloop.report.numbers import format_number
from gigaloop.report.palette import HAIRLINE, INK, MUTED, SHADES, mix

_WIDTH = 900.0
"""Of the drawing [px]."""
_BESIDE = 2.1
"""Ratio of length to depth of the floor below which its two views stand side by side."""
_FEW = 800
"""Racks up to which each is drawn by itself; of more, neighbours that are alike are drawn as one."""
_EDGE = 6.0
"""Around the racks [px]."""
_FOOT = 30.0
_APART = 24.0
_NUMBERS = 46.0
"""Room for the numbers of rows to the right of a hall that is not turned [px]."""
_STRONG = 'font-weight="600"'
_KINDS = ("#b9c3ce", "#0072b2", "#e69f00", "#882255", "#009e73", "#56b4e9")
_NO_VALUE = "#eceff3"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Sheet:
    """A floor turned so that its long side lies flat: u to the right, v down [m], of each rack's centre."""

    u: Floats
    v: Floats
    wide: float
    """Size of a rack along u [m]."""
    high: float
    turned: bool
    beside: bool
    """Whether both views stand side by side."""
    width: float
    """Of one view [px]."""
    scale: float
    """[px/m]"""
    length: float
    """Of the floor along u [m]."""
    depth: float
    """Of the floor along v [m]."""
    origin: tuple[float, float]


def draw(figure: FloorFigure) -> str:
    """Give a floor plan as an SVG element: racks by kind, and shaded by their value; all words are escaped."""
    sheet = _sheet(figure)
    bins, shades = figure.bins, _shades(len(figure.edges) - 1)
    views = [
        (
            "What stands where",
            np.asarray(figure.group),
            [(name, _KINDS[i % len(_KINDS)]) for i, name in enumerate(figure.kinds)],
        ),
        (
            figure.axis_name.capitalize(),
            np.where(bins < 0, len(shades), bins),
            [*shades_named(figure), ("none", _NO_VALUE)],
        ),
    ]
    parts: list[str] = []
    legends = [
        _legend(0.0, 34.0, sheet.width, [look for i, look in enumerate(looks) if (code == i).any()])
        for _, code, looks in views
    ]
    top = bottom = 0.0
    for at, ((title, code, looks), (legend, end)) in enumerate(zip(views, legends, strict=True)):
        left = at * (sheet.width + _APART) if sheet.beside else 0.0
        parts.append(f'<g transform="translate({left:.1f} {top:.1f})">{text(0, 14, title, more=_STRONG)}{legend}')
        down = max(each for _, each in legends) if sheet.beside else end
        body, height = _plan(figure, sheet, code, [colour for _, colour in looks])
        parts.append(f'<g transform="translate(0 {down:.1f})">{body}</g></g>')
        bottom = max(bottom, top + down + height)
        top = 0.0 if sheet.beside else bottom
    parts.append(_scale_bar(bottom, sheet))
    return element(figure.alt, (0, 0, _WIDTH, bottom + 26), "".join(parts))


def _sheet(figure: FloorFigure) -> _Sheet:
    """Lay the floor flat, and scale it to the width of the drawing, or to half of it where that is enough."""
    x, y = np.asarray(figure.x), np.asarray(figure.y)
    turned = bool(np.ptp(y) + figure.rack[1] > np.ptp(x) + figure.rack[0])
    u, v = (y, x) if turned else (x, y)
    wide, high = (figure.rack[1], figure.rack[0]) if turned else figure.rack
    length, depth = float(np.ptp(u)) + wide, float(np.ptp(v)) + high
    beside = length / depth < _BESIDE
    width = (_WIDTH - _APART) / 2 if beside else _WIDTH
    scale = (width - 2 * _EDGE - (0.0 if turned else _NUMBERS)) / length
    origin = (float(u.min()) - wide / 2 - _EDGE / scale, float(v.min()) - high / 2 - _EDGE / scale)
    return _Sheet(u, v, wide, high, turned, beside, width, scale, length, depth + 2 * _EDGE / scale, origin)


def _plan(figure: FloorFigure, sheet: _Sheet, code: NDArray[np.int64], colours: list[str]) -> tuple[str, float]:
    """Draw the storeys below each other, racks in the colour of their code, and give the height that they take."""
    storey = np.asarray(figure.storey)
    storeys = np.unique(storey)
    parts, top = [], 8.0
    for level in storeys:
        here = storey == level
        if len(storeys) > 1:
            parts.append(text(0, top + 12, f"Storey {level + 1}", colour=MUTED))
            top += 18
        top += 16 if len(figure.halls) > 1 else 0
        parts.append(f'<g transform="translate(0 {top:.1f})">{_halls(figure, sheet, here)}')
        for i, colour in enumerate(colours):
            d = _racks(figure, sheet, here & (code == i))
            parts.append(f'<path d="{d}" fill="{colour}"/>' if d else "")
        parts.append("</g>")
        top += sheet.depth * sheet.scale + _FOOT
    return "".join(parts), top


def _shades(count: int) -> list[str]:
    return [mix(SHADES, (i + 0.6) / max(count, 1)) for i in range(count)]


def shades_named(figure: FloorFigure) -> list[tuple[str, str]]:
    """Name each shade by its limits."""
    pairs = zip(figure.edges[:-1], figure.edges[1:], strict=True)
    named = [f"{format_number(low)} to {format_number(high)} {figure.unit}".strip() for low, high in pairs]
    return list(zip(named, _shades(len(named)), strict=True))


def _legend(left: float, y: float, width: float, looks: list[tuple[str, str]]) -> tuple[str, float]:
    """Draw keys in as many lines as they need, and give where they end."""
    parts, x = [], left
    for name, colour in looks:
        wide = 24 + LETTER * len(name) + 14
        if x > left and x + wide > left + width:
            x, y = left, y + 19
        parts.append(rect(x, y - 10, 16, 12, f'fill="{colour}" stroke="{MUTED}" stroke-width="0.5"'))
        parts.append(text(x + 22, y, name))
        x += wide
    return "".join(parts), y + 8


def _halls(figure: FloorFigure, sheet: _Sheet, here: NDArray[np.bool_]) -> str:
    """Outline each hall of a storey, name it, and number some of its rows."""
    hall = np.asarray(figure.hall)
    parts = []
    for h in np.unique(hall[here]):
        of = here & (hall == h)
        u0, u1 = _px(sheet, sheet.u[of].min() - sheet.wide / 2, sheet.u[of].max() + sheet.wide / 2, 0)
        v0, v1 = _px(sheet, sheet.v[of].min() - sheet.high / 2, sheet.v[of].max() + sheet.high / 2, 1)
        look = f'fill="none" stroke="{HAIRLINE}" stroke-width="1.5"'
        parts.append(rect(u0 - 4, v0 - 4, u1 - u0 + 8, v1 - v0 + 8, look))
        if len(figure.halls) > 1:
            half = LETTER * len(figure.halls[h]) / 2
            middle = min(max((u0 + u1) / 2, half), max(sheet.width - half, half))
            parts.append(text(middle, v0 - 8, figure.halls[h], colour=MUTED, anchor="middle"))
        parts += _row_numbers(figure, sheet, of, (u1, v1))
    return "".join(parts)


def _row_numbers(figure: FloorFigure, sheet: _Sheet, of: NDArray[np.bool_], end: tuple[float, float]) -> list[str]:
    """Give numbers to rows of the block that is nearest to the edge, as many as there is room for."""
    axis, other = (sheet.u, sheet.v) if sheet.turned else (sheet.v, sheet.u)
    here = np.flatnonzero(of)
    order = here[np.lexsort((other[here] if sheet.turned else -other[here], np.round(axis[here], 2)))]
    _, first = np.unique(np.round(axis[order], 2), return_index=True)
    room, last = (44.0 if sheet.turned else 18.0), -1e9
    parts: list[str] = []
    for i in order[first]:
        at, _ = _px(sheet, axis[i], axis[i], 0 if sheet.turned else 1)
        if at < last + room:
            continue
        last = at if parts else at + 14.0
        words = f"{np.asarray(figure.row)[i] + 1}" if parts else f"row {np.asarray(figure.row)[i] + 1}"
        if sheet.turned:
            side = "middle" if parts else "start"
            parts.append(text(at if parts else max(at - 8, 0.0), end[1] + 18, words, colour=MUTED, anchor=side))
        else:
            parts.append(text(end[0] + 8, at + 4, words, colour=MUTED))
    return parts


def _px(sheet: _Sheet, low: float, high: float, axis: int) -> tuple[float, float]:
    return (low - sheet.origin[axis]) * sheet.scale, (high - sheet.origin[axis]) * sheet.scale


def _racks(figure: FloorFigure, sheet: _Sheet, chosen: NDArray[np.bool_]) -> str:
    """Give racks as the data of one path; of many racks, runs of neighbours in a row are one rectangle."""
    if not chosen.any():
        return ""
    u, v = sheet.u[chosen] - sheet.origin[0], sheet.v[chosen] - sheet.origin[1]
    wide, high = sheet.wide, sheet.high
    if len(sheet.u) <= _FEW:
        u0, u1, v0, v1 = u - 0.46 * wide, u + 0.46 * wide, v - 0.46 * high, v + 0.46 * high
    else:
        along, across, pitch = (v, u, high) if sheet.turned else (u, v, wide)
        hall, storey = np.asarray(figure.hall)[chosen], np.asarray(figure.storey)[chosen]
        line = np.round(across, 2)
        order = np.lexsort((along, line, storey, hall))
        along, line = along[order], line[order]
        breaks = (np.diff(along) > 1.05 * pitch) | (np.diff(along) < 0) | (np.diff(line) != 0)
        starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
        ends = np.concatenate([starts[1:] - 1, [len(along) - 1]])
        low, high_end = along[starts] - pitch / 2, along[ends] + pitch / 2
        thick = (wide if sheet.turned else high) / 2
        side0, side1 = line[starts] - thick, line[starts] + thick
        u0, u1, v0, v1 = (side0, side1, low, high_end) if sheet.turned else (low, high_end, side0, side1)
    box = np.round(np.stack([u0, v0, u1 - u0, v1 - v0]) * sheet.scale, 1)
    return "".join(f"M{a:g} {b:g}h{w:g}v{h:g}h{-w:g}z" for a, b, w, h in box.T.tolist())


def _scale_bar(y: float, sheet: _Sheet) -> str:
    most = max(sheet.length / 8, 1.0)
    size = max(each for each in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0) if each <= most)
    px = size * sheet.scale
    bar = f'<path d="M1 {y + 2:.1f}v6h{px:.1f}v-6" fill="none" stroke="{INK}" stroke-width="1.5"/>'
    return bar + text(px + 8, y + 9, f"{size:g} m", colour=INK)
