"""Requests in a mix: layouts and batches, the few that are the best somewhere, and their rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gigaloop.core.errors import InfeasibleError, UsageError
from gigaloop.design.codesign.work import changed, rows_of, top
from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.codesign import Floats, Ints
from gigaloop.design.records.serving import ServingFront
from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.front import serving_front
from gigaloop.design.serving.loads import ServingLayouts, ServingLoad
from gigaloop.design.serving.points import serving_points
from gigaloop.design.transformer import Transformer

_FIELDS = ("tp", "dp", "ep", "pp", "batch", "disaggregated", "prefill_tp", "prefill_dp", "prefill_ep")
_BATCH = _FIELDS.index("batch")
_EMPTY: Ints = np.array([], dtype=np.int64)
_NOTHING = ServingLayouts(_EMPTY, _EMPTY, _EMPTY, _EMPTY, np.array([]))

BETWEEN = 2.0 ** (np.arange(-3.0, 5.0) / 8.0)
"""Batches tried around each of a shortlist, which lie 1.4 apart, so that an answer may be just as fast as it must be.
Source: a choice of this project."""


@dataclass(frozen=True)
class ServingWork:
    """A stream of requests."""

    name: str
    share: float
    model: Transformer
    load: ServingLoad
    most: int | None = None
    """Most accelerators that serve together; a scale-up domain where not given."""
    domain: int = 1
    """The largest scale-up domain."""
    speed: float = 0.0
    """Least tokens/s of a user."""
    first_token: float = np.inf
    """Longest time to the first token [s]."""
    disaggregated: bool | None = None
    """Whether prefill has accelerators of its own; both are tried where not given."""
    constants: ServingConstants = field(default_factory=ServingConstants)
    draws: tuple[ServingConstants, ...] = ()
    factor: float = 1.0
    """By how much longer steps take under the software stack."""
    layouts: ServingLayouts = _NOTHING
    """That count, columns; a shortlist."""
    kind: str = "inference"

    @property
    def accelerators(self) -> int:
        """Of one instance at the most."""
        return self.most or self.domain

    @property
    def _speed(self) -> float:
        """By the equations, which know no software: as much faster as that takes longer."""
        return self.speed * self.factor

    @property
    def _first_token(self) -> float:
        return self.first_token / self.factor

    @property
    def size(self) -> int:
        """Number of layouts that count."""
        return len(np.asarray(self.layouts.tp))

    def drawn(self) -> Iterator[ServingWork]:
        """Give the load with constants as they may be."""
        return (replace(self, constants=each, draws=()) for each in self.draws)

    def kept(self, machine: Machine) -> Floats:
        """Give the share of its rate that a machine keeps, or each of several (m,)."""
        return np.full(np.shape(machine.hbm), 1.0 / self.factor)

    def rates(self, machine: Machine, way: Ints) -> Floats:
        """Give output tokens/s of an accelerator for rows of machines and layouts (n,)."""
        layouts = rows_of(self.layouts, way)
        points = serving_points(self.model, machine, self.load, layouts, self.constants)
        good = points.fits & (points.tokens_per_s_per_user >= self._speed) & (points.ttft <= self._first_token)
        domain = np.asarray(machine.domain, dtype=np.float64)
        whole = domain if self.most is None else np.full_like(domain, self.most)
        legal = (np.asarray(layouts.tp) <= domain) & (np.mod(whole, np.asarray(layouts.accelerators)) == 0.0)
        return np.where(good & legal, points.tokens_per_s_per_accelerator, 0.0)

    def everywhere(self, machine: Machine) -> float:
        """Give the best output tokens/s of an accelerator over all layouts, on one machine."""
        found = self._front(machine)
        if found is None or found.best is None:
            return 0.0
        return float(found.points.tokens_per_s_per_accelerator[found.best]) * float(self.kept(machine))

    def shortlisted(self, probes: Sequence[Machine], memory: Floats) -> ServingWork:
        """Give the load with the layouts alone that are among the best on some machines, with any memory (m,) each.

        Batches between those of the search are tried as well.
        """
        rows: set[tuple[float, ...]] = set()
        for probe in probes:
            for size in memory:
                rows.update(self._best(changed(probe, {"hbm": float(size)})))
        found = np.array(sorted(rows), dtype=np.float64).reshape(-1, len(_FIELDS))
        finer = np.repeat(found, len(BETWEEN), axis=0)
        finer[:, _BATCH] = np.maximum(np.round(finer[:, _BATCH] * np.tile(BETWEEN, len(found)), 6), 1.0)
        columns = np.unique(finer, axis=0).T
        whole = [np.rint(each).astype(np.int64) for each in columns]
        layouts = dict(zip(_FIELDS, whole, strict=True)) | {"batch": columns[_BATCH]}
        layouts["disaggregated"] = whole[_FIELDS.index("disaggregated")] > 0
        return replace(self, layouts=ServingLayouts(**layouts))

    def _best(self, machine: Machine) -> Iterator[tuple[float, ...]]:
        """Give the best few layouts on a machine."""
        found = self._front(machine)
        if found is None:
            return
        points = found.points
        good = points.fits & (points.tokens_per_s_per_user >= self._speed) & (points.ttft <= self._first_token)
        for row in top(np.where(good, points.tokens_per_s_per_accelerator, 0.0)):
            yield tuple(float(np.asarray(found.layouts[name])[row]) for name in _FIELDS)

    def _front(self, machine: Machine) -> ServingFront | None:
        """Search all layouts on a machine; None where none is legal or fits."""
        try:
            return serving_front(
                self.model,
                machine,
                self.load,
                self.most or round(float(np.asarray(machine.domain))),
                speed=self._speed,
                ttft=self._first_token,
                constants=self.constants,
                disaggregated=self.disaggregated,
            )
        except (InfeasibleError, UsageError):
            return None
