"""The section on the generations as engineered: card, elevation, power chain, cost, performance, checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import isfinite

from gigaloop.catalogue import Catalogue
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.quantity import Quantity
from gigaloop.core.units import UNITS
from gigaloop.design import Check, Design
from gigaloop.design.records import Input
from gigaloop.report.content.basis import KW, MUSD, Basis
from gigaloop.report.document import Block, Callout, Columns, Heading, KeyValues, Section
from gigaloop.report.figures import BarFigure, Link, Rack, RackFigure, SankeyFigure, Series, Tray
from gigaloop.report.numbers import MISSING, Number
from gigaloop.report.tables import CellLike, Column, Table, Text

_BTU_PER_HOUR = UNITS["BTU/h"].factor
_LITRE_PER_MINUTE = UNITS["L/min"].factor
_DRAWN_SHARE = 0.5
"""A rack is drawn when the parts that state a height draw at least this share of its power."""

_PLACES = 3
"""Places that are named where the same check does not hold at several."""


def design_section(basis: Basis) -> Section:
    """Show every generation as engineered."""
    designs = list(basis.result.designs.values())
    blocks: list[Block] = []
    if any(design.elevation.units for design in designs):
        blocks.append(_elevations(designs))
    blocks.append(_cost(basis, designs))
    failed = [(design, check) for design in designs for check in design.failed_checks]
    if failed:
        points = [
            f"{d.name}: {c.title}, {_said(c.value)} is to be {c.sense} {_said(c.limit)}. {c.way_out}" for d, c in failed
        ]
        blocks.append(Callout("Checks that do not hold", tone="warning", points=points))
    for design in designs:
        blocks.extend(_generation(basis, design))
    checks = [check for design in designs for check in design.checks]
    remarks = sum(not check.ok and not check.failed for check in checks)
    lead = (
        f"{len(designs)} generations, engineered bottom-up from their bills of materials. Of {len(checks)} checks "
        f"{sum(check.ok for check in checks)} hold, {len(failed)} fail, and {remarks} are remarks, such as a hall that "
        "cannot take a rack. Power numbers are kept apart: mean over time, thermal design, and electrical peak."
    )
    return Section("designs", "The generations as engineered", lead, blocks)


def _elevations(designs: list[Design]) -> RackFigure:
    racks, left_out = [], []
    for design in designs:
        if not _states_heights(design):
            left_out.append(design.name)
            continue
        trays, free = [], 1
        for unit in design.elevation.units:
            bottom, height = max(free, round(unit.bottom)), max(1, round(unit.height))
            flow = f"{unit.flow / _LITRE_PER_MINUTE:.1f} L/min" if unit.flow else ""
            trays.append(Tray(_short(unit.label, design.name), unit.family, bottom, height, unit.power / KW, flow))
            free = bottom + height
        capacity = max(round(design.elevation.capacity or 0), free - 1)
        racks.append(Rack(design.name, capacity, trays, power=design.power.design / KW))
    return RackFigure(
        id="elevations",
        title="The racks from the front",
        alt="Elevations of one rack of every generation, with the trays by rack unit and their power.",
        racks=racks,
        evidence=(),
        notes=[
            "Thermal design power and coolant of each unit with its components, stacked in the order of the bill.",
            "Above a rack: what the units drawn take of its design power; parts without a height take the rest.",
            *([f"Not drawn, as their parts state no height: {', '.join(left_out)}."] if left_out else []),
        ],
    )


def _short(label: str, generation: str) -> str:
    """Leave out of a unit's name what its rack says already, and what follows a comma, but for its number.

    >>> _short("VR200 compute tray, complete 18", "VR200 NVL72")
    'Compute tray 18'
    """
    own = label.removeprefix(f"{generation.partition(' ')[0]} ")
    short = re.sub(r",.*?(?= \d+$|$)", "", own)
    return short[:1].upper() + short[1:]


def _states_heights(design: Design) -> bool:
    """Say whether the parts that state a height draw enough of the rack's power for its units to be counted."""
    return sum(unit.power for unit in design.elevation.units) >= _DRAWN_SHARE * design.power.design


def _cost(basis: Basis, designs: list[Design]) -> BarFigure:
    how = basis.computed("bill of materials at the cheapest qualified source, without volume discounts")
    parts = (
        ("parts bought by the factories", [d.cost.purchased / MUSD for d in designs]),
        ("consigned parts", [d.cost.consigned / MUSD for d in designs]),
        ("conversion", [d.cost.conversion / MUSD for d in designs]),
    )
    unpriced = sorted({part for d in designs for part in d.cost.unpriced})
    return BarFigure(
        id="rack-cost",
        title="What a rack costs, by who buys",
        alt="Lying stacked bars of the cost of a rack by generation: parts, consigned parts, conversion.",
        measure=f"cost per rack, prices of {basis.result.programme.price_year}",
        unit="MUSD",
        categories=[d.name for d in designs],
        category_name="generation",
        series=[Series(name, values, evidence=how) for name, values in parts if any(values)],
        stacked=True,
        horizontal=True,
        height=260,
        notes=f"Without a price, and so not in it: {', '.join(map(basis.part, unpriced))}." if unpriced else (),
    )


def _generation(basis: Basis, design: Design) -> Iterator[Block]:
    yield Heading(f"{design.name}, as built on {design.on.isoformat()}")
    yield Columns([_card(basis, design), _effectivity(basis, design)])
    how = basis.computed("efficiency of every converter at the load of the design point")
    links = _chain_links(basis.result.catalogue, design, how)
    if links:
        yield SankeyFigure(
            id=f"chain-{design.generation}",
            title=f"{design.name}: {100 * design.chain_efficiency:.1f} % of the power reaches the chips",
            alt=f"Sankey diagram of the power of one {design.name} rack, medium voltage to chip, with its losses.",
            measure="power",
            unit="kW",
            links=links,
            height=376,
        )
    yield _checks(basis, design)
    yield _inputs(basis, design)


def _stage_names(catalogue: Catalogue, design: Design) -> list[str]:
    """Name converters as the catalogue does, without their ratings; by place or id where two would read alike."""
    short = [re.split(r",| at | of | as | to ", catalogue[stage.converter].name)[0] for stage in design.chain]
    placed = [f"{name} ({stage.location})" for name, stage in zip(short, design.chain, strict=True)]
    ids = [stage.converter for stage in design.chain]
    return [next((each[i] for each in (short, placed) if each.count(each[i]) == 1), ids[i]) for i in range(len(short))]


def _chain_links(catalogue: Catalogue, design: Design, how: Evidence) -> list[Link]:
    """Give the flow through the chain, converters by their short names, losses gathered by where they fall."""
    links: list[Link] = []
    names = _stage_names(catalogue, design)
    for position, stage in enumerate(design.chain):
        source = names[position - 1] if position else "medium voltage"
        links.append(Link(source, names[position], Number(stage.power_in / KW, evidence=how)))
        links.append(Link(names[position], f"lost: {stage.location}", Number(stage.loss / KW, evidence=how), loss=True))
    if links:
        links.append(Link(names[-1], "chips", Number(design.chip_power / KW, evidence=how)))
    return links


def _card(basis: Basis, design: Design) -> KeyValues:
    def number(value: float, unit: str, how: str) -> Number:
        return Number(value, unit, basis.computed(how))

    rack, cooling = design.power, design.cooling
    roll_up = "sum over the bill of materials"
    return KeyValues(
        "Rack card",
        [
            ("Power, thermal design", number(rack.design / KW, "kW", roll_up)),
            ("Power, mean", number(rack.mean / KW, "kW", roll_up)),
            ("Power, electrical peak", number(rack.peak / KW, "kW", roll_up)),
            (
                "Shelves, redundant out",
                number(rack.shelf_capacity / KW, "kW", "shelves in use x rating"),
            ),
            (
                "Busbar current",
                number(rack.bus_current, "A", "design power over bus voltage"),
                f"{rack.bus_voltage:g} V",
            ),
            ("Heat to liquid", number(cooling.liquid_heat / KW, "kW", "liquid fraction x design power")),
            (
                "Coolant flow",
                number(cooling.flow / _LITRE_PER_MINUTE, "L/min", "heat over density, specific heat and rise"),
                cooling.coolant,
            ),
            (
                "Heat to air",
                number(cooling.air_heat / _BTU_PER_HOUR, "BTU/h", "the rest of the design power and shelf losses"),
            ),
            ("Mass", number(design.mass, "kg", roll_up)),
            ("Floor load", number(design.floor_load, "kg/m2", "mass over footprint")),
            (
                "Height of units",
                number(design.height_u, "U", roll_up) if _states_heights(design) else Number(None),
                "" if _states_heights(design) else "not known: the parts that draw most power state no height",
            ),
            (
                "Cost",
                number(design.cost_per_rack / MUSD, "MUSD", "parts and conversion"),
                f"prices of {basis.result.programme.price_year}",
            ),
        ],
    )


def _effectivity(basis: Basis, design: Design) -> KeyValues:
    generation = basis.result.programme.generation_of[design.generation]
    dates, network = generation.effectivity, design.fabric.scale_out
    here = f"generations.{generation.id}"
    per_rack = basis.stated(generation.accelerators_per_rack, f"{here}.accelerators_per_rack")
    inlet = basis.stated(generation.cooling.inlet_limit, f"{here}.cooling.inlet_limit")
    rule, groups = basis.computed("rule of the topology"), basis.computed("racks of an SU over racks per CDU")
    rows: list[tuple[str, CellLike]] = [
        ("Evaluation units from", dates.evaluation.isoformat()),
        ("Ramp from", dates.ramp.isoformat()),
        ("Volume from", dates.volume.isoformat()),
        ("Last build", dates.end_of_life.isoformat()),
        ("Accelerators per rack", per_rack),
        ("Value of an accelerator-hour", basis.stated(generation.compute_value, f"{here}.compute_value")),
        ("Inlet limit", inlet),
        ("Racks per scalable unit (SU)", basis.stated(generation.racks_per_su, f"{here}.racks_per_su")),
        ("Scale-out switches per SU", ", ".join(f"{count:,} {kind}" for kind, count in network.switch_counts.items())),
        ("Scale-out links per SU", Number(network.links, "", rule, decimals=0)),
        ("Coolant distribution units per SU", Number(design.cooling.cdus_per_su, "", groups, decimals=0)),
    ]
    return KeyValues("Dates, fabric and value", rows)


def _checks(basis: Basis, design: Design) -> Table:
    how = basis.computed("distance to the limit over the limit")
    shown = _shown_checks(design.checks)
    note = f"{len(design.checks)} checks, the tightest first after those that do not hold."
    if len(shown) < len(design.checks):
        note += (
            " What holds at several sites or factories stands here once, where it is tightest; what does not is "
            "gathered by its limit. All stand in table 'checks' of the results."
        )
    return Table(
        f"{design.name}: checks",
        [
            Column("check", long=True),
            Column("value", align="right"),
            Column("limit", align="right"),
            Column("margin", "%", decimals=0),
            "state",
            Column("rule", long=True),
        ],
        [
            [
                check.title + _where(basis, group),
                Text(_said(check.value), check.evidence[:1]),
                Text(f"{check.sense} {_said(check.limit)}", check.evidence[1:]),
                Number(100 * check.margin, evidence=how),
                _state(check),
                check.source,
            ]
            for group in shown
            for check in group[:1]
        ],
        id=f"checks-{design.generation}",
        note=note,
    )


def _state(check: Check) -> Text:
    if check.ok:
        return Text("holds")
    return Text("", tag=check.severity.value if check.failed else "remark")


def _shown_checks(checks: Sequence[Check]) -> list[list[Check]]:
    """Gather checks that read alike: failures first, then remarks, then what holds, the tightest first.

    What holds at many sites or factories is one group; what does not hold is one for each limit.
    """
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in sorted(checks, key=lambda check: (check.ok, not check.failed, check.margin)):
        key: tuple[str, ...] = (check.id, check.title)
        if check.subject.partition(".")[0] not in {"sites", "factories"}:
            key += (check.subject, str(check.value))
        elif not check.ok:
            key += (str(check.value), str(check.limit))
        groups.setdefault(key, []).append(check)
    return list(groups.values())


def _where(basis: Basis, group: Sequence[Check]) -> str:
    """Say at which sites, factories or workloads a check was made; nothing for the rack itself."""
    first = group[0]
    if first.subject.startswith("generations."):
        return ""
    if not first.ok:
        places = [_place(basis, check.subject) for check in group[:_PLACES]]
        if len(group) > _PLACES:
            places.append(f"and {len(group) - _PLACES} more")
        return f" ({'; '.join(places)})"
    more = f"; the tightest of {len(group)}" if len(group) > 1 else ""
    return f" ({_place(basis, first.subject)}{more})"


def _place(basis: Basis, subject: str) -> str:
    section, _, rest = subject.partition(".")
    owner, _, inner = rest.partition(".")
    if section == "sites":
        return ", ".join(part for part in (basis.site(owner), inner.removeprefix("halls.")) if part)
    return basis.factory(owner) if section == "factories" else rest


def _said(quantity: Quantity) -> str:
    """Give a quantity with four significant digits and its unit."""
    magnitude = quantity.magnitude
    if not isfinite(magnitude):
        return MISSING
    text = f"{float(f'{magnitude:.4g}'):,.10g}".replace("-", "−")
    return text if quantity.unit.symbol == "1" else f"{text}\u00a0{quantity.unit.symbol}"


def _inputs(basis: Basis, design: Design) -> Table:
    return Table(
        f"{design.name}: the numbers it rests on",
        ["path", Column("value", align="right"), "kind", "stated at"],
        [
            [
                entry.path,
                Text(str(entry.quantity), basis.evidence_of(entry.quantity, entry.path)),
                "assumption"
                if entry.is_assumption
                else (entry.quantity.evidence.kind.value if entry.quantity.evidence else ""),
                basis.where(entry.path),
            ]
            for entry in design.inputs
        ],
        id=f"inputs-{design.generation}",
        note=f"{len(design.assumptions)} of {len(design.inputs)} are assumptions.",
    )


def _kind(entry: Input) -> str:
    evidence = entry.quantity.evidence
    return EvidenceKind.ASSUMPTION.value if entry.is_assumption or evidence is None else evidence.kind.value
