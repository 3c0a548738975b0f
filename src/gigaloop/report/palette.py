"""How things are told apart: a colour, a hatch, a dash and a symbol for each entity, the same in every figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from math import pi

INK = "#1b2430"
MUTED = "#566170"
HAIRLINE = "#d9dee5"
LOSS = "#b5483a"
GAIN = "#0072b2"
GROUND = "#e4e9ee"

# Okabe and Ito's palette for colour-blind readers (jfly.uni-koeln.de/color, 2008), less its black and yellow, which
# are hard to see as areas on white, followed by three of Paul Tol's "muted" scheme (SRON/EPS/TN/09-002, 2021).
COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#332288",
    "#999933",
    "#882255",
)
DASHES: tuple[str | tuple[int, ...], ...] = ("solid", (7, 4), (2, 3), (10, 3, 2, 3))
SYMBOLS = ("circle", "rect", "triangle", "diamond", "roundRect")
SHADES = ("#f3f8fc", "#c6deef", "#86b8db", "#3f8bbf", "#0b5a8f", "#083d63")
DIVERGING = ("#9e3a1b", "#d98b62", "#f5e3d6", "#f7f7f7", "#d6e6f2", "#6fa9d1", "#0b5a8f")

_HATCH = {"color": "rgba(255,255,255,0.42)", "symbol": "rect", "symbolSize": 1, "dashArrayX": (1, 0)}
DECALS: tuple[dict[str, object] | None, ...] = (
    None,
    _HATCH | {"dashArrayY": (2, 6), "rotation": pi / 4},
    {
        "color": "rgba(255,255,255,0.55)",
        "symbol": "circle",
        "symbolSize": 0.55,
        "dashArrayX": ((7, 7), (0, 7, 7, 0)),
        "dashArrayY": (7, 0),
    },
    _HATCH | {"dashArrayY": (2, 6), "rotation": -pi / 4},
    _HATCH | {"dashArrayY": (2, 6)},
)


@dataclass(frozen=True, slots=True)
class Style:
    """How one entity looks: as an area (colour and hatch), as a line (colour and dash), as a point (symbol)."""

    colour: str
    hatch: int
    dash: str | tuple[int, ...]
    symbol: str

    @property
    def item(self) -> dict[str, object]:
        """The style as an area of ECharts."""
        decal = DECALS[self.hatch]
        return {"color": self.colour, **({"decal": decal} if decal else {})}


def style_at(position: int) -> Style:
    """Give the style of the entity that appears at a position; colours repeat with another hatch."""
    turn, place = divmod(position, len(COLOURS))
    shift = turn + place
    return Style(COLOURS[place], shift % len(DECALS), DASHES[shift % len(DASHES)], SYMBOLS[shift % len(SYMBOLS)])


def palette_for(figures: Iterable[Sequence[str]]) -> Mapping[str, Style]:
    """Give each entity one style for the whole report.

    Parameters
    ----------
    figures
        The entities of each figure. Two that appear together in a figure never share a style; those that never
        meet may, so that the colours that are told apart best are used first.

    >>> palette = palette_for([["Houston", "Racine"], ["Racine", "Abilene"]])
    >>> palette["Houston"].colour == palette["Abilene"].colour != palette["Racine"].colour
    True
    """
    groups = [tuple(dict.fromkeys(entities)) for entities in figures]
    beside: dict[str, set[str]] = {}
    for group in groups:
        for entity in group:
            beside.setdefault(entity, set()).update(group)
    taken: dict[str, int] = {}
    for entity, others in beside.items():
        used = {taken[other] for other in others if other in taken}
        taken[entity] = next(position for position in count() if position not in used)
    return {entity: style_at(position) for entity, position in taken.items()}


def luminance(colour: str) -> float:
    """Give the relative luminance of ``#rrggbb`` (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Give the contrast ratio of two colours (WCAG 2.2).

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Give the text colour, dark or white, that is read best on a colour."""
    return max(("#ffffff", "#10161d"), key=lambda ink: contrast(ink, colour))


def mix(scale: tuple[str, ...], share: float) -> str:
    """Give the colour at a share from 0 to 1 along a scale."""
    at = max(0.0, min(1.0, share)) * (len(scale) - 1)
    low = min(int(at), len(scale) - 2)
    first, second = scale[low], scale[low + 1]
    channels = (
        round(int(first[i : i + 2], 16) + (at - low) * (int(second[i : i + 2], 16) - int(first[i : i + 2], 16)))
        for i in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)
