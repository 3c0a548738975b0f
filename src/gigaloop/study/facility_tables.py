"""The facilities of a run as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigaloop.study.columns import Columns, table

if TYPE_CHECKING:
    from gigaloop.design.records import Band
    from gigaloop.study.chain import Result


def facility_tables(result: Result) -> dict[str, Columns]:
    """Give what the sites need around their racks, for each facility of a run.

    A row of ``facilities`` is a site's; the others are its equipment, when to order it, checks, months, energy by use,
    steps of energisation, loops, what leaks cost, and the electrical network from the grid to the racks (``fed_by`` is
    the number of the ``node`` before, -1 for the grid).
    """
    facilities = list(result.facilities.values())
    lines = [(f, line) for f in facilities for line in f.equipment]
    return {
        "facilities": table(
            (
                "site", "generation", "architecture", "cooling", "station", "racks", "it_power_w", "peak_power_w",
                "mean_load", "pue", "pue_p10", "pue_p90", "peak_pue", "peak_pue_p10", "peak_pue_p90", "wue_m3_j",
                "wue_m3_j_p10", "wue_m3_j_p90", "it_energy_j", "facility_energy_j", "water_m3", "water_max_m3_s",
                "free_hours", "trim_hours", "chiller_hours", "short_hours", "supply_k", "reusable_heat_j",
                "reuse_temperature_k", "redundancy", "blocks", "spare_blocks", "block_power_w", "rack_availability",
                "expected_lost_w", "equipment_cost_usd",
            ),
            (
                (
                    f.site, f.generation, f.architecture, f.cooling, f.weather.station, f.racks, f.it_power,
                    f.year.peak_power, f.mean_load, *_band(f.year.pue), *_band(f.year.peak_pue), *_band(f.year.wue),
                    f.year.it_energy, f.year.facility_energy, f.year.water, f.water_max, f.year.free_hours,
                    f.year.trim_hours, f.year.chiller_hours, f.year.short_hours, f.supply, f.year.reusable_heat,
                    f.year.reuse_temperature, f.blocks.redundancy, f.blocks.blocks, f.blocks.spare_blocks,
                    f.blocks.block_power, f.blocks.rack_availability,
                    f.blocks.expected_lost + f.blocks.expected_lost_cooling, f.equipment_cost,
                )
                for f in facilities
            ),
        ),
        "facility_equipment": table(
            (
                "site", "role", "name", "part", "unit", "duty", "rating", "needed", "spare", "per_power_w",
                "stated_per_power_w", "electric_power_w", "footprint_m2", "unit_cost_usd", "cost_usd", "lead_time_s",
                "lead_time_high_s", "install_s", "sizing",
            ),
            (
                (
                    f.site, e.role, e.name, e.part, e.unit, e.duty, e.rating, e.needed, e.spare, e.per_power,
                    e.stated_per_power, e.electric_power, e.footprint, e.unit_cost, e.cost, e.lead_time,
                    e.lead_time_high, e.install, e.sizing,
                )
                for f, e in lines
            ),
        ),
        "facility_orders": table(
            ("site", "role", "needed_on", "power_w", "pieces", "missing", "latest_order", "latest_order_high", "late"),
            (
                (f.site, e.role, o.on, o.power, o.pieces, o.missing, o.latest_order, o.latest_order_high, o.late)
                for f, e in lines
                for o in e.orders
            ),
        ),
        "facility_checks": table(
            ("site", "check", "title", "subject", "value", "limit", "unit", "margin", "ok", "severity", "source"),
            (
                (
                    f.site, c.id, c.title, c.subject, c.value.magnitude, c.limit.magnitude, c.unit, c.margin, c.ok,
                    c.severity.value, c.source,
                )
                for f in facilities
                for c in f.checks
            ),
        ),
        "facility_months": table(
            ("site", "month", "pue", "wue_m3_j", "dry_bulb_k", "wet_bulb_k", "free_share"),
            (
                (f.site, m.month, m.pue, m.wue, m.dry_bulb, m.wet_bulb, m.free_share)
                for f in facilities
                for m in f.months
            ),
        ),
        "facility_energy": table(
            ("site", "use", "energy_j"),
            (
                (f.site, use, energy)
                for f in facilities
                for use, energy in {"it": f.year.it_energy, **f.year.end_uses}.items()
            ),
        ),
        "facility_stages": table(
            ("site", "on", "power_w", "racks", "blocks", "load", "pue", "mean_power_w"),
            (
                (f.site, s.on, s.power, s.racks, s.blocks, s.load, s.pue, s.facility_power)
                for f in facilities
                for s in f.stages
            ),
        ),
        "facility_loops": table(
            (
                "site", "loop", "fluid", "supply_k", "return_k", "flow_m3_s", "heat_w", "pressure_drop_pa",
                "pump_power_w", "volume_m3",
            ),
            (
                (
                    f.site, p.name, p.fluid, p.supply, p.returns, p.flow, p.heat, p.pressure_drop, p.pump_power,
                    p.volume,
                )
                for f in facilities
                for p in f.loops
            ),
        ),
        "facility_leaks": table(
            ("site", "loop", "zone", "valves", "racks", "volume_m3", "leak_m3_s", "seconds", "lost_m3"),
            (
                (f.site, each.point.name, z.zone, z.valves, z.racks, z.volume, z.leak, z.seconds, z.lost)
                for f in facilities
                if f.loop_designs is not None
                for each in (f.loop_designs.tcs, f.loop_designs.fws)
                for z in each.isolation
            ),
        ),
        "facility_network": table(
            (
                "site", "node", "kind", "name", "fed_by", "count", "spare", "voltage_v", "direct", "rating",
                "rating_unit", "load", "power_w", "current_a", "fault_a", "peak_fault_a", "breaker_a",
                "breaker_breaking_a", "cable", "length_m", "voltage_per_unit", "loss_w",
            ),
            (
                (
                    f.site, i, n.kind, n.name, n.parent, n.count, n.spare, n.voltage, n.direct, n.rating, n.rating_unit,
                    n.load, n.power, n.current, n.fault, n.peak, n.breaker_current, n.breaker_breaking, n.cable,
                    n.length, n.per_unit, n.loss,
                )
                for f in facilities
                if f.one_line is not None
                for i, n in enumerate(f.one_line.nodes)
            ),
        ),
    }  # fmt: skip


def _band(band: Band) -> tuple[float, float, float]:
    return band.value, band.p10, band.p90
