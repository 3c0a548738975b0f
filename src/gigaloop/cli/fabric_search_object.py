"""Candidate fabrics as one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gigaloop.design.records.fabric_search import FabricSearch, Floats


def search_object(found: FabricSearch) -> dict[str, object]:
    """Give a search as plain data, the candidates in their ranking."""
    return {
        "programme": found.programme,
        "generation": found.generation,
        "accelerators_asked": found.asked,
        "down": found.failed,
        "demands": [
            {
                "workload": demand.workload,
                "collective": demand.collective,
                "bytes": demand.bytes,
                "group": demand.group,
                "group_of": "domains" if demand.per_domain else "accelerators",
                "calls_per_step": demand.calls,
                "share": demand.share,
                "basis": demand.basis,
            }
            for demand in found.demands
        ],
        "stated": None if found.stated is None else _candidate_object(found.stated, 0),
        "candidates": [_candidate_object(found, row) for row in found.ranking()],
    }


def _candidate_object(found: FabricSearch, row: int) -> dict[str, object]:
    choice = found.choice[row]
    return {
        "topology": choice.topology,
        "switch": choice.switch or None,
        "planes": choice.planes,
        "link_rate_bit_s": choice.link_rate,
        "radix": choice.radix,
        "tiers": choice.tiers or None,
        "oversubscription": choice.oversubscription,
        "spine_oversubscription": choice.spine_oversubscription,
        "racks_per_su": choice.racks_per_su,
        "leafs": choice.leafs or None,
        "spines": choice.spines or None,
        "storeys": choice.storeys or None,
        "media": choice.media or None,
        "can_be_built": not found.obstacles[row],
        "obstacle": found.obstacles[row],
        "front": found.front[row],
        "accelerators": found.accelerators[row],
        "switches": found.switches[row],
        "links": found.links[row],
        "modules": found.modules[row],
        "cords": found.cords[row],
        "cable_m": found.cable_length[row],
        "longest_m": found.longest[row],
        "links_beyond_reach": found.unreached[row],
        "tray_fill_of_limit": found.tray_fill[row],
        "tray_load_of_limit": found.tray_load[row],
        "power_w": found.power[row],
        "unpowered": _pieces(found.unpowered, row),
        "cost_usd": dict(zip(("low", "base", "high"), found.cost[row], strict=True)),
        "unpriced": _pieces(found.unpriced, row),
        "time_s": found.time[row],
        "times_s": found.times[row],
        "bandwidth_left": found.bandwidth_left[row],
        "jobs_hit": found.jobs_hit[row],
        "nodes_cut": found.nodes_cut[row],
    }


def _pieces(missing: Mapping[str, Floats], row: int) -> dict[str, float]:
    return {name: float(pieces[row]) for name, pieces in missing.items() if pieces[row]}
