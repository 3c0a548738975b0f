"""Networks for the tests: published ones, random ones, and the least cost by trying every promise."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from gigaloop.plan.safety import Arc, Network, Stage
from gigaloop.plan.safety.model import build_model, group

ORACLES = Path(__file__).parents[2] / "oracles"


def oracle(name: str) -> list[dict[str, str]]:
    with (ORACLES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def published(name: str, at_most_0: tuple[str, ...] = ()) -> Network:
    def number(text: str) -> float | None:
        return float(text) if text else None

    stages = tuple(
        Stage(
            row["stage"],
            float(row["time"]),
            float(row["cost"]),
            0.0 if row["stage"] in at_most_0 else float(row["max_service_time"] or math.inf),
            number(row["demand_mean"]),
            number(row["demand_std"]),
            number(row["z"]),
        )
        for row in oracle("gsm_stages.csv")
        if row["network"] == name
    )
    arcs = tuple(
        Arc(row["source_stage"], row["target_stage"], float(row["quantity"]))
        for row in oracle("gsm_arcs.csv")
        if row["network"] == name
    )
    return Network(stages, arcs)


@st.composite
def networks(draw: st.DrawFn, most: int = 5, longest: int = 3, tree: bool = False) -> Network:
    """Random networks: arcs go from lower to higher numbers; ends, and some others, have demand."""
    n = draw(st.integers(1, most))
    pairs = [(i, j) for j in range(n) for i in range(j)]
    if tree:
        joined = [(draw(st.integers(0, i - 1)), i) for i in range(1, n) if draw(st.integers(0, 9))]
        turned = draw(st.permutations(range(n)))
        ends = [(min(turned[i], turned[j]), max(turned[i], turned[j])) for i, j in joined]
    else:
        ends = [pair for pair in pairs if draw(st.booleans())]
    sends = {i for i, _ in ends}
    stages = []
    for i in range(n):
        sells = i not in sends or draw(st.integers(0, 3)) == 0
        limited = sells or draw(st.integers(0, 3)) == 0
        stages.append(
            Stage(
                f"s{i}",
                draw(st.integers(0, longest)),
                draw(st.integers(0, 20)),
                draw(st.integers(0, 4)) if limited else math.inf,
                draw(st.integers(0, 9)) if sells else None,
                draw(st.integers(0, 9)) if sells else None,
                draw(st.sampled_from([0.5, 1.0, 1.645])) if sells else None,
            )
        )
    arcs = tuple(Arc(f"s{i}", f"s{j}", draw(st.sampled_from([1.0, 1.0, 2.0]))) for i, j in ends)
    return Network(tuple(stages), arcs)


def layered(seed: int, layers: int = 4, wide: int = 6, feeds: int = 3, longest: int = 20) -> Network:
    """A network with many loops: every stage but the first layer's is fed by some of the layer before."""
    random = np.random.default_rng(seed)
    stages, arcs = [], []
    for layer in range(layers):
        last = layer == layers - 1
        for i in range(wide):
            demand = (0.0, 20.0, float(random.integers(1, 20)), 1.645) if last else (math.inf, None, None, None)
            stages.append(
                Stage(f"{layer}-{i}", int(random.integers(0, longest + 1)), int(random.integers(1, 50)), *demand)
            )
            if layer:
                chosen = random.choice(wide, feeds, replace=False)
                arcs += [Arc(f"{layer - 1}-{k}", f"{layer}-{i}") for k in chosen]
    for layer in range(layers - 1):  # nothing ends inside
        for i in range(wide):
            if not any(arc.source == f"{layer}-{i}" for arc in arcs):
                arcs.append(Arc(f"{layer}-{i}", f"{layer + 1}-{i}"))
    return Network(tuple(stages), tuple(arcs))


def least_cost_by_trying(network: Network, holding_rate: float = 1.0) -> float:
    """Try every combination of promises; each stage waits for its slowest supplier."""
    model = build_model(network, holding_rate)
    into = group(model.target, model.size)
    promises = [axis.ravel() for axis in np.meshgrid(*(np.arange(k + 1) for k in model.limit), indexing="ij")]
    total = np.zeros(len(promises[0]))
    for i in range(model.size):
        wait = np.zeros_like(promises[i])
        for k in model.source[into[i]]:
            wait = np.maximum(wait, promises[k])
        net = wait + model.time[i] - promises[i]
        total += np.where(net >= 0, model.charge[i] * np.sqrt(np.maximum(net, 0)), np.inf)
    return float(total.min())
