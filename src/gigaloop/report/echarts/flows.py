"""Sankey diagrams and treemaps as ECharts options."""

from __future__ import annotations

from gigaloop.report.echarts.wire import Chart, Json, Key, Palette, frame, rounded, short
from gigaloop.report.figures import Branch, SankeyFigure, TreemapFigure
from gigaloop.report.numbers import shared_decimals
from gigaloop.report.palette import GAIN, INK, LOSS, Style, ink_on

_USEFUL = Style(GAIN, 0, "solid", "rect")
_LOST = Style(LOSS, 1, "solid", "rect")

_CROWDED = 5  # links on the longest way through from which names stand upright
_PAPER, _LAST = 690, 140  # width of a chart on paper, and of it for the names of the last stage [px]


def sankey_chart(figure: SankeyFigure, _palette: Palette) -> Chart:
    """Draw flows as bands; what is lost has its own colour, and says so in its label."""
    decimals = shared_decimals([link.value.value for link in figure.links])
    inputs = sum(figure.outflow(node) for node in figure.nodes if not figure.inflow(node)) or 1.0
    crowded = figure.depth > _CROWDED
    gap = "\n" if crowded else " "
    nodes: list[Json] = []
    for node in figure.nodes:
        into = [link for link in figure.links if link.target == node]
        lost = bool(into) and all(link.loss for link in into)
        value = max(figure.inflow(node), figure.outflow(node))
        amount = f"{short(value, decimals)} {figure.unit}".strip()
        share = f"{100 * value / inputs:.1f}\u00a0%"
        nodes.append(
            {
                "name": node,
                "lost": lost,
                "itemStyle": (_LOST if lost else _USEFUL).item,
                "text": f"{node}\n{amount}" + (f"{gap}({share})" if lost else ""),
                "tip": [node, amount, f"{share} of what enters", *(["lost"] if lost else [])],
            }
        )
    links: list[Json] = [
        {
            "source": link.source,
            "target": link.target,
            "value": rounded(link.value.value),
            "lineStyle": {"color": LOSS if link.loss else GAIN, "opacity": 0.34 if link.loss else 0.26},
            "tip": [
                f"{link.source} → {link.target}",
                f"{short(link.value.value, decimals)} {figure.unit}".strip(),
                *(["lost"] if link.loss else []),
            ],
        }
        for link in figure.links
    ]
    width = min(132, (_PAPER - _LAST) // max(figure.depth, 1) - 26)
    label: Json = {"color": INK, "fontSize": 12, "lineHeight": 15, "width": width, "overflow": "break"}
    label |= {"textBorderColor": "rgba(255,255,255,0.75)", "textBorderWidth": 2}
    one: Json = {
        "type": "sankey",
        "data": nodes,
        "links": links,
        "left": 4,
        "right": _LAST,
        "top": 12,
        "bottom": 12,
        "nodeWidth": 12,
        "nodeGap": 44,
        "nodeAlign": "left",
        "draggable": False,
        "layoutIterations": 64,
        "label": label,
        "emphasis": {"focus": "adjacency"},
    }
    if crowded:
        one["bottom"] = 54
        ends = {node for node in figure.nodes if not figure.outflow(node)}
        one["data"] = [node | {"label": _ending(node) if node["name"] in ends else _along()} for node in nodes]
        label |= {"width": _LAST - 24}
    upright: Json = {"orient": "vertical", "left": 8, "right": 92, "top": 8, "bottom": 24}
    upright |= {"nodeWidth": 32, "nodeGap": 58}
    upright["data"] = [{"label": _beside() if node["lost"] else _inside()} for node in nodes]
    narrow = {"series": [upright]}
    keys = [Key("goes on", _USEFUL)]
    if any(link.loss for link in figure.links):
        keys.append(Key("lost", _LOST))
    legend = tuple(keys) if len(keys) > 1 else ()
    return Chart(frame(figure, trigger="item", series=[one]), legend, narrow, figure.unit, decimals)


def _along() -> Json:
    """Write a node's text on one line along its bar, where stages stand too close for words side by side."""
    return {"rotate": 90, "align": "center", "verticalAlign": "top", "width": 280, "distance": 6}


def _ending(node: Json) -> Json:
    """Write what is lost in three short lines under its bar, as the bars of two stages stand close."""
    below = {"position": "bottom", "align": "center", "fontSize": 10.5, "lineHeight": 12, "width": 80}
    return below if node["lost"] else {}


def _inside() -> Json:
    place = {"position": "inside", "color": "#ffffff", "textBorderWidth": 0}
    place |= {"rotate": 0, "align": "center", "verticalAlign": "middle", "distance": 5}
    return place | {"fontSize": 11, "lineHeight": 13, "width": 330}


def _beside() -> Json:
    return {"position": "right", "align": "left", "fontSize": 10.5, "lineHeight": 12, "width": 84}


def treemap_chart(figure: TreemapFigure, palette: Palette) -> Chart:
    """Draw parts of a whole as areas, grouped by the first level."""
    decimals = shared_decimals([number.value for branch in figure.branches for _, number in branch.leaves()])
    whole = sum(branch.value.value or 0.0 for branch in figure.branches) or 1.0

    def node(branch: Branch, style: Style) -> Json:
        amount = f"{short(branch.value.value, decimals)} {figure.unit}".strip()
        share = f"{100 * (branch.value.value or 0.0) / whole:.1f} %"
        ink = ink_on(style.colour)
        leaf: Json = {
            "name": branch.name,
            "value": rounded(branch.value.value),
            "text": f"{branch.name}\n{amount}",
            "tip": [branch.name, amount, f"{share} of the whole"],
            "itemStyle": style.item | {"borderColor": "#fff", "borderWidth": 1, "gapWidth": 1},
            "label": {"color": ink, "textBorderColor": style.colour, "textBorderWidth": 3},
        }
        return leaf | ({"children": [node(part, style) for part in branch.parts]} if branch.parts else {})

    one: Json = {
        "type": "treemap",
        "data": [node(branch, palette[branch.name]) for branch in figure.branches],
        "left": 0,
        "right": 0,
        "top": 0,
        "bottom": 0,
        "roam": False,
        "nodeClick": False,
        "breadcrumb": {"show": False},
        "label": {"fontSize": 12, "lineHeight": 15, "overflow": "truncate", "ellipsis": "…"},
        "upperLabel": {"show": True, "height": 22, "fontWeight": 600, "color": INK},
        "emphasis": {"disabled": True},
        "levels": [{"itemStyle": {"gapWidth": 3, "borderWidth": 0}}],
    }
    keys = tuple(Key(branch.name, palette[branch.name]) for branch in figure.branches)
    return Chart(frame(figure, trigger="item", series=[one]), keys, {}, figure.unit, decimals)
