"""Figures as data: what is shown, in which unit, from which evidence; how it is drawn is decided elsewhere."""

from gigaloop.report.figures.base import Figure, Series
from gigaloop.report.figures.charts import (
    BarFigure,
    HeatmapFigure,
    HistogramFigure,
    LineFigure,
    Mark,
    Step,
    WaterfallFigure,
)
from gigaloop.report.figures.diagrams import DiagramFigure, Item, Wire
from gigaloop.report.figures.floors import FloorFigure
from gigaloop.report.figures.flows import Branch, Link, SankeyFigure, TreemapFigure
from gigaloop.report.figures.networks import Activity, NetworkFigure
from gigaloop.report.figures.places import Flow, MapFigure, Point, Rack, RackFigure, Tray
from gigaloop.report.figures.scatter import Dot, Limit, ScatterFigure, Trail
from gigaloop.report.figures.schedules import GanttFigure, Task
from gigaloop.report.figures.tiers import Layer, Tier, TierBox, TierFigure

__all__ = [
    "Activity",
    "BarFigure",
    "Branch",
    "DiagramFigure",
    "Dot",
    "Figure",
    "FloorFigure",
    "Flow",
    "GanttFigure",
    "HeatmapFigure",
    "HistogramFigure",
    "Item",
    "Layer",
    "Limit",
    "LineFigure",
    "Link",
    "MapFigure",
    "Mark",
    "NetworkFigure",
    "Point",
    "Rack",
    "RackFigure",
    "SankeyFigure",
    "ScatterFigure",
    "Series",
    "Step",
    "Task",
    "Tier",
    "TierBox",
    "TierFigure",
    "Trail",
    "Tray",
    "TreemapFigure",
    "WaterfallFigure",
    "Wire",
]
