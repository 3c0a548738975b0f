"""The card of an engineered rack."""

from __future__ import annotations

from collections.abc import Iterator

from gigaloop.cli import output
from gigaloop.cli.checks import show_checks
from gigaloop.cli.numbers import counted, day, money, percent, power, rounded, tokens
from gigaloop.core.units import UNITS
from gigaloop.design import Check, Design

_BTU_PER_HOUR = UNITS["BTU/h"].factor
_LITRE_PER_MINUTE = UNITS["L/min"].factor


def show_design(design: Design) -> None:
    """Print the card of a rack with its workloads and checks."""
    output.line()
    output.line(f"{design.name}  ({design.generation}, as built on {day(design.on)})", style="bold")
    output.table("", [("rack", "left"), ("", "right"), ("", "left")], _card(design))
    output.line()
    output.table(
        "Workloads",
        [("workload", "left"), ("tokens/s per rack", "right"), ("bound by", "left"), ("share", "right")],
        [(p.workload, tokens(p.tokens_per_s), p.bound, percent(p.share)) for p in design.performance],
    )
    show_checks(design.checks, f"generations.{design.generation}")
    assumed = len(design.assumptions)
    output.line()
    output.line(f"{assumed} of {len(design.inputs)} inputs are assumptions: 'gigaloop evidence ... --kind assumption'")


def _card(design: Design) -> Iterator[tuple[str, str, str]]:
    rack, cooling, fabric = design.power, design.cooling, design.fabric
    capacity, unpriced = design.elevation.capacity, design.cost.unpriced
    yield "power, design", power(rack.design), f"mean {power(rack.mean)}, peak {power(rack.peak)}"
    shelves = f"with the redundant ones out; {power(rack.shelf_installed)} installed"
    yield "power shelves", power(rack.shelf_capacity), shelves
    at_peak = f"at {rack.bus_voltage:.0f} V; {rack.bus_peak_current:,.0f} A at peak"
    yield "busbar", f"{rack.bus_current:,.0f} A", at_peak
    flow = f"{cooling.flow / _LITRE_PER_MINUTE:,.0f} L/min of {cooling.coolant}"
    yield "heat to liquid", power(cooling.liquid_heat), flow
    yield "heat to air", power(cooling.air_heat), rounded(cooling.air_heat / _BTU_PER_HOUR, "BTU/h", 3)
    yield "mass", f"{design.mass:,.0f} kg", f"{design.floor_load:,.0f} kg/m2 on its footprint"
    if capacity:
        yield "height", f"{design.height_u:g} U", f"of {capacity:g} U"
    switches = ", ".join(counted(number, kind) for kind, number in fabric.scale_out.switch_counts.items())
    yield "accelerators", f"{design.accelerators:g}", f"{switches} per SU"
    yield "cost", money(design.cost_per_rack), f"without {', '.join(unpriced)}" if unpriced else "all parts priced"
    yield "power chain", percent(design.chain_efficiency), "of the power at medium voltage reaches the chips"


def check_sentence(check: Check) -> str:
    """Say in one line what a check found and what would help."""
    where = f" ({check.subject})" if check.subject else ""
    way_out = f"; {check.way_out}" if check.way_out and not check.ok else ""
    return f"{check.severity.value}: {check.title}{where}: {check.value} is to be {check.sense} {check.limit}{way_out}"
