"""What is handed to the page for one chart, and the parts that every chart's option shares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gigaloop.report.figures import Figure
from gigaloop.report.numbers import Number, format_number
from gigaloop.report.palette import HAIRLINE, INK, MUTED, Style

Json = dict[str, Any]
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif'


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend that stands above a chart; ``series`` where it can be switched off and on."""

    name: str
    style: Style
    form: Literal["area", "line", "point", "hollow", "asked", "tick"] = "area"
    series: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready for the page: an ECharts option as plain JSON, changes for narrow pages, and its legend.

    Three things in the option are names that the page's script turns into functions: ``renderItem`` of a custom
    series, ``text`` of a data item (its label) and ``tip`` of a data item (the lines of its tooltip).
    """

    option: Json
    legend: tuple[Key, ...] = ()
    narrow: Json = field(default_factory=dict)
    unit: str = ""
    decimals: int = 0
    aspect: float | None = None  # width by height, where the chart's shape is given

    def as_dict(self) -> Json:
        """Give what the page's script reads."""
        return {"option": self.option, "narrow": self.narrow, "unit": self.unit, "decimals": self.decimals}


def frame(figure: Figure, *, trigger: Literal["axis", "item"], **parts: object) -> Json:
    """Give the option that every chart starts from."""
    tooltip: Json = {
        "trigger": trigger,
        "confine": True,
        "appendTo": "body",
        "borderColor": HAIRLINE,
        "padding": [8, 10],
        "textStyle": {"color": INK, "fontSize": 12, "fontFamily": FONT},
    }
    if trigger == "axis":
        tooltip["axisPointer"] = {"type": "line", "lineStyle": {"color": MUTED, "type": "solid"}}
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK, "fontSize": 12},
        "aria": {"enabled": True, "label": {"description": figure.alt}},
        "legend": {"show": False},
        "tooltip": tooltip,
        **parts,
    }


def grid(*, top: int = 34, right: int = 20, bottom: int = 6, left: int = 6) -> Json:
    """Give a plot area that keeps its axis labels and names inside the chart."""
    bounds = {"outerBoundsMode": "same", "outerBoundsContain": "axisLabel"}
    return {"left": left, "right": right, "top": top, "bottom": bottom, **bounds}


def value_axis(name: str, *, along: Literal["x", "y"], **more: object) -> Json:
    """Give an axis of numbers with its name and unit: above an upright axis, below a lying one."""
    axis: Json = {
        "type": "value",
        "name": name,
        "nameTextStyle": {"color": MUTED, "fontSize": 12, "align": "left" if along == "y" else "center"},
        "nameLocation": "end" if along == "y" else "middle",
        "nameGap": 13 if along == "y" else 30,
        "axisLabel": {"color": MUTED, "fontSize": 12, "hideOverlap": True},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"lineStyle": {"color": HAIRLINE}},
        "splitNumber": 5,
    }
    return axis | more


def category_axis(names: Iterable[str], **more: object) -> Json:
    """Give an axis of names."""
    axis: Json = {
        "type": "category",
        "data": list(names),
        "axisLabel": {"color": INK, "fontSize": 12, "hideOverlap": True},
        "axisLine": {"lineStyle": {"color": MUTED}},
        "axisTick": {"show": False},
    }
    return axis | more


def name_axis(names: Iterable[str], *, width: int = 190, **more: object) -> Json:
    """Give an upright axis of names, the first on top, long ones broken into lines."""
    label = {"color": INK, "fontSize": 12, "lineHeight": 14, "width": width, "overflow": "break", "interval": 0}
    return category_axis(names, inverse=True, axisLabel=label, **more)


_AMID = re.compile(r" \([^()]*\)(?!$)")
_ONE_LINE = 24  # longest name that is left as it is [characters]


def row_axis(names: Iterable[str], *, width: int) -> Json:
    """Give an upright axis of the names of rows that stand close: each on one line, cut with an ellipsis.

    What stands in brackets amid a long name is left out, so that the cut falls behind what tells names apart.
    """
    axis = name_axis((_AMID.sub("", name) if len(name) > _ONE_LINE else name for name in names), width=width)
    axis["axisLabel"] |= {"overflow": "truncate", "ellipsis": "…"}
    return axis


NARROW_ROWS: Json = {"yAxis": {"axisLabel": {"width": 150, "fontSize": 11}}}
NARROW_NAMES: Json = {"yAxis": {"axisLabel": {"width": 92, "fontSize": 11, "lineHeight": 12}}}


def time_axis() -> Json:
    """Give an axis of dates, labelled by year and month in ISO order."""
    month = 28 * 24 * 3600 * 1000
    return {
        "type": "time",
        "minInterval": month,
        "axisLabel": {"color": INK, "fontSize": 12, "hideOverlap": True, "formatter": "{yyyy}-{MM}"},
        "axisLine": {"lineStyle": {"color": MUTED}},
        "axisTick": {"lineStyle": {"color": MUTED}},
        "splitLine": {"show": False},
    }


def quantity(number: Number, unit: str = "", decimals: int | None = None) -> str:
    """Give a number with its unit as words for labels and tooltips."""
    text = format_number(number.value, decimals if number.decimals is None else number.decimals)
    return " ".join(part for part in (text, number.unit or unit) if part)


def rounded(value: float | None) -> float | str:
    """Give a value for drawing with seven significant digits, or ECharts' sign for a gap."""
    return "-" if value is None else float(f"{value:.7g}")


def short(value: float | None, decimals: int | None = None) -> str:
    """Give a number as the text of a label."""
    return format_number(value, decimals)


Palette = Mapping[str, Style]
