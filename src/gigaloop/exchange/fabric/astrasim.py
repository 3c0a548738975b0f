"""ASTRA-sim: the network file of its analytical engines, with the dimensions that come closest to a fabric, and back.

A dimension is ``Ring``, ``FullyConnected`` or ``Switch``, with NPUs, bandwidth per NPU and direction [GB/s] and latency
[ns] (astra-sim/astra-sim, ``inputs/network/analytical``, read 2026-11). Its congestion-aware engine takes one alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from gigaloop.design.fabric import Clos, Dragonfly, Torus
from gigaloop.design.records import Fabric
from gigaloop.exchange.fabric.reading import text_of, wrong

TOPOLOGIES = ("Ring", "FullyConnected", "Switch")

SCALE_UP_LATENCY = 936.25
"""Of a scale-up domain [ns]. Source: ASTRA-sim, examples/network/analytical/HGX-H100-validated.yml, its validated H100
node, https://github.com/astra-sim/astra-sim (read 2026-11)."""
SWITCH_LATENCY = 300.0
"""Of a scale-out switch with the cable to the next [ns]. Source: assumption between the 150 ns port to port that are
claimed of the catalogue's ``qm9700`` and several hundred of Ethernet switches, with 20 m of cable at 5 ns a metre."""
ADAPTER_LATENCY = 1000.0
"""Of both network adapters together [ns]. Source: assumption that leaves the rest of the 2.8 us end to end below one
leaf to software; DeepSeek-AI, Insights into DeepSeek-V3, ISCA 2025, https://arxiv.org/abs/2505.09343."""


@dataclass(frozen=True)
class Dimension:
    """A dimension of a network: topology, NPUs, bandwidth per NPU and direction, whole [B/s], latency [s]."""

    topology: str
    npus: int
    bandwidth: float
    latency: float


def dimensions_of(fabric: Fabric) -> tuple[Dimension, ...]:
    """Give the dimensions that come closest to a fabric, the innermost first; their NPUs multiply to all accelerators.

    The scale-up domain is a switch. Of a Clos, the domains of a scalable unit are one switch and the units another,
    slowed by oversubscription; a dragonfly has its groups fully connected, a torus its rings.
    """
    domain = math.gcd(fabric.scale_up.accelerators, fabric.accelerators)
    found = [Dimension("Switch", domain, fabric.scale_up.bandwidth, SCALE_UP_LATENCY * 1e-9)]
    design, plane = fabric.scale_out, fabric.scale_out.plane
    rate = plane.rails * design.planes * plane.rate / 8.0 / fabric.accelerators_per_node
    near, far = (_latency(2 * tiers - 1) for tiers in (1, getattr(plane, "tiers", 2)))
    domains = fabric.accelerators // domain
    if isinstance(plane, Torus):
        return _rings(plane, rate, near, fabric)
    if isinstance(plane, Dragonfly):
        groups = math.gcd(domains, plane.g)
        found.append(Dimension("Switch", domains // groups, rate, _latency(2)))
        found.append(Dimension("FullyConnected", groups, rate / max(1, groups - 1), _latency(3)))
    else:
        units = math.gcd(domains, fabric.sus)
        over = max(1.0, plane.oversubscription) if isinstance(plane, Clos) and plane.up else 1.0
        found.append(Dimension("Switch", domains // units, rate, near))
        found.append(Dimension("Switch", units, rate / over, far))
    return _whole([each for each in found if each.npus > 1] or found[:1])


def _rings(plane: Torus, rate: float, latency: float, fabric: Fabric) -> tuple[Dimension, ...]:
    sizes = [int(size) for size in plane.dims if size > 1]
    within = max(1, fabric.accelerators // max(1, math.prod(sizes)))
    inside = [Dimension("Switch", within, fabric.scale_up.bandwidth, SCALE_UP_LATENCY * 1e-9)] if within > 1 else []
    return _whole([*inside, *(Dimension("Ring", size, rate / max(1, len(sizes)), latency) for size in sizes)])


def _whole(dimensions: list[Dimension]) -> tuple[Dimension, ...]:
    return tuple(replace(each, bandwidth=float(round(each.bandwidth))) for each in dimensions)


def _latency(switches: int) -> float:
    return (ADAPTER_LATENCY + switches * SWITCH_LATENCY) * 1e-9


def astra_sim(dimensions: tuple[Dimension, ...], comment: str = "") -> Iterator[bytes]:
    """Write a network file.

    >>> print(b"".join(astra_sim((Dimension("Switch", 8, 4e11, 936.25e-9),))).decode(), end="")
    topology: [ Switch ]
    npus_count: [ 8 ]
    bandwidth: [ 400.0 ]  # GB/s
    latency: [ 936.25 ]  # ns
    """
    lines = [f"# {line}" for line in comment.splitlines()]
    for name, values, unit in (
        ("topology", [each.topology for each in dimensions], ""),
        ("npus_count", [str(each.npus) for each in dimensions], ""),
        ("bandwidth", [_number(each.bandwidth / 1e9) for each in dimensions], "  # GB/s"),
        ("latency", [_number(each.latency / 1e-9) for each in dimensions], "  # ns"),
    ):
        lines.append(f"{name}: [ {', '.join(values)} ]{unit}")
    yield "".join(f"{line}\n" for line in lines).encode()


def _number(value: float) -> str:
    return repr(float(f"{value:.12g}"))


def read_astra_sim(path: Path) -> tuple[Dimension, ...]:
    """Read a network file.

    Raises
    ------
    StoreError
        If it is none: it says file, line and reason.
    """
    text = text_of(path)
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise wrong(
            path,
            mark.line + 1 if mark else 0,
            "this is not YAML",
            "give a network file as 'design fabric --cables FILE.yml' writes it",
        ) from error
    hint = "it has lists of the same length: topology, npus_count, bandwidth [GB/s] and latency [ns]"
    if not isinstance(data, dict):
        raise wrong(path, 1, "this is no network file of ASTRA-sim", hint)
    columns = {}
    for name in ("topology", "npus_count", "bandwidth", "latency"):
        column, line = data.get(name), _line(text, name)
        if not isinstance(column, list) or not column:
            raise wrong(path, line, f"'{name}' is no list", hint)
        columns[name] = column
        if len(column) != len(columns["topology"]):
            raise wrong(path, line, f"'{name}' has {len(column)} entries, topology {len(columns['topology'])}", hint)
        for value in column:
            if name == "topology" and value not in TOPOLOGIES:
                raise wrong(path, line, f"'{value}' is no topology", f"there are: {', '.join(TOPOLOGIES)}")
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if name != "topology" and (not number or value < 0 or (name == "npus_count" and value != int(value))):
                raise wrong(path, line, f"'{value}' in '{name}' is no such number", hint)
    return tuple(
        Dimension(topology, int(npus), float(round(bandwidth * 1e9)), float(latency) * 1e-9)
        for topology, npus, bandwidth, latency in zip(*columns.values(), strict=True)
    )


def _line(text: str, name: str) -> int:
    return next((at for at, line in enumerate(text.splitlines(), 1) if line.startswith(f"{name}:")), 0)
