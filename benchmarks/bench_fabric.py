"""How long until the paths, loads and failures of a fabric of 131,072 ports are known?

The alternatives search the graph of the links: breadth-first from every leaf by SciPy on sparse rows, flows that walk
from switch to switch one by one in plain Python, and connected components of what every draw of failures leaves, by
SciPy. They are timed on a part of the work and scaled; both find the same.
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from gigaloop.design.fabric import Clos, contention, fail, hops, link_loads, size_clos
from gigaloop.design.fabric.clos_paths import tables
from gigaloop.design.fabric.failing import What, distinct
from gigaloop.design.fabric.paths import endpoint_switch
from gigaloop.design.records.fabric import Fabric, IntArray, NetworkDesign, ScaleUpDomain

REPEATS = 5
LEAFS = 16
DRAWS = 10_000
SEARCHED = 5
FAILED = 20
PLANES = {
    "three tiers of 128 ports": size_clos(nodes=16384, rails=8, rate=400e9, radix=128, nodes_per_su=512),
    "a plane of two tiers of 512 ports": size_clos(nodes=16384, rails=8, rate=100e9, radix=512, nodes_per_su=256),
}


def seconds(job: Callable[[], object], repeats: int = REPEATS) -> float:
    """Give the median of the processor time of a job [s], after one that warms up."""
    job()
    found = []
    for _ in range(repeats):
        start = time.process_time()
        job()
        found.append(time.process_time() - start)
    return statistics.median(found)


def cold(job: Callable[[], object]) -> float:
    """Give the processor time of a job [s] when nothing is known yet."""
    for each in (endpoint_switch, tables):
        each.cache_clear()
    start = time.process_time()
    job()
    return time.process_time() - start


def row(case: str, ours: float, alternative: float) -> None:
    print(f"{case:58} gigaloop {ours:8.4f} s    alternative {alternative:10.2f} s    {alternative / ours:8.0f}x")


def switch_links(plane: Clos) -> tuple[IntArray, IntArray, int]:
    """Give both ends of the links between switches, numbered through the tiers, and how many switches there are."""
    offset, total = {}, 0
    for kind, count in plane.switches.items():
        offset[kind] = total
        total += count
    layers = [plane.links(layer) for layer in list(plane.link_counts)[1:]]
    lower = np.concatenate([each.a + offset[each.lower] for each in layers])
    upper = np.concatenate([each.b + offset[each.upper] for each in layers])
    return lower, upper, total


def searched(plane: Clos, leafs: IntArray) -> np.ndarray:
    """Give the distances from some leafs to all switches, by SciPy."""
    lower, upper, total = switch_links(plane)
    graph = csr_matrix((np.ones(len(lower)), (lower, upper)), (total, total))
    return np.asarray(dijkstra(graph, directed=False, unweighted=True, indices=leafs))


def walked(plane: Clos, here: IntArray, there: IntArray) -> tuple[int, float]:
    """Send flows one by one over lists of neighbours, each to a random switch that is nearer.

    Returns
    -------
    tuple
        Links crossed, and the time of a flow [s].
    """
    lower, upper, total = switch_links(plane)
    neighbours: list[list[int]] = [[] for _ in range(total)]
    for a, b in zip(lower.tolist(), upper.tolist(), strict=True):
        neighbours[a].append(b)
        neighbours[b].append(a)
    random = np.random.default_rng(0)
    near = {leaf: searched(plane, np.array([leaf], np.int32))[0] for leaf in np.unique(there).tolist()}
    crossed, start = 0, time.process_time()
    for a, b in zip(here.tolist(), there.tolist(), strict=True):
        at, distance = a, near[b]
        while at != b:
            ways = [each for each in neighbours[at] if distance[each] < distance[at]]
            at = ways[int(random.integers(len(ways)))]
            crossed += 1
    return crossed, (time.process_time() - start) / len(here)


def paths_and_loads(name: str, plane: Clos) -> None:
    """Print how long a permutation takes."""
    ports = plane.endpoints
    source, target = np.arange(ports, dtype=np.int32), np.random.default_rng(1).permutation(ports).astype(np.int32)
    switch = endpoint_switch(plane)
    leafs = np.unique(switch[source[: LEAFS * plane.down]])[:LEAFS]
    some = np.isin(switch[source], leafs)
    start = time.process_time()
    far = searched(plane, leafs)
    bfs = (time.process_time() - start) * plane.leafs / len(leafs)
    by_search = far[np.searchsorted(leafs, switch[source[some]]), switch[target[some]]] + 2
    if (hops(plane, source[some], target[some]) != by_search).any():
        raise SystemExit(f"{name}: distances differ")
    chosen = np.isin(switch[target], switch[target[:LEAFS]]) & (switch[source] != switch[target])
    between = hops(plane, source[chosen], target[chosen]) - 2
    crossed, walk = walked(plane, switch[source[chosen]], switch[target[chosen]])
    if crossed != between.sum():
        raise SystemExit(f"{name}: links crossed differ")
    loads = link_loads(plane, source, target, "ecmp")
    if abs(sum(load.sum() for load in loads.values()) - hops(plane, source, target).sum()) > 1e-6:
        raise SystemExit(f"{name}: loads do not add up")

    def both() -> None:
        hops(plane, source, target)
        link_loads(plane, source, target, "ecmp")

    walk *= ports
    row(f"{ports:,} ports, {name}: distances", seconds(lambda: hops(plane, source, target)), bfs)
    row("    distances and hashed loads", seconds(both), bfs + walk)
    row("    the same, nothing known before", cold(both), bfs + walk)
    row("    sprayed loads", seconds(lambda: link_loads(plane, source, target, "spraying")), walk)
    slow = contention.__wrapped__(plane, "ecmp", "permutation", draws=4)
    print(
        f"    worst of hashed links slows a permutation {slow.factor:.1f}x, flows on average {slow.average.mean():.1f}x"
    )
    tracemalloc.start()
    both()
    print(f"    memory at most: {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB")
    tracemalloc.stop()


def failures() -> None:
    """Print how long draws of failed links take on a fabric of 100,352 accelerators."""
    plane = size_clos(nodes=12544, rails=8, rate=400e9, radix=128, nodes_per_su=64)
    network = NetworkDesign("scale-out", "scale-out", plane, 1, None, 1.0)
    fabric = Fabric("bench", 1, 12544, 12544, 1, 8.0, ScaleUpDomain(8, 450e9, True), (network,), "spraying")
    layers = [plane.links(layer) for layer in plane.link_counts]
    lower, upper, total = switch_links(plane)
    a = np.concatenate((layers[0].a + total, lower))
    b = np.concatenate((layers[0].b, upper))
    drawn = distinct(np.random.default_rng(0), len(a), FAILED, SEARCHED)
    start, cut = time.process_time(), []
    for links in drawn:
        alive = np.ones(len(a), np.bool_)
        alive[links] = False
        graph = csr_matrix((np.ones(alive.sum()), (a[alive], b[alive])), (total + plane.nodes,) * 2)
        part = connected_components(graph, directed=False)[1][total:]
        cut.append(plane.nodes - np.bincount(part).max())
    alternative = (time.process_time() - start) / SEARCHED
    if fail(fabric, "links", FAILED, SEARCHED, 0).nodes_cut.tolist() != cut:
        raise SystemExit("nodes that are cut off differ")
    things: tuple[What, ...] = ("links", "optics", "switches")
    for what in things:
        ours = seconds(partial(fail, fabric, what, FAILED, DRAWS), 1)
        row(f"{DRAWS:,} draws of {FAILED} {what}, {fabric.accelerators:,} accelerators", ours, alternative * DRAWS)


def main() -> None:
    """Print the table."""
    for name, plane in PLANES.items():
        paths_and_loads(name, plane)
    failures()


if __name__ == "__main__":
    main()
