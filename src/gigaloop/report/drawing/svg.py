"""What drawings share: the SVG element with its words for those who cannot see it, texts, scale of a page."""

from __future__ import annotations

from html import escape

from gigaloop.report.echarts.wire import FONT
from gigaloop.report.palette import INK

LETTER = 6.3
"""Mean width of a letter of 12 px [px]."""
LEAST = 560.0
"""Width below which a drawing is scrolled and not made smaller [px]."""


def element(alt: str, box: tuple[float, float, float, float], content: str) -> str:
    """Give an SVG element: ``box`` is left, top, width and height [px]; the content must be escaped already."""
    left, top, width, height = box
    size = f"max-width:{width:.0f}px;min-width:{min(width, LEAST):.0f}px"
    style = f"font-family:{escape(FONT, quote=True)};font-size:12px;{size}"
    view = f'viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" width="100%"'
    return f'<svg {view} style="{style}" role="img" aria-label="{escape(alt, quote=True)}">{content}</svg>'


def text(x: float, y: float, words: str, *, colour: str = INK, anchor: str = "start", more: str = "") -> str:
    """Give words at a place, escaped."""
    at = f'x="{x:.1f}" y="{y:.1f}" fill="{colour}"' + (f' text-anchor="{anchor}"' if anchor != "start" else "")
    return f"<text {at}{' ' + more if more else ''}>{escape(words)}</text>"


def rect(x: float, y: float, width: float, height: float, look: str) -> str:
    """Give a rectangle."""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" {look}/>'
