"""The headline of a report and the section on what is online against what was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from gigaloop.report.content.basis import BUSD, MW, Basis, Floats, power_said, power_unit
from gigaloop.report.content.chain import chain_blocks
from gigaloop.report.content.late import late_blocks
from gigaloop.report.document import Block, Callout, Kpi, Section
from gigaloop.report.figures import Figure, LineFigure, Mark, Series
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Table
from gigaloop.study.headline import Headline

_EVERY_WEEKS = 4
"""Weeks between the points of the charts over time."""


def kpis(basis: Basis, answers: Headline) -> Iterator[Kpi]:
    """Give the headline cards."""
    last = answers.years[-1]
    online = basis.computed("racks online x rack power x PUE, at the end; without what was online before")
    size, unit = power_unit(max(last.asked, last.online))
    asked = basis.computed("sum of the programme's demands by the end of the horizon, on facility power")
    yield Kpi(
        f"Online at the end of {last.year}",
        Number(last.online / size, unit, online),
        ["of ", Number(last.asked / size, unit, asked), " asked, facility power of new racks"],
    )
    yield Kpi(
        "Racks online",
        Number(last.racks, "racks", online, decimals=0),
        f"{_count_said(last.accelerators)} accelerators",
    )
    tokens = basis.computed("racks online x tokens/s per rack on the programme's mix of workloads")
    yield Kpi("Tokens/s", Number(last.tokens_per_s / 1e9, "Gtokens/s", tokens), "trained and generated, on the mix")
    late = len(answers.late)
    total = len(basis.result.programme.demands)
    yield Kpi("Demands late", Number(late, f"of {total}", basis.computed("demands not met on their date"), decimals=0))
    if answers.binding:
        first = answers.binding[0]
        worth = basis.computed(f"planned again with {first.relief}")
        value = Number(None if first.worth is None else first.worth / BUSD, "BUSD", worth)
        yield Kpi("What binds most", value, f"{first.name}: {first.relief}")
    for per_power in answers.per_power:
        if per_power.basis == "facility":
            how = basis.computed("capital of racks and facility over the facility power of new racks")
            price = f"prices of {basis.result.value.price_year}; racks, networks and facility, no grid or financing"
            yield Kpi("Capital per GW", Number(per_power.usd_per_watt, "BUSD/GW", how), price)
    firm = answers.firm
    if firm.planned:
        share = 100 * (firm.built + firm.firm) / firm.planned
        how = basis.computed("power planned for the end that is built or under a binding agreement, over all planned")
        yield Kpi("Built or firm", Number(share, "%", how), f"of {power_said(firm.planned)} planned for the end")


def _count_said(count: float) -> str:
    """Give a count in words: millions from half a million on, thousands from ten thousand on."""
    if count >= 5e5:
        return f"{count / 1e6:.2f} million"
    return f"{count / 1e3:.3g} thousand" if count >= 1e4 else f"{count:,.0f}"


def online_section(basis: Basis, answers: Headline) -> Section:
    """Say what is online when, against what was asked, and why the rest is late."""
    last = answers.years[-1]
    lead = [
        (
            f"At the end of {last.year} the plan has {power_said(last.online)} of new racks online "
            f"({power_said(last.it_power)} at the racks) of {power_said(last.asked)} asked. "
            "All power is facility power unless it says IT: power at the racks times the site's PUE."
        )
    ]
    if last.at_start:
        lead.append(
            f"{power_said(last.at_start)} were online at these sites before the horizon begins; they hold energised "
            "power and are in none of the figures below."
        )
    return Section("online", "What is online, against what was asked", lead, list(_online_blocks(basis, answers)))


def _online_blocks(basis: Basis, answers: Headline) -> Iterator[Block]:
    plan = basis.result.plan
    if plan.notes:
        yield Callout("How this plan was made", tone="warning", points=plan.notes)
    power = plan.online_facility_power / MW
    facility = np.where(np.array(plan.basis) == "facility", 1.0, plan.pue)
    asked: Floats = (plan.asked_power * facility[:, None]).sum(axis=0) / MW
    by_generation = power.sum(axis=0)
    weeks = list(range(0, plan.calendar.weeks, _EVERY_WEEKS))
    if weeks[-1] != plan.calendar.weeks - 1:
        weeks.append(plan.calendar.weeks - 1)
    days: list[dt.date | str] = [plan.calendar.date(week) for week in weeks]
    how = basis.computed("racks online x rack power x PUE, in the week that begins on the day")
    generations = [
        Series(basis.generation(g), by_generation[i, weeks], entity=g, evidence=how)
        for i, g in enumerate(plan.generations)
        if by_generation[i].any()
    ]
    end = f"{power_said(float(by_generation[:, -1].sum()) * MW)} online"
    yield LineFigure(
        id="online-by-generation",
        title=f"{end} at the end, by generation",
        alt="Facility power online over time, stacked by generation, with the power asked as a line above.",
        measure="facility power",
        unit="MW",
        periods=days,
        series=generations,
        asked=Series("asked", asked[weeks], entity="asked", evidence=basis.computed("sum of the demands due")),
        stacked=True,
        period_name="week of",
        notes=f"Every {_EVERY_WEEKS}th week is drawn; the plan is weekly.",
    )
    by_site = power.sum(axis=1)
    order = sorted(range(len(plan.sites)), key=lambda s: -by_site[s, -1])
    yield LineFigure(
        id="online-by-site",
        title="Which sites carry it",
        alt="Facility power online over time, stacked by site.",
        measure="facility power",
        unit="MW",
        periods=days,
        series=[
            Series(basis.site(plan.sites[s]), by_site[s, weeks], entity=plan.sites[s], evidence=how)
            for s in order
            if by_site[s].any()
        ],
        stacked=True,
        period_name="week of",
        height=420,
    )
    yield from _site_figures(basis, weeks, days)
    yield _year_table(basis, answers)
    yield from late_blocks(basis, answers)
    yield from chain_blocks(basis)


def _site_figures(basis: Basis, weeks: list[int], days: list[dt.date | str]) -> Iterator[Figure]:
    """Draw energised, asked and online power of the site that is late the most."""
    plan = basis.result.plan
    late: dict[str, float] = {}
    for each in plan.late:
        late[each.site] = late.get(each.site, 0.0) + each.energy
    if not late:
        return
    worst = max(late, key=lambda site: late[site])
    s = plan.sites.index(worst)
    factor = plan.pue[s] if plan.basis[s] == "it" else 1.0
    online = plan.online_facility_power[s].sum(axis=0) / MW
    name = basis.site(worst)
    yield LineFigure(
        id="worst-site",
        title=f"{name} is late the most: energised, asked and online",
        alt=f"Lines of the power energised, asked and online at {name} over time.",
        measure="facility power",
        unit="MW",
        periods=days,
        series=[
            Series(
                "energised for new racks",
                (np.maximum(plan.energised[s] - plan.held_power[s], 0.0) * factor / MW)[weeks],
                entity="energised",
                evidence=basis.computed("energisation schedule less what was online at the start"),
            ),
            Series("online", online[weeks], entity="online", evidence=basis.computed("racks online x power x PUE")),
        ],
        asked=Series("asked", (plan.asked_power[s] * factor / MW)[weeks], entity="asked"),
        step=True,
        period_name="week of",
        marks=[Mark(each.due, "due") for each in plan.late if each.site == worst][:1],
    )


def _year_table(basis: Basis, answers: Headline) -> Table:
    how = basis.computed("at the end of the year; see the figures above")
    size, unit = power_unit(max((max(row.asked, row.online) for row in answers.years), default=0.0))
    few = all(row.accelerators < 1e4 for row in answers.years)
    return Table(
        "Online against asked at the end of every year",
        [
            "year",
            Column("asked", unit),
            Column("online", unit),
            Column("short", unit),
            Column("at the racks (IT)", unit),
            Column("racks", "", decimals=0),
            Column("accelerators", "" if few else "thousand", decimals=0),
            Column("tokens/s", "Gtokens/s"),
        ],
        [
            [
                row.year,
                Number(row.asked / size, evidence=how),
                Number(row.online / size, evidence=how),
                Number(row.short / size, evidence=how),
                Number(row.it_power / size, evidence=how),
                Number(row.racks, evidence=how),
                Number(row.accelerators / (1 if few else 1e3), evidence=how),
                Number(row.tokens_per_s / 1e9, evidence=how),
            ]
            for row in answers.years
        ],
        id="online-by-year",
    )
