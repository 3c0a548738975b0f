"""The section on when: campaigns of lines and burn-in cells, racks on their way, and where power is short."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from gigaloop.core.calendar import weeks_up
from gigaloop.report.content.basis import MW, Basis, Floats
from gigaloop.report.document import Block, Section
from gigaloop.report.figures import GanttFigure, HeatmapFigure, LineFigure, Series, Task

_EVERY_WEEKS = 4
"""Weeks between the points of the charts over time."""
_PAUSE = 3
"""Weeks without output that do not end a campaign."""
_LEAST = 0.02
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
    generation_of = _generation_of_parts(basis)
    rate = {
        (f"{f.id}.{line.id}", product.part): float(product.rate)
        for f in programme.factories
        for line in f.lines
        for product in line.products
    }
    for line, part, made in zip(plan.production.lines, plan.production.parts, plan.production.pieces, strict=True):
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


def _generation_of_parts(basis: Basis) -> dict[str, str]:
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
    weeks = np.flatnonzero(share > _LEAST * share.max(initial=0.0))
    if not len(weeks):
        return
    for run in np.split(weeks, np.flatnonzero(np.diff(weeks) > _PAUSE + 1) + 1):
        first, last = int(run[0]), int(run[-1])
        end = calendar.date(last) + dt.timedelta(days=6)
        yield calendar.date(first), end, f"{pieces[first : last + 1].sum():,.0f} pcs"


def _on_the_way(basis: Basis) -> Iterator[LineFigure]:
    plan, programme = basis.result.plan, basis.result.programme
    weeks = plan.calendar.weeks
    racks = {generation.rack for generation in programme.generations}
    cycle = {f"{f.id}.{line.id}": weeks_up(float(line.cycle_time)) for f in programme.factories for line in f.lines}
    in_work, stock, moving, installed = (np.zeros(weeks) for _ in range(4))
    for line, part, made in zip(plan.production.lines, plan.production.parts, plan.production.pieces, strict=True):
        if part in racks and line:
            in_work += _standing(made, -cycle[line])
    for part, held in zip(plan.stock.parts, plan.stock.pieces, strict=True):
        if part in racks:
            stock += held
    for part, transit, sent in zip(plan.shipments.parts, plan.shipments.transit, plan.shipments.pieces, strict=True):
        if part in racks:
            moving += _standing(sent, transit)
    online = np.diff(plan.online_racks, prepend=0.0, axis=2).sum(axis=(0, 1))
    installed = np.maximum(np.cumsum(plan.installs.sum(axis=(0, 1)) - online), 0.0)
    at = _points(weeks)
    how = {
        "in manufacture and burn-in": (in_work, "racks begun and not completed: completions within the cycle time"),
        "finished, at the factory": (stock, "racks in stock at the end of the week"),
        "on the road": (moving, "departures within the transit time"),
        "installed, not online": (installed, "racks installed to date less racks online to date"),
    }
    peak = int(np.argmax(in_work + stock + moving + installed))
    total = float((in_work + stock + moving + installed)[peak])
    yield LineFigure(
        id="on-the-way",
        title=f"Up to {total:,.0f} racks are on their way (week of {plan.calendar.date(peak)})",
        alt="Racks in manufacture, in stock, on the road, and installed but not online, stacked over time.",
        measure="racks",
        unit="racks",
        periods=[plan.calendar.date(week) for week in at],
        series=[
            Series(name, values[at], entity=name, evidence=basis.computed(said)) for name, (values, said) in how.items()
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
