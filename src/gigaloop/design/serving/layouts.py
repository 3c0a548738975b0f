"""All legal ways to lay a model out over accelerators that serve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.performance.machine import Machine
from gigaloop.design.serving.loads import ServingLayouts
from gigaloop.design.transformer import Transformer

IntArray = NDArray[np.int64]

STAGES = (1, 2, 4, 8)
"""Pipeline stages that serving considers. Source: a choice of this project; more only lengthen the answer."""

BATCHES = np.unique(np.round(2.0 ** (np.arange(31) / 2.0))).astype(np.int64)
"""Sequences in flight on a data-parallel rank that are considered, about 1.4 apart; memory cuts the largest.
Source: a choice of this project."""


@dataclass(frozen=True)
class Legal:
    """Legal layouts as columns (n,), without batches."""

    tp: IntArray
    dp: IntArray
    ep: IntArray
    pp: IntArray
    out: Mapping[str, int]
    """Layouts that are none, by cause."""

    def __len__(self) -> int:
        return len(self.tp)


def legal_layouts(
    model: Transformer, machine: Machine, accelerators: int, fixed: Mapping[str, int] | None = None
) -> Legal:
    """Give the layouts of instances that ``accelerators`` can be split into without a rest.

    Heads have to be divisible by ``tp``, which stays within the domain; a dense model has no data parallelism within an
    instance; experts are split ``ep`` ways, a divisor of their number, or all ``tp * dp`` (with a few experts twice).

    Parameters
    ----------
    fixed
        Some of ``tp``, ``dp``, ``ep`` and ``pp``, where they are set.

    Raises
    ------
    UsageError
        If no layout is left.
    """
    experts, heads = int(np.asarray(model.experts)), int(np.asarray(model.heads))
    stages = [pp for pp in STAGES if pp <= int(np.asarray(model.layers))]
    sizes = divisors(accelerators)
    fixed = fixed or {}
    grid = np.array(
        [
            (tp, group // tp, ep, pp)
            for pp in _only("pp", stages, fixed)
            for group in sizes
            if group * pp in sizes
            for tp in _only("tp", divisors(group), fixed)
            if "dp" not in fixed or group // tp == fixed["dp"]
            for ep in (_only("ep", divisors(group), fixed) if experts else (1,))
        ],
        dtype=np.int64,
    ).reshape(-1, 4)
    tp, dp, ep, pp = grid.T
    causes = {
        "heads are not divisible by tp": heads % np.maximum(tp, 1) != 0,
        "tp leaves the scale-up domain": tp > int(np.asarray(machine.domain)),
        "a dense model has no data parallelism within an instance": (experts == 0) & (dp > 1),
        "experts are not divisible by ep": (experts > 0) & (experts % ep != 0) & (ep != tp * dp),
        "fewer experts than ep": (experts > 0) & (ep > max(experts, 1)),
        "attention is replicated but experts are not spread": (experts > 0) & (dp > 1) & (ep == 1),
    }
    left, out = np.ones(len(grid), dtype=bool), {}
    for cause, hit in causes.items():
        out[cause] = int(np.count_nonzero(left & hit))
        left &= ~hit
    if not left.any():
        raise UsageError(
            f"no layout of {model.name} over {accelerators} accelerators is legal"
            + (f" with {', '.join(f'{name} {value}' for name, value in fixed.items())}" if fixed else ""),
            hint=_way_out(out, heads, experts, accelerators, fixed),
        )
    return Legal(tp[left], dp[left], ep[left], pp[left], out)


def with_batches(legal: Legal, *, disaggregated: bool | None = False) -> ServingLayouts:
    """Give every layout with every batch; together, apart, or both ways where ``disaggregated`` is None."""
    ways = np.array([False, True] if disaggregated is None else [disaggregated])
    n, b, w = len(legal), len(BATCHES), len(ways)

    def spread(column: IntArray) -> IntArray:
        return np.repeat(column, b * w)

    batch = np.tile(np.repeat(BATCHES, w), n) * spread(legal.dp * legal.pp)
    return ServingLayouts(
        tp=spread(legal.tp),
        dp=spread(legal.dp),
        ep=spread(legal.ep),
        pp=spread(legal.pp),
        batch=batch.astype(np.float64),
        disaggregated=np.tile(ways, n * b),
    )


def divisors(number: int) -> tuple[int, ...]:
    """Give the divisors of a number.

    >>> divisors(72)
    (1, 2, 3, 4, 6, 8, 9, 12, 18, 24, 36, 72)
    """
    return tuple(each for each in range(1, number + 1) if number % each == 0)


def _only(name: str, values: Sequence[int], fixed: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(each for each in values if name not in fixed or each == fixed[name])


def _way_out(out: Mapping[str, int], heads: int, experts: int, accelerators: int, fixed: Mapping[str, int]) -> str:
    if "tp" in fixed and heads % fixed["tp"]:
        known = ", ".join(str(each) for each in divisors(heads) if each <= accelerators)
        return f"{heads} heads can be split {known} ways"
    if fixed.get("ep", 1) > max(experts, 1):
        return f"its {experts} experts can be split at most {experts} ways"
    worst = max(out, key=lambda cause: out[cause], default="")
    return f"most are out because {worst}; leave the layout open, or change the number of accelerators"
