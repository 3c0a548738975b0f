"""Every link with its cord as files carry them: what all formats of cables are written from and read into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.fabric import DeviceKind, FloatArray, IntArray
from gigaloop.exchange.fabric.names import rack_names

if TYPE_CHECKING:
    from gigaloop.design.records import Medium, Network

_CM = 100.0
_TWISTED = 10e9
"""Fastest link over twisted pair [bit/s]. Source: IEEE 802.3an, 10GBASE-T."""
Entry = TypeVar("Entry", bound=tuple[object, ...] | str)


class Layer(NamedTuple):
    """Links of one layer of one plane, and the kinds of device at both ends."""

    network: str
    plane: int
    name: str
    lower: DeviceKind
    upper: DeviceKind


class Sort(NamedTuple):
    """A sort of cable: its entry in the catalogue, its kind, and the cords that one cable number stands for."""

    entry: str
    kind: str
    cords: int


@dataclass(frozen=True)
class Cabling:
    """Links, columns (m,), in the order of layer, lower device and port; what a file does not say is -1 or nan.

    ``layer``, ``medium`` and the racks are indices into the tuples before them. Devices, ports and numbers of cables
    count from 0.
    """

    layers: tuple[Layer, ...]
    media: tuple[Sort, ...]
    racks: tuple[str, ...]
    layer: IntArray
    cable: IntArray
    """Number of the cable from 0: its links share it; of fibre all cords of a link."""
    a: IntArray
    a_port: IntArray
    b: IntArray
    b_port: IntArray
    a_rack: IntArray
    a_unit: IntArray
    b_rack: IntArray
    b_unit: IntArray
    medium: IntArray
    run: FloatArray
    """Length that is laid [m], to the centimetre."""
    stock: FloatArray
    """Length that is ordered [m], to the centimetre."""

    def __len__(self) -> int:
        return len(self.layer)

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Cabling:
        """Give some of the links."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in COLUMNS})

    def sorted(self) -> Cabling:
        """Give the links in their order, and what the codes stand for in its own; two alike are then equal."""
        layers, (layer,) = _recoded(self.layers, self.layer)
        media, (medium,) = _recoded(self.media, self.medium)
        racks, (a_rack, b_rack) = _recoded(self.racks, self.a_rack, self.b_rack)
        made = replace(
            self, layers=layers, media=media, racks=racks, layer=layer, medium=medium, a_rack=a_rack, b_rack=b_rack
        )
        keys = (made.cable, made.b_port, made.b, made.a_port, made.a, made.layer)
        return made.rows(np.lexsort(keys))

    def same(self, other: Cabling) -> bool:
        """Whether two say the same of every link, in whatever order."""
        one, two = self.sorted(), other.sorted()
        tables = ("layers", "media", "racks")
        return all(getattr(one, name) == getattr(two, name) for name in tables) and all(
            np.array_equal(getattr(one, name), getattr(two, name), equal_nan=name in ("run", "stock"))
            for name in COLUMNS
        )


COLUMNS = tuple(each.name for each in fields(Cabling) if each.name not in ("layers", "media", "racks"))


def cabling_of(network: Network) -> Cabling:
    """Give the links of a network, each with its cord."""
    schedule = network.schedule
    layers = tuple(Layer(*layer, *ends) for layer, ends in zip(schedule.layers, schedule.ends, strict=True))
    return Cabling(
        layers,
        tuple(Sort(medium.id, _kind(medium), medium.cords) for medium in schedule.media),
        rack_names(network.floor),
        schedule.layer.astype(np.int32),
        schedule.cable,
        schedule.a,
        schedule.a_port,
        schedule.b,
        schedule.b_port,
        schedule.a_rack,
        schedule.a_unit,
        schedule.b_rack,
        schedule.b_unit,
        schedule.medium.astype(np.int32),
        to_centimetre(schedule.length),
        to_centimetre(schedule.stock),
    )


def _kind(medium: Medium) -> str:
    """Name the kind of a cable; passive copper up to 10GBASE-T is twisted pair (IEEE 802.3an), else twinax."""
    return "twisted pair" if medium.kind == "passive copper" and medium.link_rate <= _TWISTED else medium.kind


def to_centimetre(length: NDArray[np.floating]) -> FloatArray:
    """Round lengths [m] to the centimetre."""
    return np.rint(np.asarray(length, dtype=np.float64) * _CM) / _CM


@dataclass(frozen=True)
class Legs:
    """Cords between two devices, columns (n,), in the order in which they are pulled: bundle by bundle of racks.

    A cord that splits to several devices has a leg to each.
    """

    first: NDArray[np.int64]
    """The first link of each, as an index into ``cabling``."""
    links: NDArray[np.int64]
    """How many links it carries, over consecutive ports at both ends."""

    def __len__(self) -> int:
        return len(self.first)


def legs_of(cabling: Cabling) -> Legs:
    """Gather links into cords."""
    c = cabling
    if not len(c):
        return Legs(np.zeros(0, np.int64), np.zeros(0, np.int64))
    order = np.lexsort((c.a_port, c.b, c.a, c.cable, c.layer)) if not _ordered(c) else np.arange(len(c))
    begins = np.ones(len(c), dtype=np.bool_)
    together = c.cable[order[1:]] >= 0
    for column, step in (("cable", 0), ("layer", 0), ("a", 0), ("b", 0), ("a_port", 1), ("b_port", 1)):
        values = getattr(c, column)[order]
        together &= values[1:] - values[:-1] == step
    for column in ("a_rack", "a_unit", "b_rack", "b_unit", "medium", "run", "stock"):
        if not together.any():
            break
        values = getattr(c, column)[order]
        alike = values[1:] == values[:-1]
        together &= alike | (np.isnan(values[1:]) & np.isnan(values[:-1])) if values.dtype.kind == "f" else alike
    begins[1:] = ~together
    at = np.flatnonzero(begins)
    links = np.diff(np.append(at, len(c)))
    first = order[at].astype(np.int64)
    pulled = np.lexsort(
        (c.a_port[first], c.a[first], c.a_unit[first], c.a_rack[first], c.b_rack[first], c.layer[first])
    )
    return Legs(first[pulled], links[pulled])


def _ordered(c: Cabling) -> bool:
    """Whether links already are such that those of one cord follow each other."""
    steps = np.diff(c.cable.astype(np.int64))
    return bool((steps >= 0).all() and (np.diff(c.a_port)[steps == 0] == 1).all())


def expanded(cabling: Cabling, links: Sequence[int] | NDArray[np.int64]) -> Cabling:
    """Give every link of cords that were read as one row each: ports count up from the first at both ends."""
    many = np.asarray(links, dtype=np.int64)
    if not (many != 1).any():
        return cabling
    made = cabling.rows(np.repeat(np.arange(len(many)), many))
    at = np.arange(len(made)) - np.repeat(np.cumsum(many) - many, many)
    return replace(
        made,
        a_port=(made.a_port + at).astype(np.int32),
        b_port=(made.b_port + at).astype(np.int32),
    )


def by_layer(cabling: Cabling, legs: Legs) -> Iterator[tuple[Layer, slice]]:
    """Give the layers with the legs of each, which lie together."""
    codes = cabling.layer[legs.first]
    starts = np.searchsorted(codes, np.arange(len(cabling.layers) + 1))
    for code, layer in enumerate(cabling.layers):
        if starts[code] < starts[code + 1]:
            yield layer, slice(int(starts[code]), int(starts[code + 1]))


@dataclass(frozen=True)
class Differences:
    """What a file of cables says otherwise than a plan."""

    links: int
    """Links that both have."""
    missing: Cabling
    """Links of the plan that the file has not."""
    extra: Cabling
    """Links of the file that the plan has not."""
    changed: Mapping[str, int]
    """Links that both have and that differ, by column: medium, stock, run, racks and units."""


_COMPARED = ("medium", "stock", "run", "a_rack", "b_rack", "a_unit", "b_unit")


def compare(plan: Cabling, other: Cabling) -> Differences:
    """Hold the links of a file against those of a plan; what the file does not say is not compared."""
    layers = tuple(dict.fromkeys((*plan.layers, *other.layers)))
    ports = 1 + max(int(each.b_port.max(initial=0)) for each in (plan, other))
    devices = 1 + max(int(each.b.max(initial=0)) for each in (plan, other))
    keys = [_upper(each, layers, devices, ports) for each in (plan, other)]
    _, mine, theirs = np.intersect1d(keys[0], keys[1], return_indices=True)
    alike = (plan.a[mine] == other.a[theirs]) & (plan.a_port[mine] == other.a_port[theirs])
    mine, theirs = mine[alike], theirs[alike]
    missing = np.ones(len(plan), dtype=np.bool_)
    missing[mine] = False
    extra = np.ones(len(other), dtype=np.bool_)
    extra[theirs] = False
    changed = {}
    texts: dict[str, int] = {"": -1}
    for column in _COMPARED:
        one, two = _values(plan, column, mine, texts), _values(other, column, theirs, texts)
        differ = int(np.count_nonzero((two >= 0) & (one != two)))
        if differ:
            changed[column] = differ
    return Differences(len(mine), plan.rows(missing), other.rows(extra), changed)


def _upper(cabling: Cabling, layers: Sequence[Layer], devices: int, ports: int) -> NDArray[np.int64]:
    """Give layer and upper end of every link as one number: no port has two links."""
    code = np.array([layers.index(layer) for layer in cabling.layers], dtype=np.int64)[cabling.layer]
    found: NDArray[np.int64] = (code * devices + cabling.b) * ports + cabling.b_port
    return found


def _values(cabling: Cabling, column: str, at: NDArray[np.int64], texts: dict[str, int]) -> FloatArray:
    """Give a column as numbers, texts by their code among those of both; below 0 where nothing is said."""
    values: NDArray[np.float64 | np.int32] = getattr(cabling, column)[at]
    names: Sequence[str] = ()
    if column == "medium":
        names = [each.entry for each in cabling.media]
    if column in ("a_rack", "b_rack"):
        names = cabling.racks
    if names:
        codes = [texts.setdefault(name, len(texts)) for name in (*names, "")]
        values = np.array(codes, dtype=np.int32)[values]
    return np.nan_to_num(np.asarray(values, dtype=np.float64), nan=-1.0)


def _recoded(table: tuple[Entry, ...], *codes: IntArray) -> tuple[tuple[Entry, ...], list[IntArray]]:
    """Give a table with only what codes point at, in sorting order, and the codes into it."""
    used = np.unique(np.concatenate([each[each >= 0] for each in codes])).tolist()
    kept = sorted({table[code] for code in used})
    places = {entry: place for place, entry in enumerate(kept)}
    lookup = np.full(len(table) + 1, -1, dtype=np.int32)
    for code in used:
        lookup[code] = places[table[code]]
    return tuple(kept), [lookup[each] for each in codes]
