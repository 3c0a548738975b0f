"""Figures that are drawn here as SVG and not by the page's chart library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gigaloop.report.drawing import diagram, floor, tiers
from gigaloop.report.figures import Figure

_DRAW: dict[str, Callable[[Any], str]] = {"diagram": diagram.draw, "floor": floor.draw, "tiers": tiers.draw}


def is_drawing(figure: Figure) -> bool:
    """Say whether a figure is drawn here."""
    return figure.kind in _DRAW


def draw(figure: Figure) -> str:
    """Give a figure as an SVG element, to be set into a page; all words are escaped."""
    return _DRAW[figure.kind](figure)


__all__ = ["draw", "is_drawing"]
