"""InfraGraph: the fabric as devices, instances and edges over slices, with annotations, as YAML or JSON, and back.

The schema is that of InfraGraph 3.1 (Keysight/infragraph, ``artifacts/openapi.yaml``, read 2026-11): a file holds its
``GraphResponse.Infragraph``, an ``infrastructure`` for ``set_graph`` and ``annotations`` for ``annotate_graph``. An
edge says a run of links (``leaf-p1[0:72]`` with ``spine-p1[3]``) at once. Links of one medium and ordered length are
one ``link``; racks of devices are annotations of nodes. Numbers of cables, units and runs are left to the cut sheet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gigaloop.design.records.fabric import DeviceKind
from gigaloop.exchange.fabric.cabling import Cabling, Layer
from gigaloop.exchange.fabric.names import SCALE_OUT
from gigaloop.exchange.fabric.runs import runs_of

if TYPE_CHECKING:
    from gigaloop.design.records import Network

LATENCY = 5.0e-9
"""Of a metre of fibre [s/m]: light in silica, and within 10 % that of copper. Source: speed of light over the group
index of 1.467 to 1.468 that makers state of single-mode fibre (ITU-T G.652); catalogue, ``dac-800g`` for copper."""


@dataclass(frozen=True)
class Machine:
    """What a graph says of the machine beside its cables."""

    name: str
    description: str
    devices: Mapping[str, int]
    """How many instances there are, by name."""
    ports: Mapping[str, int]
    """Ports of a switch, by instance."""
    rails: Mapping[str, int]
    """Ports of a node, by component."""
    accelerators: int
    """Of a node."""
    rates: Mapping[tuple[str, str], float]
    """Of links by network and layer [bit/s]."""
    domain_nodes: int = 0
    """Nodes of a scale-up domain; 0 where none is said."""
    scale_up: float = 0.0
    """Bandwidth of an accelerator in it [B/s]."""


def instance(network: str, plane: int, kind: DeviceKind) -> str:
    """Name the instances of a kind of device.

    >>> instance("scale-out", 0, "leaf"), instance("storage", 1, "leaf"), instance("storage", 0, "node")
    ('leaf-p1', 'storage_leaf-p2', 'node')
    """
    if kind == "node":
        return "node"
    return f"{'' if network == SCALE_OUT else network + '_'}{kind}-p{plane + 1}"


def component(network: str, plane: int, kind: DeviceKind) -> str:
    """Name the ports of a device: those of a node by network and plane.

    >>> component("scale-out", 0, "node"), component("scale-out", 0, "leaf")
    ('scale-out-p1', 'port')
    """
    return f"{network}-p{plane + 1}" if kind == "node" else "port"


def machine_of(network: Network) -> Machine:
    """Give what a graph says of a network beside its cables."""
    fabric = network.fabric
    devices = {"node": fabric.racks * fabric.nodes_per_rack}
    ports: dict[str, int] = {}
    rails: dict[str, int] = {}
    rates: dict[tuple[str, str], float] = {}
    for design in fabric.networks:
        for plane in range(design.planes):
            rails[component(design.name, plane, "node")] = design.plane.rails
            for kind, count in design.plane.switches.items():
                devices[instance(design.name, plane, kind)] = count
                ports[instance(design.name, plane, kind)] = design.plane.radix
        rates.update({(design.name, layer): rate for layer, rate in design.plane.rates.items()})
    per_node = fabric.accelerators_per_node
    nodes = fabric.scale_up.accelerators / per_node
    return Machine(
        fabric.generation,
        f"{fabric.sus} scalable units, {fabric.accelerators} accelerators, engineered by gigaloop",
        devices,
        ports,
        rails,
        round(per_node),
        rates,
        round(nodes) if per_node == round(per_node) and nodes == round(nodes) else 0,
        fabric.scale_up.bandwidth,
    )


def infragraph(machine: Machine, cabling: Cabling, *, as_json: bool = False) -> Iterator[bytes]:
    """Write a graph, part by part.

    Parameters
    ----------
    machine
        From :func:`machine_of`.
    cabling
        Every link with its cable.
    as_json
        As JSON instead of YAML; lists have an entry in each line in both.
    """
    kinds, kind = _kinds(cabling)
    sections: dict[str, dict[str, str | Iterator[Any]]] = {
        "infrastructure": {
            "name": machine.name,
            "description": machine.description,
            "devices": _devices(machine, cabling),
            "links": _links(machine, kinds),
            "instances": _instances(machine, cabling),
            "edges": _edges(machine, cabling, kinds, kind),
        },
        "annotations": {"nodes": _racks(cabling), "links": _annotated(kinds)},
    }
    yield b"{\n" if as_json else b""
    for at, (section, entries) in enumerate(sections.items()):
        yield (f'{"," if at else ""}"{section}": {{\n' if as_json else f"{section}:\n").encode()
        for place, (name, value) in enumerate(entries.items()):
            yield (f'{"," if place else ""}"{name}": ' if as_json else f"  {name}:").encode()
            yield from _entry(value, as_json)
        yield b"}\n" if as_json else b""
    yield b"}\n" if as_json else b""


def _entry(value: str | Iterator[Any], as_json: bool) -> Iterator[bytes]:
    if isinstance(value, str):
        yield (json.dumps(value) + "\n" if as_json else f" {json.dumps(value)}\n").encode()
        return
    yield b"[" if as_json else b""
    empty = True
    for item in value:
        lead = ("" if empty else ",") if as_json else ("\n" if empty else "") + "  - "
        yield (f"{lead}{json.dumps(item)}\n").encode()
        empty = False
    yield b"]\n" if as_json else b" []\n" if empty else b""


@dataclass(frozen=True)
class _Kind:
    """Links that are alike: layer, medium and ordered length."""

    name: str
    layer: Layer
    medium: int
    stock: float


def _kinds(cabling: Cabling) -> tuple[list[tuple[_Kind, tuple[tuple[str, str], ...]]], np.ndarray]:
    """Give the kinds of link with what is annotated of each, and the kind of every link."""
    centimetres = np.rint(np.nan_to_num(cabling.stock, nan=-0.01) * 100.0).astype(np.int64)
    table = np.stack([cabling.layer, cabling.medium, centimetres], axis=1)
    unique, kind = np.unique(table, axis=0, return_inverse=True)
    found = []
    for code, medium, length in unique.tolist():
        layer = cabling.layers[code]
        sort = cabling.media[medium] if medium >= 0 else None
        told = [("network", layer.network), ("plane", str(layer.plane + 1)), ("layer", layer.name)]
        if sort is not None:
            told += [("medium", sort.entry), ("kind", sort.kind), ("cords", str(sort.cords))]
        if length >= 0:
            told.append(("ordered_m", f"{length / 100:.2f}"))
        what = sort.entry if sort is not None else "none-reaches"
        name = f"{layer.network}-p{layer.plane + 1} {layer.name} {what} {max(length, 0)}cm"
        found.append((_Kind(_safe(name), layer, medium, length / 100.0), tuple(told)))
    return found, kind.reshape(-1)


def _safe(name: str) -> str:
    """Keep what the schema allows in a name."""
    return re.sub(r"[^\sa-zA-Z0-9\-_()<>]", "-", name)


def _devices(machine: Machine, cabling: Cabling) -> Iterator[dict[str, Any]]:
    nics, switches = _ports(machine, cabling)
    nic_components = [
        {"name": name, "description": "network ports, one a rail", "count": count, "choice": "nic", "nic": {}}
        for name, count in nics.items()
    ]
    yield {
        "name": "node",
        "description": "node with its accelerators and network ports",
        "components": [
            {"name": "xpu", "description": "accelerator", "count": machine.accelerators, "choice": "xpu", "xpu": {}},
            *nic_components,
        ],
        "links": [{"name": "inside", "description": "within the node"}],
        "edges": [
            _edge({"component": f"xpu[0:{machine.accelerators}]"}, {"component": f"{name}[0:{count}]"}, "inside",
                  "one2one" if count == machine.accelerators else "many2many")
            for name, count in nics.items()
        ],
    }  # fmt: skip
    for name, ports in switches.items():
        yield _switch(name, ports)
    if machine.domain_nodes:
        yield _switch("scale-up", machine.domain_nodes * machine.accelerators)


def _ports(machine: Machine, cabling: Cabling) -> tuple[dict[str, int], dict[str, int]]:
    """Count the ports of nodes by component and those of switches by instance: as stated, and as many as are used."""
    nodes, switches = dict(machine.rails), dict(machine.ports)
    for code, layer in enumerate(cabling.layers):
        rows = cabling.layer == code
        for kind, ports in ((layer.lower, cabling.a_port), (layer.upper, cabling.b_port)):
            of = layer.network, layer.plane, kind
            found, name = (nodes, component(*of)) if kind == "node" else (switches, instance(*of))
            found[name] = max(found.get(name, 1), int(ports[rows].max(initial=0)) + 1)
    return nodes, switches


def _switch(name: str, ports: int) -> dict[str, Any]:
    return {
        "name": f"{name}-switch",
        "description": f"switch of {ports} ports",
        "components": [
            {"name": "asic", "description": "what joins the ports", "count": 1, "choice": "switch", "switch": {}},
            {"name": "port", "description": "port at the link rate", "count": ports, "choice": "port", "port": {}},
        ],
        "links": [{"name": "inside", "description": "within the switch"}],
        "edges": [_edge({"component": "asic[0]"}, {"component": f"port[0:{ports}]"}, "inside", "many2many")],
    }


def _links(machine: Machine, kinds: list[tuple[_Kind, tuple[tuple[str, str], ...]]]) -> Iterator[dict[str, Any]]:
    for kind, told in kinds:
        physical: dict[str, Any] = {}
        rate = machine.rates.get((kind.layer.network, kind.layer.name))
        if rate is not None:
            physical["bandwidth"] = {"choice": "gigabits_per_second", "gigabits_per_second": rate / 1e9}
        if kind.stock >= 0.0:
            physical["latency"] = {"choice": "ns", "ns": round(kind.stock * LATENCY * 1e9, 2)}
        description = ", ".join(f"{name} {value}" for name, value in told)
        yield {"name": kind.name, "description": description, **({"physical": physical} if physical else {})}
    if machine.domain_nodes:
        bandwidth = {"choice": "gigabytes_per_second", "gigabytes_per_second": machine.scale_up / 1e9}
        yield {"name": "scale-up", "description": "of an accelerator, each way", "physical": {"bandwidth": bandwidth}}


def _instances(machine: Machine, cabling: Cabling) -> Iterator[dict[str, Any]]:
    counts = dict(machine.devices)
    for code, layer in enumerate(cabling.layers):
        rows = cabling.layer == code
        for kind, devices in ((layer.lower, cabling.a), (layer.upper, cabling.b)):
            name = instance(layer.network, layer.plane, kind)
            counts[name] = max(counts.get(name, 0), int(devices[rows].max(initial=-1)) + 1)
    for name, count in counts.items():
        of = "node" if name == "node" else f"{name}-switch"
        yield {"name": name, "description": f"{count} of {of}", "device": of, "count": count}
    if machine.domain_nodes:
        domains = -(-counts["node"] // machine.domain_nodes)
        yield {"name": "scale-up", "description": "scale-up domains", "device": "scale-up-switch", "count": domains}


def _edges(
    machine: Machine, cabling: Cabling, kinds: list[tuple[_Kind, tuple[tuple[str, str], ...]]], kind: np.ndarray
) -> Iterator[dict[str, Any]]:
    runs = runs_of(cabling, kind)
    first = runs.rows[runs.begin]
    columns = (cabling.a, cabling.a_port, cabling.b, cabling.b_port)
    starts = np.stack([column[first] for column in columns], axis=1).tolist()
    named = [
        (instance(one.layer.network, one.layer.plane, end), component(one.layer.network, one.layer.plane, end))
        for one, _ in kinds
        for end in (one.layer.lower, one.layer.upper)
    ]
    for start, step, count, code in zip(
        starts, runs.step.tolist(), runs.count.tolist(), kind[first].tolist(), strict=True
    ):
        slices = [_slice(at, by, count) for at, by in zip(start, step, strict=True)]
        lower, upper = named[2 * code], named[2 * code + 1]
        ep1 = {"instance": lower[0] + slices[0], "component": lower[1] + slices[1]}
        ep2 = {"instance": upper[0] + slices[2], "component": upper[1] + slices[3]}
        yield _edge(ep1, ep2, kinds[code][0].name, "one2one")
    if machine.domain_nodes:
        nodes, per = machine.devices["node"], machine.domain_nodes
        for domain, low in enumerate(range(0, nodes, per)):
            high = min(low + per, nodes)
            ep1 = {"instance": f"node[{low}:{high}]", "component": f"xpu[0:{machine.accelerators}]"}
            ports = (high - low) * machine.accelerators
            ep2 = {"instance": f"scale-up[{domain}]", "component": f"port[0:{ports}]"}
            yield _edge(ep1, ep2, "scale-up", "one2one")


def _edge(ep1: dict[str, str], ep2: dict[str, str], link: str, scheme: str) -> dict[str, Any]:
    return {"ep1": ep1, "ep2": ep2, "scheme": scheme, "link": link}


def _slice(start: int, step: int, count: int) -> str:
    """Write where a run goes.

    >>> _slice(3, 0, 8), _slice(0, 1, 8), _slice(0, 64, 3)
    ('[3]', '[0:8]', '[0:129:64]')
    """
    if not step:
        return f"[{start}]"
    stop = start + step * (count - 1) + 1
    return f"[{start}:{stop}]" if step == 1 else f"[{start}:{stop}:{step}]"


def _racks(cabling: Cabling) -> Iterator[dict[str, Any]]:
    """Give the rack of every device that a cable ends at, of neighbours in one rack together."""
    ends: dict[str, list[np.ndarray]] = {}
    for code, layer in enumerate(cabling.layers):
        rows = np.flatnonzero(cabling.layer == code)
        for kind, device, rack in (
            (layer.lower, cabling.a, cabling.a_rack),
            (layer.upper, cabling.b, cabling.b_rack),
        ):
            pairs = np.stack([device[rows], rack[rows]], axis=1)
            ends.setdefault(instance(layer.network, layer.plane, kind), []).append(pairs[pairs[:, 1] >= 0])
    for name, found in ends.items():
        placed = np.unique(np.concatenate(found), axis=0)
        if not len(placed):
            continue
        number, place = placed.T
        begins = np.flatnonzero(np.append(True, (np.diff(number) != 1) | (np.diff(place) != 0)))
        for low, high in zip(begins.tolist(), np.append(begins[1:], len(number)).tolist(), strict=True):
            where = {"attribute": "rack", "value": cabling.racks[int(place[low])]}
            yield {"name": f"{name}{_slice(int(number[low]), 1, high - low)}", "attributes": [where]}


def _annotated(kinds: list[tuple[_Kind, tuple[tuple[str, str], ...]]]) -> Iterator[dict[str, Any]]:
    for kind, told in kinds:
        yield {
            "name": kind.name,
            "attributes": [{"attribute": name, "value": value} for name, value in told],
        }
