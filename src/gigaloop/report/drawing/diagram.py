"""Diagrams as SVG: symbols in the manner of IEC 60617 and ISO 10628, lines at right angles, words beside them."""

from __future__ import annotations

from html import escape
from itertools import pairwise

from gigaloop.report.drawing.svg import LETTER as _LETTER
from gigaloop.report.drawing.svg import element
from gigaloop.report.figures.diagrams import CARRIERS, Carrier, DiagramFigure, Item, Symbol, Wire
from gigaloop.report.palette import GAIN, HAIRLINE, INK, LOSS, MUTED

HALF = 19.0
"""Half the size of a symbol [px]."""
_MARGIN = 16.0
_BOLD = 7.2
"""The same of bold words [px]."""
_LINE = 15.0
"""Height of a line of words [px]."""
_BUS = 60.0
"""Half the length of a busbar [px]."""
_STROKES: dict[Carrier, tuple[str, str]] = {
    "ac": (INK, ""),
    "dc": ("#7a4a9e", ""),
    "standby": (MUTED, "5 4"),
    "cold": (GAIN, ""),
    "warm": (LOSS, ""),
}


def draw(figure: DiagramFigure) -> str:
    """Give a diagram as an SVG element, to be set into a page; all words are escaped."""
    high = figure.pitch[1]
    left = min(_left(figure, item) for item in figure.items) - _MARGIN
    right = max(_right(figure, item) for item in figure.items) + _MARGIN
    top = min(item.row for item in figure.items) * high - HALF - _MARGIN
    bottom = max(item.row * high + _below(figure, item) for item in figure.items) + _MARGIN
    legend, end = _legend(figure, left + _MARGIN, bottom + 6)
    right, bottom = max(right, end), bottom + 24
    parts = [_wire(figure, wire) for wire in figure.wires]
    parts += [_item(figure, item) for item in figure.items]
    return element(figure.alt, (left, top, right - left, bottom - top), "".join(parts) + legend)


def _spot(figure: DiagramFigure, item: Item) -> tuple[float, float]:
    return item.column * figure.pitch[0], item.row * figure.pitch[1]


def _words(item: Item) -> list[str]:
    return [item.name, *item.lines]


def _reach(item: Item) -> float:
    return max(len(item.name) * _BOLD, *(len(line) * _LETTER for line in ("", *item.lines)))


def _half(item: Item) -> float:
    return _BUS if item.symbol == "bus" else HALF


def _left(figure: DiagramFigure, item: Item) -> float:
    x, _ = _spot(figure, item)
    return x - _half(item) if figure.beside else x - max(HALF, _reach(item) / 2)


def _right(figure: DiagramFigure, item: Item) -> float:
    x, _ = _spot(figure, item)
    return x + _half(item) + 10 + _reach(item) if figure.beside else x + max(HALF, _reach(item) / 2)


def _below(figure: DiagramFigure, item: Item) -> float:
    lines = len(_words(item)) * _LINE
    return max(HALF, lines / 2) if figure.beside else HALF + 6 + lines


def _item(figure: DiagramFigure, item: Item) -> str:
    x, y = _spot(figure, item)
    if figure.beside:
        across, anchor = x + _half(item) + 10, "start"
        down = y - _LINE * (len(item.lines) / 2) + 4
    else:
        across, anchor, down = x, "middle", y + HALF + 18
    lines = []
    for number, line in enumerate(_words(item)):
        look = f'font-weight="600" fill="{INK}"' if number == 0 else f'fill="{MUTED}"'
        at = f'x="{across:.1f}" y="{down + number * _LINE:.1f}" text-anchor="{anchor}"'
        lines.append(f'<text {at} {look} paint-order="stroke" stroke="#fff" stroke-width="4">{escape(line)}</text>')
    shape = _SHAPES[item.symbol]
    group = f'<g transform="translate({x:.1f} {y:.1f})" stroke="{INK}" stroke-width="1.6" fill="#fff">{shape}</g>'
    return group + "".join(lines)


def _wire(figure: DiagramFigure, wire: Wire) -> str:
    (x1, y1), (x2, y2) = _spot(figure, figure.item(wire.source)), _spot(figure, figure.item(wire.target))
    colour, dash = _STROKES[wire.carrier]
    middle = (y1 + y2) / 2
    if figure.beside:  # words stand to the right: lines run downward, and across between the rows
        shift = wire.lane * figure.pitch[0]
        points = [(x1 + shift, y1), (x1 + shift, middle), (x2 + shift, middle), (x2 + shift, y2)]
        at, anchor = (x1 + shift + 6, middle + 4), "start"
    else:
        shift = wire.lane * figure.pitch[1]
        points = [(x1, y1 + shift), (x2, y1 + shift), (x2, y2 + shift)]
        at, anchor = ((x1 + x2) / 2, y1 + shift - 6), "middle"
    path = " ".join(f"{'M' if not i else 'L'}{x:.1f} {y:.1f}" for i, (x, y) in enumerate(points))
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    line = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
    line += _arrow(points, colour) if wire.carrier in {"cold", "warm"} else ""
    if not wire.label:
        return line
    look = f'text-anchor="{anchor}" fill="{colour}" paint-order="stroke" stroke="#fff" stroke-width="4"'
    return line + f'<text x="{at[0]:.1f}" y="{at[1]:.1f}" {look}>{escape(wire.label)}</text>'


def _arrow(points: list[tuple[float, float]], colour: str) -> str:
    """Point along the longest piece of a line, in its middle."""
    pieces = list(pairwise(points))
    (x1, y1), (x2, y2) = max(pieces, key=lambda piece: abs(piece[1][0] - piece[0][0]) + abs(piece[1][1] - piece[0][1]))
    x, y = x1 + 0.62 * (x2 - x1), y1 + 0.62 * (y2 - y1)
    turn = (0 if x2 > x1 else 180) if x1 != x2 else (90 if y2 > y1 else -90)
    return f'<path d="M-6 -5L6 0L-6 5Z" fill="{colour}" transform="translate({x:.1f} {y:.1f}) rotate({turn})"/>'


def _legend(figure: DiagramFigure, x: float, y: float) -> tuple[str, float]:
    """Say what the kinds of lines are, and give where that ends."""
    used = [carrier for carrier in CARRIERS if any(wire.carrier == carrier for wire in figure.wires)]
    parts = []
    for carrier in used:
        colour, dash = _STROKES[carrier]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path d="M{x:.0f} {y:.0f}h24" stroke="{colour}" stroke-width="2"{dashed}/>')
        parts.append(f'<text x="{x + 30:.0f}" y="{y + 4:.0f}" fill="{MUTED}">{CARRIERS[carrier]}</text>')
        x += 60 + len(CARRIERS[carrier]) * _LETTER
    return "".join(parts), x


def _rect(extra: str = "") -> str:
    return f'<rect x="{-HALF}" y="{-HALF}" width="{2 * HALF}" height="{2 * HALF}" rx="2"/>{extra}'


def _sign(text: str, y: float = 5.0, size: float = 15.0) -> str:
    look = f'text-anchor="middle" font-size="{size:g}" font-weight="600" stroke="none" fill="{INK}"'
    return f'<text x="0" y="{y:g}" {look}>{text}</text>'


_FAN = '<circle r="11" fill="none"/><path d="M0 0L8 -7M0 0L8 7M0 0L-8 7M0 0L-8 -7"/>'
_SHAPES: dict[Symbol, str] = {
    "grid": _rect('<path d="M-11 -11L11 11M-11 0L0 11M0 -11L11 0M-11 11L11 -11M-11 0L0 -11M0 11L11 0"/>'),
    "transformer": '<circle cy="-8" r="12"/><circle cy="8" r="12"/><circle cy="-8" r="12" fill="none"/>',
    "switchgear": _rect('<path d="M0 -19V-8L9 6M0 19V8"/><path d="M-4 4L4 12M4 4L-4 12"/>'),
    "ups": _rect('<path d="M-19 19L19 -19"/>' + _sign("~", -3, 16) + _sign("≃", 16, 16)),
    "rectifier": _rect('<path d="M-19 19L19 -19"/><path d="M-13 -8q3 -5 6 0t6 0M2 10h12M2 14h12"/>'),
    "generator": '<circle r="18"/>' + _sign("G"),
    "bus": f'<rect x="{-_BUS}" y="-3" width="{2 * _BUS}" height="6" fill="{INK}" stroke="none"/>',
    "storage": _rect('<path d="M-12 -6H12M-6 0H6M-12 6H12M-6 12H6"/>'),
    "rack": '<rect x="-13" y="-19" width="26" height="38" rx="2"/>'
    + "".join(f'<path d="M-9 {y}H9"/>' for y in (-13, -7, -1, 5, 11)),
    "exchanger": _rect('<path d="M-19 19L19 -19"/>'),
    "pump": '<circle r="16"/><path d="M-8 -11L14 0L-8 11"/>',
    "dry cooler": _rect(_FAN),
    "tower": '<path d="M-12 -19H12L19 19H-19Z"/><path d="M-8 -4v6M0 -4v6M8 -4v6M-10 8v6M0 8v6M10 8v6"/>',
    "chiller": _rect('<path d="M0 -12V12M-10.4 -6L10.4 6M-10.4 6L10.4 -6"/>'),
    "air handler": _rect('<path d="M-12 -8q4 -5 8 0t8 0t8 0M-12 2q4 -5 8 0t8 0t8 0M-12 12q4 -5 8 0t8 0t8 0"/>'),
    "outdoors": '<path d="M-19 8q0 -10 10 -10q2 -10 12 -8q10 0 9 10q9 1 7 9q-1 4 -6 4h-27q-5 0 -5 -5Z"'
    f' stroke="{MUTED}" fill="{HAIRLINE}"/>',
}
