"""The section on when: campaigns of lines and burn-in cells, racks on their way, and where power is short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.plan import Plan
from gigaloop.programme.schema import Programme
from gigaloop.report.content.basis import MW, Basis, Floats
from gigaloop.report.document import Block, Section
from gigaloop.report.figures import GanttFigure, HeatmapFigure, LineFigure, Series, Task

_EVERY_WEEKS = 4
"""Weeks between the points of the charts over time."""
_PAUSE = 3
"""Weeks without output that do not end a campaign."""
LEAST = 0.02
"""Share of the best week below which a week counts as without output."""
_SHARED = "shared by generations"


def schedule_section(basis: Basis) -> Section:
    """Draw what runs when, what is on its way, and where power is short."""
    lead = (
        "A campaign is a run of weeks in which a line gives most of its time to one generation; pauses of up to "
        f"{_PAUSE} weeks do not end it. Racks on their way are racks that are begun and not yet online."
    )
    return Section("when", "What runs when, and what is on its way", lead, list(_blocks(basis)))


def _blocks(basis: Basis) -> Iterator[Block]:
    yield from _campaigns(basis)
    yield from _on_the_way(basis)
    yield from _short(basis)


def _campaigns(basis: Basis) -> Iterator[GanttFigure]:
    plan = basis.result.plan
    time: dict[str, dict[str, Floats]] = {}
    pieces: dict[tuple[str, str], Floats] = {}
    for row, entity, spent, made in (*_line_work(basis), *_cell_work(basis)):
        of_row = time.setdefault(row, {})
        of_row[entity] = of_row.get(entity, np.zeros(plan.calendar.weeks)) + spent
        pieces[row, entity] = pieces.get((row, entity), np.zeros(plan.calendar.weeks)) + made
    tasks = [
        Task(row, basis.generation(g) if g in plan.generations else g, start, end, said, g)
        for row in sorted(time)
        for g in time[row]
        for start, end, said in _runs(basis, _leading(time[row], g), pieces[row, g])
    ]
    if tasks:
        rows = len({task.row for task in tasks})
        yield GanttFigure(
            id="campaigns",
            title="Which line makes, and which cells test, which generation when",
            alt="Bars over time of the campaigns of every line and of the burn-in cells, told apart by generation.",
            tasks=tasks,
            row_name="line or cells",
            height=max(320, 26 * rows + 80),
            notes="Figures are good pieces of that generation completed in the campaign.",
        )


def _line_work(basis: Basis) -> Iterator[tuple[str, str, Floats, Floats]]:
    """Give row, generation, time spent and pieces completed by week, for every line and part that it makes."""
    plan, programme = basis.result.plan, basis.result.programme
    generation_of = generation_of_parts(basis)
    rate = {
        (f"{f.id}.{line.id}", product.part): float(product.rate)
        for f in programme.factories
        for line in f.lines
        for product in line.products
    }
    completed = plan.production.pieces + plan.production.given
    for line, part, made in zip(plan.production.lines, plan.production.parts, completed, strict=True):
        if line and made.any():
            factory, _, name = line.partition(".")
            row = basis.resource(f"factories.{factory}.lines.{name}", line)
            yield row, generation_of.get(part, _SHARED), made / rate[line, part], made


def _cell_work(basis: Basis) -> Iterator[tuple[str, str, Floats, Floats]]:
    """Give row, generation, energy of burn-in and racks completed by week, for the burn-in cells of every factory."""
    plan, programme = basis.result.plan, basis.result.programme
    for g, generation in enumerate(programme.generations):
        test = generation.test
        hours = float(test.l11 + test.l12) * float(test.power_share)
        made = plan.production_of(generation.rack)
        for f, factory in enumerate(programme.factories):
            if factory.test_cells is not None and hours > 0.0 and made[f].any():
                yield f"{factory.name}: burn-in cells", generation.id, made[f] * hours * plan.rack_power[g], made[f]


def _leading(of_row: dict[str, Floats], entity: str) -> Floats:
    """Give the work of one generation of a row in the weeks in which it takes the most."""
    return np.where(of_row[entity] >= np.max(list(of_row.values()), axis=0), of_row[entity], 0.0)


def generation_of_parts(basis: Basis) -> dict[str, str]:
    """Give the generation that alone holds a part, by part."""
    programme = basis.result.programme
    holders: dict[str, set[str]] = {}
    for generation in programme.generations:
        seen: set[str] = set()
        way = [generation.rack]
        while way:
            part = way.pop()
            if part not in seen:
                seen.add(part)
                way += [line.part for line in programme.part_of[part].components]
        for part in seen:
            holders.setdefault(part, set()).add(generation.id)
    return {part: next(iter(held)) for part, held in holders.items() if len(held) == 1}


def _runs(basis: Basis, share: Floats, pieces: Floats) -> Iterator[tuple[dt.date, dt.date, str]]:
    """Give begin, end and pieces of every run of weeks with output."""
    calendar = basis.result.plan.calendar
    weeks = np.flatnonzero(share > LEAST * share.max(initial=0.0))
    if not len(weeks):
        return
    for run in np.split(weeks, np.flatnonzero(np.diff(weeks) > _PAUSE + 1) + 1):
        first, last = int(run[0]), int(run[-1])
        end = calendar.date(last) + dt.timedelta(days=6)
        yield calendar.date(first), end, f"{pieces[first : last + 1].sum():,.0f} pcs"


def racks_on_the_way(programme: Programme, plan: Plan) -> dict[str, Floats]:
    """Give the racks that are begun and not online at the end of every week (weeks,), by where they are."""
    racks = {generation.rack for generation in programme.generations}
    cycle = {f"{f.id}.{line.id}": weeks_up(float(line.cycle_time)) for f in programme.factories for line in f.lines}
    made, sent = plan.production, plan.shipments
    in_work, stock, moving = (np.zeros(plan.calendar.weeks) for _ in range(3))
    for row, (line, part) in enumerate(zip(made.lines, made.parts, strict=True)):
        if part in racks and line:
            given = made.given[row]
            in_work += _standing(made.started[row], -cycle[line]) + given.sum() - np.cumsum(given)
            in_work += np.cumsum(made.started[row] - made.pieces[row])
    for part, held in zip(plan.stock.parts, plan.stock.pieces, strict=True):
        if part in racks:
            stock += held
    for part, transit, pieces in zip(sent.parts, sent.transit, sent.pieces, strict=True):
        if part in racks:
            moving += _standing(pieces, transit)
    for lane in programme.lanes:
        for under_way in lane.in_transit if lane.destination in plan.sites else ():
            if under_way.part in racks:
                moving[: max(plan.calendar.index(under_way.arrives), 0)] += float(under_way.quantity)
    arrived = plan.standing_at_start.sum() + np.cumsum(plan.installs.sum(axis=(0, 1)))
    return {
        "in manufacture and burn-in": in_work,
        "finished, at the factory": stock,
        "on the road": moving,
        "installed, not online": np.maximum(arrived - plan.online_racks.sum(axis=(0, 1)), 0.0),
    }


_HOW = {
    "in manufacture and burn-in": "racks begun and not completed, rework included",
    "finished, at the factory": "racks in stock at the end of the week",
    "on the road": "departures within the transit time, and what was on its way at the start",
    "installed, not online": "racks installed to date less racks online to date",
}


def _on_the_way(basis: Basis) -> Iterator[LineFigure]:
    plan = basis.result.plan
    found = racks_on_the_way(basis.result.programme, plan)
    every = np.sum(list(found.values()), axis=0)
    peak = int(np.argmax(every))
    at = _points(plan.calendar.weeks)
    yield LineFigure(
        id="on-the-way",
        title=f"Up to {every[peak]:,.0f} racks are on their way (week of {plan.calendar.date(peak)})",
        alt="Racks in manufacture, in stock, on the road, and installed but not online, stacked over time.",
        measure="racks",
        unit="racks",
        periods=[plan.calendar.date(week) for week in at],
        series=[
            Series(name, values[at], entity=name, evidence=basis.computed(_HOW[name])) for name, values in found.items()
        ],
        stacked=True,
        period_name="week of",
        notes=f"Every {_EVERY_WEEKS}th week is drawn; the plan is weekly.",
    )


def _standing(flow: Floats, weeks: int) -> Floats:
    """Give what has left within the last ``weeks`` and not arrived; what arrives within them where negative."""
    count = abs(weeks)
    total = np.concatenate([[0.0], np.cumsum(flow)])
    week = np.arange(len(flow))
    if weeks >= 0:
        return np.asarray(total[week + 1] - total[np.maximum(week + 1 - count, 0)])
    return np.asarray(total[np.minimum(week + 1 + count, len(flow))] - total[week + 1])


def _points(weeks: int) -> list[int]:
    chosen = list(range(0, weeks, _EVERY_WEEKS))
    return chosen if chosen[-1] == weeks - 1 else [*chosen, weeks - 1]


def _short(basis: Basis) -> Iterator[HeatmapFigure]:
    """Draw by site and quarter how much of what is asked is not online."""
    plan = basis.result.plan
    facility = np.where(np.array(plan.basis) == "facility", 1.0, plan.pue)[:, None]
    online = (plan.online_power.sum(axis=1)) * facility
    short = np.maximum(plan.asked_power * facility - online, 0.0) / MW
    ends = plan.at_ends(short, "quarter")
    rows = [s for s in np.argsort(-ends.sum(axis=1)).tolist() if ends[s].max() > 0.5]
    if rows:
        yield HeatmapFigure(
            id="short",
            title="Where how much of what is asked is missing",
            alt="Shades of the power asked and not online, by site and quarter; dark is much.",
            measure="asked and not online",
            unit="MW",
            rows=[basis.site(plan.sites[s]) for s in rows],
            columns=plan.labels("quarter"),
            values=[[float(v) for v in ends[s]] for s in rows],
            row_name="site",
            column_name="quarter",
            evidence=basis.computed("facility power asked to date less online, at the end of the quarter"),
            height=max(280, 26 * len(rows) + 120),
        )
