"""What failures leave of a fabric: links, modules, switches or planes that fail at random, by Monte Carlo on arrays.

Draws are worked on many at a time; each touches only the leafs and nodes that its failures reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.fabric.clos import Clos
from gigaloop.design.fabric.damage import Damage, damage, ends_of
from gigaloop.design.fabric.failing import What, distinct, failed, population
from gigaloop.design.fabric.paths import endpoint_switch
from gigaloop.design.fabric.torus import Torus
from gigaloop.design.records.fabric import Fabric, FloatArray, IntArray, Plane
from gigaloop.design.records.service import Resilience

__all__ = ["What", "fail"]

CELLS = 4_194_304
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
    A collective goes over all rails alike and waits for the slowest, so that a node runs at the rate of its slowest
    rail that lives; the traffic of a rail without any plane moves to the rails that live. A job runs at the rate of its
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
    Nodes that are cut have no live port whose leaf leads up to a live switch: exact unless a switch above has lost all
    its other links, which takes very many failures and is not looked for. The bandwidth of a leaf is its maximum flow
    upward in two tiers; in three it shares the uplinks of spines with its pod, and never is above its maximum flow.
    """
    plane, planes = fabric.scale_out.plane, fabric.scale_out.planes
    kinds = population(plane, planes, what)
    if not 0 <= count <= kinds or draws < 1 or module_links < 1:
        raise UsageError(
            f"{count:,} of {kinds:,} {what} cannot fail in {draws:,} draws",
            hint=f"let 0 to {kinds:,} fail, in at least one draw",
        )
    jobs = _jobs(plane, max(1, round(job_accelerators / fabric.accelerators_per_node)))
    random = np.random.default_rng(seed)
    width = max(planes * len(ends_of(plane)), len(jobs.level), len(jobs.group_nodes) * plane.rails, count * plane.radix)
    width = max(width, kinds if 4 * count > kinds else 1)
    step = max(1, min(draws, CELLS // width))
    found = [
        _chunk(plane, planes, what, distinct(random, kinds, count, min(step, draws - low)), jobs, module_links)
        for low in range(0, draws, step)
    ]
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    return Resilience(what, count, draws, *columns)


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
    left = damage(plane, failed(plane, planes, what, drawn, module_links))
    # The part of the network that all nodes together need.
    top = min(len(left.levels) - 1, int(_jobs(plane, plane.nodes).level[0]))
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
        node_draw, node, share_at = _hurt_nodes(plane, planes, left, draw, ports, jobs)
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
) -> tuple[IntArray, IntArray, FloatArray]:
    """Give draw and number of the nodes with dead links of their own, and what they have left (levels, nodes)."""
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
    return node_draw, node, np.stack(share_at)


def _node_share(rails: FloatArray) -> FloatArray:
    """Give what a node has left from what its rails have, over the last axis: the slowest that lives, times those."""
    alive = rails > 0.0
    slowest = np.where(alive, rails, np.inf).min(axis=-1)
    return np.asarray(np.where(alive.any(axis=-1), slowest, 0.0) * alive.mean(axis=-1))
