"""What the lateness of a plan is due to, proved: causes are lifted one after the other, and the plan made again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.units import WEEK
from gigaloop.plan.explain.late import Weight, weigh_causes
from gigaloop.plan.explain.lifts import Situation, lateness_first, lifted, plan_situation, put_back
from gigaloop.plan.explain.need import is_spare
from gigaloop.plan.findings import Lateness, LatenessShare
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.site import MW

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design.records import Design
    from gigaloop.plan.inputs.facts import RackFacts
    from gigaloop.plan.records import Plan
    from gigaloop.programme.schema import Programme
    from gigaloop.solve import SolveOptions

SOLVES = 40
"""Most times that a plan is made again. Source: a choice of this model; what is left is told."""
_AT_ONCE = 3
"""Causes that are lifted at once where those before brought nothing alone. Source: a choice of this model."""
_REST = 0.02
"""Share of the lateness that is not taken apart further. Source: a choice of this model; it is told as the rest."""
_SMALL = 0.02
"""Share of the lateness from which a cause is lifted by itself. Source: a choice of this model."""
_HIDDEN = 0.25
"""Share of the lateness that waits for a cause which goes with it, below which something stands behind the cause.
Source: a choice of this model."""
_WORTH = ("worth", "policy.late_cost", "Being earlier would cost more than it brings, lateness included.")
"""Proved by a plan with lateness before all money."""
_NOTHING = 1e-6
"""Share of the lateness below which a cause is not listed."""


def explain_lateness(
    programme: Programme,
    designs: Mapping[str, Design] | Mapping[str, RackFacts],
    catalogue: Catalogue | None = None,
    *,
    solves: int = SOLVES,
    start: Plan | None = None,
    options: SolveOptions | None = None,
) -> Lateness:
    """Take the lateness of the plan of a programme apart into causes, each proved by planning again without it.

    Parameters
    ----------
    solves
        Most times that a plan is made again; the causes found last are lifted together.
    start
        The programme's plan, from which the solver starts.
    options
        Options of the solver.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    SolveError
        If the solver stops before the optimum.

    Notes
    -----
    The causes are lifted in order, the one that most lateness waits for first, each on top of those before it. The
    share of a cause is the lateness that goes with it; shares add up to the whole. A cause that only acts behind
    another one has its share because that one was lifted before: the order is part of the answer. Causes whose
    lifting alone brings next to nothing, as the next one stands right behind them, have one share with the first that
    brings something; a cause of which the plan then takes no more than there is is not among them.
    """
    began = time.perf_counter()
    base = plan_situation(programme, designs, catalogue, start=start, options=options)
    return attribute(base, solves, began)


def attribute(base: Situation, solves: int = SOLVES, began: float | None = None) -> Lateness:
    """Take the lateness of a situation apart: see :func:`explain_lateness`."""
    began = time.perf_counter() if began is None else began
    shares, total = _Shares(base), float(base.late.sum())
    here, done = base, 0
    while float(here.late.sum()) > _REST * total and done < solves:
        causes = _liftable(here)
        if not causes:
            if here.given.lateness_first:
                break
            after = lateness_first(here)
            shares.close()
            shares.add(_WORTH, here.late - after.late)
            here, done = after, done + 1
            continue
        large = [each for each in causes if each.late > _SMALL * total]
        alike = [each for each in large if each.cause.kind == large[0].cause.kind]
        chosen = alike[: _AT_ONCE if shares.hidden else 1] or causes
        after = lifted(here, [each.lift for each in chosen])
        done += 1
        here = shares.step(tuple(chosen), here, after)
    shares.close()
    for said, late in _what_stays(here):
        shares.add(said, late)
    return Lateness(
        energy=total / MW * WEEK,
        rack_weeks=float((base.late.sum(axis=1) * shares.racks).sum()),
        shares=tuple(share for share in shares.found if abs(share.share) > _NOTHING),
        solves=done,
        seconds=time.perf_counter() - began,
    )


class _Shares:
    """The shares found so far, and the causes that have brought nothing yet."""

    def __init__(self, base: Situation) -> None:
        self.base, self.racks, self.total = base, _racks_per_mw(base), float(base.late.sum())
        self.found: list[LatenessShare] = []
        self._pending: tuple[Weight, ...] = ()
        self._late = np.zeros(base.late.shape)
        self._begin = base

    @property
    def hidden(self) -> bool:
        """Whether something stands behind the causes lifted last."""
        return bool(self._pending)

    def add(self, said: tuple[str, str, str], late: FloatArray, paths: tuple[str, ...] = ()) -> None:
        """Add a share of lateness (groups, weeks) [MW]."""
        self.found.append(_record(self.base, said, late, self.racks, paths))

    def step(self, causes: tuple[Weight, ...], before: Situation, after: Situation) -> Situation:
        """Note what went with the causes that were lifted next; give the situation without those that are spare."""
        late = before.late - after.late
        gone, waited = float(late.sum()), sum(each.late for each in causes)
        if gone < _SMALL * self.total and gone < _HIDDEN * waited:
            self._begin = self._begin if self._pending else before
            self._pending, self._late = (*self._pending, *causes), self._late + late
            return after
        begin = before
        if gone >= _SMALL * self.total and self._pending:
            begin, causes, late = self._begin, (*self._pending, *causes), self._late + late
            self._pending, self._late = (), np.zeros(late.shape)
        spare = [each.lift for each in causes if len(causes) > 1 and is_spare(begin, after, each)]
        causes = tuple(each for each in causes if each.lift not in spare) or causes
        self.add(_said(causes), late, tuple(each.lift for each in causes))
        return put_back(after, spare)

    def close(self) -> None:
        """Add the causes that brought nothing."""
        if self._pending:
            self.add(_said(self._pending), self._late, tuple(each.lift for each in self._pending))
            self._pending, self._late = (), np.zeros(self._late.shape)


def _liftable(here: Situation) -> list[Weight]:
    found = weigh_causes(here.plan, here.solution, here.found)
    return [weight for weight in found if weight.lift and weight.lift not in here.lifted]


def _said(step: tuple[Weight, ...]) -> tuple[str, str, str]:
    """Give the kind, path and sentence of a cause, or of several."""
    last = step[-1]
    if len(step) == 1:
        return last.cause.kind, last.path, last.sentence
    others = ", ".join(weight.path for weight in step[:-1])
    if len({weight.cause.kind for weight in step}) == 1:
        return last.cause.kind, last.path, f"{len(step)} causes that only together bring this: {others}, {last.path}."
    return "several", last.path, f"{len(step)} causes together: {others}, {last.path}."


def _racks_per_mw(base: Situation) -> FloatArray:
    """Give the racks per MW of every asked group (groups,), by the racks that the plan brings it or could bring."""
    data = base.plan.data
    online = values(base.solution, base.plan.site.online).sum(axis=1) if base.plan.site.served else np.empty(0)
    found = np.zeros(len(data.asked))
    for a, asked in enumerate(data.asked):
        mine = [(float(online[n]), data.pairs[p]) for n, (group, p) in enumerate(base.plan.site.served) if group == a]
        racks = sum(count for count, _ in mine)
        power = sum(count * data.site_power(*pair) * MW for count, pair in mine)
        first = data.site_power(asked.site, asked.generations[0]) * MW
        found[a] = racks / power if racks > 1e-6 else 1.0 / first
    return found


def _unavoidable(here: Situation) -> FloatArray:
    """Give the lateness of weeks before which nothing can be online (groups, weeks) [MW]."""
    data, site = here.plan.data, here.plan.site
    late = np.zeros(here.late.shape)
    for a, asked in enumerate(data.asked):
        first = [data.arrives_from(data.pairs[p]) for group, p in site.served if group == a]
        begins = min(first, default=data.weeks)
        late[a, :begins] = asked.cumulative(data.weeks)[:begins] * MW
    return late


def _what_stays(here: Situation) -> list[tuple[tuple[str, str, str], FloatArray]]:
    """Say what is late though no cause is left to lift: for want of a way, of time, or not taken apart."""
    served = {group for group, _ in here.plan.site.served}
    no_way = np.array([group not in served for group in range(len(here.late))], dtype=np.bool_).reshape(-1, 1)
    too_soon = np.where(no_way, 0.0, np.minimum(_unavoidable(here), here.late))
    lost = np.where(no_way, here.late, 0.0)
    by_racks = np.zeros(here.late.shape)
    for k, (group, _) in enumerate(here.plan.site.tiers):
        by_racks[group] += np.maximum(values(here.solution, here.plan.site.late[k]), 0.0)
    waits = np.maximum(here.late - np.maximum(by_racks, lost + too_soon), 0.0)
    return [
        (("no way", "demands", "Nothing makes, brings and houses racks that may serve the demand."), lost),
        (("lead time", "horizon.start", "There is no time to make and bring racks from the start."), too_soon),
        (("unit", "policy.online_by", "Racks wait for the rest of their scalable unit."), waits),
        (("other", "", "Limits that are not taken apart."), here.late - lost - too_soon - waits),
    ]


def _record(
    base: Situation, said: tuple[str, str, str], late: FloatArray, racks: FloatArray, paths: tuple[str, ...]
) -> LatenessShare:
    data = base.plan.data
    by_group = late.sum(axis=1)
    total = float(base.late.sum())
    sites: dict[str, float] = {}
    for a, asked in enumerate(data.asked):
        site = data.places[asked.site].site.id
        sites[site] = sites.get(site, 0.0) + float(by_group[a])
    helped = sorted((site for site in sites if sites[site] > 1e-6 * max(total, 1e-12)), key=lambda site: -sites[site])
    kind, path, sentence = said
    return LatenessShare(
        kind=kind,
        path=path,
        energy=float(by_group.sum()) / MW * WEEK,
        rack_weeks=float((by_group * racks).sum()),
        share=float(by_group.sum()) / total if total else 0.0,
        sites=tuple(helped),
        sentence=sentence,
        paths=paths,
    )
