"""Rules of networks: what is placed, what cables reach, what trays carry, and what a node and a leaf are given."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.core.quantity import Quantity
from gigaloop.design.cables import pieces_held, pieces_needed
from gigaloop.design.records import CableSchedule, Check, Fabric, FabricBill, FloorPlan, Sense, Severity, TrayFill
from gigaloop.design.rules.rule import Finding, Rule, in_unit, shown
from gigaloop.programme.schema import Generation, Programme

_NO_MEDIUM = (
    "not one link of the layer has a medium: state a 'link_rate' that modules and cables of the catalogue have, allow "
    "more of them in 'media', or add facts of your own"
)
_REPORTED = 3
"""Things named in the detail of a check."""


@dataclass(frozen=True)
class NetworkDraft:
    """The networks of a generation with what they were engineered from, before they are checked."""

    programme: Programme
    generation: Generation
    adapter_rate: Quantity | None
    """Of the network ports of one accelerator, per direction [bit/s]."""
    fabric: Fabric
    floor: FloorPlan
    schedule: CableSchedule
    trays: TrayFill
    bill: FabricBill

    def path(self, *steps: str) -> str:
        """Give the path of a value of the generation."""
        return ".".join(("generations", self.generation.id, *steps))


def _placed(draft: NetworkDraft) -> Iterator[Finding]:
    detail = "; ".join(draft.floor.unplaced[:_REPORTED])
    yield Finding(shown(len(draft.floor.unplaced), "1"), Quantity.count(0), draft.path("racks_per_su"), detail=detail)


def _hall_power(draft: NetworkDraft) -> Iterator[Finding]:
    floor = draft.floor
    drawn = np.bincount(floor.hall_of, weights=floor.power, minlength=len(floor.hall))
    for hall, power, limit in zip(floor.hall, drawn, floor.hall_power, strict=True):
        if limit < math.inf:
            yield Finding(shown(float(power), "MW"), shown(float(limit), "MW"), draft.path("scale_out"), detail=hall)


def _reach(draft: NetworkDraft) -> Iterator[Finding]:
    schedule, beyond = draft.schedule, draft.schedule.unreached
    codes = schedule.layer[beyond]
    for network, layer in dict.fromkeys((network, layer) for network, _, layer in schedule.layers):
        alike = [code for code, (name, _, of) in enumerate(schedule.layers) if (name, of) == (network, layer)]
        rows = beyond[np.isin(codes, alike)]
        detail, way_out = f"{network}, {layer}", ""
        if len(rows):
            detail += f": the longest run is {float(schedule.length[rows].max()):.0f} m"
        if len(rows) and not np.isin(schedule.layer[schedule.medium >= 0], alike).any():
            way_out = _NO_MEDIUM
        path = draft.path("scale_out", "media")
        yield Finding(shown(len(rows), "1"), Quantity.count(0), path, detail=detail, way_out=way_out)


def _tray_fill(draft: NetworkDraft) -> Iterator[Finding]:
    if len(draft.trays.fill):
        found = shown(float(draft.trays.fill.max()), "%")
        yield Finding(found, shown(draft.trays.fill_limit, "%"), draft.path("scale_out"), detail=_fullest(draft.trays))


def _tray_load(draft: NetworkDraft) -> Iterator[Finding]:
    if len(draft.trays.load):
        found = shown(float(draft.trays.load.max()), "kg/m")
        yield Finding(found, shown(draft.trays.load_limit, "kg/m"), draft.path("scale_out"))


def _fullest(trays: TrayFill) -> str:
    worst = int(np.argmax(trays.fill))
    over = f"{len(trays.overfull)} of {len(trays.fill)} segments above a limit"
    return f"{int(trays.cords[worst]):,} cords in the fullest; {over}"


def _adapter(draft: NetworkDraft) -> Iterator[Finding]:
    if draft.adapter_rate is None:
        return
    network, plane = draft.fabric.scale_out, draft.fabric.scale_out.plane
    offered = plane.rails * network.planes * plane.rate / draft.fabric.accelerators_per_node
    yield Finding(shown(offered, "Gb/s"), in_unit(draft.adapter_rate, "Gb/s"), draft.path("scale_out", "link_rate"))


def _stated_parts(draft: NetworkDraft) -> Iterator[Finding]:
    generation, sus = draft.generation, draft.fabric.sus
    for part in dict.fromkeys(each.part for each in generation.scale_out.parts):
        held = pieces_held(draft.programme, generation, part)
        needed = pieces_needed(draft.programme, generation, draft.bill, part) / sus
        if held and needed:
            detail = f"{part} of a scalable unit; {sus} units on one fabric"
            yield Finding(shown(held, "1"), shown(round(needed, 2), "1"), draft.path("su_parts"), detail=detail)


RULES = (
    Rule(
        "network.placed",
        "All racks of the fabric have a place on the floor",
        Sense.AT_MOST,
        Severity.ERROR,
        "positions, power, coolant and floor load of the halls and rows",
        "state more rows or positions, a higher limit per row, or a smaller 'span'",
        _placed,
    ),
    Rule(
        "network.hall-power",
        "Racks and switches within the power of their hall",
        Sense.AT_MOST,
        Severity.WARNING,
        "design power of the racks, and of switches with a module in every port where it is stated; the hall's 'power'",
        "ask for fewer scalable units, or power the network racks from beyond the hall's positions",
        _hall_power,
    ),
    Rule(
        "network.reach",
        "Cables beyond the supported reach of every medium",
        Sense.AT_MOST,
        Severity.ERROR,
        "supported reach of the makers of modules and cables, apart from that of the standard",
        "place spines in the middle of the hall, add a storey, or allow a medium of longer reach",
        _reach,
    ),
    Rule(
        "network.tray-fill",
        "Trays are filled within their limit",
        Sense.AT_MOST,
        Severity.WARNING,
        "the tray's 'fill', a share of its cross-section",
        "state more 'levels' of trays or wider ones, or move the network racks",
        _tray_fill,
    ),
    Rule(
        "network.tray-load",
        "Trays carry what lies in them",
        Sense.AT_MOST,
        Severity.WARNING,
        "the tray's 'load'",
        "state a stronger tray or more 'levels', use fibre in place of copper, or move the network racks",
        _tray_load,
    ),
    Rule(
        "network.adapter",
        "The fabric takes what the adapters of an accelerator send",
        Sense.AT_LEAST,
        Severity.WARNING,
        "rails times planes times link rate, against the ports of the accelerator's adapters in the catalogue",
        "state more rails or planes, or the rate of the adapter's port",
        _adapter,
    ),
    Rule(
        "network.parts",
        "The parts of a scalable unit are as many as its fabric needs",
        Sense.AT_LEAST,
        Severity.WARNING,
        "bill of materials of the fabric, shared by its scalable units",
        "leave the 'quantity' out: it is engineered then",
        _stated_parts,
    ),
)
"""Rules of networks, in the order of the report."""


def check_network(draft: NetworkDraft) -> tuple[Check, ...]:
    """Hold every rule against the networks of a generation; a rule gives a check for each thing it applies to."""
    return tuple(check for rule in RULES for check in rule.check(draft))
