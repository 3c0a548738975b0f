"""Why a site, a scalable unit or a week is late: the chain of what binds, each link proved by planning without it."""

from __future__ import annotations

import datetime as dt
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.plan.explain.late import Weight, weigh_causes
from gigaloop.plan.explain.lifts import Situation, lateness_first, lifted
from gigaloop.plan.explain.need import is_spare, needed
from gigaloop.plan.findings import LateChain, LateLink
from gigaloop.plan.inputs.schedule import IntArray
from gigaloop.plan.lp.factory import MONEY
from gigaloop.plan.lp.site import MW
from gigaloop.plan.outcome.results import by_site

LINKS = 6
"""Causes of a chain that are lifted, each alone, to see which of them brings the date forward."""
TOGETHER = 8
"""Times that more is lifted where no cause helps alone. Source: a choice of this model."""
_AT_ONCE = 3
"""Causes of one kind that are then lifted at once. Source: a choice of this model."""
_STANDS_BEHIND = 1e-6
"""Lateness up to which a cause only stands behind others [MW weeks]."""
_NOT_LATE = 1e-3
"""Share of what is asked of a group of demands that may be late on its date."""
_RACK = 0.5
"""Part of a rack that counts as none."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about: a site, or one scalable unit of a generation there; and from which week on.

    Parameters
    ----------
    site
        Index of the site.
    generation
        Index of the generation of a scalable unit; none for the site's demands.
    unit
        Number of the scalable unit, from 1.
    week
        A week in which something is late, to explain that lateness; none for the last late week.
    """

    site: int
    generation: int | None = None
    unit: int = 0
    week: int | None = None


def read_target(base: Situation, text: str) -> tuple[Target, ...]:
    """Read ``SITE``, ``SITE:GENERATION:NUMBER``, a week such as ``2028-W14`` or a date; a week gives its late sites.

    Raises
    ------
    UsageError
        If there is no such site, generation, unit or week.
    """
    data = base.plan.data
    sites = {site.id: s for s, site in enumerate(data.programme.sites)}
    generations = {generation.id: g for g, generation in enumerate(data.programme.generations)}
    if not text:
        return _late_sites(base, None)
    if text[0].isdigit() and text not in sites:
        return _late_sites(base, _week(base, text))
    name, *rest = text.split(":")
    if name not in sites:
        raise UsageError(
            f"there is no site '{name}'", hint=did_you_mean(name, sites, otherwise=f"there are: {', '.join(sites)}")
        )
    if not rest:
        return (Target(sites[name]),)
    if len(rest) != 2 or not rest[1].isdigit() or int(rest[1]) < 1:
        raise UsageError(f"'{text}' is no scalable unit", hint="write SITE:GENERATION:NUMBER, numbers from 1")
    if rest[0] not in generations:
        hint = did_you_mean(rest[0], generations, otherwise=f"there are: {', '.join(generations)}")
        raise UsageError(f"there is no generation '{rest[0]}'", hint=hint)
    return (Target(sites[name], generations[rest[0]], int(rest[1])),)


def _week(base: Situation, text: str) -> int:
    calendar = base.plan.data.calendar
    try:
        week = calendar.index(dt.date.fromisoformat(text))
    except ValueError:
        raise UsageError(f"'{text}' is no week and no date", hint="write 2028-W14 or 2028-04-03") from None
    if not 0 <= week < calendar.weeks:
        raise UsageError(f"{text} is outside the horizon", hint=f"it runs from {calendar.start} to {calendar.end}")
    return week


def _late_sites(base: Situation, week: int | None) -> tuple[Target, ...]:
    """Give the sites that are late in a week, or at all, most lateness first."""
    data = base.plan.data
    power: dict[int, float] = {}
    for a, asked in enumerate(data.asked):
        late = float(base.late[a, week]) if week is not None else float(base.late[a].sum())
        if late > _NOT_LATE * float(asked.power.sum()) * MW:
            power[asked.site] = power.get(asked.site, 0.0) + late
    return tuple(Target(site, week=week) for site in sorted(power, key=lambda site: -power[site]))


def explain_target(base: Situation, target: Target, links: int = LINKS) -> LateChain:
    """Give the chain of what binds for a target, and prove by planning again what comes of lifting each.

    Parameters
    ----------
    links
        How many causes are lifted, each alone. Where none of them helps alone, they are lifted one on top of the
        other.

    Raises
    ------
    SolveError
        If the solver stops before the optimum.
    """
    data = base.plan.data
    goal = milestone(base, target)
    date = date_of(base, target, goal)
    name = _name(base, target)
    if target.generation is None and not goal.power:
        return LateChain(name, None, 0.0, (), (), f"Nothing is late at {name}.")
    day = data.calendar.date(date) if date < data.weeks else None
    causes = _causes(base, target, date)
    alone = _side_by_side(base, [(weight.lift,) for weight in causes[:links] if weight.lift])
    tried = [weight for weight in causes[:links] if weight.lift]
    found = [_link(base, (target, goal), weight, after, date) for weight, after in zip(tried, alone, strict=True)]
    helps = sorted((link for link in found if link.weeks > 0), key=lambda link: -link.weeks)
    together: tuple[LateLink, ...] = ()
    if not helps and tried:
        together = _together(base, (target, goal), date)
    if not helps and not together:
        helps = _by_choice(base, (target, goal), date)
    others = [link for link in found if link.weeks <= 0]
    stays = [_untried(weight) for weight in causes if not weight.lift]
    late = _late(base, target, date)
    return LateChain(
        target=name,
        date=day,
        late=late / MW,
        links=(*helps, *others, *stays),
        together=together,
        sentence=_sentence(name, day, late, helps, together),
    )


@dataclass(frozen=True, slots=True)
class Milestone:
    """What is to be online for a target to be complete: by asked group the power asked by a week [MW]."""

    due: int
    power: dict[int, float]


def milestone(base: Situation, target: Target) -> Milestone:
    """Give what completes a target: all that is asked of its site by the last week in which some of it is late."""
    data = base.plan.data
    late = {a: _late_weeks(base, a) for a, asked in enumerate(data.asked) if asked.site == target.site}
    if target.week is not None:
        late = {a: weeks[weeks == target.week] for a, weeks in late.items()}
    last = max((int(weeks[-1]) for weeks in late.values() if len(weeks)), default=-1)
    if last < 0:
        return Milestone(0, {})
    due = max(d for a in late for d in data.asked[a].due if d <= last)
    return Milestone(due, {a: float(data.asked[a].cumulative(data.weeks)[due]) * MW for a in late})


def _late_weeks(base: Situation, group: int) -> IntArray:
    asked = base.plan.data.asked[group].cumulative(base.plan.data.weeks) * MW
    return np.flatnonzero(base.late[group] > _NOT_LATE * np.maximum(asked, 1e-9))


def date_of(here: Situation, target: Target, goal: Milestone) -> int:
    """Give the week from which a target is complete, not before it is due; the horizon's length if never."""
    data = here.plan.data
    if target.generation is not None:
        online = by_site(here.plan, here.found)[0][target.site, target.generation]
        racks = float(data.programme.generations[target.generation].racks_per_su) * target.unit
        there = np.flatnonzero(online >= racks - _RACK)
        return int(there[0]) if len(there) else data.weeks
    done = np.ones(data.weeks, dtype=np.bool_)
    for a, power in goal.power.items():
        served = data.asked[a].cumulative(data.weeks) * MW - here.late[a]
        done &= served >= power * (1.0 - _NOT_LATE)
    there = np.flatnonzero(done[goal.due :])
    return goal.due + int(there[0]) if len(there) else data.weeks


def _late(base: Situation, target: Target, date: int) -> float:
    """Give the power late at the target's site in the week before its date [MW]."""
    groups = [a for a, asked in enumerate(base.plan.data.asked) if asked.site == target.site]
    week = target.week if target.week is not None else max(min(date, base.plan.data.weeks) - 1, 0)
    return float(base.late[groups, week].sum())


def _causes(base: Situation, target: Target, date: int) -> list[Weight]:
    """Give the causes along the chain: those of the week before the date first, then those of all late weeks."""
    data = base.plan.data
    last = max(min(date, data.weeks) - 1, 0)
    site = [a for a, asked in enumerate(data.asked) if asked.site == target.site]
    mask = np.zeros(base.late.shape, dtype=np.bool_)
    mask[site, target.week if target.week is not None else last] = True
    if target.generation is not None:
        here = [a for a in site if target.generation in data.asked[a].generations]
        mask[:] = False
        mask[here, last] = True
    first = weigh_causes(base.plan, base.solution, base.found, mask, chain=True)
    every = np.zeros(base.late.shape, dtype=np.bool_)
    every[site, : last + 1] = True
    seen, result = set(), []
    for weight in (*first, *weigh_causes(base.plan, base.solution, base.found, every & (base.late > 0.0))):
        key = weight.lift or weight.cause.kind
        if key not in seen:
            seen.add(key)
            result.append(weight)
    return result


def _side_by_side(base: Situation, lifts: list[tuple[str, ...]]) -> list[Situation]:
    with ThreadPoolExecutor(max_workers=max(1, min(len(lifts), os.cpu_count() or 1))) as pool:
        return list(pool.map(lambda paths: lifted(base, paths), lifts))


def _together(base: Situation, aim: tuple[Target, Milestone], date: int) -> tuple[LateLink, ...]:
    """Lift causes one on top of the other, then a few alike at once, until the date moves; empty where it does not."""
    here, every = base, list[Weight]()
    for turn in range(TOGETHER):
        causes = [each for each in _causes(here, aim[0], date_of(here, *aim)) if each.lift]
        causes = [each for each in causes if each.lift not in here.lifted]
        if not causes:
            return ()
        alike = [each for each in causes if each.cause.kind == causes[0].cause.kind and each.late > _STANDS_BEHIND]
        chosen = alike[:_AT_ONCE] if turn and alike else causes[:1]
        here = lifted(here, [each.lift for each in chosen])
        every += chosen
        if date_of(here, *aim) < date:
            return tuple(_link(base, aim, each, here, date) for each in every if not is_spare(base, here, each))
    return ()


def _by_choice(base: Situation, aim: tuple[Target, Milestone], date: int) -> list[LateLink]:
    """Say what lateness before all money would bring, where no cause is in the way."""
    week = date_of(lateness_first(base), *aim)
    if week >= date:
        return []
    return [
        LateLink(
            kind="worth",
            path="policy.late_cost",
            sentence="Racks are worth more elsewhere or later than they are here now, lateness included.",
            clears=None,
            weeks=float(date - week),
            date=base.plan.data.calendar.date(week),
            need="That is with lateness before all money.",
            worth=None,
            cost=None,
        )
    ]


def _link(base: Situation, aim: tuple[Target, Milestone], weight: Weight, after: Situation, date: int) -> LateLink:
    week = date_of(after, *aim)
    data = base.plan.data
    worth = (base.solution.objective - after.solution.objective) / MONEY
    need = needed(base, after, weight)
    return replace(
        _untried(weight),
        weeks=float(date - week),
        date=data.calendar.date(week) if week < data.weeks else None,
        need=need.sentence,
        worth=max(worth, 0.0),
        cost=need.cost,
    )


def _untried(weight: Weight) -> LateLink:
    return LateLink(weight.cause.kind, weight.path, weight.sentence, weight.clears, 0.0, None, "", None, None)


def _name(base: Situation, target: Target) -> str:
    site = base.plan.data.programme.sites[target.site]
    if target.generation is not None:
        generation = base.plan.data.programme.generations[target.generation]
        return f"unit {target.unit} of {generation.name} at {site.name}"
    return site.name if target.week is None else f"{site.name} in {base.plan.data.calendar.label(target.week)}"


def _sentence(
    name: str, day: dt.date | None, late: float, helps: list[LateLink], together: tuple[LateLink, ...]
) -> str:
    until = f"is complete on {day}" if day is not None else "is not complete within the horizon"
    said = f"{name} {until}" + (f", {late:,.3g} MW late until then" if late else "") + "."
    if helps:
        return f"{said} {helps[0].sentence} Cleared, the date is {helps[0].weeks:.0f} weeks earlier. {helps[0].need}"
    if together:
        several = "this cause" if len(together) == 1 else f"these {len(together)} causes together"
        weeks = f"{together[0].weeks:.0f} weeks earlier"
        return f"{said} No cause brings it forward alone; {several} cleared, the date is {weeks}."
    return f"{said} No cause that can be cleared brings it forward."
