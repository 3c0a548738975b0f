"""Tiers of a network as SVG: boxes of devices above each other, bundles of links between them."""

from __future__ import annotations

from gigaloop.report.drawing.svg import LETTER, element, rect, text
from gigaloop.report.figures.tiers import Layer, Tier, TierBox, TierFigure
from gigaloop.report.palette import GAIN, HAIRLINE, INK, MUTED

_LEFT, _RIGHT = 156.0, 206.0
"""Room for the names of tiers, and of layers [px]."""
_COLUMN, _GAP = 136.0, 12.0
_LINE = 15.0
_PAD = 9.0
_BETWEEN = 62.0
"""Height between two tiers [px]."""
_SHIFT = 4.0
"""By which the box of another plane stands behind [px]."""
_BEHIND = 2
"""Most planes drawn behind the first."""
_STRANDS = 9
"""Lines of a bundle."""


def draw(figure: TierFigure) -> str:
    """Give tiers as an SVG element, the nodes below; all words are escaped."""
    within = [
        tuple(f"{each.name}: {_links(each)}" for each in figure.layers if each.lower == i == each.upper)
        for i in range(len(figure.tiers))
    ]
    heights = [
        2 * _PAD + _LINE * (1 + len(inner) + max(len(box.lines) for box in tier.boxes))
        for tier, inner in zip(figure.tiers, within, strict=True)
    ]
    tops: list[float] = []
    y = 14.0
    for height in reversed(heights):
        tops.insert(0, y)
        y += height + _BETWEEN
    bottom = y - _BETWEEN + 12
    parts = [_layer(figure, layer, tops, heights) for layer in figure.layers if layer.lower < layer.upper]
    parts += [_tier(figure, tier, within[i], tops[i], heights[i]) for i, tier in enumerate(figure.tiers)]
    width = _LEFT + figure.columns * (_COLUMN + _GAP) - _GAP + _RIGHT
    return element(figure.alt, (0, 0, width, bottom), "".join(parts))


def _span(box: TierBox) -> tuple[float, float]:
    left = _LEFT + box.first * (_COLUMN + _GAP)
    return left, _LEFT + box.last * (_COLUMN + _GAP) + _COLUMN


def _links(layer: Layer) -> str:
    return f"{layer.links.text} links x {layer.rate}"


def _tier(figure: TierFigure, tier: Tier, within: tuple[str, ...], top: float, height: float) -> str:
    """Draw the boxes of a tier; what joins its own devices is said in each."""
    parts = [text(0, top + height / 2 - 3, tier.name, more='font-weight="600"')]
    parts.append(text(0, top + height / 2 + 13, f"{tier.count.text} in all", colour=MUTED))
    behind = min(figure.planes - 1, _BEHIND) if tier.stacked else 0
    look = f'rx="3" fill="#fff" stroke="{INK}" stroke-width="1.3"'
    for box in tier.boxes:
        left, right = _span(box)
        for i in range(behind, -1, -1):
            shade = look if not i else look.replace(INK, MUTED)
            parts.append(rect(left + _SHIFT * i, top - _SHIFT * i, right - left, height, shade))
        lines = (box.name, *box.lines, *within)
        first = top + (height - _LINE * len(lines)) / 2 + 11.5
        for i, line in enumerate(lines):
            strong = 'font-weight="600"' if not i else ""
            colour = MUTED if i else INK
            parts.append(text((left + right) / 2, first + i * _LINE, line, colour=colour, anchor="middle", more=strong))
    for before, after in zip(tier.boxes, tier.boxes[1:], strict=False):
        if after.first > before.last + 1:
            middle = (_span(before)[1] + _span(after)[0]) / 2
            parts.append(text(middle, top + height / 2 + 4, "· · ·", colour=MUTED, anchor="middle"))
    return "".join(parts)


def _layer(figure: TierFigure, layer: Layer, tops: list[float], heights: list[float]) -> str:
    right = _LEFT + figure.columns * (_COLUMN + _GAP) - _GAP
    top, bottom = tops[layer.upper] + heights[layer.upper], tops[layer.lower]
    middle = (top + bottom) / 2 - 3
    parts = [
        text(right + 16, middle, _links(layer), more='font-weight="600"'),
        text(right + 16, middle + 16, ", ".join(each for each in (layer.name, layer.remark) if each), colour=MUTED),
    ]
    lower, upper = figure.tiers[layer.lower].boxes, figure.tiers[layer.upper].boxes
    for i, box in enumerate(lower if len(lower) >= len(upper) else upper):
        a, b = _span(box)
        across = (a + (b - a) * (0.2 + 0.6 * strand / (_STRANDS - 1)) for strand in range(_STRANDS))
        strands = "".join(f"M{x:.1f} {top:.1f}V{bottom:.1f}" for x in across)
        parts.append(f'<path d="{strands}" stroke="{GAIN}" stroke-opacity="0.55" fill="none"/>')
        if i < len(layer.bundles):
            words = layer.bundles[i]
            wide = LETTER * len(words) + 10
            at = (a + b) / 2
            plate = f'rx="2" fill="#fff" stroke="{HAIRLINE}"'
            parts.append(rect(at - wide / 2, (top + bottom) / 2 - 9, wide, 18, plate))
            parts.append(text(at, (top + bottom) / 2 + 4, words, colour=INK, anchor="middle"))
    return "".join(parts)
