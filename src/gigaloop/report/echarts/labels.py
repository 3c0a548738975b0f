"""Where the name of a point on a map is written, so that names hide neither each other nor the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_GLYPH = 6.3  # mean width of a character at 11.5 px in common sans-serif faces [px]
_LINE = 14.0  # height of a line of such text [px]
_GAP = 4.0

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on the map with its radius and its name, in the order of importance."""

    x: float
    y: float
    radius: float
    name: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The side of a point on which its name stands, and a shift up or down [px]."""

    side: str
    shift: float = 0.0


def place_labels(spots: Sequence[Spot], *, width: float, height: float) -> list[Placed | None]:
    """Choose a side for the name of each spot, the first served first; None where no side is free.

    Parameters
    ----------
    spots
        Points with names, the most important first.
    width, height
        Size of the map [px]; names stay inside.

    Notes
    -----
    The greedy choice among fixed candidate positions of Christensen, Marks and Shieber, "An empirical study of
    algorithms for point-feature label placement", ACM Transactions on Graphics 14 (1995) 203-232.
    """
    taken: list[Box] = [(s.x - s.radius, s.y - s.radius, s.x + s.radius, s.y + s.radius) for s in spots]
    placed: list[Placed | None] = []
    for i, spot in enumerate(spots):
        others = [*taken[:i], *taken[i + 1 :]]
        choice = next(
            (
                (candidate, box)
                for candidate, box in _candidates(spot)
                if box[0] >= 0
                and box[1] >= 0
                and box[2] <= width
                and box[3] <= height
                and not any(_overlap(box, other) for other in others)
            ),
            None,
        )
        placed.append(choice[0] if choice else None)
        if choice:
            taken.append(choice[1])
    return placed


def _candidates(spot: Spot) -> list[tuple[Placed, Box]]:
    wide, high, reach = _GLYPH * len(spot.name), _LINE, spot.radius + _GAP
    right, left = spot.x + reach, spot.x - reach
    sides = []
    for shift in (0.0, -0.75 * reach, 0.75 * reach):
        top = spot.y + shift - high / 2
        sides.append((Placed("right", shift), (right, top, right + wide, top + high)))
        sides.append((Placed("left", shift), (left - wide, top, left, top + high)))
    for side, top in (("top", spot.y - reach - high), ("bottom", spot.y + reach)):
        sides.append((Placed(side), (spot.x - wide / 2, top, spot.x + wide / 2, top + high)))
    return sides


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
