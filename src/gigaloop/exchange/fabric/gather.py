"""Rows that name devices, ports and racks gathered into links."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.fabric import FloatArray, IntArray
from gigaloop.exchange.fabric.cabling import COLUMNS, Cabling, Layer, Sort, expanded
from gigaloop.exchange.fabric.names import KINDS, Device, Ports, parse_device, parse_ports, parse_rack
from gigaloop.exchange.fabric.reading import wrong

Key = TypeVar("Key", bound=Hashable)
_NODE = KINDS.index("node")
_MOST_CORDS = 1000


class _Table(Generic[Key]):
    """Texts by code in the order in which they come, each read once."""

    def __init__(self, read: Callable[[Key], Any]) -> None:
        self.codes: dict[Key, int] = {}
        self.found: list[Any] = []
        self._read = read

    def of(self, path: Path, lines: Sequence[int], keys: Sequence[Key]) -> IntArray:
        """Give the codes of some; an error says in which line."""
        for key in dict.fromkeys(keys):
            if key not in self.codes:
                try:
                    self.found.append(self._read(key))
                except ValueError as error:
                    raise wrong(path, lines[keys.index(key)], str(error), _HINT) from error
                self.codes[key] = len(self.codes)
        return np.fromiter(map(self.codes.__getitem__, keys), np.int32, len(keys))


_HINT = "names are those that 'gigaloop design fabric ... --cables FILE' writes; docs/exports.md lists them"


def _sort(key: tuple[str, str, str]) -> Sort | None:
    entry, kind, cords = key
    if not entry and not kind:
        return None
    if cords and not (cords.isascii() and cords.isdigit() and 0 < int(cords) < _MOST_CORDS):
        raise ValueError(f"'{cords}' cords of a link are no whole number from 1 on")
    return Sort(entry, kind, int(cords or 1))


class Gathered:
    """Rows of a file of cables as they are read; :meth:`cabling` gives all of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._devices: _Table[str] = _Table(parse_device)
        self._ports: _Table[str] = _Table(parse_ports)
        self._racks: _Table[str] = _Table(lambda name: parse_rack(name) if name else None)
        self._layers: _Table[str] = _Table(str)
        self._media: _Table[tuple[str, str, str]] = _Table(_sort)
        self._parts: list[dict[str, NDArray[Any]]] = []

    def add(
        self,
        lines: Sequence[int],
        *,
        a: Sequence[str],
        a_port: Sequence[str],
        b: Sequence[str],
        b_port: Sequence[str],
        layer: Sequence[str],
        medium: Sequence[tuple[str, str, str]],
        cable: IntArray,
        run: FloatArray,
        stock: FloatArray,
        racks: Mapping[str, Sequence[str]] | None = None,
        units: Mapping[str, IntArray] | None = None,
    ) -> None:
        """Add rows, each of one cord.

        Parameters
        ----------
        lines
            Line of each row.
        a, a_port, b, b_port
            Names of devices and ports.
        layer, medium
            Name of the layer; entry of the catalogue, kind and cords of a link, all empty where there is none.
        cable
            Number from 0; -1 where not known.
        run, stock
            [m]; nan where not known.
        racks, units
            Names of racks and units by end (``a``, ``b``), where the rows have them.

        Raises
        ------
        StoreError
            If a name is none, or the ends do not fit each other.
        """
        path, blank = self.path, np.full(len(lines), -1, np.int32)
        part: dict[str, NDArray[Any]] = {"cable": cable, "run": run, "stock": stock, "lines": np.asarray(lines)}
        part["name"] = self._layers.of(path, lines, layer)
        part["medium"] = self._media.of(path, lines, medium)
        for end, devices, ports in (("a", a, a_port), ("b", b, b_port)):
            part[end] = self._devices.of(path, lines, devices)
            part[f"{end}_port"] = self._ports.of(path, lines, ports)
            part[f"{end}_rack"] = self._racks.of(path, lines, racks[end]) if racks else blank
            part[f"{end}_unit"] = units[end] if units else blank
        self._parts.append(part)

    def cabling(self) -> Cabling:
        """Give all links.

        Raises
        ------
        StoreError
            If there is none, or the ends of a row do not fit each other.
        """
        if not self._parts:
            raise wrong(self.path, 0, "there is no cable in it", _HINT)
        rows = {name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]}
        a, a_links, a_of = self._end(rows, "a")
        b, b_links, b_of = self._end(rows, "b")
        self._refuse(rows, a_links != b_links, "one end has more ports than the other")
        self._refuse(rows, (a_of != b_of).any(axis=1), "the ends are of different networks or planes")
        kinds = a[:, 0], b[:, 0]
        table = np.stack([*a_of.T, rows["name"], *kinds], axis=1)
        unique, layer = np.unique(table, axis=0, return_inverse=True)
        names = list(self._layers.codes)
        layers = tuple(
            Layer(self._networks[network], plane, names[name], KINDS[lower], KINDS[upper])
            for network, plane, name, lower, upper in unique.tolist()
        )
        racks = [*self._racks.codes]
        made = {"layer": layer.reshape(-1).astype(np.int32), "a": a[:, 1], "b": b[:, 1]}
        made |= {"a_port": a[:, 2], "b_port": b[:, 2]}
        for name in ("a_rack", "b_rack"):
            empty = racks.index("") if "" in racks else -2
            made[name] = np.where(rows[name] == empty, -1, rows[name])
        media: list[Sort | None] = self._media.found
        lookup = np.array([-1 if each is None else code for code, each in enumerate(media)], np.int32)
        made["medium"] = lookup[rows["medium"]]
        columns = {name: made.get(name, rows.get(name)) for name in COLUMNS}
        found = Cabling(layers, tuple(each or Sort("", "", 0) for each in media), tuple(racks), **columns)  # type: ignore[arg-type]
        return expanded(found, a_links).sorted()

    @property
    def _networks(self) -> list[str]:
        """Names of the networks by code."""
        devices: list[Device] = self._devices.found
        ports: list[Ports] = self._ports.found
        return list(dict.fromkeys([each.network for each in devices] + [each.network for each in ports]))

    def _end(self, rows: Mapping[str, NDArray[Any]], end: str) -> tuple[IntArray, NDArray[np.int64], IntArray]:
        """Give kind, number and first port (m, 3), links (m,), and network and plane (m, 2) of one end."""
        networks = {name: code for code, name in enumerate(self._networks)}
        devices = np.array(
            [(networks[d.network], d.plane, KINDS.index(d.kind), d.number) for d in self._devices.found], np.int32
        )[rows[end]]
        ports = np.array(
            [(networks[p.network], p.plane, p.first, p.last - p.first + 1) for p in self._ports.found], np.int32
        )[rows[f"{end}_port"]]
        node = devices[:, 2] == _NODE
        self._refuse(rows, node != (ports[:, 1] >= 0), f"the port of the {end} end does not belong to such a device")
        of = np.where(node[:, None], ports[:, :2], devices[:, :2])
        return np.stack([devices[:, 2], devices[:, 3], ports[:, 2]], axis=1), ports[:, 3].astype(np.int64), of

    def _refuse(self, rows: Mapping[str, NDArray[Any]], bad: NDArray[np.bool_], why: str) -> None:
        if bad.any():
            raise wrong(self.path, int(rows["lines"][int(np.argmax(bad))]), why, _HINT)
