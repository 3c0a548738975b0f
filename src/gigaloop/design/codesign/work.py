"""The workloads of a mix as a search needs them: ways to lay each out, and the rate of every way on every machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Protocol, TypeVar

import numpy as np

from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.codesign import Floats, Ints

CHUNK = 16_384
"""Rows evaluated at once, so that columns stay in the cache of a core. Source: a choice of this project."""

KEPT = 12
"""Ways kept on each machine that a shortlist is made on. Source: a choice of this project; the regret is measured."""

_NUMBERS = ("domain", "scale_up", "scale_out", "hbm_bandwidth", "power")
"""Numbers of a machine that shortlists are made at the ends of; memory has all of its values."""

R = TypeVar("R")


class Work(Protocol):
    """A workload: a numbered set of ways to lay it out, and their rates."""

    @property
    def name(self) -> str:
        """Of the workload."""

    @property
    def kind(self) -> str:
        """``training`` or ``inference``."""

    @property
    def share(self) -> float:
        """Of accelerator time."""

    @property
    def accelerators(self) -> int:
        """Of one job, or of one instance at the most."""

    @property
    def size(self) -> int:
        """Number of ways."""

    def drawn(self) -> Iterator[Work]:
        """Give the workload with constants as they may be, for the band."""

    def rates(self, machine: Machine, way: Ints) -> Floats:
        """Give tokens/s of an accelerator for rows of machines and ways (n,); 0 where it does not do."""

    def everywhere(self, machine: Machine) -> float:
        """Give the best tokens/s of an accelerator over all ways there are, on one machine."""

    def shortlisted(self, probes: Sequence[Machine], memory: Floats) -> Work:
        """Give the workload with the ways alone that are among the best on some machines, with any memory (m,) each."""

    def kept(self, machine: Machine) -> Floats:
        """Give the share of its rate that a machine keeps, or each of several (m,): interruptions, software."""


def rows_of(record: R, rows: Ints) -> R:
    """Give some rows of a record of columns; what is single stays."""
    columns = {
        each.name: value[rows]
        for each in fields(record)  # type: ignore[arg-type]
        if isinstance(value := getattr(record, each.name), np.ndarray) and value.ndim
    }
    return replace(record, **columns)  # type: ignore[type-var]


def one_machine(machines: Machine, row: int) -> Machine:
    """Give one of several machines, with numbers in place of columns."""
    columns = {
        each.name: value[row].item()
        for each in fields(Machine)
        if isinstance(value := getattr(machines, each.name), np.ndarray) and value.ndim
    }
    return replace(machines, **columns)


def top(rates: Floats, count: int = KEPT) -> Ints:
    """Give the rows of the best few of some rates, those of 0 left out."""
    some = np.flatnonzero(rates > 0.0)
    return np.asarray(some[np.argsort(-rates[some], kind="stable")[:count]])


def best_rates(work: Work, machines: Machine) -> Floats:
    """Give the best rate of a workload on every machine (m,), over all of its ways."""
    count, size = len(np.asarray(machines.hbm)), work.size
    best = np.zeros(count)
    if not size:
        return best
    ways = np.arange(size)
    step = max(1, CHUNK // size)
    for start in range(0, count, step):
        rows = np.arange(start, min(start + step, count))
        repeated = rows_of(machines, np.repeat(rows, size))
        best[rows] = work.rates(repeated, np.tile(ways, len(rows))).reshape(len(rows), size).max(axis=1)
    return np.asarray(best * work.kept(machines))


def probes_of(base: Machine, machines: Machine) -> tuple[Machine, ...]:
    """Give the machine as it is, and with its numbers at the ends of the variants', one at a time and all together."""
    found = [base]
    ends: dict[str, tuple[float, float]] = {}
    for name in _NUMBERS:
        values = np.asarray(getattr(machines, name), dtype=np.float64)
        ends[name] = (float(values.min()), float(values.max()))
        found += [changed(base, {name: value}) for value in ends[name]]
    found += [changed(base, {name: values[end] for name, values in ends.items()}) for end in (0, 1)]
    numbers = [tuple(float(getattr(each, name)) for name in _NUMBERS) for each in found]
    return tuple(each for row, each in enumerate(found) if numbers[row] not in numbers[:row])


def changed(machine: Machine, numbers: Mapping[str, float]) -> Machine:
    """Give a machine with other numbers."""
    return Machine(**{**machine.__dict__, **numbers})
