"""The few ways to lay a workload out that are the best somewhere among the variants.

All ways are evaluated on the generation as it is, with each size of memory; those not much slower than the best go on to
machines at the ends of every choice; what is among the best on one of those is the shortlist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gigaloop.design.codesign.work import CHUNK, Work
from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.codesign import Floats, Ints

NEAR = 0.5
"""Rate over the best on the generation as it is, from which a way is tried elsewhere."""

KEPT = 12
"""Ways kept on each machine at the ends of the choices."""

MOST = 60_000
"""Ways tried at the ends of the choices, the best ones."""

_NUMBERS = ("domain", "scale_up", "scale_out", "hbm_bandwidth", "power")


def shortlist(work: Work, base: Machine, machines: Machine) -> Ints:
    """Give the ways that every variant is held against, by their numbers.

    Parameters
    ----------
    work
        The workload.
    base
        The machine that the generation is.
    machines
        The variants' machines, columns (m,).
    """
    memory = np.unique(np.asarray(machines.hbm, dtype=np.float64))
    near = _near(work, base, memory)
    if not near.size:
        return near
    kept: set[int] = set()
    for probe in _probes(base, machines):
        rates = np.concatenate(
            [work.over_memory(probe, near[start : start + CHUNK], memory) for start in range(0, len(near), CHUNK)],
            axis=1,
        )
        for row in rates:
            kept.update(near[_top(row, KEPT)].tolist())
    return np.array(sorted(kept), dtype=np.int64)


def _near(work: Work, base: Machine, memory: Floats) -> Ints:
    """Give the ways that are not much slower than the best on a machine, with any of some sizes of memory."""
    best = np.zeros(len(memory))
    found: list[tuple[Ints, Floats]] = []
    for start in range(0, work.size, CHUNK):
        ways = np.arange(start, min(start + CHUNK, work.size))
        rates = work.over_memory(base, ways, memory)
        best = np.maximum(best, rates.max(axis=1))
        kept = ((rates > 0.0) & (rates >= NEAR * best[:, None])).any(axis=0)
        found.append((ways[kept], rates[:, kept]))
    ways = np.concatenate([each for each, _ in found])
    rates = np.concatenate([each for _, each in found], axis=1)
    share = np.max(rates / np.where(best > 0.0, best, np.inf)[:, None], axis=0, initial=0.0)
    near = np.flatnonzero(share >= NEAR)
    near = near[np.argsort(-share[near], kind="stable")[:MOST]]
    return np.sort(ways[near])


def _top(rates: Floats, count: int) -> Ints:
    """Give the best few of some rates, those of 0 left out."""
    some = np.flatnonzero(rates > 0.0)
    return some[np.argsort(-rates[some], kind="stable")[:count]]


def _probes(base: Machine, machines: Machine) -> Iterator[Machine]:
    """Give the machine as it is, and with every number at either end of the variants', one at a time and all together."""
    yield base
    ends: dict[str, tuple[float, float]] = {}
    for name in _NUMBERS:
        values = np.asarray(getattr(machines, name), dtype=np.float64)
        ends[name] = (float(values.min()), float(values.max()))
        for value in dict.fromkeys(ends[name]):
            if value != float(getattr(base, name)):
                yield replace(base, **{name: value})
    for end in (0, 1):
        corner = {name: values[end] for name, values in ends.items()}
        if any(value != float(getattr(base, name)) for name, value in corner.items()):
            yield replace(base, **corner)
