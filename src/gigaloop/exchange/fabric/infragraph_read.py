"""InfraGraph files that gigaloop wrote, read back into links."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from gigaloop.core.errors import StoreError
from gigaloop.design.records.fabric import DeviceKind
from gigaloop.exchange.fabric.cabling import Cabling, Layer, Sort
from gigaloop.exchange.fabric.names import KINDS, SCALE_OUT
from gigaloop.exchange.fabric.reading import text_of, wrong

_INSTANCE = re.compile(r"(?:([a-z0-9][a-z0-9_-]*)_)?([a-z]+)-p([1-9]\d*)", re.ASCII)
_NIC = re.compile(r"([a-z0-9][a-z0-9_-]*)-p([1-9]\d*)", re.ASCII)
_SLICED = re.compile(r"([A-Za-z0-9_-]+)\[(\d+)(?::(\d+)(?::([1-9]\d*))?)?\]", re.ASCII)
_MOST = 50_000_000
_INSIDE = "scale-up"
"""Instances whose edges are no cables."""
_HINT = (
    "files are those that 'gigaloop design fabric ... --cables FILE.yaml' writes; docs/exports.md says what is in them"
)

Steps = tuple[str | int, ...]


def read_infragraph(path: Path) -> Cabling:
    """Read the links of a graph, YAML or JSON by its suffix.

    Raises
    ------
    StoreError
        If it is none, or has names that gigaloop does not write: it says file, line and reason.
    """
    text = text_of(path)
    try:
        data = json.loads(text) if path.suffix == ".json" else _by_line(text) or yaml.load(text, _LOADER)  # noqa: S506 - the safe one
    except json.JSONDecodeError as error:
        raise wrong(path, error.lineno, f"this is not JSON: {error.msg}", _HINT) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "it cannot be parsed"
        raise wrong(path, mark.line + 1 if mark else 0, f"this is not YAML: {why}", _HINT) from error
    return _Graph(path, text, data).cabling()


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _by_line(text: str) -> dict[str, Any] | None:
    """Read YAML in the layout in which gigaloop writes it, an entry in each line, many times faster; else give None."""
    data: dict[str, dict[str, Any]] = {}
    section: dict[str, Any] = {}
    entries: list[Any] = []
    try:
        for line in text.splitlines():
            if line.startswith("  - "):
                entries.append(json.loads(line[4:]))
            elif line.startswith("  "):
                name, _, value = line[2:].partition(":")
                section[name] = json.loads(value) if value.strip() else []
                entries = section[name]
            else:
                section = data.setdefault(line.removesuffix(":"), {})
    except (ValueError, AttributeError):
        return None
    return data if data.keys() == {"infrastructure", "annotations"} else None


class _Graph:
    """A graph as plain data, with the text that it is of, for errors."""

    def __init__(self, path: Path, text: str, data: Any) -> None:  # noqa: ANN401 - whatever the file holds
        self._path, self._text, self._data = path, text, data

    def cabling(self) -> Cabling:
        """Give all links."""
        told = {
            self._text_at(("annotations", "links", at, "name")): self._attributes(("annotations", "links", at))
            for at in range(len(self._list("annotations", "links")))
        }
        layers: dict[Layer, int] = {}
        media: dict[Sort, int] = {}
        columns: list[np.ndarray] = []
        for at in range(len(self._list("infrastructure", "edges"))):
            columns += self._edge(("infrastructure", "edges", at), told, layers, media)
        if not columns:
            raise self._wrong(("infrastructure", "edges"), "there is no link between devices in it")
        table = np.concatenate(columns)
        layer, a, a_port, b, b_port, medium, stock = table.T
        racks, rack_of = self._racks()
        nowhere = np.full(len(table), -1, np.int32)
        a_rack, b_rack = nowhere.copy(), nowhere.copy()
        for one, code in layers.items():
            rows = layer == code
            a_rack[rows] = rack_of(one.network, one.plane, one.lower, a[rows])
            b_rack[rows] = rack_of(one.network, one.plane, one.upper, b[rows])
        ends = {"a": a, "a_port": a_port, "b": b, "b_port": b_port}
        return Cabling(
            tuple(layers),
            tuple(media),
            racks,
            layer=layer.astype(np.int32),
            cable=nowhere,
            a_rack=a_rack,
            a_unit=nowhere,
            b_rack=b_rack,
            b_unit=nowhere,
            medium=medium.astype(np.int32),
            run=np.full(len(table), np.nan),
            stock=np.where(stock < 0, np.nan, stock / 100.0),
            **{name: values.astype(np.int32) for name, values in ends.items()},
        ).sorted()

    def _edge(
        self, at: Steps, told: Mapping[str, Mapping[str, str]], layers: dict[Layer, int], media: dict[Sort, int]
    ) -> Iterator[np.ndarray]:
        names = [self._text_at((*at, end, part)) for end in ("ep1", "ep2") for part in ("instance", "component")]
        if any(name.startswith(f"{_INSIDE}[") for name in names):
            return
        scheme, link = self._text_at((*at, "scheme")), self._text_at((*at, "link"))
        if scheme not in ("one2one", "many2many"):
            raise self._wrong((*at, "scheme"), f"the scheme '{scheme}' is not read; one2one and many2many are")
        ends = [self._endpoint((*at, end)) for end in ("ep1", "ep2")]
        (lower, lower_of, a, a_port), (upper, upper_of, b, b_port) = ends
        if lower_of != upper_of:
            raise self._wrong(at, "the ends are of different networks or planes")
        facts = told.get(link, {})
        layer = Layer(*lower_of, facts.get("layer", f"{lower}-{upper}"), lower, upper)
        if scheme == "many2many":
            shape = len(a), len(b)
            a, a_port = np.repeat(a, shape[1]), np.repeat(a_port, shape[1])
            b, b_port = np.tile(b, shape[0]), np.tile(b_port, shape[0])
        elif len(a) != len(b):
            raise self._wrong(at, f"one end names {len(a)} ports, the other {len(b)}")
        try:
            stock = round(float(facts["ordered_m"]) * 100.0) if "ordered_m" in facts else -1
            sort = (
                Sort(facts["medium"], facts.get("kind", ""), int(facts.get("cords", "1")))
                if "medium" in facts
                else None
            )
        except (ValueError, OverflowError) as error:
            raise self._wrong(at, f"the annotations of its link '{link}' hold no numbers") from error
        medium = media.setdefault(sort, len(media)) if sort else -1
        code = np.full(len(a), layers.setdefault(layer, len(layers)), np.int64)
        rest = np.full(len(a), medium, np.int64), np.full(len(a), stock, np.int64)
        yield np.stack([code, a, a_port, b, b_port, *rest], axis=1)

    def _endpoint(self, at: Steps) -> tuple[DeviceKind, tuple[str, int], np.ndarray, np.ndarray]:
        """Give the kind of device at an end, its network and plane, and device and port of every link."""
        device, devices = self._sliced((*at, "instance"))
        port, ports = self._sliced((*at, "component"))
        if len(devices) * len(ports) > _MOST:
            raise self._wrong(at, f"it names {len(devices) * len(ports):,} ports")
        kind, of = self._device((*at, "instance"), device)
        if kind == "node":
            match = _NIC.fullmatch(port)
            if not match:
                raise self._wrong((*at, "component"), f"'{port}' is no network port of a node such as 'scale-out-p1'")
            of = match[1], int(match[2]) - 1
        elif port != "port":
            raise self._wrong((*at, "component"), f"a switch has 'port', not '{port}'")
        return kind, of, np.repeat(devices, len(ports)), np.tile(ports, len(devices))

    def _device(self, at: Steps, name: str) -> tuple[DeviceKind, tuple[str, int]]:
        if name == "node":
            return "node", ("", -1)
        match = _INSTANCE.fullmatch(name)
        if not match or match[2] not in KINDS:
            raise self._wrong(at, f"'{name}' is no device such as 'node' or 'leaf-p1'")
        return KINDS[KINDS.index(match[2])], (match[1] or SCALE_OUT, int(match[3]) - 1)

    def _sliced(self, at: Steps) -> tuple[str, np.ndarray]:
        text = self._text_at(at)
        match = _SLICED.fullmatch(text)
        if not match or max(len(number or "") for number in match.groups()[1:]) > 9:
            raise self._wrong(at, f"'{text}' is no name with a slice such as 'node[0:8]'")
        start = int(match[2])
        stop = int(match[3]) if match[3] else start + 1
        if stop - start > _MOST:
            raise self._wrong(at, f"'{text}' names too many")
        return match[1], np.arange(start, stop, int(match[4] or 1), dtype=np.int64)

    def _racks(self) -> tuple[tuple[str, ...], Any]:
        """Give the racks, and a function that looks up those of devices."""
        racks: dict[str, int] = {}
        found: dict[str, list[tuple[np.ndarray, int]]] = {}
        for number in range(len(self._list("annotations", "nodes"))):
            at: Steps = ("annotations", "nodes", number)
            rack = self._attributes(at).get("rack")
            if rack is not None:
                name, devices = self._sliced((*at, "name"))
                found.setdefault(name, []).append((devices, racks.setdefault(rack, len(racks))))
        tables = {}
        for name, parts in found.items():
            table = np.full(max(int(devices.max(initial=0)) for devices, _ in parts) + 1, -1, np.int32)
            for devices, code in parts:
                table[devices] = code
            tables[name] = table

        def rack_of(network: str, plane: int, kind: DeviceKind, device: np.ndarray) -> np.ndarray:
            from gigaloop.exchange.fabric.infragraph import instance

            table = tables.get(instance(network, plane, kind), np.zeros(0, np.int32))
            known = device < len(table)
            return np.where(known, np.append(table, -1)[np.where(known, device, len(table))], -1)

        return tuple(racks), rack_of

    def _attributes(self, at: Steps) -> dict[str, str]:
        count = len(self._list(*at, "attributes"))
        return {
            self._text_at((*at, "attributes", n, "attribute")): self._text_at((*at, "attributes", n, "value"))
            for n in range(count)
        }

    def _at(self, steps: Steps) -> Any:  # noqa: ANN401 - whatever the file holds
        value = self._data
        for place, step in enumerate(steps):
            there = (
                isinstance(value, Mapping) and step in value
                if isinstance(step, str)
                else isinstance(value, list) and step < len(value)
            )
            if not there:
                where = _shown(steps[:place]) or "the file"
                raise self._wrong(steps[:place], f"{where} has no '{step}'")
            value = value[step]
        return value

    def _list(self, *steps: str | int) -> Sequence[Any]:
        value = self._at(steps)
        if not isinstance(value, list):
            raise self._wrong(steps, f"{_shown(steps)} is no list")
        return value

    def _text_at(self, steps: Steps) -> str:
        value = self._at(steps)
        if not isinstance(value, str):
            raise self._wrong(steps, f"{_shown(steps)} is no text")
        return value

    def _wrong(self, steps: Steps, why: str) -> StoreError:
        """Make an error with the line of a value, or of the nearest that holds it."""
        node: Any = yaml.compose(self._text, _LOADER)
        line = 1
        for step in steps:
            line = node.start_mark.line + 1
            if isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if key.value == step), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            else:
                node = None
            if node is None:
                return wrong(self._path, line, why, _HINT)
        return wrong(self._path, node.start_mark.line + 1 if node is not None else line, why, _HINT)


def _shown(steps: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in steps)
