"""The formats of a fabric by name: which a file is of, and writing it whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gigaloop.catalogue import Catalogue
from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.records import Network
from gigaloop.exchange.fabric.astrasim import Dimension, astra_sim, dimensions_of, read_astra_sim
from gigaloop.exchange.fabric.cabling import Cabling, cabling_of
from gigaloop.exchange.fabric.cutsheet import cut_sheet, read_cut_sheet
from gigaloop.exchange.fabric.graphviz import Bundle, drawing_of, graphviz, read_graphviz
from gigaloop.exchange.fabric.infragraph import infragraph, machine_of
from gigaloop.exchange.fabric.infragraph_read import read_infragraph
from gigaloop.exchange.fabric.netbox import device_types, netbox_files, read_netbox
from gigaloop.exchange.writing import write_files
from gigaloop.programme.schema import Generation

FORMATS = ("cut-sheet", "netbox", "infragraph", "astra-sim", "graphviz")

SUFFIXES = {
    ".csv": "cut-sheet",
    "": "netbox",
    ".yaml": "infragraph",
    ".json": "infragraph",
    ".yml": "astra-sim",
    ".dot": "graphviz",
    ".gv": "graphviz",
}
"""The format of a file by its suffix; NetBox's files fill a folder."""


def format_of(path: Path, name: str = "") -> str:
    """Give the format of a file: the one named, else that of its suffix.

    Raises
    ------
    UsageError
        If there is no such format, or the suffix says none.
    """
    if name:
        if name not in FORMATS:
            raise UsageError(
                f"there is no format '{name}'", hint=did_you_mean(name, FORMATS, f"there are: {', '.join(FORMATS)}")
            )
        return name
    if path.is_dir():
        return "netbox"
    if path.suffix not in SUFFIXES:
        suffixes = ", ".join(f"{suffix} for {each}" for suffix, each in SUFFIXES.items() if suffix)
        raise UsageError(
            f"'{path.suffix}' of {path} says no format",
            hint=f"name one with --format, or end the name with {suffixes}; without an ending it is NetBox's folder",
        )
    return SUFFIXES[path.suffix]


def write_fabric(
    network: Network, generation: Generation, catalogue: Catalogue, path: Path, name: str
) -> tuple[Path, ...]:
    """Write a network in a format and give the files: all of them are written, or none.

    Parameters
    ----------
    network
        The network, with every cable.
    generation, catalogue
        What its devices are bought as.
    path
        File, or folder for NetBox; replaced.
    name
        One of :data:`FORMATS`.

    Raises
    ------
    UsageError
        If the format is one file and the path a folder, or the other way round, or the path is a device.
    StoreError
        If the files cannot be written; what was there stays as it was.
    """
    if name != "netbox" and path.is_dir():
        raise UsageError(
            f"{path} is a folder", hint=f"name a file for the format '{name}', such as {path / 'cables.csv'}"
        )
    if path.exists() and not path.is_dir() and (name == "netbox" or not path.is_file()):
        what = "is a file, and those for NetBox fill a folder" if path.is_file() else "is no file that can be replaced"
        raise UsageError(f"{path} {what}", hint="name another place, such as 'cables' for a folder or 'cables.csv'")
    cabling = cabling_of(network)
    if name == "netbox":
        return write_files(path, netbox_files(network, cabling, device_types(network, generation, catalogue)))
    parts: Iterable[bytes]
    if name == "cut-sheet":
        parts = cut_sheet(cabling)
    elif name == "infragraph":
        parts = infragraph(machine_of(network), cabling, as_json=path.suffix == ".json")
    elif name == "astra-sim":
        fabric = network.fabric
        parts = astra_sim(
            dimensions_of(fabric),
            f"{fabric.accelerators} accelerators of {generation.id} in {fabric.sus} scalable units, approximately;\n"
            "the congestion-aware engine takes one dimension only",
        )
    else:
        parts = graphviz(drawing_of(network, cabling))
    return write_files(path.parent, {path.name: parts})


@dataclass(frozen=True)
class Held:
    """What a file says otherwise than a plan, for formats that carry no single links: lines of one of them alone."""

    same: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def read_cables(path: Path, name: str) -> Cabling:
    """Read the cables of a file that carries every link.

    Raises
    ------
    StoreError
        If it cannot be read, or is none of that format.
    """
    return {"cut-sheet": read_cut_sheet, "netbox": read_netbox, "infragraph": read_infragraph}[name](path)


def hold(network: Network, path: Path, name: str) -> Held:
    """Hold a network file of ASTRA-sim or a drawing against a network.

    Raises
    ------
    StoreError
        If it cannot be read, or is none of that format.
    """
    if name == "astra-sim":
        near = dimensions_of(network.fabric)
        mine, theirs = ([_dimension(each) for each in found] for found in (near, read_astra_sim(path)))
    else:
        planned = drawing_of(network, cabling_of(network)).bundles
        mine, theirs = ([_bundle(each) for each in found] for found in (planned, read_graphviz(path).bundles))
    here, there = set(mine), set(theirs)
    missing = tuple(each for each in mine if each not in there)
    return Held(len(mine) - len(missing), missing, tuple(each for each in theirs if each not in here))


def _dimension(each: Dimension) -> str:
    return f"{each.topology} of {each.npus} at {each.bandwidth / 1e9:.9g} GB/s, {each.latency * 1e9:.9g} ns"


def _bundle(each: Bundle) -> str:
    return f"{each.a} to {each.b}, links: {each.links} ({each.plane}, {each.layer})"
