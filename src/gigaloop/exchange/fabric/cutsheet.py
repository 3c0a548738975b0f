"""The cut sheet: a CSV for those who pull cables, a row for each cord with both ends, bundle by bundle of racks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gigaloop.design.records.fabric import DeviceKind, IntArray
from gigaloop.exchange.fabric.cabling import Cabling, Layer, Legs, by_layer, legs_of
from gigaloop.exchange.fabric.gather import Gathered
from gigaloop.exchange.fabric.names import device_cells, parse_rack, port_cells
from gigaloop.exchange.fabric.reading import read_csv_columns
from gigaloop.exchange.fabric.rows import Cells, csv_line, digits, joined, metres, picked, quoted, slices

CABLE_DIGITS = 7
_END = ("hall", "floor", "row", "rack", "unit", "device", "port")
HEADER = (
    "cable", "links", "cords", "network", "plane", "layer", "medium", "sku", "run [m]", "ordered [m]",
    *(f"a {each}" for each in _END), *(f"b {each}" for each in _END), "label",
)  # fmt: skip
_READ = (
    "cable",
    "cords",
    "layer",
    "medium",
    "sku",
    "run [m]",
    "ordered [m]",
    *(f"{s} {e}" for s in "ab" for e in _END[3:]),
)


def cut_sheet(cabling: Cabling) -> Iterator[bytes]:
    """Write a cut sheet, part by part.

    Parameters
    ----------
    cabling
        Every link with its cord.
    """
    yield csv_line(HEADER)
    legs = legs_of(cabling)
    racks = _rack_texts(cabling.racks)
    for layer, span in by_layer(cabling, legs):
        for part in slices(span.stop - span.start):
            rows = slice(span.start + part.start, span.start + part.stop)
            yield _lines(cabling, layer, Legs(legs.first[rows], legs.links[rows]), racks)


def _rack_texts(names: tuple[str, ...]) -> list[str]:
    """Give hall, floor, row and rack of every rack as cells."""
    places = [parse_rack(name) for name in names]
    return [
        f"{quoted(place.hall)},{place.storey + 1},{place.row + 1},{quoted(name)}"
        for place, name in zip(places, names, strict=True)
    ]


def _lines(cabling: Cabling, layer: Layer, legs: Legs, racks: list[str]) -> bytes:
    links = cabling.rows(legs.first)
    number = digits(np.where(links.cable >= 0, links.cable + 1, -1), CABLE_DIGITS)
    media = [f"{quoted(each.kind)},{quoted(each.entry)}" for each in cabling.media]
    cords = [str(each.cords) for each in cabling.media]
    a = _end(layer, layer.lower, links.a, links.a_port, legs)
    b = _end(layer, layer.upper, links.b, links.b_port, legs)
    cells: list[Cells | bytes] = [number, b",", digits(legs.links)]
    cells += [b",", _or_blank(cords, links.medium, 0)]
    cells += [f",{layer.network},{layer.plane + 1},{layer.name},".encode()]
    cells += [_or_blank(media, links.medium, 1), b",", *metres(links.run), b",", *metres(links.stock)]
    for rack, unit, name in ((links.a_rack, links.a_unit, a), (links.b_rack, links.b_unit, b)):
        cells += [b",", _or_blank(racks, rack, 3), b",", digits(unit), b",", *name[0], b",", *name[1]]
    label: list[Cells | bytes] = [number, b" ", *a[0], b":", *a[1], b" / ", *b[0], b":", *b[1]]
    return joined([*cells, b",", *label, b"\r\n"])


def _or_blank(texts: list[str], codes: IntArray, commas: int) -> Cells:
    return picked([*texts, "," * commas], np.where(codes < 0, len(texts), codes))


def _end(
    layer: Layer, kind: DeviceKind, device: IntArray, port: IntArray, legs: Legs
) -> tuple[list[Cells | bytes], list[Cells | bytes]]:
    """Name device and port of one end."""
    names = device_cells(layer.network, layer.plane, kind, device)
    return names, port_cells(layer.network, layer.plane, kind, port, legs.links)


def read_cut_sheet(path: Path) -> Cabling:
    """Read a cut sheet.

    Raises
    ------
    StoreError
        If it is none: it says file, line and reason.
    """
    gathered = Gathered(path)
    for part in read_csv_columns(path, _READ):
        gathered.add(
            part.lines,
            layer=part["layer"],
            cable=np.maximum(part.numbers("cable"), 0) - 1,
            a=part["a device"],
            a_port=part["a port"],
            b=part["b device"],
            b_port=part["b port"],
            racks={"a": part["a rack"], "b": part["b rack"]},
            units={"a": part.numbers("a unit", least=0), "b": part.numbers("b unit", least=0)},
            medium=list(zip(part["sku"], part["medium"], part["cords"], strict=True)),
            run=part.metres("run [m]"),
            stock=part.metres("ordered [m]"),
        )
    return gathered.cabling()
