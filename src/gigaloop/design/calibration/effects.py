r"""What constants cannot explain: independent effects of stacks, recipes, models and layouts on the log of the step.

A measured step is :math:`\ln y_i = \ln f_i(c) + \sum_k u_k(i) + \varepsilon_i`: the equations with their constants, and
effects that measurements share where their labels are equal, the more so the nearer they are in what an effect is
smooth over, :math:`\mathrm{cov}(u_k(i), u_k(j)) = s_k^2 [l_k(i) = l_k(j)] e^{-d_k(i, j)}`. Their variances come from
the data; a stack never seen has the effects that it shares with others, and the spread of those that it does not.
Source: Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, chapters 2 and 5 (kernels that
add up, marginal likelihood); Gelman and Hill, Data Analysis Using Regression, Cambridge 2007, chapter 12 (partial
pooling).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.calibration.measurements import Measurement
from gigaloop.design.performance.machine import PRECISIONS
from gigaloop.design.records.training import TrainingSteps

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """An effect that measurements share."""

    name: str
    labels: tuple[str, ...]
    """Measurements share it where all of these are equal."""
    over: tuple[str, ...] = ()
    """And the more so, the nearer they are in these."""
    prior: float = 0.05
    """Standard deviation of the log of the step before any measurement. Source: a choice of this project."""
    part: str = ""
    """The part of a step that it lengthens: it counts by its share (``PARTS``); the whole step where empty."""


# Standard deviations. Source: choices of this project, wide where software is known to differ.
EFFECTS = (
    Effect("common", (), prior=0.10),
    Effect("architecture", ("architecture",)),
    Effect("stack", ("family",), prior=0.10),
    Effect("stack on an architecture", ("family", "architecture")),
    Effect("recipe", ("family", "architecture", "precision")),
    Effect("hardware and recipe", ("architecture", "precision")),
    Effect("kind of model", ("family", "kind")),
    Effect("kind of model on an architecture", ("kind", "architecture")),
    Effect("implementation of a model", ("family", "model")),
    Effect("model in a recipe", ("family", "model", "precision")),
    Effect("mixture", ("mixture",), prior=0.10),
    Effect("mixture on an accelerator", ("mixture", "accelerator")),
    Effect("accelerator", ("accelerator",)),
    Effect("what is switched on", ("family", "variant"), prior=0.10),
    Effect("site", ("family", "site")),
    Effect("drift of releases", ("family", "kind"), over=("date",)),
    Effect("layout of a stack", ("family", "kind"), over=("tp", "pp", "cp", "ep", "micro tokens", "vp", "width")),
    Effect("sequence", ("family", "architecture"), over=("sequence", "width")),
    Effect("attention", ("family", "architecture"), part="attention", prior=0.25),
    Effect("memory-bound operators", ("family", "architecture"), part="memory", prior=0.25),
    Effect("memory-bound operators of a release", ("family", "kind", "release"), part="memory", prior=0.15),
    Effect("exchanges", ("family",), part="exchanges", prior=0.25),
    Effect("pipeline", ("family",), part="pipeline", prior=0.25),
    Effect("products in a recipe", ("family", "architecture", "precision"), part="products", prior=0.10),
)
"""Effects; those that hold a measurement's own configuration alone are left to the noise."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "products": ("matrix products",),
    "attention": ("attention",),
    "memory": ("memory-bound operators", "optimiser"),
    "exchanges": ("tensor parallelism", "context parallelism", "expert parallelism", "data parallelism"),
    "pipeline": ("pipeline transfers", "pipeline bubble", "stage imbalance"),
}
"""Parts of a step that software differs in, as the equations have them."""

PARTICULAR = ("variant", "site", "mixture")
"""Labels that most measurements lack: those without share nothing by them."""

LENGTHS: Mapping[str, float] = {
    "date": 0.7, "accelerators": 3.0, "tp": 2.0, "pp": 2.5, "cp": 2.0, "ep": 3.0, "vp": 3.0, "micro tokens": 2.5,
    "width": 2.0, "sequence": 3.0, "isl": 3.0, "osl": 3.0, "speed": 1.0,
}  # fmt: skip
"""Distance over which an effect fades: years, and doublings. Source: a choice of this project."""


@dataclass(frozen=True)
class Traits:
    """What effects look at: labels and numbers of measurements, as columns (n,)."""

    labels: Mapping[str, NDArray[np.str_]]
    numbers: Mapping[str, FloatArray]
    shares: Mapping[str, FloatArray] = field(default_factory=dict)
    """Of the step, by ``PARTS``; for effects that lengthen a part."""

    def __len__(self) -> int:
        return len(next(iter(self.labels.values())))


def traits(rows: Sequence[Measurement], steps: TrainingSteps) -> Traits:
    """Give what effects look at, of measurements with a strategy and their steps by the equations."""
    found: list[tuple[dict[str, str], dict[str, float]]] = []
    for row in rows:
        strategy = row.strategy
        if strategy is None:
            raise ValueError(f"{row.id} has no strategy")
        model = row.model
        kind = "adapters" if row.job.adapters else "mixture" if row.moe else "dense"
        labels = {
            "family": row.stack.family,
            "architecture": str(row.machine.architecture),
            "precision": PRECISIONS[int(row.job.precision)],
            "kind": kind,
            "model": f"{model.hidden}x{model.heads}x{model.experts}{kind}",
            "mixture": f"{model.hidden}x{model.experts}" if kind == "mixture" else "",
            "configuration": row.configuration,
            "accelerator": row.machine.name,
            "variant": row.stack.variant,
            "site": row.stack.site,
            "release": f"{row.stack.date:.2f}",
        }
        counts = {
            "accelerators": row.accelerators, "tp": strategy.tp, "pp": strategy.pp, "cp": strategy.cp,
            "ep": strategy.ep, "vp": strategy.vp, "sequence": row.job.sequence, "width": model.hidden,
            "micro tokens": float(strategy.micro_batch) * float(row.job.sequence) / float(strategy.cp),
        }  # fmt: skip
        numbers = {key: float(np.log2(float(value))) for key, value in counts.items()}
        found.append((labels, {**numbers, "date": row.stack.date}))
    return Traits(
        {key: np.array([labels[key] for labels, _ in found]) for key in found[0][0]},
        {key: np.array([numbers[key] for _, numbers in found]) for key in found[0][1]},
        {key: np.sum([steps.parts[part] for part in parts], axis=0) / steps.step for key, parts in PARTS.items()},
    )


def correlation(effect: Effect, one: Traits, other: Traits) -> FloatArray:
    """Give how much of an effect measurements share (n, m): at most 1, that of a part at most its share squared."""
    same = np.ones((len(one), len(other)), dtype=bool)
    for key in effect.labels:
        same &= one.labels[key][:, None] == other.labels[key][None, :]
        if key in PARTICULAR:
            same &= one.labels[key][:, None] != ""
    squares = np.zeros(same.shape)
    for key in effect.over:
        squares += ((one.numbers[key][:, None] - other.numbers[key][None, :]) / LENGTHS[key]) ** 2
    shared = np.where(same, np.exp(-np.sqrt(squares)), 0.0)
    if effect.part:
        shared *= one.shares[effect.part][:, None] * other.shares[effect.part][None, :]
    return shared


def covariance(effects: Sequence[Effect], deviations: FloatArray, one: Traits, other: Traits) -> FloatArray:
    """Give the covariance of the effects of measurements, (n, m)."""
    total = np.zeros((len(one), len(other)))
    for effect, deviation in zip(effects, deviations, strict=True):
        if deviation > 0.0:
            total += deviation**2 * correlation(effect, one, other)
    return total
