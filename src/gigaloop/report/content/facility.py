"""The section on the facilities: what each site needs around the racks that it gets, over a typical year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gigaloop.core.evidence import Evidence
from gigaloop.core.units import UNITS
from gigaloop.design.records import END_USES, Band, Facility
from gigaloop.report.content.basis import MW, Basis
from gigaloop.report.content.dynamics import dynamics_blocks
from gigaloop.report.content.site_facility import END_USE_NAMES, site_blocks
from gigaloop.report.document import Block, Callout, Heading, Section
from gigaloop.report.figures import (
    BarFigure,
    LineFigure,
    MapFigure,
    Point,
    Series,
)
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Row, Table, Text

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LITRE_PER_KWH = UNITS["L/kWh"].factor
_HOURS = 8760.0
_SHARES = tuple(range(0, 101, 4))
"""Shares of the year at which a duration curve is drawn [%]."""


def facility_section(basis: Basis) -> Section:
    """Show what every site needs around the racks of the generation that it gets most of."""
    facilities = list(basis.result.facilities.values())
    left_out = [f"{basis.site(site)}: {why}" for site, why in basis.result.without_facility.items()]
    missing: list[Block] = (
        [Callout("Sites that are not engineered", tone="warning", points=left_out)] if left_out else []
    )
    if not facilities:
        return Section("facilities", "The facilities around the racks", "No site with racks is engineered.", missing)
    lead = (
        "Power, cooling and water of each site for the generation that it gets most of, with all its power energised, "
        "over a typical year of its climate station. Typical years come from the years named below the table, are not "
        "extreme, and know nothing of the warming since. In brackets: what nine and one in ten of all cases exceed."
    )
    blocks: list[Block] = [
        _overview(basis, facilities),
        _siting(basis, facilities),
        _end_uses(basis, facilities),
        _months(basis, facilities),
        _duration(basis, facilities),
        _part_load(basis, facilities),
    ]
    blocks[1:1] = missing
    largest = max(facilities, key=lambda each: each.it_power)
    blocks += site_blocks(basis, _name(basis, largest), largest)
    moving = next((each for each in facilities if each.dynamics is not None), None)
    if moving is not None and moving.dynamics is not None:
        blocks.append(Heading(f"Power over time at {_name(basis, moving)}"))
        blocks += dynamics_blocks(basis, _name(basis, moving), moving.dynamics)
    blocks.append(Heading("When to order"))
    blocks.append(_orders(basis, facilities))
    return Section("facilities", "The facilities around the racks", lead, blocks)


def _name(basis: Basis, facility: Facility) -> str:
    return basis.site(facility.site)


def _banded(band: Band, how: Evidence, decimals: int) -> Number:
    return Number(band.value, evidence=how, decimals=decimals, low=band.p10, high=band.p90)


def _overview(basis: Basis, facilities: Sequence[Facility]) -> Table:
    how = basis.computed("facility engine: power chain, coolant loops and heat rejection over a typical year")
    rows: list[Row] = [
        [
            _name(basis, each),
            basis.generation(each.generation),
            each.cooling,
            Number(each.it_power / MW, decimals=0),
            Number(each.racks, decimals=0),
            _banded(each.year.pue, how, 3),
            Number(each.year.peak_pue.value, decimals=3),
            Number(each.year.wue.value / _LITRE_PER_KWH, decimals=2),
            Number(each.year.trim_hours, decimals=0),
            Number(each.year.chiller_hours, decimals=0),
        ]
        for each in facilities
    ]
    years = dict.fromkeys(f"{each.weather.name} ({each.weather.station}), {each.weather.period}" for each in facilities)
    return Table(
        "What the sites need around their racks",
        [
            "site",
            "generation",
            "heat rejection",
            Column("IT", "MW"),
            Column("racks"),
            Column("PUE of the year"),
            Column("PUE at the design day"),
            Column("water", "L/kWh"),
            Column("chillers for the liquid", "h/yr"),
            Column("any chiller", "h/yr"),
        ],
        rows,
        id="facilities-table",
        note=f"Weather: {'; '.join(years)}.",
    )


def _chiller_class(facility: Facility) -> str:
    share = facility.year.trim_hours / _HOURS
    for most, name in ((0.0, "never"), (0.01, "below 1 % of the hours"), (0.1, "1 to 10 % of the hours")):
        if share <= most:
            return name
    return "above 10 % of the hours"


def _siting(basis: Basis, facilities: Sequence[Facility]) -> MapFigure:
    points = []
    for each in sorted(facilities, key=lambda one: one.year.trim_hours):
        site = basis.result.programme.site_of[each.site]
        said = (
            f"PUE {each.year.pue.value:.3f}, {each.year.wue.value / _LITRE_PER_KWH:.2f} L/kWh, "
            f"chillers for the liquid {each.year.trim_hours:.0f} h, facility water at {each.supply - 273.15:.0f} °C"
        )
        value = Number(each.year.peak_power / MW, "MW", basis.computed("facility power at the design day"))
        points.append(
            Point(_name(basis, each), _chiller_class(each), site.latitude, site.longitude, value, said, id=each.site)
        )
    return MapFigure(
        id="siting",
        title="Where the climate asks for chillers on the liquid loop",
        alt="Map of the sites, by the share of the year in which the liquid needs chillers, sized by facility power.",
        measure="facility power at the design day",
        unit="MW",
        points=points,
    )


def _end_uses(basis: Basis, facilities: Sequence[Facility]) -> BarFigure:
    how = basis.computed("energy of the year over IT energy")
    series = [
        Series(
            END_USE_NAMES[name],
            [100 * each.year.end_uses[name] / each.year.it_energy for each in facilities],
            evidence=how,
        )
        for name in END_USES
        if any(each.year.end_uses[name] for each in facilities)
    ]
    return BarFigure(
        id="end-uses",
        title="Where the power beside IT goes",
        alt="Lying stacked bars by site: energy of losses, pumps, fans and chillers as a share of IT energy.",
        measure="energy over IT energy",
        unit="%",
        categories=[_name(basis, each) for each in facilities],
        category_name="site",
        series=series,
        stacked=True,
        horizontal=True,
        height=90 + 30 * len(facilities),
        notes="A bar as long as 15 % is a PUE of 1.15.",
    )


def _by_curve(basis: Basis, facilities: Sequence[Facility]) -> dict[str, Facility]:
    """Name each curve once: sites of one station, generation and plant share it."""
    found: dict[tuple[object, ...], list[Facility]] = {}
    for each in facilities:
        key = (each.weather.station, each.generation, each.cooling, round(each.year.pue.value, 4))
        found.setdefault(key, []).append(each)
    return {"; ".join(basis.site(each.site) for each in group): group[0] for group in found.values()}


def _months(basis: Basis, facilities: Sequence[Facility]) -> LineFigure:
    how = basis.computed("facility energy over IT energy of the month")
    return LineFigure(
        id="pue-months",
        title="PUE through the year",
        alt="Lines of the PUE of each site by month.",
        measure="PUE",
        floor=1.0,
        periods=list(MONTHS),
        period_name="month",
        series=[
            Series(name, [month.pue for month in each.months], evidence=how)
            for name, each in _by_curve(basis, facilities).items()
        ],
    )


def _duration(basis: Basis, facilities: Sequence[Facility]) -> LineFigure:
    how = basis.computed("facility power over IT power, hours in order")
    series = []
    for name, each in _by_curve(basis, facilities).items():
        pue, hours = each.profile.pue, each.profile.hours
        order = np.argsort(-pue, kind="stable")
        past = np.cumsum(hours[order]) - hours[order] / 2
        curve = np.interp(np.array(_SHARES) / 100 * past[-1], past, pue[order])
        series.append(Series(name, [float(value) for value in curve], evidence=how))
    return LineFigure(
        id="pue-duration",
        title="For how much of the year PUE is above a value",
        alt="Duration curves of the PUE of each site: the worst hours to the left.",
        measure="PUE",
        floor=1.0,
        periods=[f"{share} %" for share in _SHARES],
        period_name="share of the year",
        series=series,
    )


def _part_load(basis: Basis, facilities: Sequence[Facility]) -> LineFigure:
    how = basis.computed("facility engine with a share of the racks online")
    curves = _by_curve(basis, facilities)
    loads = [point.load for point in next(iter(curves.values())).part_load]
    return LineFigure(
        id="pue-ramp",
        title="What a campus that fills up draws per rack",
        alt="Lines of the PUE of each site against the share of its racks that is online.",
        measure="PUE of the year",
        floor=1.0,
        periods=[f"{100 * load:.0f} %" for load in loads],
        period_name="racks online",
        series=[Series(name, [point.pue for point in each.part_load], evidence=how) for name, each in curves.items()],
        notes="Losses that do not fall with the load weigh more on few racks: a new campus starts above its PUE.",
    )


def _orders(basis: Basis, facilities: Sequence[Facility]) -> Table:
    """List what is missing for the next steps of power, by the day on which it must be ordered."""
    lines = [
        (each, line, step)
        for each in facilities
        for line in each.equipment
        for step in line.orders
        if line.part and step.missing and step.latest_order is not None
    ]
    unlisted = sorted({line.name for each in facilities for line in each.equipment if not line.part})
    lines.sort(key=lambda one: (str(one[2].latest_order), one[0].site, one[1].role))
    rows: list[Row] = [
        [
            Text(str(step.latest_order), tag="past" if step.late else ""),
            _name(basis, each),
            line.name,
            Number(step.missing, decimals=0),
            Number(line.lead_time and line.lead_time / UNITS["weeks"].factor, decimals=0),
            step.on.isoformat(),
            Number(step.power / MW, decimals=0),
        ]
        for each, line, step in lines
    ]
    return Table(
        "Latest order dates of what is missing for the steps of power",
        [
            "order by",
            "site",
            "item",
            Column("missing", "pieces"),
            Column("lead time", "weeks"),
            "step of power on",
            Column("facility power", "MW"),
        ],
        rows,
        id="orders",
        note=(
            "Missing: neither in service nor on order as the site states it, for what the engineered facility needs. "
            f"Past: before {basis.result.programme.as_of.isoformat()}. Not listed by every site, and then "
            f"not told: {', '.join(unlisted)}."
        ),
    )
