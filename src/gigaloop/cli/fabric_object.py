"""A fabric as plain data in SI units, for machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gigaloop.cli.fabric_facts import MONTH, Laid, laid, racks_by_kind, rate_per_accelerator, rows_of_floor
from gigaloop.cli.objects import check_object
from gigaloop.core.evidence import Evidence
from gigaloop.design.fabric.interruptions import Interruptions
from gigaloop.design.fabric.paths import path_profile
from gigaloop.design.records import CollectiveTimes, FabricItemLine, Network, NetworkDesign, Resilience


def fabric_object(
    network: Network,
    collectives: Mapping[str, tuple[CollectiveTimes, ...]],
    failures: tuple[Resilience, ...],
    often: Interruptions,
) -> dict[str, Any]:
    """Give a fabric as plain data: SI units, rates in bit/s, bandwidths of accelerators in B/s."""
    fabric, floor, bill = network.fabric, network.floor, network.bill
    far = path_profile(fabric.scale_out.plane)
    return {
        "generation": fabric.generation,
        "site": network.site or None,
        "feasible": network.feasible,
        "scalable_units": fabric.sus,
        "racks": fabric.racks,
        "racks_per_scalable_unit": fabric.racks_per_su,
        "nodes_per_rack": fabric.nodes_per_rack,
        "accelerators_per_node": fabric.accelerators_per_node,
        "accelerators": fabric.accelerators,
        "scale_up": {
            "accelerators": fabric.scale_up.accelerators,
            "bandwidth_b_s": fabric.scale_up.bandwidth,
            "in_switch_reduction": fabric.scale_up.in_switch_reduction,
        },
        "load_balancing": fabric.load_balancing,
        "distances": [
            {"links": links, "share": share, "equal_paths": paths}
            for links, share, paths in zip(far.hops.tolist(), far.share.tolist(), far.paths.tolist(), strict=True)
        ],
        "networks": [
            _network(each) | {"rate_per_accelerator_bit_s": rate_per_accelerator(fabric, each)}
            for each in fabric.networks
        ],
        "floor": {
            "halls": list(floor.hall),
            "storeys": int(floor.storey.max(initial=0)) + 1,
            "rows": rows_of_floor(network),
            "racks": racks_by_kind(network),
            "unplaced": list(floor.unplaced),
        },
        "cables": [_laid(each) for each in laid(network)],
        "links": len(network.schedule),
        "links_beyond_reach": len(network.schedule.unreached),
        "trays": {
            "segments": len(network.trays.fill),
            "fullest": float(np.max(network.trays.fill, initial=0.0)),
            "fill_limit": network.trays.fill_limit,
            "heaviest_kg_m": float(np.max(network.trays.load, initial=0.0)),
            "load_limit_kg_m": network.trays.load_limit,
        },
        "bill": [_line(each) for each in bill.lines],
        "power_w": bill.power,
        "node_power_w": bill.node_power,
        "cost_usd": _range(bill.cost),
        "node_cost_usd": _range(bill.node_cost),
        "unpriced": list(bill.unpriced),
        "unpowered": list(bill.unpowered),
        "collectives": [
            {"group": name, "accelerators": int(each.group.flat[0])} | _times(each)
            for name, times in collectives.items()
            for each in times
        ],
        "failures": [_failure(each) for each in failures],
        "interruptions": {
            "interval_s": often.interval,
            "interval_low_s": often.interval_range[0],
            "interval_high_s": often.interval_range[1],
            "in_30_days": list(often.count_range(MONTH)),
            "causes": [
                {"name": each.name, "parts": each.parts, "rate_1_s": each.interruptions} for each in often.causes
            ],
            "not_counted": list(often.unknown),
        },
        "checks": [check_object(check) for check in network.checks],
    }


def _network(design: NetworkDesign) -> dict[str, Any]:
    plane = design.plane
    return {
        "name": design.name,
        "purpose": design.purpose,
        "topology": type(plane).__name__,
        "planes": design.planes,
        "rails": plane.rails,
        "rate_bit_s": plane.rate,
        "radix": plane.radix,
        "oversubscription": getattr(plane, "oversubscription", None),
        "switches": design.switches,
        "switches_by_tier": {kind: count * design.planes for kind, count in plane.switches.items()},
        "links": design.links,
        "links_by_layer": {layer: count * design.planes for layer, count in plane.link_counts.items()},
        "rates_bit_s": dict(plane.rates),
        "switch_power_w": design.switch_power,
        "switch_height_u": design.switch_units,
        "sources": _sources(design.switch_evidence),
    }


def _laid(each: Laid) -> dict[str, Any]:
    medium = each.medium
    return {
        "network": each.network,
        "layer": each.layer,
        "medium": None if medium is None else medium.id,
        "kind": None if medium is None else medium.kind,
        "rate_bit_s": each.rate,
        "links": each.links,
        "cables": each.cables,
        "cords": None if medium is None else each.cables * medium.cords,
        "mean_m": each.mean,
        "longest_m": each.longest,
        "ordered_m": each.ordered,
        "reach_m": None if medium is None else medium.reach,
        "standard_reach_m": None if medium is None else medium.standard_reach,
    }


def _line(line: FabricItemLine) -> dict[str, Any]:
    return {
        "item": line.item,
        "name": line.name,
        "entry": line.catalogue or None,
        "part": line.part or None,
        "network": line.network or None,
        "where": line.where or None,
        "quantity": line.quantity,
        "unit": line.unit,
        "length_m": line.length,
        "power_w": line.power,
        "cost_usd": None if line.cost is None else _range(line.cost),
        "at_node": line.at_node,
        "sources": _sources(line.evidence),
    }


def _range(cost: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip(("low", "base", "high"), cost, strict=True))


def _sources(evidence: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    return [{"source": each.source, "date": each.date, "kind": each.kind.value} for each in evidence]


def _times(each: CollectiveTimes) -> dict[str, Any]:
    return {
        "collective": each.collective,
        "bytes": each.bytes,
        "time_s": each.time,
        "low_s": each.low,
        "high_s": each.high,
        "bus_bandwidth_b_s": each.bus_bandwidth,
        "algorithm": [each.algorithms[code] for code in each.algorithm.tolist()],
        "measured": each.measured,
    }


def _failure(each: Resilience) -> dict[str, Any]:
    return {
        "failed": each.failed,
        "count": each.count,
        "draws": each.draws,
        "worst_job_bandwidth": {"mean": float(each.bandwidth.mean()), "least": float(each.bandwidth.min())},
        "fabric_bandwidth": float(each.mean_bandwidth.mean()),
        "nodes_cut": float(each.nodes_cut.mean()),
        "jobs_slowed": float(each.jobs_hit.mean()),
        "jobs_stopped": float(each.jobs_stopped.mean()),
    }
