"""The one adapter from figures as data to ECharts options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gigaloop.report.echarts.charts import (
    bar_chart,
    heatmap_chart,
    histogram_chart,
    line_chart,
    waterfall_chart,
)
from gigaloop.report.echarts.flows import sankey_chart, treemap_chart
from gigaloop.report.echarts.networks import network_chart
from gigaloop.report.echarts.places import map_chart, rack_chart
from gigaloop.report.echarts.scatter import scatter_chart
from gigaloop.report.echarts.schedules import gantt_chart
from gigaloop.report.echarts.wire import Chart, Key, Palette
from gigaloop.report.figures import Figure

_DRAW: dict[str, Callable[[Any, Palette], Chart]] = {
    "bar": bar_chart,
    "gantt": gantt_chart,
    "heatmap": heatmap_chart,
    "histogram": histogram_chart,
    "line": line_chart,
    "map": map_chart,
    "network": network_chart,
    "rack": rack_chart,
    "sankey": sankey_chart,
    "scatter": scatter_chart,
    "treemap": treemap_chart,
    "waterfall": waterfall_chart,
}


def chart(figure: Figure, palette: Palette) -> Chart:
    """Give the chart of a figure.

    Parameters
    ----------
    figure
        Any figure of this package.
    palette
        Style of every entity of the figure, from :func:`gigaloop.report.palette.palette_for`.

    Returns
    -------
    Chart
        An ECharts option as plain JSON with its legend.
    """
    return _DRAW[figure.kind](figure, palette)


__all__ = ["Chart", "Key", "Palette", "chart"]
