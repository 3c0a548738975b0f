"""Rules of a facility's power: blocks, transformers, generators, the network, availability, PUE."""

from __future__ import annotations

from collections.abc import Iterator

from gigaloop.core.quantity import Quantity
from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.facility_draft import FacilityDraft
from gigaloop.design.rules.rule import Finding, Rule, in_unit, shown

TARGETS = {"training": 0.999, "inference": 0.99999}
"""Share of time in which a rack is to have power and cooling, by what it does: targets for rack power by
https://asia.aguea.com/phithetasigma (analyst post of 2026-06)."""

VOLTAGE_DROP = 0.05
"""Of feeders and branch circuits together: Source: NEC 2023, 210.19(A) and
215.2(A), informational notes."""

STRANDED = 0.10
"""Share of a block's power that whole racks may leave unused: assumption of 2026-11."""

RAMP_PUE = 0.03
"""By which the PUE of the first step of energisation may exceed that of the full campus. Source: assumption of
2026-11."""


def _unit_loading(draft: FacilityDraft) -> Iterator[Finding]:
    line = draft.line("unit transformer")
    if line is not None and "solid-state transformer" not in draft.demand.stages:
        from gigaloop.design.facility.equipment import POWER_FACTOR

        load = draft.demand.block_input / POWER_FACTOR / line.rating
        yield Finding(shown(load, "%"), shown(1.0, "%"), draft.path("facility", "power", "block"))


def _spared(draft: FacilityDraft, role: str) -> Iterator[Finding]:
    """Hold the duty against what is left with the spare pieces out."""
    line = draft.line(role)
    if line is not None:
        load = line.duty / (line.needed * line.rating)
        yield Finding(
            shown(load, "%"), shown(1.0, "%"), draft.path("facility", "power"), detail=f"{line.needed} pieces"
        )


def _main_loading(draft: FacilityDraft) -> Iterator[Finding]:
    return _spared(draft, "main transformer")


def _ups_loading(draft: FacilityDraft) -> Iterator[Finding]:
    return _spared(draft, "ups")


def _generators(draft: FacilityDraft) -> Iterator[Finding]:
    line = draft.line("generator")
    carried = 0.0 if line is None else line.needed * line.rating
    path = draft.path("facility", "power", "generators")
    yield Finding(shown(carried, "MW"), shown(draft.facility.year.peak_power, "MW"), path)


def _energised(draft: FacilityDraft) -> Iterator[Finding]:
    limit = shown(draft.facility.site_power, "MW")
    yield Finding(shown(draft.facility.year.peak_power, "MW"), limit, draft.path("energisation"))


def _stated_pue(draft: FacilityDraft) -> Iterator[Finding]:
    stated = draft.site.pue
    if stated is not None:
        yield Finding(shown(draft.facility.year.peak_pue.value, "1"), stated, draft.path("pue"))


def _fault(draft: FacilityDraft) -> Iterator[Finding]:
    diagram = draft.facility.one_line
    for node in diagram.nodes if diagram is not None else ():
        if node.fault is not None and node.breaker_breaking is not None:
            path = draft.path("facility", "power", "fault_level")
            yield Finding(shown(node.fault, "kA"), shown(node.breaker_breaking, "kA"), path, detail=node.name)


def _breaker(draft: FacilityDraft) -> Iterator[Finding]:
    diagram = draft.facility.one_line
    if diagram is not None:
        problems = diagram.problems
        path = draft.path("facility", "power", "fault_level")
        yield Finding(shown(len(problems), "1"), Quantity.count(0), path, detail="; ".join(problems))


def _voltage(draft: FacilityDraft) -> Iterator[Finding]:
    diagram = draft.facility.one_line
    if diagram is not None:
        path = draft.path("facility", "power", "medium_voltage")
        yield Finding(shown(1.0 - diagram.lowest_voltage, "%"), shown(VOLTAGE_DROP, "%"), path)


def _availability(draft: FacilityDraft) -> Iterator[Finding]:
    for kind in dict.fromkeys(workload.kind for workload in draft.programme.workloads):
        yield Finding(
            shown(draft.facility.blocks.rack_availability, "%"),
            shown(TARGETS[kind], "%"),
            draft.path("facility", "power", "redundancy"),
            detail=kind,
            severity=Severity.WARNING if kind == "training" else Severity.INFO,
        )


def _rack_block(draft: FacilityDraft) -> Iterator[Finding]:
    limit = in_unit(draft.site.facility.power.block, "MW")
    yield Finding(shown(draft.design.rack_input, "MW"), limit, draft.path("facility", "power", "block"))


def _stranded(draft: FacilityDraft) -> Iterator[Finding]:
    unused = 1.0 - draft.facility.blocks.block_power / float(draft.site.facility.power.block)
    racks = draft.facility.blocks.racks_per_block
    way_out = f"blocks of {(racks + 1) * draft.design.rack_input / 1e6:.2f} MW take one rack more"
    path = draft.path("facility", "power", "block")
    yield Finding(shown(max(0.0, unused), "%"), shown(STRANDED, "%"), path, way_out=way_out)


def _part_load(draft: FacilityDraft) -> Iterator[Finding]:
    stage = next((stage for stage in draft.facility.stages if stage.racks), None)
    if stage is not None:
        limit = draft.facility.year.pue.value + RAMP_PUE
        detail = f"{stage.on}: {100 * stage.load:.0f} % of the racks"
        yield Finding(shown(stage.pue, "1"), shown(limit, "1"), draft.path("energisation"), detail=detail)


RULES = (
    Rule(
        "facility.unit-transformer",
        "Unit transformer loaded within its rating with its block full",
        Sense.AT_MOST,
        Severity.ERROR,
        "input of the block over power factor against the standard rating, IEEE C57.12.00",
        "a smaller block, or the next rating of transformers",
        _unit_loading,
    ),
    Rule(
        "facility.main-transformer",
        "Main transformers loaded within their rating with the spare one out",
        Sense.AT_MOST,
        Severity.ERROR,
        "N-1 of the substation at the design day",
        "a further or larger main transformer",
        _main_loading,
    ),
    Rule(
        "facility.ups",
        "UPS loaded within its rating with the redundant ones out",
        Sense.AT_MOST,
        Severity.ERROR,
        "power of the blocks against the units that carry it",
        "a further UPS for each block, or a smaller block",
        _ups_loading,
    ),
    Rule(
        "facility.generators",
        "Standby generators carry the facility at the design day, spares out",
        Sense.AT_LEAST,
        Severity.WARNING,
        "rating of the sets in service against facility power",
        "generators for the whole load, or a load that may stop: training can, serving cannot",
        _generators,
    ),
    Rule(
        "facility.energised",
        "Facility power at the design day within the energised power",
        Sense.AT_MOST,
        Severity.ERROR,
        "racks are as many as the last step of energisation feeds",
        "fewer racks, a power cap on the hottest days, or more power",
        _energised,
    ),
    Rule(
        "facility.pue",
        "Stated PUE covers that of the design day",
        Sense.AT_MOST,
        Severity.WARNING,
        "the plan puts racks on power by the stated PUE: at the design day they must fit",
        "state the PUE of the design day, warm the water, or leave trim chillers out by adiabatic coolers",
        _stated_pue,
    ),
    Rule(
        "facility.fault-level",
        "Short-circuit current within what the breakers break",
        Sense.AT_MOST,
        Severity.ERROR,
        "IEC 60909 initial symmetrical current; preferred ratings of IEC 62271-100 and IEC 60947-2",
        "breakers of the next rating, smaller or higher-impedance transformers, or split busbars",
        _fault,
    ),
    Rule(
        "facility.breakers",
        "Standard breakers and cables for every place of the network",
        Sense.AT_MOST,
        Severity.ERROR,
        "preferred ratings; what exceeds them is listed",
        "smaller blocks, more sections of switchgear, or a higher voltage",
        _breaker,
    ),
    Rule(
        "facility.voltage-drop",
        "Voltage drop from the grid to the switchboards",
        Sense.AT_MOST,
        Severity.WARNING,
        "load flow at the design day; 5 % for feeders and branches together, NEC 2023, 210.19(A) and 215.2(A), notes",
        "taps of the transformers, thicker or shorter feeders, a higher medium voltage",
        _voltage,
    ),
    Rule(
        "facility.availability",
        "Racks have power and cooling for as much of the time as their work asks",
        Sense.AT_LEAST,
        Severity.WARNING,
        "targets of 99.9 % for training and 99.999 % for inference; redundancy and common cause counted",
        "more redundancy where it is the lowest: power path, source or cooling",
        _availability,
    ),
    Rule(
        "facility.rack-block",
        "A rack within the power of a block",
        Sense.AT_MOST,
        Severity.ERROR,
        "a block holds whole racks",
        "larger blocks",
        _rack_block,
    ),
    Rule(
        "facility.stranded",
        "Power of a block that whole racks leave unused",
        Sense.AT_MOST,
        Severity.INFO,
        "whole racks in a block",
        "blocks of a multiple of the rack's power",
        _stranded,
    ),
    Rule(
        "facility.part-load",
        "PUE at the first step of energisation",
        Sense.AT_MOST,
        Severity.INFO,
        "the final plant with the first racks online; 0.03 above the full campus",
        "build the plant in stages with the power, or let pumps and fans turn down further",
        _part_load,
    ),
)
