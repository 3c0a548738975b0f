"""Rules of the busbar and the power cap: voltage drop, touch and system voltage, range of the cap."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.design.performance.clocks import share_at
from gigaloop.design.rack import accelerators_of
from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.power import BUS_CLASS
from gigaloop.design.rules.rule import Draft, Finding, Rule, in_unit, shown

DROP_LIMIT = 0.02
"""Voltage drop over bus voltage: 2 % for the busbar, of the 3 % of a feeder, leaving 1 % for contacts, an assumption
of 2026-11. Source: NFPA 70 (NEC), article 215.2, informational note, for the 3 %."""

TOUCH_LIMIT = 60.0
"""Highest direct voltage of energy source class ES1, safe to touch: IEC 62368-1, table 4 [V]."""

SYSTEM_LIMIT = 1500.0
"""Highest direct voltage that counts as low voltage: IEC 60364-1; NFPA 70 has 1000 V in most articles [V]."""

LEAST_CAP = 1.0 / 6.0
"""Lowest cap over the thermal design power: 200 of 1,200 W in NVIDIA's Dynamic Power Software, device specifications,
https://docs.nvidia.com/datacenter/dps/versions/latest/guides/concepts/device-specifications.html."""


def _drop(draft: Draft) -> Iterator[Finding]:
    busbar = draft.rack.busbar
    detail = "" if busbar.stated else f"with {busbar.section * 1e6:,.0f} mm2 of copper, which nobody has stated"
    yield Finding(
        shown(busbar.drop / draft.power.bus_voltage, "%"),
        shown(DROP_LIMIT, "%"),
        draft.path("power", "busbar"),
        detail=detail,
    )


def _window(draft: Draft) -> Iterator[Finding]:
    """Hold the voltage at the farthest unit at peak power against the lowest of the class."""
    lowest = BUS_CLASS[draft.generation.power.bus][0]
    there = draft.power.bus_voltage - draft.rack.busbar.peak_drop
    yield Finding(shown(there, "V"), shown(lowest, "V"), draft.path("power", "bus_voltage"))


def _touch(draft: Draft) -> Iterator[Finding]:
    yield Finding(
        in_unit(draft.generation.power.bus_voltage, "V"), shown(TOUCH_LIMIT, "V"), draft.path("power", "bus_voltage")
    )


def _system(draft: Draft) -> Iterator[Finding]:
    yield Finding(
        in_unit(draft.generation.power.bus_voltage, "V"), shown(SYSTEM_LIMIT, "V"), draft.path("power", "bus_voltage")
    )


def _cap(draft: Draft) -> Iterator[Finding]:
    cap, tdp = draft.rack.power_cap, draft.accelerator.tdp
    if cap is None or tdp is None:
        return
    path = draft.path("power", "power_cap")
    yield Finding(shown(cap, "W"), in_unit(tdp, "W"), path, sense=Sense.AT_MOST)
    yield Finding(shown(cap, "W"), shown(LEAST_CAP * float(tdp), "W"), path, sense=Sense.AT_LEAST)


def _cap_known(draft: Draft) -> Iterator[Finding]:
    if draft.rack.power_cap is None:
        return
    powered = math.fsum(row.per_rack for row in draft.bom.rows if row.family == "accelerator" and row.design_power)
    yield Finding(
        shown(powered, "1"),
        shown(max(accelerators_of(draft.bom), float(draft.generation.accelerators_per_rack)), "1"),
        draft.path("power", "power_cap"),
        detail="accelerators with a power of their own, which the cap acts on",
    )


def _cap_speed(draft: Draft) -> Iterator[Finding]:
    if draft.rack.power_cap is not None and draft.accelerator.tdp is not None:
        value = shown(float(share_at(draft.rack.power_cap / float(draft.accelerator.tdp))), "%")
        yield Finding(value, shown(1.0, "%"), draft.path("power", "power_cap"), detail="clock of matrix products")


RULES = (
    Rule(
        "power.busbar-drop",
        "Voltage drop along the busbar within 2 %",
        Sense.AT_MOST,
        Severity.WARNING,
        "I R / 8 fed at both ends, I R / 2 at one; NFPA 70 (NEC) 215.2, informational note: 3 % of a feeder",
        "more copper, shelves at both ends, or a higher bus voltage",
        _drop,
    ),
    Rule(
        "power.busbar-window",
        "Voltage at the farthest unit at peak power within the class of the bus",
        Sense.AT_LEAST,
        Severity.WARNING,
        "bus voltage less the drop at peak power, against the lowest voltage of the class",
        "more copper, or a higher set point of the shelves",
        _window,
    ),
    Rule(
        "power.touch",
        "Bus safe to touch",
        Sense.AT_MOST,
        Severity.INFO,
        "60 VDC, energy source class ES1 of IEC 62368-1, table 4",
        "basic and reinforced insulation, shutters and interlocks, insulation monitoring, arc-flash labels",
        _touch,
    ),
    Rule(
        "power.low-voltage",
        "Bus within low voltage",
        Sense.AT_MOST,
        Severity.ERROR,
        "1,500 VDC, IEC 60364-1",
        "a lower bus voltage: equipment beyond it is medium-voltage switchgear",
        _system,
    ),
    Rule(
        "power.cap-range",
        "Power cap within what the accelerator can be set to",
        Sense.AT_MOST,
        Severity.ERROR,
        "at most the thermal design power, at least a sixth of it (200 of 1,200 W: NVIDIA, DPS device specifications)",
        "a cap between the two, or none",
        _cap,
    ),
    Rule(
        "power.cap-known",
        "The power cap acts on every accelerator",
        Sense.AT_LEAST,
        Severity.WARNING,
        "only parts of family 'accelerator' with a power of their own are held to the cap",
        "state the accelerators and their power in the bill of materials of the trays",
        _cap_known,
    ),
    Rule(
        "power.cap-speed",
        "No power cap slows the accelerators",
        Sense.AT_LEAST,
        Severity.INFO,
        "clock of matrix products under the cap, by the power law of docs/workload.md; tokens/s count it",
        "raise the cap, or take the power that it saves into account",
        _cap_speed,
    ),
)
