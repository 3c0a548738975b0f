"""Published fabrics against the engine: switches and cables, count by count, with what was read into a row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fabric import Clos, Dragonfly, SlimFly, Torus, size_clos
from gigaloop.design.records import DeviceKind, Plane
from gigaloop.validation.fabric_rows import (
    FabricRow,
    Ports,
    Reading,
    extra_cables,
    links_per_cable,
    read_fabrics,
    read_letters,
    read_plane,
    read_ports,
    read_rack,
    read_tiers,
    read_unit,
)
from gigaloop.validation.records import Checked, Validation

SWITCH_ENDS = {"node-leaf": 1, "leaf-spine": 2, "spine-core": 2}
"""Ends of a link that are at switches, by layer."""

SILENT = "the row publishes no count"

PUBLISHED_TO = 1000
"""Step to which counts of transceivers are published. Source: NVIDIA, "roughly 655,000", quoted by the bundled row."""

QUANTITIES: Mapping[str, tuple[str, str]] = {
    "leafs": ("leaf switches", "switches"),
    "spines": ("spine switches", "switches"),
    "cores": ("core switches", "switches"),
    "cables_node_leaf": ("cables from nodes", "cables"),
    "cables_leaf_spine": ("cables from leafs to spines", "cables"),
    "cables_spine_core": ("cables from spines to cores", "cables"),
}
"""What a column counts, and its unit."""

_TIERS: tuple[DeviceKind, ...] = ("leaf", "spine", "core")
_TOGETHER = {"spines": "all switches", "cables_leaf_spine": "all cables between switches"}
"""What the columns count where a row gives one number for all tiers and states no leafs."""
_CIRCUITS = {"spines": "circuit switches", "cables_leaf_spine": "cables to circuit switches"}
"""What the columns count of a torus."""


@dataclass(frozen=True)
class Computed:
    """What the engine makes of a row: counts by column, in the row's cables, and what was read into it."""

    counts: Mapping[str, int]
    readings: tuple[str, ...]
    misprint: str = ""
    gpus: int = 0
    switch_ends: int = 0
    """Ends of links at switches, over all planes."""


def validate_fabric(rows: Path) -> Validation:
    """Compute the counts of published fabrics and hold them against what was published.

    Parameters
    ----------
    rows
        The table: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        If the table is wrong.
    """
    fabrics = read_fabrics(rows)
    checked = [tuple(_checked(row)) for row in fabrics]
    return Validation("fabric", tuple(itertools.chain.from_iterable(checked)), (_remark(checked),))


def compute(row: FabricRow) -> Computed:
    """Compute the counts of a row.

    Raises
    ------
    LookupError
        With the reason for which they cannot be computed.
    """
    if row.gpus is None:
        raise LookupError("the row states no number of GPUs")
    if row.transceivers is not None and not row.counts:
        return _transceivers(row, row.gpus)
    plane = read_plane(row, row.gpus)
    text = row.text.casefold()
    if "torus" in text:
        return _torus(row, plane, row.gpus)
    ports = read_ports(row, plane.rate)
    if "dragonfly" in text or "slim fly" in text:
        return _direct(row, plane, ports)
    return _clos(row, plane, ports, row.gpus)


def _clos(row: FabricRow, plane: Reading, ports: Ports | None, gpus: int) -> Computed:
    rack = read_rack(row)
    if ports is None and rack is None:
        raise LookupError("the row states neither the ports of a switch nor one leaf switch to a rack")
    readings, nodes, rails = list(plane.readings), plane.nodes, plane.rails
    if rack is not None:
        nodes, rails = nodes * rails, 1
        readings.append(f"all {rack} GPUs of a rack share its leaf")
    tiers = read_tiers(row)
    unit = rack or read_unit(row, plane, gpus)
    if ports is None:
        found = _smallest(nodes, rails, plane.rate, unit, tiers)
        readings.append("the ports of its switches are not stated: only leafs and their cables are compared")
        return _told(row, plane, found, readings, only=("leafs", "cables_node_leaf"))
    if unit is None:
        unit = max(1, int((ports.radix - ports.reserved) * ports.oversubscription / (1 + ports.oversubscription)))
        readings.append(f"its scalable units are not stated: leafs are filled with {unit} nodes")
    found = size_clos(
        nodes=nodes,
        rails=rails,
        rate=plane.rate,
        radix=ports.radix,
        nodes_per_su=unit,
        tiers=tiers,
        oversubscription=float(ports.oversubscription),
        reserved=ports.reserved,
        uplink_rate=ports.uplink_rate,
    )
    return _told(row, plane, found, readings)


def _smallest(nodes: int, rails: int, rate: float, unit: int | None, tiers: int | None) -> Clos:
    """Size a Clos of switches with as few ports, a power of two, as serve; a unit without nodes stated fills a leaf."""
    for radix in (2**n for n in range(2, 17)):
        filled = unit or radix // 2
        if radix // 2 < filled:
            continue
        try:
            return size_clos(nodes=nodes, rails=rails, rate=rate, radix=radix, nodes_per_su=filled, tiers=tiers)
        except GigaloopError:
            continue
    raise LookupError(f"no Clos joins {nodes:,} nodes")


def _direct(row: FabricRow, plane: Reading, ports: Ports | None) -> Computed:
    readings = list(plane.readings)
    radix = ports.radix if ports is not None else 1 << 16
    found: Plane
    if "dragonfly" in row.text.casefold():
        p, a, h, g = read_letters(row, "pahg")
        found = Dragonfly(plane.nodes, plane.rails, plane.rate, radix, p, a, h, g)
    else:
        (q,) = read_letters(row, "q")
        concentration = -(-plane.nodes * plane.rails // (2 * q * q))
        found = SlimFly(plane.nodes, plane.rails, plane.rate, radix, q, concentration)
        if not found.buildable:
            readings.append(f"q={q} is no power of a prime: the formula counts it, but no such graph exists")
    return _told(row, plane, found, readings)


def _torus(row: FabricRow, plane: Reading, gpus: int) -> Computed:
    cubes = re.search(r"(\d+)x(\d+)x(\d+) cubes", row.topology)
    ports = re.search(r"(\d+) ports", row.switch)
    if cubes is None or ports is None or len(set(cubes.groups())) > 1:
        raise LookupError("the row does not state its cubes and the ports of its circuit switches")
    side = int(cubes[1])
    blocks, rest = divmod(gpus, side**3)
    if rest or not blocks:
        raise LookupError(f"{gpus:,} nodes are no whole cubes of {side}x{side}x{side}")
    found = Torus((1, 1, blocks), side, plane.rate, int(ports[1]))
    return _told(row, plane, found, [*plane.readings, "GPUs are the nodes of the torus"])


def _transceivers(row: FabricRow, gpus: int) -> Computed:
    """Count the ends of links at the switches of three tiers at 1:1: five for every GPU, whatever the radix."""
    readings = ["one transceiver to each end of a link at a switch, in three tiers at 1:1 with a port for each GPU"]
    binary = re.search(r"\b(\d+)k\b", row.name)
    if binary is not None and gpus == int(binary[1]) * 1000:
        readings.append(f"{binary[1]}k is read as {binary[1]} x 1,024: with {gpus:,} GPUs there would be {5 * gpus:,}")
        gpus = int(binary[1]) * 1024
    plane = Reading(gpus, 1, 1, 1e9)
    found = _smallest(gpus, 1, plane.rate, None, 3)
    return _told(row, plane, found, readings)


def _told(row: FabricRow, reading: Reading, plane: Plane, readings: list[str], only: tuple[str, ...] = ()) -> Computed:
    """Put what a plane counts into the columns of a row."""
    switches = {kind: reading.planes * count for kind, count in plane.switches.items()}
    links = {layer: reading.planes * count for layer, count in plane.link_counts.items()}
    layers = tuple(links)
    between = [count for layer, count in links.items() if not layer.startswith("node-")]
    per, extra = links_per_cable(row), extra_cables(row)
    if isinstance(plane, Torus):
        counts = {"spines": switches["ocs"], "cables_leaf_spine": links["node-ocs"]}
    elif "leafs" not in row.counts and "spines" in row.counts:
        counts = {"spines": sum(switches.values()), "cables_leaf_spine": sum(between) // per}
        readings.append("it states no leafs: its spines are all switches, its cables from leafs all between switches")
    else:
        counts = {f"{kind}s": switches.get(kind, 0) for kind in _TIERS}
        named = zip(("cables_leaf_spine", "cables_spine_core"), (*between, 0, 0), strict=False)
        counts |= {column: count // per for column, count in named}
    if not isinstance(plane, Torus):
        counts["cables_node_leaf"] = links[layers[0]] // per + extra
    if extra:
        readings.append(f"{extra} cables to leafs are no node's")
    if per > 1:
        readings.append(f"a cable carries {per} links")
    ends = sum(SWITCH_ENDS.get(layer, 0) * count for layer, count in links.items())
    kept = {column: count for column, count in counts.items() if not only or column in only}
    gpus = plane.endpoints * reading.planes // max(row.nic_per_gpu, 1) if reading.misprint else 0
    return Computed(kept, tuple(readings), reading.misprint, gpus, ends)


def _checked(row: FabricRow) -> Iterator[Checked]:
    """Compute a row; whatever is wrong with it is said in its note, and it never disappears."""
    published: dict[str, int] = dict(row.counts)
    if row.transceivers is not None:
        published["transceivers"] = row.transceivers
    if not published:
        yield Checked(row.name, "counts", "", None, None, None, False, SILENT)
        return
    try:
        found = compute(row)
    except (LookupError, GigaloopError, ZeroDivisionError) as error:
        why = str(error.why) if isinstance(error, GigaloopError) else str(error.args[0])
        if isinstance(error, ZeroDivisionError):
            why = "a rate or a number of units, planes or adapters of the row is 0"
        for column, value in published.items():
            yield Checked(row.name, *_quantity(row, column), value, None, None, False, why)
        return
    status = _status(row)
    note = "; ".join(filter(None, (status, *found.readings)))
    if found.misprint:
        gpus = float(found.gpus)
        yield Checked(row.name, "GPUs", "", row.gpus, gpus, None, False, found.misprint)
    for column, value in published.items():
        counted = found.switch_ends if column == "transceivers" else found.counts.get(column)
        if counted is None:
            said = f"the row does not say enough for it; {note}"
            yield Checked(row.name, *_quantity(row, column), value, None, None, False, said)
            continue
        near = PUBLISHED_TO / 2 if column == "transceivers" else 0.0
        off = counted / value - 1.0 if value else float(counted)
        yield Checked(row.name, *_quantity(row, column), value, counted, off, abs(counted - value) <= near, note)
        # What was read into a row is said once, at its first count.
        note = status


def _quantity(row: FabricRow, column: str) -> tuple[str, str]:
    if column == "transceivers":
        return "transceivers at switches", "modules"
    name, unit = QUANTITIES[column]
    if "torus" in row.text.casefold() and column in _CIRCUITS:
        return _CIRCUITS[column], unit
    together = "leafs" not in row.counts and "spines" in row.counts and column in _TOGETHER
    return (_TOGETHER[column] if together else name), unit


def _status(row: FabricRow) -> str:
    """Say how the source comes by the counts of a row, where it does not print them."""
    status = f"{row.notes}; {row.closed_form}".casefold()
    if "predicted" in status:
        return "predicted from like fabrics, not printed by the source"
    return "derived from what the source says, not printed by it" if "deriv" in status else ""


def _remark(fabrics: Sequence[tuple[Checked, ...]]) -> str:
    """Say what the counts of the fabrics amount to."""
    errors = [[each.within for each in rows if each.error is not None] for rows in fabrics]
    computed = sum(map(bool, errors))
    exact = sum(bool(within) and all(within) for within in errors)
    silent = sum(rows[0].note == SILENT for rows in fabrics)
    misprints = sum("misprint" in each.note for rows in fabrics for each in rows)
    return (
        f"{len(fabrics)} {'fabric' if len(fabrics) == 1 else 'fabrics'}: {computed} computed, all counts exact of "
        f"{exact}; {silent} without a published count"
        + (f"; {misprints} misprint{'' if misprints == 1 else 's'} of a source" if misprints else "")
    )
