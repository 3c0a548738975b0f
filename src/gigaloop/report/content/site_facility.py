"""One facility in full: its power path, coolant loops, where its energy goes, and its equipment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gigaloop.core.units import UNITS
from gigaloop.design.records import END_USES, EquipmentLine, Facility, LoopPoint
from gigaloop.report.content.basis import MUSD, MW, Basis, power_said
from gigaloop.report.content.one_line import one_line
from gigaloop.report.document import Block, Heading
from gigaloop.report.figures import DiagramFigure, Item, Link, SankeyFigure, Wire
from gigaloop.report.figures.diagrams import Symbol
from gigaloop.report.numbers import Number
from gigaloop.report.tables import Column, Row, Table

END_USE_NAMES: Mapping[str, str] = {
    "losses": "electrical losses",
    "tcs_pumps": "pumps of the CDUs",
    "fws_pumps": "facility-water pumps",
    "rejection_fans": "heat-rejection fans",
    "chillers": "chillers",
    "air_fans": "air-side fans",
    "other": "lighting and controls",
}
_LITRE_PER_SECOND = UNITS["L/s"].factor
_HOURS = 8760.0


def site_blocks(basis: Basis, name: str, facility: Facility) -> Iterator[Block]:
    """Show one facility in full: power path, coolant loops, where its energy goes, its equipment."""
    yield Heading(f"{name}, with {basis.generation(facility.generation)}")
    if facility.one_line is not None:
        yield one_line(basis, facility, facility.one_line)
    if facility.loops:
        yield _loops(basis, facility)
    yield _sankey(basis, facility)
    yield _equipment(basis, name, facility)


def _loop(facility: Facility, name: str) -> LoopPoint | None:
    return next((loop for loop in facility.loops if loop.name == name), None)


def _loops(basis: Basis, facility: Facility) -> DiagramFigure:
    """Draw the coolant from the racks to the air outside, with temperatures and flows."""
    tcs, fws, tower, air = (_loop(facility, name) for name in ("TCS", "FWS", "tower", "air"))
    counts = {line.role: line for line in facility.equipment}
    racks = [f"{facility.racks:,.0f}"]
    items, wires, column = [Item("racks", "rack", 0, 0, "Racks", racks)], [], 0
    before = "racks"

    def join(loop: LoopPoint, item: Item) -> None:
        nonlocal before
        items.append(item)
        flow = f"{loop.flow / _LITRE_PER_SECOND:,.0f} L/s"
        wires.append(Wire(item.id, before, "cold", f"{loop.supply - 273.15:.1f} °C, {flow}", lane=-0.16))
        wires.append(Wire(before, item.id, "warm", f"{loop.returns - 273.15:.1f} °C", lane=0.16))
        before = item.id

    def said(role: str, *more: str) -> list[str]:
        line = counts.get(role)
        return [*([f"{line.needed} + {line.spare} of {_rating(line)}"] if line else []), *more]

    if tcs is not None and tcs.heat > 0:
        column += 1
        told = said("cdu", f"{power_said(tcs.heat)}, {tcs.fluid}", f"pumps {power_said(tcs.pump_power)}")
        join(tcs, Item("cdu", "exchanger", column, 0, "Coolant distribution units", told))
    if fws is not None:
        column += 1
        if "chiller" in counts:
            hours = f"{facility.year.trim_hours:,.0f} h a year"
            join(fws, Item("chiller", "chiller", column, 0, "Trim chillers", said("chiller", hours)))
            column += 1
        symbol: Symbol = "tower" if tower is not None else "dry cooler"
        role = next((each for each in ("cooling tower", "adiabatic cooler", "dry cooler") if each in counts), "")
        told = said(role, power_said(fws.heat), f"pumps {power_said(fws.pump_power)}")
        join(tower or fws, Item("rejection", symbol, column, 0, role.capitalize() or "Heat rejection", told))
    if air is not None and air.heat > 0:
        told = [power_said(air.heat), f"fans {power_said(air.pump_power)}"]
        items.append(Item("air", "air handler", 0, 1.35, "Air side", told))
        wires.append(Wire("racks", "air", "warm", ""))
    return DiagramFigure(
        id="coolant-loop",
        title=f"Coolant at the design day: water of {facility.supply - 273.15:.0f} °C, {facility.cooling}",
        alt="Diagram of the coolant from the racks through the coolant distribution units to the heat rejection.",
        items=items,
        wires=wires,
        beside=False,
        evidence=basis.computed("coolant loops at the hottest day of the station with a margin"),
    )


_UNITS: Mapping[str, tuple[float, str]] = {"W": (MW, "MW"), "VA": (MW, "MVA"), "m3/s": (_LITRE_PER_SECOND, "L/s")}


def _rating(line: EquipmentLine) -> str:
    size, unit = _UNITS[line.unit]
    return f"{line.rating / size:.4g} {unit}"


def _sankey(basis: Basis, facility: Facility) -> SankeyFigure:
    how = basis.computed("mean power over the year")
    seconds = _HOURS * 3600.0
    it = facility.year.it_energy / seconds / MW
    powers = {name: facility.year.end_uses[name] / seconds / MW for name in END_USES}
    cooling = {name: power for name, power in powers.items() if name not in ("losses", "other") and power > 0}

    def link(source: str, target: str, power: float, *, loss: bool = False) -> Link:
        return Link(source, target, Number(power, "MW", how), loss=loss)

    links = [link("site", "IT", it), link("site", "cooling", sum(cooling.values()))]
    links += [link("cooling", END_USE_NAMES[name], power) for name, power in cooling.items()]
    links.append(link("site", END_USE_NAMES["other"], powers["other"]))
    links.append(link("site", END_USE_NAMES["losses"], powers["losses"], loss=True))
    return SankeyFigure(
        id="facility-sankey",
        title=f"{100 / facility.year.pue.value:.1f} % of the site's energy reaches the racks",
        alt="Sankey diagram of the mean power of the site over the year, from the site to IT and the other end uses.",
        measure="mean power",
        unit="MW",
        links=[each for each in links if each.value.value],
        height=460,
    )


def _equipment(basis: Basis, name: str, facility: Facility) -> Table:
    how = basis.computed("counts from the duty at the design day, redundancy counted")
    rows: list[Row] = [
        [
            line.name,
            Number(line.needed, evidence=how, decimals=0),
            Number(line.spare, decimals=0),
            _rating(line),
            Number(line.per_power / MW),
            Number(None if line.footprint is None else line.footprint * line.count, decimals=0),
            Number(None if line.cost is None else line.cost / MUSD),
            Number(None if line.lead_time is None else line.lead_time / UNITS["weeks"].factor),
        ]
        for line in facility.equipment
    ]
    return Table(
        f"Equipment of {name}",
        [
            "item",
            "needed",
            "spare",
            Column("rating", align="right"),
            Column("facility power of one", "MW"),
            Column("footprint of all", "m2"),
            Column("cost of all", "MUSD"),
            Column("lead time", "weeks"),
        ],
        rows,
        id="facility-equipment",
        note=f"Prices of {basis.result.programme.price_year}; nothing stands where no public price was found.",
    )
