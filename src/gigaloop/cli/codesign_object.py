"""A co-design search as one JSON object."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigaloop.design.records.codesign import Axis, CodesignSearch, Worth


def search_object(found: CodesignSearch) -> dict[str, object]:
    """Give a search as plain data: generations as they are, the front, the best and the worth of each choice."""
    return {
        "programme": found.programme,
        "site": found.site,
        "generations": list(found.generations),
        "variants": len(found),
        "can_be_built": int(found.feasible.sum()),
        "workloads": [asdict(each) for each in found.workloads],
        "choices": {
            name: [
                {
                    "choice": axis.name,
                    "what": axis.what,
                    "values": list(axis.labels),
                    "stated": axis.labels[axis.stated],
                }
                for axis in axes
            ]
            for name, axes in found.axes.items()
        },
        "stated": [_variant(found, row) for row in found.stated],
        "front": [_variant(found, row) for row in range(len(found)) if found.front[row]],
        "best": [
            {
                "generation": each.generation,
                "objective": each.objective,
                "variant": _variant(found, each.row),
                "worth": [
                    {key: value for key, value in asdict(worth).items() if key != "row"} for worth in each.worths
                ],
            }
            for each in found.findings
        ],
        "common": [asdict(each) for each in found.common],
        "obstacles": {text: found.obstacles.count(text) for text in dict.fromkeys(found.obstacles) if text},
        "assumptions": [asdict(each) for each in found.assumptions],
    }


def _axis(axis: Axis) -> dict[str, object]:
    return {"choice": axis.name, "what": axis.what, "values": list(axis.labels), "stated": axis.labels[axis.stated]}


def _worth(worth: Worth) -> dict[str, object]:
    return {key: value for key, value in asdict(worth).items() if key != "row"}


def _variant(found: CodesignSearch, row: int) -> dict[str, object]:
    name = found.generations[found.generation[row]]
    axes = found.axes[name]
    labels = [axis.labels[index] for axis, index in zip(axes, found.choice[row].tolist(), strict=True)]
    return {
        "generation": name,
        "choices": dict(zip((axis.name for axis in axes), labels, strict=True)),
        "can_be_built": not found.obstacles[row],
        "obstacle": found.obstacles[row],
        "front": bool(found.front[row]),
        "tokens_per_s": float(found.tokens_per_s[row]),
        "speed": float(found.speed[row]),
        "tokens_per_s_per_accelerator": {
            work.name: float(rate) for work, rate in zip(found.workloads, found.rates[row], strict=True)
        },
        "rack_power_w": float(found.rack_power[row]),
        "network_power_w": float(found.network_power[row]),
        "facility_power_w": float(found.facility_power[row]),
        "mass_kg": float(found.mass[row]),
        "coolant_flow_m3_s": float(found.flow[row]),
        "rack_cost_usd": float(found.rack_cost[row]),
        "network_cost_usd": float(found.network_cost[row]),
        "facility_cost_usd": float(found.facility_cost[row]),
        "annual_cost_usd": float(found.annual_cost[row]),
        "unpriced": {what: float(amount[row]) for what, amount in found.unpriced.items() if amount[row]},
        "first": found.first[row].isoformat(),
        "objectives": {objective: float(values[row]) for objective, values in found.objectives.items()},
    }
