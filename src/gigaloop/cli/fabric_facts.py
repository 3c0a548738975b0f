"""What is shown of a fabric beside its records: cables by layer and medium, racks by kind, failures, collectives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.core.units import UNITS
from gigaloop.design.collectives import collective_times, network_contention, system_of
from gigaloop.design.fabric.failures import What, fail
from gigaloop.design.records import CollectiveTimes, Fabric, Medium, Network, NetworkDesign, Resilience
from gigaloop.design.records.floor import RACK_KINDS

SIZES = tuple(UNITS["MiB"].factor * count for count in (1.0, 64.0, 1024.0))
"""Messages whose collectives are shown [B]."""
SHOWN = ("all_reduce", "all_gather", "all_to_all")
"""Collectives that are shown."""
JOB = 1024
"""Accelerators of a job that failures hit, or as many as there are."""
DRAWS = 200
MONTH = 30.0 * UNITS["day"].factor
"""Time over which interruptions are counted [s]."""


@dataclass(frozen=True)
class Laid:
    """Cables of one medium in one layer, all planes together."""

    network: str
    layer: str
    medium: Medium | None
    """None where none reaches."""
    rate: float
    """Of a link [bit/s]."""
    links: int
    cables: int
    """Cables, or links of fibre with as many cords as each takes."""
    mean: float
    """Length of the runs [m]."""
    longest: float
    """[m]"""
    ordered: float
    """Length of all cables as ordered [m]; of fibre of all cords."""


def laid(network: Network) -> Iterator[Laid]:
    """Give the cables of each layer by medium."""
    schedule, rates = network.schedule, _rates(network)
    names = list(dict.fromkeys((name, layer) for name, _, layer in schedule.layers))
    group = np.array([names.index((name, layer)) for name, _, layer in schedule.layers], dtype=np.int64)
    code = group[schedule.layer] * (len(schedule.media) + 1) + schedule.medium + 1
    cables = schedule.first_rows
    for each in np.unique(code).tolist():
        (name, layer), index = names[each // (len(schedule.media) + 1)], each % (len(schedule.media) + 1) - 1
        medium = schedule.media[index] if index >= 0 else None
        rows = np.flatnonzero(code == each)
        run = schedule.length[rows].astype(np.float64)
        first = cables[code[cables] == each]
        cords = medium.cords if medium else 1
        yield Laid(
            name,
            layer,
            medium,
            rates[name, layer],
            len(rows),
            len(first),
            float(run.mean()),
            float(run.max()),
            float(schedule.stock[first].sum(dtype=np.float64)) * cords if medium else float("nan"),
        )


def _rates(network: Network) -> dict[tuple[str, str], float]:
    return {(one.name, layer): rate for one in network.fabric.networks for layer, rate in one.plane.rates.items()}


def racks_by_kind(network: Network) -> dict[str, int]:
    """Count the positions of a floor by what stands there."""
    counts = np.bincount(network.floor.kind, minlength=len(RACK_KINDS)).tolist()
    return {kind: count for kind, count in zip(RACK_KINDS, counts, strict=True) if count}


def rows_of_floor(network: Network) -> int:
    """Count the rows with a rack."""
    floor = network.floor
    return len(np.unique(np.stack([floor.hall_of, floor.storey, floor.row]), axis=1).T)


def rate_per_accelerator(fabric: Fabric, design: NetworkDesign) -> float:
    """Give what an accelerator is given of a network, per direction [bit/s]."""
    return design.plane.rails * design.planes * design.plane.rate / fabric.accelerators_per_node


def groups_of(fabric: Fabric) -> dict[str, int]:
    """Give the groups of accelerators whose collectives are shown, by name."""
    per_rack = fabric.nodes_per_rack * fabric.accelerators_per_node
    every = fabric.accelerators
    named = {
        "scale-up domain": min(fabric.scale_up.accelerators, every),
        "scalable unit": min(round(fabric.racks_per_su * per_rack), every),
        "fabric": every,
    }
    return {name: count for name, count in named.items() if count > 1}


def collectives_of(fabric: Fabric) -> dict[str, tuple[CollectiveTimes, ...]]:
    """Estimate the collectives that are shown, (sizes,) each, by group.

    The contention of the network is that of :func:`~gigaloop.design.collectives.network_contention`.
    """
    system = system_of(fabric)
    return {
        name: tuple(
            collective_times(system, each, SIZES, count, contention=network_contention(fabric, each, count))
            for each in SHOWN
        )
        for name, count in groups_of(fabric).items()
    }


def failures_of(network: Network) -> tuple[Resilience, ...]:
    """Let one of each thing fail that can."""
    fabric = network.fabric
    of_modules = [each for each in laid(network) if each.network == fabric.scale_out.name and each.medium is not None]
    modules = max((each.medium.links for each in of_modules if each.medium), default=1)
    things: tuple[What, ...] = ("links", "optics", "switches", "planes")
    return tuple(
        fail(fabric, what, 1, DRAWS, job_accelerators=min(JOB, fabric.accelerators), module_links=modules)
        for what in things
        if what != "planes" or fabric.scale_out.planes > 1
    )
