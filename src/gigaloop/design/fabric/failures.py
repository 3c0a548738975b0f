"""What failures leave of a fabric: links, modules, switches or planes that fail at random, by Monte Carlo on arrays.

Draws are worked on many at a time; each touches only the leafs and nodes that its failures reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.damage import Damage, Failed, damage, ends_of
from gigaloop.design.fabric.paths import endpoint_switch
from gigaloop.design.fabric.torus import Torus
from gigaloop.design.records.network import Fabric, FloatArray, IntArray, Plane, Resilience

What = Literal["links", "optics", "switches", "planes"]

CELLS = 4_000_000
"""Numbers of an array that is worked on at a time."""
WHOLE = 1.0 - 1e-9
"""Share of bandwidth from which a job is not hit."""


def fail(
    fabric: Fabric,
    what: What,
    count: int = 1,
    draws: int = 1000,
    seed: int = 0,
    *,
    job_accelerators: int = 1024,
    module_links: int = 1,
) -> Resilience:
    """Let a number of things of the scale-out network fail at random, and give what is left.

    A node spreads its traffic over the planes of a port alike, so that what a port has left is the mean of its planes.
    A collective goes over all rails alike and waits for the slowest, so that a node runs at the rate of its slowest rail
    that lives; the traffic of a rail without any plane moves to the rails that live. A job runs at the rate of its
    slowest node, on the part of the network that it needs: leafs, pods or cores. Jobs are contiguous groups of nodes.

    Parameters
    ----------
    fabric
        The fabric.
    what
        ``links``, ``optics`` (a module at either end, with all links that it carries), ``switches`` or ``planes``.
    count
        How many fail at once.
    draws
        How often.
    seed
        Of the draws.
    job_accelerators
        Accelerators of a job.
    module_links
        Links at speed that one module carries: 2 of a twin-port module.

    Raises
    ------
    UsageError
        If what fails is unknown, or more of it than there is.

    Notes
    -----
    Nodes that are cut are exact: those without a live path off their switch on any plane and rail. Bandwidth is exact
    for traffic that every leaf spreads evenly; dead links on the far side of other leafs are counted with those.
    """
    plane, planes = fabric.scale_out.plane, fabric.scale_out.planes
    kinds = _population(plane, planes, what)
    if not 0 <= count <= kinds or draws < 1 or module_links < 1:
        raise UsageError(
            f"{count:,} of {kinds:,} {what} cannot fail in {draws:,} draws",
            hint=f"let 0 to {kinds:,} fail, in at least one draw",
        )
    jobs = _jobs(plane, max(1, round(job_accelerators / fabric.accelerators_per_node)))
    random = np.random.default_rng(seed)
    width = max(planes * len(ends_of(plane)), len(jobs.level), len(jobs.group_nodes) * plane.rails)
    step = max(1, min(draws, CELLS // width))
    found = [
        _chunk(plane, planes, what, _distinct(random, kinds, count, min(step, draws - low)), jobs, module_links)
        for low in range(0, draws, step)
    ]
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    return Resilience(what, count, draws, *columns)


def _population(plane: Plane, planes: int, what: What) -> int:
    many = {
        "links": sum(plane.link_counts.values()),
        "optics": 2 * sum(plane.link_counts.values()),
        "switches": sum(plane.switches.values()),
        "planes": 1,
    }
    if what not in many:
        raise UsageError(f"'{what}' is nothing that fails", hint=f"take {', '.join(many)}")
    return planes * many[what]


def _distinct(random: np.random.Generator, kinds: int, count: int, draws: int) -> NDArray[np.int64]:
    """Draw different things, (draws, count): draw again what was drawn already."""
    if 4 * count > kinds:
        return np.argsort(random.random((draws, kinds)), axis=1)[:, :count].astype(np.int64)
    found = np.sort(random.integers(0, kinds, (draws, count)), axis=1)
    while (again := np.diff(found, axis=1) == 0).any():
        row, column = np.nonzero(again)
        found[row, column] = random.integers(0, kinds, len(row))
        found.sort(axis=1)
    return found


@dataclass(frozen=True)
class _Jobs:
    """Jobs over groups of nodes that are plugged into the same switches."""

    group_of: IntArray
    """Of each node."""
    group_nodes: IntArray
    group_switch: IntArray
    """Switches of each group by rail (groups, rails)."""
    nodes: int
    """Of a job."""
    first: IntArray
    """Group of the first node of each job."""
    last: IntArray
    level: IntArray
    """Part of the network that each job needs: 0 a switch, 1 a pod, 2 all."""


@lru_cache(maxsize=8)
def _jobs(plane: Plane, nodes: int) -> _Jobs:
    rails = 1 if isinstance(plane, Torus) else plane.rails
    switch = np.arange(plane.nodes, dtype=np.int32) if isinstance(plane, Torus) else endpoint_switch(plane)
    by_node = switch.reshape(plane.nodes, rails)
    start = np.flatnonzero(np.concatenate(([True], (by_node[1:] != by_node[:-1]).any(axis=1))))
    size = np.diff(np.concatenate((start, [plane.nodes]))).astype(np.int32)
    group_of = np.repeat(np.arange(len(start), dtype=np.int32), size)
    nodes = min(nodes, plane.nodes)
    begin = np.arange(plane.nodes // nodes, dtype=np.int32) * np.int32(nodes)
    first, last = group_of[begin], group_of[begin + np.int32(nodes - 1)]
    pod = by_node[start] // np.int32(plane.pod_leafs if isinstance(plane, Clos) else len(ends_of(plane)))
    bounds = np.stack((first, last + 1), axis=1).ravel()
    lowest = np.minimum.reduceat(np.append(pod.min(axis=1), 0), bounds)[::2]
    highest = np.maximum.reduceat(np.append(pod.max(axis=1), 0), bounds)[::2]
    level = np.where(first == last, 0, np.where(lowest == highest, 1, 2)).astype(np.int32)
    return _Jobs(group_of, size, by_node[start], nodes, first, last, level)


def _chunk(
    plane: Plane, planes: int, what: What, drawn: NDArray[np.int64], jobs: _Jobs, module_links: int
) -> tuple[FloatArray, ...]:
    """Give the columns of a :class:`Resilience` for some draws."""
    draws = len(drawn)
    left = damage(plane, _failed(plane, planes, what, drawn, module_links))
    top = len(left.levels) - 1
    switches = left.levels[0].shape[1]
    ports = [level.reshape(draws, planes, switches).mean(axis=1) for level in left.levels]
    ends = ends_of(plane)
    mean = ports[top] @ ends
    row, end = left.cut
    draw = row // planes
    if len(row):
        lost = left.levels[top][row, endpoint_switch(plane)[end]] / planes
        mean -= np.bincount(draw, lost, minlength=draws)
    groups = [_node_share(port[:, jobs.group_switch]) for port in ports]
    job = np.ones((draws, len(jobs.level)))
    bounds = np.stack((jobs.first, jobs.last + 1), axis=1).ravel()
    for level, share in enumerate(groups):
        here = np.minimum(jobs.level, top) == level
        if here.any():
            padded = np.concatenate((share, np.ones((draws, 1))), axis=1)
            job[:, here] = np.minimum.reduceat(padded, bounds, axis=1)[:, ::2][:, here]
    cut_off = (groups[top] == 0.0) @ jobs.group_nodes.astype(np.float64)
    if len(row):
        key, node_draw, node, share_at = _hurt_nodes(plane, planes, left, draw, ports, jobs)
        del key
        own = share_at[top] == 0.0
        cut_off += np.bincount(node_draw[own & (groups[top][node_draw, jobs.group_of[node]] > 0.0)], minlength=draws)
        of = node // np.int32(jobs.nodes)
        inside = np.flatnonzero(of < len(jobs.level))
        level = np.minimum(jobs.level[of[inside]], top)
        np.minimum.at(job, (node_draw[inside], of[inside]), share_at[level, inside])
    return (
        job.min(axis=1),
        mean / ends.sum(),
        cut_off,
        (job < WHOLE).sum(axis=1).astype(np.float64),
        (job == 0.0).sum(axis=1).astype(np.float64),
    )


def _hurt_nodes(
    plane: Plane, planes: int, left: Damage, draw: IntArray, ports: list[FloatArray], jobs: _Jobs
) -> tuple[NDArray[np.int64], IntArray, IntArray, FloatArray]:
    """Give the nodes with dead links of their own, and what they have left by level (levels, nodes)."""
    row, end = left.cut
    rails = np.int32(plane.rails)
    key, which = np.unique(draw.astype(np.int64) * plane.nodes + end // rails, return_inverse=True)
    node_draw, node = (each.astype(np.int32) for each in np.divmod(key, plane.nodes))
    switch = endpoint_switch(plane)
    share_at = []
    for level, port in zip(left.levels, ports, strict=True):
        share = port[node_draw[:, None], jobs.group_switch[jobs.group_of[node]]]
        np.subtract.at(share, (which, end % rails), level[row, switch[end]] / planes)
        share_at.append(_node_share(np.where(share < 1e-12, 0.0, share)))
    return key, node_draw, node, np.stack(share_at)


def _node_share(rails: FloatArray) -> FloatArray:
    """Give what a node has left from what its rails have, over the last axis: the slowest that lives, times those."""
    alive = rails > 0.0
    slowest = np.where(alive, rails, np.inf).min(axis=-1)
    return np.where(alive.any(axis=-1), slowest, 0.0) * alive.mean(axis=-1)


def _failed(plane: Plane, planes: int, what: What, drawn: NDArray[np.int64], module_links: int) -> Failed:
    """Sort what was drawn by layer and kind."""
    draws, count = drawn.shape
    each = drawn.ravel()
    per_plane = _population(plane, 1, what)
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
        return Failed(many, {}, _split(where, number, plane.switches))
    if what == "links":
        return Failed(many, _split(where, number, plane.link_counts), {})
    links = {}
    for name, (at, link) in _split(where, number // 2, plane.link_counts).items():
        upper = (number[_within(number // 2, plane.link_counts, name)] % 2).astype(np.bool_)
        rows, mates = _module(plane, name, link, upper, module_links)
        key = np.unique(at[rows].astype(np.int64) * plane.link_counts[name] + mates)
        first, second = np.divmod(key, plane.link_counts[name])
        links[name] = (first.astype(np.int32), second.astype(np.int32))
    return Failed(many, links, {})


def _every(where: IntArray, size: int) -> tuple[IntArray, IntArray]:
    return np.repeat(where, size), np.tile(np.arange(size, dtype=np.int32), len(where))


def _within(number: NDArray[np.int64], sizes: object, name: str) -> NDArray[np.bool_]:
    low = 0
    for each, size in dict(sizes).items():  # type: ignore[call-overload]
        if each == name:
            found: NDArray[np.bool_] = (number >= low) & (number < low + size)
            return found
        low += size
    raise KeyError(name)


def _split(where: IntArray, number: NDArray[np.int64], sizes: object) -> dict[str, tuple[IntArray, IntArray]]:
    """Give numbers that run through several kinds as a list for each kind."""
    found, low = {}, 0
    for name, size in dict(sizes).items():  # type: ignore[call-overload]
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
