"""The section on what binds, and those on manufacture, supply and the map."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gigaloop.report.content.basis import BUSD, MUSD, MW, Basis
from gigaloop.report.content.loads import load_blocks
from gigaloop.report.document import Block, Callout, Section
from gigaloop.report.figures import BarFigure, Flow, HeatmapFigure, LineFigure, MapFigure, Point, Series
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Table
from gigaloop.study.headline import Headline

_TIGHT_PARTS = 16
_GW_WEEK = 1e9 * 7 * 86400.0


def binds_section(basis: Basis, answers: Headline) -> Section:
    """Say what binds, in sentences, with what clearing it is worth."""
    plan = basis.result.plan
    blocks: list[Block] = [
        Callout(f"{number}. {binding.name}", binding.sentence, tone="binds")
        for number, binding in enumerate(answers.binding, 1)
    ]
    if plan.binding:
        blocks.append(_binding_table(basis))
    elif answers.late:
        why = "No single resource, relieved by a tenth, would bring anything; the reasons above say what is missing."
        blocks.append(Callout("Nothing binds alone", why))
    else:
        blocks.append(Callout("Nothing binds", "Everything asked for is online when it is due.", tone="good"))
    lead = (
        "A resource binds when a little more of it would make the plan better. The relief beside it was planned again, "
        "so its worth is what the whole plan gains by it, not a marginal price alone."
    )
    return Section("binds", "What binds, and what clearing it is worth", lead, blocks)


def _binding_table(basis: Basis) -> Table:
    margin = basis.computed("dual value of the resource's rows, summed over the weeks in which it binds")
    again = basis.computed("objective of the plan made again with the relief, less that of this plan")
    return Table(
        "Resources that bind",
        [
            "resource",
            "kind",
            "binds from",
            "to",
            "relief tried",
            Column("worth", "MUSD", decimals=0),
            Column("power online gained", "GW-weeks"),
            "stated at",
        ],
        [
            [
                binding.name,
                binding.kind,
                binding.first.isoformat(),
                binding.last.isoformat(),
                binding.relief,
                Number(None if binding.worth is None else binding.worth / MUSD, evidence=again),
                Number(None if binding.online is None else binding.online / _GW_WEEK, evidence=again),
                basis.where(binding.path),
            ]
            for binding in basis.result.plan.binding
        ],
        id="binding",
        note=f"Marginal prices stand in the results, table 'binding'. {margin.note[0].upper()}{margin.note[1:]}.",
    )


def make_section(basis: Basis, answers: Headline) -> Section:
    """Say what is made where, how full what makes and installs it is, and where the first units come from."""
    return Section(
        "make",
        "What is made where",
        "Racks by the factory that completes them; lines, cells, people, crews and equipment by how full they are.",
        list(_make_blocks(basis, answers)),
    )


def _make_blocks(basis: Basis, answers: Headline) -> Iterator[Block]:
    plan, programme = basis.result.plan, basis.result.programme
    quarters = plan.labels("quarter")
    racks = sum(plan.production_of(generation.rack) for generation in programme.generations)
    made = plan.sums(np.asarray(racks), "quarter")
    how = basis.computed("good racks completed in the quarter")
    yield BarFigure(
        id="production",
        title="Racks completed by factory",
        alt="Stacked bars of racks completed in every quarter, by factory.",
        measure="racks completed",
        unit="racks",
        categories=quarters,
        category_name="quarter",
        series=[
            Series(basis.factory(f), made[i], entity=f, evidence=how)
            for i, f in enumerate(plan.factories)
            if made[i].any()
        ],
        stacked=True,
    )
    yield from load_blocks(basis, quarters)
    yield from _test_power(basis)
    yield _first_units(basis, answers)


def _test_power(basis: Basis) -> Iterator[Block]:
    plan = basis.result.plan
    for loads in plan.loads:
        if loads.kind != "test power":
            continue
        peak = float(loads.used.sum(axis=0).max())
        if peak <= 0:
            continue
        quarters = plan.labels("quarter")
        weeks_of = plan.calendar.quarters()
        top = np.array([[row[[q == name for q in weeks_of]].max() for name in quarters] for row in loads.used]) / MW
        how = basis.computed("racks in burn-in x rack power x share of it drawn, highest week of the quarter")
        yield LineFigure(
            id="test-power",
            title=f"Burn-in draws up to {peak / MW:,.0f} MW at all factories together",
            alt="Highest burn-in power in every quarter, by factory.",
            measure="burn-in power",
            unit="MW",
            periods=quarters,
            series=[
                Series(basis.factory(name), top[i], entity=name, evidence=how)
                for i, name in enumerate(loads.names)
                if top[i].any()
            ],
            period_name="quarter",
            notes="Racks a week x kW per rack x burn-in hours over 168 h.",
        )


def _first_units(basis: Basis, answers: Headline) -> Table:
    how = basis.computed("first week in which the plan completes racks of the generation")
    return Table(
        "Where the first units are made",
        ["generation", "factory", "first week", Column("evaluation racks", decimals=0), Column("wanted", decimals=0)],
        [
            [
                basis.generation(first.generation),
                basis.factory(first.factory) if first.factory else "not within the horizon",
                first.date.isoformat() if first.date else "–",
                Number(first.evaluation, evidence=how) if first.wanted else Number(None),
                Number(first.wanted, evidence=how) if first.wanted else Number(None),
            ]
            for first in answers.first_units
        ],
        id="first-units",
    )


def supply_section(basis: Basis) -> Section:
    """Say which bought parts are tight, from whom, and what they cost."""
    return Section(
        "supply",
        "What is bought, and what is tight",
        "A part is tight in a quarter when what has arrived by its end is used up.",
        list(_supply_blocks(basis)),
    )


def _supply_blocks(basis: Basis) -> Iterator[Block]:
    plan = basis.result.plan
    used = plan.at_ends(np.cumsum(plan.part_use, axis=1), "quarter")
    there = plan.at_ends(plan.part_available, "quarter")
    share = np.divide(used, there, out=np.zeros_like(used), where=there > 0) * 100
    order = [int(row) for row in np.argsort(-share.max(axis=1))[:_TIGHT_PARTS] if share[row].max() > 0]
    if order:
        yield HeatmapFigure(
            id="tight-parts",
            title="The parts that are used up first",
            alt="Shades of the share of arrived parts that has been used, by part and quarter; dark is used up.",
            measure="used of what has arrived",
            unit="%",
            rows=[basis.part(plan.parts[row]) for row in order],
            columns=plan.labels("quarter"),
            values=[[float(v) for v in share[row]] for row in order],
            row_name="part",
            column_name="quarter",
            evidence=basis.computed("cumulative use over cumulative arrivals at the end of the quarter"),
            height=max(320, 26 * len(order) + 120),
        )
    bought = plan.purchases
    spent = (bought.used * bought.price[:, None]).sum(axis=1)
    pieces = bought.used.sum(axis=1)
    names = {supplier.id: supplier.name for supplier in basis.result.programme.suppliers}
    how = basis.computed("pieces used x price, not discounted")
    rows = sorted((r for r in range(len(spent)) if pieces[r] > 0), key=lambda r: -spent[r])
    yield Table(
        "Purchases over the horizon",
        [
            "part",
            "supplier",
            Column("pieces", decimals=0),
            Column("price", f"USD, prices of {plan.price_year}"),
            Column("spend", f"MUSD, prices of {plan.price_year}"),
            "stated at",
        ],
        [
            [
                basis.part(bought.parts[r]),
                names.get(bought.suppliers[r], bought.suppliers[r] or "standard cost"),
                Number(pieces[r], evidence=how),
                Number(bought.price[r], evidence=how),
                Number(spent[r] / MUSD, evidence=how),
                basis.where(bought.paths[r]),
            ]
            for r in rows
        ],
        total=["total", "", Number(None), Number(None), Number(float(spent.sum()) / MUSD, evidence=how), ""],
        id="purchases",
    )


def map_section(basis: Basis) -> Section:
    """Draw where things are made, bought and put, and what moves between."""
    plan, programme = basis.result.plan, basis.result.programme
    racks = sum(plan.production_of(generation.rack) for generation in programme.generations)
    made = dict(zip(plan.factories, np.asarray(racks).sum(axis=1), strict=True))
    planned = plan.planned_power()
    spent: dict[str, float] = {}
    bought = plan.purchases
    for r, supplier in enumerate(bought.suppliers):
        spent[supplier] = spent.get(supplier, 0.0) + float(bought.used[r].sum() * bought.price[r])
    points = [
        Point(
            f"{f.name}, {f.state}", "factory", f.latitude, f.longitude, None, f"{made.get(f.id, 0):,.0f} racks", id=f.id
        )
        for f in programme.factories
    ]
    points += [
        Point(
            f"{s.name}, {s.state}",
            "site",
            s.latitude,
            s.longitude,
            Number(planned[s.id] / MW, "MW", basis.computed("facility power at the end of the horizon")),
            s.utility,
            id=s.id,
        )
        for s in programme.sites
    ]
    points += [
        Point(s.name, "supplier", s.latitude, s.longitude, None, f"{spent[s.id] / BUSD:.2f} BUSD bought", id=s.id)
        for s in programme.suppliers
        if s.latitude is not None and s.longitude is not None and spent.get(s.id)
    ]
    totals = plan.shipments.pieces.sum(axis=1)
    rack_parts = {generation.rack for generation in programme.generations}
    sent: dict[tuple[str, str, str], float] = {}
    for row, (a, b, part) in enumerate(
        zip(plan.shipments.origins, plan.shipments.destinations, plan.shipments.parts, strict=True)
    ):
        way = (a, b, "racks" if part in rack_parts else "parts of scalable units")
        sent[way] = sent.get(way, 0.0) + float(totals[row])
    how = basis.computed("pieces shipped to sites over the horizon")
    flows = [Flow(a, b, Number(n, "pcs", how), kind) for (a, b, kind), n in sent.items() if n > 0.5]
    figure = MapFigure(
        id="map",
        title="Where it is made, bought and put",
        alt="Map of the United States with factories, suppliers and sites, and what factories ship to sites.",
        measure="facility power",
        unit="MW",
        points=points,
        flows=flows,
        flow_measure="shipped",
        flow_unit="pcs",
    )
    return Section(
        "where", "Where", "Sites by the power planned for the end of the horizon; flows by pieces shipped.", [figure]
    )
