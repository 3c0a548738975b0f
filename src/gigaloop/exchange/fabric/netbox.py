"""NetBox: sites, racks, devices, interfaces and cables as the CSV files of its bulk import, and back.

Columns and choices are those of the import forms and choice sets of NetBox 4 (netbox-community/netbox,
``netbox/dcim/forms/bulk_import.py`` and ``netbox/dcim/choices.py``, read 2026-11). Its import takes one end a side: a
cable that splits to several devices is one for each of them, all with its number as label.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.records.fabric import DeviceKind, IntArray
from gigaloop.exchange.fabric.cabling import Cabling, Layer, Legs, by_layer, legs_of
from gigaloop.exchange.fabric.cutsheet import CABLE_DIGITS
from gigaloop.exchange.fabric.gather import Gathered
from gigaloop.exchange.fabric.names import device_cells, parse_rack, port_cells, rack_names
from gigaloop.exchange.fabric.reading import CsvColumns, read_csv_columns, wrong
from gigaloop.exchange.fabric.rows import Cells, csv_line, digits, joined, metres, picked, quoted, slices

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Network
    from gigaloop.programme.schema import Generation

CABLES, DEVICES = "09-cables.csv", "07-devices.csv"

TYPES = {
    "twisted pair": "cat6a",
    "passive copper": "dac-passive",
    "active copper": "dac-active",
    "active optical": "aoc",
    "multimode": "mmf-om4",
    "single mode": "smf-os2",
}
"""NetBox's type of cable by kind."""

_COLOURS = {"multimode": "00bcd4", "single mode": "ffeb3b"}
"""Of the jacket: aqua for OM4 and yellow for single mode. Source: TIA-598-D, colour coding of optical fibre cables."""

_INTERFACES = {
    1e9: "1000base-t",
    10e9: "10gbase-x-sfpp",
    25e9: "25gbase-x-sfp28",
    50e9: "50gbase-x-sfp56",
    100e9: "100gbase-x-qsfp28",
    200e9: "200gbase-x-qsfp56",
    400e9: "400gbase-x-osfp",
    800e9: "800gbase-x-osfp",
    1600e9: "1.6tbase-x-osfp1600",
}
"""NetBox's type of interface by rate [bit/s]."""

_CABLE_COLUMNS = (
    "side_a_device", "side_a_type", "side_a_name", "side_b_device", "side_b_type", "side_b_name",
    "type", "status", "label", "color", "length", "length_unit", "description",
)  # fmt: skip
_INTERFACE = b",dcim.interface,"
_RACK_UNITS = 42
_ROLE_COLOURS = ("9e9e9e", "2196f3", "673ab7", "e91e63", "009688", "795548", "ff9800")


@dataclass(frozen=True)
class DeviceType:
    """What a device is bought as."""

    manufacturer: str
    model: str
    units: int


def device_types(network: Network, generation: Generation, catalogue: Catalogue) -> dict[str, DeviceType]:
    """Give the types of the devices of a network: ``node``, and the switch of each network by its name."""
    units = np.unique(network.floor.node_unit)
    height = int(np.diff(units).min(initial=_RACK_UNITS)) if len(units) > 1 else 1
    maker = catalogue.accelerator(generation.accelerator).vendor
    found = {"node": DeviceType(maker, f"{generation.name} node", max(1, height))}
    of = {"scale-out": generation.scale_out.switch, **{each.id: each.switch for each in generation.networks}}
    for design in network.fabric.networks:
        entry = of.get(design.name)
        tall = max(1, math.ceil(design.switch_units))
        if entry:
            switch = catalogue.switch(entry)
            found[design.name] = DeviceType(switch.vendor, switch.name, tall)
        else:
            found[design.name] = DeviceType("not chosen", f"switch of {design.plane.radix} ports", tall)
    return found


def netbox_files(network: Network, cabling: Cabling, types: Mapping[str, DeviceType]) -> dict[str, Iterator[bytes]]:
    """Write the files of a bulk import in the order in which NetBox takes them, each part by part.

    Parameters
    ----------
    network
        Racks and devices.
    cabling
        Every link with its cord.
    types
        From :func:`device_types`.
    """
    site = network.site or "planned"
    kinds = list(dict.fromkeys(kind for _, _, kind in network.floor.switch_rack))
    makers = list(dict.fromkeys(each.manufacturer for each in types.values()))
    models = list(dict.fromkeys(types.values()))
    roles = ["node", *(f"{_named(name)}{kind}" for name in _networks(network) for kind in kinds)]
    return {
        "01-sites.csv": _table(("name", "slug", "status"), [(site, slug(site), "planned")]),
        "02-locations.csv": _table(
            ("site", "name", "slug", "status"), [(site, hall, slug(hall), "planned") for hall in network.floor.hall]
        ),
        "03-manufacturers.csv": _table(("name", "slug"), [(maker, slug(maker)) for maker in makers]),
        "04-device-types.csv": _table(
            ("manufacturer", "model", "slug", "u_height", "is_full_depth"),
            [(m.manufacturer, m.model, slug(m.model), str(m.units), "true") for m in models],
        ),
        "05-device-roles.csv": _table(
            ("name", "slug", "color"),
            [(role, slug(role), _ROLE_COLOURS[n % len(_ROLE_COLOURS)]) for n, role in enumerate(roles)],
        ),
        "06-racks.csv": _racks(network, site, types),
        DEVICES: _devices(network, site, types),
        "08-interfaces.csv": _interfaces(network, cabling),
        CABLES: netbox_cables(cabling),
    }


def slug(text: str) -> str:
    """Give the form of a name that NetBox takes in addresses.

    >>> slug("Rubin NVL144 (CPX) node")
    'rubin-nvl144-cpx-node'
    """
    return re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-") or "x"


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[bytes]:
    yield csv_line(columns)
    yield from map(csv_line, rows)


def _networks(network: Network) -> list[str]:
    return [design.name for design in network.fabric.networks]


def _named(name: str) -> str:
    return "" if name == "scale-out" else f"{name} "


def _racks(network: Network, site: str, types: Mapping[str, DeviceType]) -> Iterator[bytes]:
    floor = network.floor
    tops = [int(floor.node_unit.max(initial=1)) + types["node"].units - 1]
    tops += [int(unit.max(initial=1)) + types[name].units - 1 for (name, _, _), unit in floor.switch_unit.items()]
    height = str(max(_RACK_UNITS, *tops))
    yield csv_line(("site", "location", "name", "status", "width", "u_height", "description"))
    kinds = ("accelerators", "network", "coolant distribution", "power")
    for name, kind in zip(rack_names(floor), floor.kind.tolist(), strict=True):
        yield csv_line((site, parse_rack(name).hall, name, "planned", "19", height, kinds[kind]))


def _devices(network: Network, site: str, types: Mapping[str, DeviceType]) -> Iterator[bytes]:
    columns = ("name", "role", "manufacturer", "device_type", "status", "site", "location", "rack", "position", "face")
    yield csv_line(columns)
    fabric, floor = network.fabric, network.floor
    names = rack_names(floor)
    places = [f"{quoted(parse_rack(name).hall)},{quoted(name)}" for name in names]
    node = np.arange(fabric.racks * fabric.nodes_per_rack, dtype=np.int32)
    rack, within = np.divmod(node, np.int32(fabric.nodes_per_rack))
    yield from _of_kind(("", -1, "node"), "node", types["node"], site, places, rack, floor.node_unit[within])
    for (name, plane, kind), racks in floor.switch_rack.items():
        units = floor.switch_unit[name, plane, kind]
        yield from _of_kind((name, plane, kind), f"{_named(name)}{kind}", types[name], site, places, racks, units)


def _of_kind(
    which: tuple[str, int, DeviceKind],
    role: str,
    of: DeviceType,
    site: str,
    places: list[str],
    racks: IntArray,
    units: IntArray,
) -> Iterator[bytes]:
    fixed = ",".join(quoted(each) for each in (role, of.manufacturer, of.model, "planned", site))
    for part in slices(len(racks)):
        numbers = np.arange(part.start, part.stop)
        yield joined(
            [
                *device_cells(*which, numbers), f",{fixed},".encode(), picked(places, racks[part]), b",",
                digits(units[part]), b",front\r\n",
            ]
        )  # fmt: skip


def _interfaces(network: Network, cabling: Cabling) -> Iterator[bytes]:
    yield csv_line(("device", "name", "type", "speed", "enabled"))
    rates = {
        (design.name, layer): rate for design in network.fabric.networks for layer, rate in design.plane.rates.items()
    }
    legs = legs_of(cabling)
    for layer, span in by_layer(cabling, legs):
        rate = rates[layer.network, layer.name]
        for part in slices(span.stop - span.start):
            rows = slice(span.start + part.start, span.start + part.stop)
            links, many = cabling.rows(legs.first[rows]), legs.links[rows]
            kinds = [_interface(rate * count) for count in range(int(many.max()) + 1)]
            for kind, device, port in ((layer.lower, links.a, links.a_port), (layer.upper, links.b, links.b_port)):
                names = device_cells(layer.network, layer.plane, kind, device)
                ports = port_cells(layer.network, layer.plane, kind, port, many)
                yield joined([*names, b",", *ports, b",", picked(kinds, many), b",true\r\n"])


def _interface(rate: float) -> str:
    """Give type and speed [kbit/s] of an interface as cells."""
    return f"{_INTERFACES.get(rate, 'other')},{rate / 1e3:.0f}"


def netbox_cables(cabling: Cabling) -> Iterator[bytes]:
    """Write the cables alone, part by part."""
    yield csv_line(_CABLE_COLUMNS)
    legs = legs_of(cabling)
    for layer, span in by_layer(cabling, legs):
        for part in slices(span.stop - span.start):
            rows = slice(span.start + part.start, span.start + part.stop)
            yield _cables(cabling, layer, Legs(legs.first[rows], legs.links[rows]))


def _cables(cabling: Cabling, layer: Layer, legs: Legs) -> bytes:
    links = cabling.rows(legs.first)
    medium = np.where(links.medium < 0, len(cabling.media), links.medium)
    types = [*(TYPES.get(each.kind, "") for each in cabling.media), ""]
    colours = [*(_COLOURS.get(each.kind, "") for each in cabling.media), ""]
    entries = [*(f"{layer.name}; {each.cords} x {each.entry}" for each in cabling.media), f"{layer.name}; none reaches"]
    known = np.isfinite(links.stock)
    cells: list[Cells | bytes] = []
    for kind, device, port in ((layer.lower, links.a, links.a_port), (layer.upper, links.b, links.b_port)):
        names = device_cells(layer.network, layer.plane, kind, device)
        cells += [*names, _INTERFACE, *port_cells(layer.network, layer.plane, kind, port, legs.links), b","]
    cells += [picked(types, medium), b",planned,", digits(np.where(links.cable < 0, -1, links.cable + 1), CABLE_DIGITS)]
    cells += [b",", picked(colours, medium), b",", *metres(links.stock), b",", picked(["", "m"], known.astype(np.int8))]
    return joined([*cells, b",", picked(entries, medium), b"; run ", *metres(links.run), b" m\r\n"])


def read_netbox(path: Path) -> Cabling:
    """Read the cables of a folder that :func:`netbox_files` filled, or one file of cables, then without racks.

    Raises
    ------
    StoreError
        If a file is none of those: it says file, line and reason.
    """
    racks, units = _placed(path / DEVICES) if path.is_dir() else ({}, {})
    gathered = Gathered(path / CABLES if path.is_dir() else path)
    needed = ("side_a_device", "side_a_name", "side_b_device", "side_b_name", "type", "label", "length", "description")
    for part in read_csv_columns(gathered.path, needed, default={"label": "", "description": ""}):
        told = [_DESCRIPTION.fullmatch(text) for text in part["description"]]
        ends = {"a": part["side_a_device"], "b": part["side_b_device"]}
        runs = {"run": [match["run"] if match and match["run"] else "" for match in told]}
        gathered.add(
            part.lines,
            a=ends["a"],
            a_port=part["side_a_name"],
            b=ends["b"],
            b_port=part["side_b_name"],
            layer=[match["layer"] if match else "" for match in told],
            medium=_media(part, told),
            cable=np.maximum(part.numbers("label"), 0) - 1,
            run=CsvColumns(part.path, part.lines, runs).metres("run"),
            stock=part.metres("length"),
            racks={end: [racks.get(name, "") for name in names] for end, names in ends.items()},
            units={
                end: np.fromiter((units.get(name, -1) for name in names), np.int32, len(names))
                for end, names in ends.items()
            },
        )
    return gathered.cabling()


_DESCRIPTION = re.compile(
    r"(?P<layer>[a-z-]+); (?:(?P<cords>[1-9]\d*) x )?(?P<entry>.*); run (?P<run>[\d.]*) m", re.ASCII
)


def _placed(path: Path) -> tuple[dict[str, str], dict[str, int]]:
    racks: dict[str, str] = {}
    units: dict[str, int] = {}
    for part in read_csv_columns(path, ("name", "rack", "position")):
        racks.update(zip(part["name"], part["rack"], strict=True))
        units.update(zip(part["name"], part.numbers("position", least=0).tolist(), strict=True))
    return racks, units


def _media(part: CsvColumns, told: list[re.Match[str] | None]) -> list[tuple[str, str, str]]:
    kinds = {"": "", **{kind: name for name, kind in TYPES.items()}}
    found = []
    for line, kind, match in zip(part.lines, part["type"], told, strict=True):
        if kind not in kinds:
            raise wrong(
                part.path, line, f"'{kind}' in column 'type' is no cable that is used", ", ".join(kinds).strip(", ")
            )
        found.append((match["entry"] if match and kind else "", kinds[kind], (match and match["cords"]) or ""))
    return found
