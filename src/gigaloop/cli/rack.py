"""The card of a rack as a product: power, feed, busbar, coolant, mass and size, each with the margin to its limit."""

from __future__ import annotations

from collections.abc import Iterator
from math import degrees
from typing import Any

from gigaloop.cli import output
from gigaloop.cli.checks import said
from gigaloop.cli.numbers import celsius, counted, day, power, rounded
from gigaloop.core.units import UNITS
from gigaloop.design import Check, Design, Severity
from gigaloop.design.cooling.need import rack_pressure_drop
from gigaloop.design.records import LineState, Placement, RackUnit, ShelfState

Row = tuple[str, str, str, str]
"""What, value, remark, and the rule that holds it."""

_SUPPLIES = ("power.shelf-lost", "power.feed-lost")
"""Rules whose row shows what is supplied: its limit is what the rack draws."""

_NOT_STATED = "not stated"


def _in(value: float, unit: str, digits: int = 3) -> str:
    return rounded(value / UNITS[unit].factor, unit, digits)


def show_rack(design: Design) -> None:
    """Print the card of a rack."""
    output.line(f"{design.name}  ({design.generation}, as built on {day(design.on)})", style="bold")
    rows = [_full(row, design) for group in (_power, _feed, _coolant, _stand) for row in group(design)]
    heads = [("rack", "left"), ("", "right"), ("", "left"), ("limit", "right"), ("margin", "right")]
    output.table("", heads, rows)
    counts = {severity: sum(c.severity is severity and not c.ok for c in design.checks) for severity in Severity}
    found = ", ".join(counted(number, _NAMES[severity]) for severity, number in counts.items())
    output.line(f"{len(design.checks)} checks: {found}; 'gigaloop design' shows them")


_NAMES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}


def _full(row: Row, design: Design) -> tuple[str, ...]:
    what, value, remark, rule = row
    check = held(design, rule)
    if check is None:
        return what, value, remark, "", ""
    _, limit, margin = said(check)
    if rule in _SUPPLIES:
        limit = f"\u2265 {power(design.power.design)}"
    return what, value, remark, limit, margin


def held(design: Design, rule: str) -> Check | None:
    """Find the tightest check of a rule; of places that may take the rack or not, the tightest that does."""
    found = [check for check in design.checks if check.id == rule]
    inside = [check for check in found if check.ok]
    return min(inside if inside and rule.startswith("site.") else found, key=lambda c: c.margin, default=None)


def _power(design: Design) -> Iterator[Row]:
    rack, numbers = design.rack, design.power
    share = f"{100 * numbers.mean / numbers.design:.0f} % of thermal design" if numbers.design else ""
    yield "mean power", power(numbers.mean), share, ""
    cap = "" if rack.power_cap is None else f"{rack.power_cap:,.0f} W each; {power(rack.uncapped_design)} uncapped"
    yield "thermal design power", power(numbers.design), cap, "power.shelf-capacity"
    yield "electrical design peak", power(numbers.peak), "", "power.shelf-peak"
    yield "into the rack", power(design.rack_input), _in(design.rack_input, "BTU/h"), ""
    yield "of a hall's position", power(numbers.design), _halls(design, "site.hall-power"), "site.hall-power"


def _feed(design: Design) -> Iterator[Row]:
    shelves, lines, storage, busbar = design.rack.shelves, design.rack.lines, design.rack.storage, design.rack.busbar
    numbers = design.power
    if shelves is not None:
        each = f"{shelves.installed:g} x {power(shelves.rating)}, loaded to {100 * shelves.load:.0f} %"
        yield "installed shelves", power(numbers.shelf_installed), each, ""
        yield "  with one lost", power(shelves.one_lost), "", "power.shelf-lost"
        if shelves.feed_lost is not None:
            yield "  with one feed lost", power(shelves.feed_lost), "", "power.feed-lost"
        if shelves.hold_up is not None and shelves.peak_hold_up is not None:
            yield "hold-up", _in(shelves.hold_up, "ms"), f"{_in(shelves.peak_hold_up, 'ms')} at peak", "power.hold-up"
        else:
            yield "hold-up", _NOT_STATED, "", ""
    swing = f"swings of {power(storage.swing)} every {storage.period:.2g} s"
    stored = _NOT_STATED if storage.installed is None else _in(storage.installed, "kJ")
    yield "storage against swings", stored, swing, "power.swing-storage"
    if lines is not None:
        lost = "" if lines.feed_lost is None else f"; {lines.feed_lost:.1f} A with a feed lost"
        yield "line current", f"{lines.current:.1f} A", f"{lines.lines} lines{lost}", "power.line-breaker"
    else:
        yield "line current", _NOT_STATED, "", ""
    bus = f"at {numbers.bus_voltage:g} V; {numbers.bus_peak_current:,.0f} A at peak"
    yield "busbar current", f"{numbers.bus_current:,.0f} A", bus, "power.busbar"
    copper = f"{100 * busbar.drop / numbers.bus_voltage:.2g} %, {busbar.section * 1e6:,.0f} mm2"
    copper += "" if busbar.stated else " taken"
    yield "busbar drop", f"{busbar.drop:.3g} V", copper, "power.busbar-drop"


def _coolant(design: Design) -> Iterator[Row]:
    cooling = design.cooling
    drawn = cooling.liquid_heat + cooling.air_heat
    share = (
        f"{100 * cooling.liquid_heat / drawn:.0f} % of all heat, {_in(cooling.liquid_heat, 'BTU/h')}" if drawn else ""
    )
    yield "heat to liquid", power(cooling.liquid_heat), share, ""
    yield "heat to air", power(cooling.air_heat), _in(cooling.air_heat, "BTU/h"), "cooling.air"
    if not cooling.flow:
        return
    gallons = f"{_in(cooling.flow, 'gpm')} of {cooling.coolant}"
    yield "coolant flow", _in(cooling.flow, "L/min"), gallons, "site.hall-flow"
    racks = f"of {cooling.racks_per_cdu:g} racks, {power(cooling.cdu_heat)}"
    yield "flow of a CDU", _in(cooling.cdu_flow, "L/min", 4), racks, "cooling.cdu-flow"
    back = f"returns at {celsius(cooling.return_temperature)}"
    yield "inlet limit", celsius(cooling.supply_temperature), back, "cooling.dew-point"
    drop = float(rack_pressure_drop(cooling, cooling.flow))
    taken = ", taken" if cooling.pressure_drop is None else ""
    yield "pressure drop", _in(drop, "kPa"), f"{drop * cooling.flow:,.0f} W hydraulic{taken}", "cooling.pressure-drop"
    if design.rack.velocity is not None:
        yield "velocity in the hoses", _in(design.rack.velocity, "m/s"), "", "cooling.velocity"


def _stand(design: Design) -> Iterator[Row]:
    placement, capacity = design.rack.placement, design.elevation.capacity
    yield "mass", f"{design.mass:,.0f} kg", "" if not design.massless else f"{len(design.massless)} parts not known", ""
    yield "floor load", f"{design.floor_load:,.0f} kg/m2", _halls(design, "site.hall-floor"), "site.hall-floor"
    if placement is not None:
        yield "load of one foot", f"{placement.foot_load:,.0f} kg", f"on {placement.feet} feet", "stand.foot"
        centre = f"centre of mass at {placement.centre:.2f} m"
        yield "falls over at", f"{degrees(placement.tilt):.1f} deg", centre, "stand.tilt"
        yield "packed", f"{placement.packed_height:.2f} m", f"{placement.packed_mass:,.0f} kg", "stand.truck"
    if sum(unit.power for unit in design.elevation.units) > design.power.design / 2.0:
        yield "height of units", f"{design.height_u:g} U", f"of {capacity:g} U" if capacity else "", "rack.height"


def _halls(design: Design, rule: str) -> str:
    """Say in how many halls a rule holds."""
    halls = [check for check in design.checks if check.id == rule]
    return f"{sum(check.ok for check in halls)} of {len(halls)} halls" if halls else ""


def rack_object(design: Design) -> dict[str, Any]:
    """Give the card as plain data in SI units; what the programme does not state is null."""
    rack, numbers, cooling = design.rack, design.power, design.cooling
    return {
        "generation": design.generation,
        "name": design.name,
        "as_built_on": day(design.on),
        "power_w": {
            "mean": numbers.mean,
            "design": numbers.design,
            "peak": numbers.peak,
            "input": design.rack_input,
            "shelf_capacity": numbers.shelf_capacity,
            "shelf_installed": numbers.shelf_installed,
            "cap_per_accelerator": rack.power_cap,
            "design_without_cap": rack.uncapped_design,
        },
        "shelves": None if rack.shelves is None else _shelves(rack.shelves),
        "lines": None if rack.lines is None else _lines(rack.lines),
        "busbar": {
            "voltage_v": numbers.bus_voltage,
            "current_a": numbers.bus_current,
            "peak_current_a": numbers.bus_peak_current,
            "drop_v": rack.busbar.drop,
            "loss_w": rack.busbar.loss,
            "section_m2": rack.busbar.section,
            "section_stated": rack.busbar.stated,
        },
        "storage": {
            "swing_w": rack.storage.swing,
            "period_s": rack.storage.period,
            "needed_j": rack.storage.needed.value,
            "needed_low_j": rack.storage.needed.low,
            "needed_high_j": rack.storage.needed.high,
            "installed_j": rack.storage.installed,
        },
        "cooling": {
            "coolant": cooling.coolant,
            "liquid_heat_w": cooling.liquid_heat,
            "air_heat_w": cooling.air_heat,
            "flow_m3_s": cooling.flow,
            "inlet_limit_k": cooling.supply_temperature,
            "return_k": cooling.return_temperature,
            "pressure_drop_pa": float(rack_pressure_drop(cooling, cooling.flow)) if cooling.flow else 0.0,
            "pressure_drop_stated": cooling.pressure_drop is not None,
            "velocity_m_s": rack.velocity,
        },
        "mass_kg": design.mass,
        "floor_load_kg_m2": design.floor_load,
        "height_u": design.height_u,
        "frame_u": design.elevation.capacity,
        "placement": None if rack.placement is None else _placement(rack.placement),
        "units": [_unit(unit) for unit in design.elevation.units],
        "margins": {check.id: check.margin for check in _margins(design)},
    }


def _shelves(shelves: ShelfState) -> dict[str, Any]:
    return {
        "count": shelves.installed,
        "rating_w": shelves.rating,
        "one_lost_w": shelves.one_lost,
        "feed_lost_w": shelves.feed_lost,
        "load": shelves.load,
        "hold_up_s": shelves.hold_up,
        "peak_hold_up_s": shelves.peak_hold_up,
    }


def _lines(lines: LineState) -> dict[str, Any]:
    return {
        "count": lines.lines,
        "feeds": lines.feeds,
        "current_a": lines.current,
        "feed_lost_a": lines.feed_lost,
        "breaker_a": lines.breaker,
    }


def _placement(placement: Placement) -> dict[str, Any]:
    return {
        "width_m": placement.width,
        "depth_m": placement.depth,
        "height_m": placement.height,
        "feet": placement.feet,
        "foot_load_kg": placement.foot_load,
        "centre_of_mass_m": placement.centre,
        "tilt_rad": placement.tilt,
        "packed_height_m": placement.packed_height,
        "packed_mass_kg": placement.packed_mass,
    }


def _unit(unit: RackUnit) -> dict[str, Any]:
    return {
        "label": unit.label,
        "part": unit.part,
        "family": unit.family,
        "bottom_u": unit.bottom,
        "height_u": unit.height,
        "power_w": unit.power,
        "mass_kg": unit.mass,
        "liquid_heat_w": unit.liquid_heat,
        "flow_m3_s": unit.flow,
    }


def _margins(design: Design) -> Iterator[Check]:
    for rule in dict.fromkeys(check.id for check in design.checks):
        check = held(design, rule)
        if check is not None:
            yield check
