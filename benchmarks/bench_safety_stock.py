"""Guaranteed-service safety stock on a network with loops, against the same problem as a MILP in HiGHS.

python benchmarks/bench_safety_stock.py [--layers 4] [--wide 6] [--feeds 2] [--longest 10] [--seeds 3]
    [--limit 60] [--stages FILE --arcs FILE]

The MILP picks one net replenishment time for every stage (a binary for each), as one would write it first. With two
files the placement on that network is timed alone.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from pathlib import Path

import numpy as np

from gigaloop.plan.safety import Arc, Network, Placement, Stage, place_safety_stock, read_network
from gigaloop.plan.safety.model import build_model
from gigaloop.solve import Model, Solution, SolveOptions


def layered(seed: int, layers: int, wide: int, feeds: int, longest: int) -> Network:
    """Generate a network: every stage but the first layer's is fed by some of the layer before."""
    random = np.random.default_rng(seed)
    stages, arcs = [], set()
    for layer in range(layers):
        last = layer == layers - 1
        for i in range(wide):
            demand = (0.0, 20.0, float(random.integers(1, 20)), 1.645) if last else (math.inf, None, None, None)
            stages.append(
                Stage(f"{layer}-{i}", int(random.integers(1, longest + 1)), int(random.integers(1, 50)), *demand)
            )
            if layer:
                arcs |= {(f"{layer - 1}-{k}", f"{layer}-{i}") for k in random.choice(wide, feeds, replace=False)}
            if not last:
                arcs.add((f"{layer}-{i}", f"{layer + 1}-{i}"))
    return Network(tuple(stages), tuple(Arc(*pair) for pair in sorted(arcs)))


def as_milp(network: Network, limit: float) -> Solution:
    """Solve the same problem with one binary for every stage and net replenishment time."""
    model = build_model(network, 1.0)
    n, m = model.size, len(model.source)
    pairs = [(i, t) for i in range(n) for t in range(int(model.entering[i] + model.time[i]) + 1)]
    of, net = (np.array(column) for column in zip(*pairs, strict=True))
    milp = Model("guaranteed service")
    incoming = milp.columns("incoming", [("stage", range(n))], upper=model.entering)
    outgoing = milp.columns("outgoing", [("stage", range(n))], upper=model.limit)
    pick = milp.columns("net", [(("stage", "net"), pairs)], upper=1, integer=True, cost=model.charge[of] * np.sqrt(net))
    one = milp.rows("one", [("stage", range(n))], lower=1, upper=1)
    milp.add(one[of], pick, 1)
    balance = milp.rows("balance", [("stage", range(n))], lower=model.time, upper=model.time)
    milp.add(balance[of], pick, net)
    milp.add(balance, incoming, -1)
    milp.add(balance, outgoing, 1)
    waits = milp.rows("waits", [("arc", range(m))], lower=0)
    milp.add(waits, incoming[model.target], 1)
    milp.add(waits, outgoing[model.source], -1)
    return milp.solve(SolveOptions(time_limit=limit, mip_gap=1e-7))


def timed(network: Network, repeat: int = 3) -> tuple[Placement, float]:
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        placed = place_safety_stock(network)
        times.append(time.perf_counter() - began)
    return placed, statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("layers", 4), ("wide", 6), ("feeds", 2), ("longest", 10), ("seeds", 3), ("limit", 60)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--stages", type=Path)
    parser.add_argument("--arcs", type=Path)
    given = parser.parse_args()
    if given.stages and given.arcs:
        network = read_network(given.stages, given.arcs)
        placed, seconds = timed(network, 1)
        print(f"{len(network.stages)} stages, {len(network.arcs)} arcs    gigaloop {seconds:.2f} s    ", end="")
        print(f"cost {placed.cost:,.6f}    bound {placed.bound:,.6f}    gap {placed.gap:.1e}    {placed.method}")
        return
    for seed in range(given.seeds):
        network = layered(seed, given.layers, given.wide, given.feeds, given.longest)
        placed, seconds = timed(network)
        milp = as_milp(network, given.limit)
        done = milp.status.value == "optimal"
        if placed.bound > milp.objective * (1 + 1e-6) or milp.bound > placed.cost * (1 + 1e-6):
            raise SystemExit(f"seed {seed}: the answers differ: {placed.cost} and {milp.objective}")
        note = "" if done else f"    stopped with a gap of {milp.gap:.1%}, {milp.objective / placed.cost - 1:+.1%} cost"
        print(
            f"{len(network.stages)} stages, {len(network.arcs)} arcs, seed {seed}    gigaloop {seconds:.3f} s "
            f"(gap {placed.gap:.0e})    HiGHS MILP {milp.seconds:.2f} s    {milp.seconds / seconds:.0f}x{note}"
        )


if __name__ == "__main__":
    main()
