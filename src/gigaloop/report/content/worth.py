"""The sections on cost and value, on firmness, and on the evidence as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.programme import quantities
from gigaloop.report.content.basis import BUSD, GW, MW, Basis, Floats, power_said, power_unit
from gigaloop.report.document import Block, Section
from gigaloop.report.figures import BarFigure, Series, Step, WaterfallFigure
from gigaloop.report.numbers import Number
from gigaloop.report.tables import CellLike, Column, Table, Text
from gigaloop.study.headline import Headline
from gigaloop.study.reconcile import reconcile
from gigaloop.watch import Entry, Realised


def value_section(basis: Basis, answers: Headline) -> Section:
    """Say what it costs, with $/GW and its basis."""
    value = basis.result.value
    lead = [
        f"{each.usd_per_watt:.1f} BUSD per GW of {each.basis} power: {each.capital / BUSD:,.0f} BUSD for "
        f"{power_said(each.power)} of new racks."
        for each in answers.per_power
    ]
    lead.append(
        f"Prices of {value.price_year}. Capital counts in the year in which a rack comes online and is not discounted; "
        "the plan's own costs below are present values."
    )
    return Section("value", "What it costs, and what the compute is worth", lead, list(_value_blocks(basis, answers)))


def _value_blocks(basis: Basis, answers: Headline) -> Iterator[Block]:
    value, plan = basis.result.value, basis.result.plan
    years = [str(year) for year in value.years]
    names = {f"{g.id} racks": f"{g.name} racks" for g in basis.result.programme.generations}
    items: dict[str, list[Floats]] = {}
    for line in value.lines:
        if line.group == "capital":
            items.setdefault(names.get(line.item, line.item), []).append(line.usd)
    how = basis.computed("racks brought online x cost per rack; facility power added x facility cost")
    yield BarFigure(
        id="capital",
        title="Capital by year",
        alt="Stacked bars of capital by year: racks by generation, and facility.",
        measure=f"capital, prices of {value.price_year}",
        unit="BUSD",
        categories=years,
        category_name="year",
        series=[Series(name, np.sum(rows, axis=0) / BUSD, evidence=how) for name, rows in items.items()],
        stacked=True,
    )
    steps = [Step(name, usd / BUSD) for name, usd in plan.costs.items() if abs(usd) > 0]
    steps.append(Step("objective", Number(sum(step.value.value or 0.0 for step in steps), "BUSD"), is_total=True))
    yield WaterfallFigure(
        id="objective",
        title="What the plan weighs: costs against the value of compute",
        alt="Waterfall of the present values that add up to the plan's objective; value of compute counts downward.",
        measure="present value",
        unit="BUSD",
        steps=steps,
        step_name="cost",
        evidence=basis.computed("present values at the discount rate of the policy; they add up to the objective"),
    )
    yield _roll_up(basis, years)
    yield Table(
        "Capital per GW, and what it covers",
        [
            "basis",
            Column("capital per power", f"BUSD/GW, prices of {value.price_year}"),
            Column("capital", f"BUSD, prices of {value.price_year}"),
            Column("power", "GW"),
            "in",
            "out",
        ],
        [
            [
                f"{each.basis} power",
                Number(each.usd_per_watt, evidence=how),
                Number(each.capital / BUSD, evidence=how),
                Number(each.power / GW, evidence=how),
                "; ".join(each.included),
                "; ".join(each.excluded),
            ]
            for each in answers.per_power
        ],
        id="per-gw",
    )


def _roll_up(basis: Basis, years: list[str]) -> Table:
    value = basis.result.value
    how = basis.computed("roll-up of the plan's racks online by week")
    energy = value.energy.sum(axis=0) / 3.6e15
    peak = value.peak.sum(axis=0)
    size, power = power_unit(float(peak.max(initial=0.0)))
    carbon = np.nansum(value.carbon, axis=0) / 1e9
    missing = [basis.site(site) for s, site in enumerate(value.sites) if np.isnan(value.carbon[s]).any()]
    money = f"BUSD, prices of {value.price_year}"
    labels = (
        ("capital", value.total("capital") / BUSD, money),
        ("energy and capacity", value.total("running") / BUSD, money),
        ("value of compute", value.total("compute") / BUSD, money),
        ("facility energy", energy, "TWh"),
        ("peak facility power, sum of sites", peak / size, power),
        ("carbon at the grid's mean rate", carbon, "Mt CO2"),
    )
    note = f"Carbon without {', '.join(missing)}: no rate in the catalogue." if missing else ""
    return Table(
        "Roll-up by year",
        ["line", "unit", *(Column(year, decimals=2) for year in years)],
        [[name, unit, *(Number(float(v), evidence=how) for v in row)] for name, row, unit in labels],
        id="roll-up",
        note=note,
    )


def firm_section(basis: Basis, answers: Headline) -> Section:
    """Say how firm the compute is, and what became of earlier promises."""
    firm = answers.firm
    lead = (
        f"Of {power_said(firm.planned)} planned for the end of the horizon (what was online at its start included), "
        f"{power_said(firm.built)} are built, {power_said(firm.firm)} firm, {power_said(firm.option)} optional, "
        f"{power_said(firm.announced)} merely announced, and {power_said(firm.uncovered)} have no public agreement."
    )
    leads = [lead]
    if answers.rights:
        leads.append(f"Rights without a stated amount, which commit to nothing: {'; '.join(answers.rights)}.")
    return Section("firm", "How firm it is", leads, list(_firm_blocks(basis)))


def _firm_blocks(basis: Basis) -> Iterator[Block]:
    ledger = basis.result.watch
    money = f"BUSD, prices of {basis.result.programme.price_year}"
    rows = [row for row in ledger.coverage if row.planned > 0]
    how = basis.computed("contracts that name the site, the firmest first, up to what is planned there")
    rungs = ("built", "firm", "option", "announced", "uncovered")
    yield BarFigure(
        id="coverage",
        title="Planned power by how firm it is",
        alt="Lying stacked bars of the facility power planned at each site: built, firm, option, announced, uncovered.",
        measure="facility power",
        unit="MW",
        categories=[basis.site(row.site) for row in rows],
        category_name="site",
        series=[
            Series(
                "no public agreement" if rung == "uncovered" else rung,
                [getattr(row, rung) / MW for row in rows],
                entity=rung,
                evidence=how,
            )
            for rung in rungs
        ],
        stacked=True,
        horizontal=True,
        height=max(280, 34 * len(rows) + 120),
    )
    said = basis.computed("sum of the entries that count; contracts split into firm, optional and the rest")
    yield Table(
        "Claims and contracts by firmness",
        [
            "firmness",
            Column("entries", decimals=0),
            Column("power", "GW"),
            Column("money", money),
            Column("jobs", decimals=0),
        ],
        [
            [
                total.firmness.value,
                Number(total.entries, evidence=said),
                Number(total.power / GW, evidence=said),
                Number(total.money / BUSD, evidence=said),
                Number(total.jobs, evidence=said),
            ]
            for total in ledger.totals
        ],
        id="claims-by-firmness",
        note="All that is public about these parties, not only what this plan uses.",
    )
    if ledger.realised:
        yield _realised(basis)
    yield Table(
        "Every claim and contract",
        [
            "what", "who", "with", "date", "firmness", Column("power", "GW"), Column("money", money), "counted",
            "stated at",
        ],
        [_entry_row(basis, entry) for entry in ledger.entries],
        id="entries",
    )  # fmt: skip


def _entry_row(basis: Basis, entry: Entry) -> list[CellLike]:
    def number(value: float | None, factor: float, measure: str) -> Number:
        return Number(None if value is None else value / factor, evidence=_evidence_of(basis, entry.path, measure))

    counted = "yes" if entry.counts else entry.why_not
    words = (entry.what, entry.who, entry.counterparty, entry.date, entry.firmness.value)
    return [
        *words,
        number(entry.power, GW, "power"),
        number(entry.money, BUSD, "money"),
        counted,
        basis.where(entry.path),
    ]


def _evidence_of(basis: Basis, path: str, measure: str) -> tuple[Evidence, ...]:
    """Give the evidence of a claim's or contract's power, money or jobs, and of the record as a whole."""
    programme = basis.result.programme
    section, _, name = path.partition(".")
    record = next(each for each in getattr(programme, section) if each.id == name)
    numbers = [(at, quantity) for at, quantity in quantities(record, path) if at.endswith(f".{measure}")]
    own = [evidence for at, quantity in numbers for evidence in basis.evidence_of(quantity, at)]
    place = programme.place(path)
    return (*own, *(Evidence(e.source, e.date, e.kind, note=e.note, place=place) for e in record.evidence))


_MEASURES = {"power": ("GW", GW), "money": ("BUSD", BUSD), "jobs": ("jobs", 1.0)}


def _realised(basis: Basis) -> Table:
    names = {f"claims.{claim.id}": claim.name for claim in basis.result.programme.claims}
    how = basis.computed("later over promised, as each was stated")

    def row(each: Realised) -> list[CellLike]:
        unit, factor = _MEASURES[each.measure]
        promised = Number(each.promised / factor, unit, _evidence_of(basis, each.earlier, each.measure))
        came = Number(each.came / factor, unit, _evidence_of(basis, each.later, each.measure))
        words = (names[each.earlier], names[each.later], each.state)
        return [*words, promised, came, Number(100 * each.ratio, evidence=how)]

    return Table(
        "What was promised, and what became of it",
        [
            "promised",
            "later",
            "came or restated",
            Column("then", align="right"),
            Column("now", align="right"),
            Column("share", "%"),
        ],
        [row(each) for each in basis.result.watch.realised],
        id="realised",
    )


def _reconciliation(basis: Basis) -> Table:
    rows = reconcile(basis.result)
    how = basis.computed("the total as the engine gives it, and the sum of its parts added up anew")
    held = sum(row.holds for row in rows)
    return Table(
        "Totals against their parts",
        ["total of", "parts", "unit", Column("total"), Column("sum of the parts"), Column("difference")],
        [
            [
                row.what,
                row.parts,
                row.unit,
                Number(row.total, evidence=how),
                Number(row.sum, evidence=how),
                Number(0.0 if row.holds else row.difference, evidence=how),
            ]
            for row in rows
        ],
        id="reconciliation",
        note=f"{held} of {len(rows)} totals equal their parts, to a millionth.",
    )


def evidence_section(basis: Basis) -> Section:
    """Say what the programme's numbers rest on."""
    programme = basis.result.programme
    kinds: Counter[str] = Counter()
    policy: list[list[CellLike]] = []
    for path, quantity in quantities(programme):
        kind = quantity.evidence.kind if quantity.evidence else EvidenceKind.ASSUMPTION
        kinds[kind.value] += 1
        if path.startswith("policy."):
            evidence = basis.evidence_of(quantity, path)
            span = (
                f"{quantity.evidence.low} to {quantity.evidence.high}"
                if quantity.evidence and quantity.evidence.low
                else ""
            )
            policy.append([path, Text(str(quantity), evidence), span, kind.value, basis.where(path)])
    total = sum(kinds.values())
    how = basis.computed("numbers of the programme by the kind of their evidence")
    blocks: list[Block] = [
        Table(
            "Numbers of the programme by kind of evidence",
            ["kind", Column("numbers", decimals=0), Column("share", "%")],
            [
                [
                    kind.value,
                    Number(kinds[kind.value], evidence=how),
                    Number(100 * kinds[kind.value] / total, evidence=how),
                ]
                for kind in EvidenceKind
                if kinds[kind.value]
            ],
            id="kinds",
        ),
        Table(
            "The policy by which the plan is judged",
            ["path", Column("value", align="right"), "range", "kind", "stated at"],
            policy,
            id="policy",
        ),
    ]
    blocks.append(_reconciliation(basis))
    share = 100 * kinds[EvidenceKind.ASSUMPTION.value] / total
    lead = (
        f"{total:,} numbers stand in the programme; {share:.0f} % of them are assumptions, marked as such "
        "wherever they are shown. 'gigaloop evidence' lists every one with its place."
    )
    return Section("basis", "What it rests on", lead, blocks)
