"""A report made of test data that shows every kind of figure and block once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from gigaloop.core.errors import Place
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.report import (
    Block,
    Callout,
    Column,
    Columns,
    Heading,
    KeyValues,
    Kpi,
    Link,
    Number,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
    write,
)
from gigaloop.report.figures import (
    Activity,
    BarFigure,
    Branch,
    DiagramFigure,
    Dot,
    FloorFigure,
    Flow,
    GanttFigure,
    HeatmapFigure,
    HistogramFigure,
    Item,
    Layer,
    Limit,
    LineFigure,
    MapFigure,
    Mark,
    NetworkFigure,
    Point,
    Rack,
    RackFigure,
    SankeyFigure,
    ScatterFigure,
    Series,
    Step,
    Task,
    Tier,
    TierBox,
    TierFigure,
    Trail,
    Tray,
    TreemapFigure,
    WaterfallFigure,
    Wire,
)
from gigaloop.report.figures import Link as Band

SHEET = Evidence(
    "Rack datasheet, table 3; https://example.org/rack.pdf",
    "2025-03",
    EvidenceKind.DATASHEET,
    low="125 kW",
    high="140 kW",
    note="with all trays at full load",
)
GUESS = Evidence(
    "assumption: installation crews work five days a week",
    "2025-11-02",
    EvidenceKind.ASSUMPTION,
    low="8 racks/week",
    high="14 racks/week",
    place=Place("programme/sites.yaml", 41, 12),
)
NEWS = Evidence(
    "Trade press on the substation; https://example.org/news?id=7&lang=en",
    "2025-Q4",
    EvidenceKind.REPORTED,
    superseded=(Evidence("Utility's first notice", "2024", EvidenceKind.ANNOUNCED),),
)
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}\u2028${x}"
QUARTERS = [f"{year}-Q{quarter}" for year in (2026, 2027, 2028) for quarter in (1, 2, 3, 4)]


def line_figures() -> tuple[Any, ...]:
    weeks = [date(2026, 1, 5) + timedelta(weeks=4 * i) for i in range(28)]
    stacked = LineFigure(
        id="online-by-site",
        title="Abilene leads until mid-2027; Milam closes most of the gap to what was asked",
        alt="Stacked area of megawatts online by site over 28 months, below the line of what was asked.",
        measure="IT power online",
        unit="MW",
        periods=weeks,
        stacked=True,
        step=True,
        series=[
            Series("Abilene", [Number(min(20 * i, 340), evidence=(NEWS,)) for i in range(28)]),
            Series("Milam", [max(0, 18 * (i - 8)) for i in range(28)]),
            Series("Lordstown", [max(0.0, 7.5 * (i - 14)) for i in range(28)]),
        ],
        asked=Series("asked", [24.0 * i for i in range(28)]),
        marks=[Mark(date(2026, 11, 2), "substation energised"), Mark(date(2026, 12, 7), "second hall")],
        period_name="week of",
        notes=("Power counts from the day on which a rack passes its site test.",),
        evidence=(NEWS,),
    )
    lines = LineFigure(
        id="output-by-factory",
        title="Houston reaches its full rate two quarters after Racine",
        alt="Lines of racks per quarter for three factories; all rise and level off.",
        measure="racks finished",
        unit="racks/quarter",
        periods=QUARTERS,
        series=[
            Series("Houston", [0, 10, 60, 150, 260, 380, 410, 410, 410, 410, 410, 410]),
            Series("Racine", [20, 90, 180, 240, 240, 240, 240, 260, 260, 260, 260, 260]),
            Series("Columbus", [None, None, None, 12, 60, 120, 180, 180, 200, 200, 200, 200]),
        ],
        asked=Series("asked of all", [30, 100, 240, 400, 520, 600, 700, 700, 800, 800, 800, 800]),
        period_name="quarter",
    )
    return stacked, lines


def bar_figures() -> tuple[Any, ...]:
    upright = BarFigure(
        id="racks-by-year",
        title="Four in five racks of 2028 are of the 800 VDC generation",
        alt="Stacked bars of racks by year and generation, with ticks for what was asked.",
        measure="racks",
        unit="racks",
        categories=["2026", "2027", "2028"],
        stacked=True,
        series=[
            Series("GB300 NVL72", [1200, 600, 0]),
            Series("VR200 NVL144", [40, 2400, 700]),
            Series("800 VDC, 600 kW", [0, 12, 2900]),
        ],
        asked=Series("asked", [1500, 3600, 3600]),
        category_name="year",
    )
    lying = BarFigure(
        id="cost-of-rack",
        title="Accelerators are seven tenths of a rack's cost",
        alt="Lying bars of the cost of seven parts of a rack.",
        measure="cost per rack",
        unit="kUSD",
        categories=["Compute trays", "Switch trays", "Cable cartridges", "Power shelves", "Manifolds and couplings"],
        horizontal=True,
        series=[Series("cost", [2450.0, 410.5, 120.25, Number(96, evidence=(SHEET,)), Number(31, evidence=(GUESS,))])],
        category_name="part",
        height=260,
    )
    return upright, lying


def flow_figures() -> tuple[Any, ...]:
    sankey = SankeyFigure(
        id="power-chain",
        title="Eleven of every hundred megawatts are lost before the chips, most of them to cooling",
        alt="Sankey of power from the utility to the chips with losses at each stage.",
        measure="power",
        unit="MW",
        links=[
            Band("Utility feed", "MV transformer", 120.0),
            Band("MV transformer", "Transformer loss", 1.2, loss=True),
            Band("MV transformer", "Switchgear and UPS", 118.8),
            Band("Switchgear and UPS", "UPS loss", 3.6, loss=True),
            Band("Switchgear and UPS", "Cooling plant", 6.4, loss=True),
            Band("Switchgear and UPS", "Racks", 108.8),
            Band("Racks", "Rectifier loss", 2.6, loss=True),
            Band("Racks", "Chips and boards", 106.2),
        ],
    )
    waterfall = WaterfallFigure(
        id="cost-per-gw",
        title="A gigawatt of IT costs 42.6 BUSD, of which the racks are 30",
        alt="Waterfall from racks over building, power and cooling to the total, less an incentive.",
        measure="capital cost per GW of IT",
        unit="BUSD/GW",
        steps=[
            Step("Racks", Number(30.0, evidence=(SHEET,))),
            Step("Scale-out fabric", 4.1),
            Step("Before facility", 34.1, is_total=True),
            Step("Building and site", 3.2),
            Step("Power train", 4.4),
            Step("Cooling", 2.1),
            Step("Sales tax exemption", Number(-1.2, evidence=(GUESS,))),
            Step("All in", 42.6, is_total=True),
        ],
    )
    treemap = TreemapFigure(
        id="bom",
        title="Where the mass of a rack sits",
        alt="Treemap of the mass of a rack by assembly and part.",
        measure="mass",
        unit="kg",
        branches=[
            Branch("Compute", parts=[Branch("18 trays", 612), Branch("cold plates", 110), Branch("manifolds", 85)]),
            Branch("Frame", parts=[Branch("rack", 205), Branch("busbar", 48)]),
            Branch("Switching", parts=[Branch("9 trays", 180), Branch("cartridges", 96)]),
            Branch("Power", 224),
        ],
    )
    return sankey, waterfall, treemap


def place_figures() -> tuple[Any, ...]:
    chart = MapFigure(
        id="where",
        title="Racks are built in five states and run in three",
        alt="Map of the United States with factories, suppliers and sites and the flows of racks between them.",
        measure="size",
        unit="MW or racks/week",
        flow_measure="racks moved",
        flow_unit="racks",
        points=[
            Point("Houston", "factory", 29.76, -95.37, Number(32, evidence=(NEWS,)), "L11 and L12"),
            Point("Racine", "factory", 42.73, -87.78, 18, "L10 and L11"),
            Point("Columbus", "factory", 39.96, -83.0, 14),
            Point("Manassas", "factory", 38.75, -77.47, 9),
            Point("Indianapolis", "factory", 39.77, -86.16, 6),
            Point("Abilene", "site", 32.45, -99.73, 1200, "ERCOT"),
            Point("Shackelford", "site", 32.74, -99.35, 1400, "ERCOT"),
            Point("Milam County", "site", 30.79, -96.98, 1000, "ERCOT"),
            Point("Lordstown", "site", 41.17, -80.86, 300, "PJM"),
            Point("Doña Ana", "site", 32.35, -106.8, 900, "EPE"),
            Point("Busbars, Ohio", "supplier", 41.5, -81.7),
            Point("Switchgear, Georgia", "supplier", 33.75, -84.39),
            Point("Transformers, Virginia", "supplier", 37.27, -79.94),
            Point("Boards, Guadalajara", "supplier", 20.67, -103.35),
            Point("Memory, Icheon", "supplier", 37.27, 127.44),
            Point("Accelerators, Tainan", "supplier", 23.0, 120.2),
            Point("Optics, Dresden", "supplier", 51.05, 13.74),
        ],
        flows=[
            Flow("Houston", "Abilene", 1800, "racks"),
            Flow("Houston", "Milam County", 900, "racks"),
            Flow("Houston", "Shackelford", 1200, "racks"),
            Flow("Racine", "Abilene", 700, "racks"),
            Flow("Columbus", "Lordstown", 450, "racks"),
            Flow("Accelerators, Tainan", "Houston", 1500, "parts"),
            Flow("Memory, Icheon", "Racine", 400, "parts"),
            Flow("Boards, Guadalajara", "Houston", 600, "parts"),
        ],
    )
    nvl = [Tray("Management switch", "management", 48, 1, 0.3), Tray("Power shelf", "power", 45, 1, 1.8)]
    nvl += [Tray(f"Power shelf {i}", "power", 41 + i, 1, 1.8) for i in range(1, 4)]
    nvl += [Tray(f"Compute tray {18 - i}", "compute", 31 + i, 1, Number(5.6, evidence=(SHEET,))) for i in range(10)]
    nvl += [Tray(f"NVLink switch tray {i}", "switch", 22 + i, 1, 1.1) for i in range(9)]
    nvl += [Tray(f"Compute tray {i}", "compute", 13 + i, 1, 5.6) for i in range(1, 9)]
    nvl += [Tray("Power shelf bank", "power", 4, 4, 7.2)]
    dense = [Tray("Compute blade block", "compute", 5 + 9 * i, 8, 140, "vertical blades") for i in range(4)]
    dense += [Tray("Switch blades", "switch", 41, 4, 36.0), Tray("Liquid manifold", "cooling", 1, 3)]
    rack = RackFigure(
        id="racks",
        title="The 800 VDC rack moves its power shelves out and draws four times as much",
        alt="Front view of two racks with their trays by unit.",
        racks=[Rack("GB300 NVL72", 48, nvl), Rack("800 VDC rack", 48, dense)],
    )
    return chart, rack


def grid_figures() -> tuple[Any, ...]:
    heat = HeatmapFigure(
        id="bottleneck",
        title="Test cells bind in 2026, transformers from 2027 on",
        alt="Heat map of how far each resource is used by quarter.",
        measure="use of capacity",
        unit="%",
        rows=["L11 test cells, Houston", "Transformers", "Compute trays", "Install crews, Abilene"],
        columns=QUARTERS,
        values=[
            [40, 95, 100, 100, 92, 80, 70, 66, 60, 55, 50, 50],
            [10, 20, 44, 70, 100, 100, 100, 100, 97, 96, 90, 88],
            [30, 40, 50, 60, 70, 75, 80, 82, 85, 85, 85, None],
            [5, 15, 30, 45, 60, 62, 66, 60, 50, 45, 40, 40],
        ],
        row_name="resource",
        height=300,
    )
    gantt = GanttFigure(
        id="schedule",
        title="The 800 VDC generation is evaluated while VR200 ramps",
        alt="Gantt chart of three generations from evaluation to end of life.",
        tasks=[
            Task("GB300 NVL72", "evaluation", date(2025, 6, 2), date(2025, 9, 1)),
            Task("GB300 NVL72", "ramp", date(2025, 9, 1), date(2026, 3, 2)),
            Task("GB300 NVL72", "volume", date(2026, 3, 2), date(2027, 6, 7), "410 racks/quarter"),
            Task("VR200 NVL144", "evaluation", date(2026, 5, 4), date(2026, 9, 7)),
            Task("VR200 NVL144", "ramp", date(2026, 9, 7), date(2027, 3, 1)),
            Task("VR200 NVL144", "volume", date(2027, 3, 1), date(2028, 6, 5), "600 racks/quarter"),
            Task("800 VDC, 600 kW", "evaluation", date(2027, 5, 3), date(2027, 9, 6)),
            Task("800 VDC, 600 kW", "milestone", date(2027, 9, 6), date(2027, 9, 6), "accepted"),
            Task("800 VDC, 600 kW", "ramp", date(2027, 9, 6), date(2028, 3, 6)),
        ],
        marks=[Mark(date(2026, 7, 6), "option lapses")],
        row_name="generation",
        height=240,
    )
    network = NetworkFigure(
        id="chain",
        title="Scalable unit 12 waits for its cable cartridges",
        alt="Bars of the activities that lead to a scalable unit online, with arrows from each to what waits for it.",
        activities=[
            Activity("cable cartridges on order", date(2026, 1, 5), date(2026, 9, 7), note="36 weeks"),
            Activity("compute trays", date(2026, 6, 1), date(2026, 8, 3), slack=5),
            Activity("rack integration and burn-in", date(2026, 9, 7), date(2026, 9, 28)),
            Activity("transport and installation", date(2026, 9, 28), date(2026, 10, 12)),
            Activity("online", date(2026, 10, 12), date(2026, 10, 12), note="due 2026-08-03"),
        ],
        ties=[(0, 2), (1, 2), (2, 3), (3, 4)],
        height=240,
    )
    return heat, gantt, network


def diagram_figures() -> tuple[Any, ...]:
    one_line = DiagramFigure(
        id="one-line",
        title="A block of 10 MW is fed by four transformers",
        alt="One-line diagram from the utility to the racks.",
        items=[
            Item("utility", "grid", 0, 0, "Utility", ["138 kV, 10 kA"]),
            Item("main", "transformer", 0, 1, "Main transformer", ["2 x 200 MVA"]),
            Item("mv", "switchgear", 0, 2, "MV switchgear", ["34.5 kV, 25 kA"]),
            Item("unit", "transformer", 0, 3, "Unit transformer", ["4 x 3.75 MVA", "92 % loaded"]),
            Item("diesel", "generator", 1.2, 3, "Generators", ["16 x 3 MW"]),
            Item("board", "bus", 0, 4, "LV switchboard", ["480 V, 79.4 kA"]),
            Item("ups", "ups", 0, 5, "UPS", ["97.0 %"]),
            Item("sidecar", "rectifier", 1.2, 5, "Sidecar", ["800 VDC"]),
            Item("racks", "rack", 0, 6, "Racks", ["72 x 137 kW"]),
        ],
        wires=[
            Wire("utility", "main", "ac"),
            Wire("main", "mv", "ac"),
            Wire("mv", "unit", "ac", "63 A"),
            Wire("unit", "board", "ac"),
            Wire("diesel", "board", "standby"),
            Wire("board", "ups", "ac"),
            Wire("board", "sidecar", "ac"),
            Wire("ups", "racks", "ac"),
            Wire("sidecar", "racks", "dc"),
        ],
    )
    loop = DiagramFigure(
        id="coolant-loop",
        title="Water of 42 degrees cools the racks",
        alt="Coolant loop from the racks through a coolant distribution unit to dry coolers.",
        items=[
            Item("racks", "rack", 0, 0, "Racks", ["9.4 MW in liquid", "PG25"]),
            Item("cdu", "exchanger", 1, 0, "CDU", ["9 of 1.3 MW", "3.0 K approach"]),
            Item("chiller", "chiller", 2, 0, "Trim chiller", ["40 h a year"]),
            Item("cooler", "dry cooler", 3, 0, "Dry cooler", ["8 K approach", "120 kW of fans"]),
        ],
        wires=[
            Wire("cdu", "racks", "cold", "45.0 °C, 178 L/s", lane=-0.16),
            Wire("racks", "cdu", "warm", "55.0 °C", lane=0.16),
            Wire("chiller", "cdu", "cold", "42.0 °C, 190 L/s", lane=-0.16),
            Wire("cdu", "chiller", "warm", "52.0 °C", lane=0.16),
            Wire("cooler", "chiller", "cold", "42.0 °C", lane=-0.16),
            Wire("chiller", "cooler", "warm", "52.0 °C", lane=0.16),
        ],
        beside=False,
    )
    return one_line, loop


def network_figures() -> tuple[Any, ...]:
    tiers = TierFigure(
        id="tiers",
        title="Two planes of two tiers join eight scalable units",
        alt="Boxes of nodes, leafs and spines with the links between them.",
        planes=2,
        tiers=[
            Tier(
                "Nodes",
                Number(1152),
                [TierBox(0, 0, "SU 1", ("144 nodes",)), TierBox(1, 1, "SU 2"), TierBox(3, 3, "SU 8")],
            ),
            Tier(
                "Leaf switches",
                Number(128),
                [TierBox(0, 0, "8 leafs"), TierBox(1, 1, "8 leafs"), TierBox(3, 3, "8 leafs")],
                stacked=True,
                evidence=GUESS,
            ),
            Tier("Spine switches", Number(72), [TierBox(0, 3, "36 spines", ("144 ports of 800 Gb/s",))], stacked=True),
        ],
        layers=[
            Layer("node-leaf", 0, 1, Number(9216), "800 Gb/s", "4 rails", ("576", "576", "576")),
            Layer("leaf-spine", 1, 2, Number(9216), "800 Gb/s", "1:1", ("576", "576", "576")),
        ],
    )
    row, position = (each.ravel() for each in np.indices((12, 20)))
    x, y = 0.3 + 0.6 * position, 0.6 + 2.7 * row
    floor = FloorFigure(
        id="floor",
        title="Cables are longest at the ends of the hall",
        alt="Floor plan of 240 racks by kind, and shaded by the mean length of their cables.",
        measure="mean length of the cables",
        unit="m",
        halls=["hall-a"],
        kinds=["compute", "network", "coolant distribution"],
        hall=np.zeros(240, int),
        storey=np.zeros(240, int),
        row=row,
        group=np.where(position == 19, 2, np.where(row == 6, 1, 0)),
        x=x,
        y=y,
        value=np.where(position == 19, np.nan, 8 + abs(y - 16) + abs(x - 6)),
        rack=(0.6, 1.2),
    )
    lengths = HistogramFigure(
        id="lengths",
        title="All cables are within their reach",
        alt="Histogram of cable lengths by layer and medium.",
        measure="cords",
        unit="cords",
        edges=[0, 5, 10, 15, 20, 25, 30],
        along="length (m)",
        along_unit="m",
        series=[
            Series("node-leaf, passive copper", [800, 0, 0, 0, 0, 0]),
            Series("leaf-spine, single mode", [0, 300, 500, 420, 0, 120]),
        ],
        limits=[(3.0, "passive copper: reach 3 m"), (500.0, "single mode: reach 500 m")],
    )
    speed = LineFigure(
        id="bus-bandwidth",
        title="Large messages reach 840 GB/s in a domain",
        alt="Lines of bus bandwidth by size of message, with bands.",
        measure="bus bandwidth",
        unit="GB/s",
        periods=["1 MiB", "16 MiB", "256 MiB", "4 GiB"],
        period_name="message",
        series=[
            Series("domain", [Number(v, low=v / 1.2, high=v * 1.2) for v in (40, 300, 700, 840)], estimated=[True] * 4),
            Series("whole", [Number(v, low=v / 3, high=v * 3) for v in (4, 50, 250, 390)], estimated=[False] * 4),
        ],
        log=True,
        bands=True,
    )
    return tiers, floor, lengths, speed


def scatter_figures() -> tuple[Any, ...]:
    roofs = ScatterFigure(
        id="roofline",
        title="Matrix products reach seven tenths of the roof, the optimiser is held by memory",
        alt="Attained rates of three operators against their intensity, below the roofs of two precisions.",
        measure="attained",
        unit="TFLOP/s",
        along="intensity",
        along_unit="FLOP/B",
        log="xy",
        trails=[
            Trail("BF16 roof", [Dot(1, 8), Dot(306, 2450), Dot(4096, 2450)], "curve"),
            Trail("FP8 roof", [Dot(1, 8), Dot(612, 4900), Dot(4096, 4900)], "curve"),
            Trail(
                "operators",
                [
                    Dot(2200, Number(3300, evidence=SHEET), "feed-forward"),
                    Dot(3, 18, "norms"),
                    Dot(1.2, 7, "optimiser"),
                ],
                evidence=GUESS,
            ),
        ],
    )
    front = ScatterFigure(
        id="front",
        title="Pods of 72 serve four times as much at the speed that is asked for",
        alt="Two falling curves of throughput against speed, one hollow point that does not fit.",
        measure="throughput",
        unit="tokens/s per accelerator",
        along="speed",
        along_unit="tokens/s per user",
        log="xy",
        band="72",
        limits=[Limit(60.0, "asked for")],
        trails=[
            Trail("72", [Dot(s, Number(t, low=t / 1.3, high=t * 1.3), n) for s, t, n in
                         ((20, 9000, "EP 72"), (60, 5500, ""), (150, 700, "TP 8"))], "line"),
            Trail("8", [Dot(20, 4000), Dot(60, 1300), Dot(90, 300)], "line"),
            Trail("does not fit", [Dot(30, 12000, note="memory"), Dot(0, 10), Dot(None, 10)], "hollow"),
        ],
    )  # fmt: skip
    return roofs, front


def make_gallery() -> Report:
    stacked, lines = line_figures()
    upright, lying = bar_figures()
    sankey, waterfall, treemap = flow_figures()
    chart, rack = place_figures()
    heat, gantt, network = grid_figures()
    one_line, loop = diagram_figures()
    tiers, floor, lengths, speed = network_figures()
    roofs, front = scatter_figures()
    return Report(
        title="A programme of ten gigawatts",
        subtitle="What is built where, when it is online, what it costs, and what binds",
        meta={"Programme": "gallery", "Key": "3f9ac1d2", "Engine": "gigaloop 0.1.0", "Catalogue": "2025-11-20"},
        headline=[
            Kpi("IT power online by end of 2028", Number(3.42, "GW", low=3.1, high=3.6), "of 4.20 GW asked"),
            Kpi("Racks delivered", Number(7852, "racks", (GUESS,)), "all generations"),
            Kpi("Capital cost", Number(42.6, "BUSD/GW", (SHEET,)), "per GW of IT; racks, building, power and cooling"),
            Kpi("Binds most", Text("L11 test cells, Houston"), "one more cell brings 410 racks 2.3 weeks forward"),
            Kpi("First evaluation unit", "2026-05-04", "Racine, Wisconsin"),
            Kpi("Firm", Number(31.0, "%", (NEWS,)), ["of the compute; see ", Link("the sites", "online-by-site")]),
        ],
        summary="Three generations run side by side. The plan meets what was asked until the middle of 2027.",
        sections=[
            Section(
                "online",
                "How much is online, and when?",
                [["Sites come online as their substations do, ", Number(12, "weeks", (NEWS,)), " after the notice."]],
                [
                    Paragraph(
                        [
                            "A rack draws ",
                            Number(132, "kW", (SHEET,)),
                            " at full load, see ",
                            Link("racks", "racks"),
                            ".",
                        ]
                    ),
                    stacked,
                    Callout(
                        "Test power in Houston binds from week 31",
                        ["One more burn-in cell brings ", Number(410, "racks", (GUESS,)), " forward by 2.3 weeks."],
                        tone="binds",
                        points=["lines.yaml:12 sets the number of cells", "the next constraint is the substation"],
                    ),
                    Heading("By factory and by generation"),
                    lines,
                    upright,
                    gantt,
                    network,
                ],
            ),
            Section(
                "places",
                "Where is it made, and where does it go?",
                "Flows are as wide as they are large.",
                [chart, heat],
            ),
            Section(
                "rack",
                "What is a rack?",
                (),
                [
                    rack,
                    Columns([lying, treemap]),
                    KeyValues(
                        "GB300 NVL72 at a glance",
                        [
                            ("Power at full load", Number(132, "kW", (SHEET,))),
                            ("Coolant flow", Number(128.4, "L/min", (GUESS,)), "at 10 K rise"),
                            ("Mass", Number(1360, "kg")),
                        ],
                    ),
                ],
            ),
            Section("network", "What joins the racks?", (), [tiers, floor, lengths, speed]),
            Section("work", "What do the racks do?", (), [roofs, front]),
            Section(
                "cost",
                "What does it cost, and what is lost on the way?",
                "Costs are in US dollars of 2025.",
                [
                    waterfall,
                    sankey,
                    one_line,
                    loop,
                    Table(
                        "Checks of the rack against its frame",
                        ["check", Column("value", "kW"), Column("limit", "kW"), Column("margin", "%"), "holds"],
                        [
                            ["Busbar", Number(132, evidence=(SHEET,)), 140.0, 5.7, Text("yes")],
                            ["Power shelves", 132.0, Number(198, evidence=(GUESS,)), 33.3, Text("yes", tag="firm")],
                        ],
                        note="Margins are of the limit.",
                    ),
                    Callout("Nothing is counted twice", "The steps add to the total to the last dollar.", tone="good"),
                ],
            ),
        ],
    )


@pytest.fixture(scope="session")
def gallery() -> Report:
    """A report that shows every kind of figure and block."""
    return make_gallery()


@pytest.fixture(scope="session")
def gallery_file(gallery, tmp_path_factory):
    """The gallery, written to a file."""
    return write(gallery, tmp_path_factory.mktemp("report") / "gallery.html")


@pytest.fixture(scope="session")
def hostile() -> Report:
    """A report whose every text tries to be markup, script or template."""
    evidence = Evidence(HOSTILE, "2025", EvidenceKind.ASSUMPTION, low=HOSTILE, note=HOSTILE, place=Place(HOSTILE, 1))
    number = Number(1, HOSTILE, evidence, note=HOSTILE)
    figure = BarFigure(
        id=HOSTILE,
        title=HOSTILE,
        alt=HOSTILE,
        unit=HOSTILE,
        categories=[HOSTILE],
        series=[Series(HOSTILE, [number]), Series("other", [2])],
        notes=(HOSTILE,),
        evidence=(evidence,),
    )
    line = LineFigure(
        id="line", title="t", alt="a", periods=[HOSTILE], series=[Series("s", [1])], marks=[Mark(HOSTILE, HOSTILE)]
    )
    blocks: list[Block] = [
        figure,
        line,
        Table(HOSTILE, [HOSTILE], [[HOSTILE]], note=HOSTILE),
        Callout(HOSTILE, [HOSTILE, number], points=[HOSTILE]),
        KeyValues(HOSTILE, [(HOSTILE, Text(HOSTILE, tag=HOSTILE), HOSTILE)]),
        Heading(HOSTILE),
        Paragraph([HOSTILE, Link(HOSTILE, "line")]),
        HOSTILE,
    ]
    return Report(
        HOSTILE,
        HOSTILE,
        {HOSTILE: HOSTILE},
        [Kpi(HOSTILE, number, HOSTILE)],
        HOSTILE,
        [Section("s", HOSTILE, HOSTILE, blocks)],
    )
