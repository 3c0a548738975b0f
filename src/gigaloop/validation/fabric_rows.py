"""Rows of published fabrics, and what the texts of a row say of a fabric; what they do not say is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from gigaloop.validation.rows import TextRow, read_rows

COUNTS = ("leafs", "spines", "cores", "cables_node_leaf", "cables_leaf_spine", "cables_spine_core")
"""Columns of published counts."""

COLUMNS = (
    *("source", "name", "topology", "gpus", "nodes", "nic_per_gpu", "nic_gbps", "switch_radix"),
    *COUNTS,
    *("cost", "closed_form_check", "notes"),
)
"""Columns of a table of published fabrics."""

STATED_TEXTS = ("date",)
"""Further columns of text: the day of the source."""

STATED = ("nodes_per_su", "rails", "planes", "tiers", "extra_node_leaf", "links_per_cable")
"""Further columns, of whole numbers, that say outright what is otherwise read from the texts."""

_BITS = 8
"""Bits of a byte. Source: IEC 80000-13."""
_CAPACITY = re.compile(r"([\d.]+)T\b")
_PORTS = re.compile(r"(\d+)\s*x\s*(\d+)\s*G\b(?:\s*(down|up))?")
_TIERS = re.compile(r"\b(\d|two|three)-(?:tier|layer)")
_TRANSCEIVERS = re.compile(r"([\d,]+) (?:discrete )?transceivers")
_WORDS = {"one": 1, "two": 2, "three": 3, "dual": 2, "twin": 2}


@dataclass(frozen=True)
class FabricRow:
    """A row: its texts, and its published counts and stated numbers where there are any."""

    source: str
    name: str
    topology: str
    gpus: int | None
    nodes: int | None
    nic_per_gpu: int
    nic: str
    switch: str
    cost: str
    notes: str
    closed_form: str
    counts: dict[str, int]
    stated: dict[str, int]

    @property
    def text(self) -> str:
        """Name and topology."""
        return f"{self.name}; {self.topology}"

    @property
    def transceivers(self) -> int | None:
        """Transceivers that the row publishes."""
        found = _TRANSCEIVERS.search(self.cost)
        return None if found is None else int(found[1].replace(",", ""))


@dataclass
class Reading:
    """What a row says of one plane of its fabric, and what had to be read into it."""

    nodes: int
    rails: int
    planes: int
    rate: float
    """Of a link from a node [bit/s]."""
    readings: list[str] = field(default_factory=list)
    misprint: str = ""


@dataclass(frozen=True)
class Ports:
    """The ports of a switch: in all at the link rate, and what is free when a leaf splits them as stated."""

    radix: int
    uplink_rate: float
    oversubscription: Fraction
    reserved: int


def read_fabrics(path: Path) -> tuple[FabricRow, ...]:
    """Read a table of published fabrics: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the table, each with its place.
    """
    return read_rows(
        path, (*COLUMNS, *STATED, *STATED_TEXTS), ("name", "topology"), _row, row="fabric", table="published fabrics"
    )


def _row(row: TextRow) -> FabricRow:
    text = row.text("gpus")
    gpus = int(text.replace(",", "")) if re.fullmatch(r"[\d,]+", text) else None
    return FabricRow(
        source=row.text("source"),
        name=_plain(row, "name"),
        topology=_plain(row, "topology"),
        gpus=gpus,
        nodes=_whole(row, "nodes"),
        nic_per_gpu=_whole(row, "nic_per_gpu") or 1,
        nic=_plain(row, "nic_gbps"),
        switch=_plain(row, "switch_radix"),
        cost=_plain(row, "cost"),
        notes=_plain(row, "notes"),
        closed_form=_plain(row, "closed_form_check"),
        counts=_numbers(row, COUNTS),
        stated=_numbers(row, STATED),
    )


def _plain(row: TextRow, key: str) -> str:
    """Give a text with the letter x for the sign of multiplication."""
    return row.text(key).replace("\N{MULTIPLICATION SIGN}", "x")


def _numbers(row: TextRow, columns: Sequence[str]) -> dict[str, int]:
    found = {key: _whole(row, key) for key in columns}
    return {key: value for key, value in found.items() if value is not None}


def _whole(row: TextRow, key: str) -> int | None:
    text = row.text(key).replace(",", "")
    if not text:
        return None
    if not text.isdigit():
        row.complain(key, f"'{row.text(key)}' is no whole number", "write a number such as 128, or leave it empty")
        return None
    return int(text)


def read_plane(row: FabricRow, gpus: int) -> Reading:
    """Read nodes, rails, planes and link rate of a row.

    Raises
    ------
    LookupError
        With what the row does not say.
    """
    links, rate, readings = _adapter(row)
    planes = row.stated.get("planes") or _planes(row) or links
    ports = gpus * row.nic_per_gpu * max(links, 1)
    if row.nodes is None:
        readings.append("its nodes are not stated: every GPU counts as one, with one port on each plane")
        return Reading(ports // planes, 1, planes, rate, readings)
    rails = row.stated.get("rails")
    if rails is not None:
        return Reading(row.nodes, rails, planes, rate, readings)
    rails, rest = divmod(ports, row.nodes * planes)
    if not rest and rails:
        return Reading(row.nodes, rails, planes, rate, readings)
    cables = row.counts.get("cables_node_leaf", 0) - extra_cables(row)
    rails, rest = divmod(cables * links_per_cable(row), row.nodes * planes)
    if rest or not rails:
        raise LookupError(f"{gpus:,} GPUs on {row.nodes:,} nodes and {planes} planes give no whole number of rails")
    meant = row.nodes * planes * rails // (row.nic_per_gpu * max(links, 1))
    why = (
        f"misprint of the source: {gpus:,} GPUs on {row.nodes:,} nodes would be {gpus / row.nodes:.2f} to a node; its"
        f" {cables:,} cables to nodes are {cables / row.nodes:g} to a node, {meant:,} GPUs, which is taken"
    )
    return Reading(row.nodes, rails, planes, rate, readings, why)


def _adapter(row: FabricRow) -> tuple[int, float, list[str]]:
    """Give links of an adapter and their rate [bit/s], with what was read into the row."""
    found = re.search(r"(?:(\d+)\s*x\s*)?(\d+(?:\.\d+)?)\s*(GB/s)?", row.nic)
    if found is not None:
        return int(found[1] or 1), float(found[2]) * 1e9 * (_BITS if found[3] else 1), []
    ports = _PORTS.search(row.switch)
    if ports is None and _CAPACITY.search(row.switch):
        raise LookupError("the row states no link rate, from which the ports of its switch would follow")
    if ports is None:
        return 1, 1e9, ["its link rate is not stated, and its counts do not depend on it"]
    half = int(ports[2]) // 2
    said = f"its link rate is not stated: two links of {half}G to a port of {ports[2]}G, as twin-port modules have them"
    return 1, half * 1e9, [said]


def _planes(row: FabricRow) -> int | None:
    found = re.search(r"\b(\d+|dual|twin)[ -]planes?\b", row.text)
    return None if found is None else _WORDS.get(found[1]) or int(found[1])


def read_ports(row: FabricRow, rate: float) -> Ports | None:
    """Read the ports of a switch at the link rate [bit/s]; None where the row states none.

    Raises
    ------
    LookupError
        If what it states is not understood, or too slow for the link rate.
    """
    text = row.switch
    if not text:
        return None
    groups = [(int(count), float(speed) * 1e9, way) for count, speed, way in _PORTS.findall(text)]
    ways = {way: (count, speed) for count, speed, way in groups if way}
    if set(ways) == {"down", "up"}:
        return _split_ports(text, *ways["down"], *ways["up"])
    number = re.search(r"^(\d+)$|(\d+) ports", text)
    capacity = _CAPACITY.search(text)
    if number is not None:
        radix = int(number[1] or number[2])
    elif groups:
        count, speed, _ = next((each for each in groups if each[1] == rate), groups[0])
        radix = int(count * speed // rate)
    elif capacity is not None:
        radix = int(float(capacity[1]) * 1e12 // rate)
    else:
        raise LookupError(f"a switch of '{text}' is not understood; write 64, 64x800G, or 128x200G down + 60x400G up")
    if radix < 1:
        raise LookupError(f"a switch of '{text}' has no port of {rate / 1e9:g} Gb/s")
    return Ports(radix, rate, Fraction(1), 0)


def _split_ports(text: str, down: int, down_rate: float, up: int, up_rate: float) -> Ports:
    used = Fraction(down * down_rate + up * up_rate)
    capacity = _CAPACITY.search(text)
    radix = int((Fraction(float(capacity[1]) * 1e12) if capacity else used) / Fraction(down_rate))
    reserved = radix - int(used / Fraction(down_rate))
    if reserved < 0:
        raise LookupError(f"'{text}' has more ports than its capacity carries")
    return Ports(radix, up_rate, Fraction(down * down_rate) / Fraction(up * up_rate), reserved)


def read_unit(row: FabricRow, plane: Reading, gpus: int) -> int | None:
    """Read the nodes of a scalable unit; None where the row does not say."""
    stated = row.stated.get("nodes_per_su")
    if stated is not None:
        return stated
    per_unit = re.search(r"(\d+) nodes/SU", row.text)
    if per_unit is not None:
        return int(per_unit[1])
    segments = re.search(r"(\d+) segments x (\d+) GPUs", row.text)
    if segments is not None:
        return plane.nodes * int(segments[2]) // gpus
    units = re.search(r"\b(\d+) (?:SUs?\b|segments)", row.text)
    if units is not None:
        return -(-plane.nodes // int(units[1]))
    return plane.nodes if re.search(r"\bSU\b", row.name) else None


def read_rack(row: FabricRow) -> int | None:
    """Read the GPUs of a rack whose ports all go to one leaf in it; None where the row does not say so."""
    if re.search(r"\bRTSW\b|rack switch", row.topology) is None:
        return None
    found = re.search(r"(\d+) GPUs/rack", f"{row.text}; {row.notes}")
    return None if found is None else int(found[1])


def read_tiers(row: FabricRow) -> int | None:
    """Read the tiers of a Clos; None where the row does not say."""
    stated, found = row.stated.get("tiers"), _TIERS.search(row.topology)
    if stated is not None or found is None:
        return stated
    return _WORDS.get(found[1]) or int(found[1])


def read_letters(row: FabricRow, letters: str) -> tuple[int, ...]:
    """Read parameters such as ``p=16 a=32``.

    Raises
    ------
    LookupError
        If the row lacks one.
    """
    found = {letter: re.search(rf"\b{letter}=(\d+)", row.text) for letter in letters}
    missing = [letter for letter, match in found.items() if match is None]
    if missing:
        raise LookupError(f"the row does not state {', '.join(missing)}; write them into topology, such as q=27")
    return tuple(int(match[1]) for match in found.values() if match is not None)


def extra_cables(row: FabricRow) -> int:
    """Give the cables to leafs that are no node's, such as those of fabric managers."""
    found = re.search(r"\+ (\d+) UFM", row.notes)
    return row.stated.get("extra_node_leaf", int(found[1]) if found else 0)


def links_per_cable(row: FabricRow) -> int:
    """Give the links that what the row calls a cable carries."""
    return row.stated.get("links_per_cable", 2 if "twin-port" in row.notes else 1)
