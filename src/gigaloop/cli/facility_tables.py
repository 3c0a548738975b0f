"""The tables of a facility's card."""

from __future__ import annotations

from rich.text import Text

from gigaloop.cli import output
from gigaloop.cli.numbers import celsius, day, equipment, kilo, megawatts, money, percent, power, rounded
from gigaloop.core.units import HOUR, UNITS, WEEK, YEAR
from gigaloop.design.records import END_USES, EquipmentLine, Facility, LoopPoint

_USES = {
    "losses": "losses of the power path",
    "tcs_pumps": "pumps of the coolant units",
    "fws_pumps": "pumps of the facility water",
    "rejection_fans": "fans of the heat rejection",
    "chillers": "chillers",
    "air_fans": "fans of the air side",
    "other": "lighting, controls, offices",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LITRE_PER_KWH = UNITS["L/kWh"].factor
_GWH = UNITS["GWh"].factor
_LEFT, _RIGHT = "left", "right"


def show_uses(found: Facility) -> None:
    """Print the energy of the year by use; the uses add up to the facility."""
    year = found.year
    uses = [("IT", year.it_energy), *((_USES[name], year.end_uses[name]) for name in END_USES)]
    rows = [(name, f"{energy / _GWH:,.1f}", f"{energy / year.it_energy:.4f}") for name, energy in uses if energy]
    total = ("facility", f"{year.facility_energy / _GWH:,.1f}", f"{year.facility_energy / year.it_energy:.4f}")
    output.line()
    output.table("Energy of the year", [("use", _LEFT), ("GWh", _RIGHT), ("over IT", _RIGHT)], [*rows, total])


def show_months(found: Facility) -> None:
    """Print the months."""
    output.line()
    output.table(
        "Through the year",
        [
            ("month", _LEFT), ("dry bulb", _RIGHT), ("wet bulb", _RIGHT), ("PUE", _RIGHT), ("L/kWh", _RIGHT),
            ("no chiller", _RIGHT),
        ],
        [
            (
                _MONTHS[month.month - 1],
                celsius(month.dry_bulb),
                celsius(month.wet_bulb),
                f"{month.pue:.3f}",
                f"{month.wue / _LITRE_PER_KWH:.2f}",
                f"{100 * month.free_share:.0f} %",
            )
            for month in found.months
        ],
        optional=("wet bulb",),
    )  # fmt: skip


def show_loops(loops: tuple[LoopPoint, ...]) -> None:
    """Print the loops at the design day."""
    output.line()
    output.table(
        "Loops at the design day",
        [
            ("loop", _LEFT), ("fluid", _LEFT), ("supply", _RIGHT), ("return", _RIGHT), ("flow", _RIGHT),
            ("heat", _RIGHT), ("pressure drop", _RIGHT), ("pumps or fans", _RIGHT), ("volume", _RIGHT),
        ],
        [
            (
                loop.name,
                loop.fluid,
                celsius(loop.supply),
                celsius(loop.returns),
                f"{loop.flow:,.0f} m3/s" if loop.name == "air" else f"{loop.flow / UNITS['L/s'].factor:,.0f} L/s",
                power(loop.heat),
                f"{loop.pressure_drop:,.0f} Pa" if loop.name == "air" else f"{loop.pressure_drop / 1e3:,.0f} kPa",
                power(loop.pump_power),
                f"{loop.volume:,.0f} m3" if loop.volume else "",
            )
            for loop in loops
        ],
        optional=("volume", "fluid", "heat"),
    )  # fmt: skip


def show_blocks(found: Facility) -> None:
    """Print availability and the stages of energisation."""
    blocks = found.blocks
    lost = [
        ("power paths", f"{100 * blocks.availability:.5f} %", power(blocks.expected_lost)),
        ("cooling", f"{100 * blocks.cooling_availability:.5f} %", power(blocks.expected_lost_cooling)),
    ]
    output.line()
    output.table(
        "Availability",
        [("what", _LEFT), ("there", _RIGHT), ("IT power lost on average", _RIGHT)],
        lost,
    )
    out = "".join(f"; {row.blocks} or more blocks out {_hours(row.hours)} a year" for row in blocks.lost[:2])
    alone = f"One block's path alone {100 * blocks.unit_availability:.5f} %, units run at {percent(blocks.load_factor)}"
    every = _hours(blocks.lost_everywhere * YEAR / HOUR)
    output.line(f"{alone}{out}; of the power paths' loss {every} a year are operators, controls and restarts")
    output.line()
    output.table(
        "As the site energises",
        [("on", _LEFT), ("power", _RIGHT), ("racks", _RIGHT), ("blocks", _RIGHT), ("PUE then", _RIGHT)],
        [
            (
                day(stage.on),
                megawatts(stage.power),
                f"{stage.racks:,.0f}",
                f"{stage.blocks}",
                f"{stage.pue:.3f}" if stage.racks else "",
            )
            for stage in found.stages
        ],
    )
    output.line("PUE of a year with these racks online and the final plant in place")


def _hours(hours: float) -> str:
    return (
        f"{hours:.1f} h" if hours >= 1.0 else f"{hours * 60:.1f} min" if hours * 60 >= 1.0 else f"{hours * 3600:.0f} s"
    )


def _rating(line: EquipmentLine) -> str:
    if line.unit == "m3/s":
        return rounded(line.rating * 3600.0, "m3/h", 3)
    return power(line.rating).replace("W", "VA") if line.unit == "VA" else power(line.rating)


def show_equipment(found: Facility) -> None:
    """Print the classes of equipment."""
    output.line()
    output.table(
        "Equipment",
        [
            ("class", _LEFT), ("number", _RIGHT), ("rating", _RIGHT), ("serves", _RIGHT), ("site says", _RIGHT),
            ("draws", _RIGHT), ("footprint", _RIGHT), ("each", _RIGHT), ("all", _RIGHT), ("lead time", _RIGHT),
        ],
        [
            (
                equipment(line.role),
                f"{line.needed:,} + {line.spare:,}",
                _rating(line),
                megawatts(line.per_power),
                "" if line.stated_per_power is None else megawatts(line.stated_per_power),
                "" if not line.electric_power else power(line.electric_power),
                "" if line.footprint is None else rounded(line.footprint * line.count, "m2", 3),
                "" if line.unit_cost is None else money(line.unit_cost),
                "" if line.cost is None else _range(line),
                "" if line.lead_time is None else f"{line.lead_time / WEEK:.0f} weeks",
            )
            for line in found.equipment
        ],
        "number: needed + spare; serves: facility power at the design day over all pieces, beside what the site states;"
        " prices without installation, range in brackets",
        optional=("footprint", "draws", "each", "site says"),
    )  # fmt: skip


def _range(line: EquipmentLine) -> str:
    low, high = line.unit_cost_low, line.unit_cost_high
    if line.cost is None or low is None or high is None or low == high:
        return "" if line.cost is None else money(line.cost)
    return f"{money(line.cost)} ({money(low * line.count)} to {money(high * line.count)})"


def show_orders(found: Facility) -> None:
    """Print what to order by when."""
    rows = [
        (step.latest_order, line, step, step.missing - before)
        for line in found.equipment
        for step, before in zip(line.orders, (0, *(one.missing for one in line.orders)), strict=False)
        if step.latest_order is not None and step.missing > before
    ]
    rows.sort(key=lambda row: (row[0], row[1].role))
    if not rows:
        output.line("Everything that the coming steps of power need is in service or on order.")
        return
    output.line()
    output.table(
        "Order by",
        [
            ("order by", _LEFT), ("if slow", _LEFT), ("what", _LEFT), ("pieces", _RIGHT),
            ("for the step of", _LEFT), ("to", _RIGHT), ("", _LEFT),
        ],
        [
            (
                str(latest),
                "" if step.latest_order_high is None else day(step.latest_order_high),
                equipment(line.role),
                kilo(more),
                day(step.on),
                megawatts(step.power),
                _lateness(line, late=step.late),
            )
            for latest, line, step, more in rows
        ],
        optional=("to", "if slow"),
    )  # fmt: skip
    output.line(
        "pieces: beyond those in service, on order, or ordered for the steps before; if slow: longest lead time"
    )


def _lateness(line: EquipmentLine, *, late: bool) -> Text:
    if not late:
        return Text("")
    return Text("past", style="red") if line.part else Text("past; the site lists none of it", style="yellow")
