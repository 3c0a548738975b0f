"""What fails in a draw: things picked at random over all planes, sorted by layer and kind."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.fabric.damage import Failed
from gigaloop.design.fabric.torus import Torus
from gigaloop.design.records.fabric import IntArray, Plane

What = Literal["links", "optics", "switches", "planes"]


def population(plane: Plane, planes: int, what: What) -> int:
    """Count the things of a kind that can fail: an optic at either end of every link.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    many = {
        "links": sum(plane.link_counts.values()),
        "optics": 2 * sum(plane.link_counts.values()),
        "switches": sum(plane.switches.values()),
        "planes": 1,
    }
    if what not in many:
        raise UsageError(f"'{what}' is nothing that fails", hint=f"take {', '.join(many)}")
    return planes * many[what]


def distinct(random: np.random.Generator, kinds: int, count: int, draws: int) -> NDArray[np.int64]:
    """Draw different things, (draws, count): draw again what was drawn already."""
    if 4 * count > kinds:
        return np.argsort(random.random((draws, kinds)), axis=1)[:, :count].astype(np.int64)
    found = np.sort(random.integers(0, kinds, (draws, count)), axis=1)
    while (again := np.diff(found, axis=1) == 0).any():
        row, column = np.nonzero(again)
        found[row, column] = random.integers(0, kinds, len(row))
        found.sort(axis=1)
    return found


def failed(plane: Plane, planes: int, what: What, drawn: NDArray[np.int64], module_links: int) -> Failed:
    """Sort what was drawn by layer and kind."""
    draws, count = drawn.shape
    each = drawn.ravel()
    per_plane = population(plane, 1, what)
    where = (np.repeat(np.arange(draws), count) * planes + each // per_plane).astype(np.int32)
    number = each % per_plane
    many = draws * planes
    if what == "planes":
        kind, size = next(iter(plane.switches.items()))
        if isinstance(plane, Torus):
            links = {name: _every(where, size) for name, size in plane.link_counts.items()}
            return Failed(many, links, {})
        return Failed(many, {}, {kind: _every(where, size)})
    if what == "switches":
        return Failed(many, {}, _split(where, number, plane.switches.items()))
    if what == "links":
        return Failed(many, _split(where, number, plane.link_counts.items()), {})
    links = {}
    ends = [(name, 2 * size) for name, size in plane.link_counts.items()]
    for name, (at, module) in _split(where, number, ends).items():
        rows, mates = _module(plane, name, module // np.int32(2), module % 2 == 1, module_links)
        key = np.unique(at[rows].astype(np.int64) * plane.link_counts[name] + mates)
        first, second = np.divmod(key, plane.link_counts[name])
        links[name] = (first.astype(np.int32), second.astype(np.int32))
    return Failed(many, links, {})


def _every(where: IntArray, size: int) -> tuple[IntArray, IntArray]:
    return np.repeat(where, size), np.tile(np.arange(size, dtype=np.int32), len(where))


def _split(
    where: IntArray, number: NDArray[np.int64], sizes: Iterable[tuple[str, int]]
) -> dict[str, tuple[IntArray, IntArray]]:
    """Give numbers that run through several kinds as a list for each kind."""
    found: dict[str, tuple[IntArray, IntArray]] = {}
    low = 0
    for name, size in sizes:
        here = (number >= low) & (number < low + size)
        found[name] = (where[here], (number[here] - low).astype(np.int32))
        low += size
    return found


def _module(
    plane: Plane, layer: str, link: IntArray, upper: NDArray[np.bool_], module_links: int
) -> tuple[IntArray, IntArray]:
    """Give the links of the modules at one end of some links: the row that asked, and the link."""
    rows = np.arange(len(link), dtype=np.int32)
    if module_links == 1:
        return rows, link
    found, asked = [link], [rows]
    for end in (False, True):
        device, port, order, place = _module_order(plane, layer, end)
        if device is None:
            continue
        mine = np.flatnonzero(upper == end).astype(np.int32)
        for step in (*range(1 - module_links, 0), *range(1, module_links)):
            at = place[link[mine]] + step
            inside = (at >= 0) & (at < len(order))
            other = order[np.clip(at, 0, len(order) - 1)]
            same = inside & (device[other] == device[link[mine]])
            same &= port[other] // module_links == port[link[mine]] // module_links
            found.append(other[same])
            asked.append(mine[same])
    return np.concatenate(asked), np.concatenate(found)


@lru_cache(maxsize=16)
def _module_order(plane: Plane, layer: str, upper: bool) -> tuple[IntArray | None, IntArray, IntArray, IntArray]:
    """Give device, port and order by both of the links of a layer at one end; a node has a module for each port."""
    links = plane.links(layer)
    kind, device, port = (links.upper, links.b, links.b_port) if upper else (links.lower, links.a, links.a_port)
    if kind == "node":
        return None, port, port, port
    order = np.lexsort((port, device)).astype(np.int32)
    place = np.empty_like(order)
    place[order] = np.arange(len(order), dtype=np.int32)
    return device, port, order, place
