"""A fabric against a file of one: what the file has not, has beside, or says otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gigaloop.cli import output
from gigaloop.cli.numbers import counted
from gigaloop.design.records import Network
from gigaloop.exchange.fabric.cabling import Cabling, Differences, cabling_of, compare
from gigaloop.exchange.fabric.formats import Held, hold, read_cables
from gigaloop.exchange.fabric.names import device_name

_LISTED = 10
_COLUMNS = {
    "medium": "another cable", "stock": "another ordered length", "run": "another run", "a_rack": "another rack below",
    "b_rack": "another rack above", "a_unit": "another unit below", "b_unit": "another unit above",
}  # fmt: skip


def compared_with(network: Network, path: Path, name: str) -> Differences | Held:
    """Hold a network against a file.

    Raises
    ------
    StoreError
        If the file cannot be read.
    """
    if name in ("astra-sim", "graphviz"):
        return hold(network, path, name)
    return compare(cabling_of(network), read_cables(path, name))


def show_compared(found: Differences | Held, path: str) -> None:
    """Print what a file says otherwise."""
    output.line()
    if isinstance(found, Held):
        output.line(
            f"Against {path}: {counted(found.same, 'entry') if found.same == 1 else f'{found.same:,} entries'} alike"
        )
        for title, lines in (("only here", found.missing), ("only there", found.extra)):
            _list(title, lines[:_LISTED], len(lines))
        return
    output.line(f"Against {path}: {counted(found.links, 'link')} in both", style="bold")
    for column, count in found.changed.items():
        output.line(f"  {counted(count, 'link')} with {_COLUMNS[column]}")
    for title, cabling in (("only here", found.missing), ("only there", found.extra)):
        _list(title, _links(cabling), len(cabling))
    if not found.changed and not len(found.missing) and not len(found.extra):
        output.line("  nothing that the file says is different")


def _list(title: str, lines: tuple[str, ...] | list[str], count: int) -> None:
    if count:
        output.line(f"  {title}: {count:,}", style="yellow")
        for line in lines:
            output.line(f"    {line}")
        if count > len(lines):
            output.line(f"    and {count - len(lines):,} more")


def _links(cabling: Cabling) -> list[str]:
    """Name the first links of some."""
    found = []
    for row in range(min(len(cabling), _LISTED)):
        layer = cabling.layers[cabling.layer[row]]
        ends = ((layer.lower, cabling.a, cabling.a_port), (layer.upper, cabling.b, cabling.b_port))
        names = [
            f"{device_name(layer.network, layer.plane, kind, int(device[row]))} port {int(port[row]) + 1}"
            for kind, device, port in ends
        ]
        found.append(" to ".join(names) + f"  ({layer.network}, plane {layer.plane + 1}, {layer.name})")
    return found


def compared_object(found: Differences | Held) -> dict[str, Any]:
    """Give what a file says otherwise as plain data."""
    if isinstance(found, Held):
        return {"same": found.same, "missing": list(found.missing), "extra": list(found.extra)}
    return {
        "same": found.links,
        "missing": len(found.missing),
        "extra": len(found.extra),
        "changed": dict(found.changed),
        "missing_links": _links(found.missing),
        "extra_links": _links(found.extra),
    }
