"""Measured times of collectives, as columns, with the machine that each was measured on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from gigaloop.design.collectives.priors import FloatArray
from gigaloop.design.collectives.regimes import LIBRARY
from gigaloop.design.collectives.system import System


@dataclass(frozen=True)
class Measurements:
    """Measurements of one machine: columns (m,).

    Parameters
    ----------
    collective
        Of each measurement.
    bytes, group, time
        Message [B], accelerators, and time [s].
    algorithms
        Among which the library could choose, of each measurement.
    source
        Where they come from, for evidence.
    device
        What the accelerators are called, if that is said.
    hosts
        How many hosts took part; 0 if that is not said.
    """

    collective: tuple[str, ...]
    bytes: FloatArray
    group: FloatArray
    time: FloatArray
    algorithms: tuple[tuple[str, ...], ...]
    source: str
    device: str = ""
    hosts: int = 0

    def __len__(self) -> int:
        return len(self.bytes)

    def take(self, rows: np.ndarray) -> Measurements:
        """Give the measurements at some rows."""
        rows = np.asarray(rows)
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Measurements(
            tuple(self.collective[i] for i in rows),
            self.bytes[rows],
            self.group[rows],
            self.time[rows],
            tuple(self.algorithms[i] for i in rows),
            self.source,
            self.device,
            self.hosts,
        )

    def series(self) -> Iterator[tuple[str, tuple[str, ...], float, Measurements]]:
        """Give the runs over sizes: collective, algorithms, group, and their measurements by rising size."""
        keys = list(zip(self.collective, self.algorithms, self.group.tolist(), strict=True))
        for key in dict.fromkeys(keys):
            rows = np.array([i for i, each in enumerate(keys) if each == key])
            collective, algorithms, group = key
            yield collective, algorithms, group, self.take(rows[np.argsort(self.bytes[rows], kind="stable")])


def joined(runs: Sequence[Measurements]) -> Measurements:
    """Put measurements of one machine together, at least one."""
    first = runs[0]
    return Measurements(
        collective=tuple(chain.from_iterable(each.collective for each in runs)),
        bytes=np.concatenate([each.bytes for each in runs]),
        group=np.concatenate([each.group for each in runs]),
        time=np.concatenate([each.time for each in runs]),
        algorithms=tuple(chain.from_iterable(each.algorithms for each in runs)),
        source=", ".join(dict.fromkeys(each.source for each in runs)),
        device=first.device,
        hosts=max(each.hosts for each in runs),
    )


@dataclass(frozen=True)
class Observed:
    """A machine and what was measured on it."""

    system: System
    measurements: Measurements


def algorithms_named(label: str) -> tuple[str, ...]:
    """Give the algorithms that a label of a published table stands for; all where the library chose.

    >>> algorithms_named("Ring-NVLSoff"), algorithms_named("NVLSTree(forced)")
    (('ring',), ('switch tree',))
    """
    text = label.casefold()
    if not text or text.startswith("auto"):
        return LIBRARY
    for name, algorithm in _NAMED:
        if text.startswith(name):
            return (algorithm,)
    return LIBRARY


_NAMED = (
    ("ring", "ring"),
    ("tree", "tree"),
    ("nvlstree", "switch tree"),
    ("nvls", "switch"),
    ("collnet", "network reduction"),
    ("sharp", "network reduction"),
)
