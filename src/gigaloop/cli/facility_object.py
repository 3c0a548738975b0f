"""A facility as plain data in SI units, for machines."""

from __future__ import annotations

from typing import Any

from gigaloop.cli.objects import check_object
from gigaloop.design.records import Band, EquipmentLine, Facility, LoopPoint, OneLineNode


def facility_object(found: Facility) -> dict[str, Any]:
    """Give a facility as plain data: SI units, and PUE as a ratio."""
    year, blocks = found.year, found.blocks
    return {
        "site": found.site,
        "generation": found.generation,
        "architecture": found.architecture,
        "cooling": found.cooling,
        "racks": found.racks,
        "it_power_w": found.it_power,
        "site_power_w": found.site_power,
        "mean_load": found.mean_load,
        "supply_k": found.supply,
        "supply_max_k": found.supply_max,
        "water_max_m3_s": found.water_max,
        "weather": {
            "station": found.weather.station,
            "name": found.weather.name,
            "period": found.weather.period,
            "source": found.weather.source,
            "grain": found.weather.grain,
            "warming_k": found.weather.warming,
            "dry_bulb_max_k": found.weather.dry_bulb_max,
            "wet_bulb_max_k": found.weather.wet_bulb_max,
            "bins_difference": found.weather.bins_difference,
        },
        "year": {
            "pue": _band(year.pue),
            "wue_m3_j": _band(year.wue),
            "peak_pue": _band(year.peak_pue),
            "peak_power_w": year.peak_power,
            "it_energy_j": year.it_energy,
            "end_uses_j": dict(year.end_uses),
            "facility_energy_j": year.facility_energy,
            "water_m3": {"evaporation": year.evaporation, "drift": year.drift, "blowdown": year.blowdown},
            "free_hours": year.free_hours,
            "chiller_hours": year.chiller_hours,
            "trim_hours": year.trim_hours,
            "wetted_hours": year.wetted_hours,
            "short_hours": year.short_hours,
            "reusable_heat_j": year.reusable_heat,
            "reuse_temperature_k": year.reuse_temperature,
        },
        "uncertain_by": [{"component": name, "share": share} for name, share in found.drivers],
        "months": [
            {
                "month": month.month,
                "pue": month.pue,
                "wue_m3_j": month.wue,
                "dry_bulb_k": month.dry_bulb,
                "wet_bulb_k": month.wet_bulb,
                "free_share": month.free_share,
            }
            for month in found.months
        ],
        "blocks": {
            "redundancy": blocks.redundancy,
            "group": blocks.group,
            "it_power_w": blocks.block_power,
            "number": blocks.blocks,
            "spare": blocks.spare_blocks,
            "racks_per_block": blocks.racks_per_block,
            "load_factor": blocks.load_factor,
            "unit_availability": blocks.unit_availability,
            "availability": blocks.availability,
            "cooling_availability": blocks.cooling_availability,
            "expected_lost_w": blocks.expected_lost,
            "lost_everywhere": blocks.lost_everywhere,
            "expected_lost_cooling_w": blocks.expected_lost_cooling,
            "lost": [{"blocks": row.blocks, "power_w": row.power, "hours_per_year": row.hours} for row in blocks.lost],
        },
        "chain": [
            {"stage": stage.name, "power_in_w": stage.power_in, "power_out_w": stage.power_out, "loss_w": stage.loss}
            for stage in found.chain
        ],
        "part_load": [
            {"load": part.load, "pue": part.pue, "mean_power_w": part.facility_power} for part in found.part_load
        ],
        "one_line": None if found.one_line is None else [_node(node) for node in found.one_line.nodes],
        "loops": [_loop(loop) for loop in found.loops],
        "heat_network": _network(found),
        "stages": [
            {
                "on": stage.on,
                "power_w": stage.power,
                "racks": stage.racks,
                "blocks": stage.blocks,
                "load": stage.load,
                "pue": stage.pue,
                "mean_power_w": stage.facility_power,
            }
            for stage in found.stages
        ],
        "equipment": [_equipment(line) for line in found.equipment],
        "equipment_cost_usd": found.equipment_cost,
        "unpriced": [line.role for line in found.equipment if line.unit_cost is None],
        "checks": [check_object(check) for check in found.checks],
        "assumptions": [entry.path for entry in found.inputs if entry.is_assumption],
    }


def _band(band: Band) -> dict[str, float]:
    return {"value": band.value, "p10": band.p10, "p90": band.p90}


def _node(node: OneLineNode) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "name": node.name,
        "fed_by": node.parent if node.parent >= 0 else None,
        "count": node.count,
        "spare": node.spare,
        "voltage_v": node.voltage,
        "direct": node.direct,
        "rating": node.rating,
        "rating_unit": node.rating_unit,
        "load": node.load,
        "power_w": node.power,
        "current_a": node.current,
        "short_circuit_a": node.fault,
        "breaker_a": node.breaker_current,
        "breaking_a": node.breaker_breaking,
        "cable": node.cable,
        "loss_w": node.loss,
    }


def _network(found: Facility) -> dict[str, float] | None:
    reuse = None if found.loop_designs is None else found.loop_designs.reuse
    if reuse is None:
        return None
    return {
        "heat_w": reuse.heat,
        "share": reuse.share,
        "supply_k": reuse.supply,
        "return_k": reuse.returns,
        "flow_m3_s": reuse.flow,
    }


def _loop(loop: LoopPoint) -> dict[str, Any]:
    return {
        "name": loop.name,
        "fluid": loop.fluid,
        "supply_k": loop.supply,
        "return_k": loop.returns,
        "flow_m3_s": loop.flow,
        "heat_w": loop.heat,
        "pressure_drop_pa": loop.pressure_drop,
        "pump_power_w": loop.pump_power,
        "volume_m3": loop.volume,
    }


def _equipment(line: EquipmentLine) -> dict[str, Any]:
    return {
        "role": line.role,
        "name": line.name,
        "entry": line.entry,
        "part": line.part,
        "unit": line.unit,
        "duty": line.duty,
        "rating": line.rating,
        "needed": line.needed,
        "spare": line.spare,
        "per_power_w": line.per_power,
        "stated_per_power_w": line.stated_per_power,
        "electric_power_w": line.electric_power,
        "footprint_m2": line.footprint,
        "unit_cost_usd": line.unit_cost,
        "unit_cost_low_usd": line.unit_cost_low,
        "unit_cost_high_usd": line.unit_cost_high,
        "cost_usd": line.cost,
        "lead_time_s": line.lead_time,
        "lead_time_high_s": line.lead_time_high,
        "install_s": line.install,
        "sizing": line.sizing,
        "orders": [
            {
                "for": step.on,
                "power_w": step.power,
                "pieces": step.pieces,
                "missing": step.missing,
                "latest_order": step.latest_order,
                "latest_order_high": step.latest_order_high,
                "late": step.late,
            }
            for step in line.orders
        ],
    }
