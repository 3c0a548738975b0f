"""Line openings and change-overs in the check of a plan: their dates and costs, and what lines do around them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from gigaloop.core.units import DAY
from gigaloop.plan.check.common import broken, line_of
from gigaloop.plan.check.production import line_time, open_share
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.records import Plan
from gigaloop.programme.schema import Factory, Line, Programme


def realised(programme: Programme, plan: Plan) -> Programme:
    """Give the programme with every line opening on the day that the plan says, or after the horizon if never."""
    dates = {opening.line: opening.date or plan.calendar.date(plan.calendar.weeks) for opening in plan.openings}
    if not dates:
        return programme

    def opened(factory: Factory) -> Factory:
        lines = tuple(
            line.model_copy(update={"opens": dates[f"{factory.id}.{line.id}"]})
            if f"{factory.id}.{line.id}" in dates
            else line
            for line in factory.lines
        )
        return factory.model_copy(update={"lines": lines})

    return programme.model_copy(update={"factories": tuple(opened(factory) for factory in programme.factories)})


def check_choices(programme: Programme, plan: Plan) -> Iterator[str]:
    """Check the whole decisions: each line once, within its dates, and no work before it is ready."""
    lines = {f"{factory.id}.{line.id}": line for factory in programme.factories for line in factory.lines}
    asked = sorted(name for name, line in lines.items() if line.opening is not None)
    if sorted(opening.line for opening in plan.openings) != asked:
        yield f"openings of {', '.join(asked)} are decided, the plan has {len(plan.openings)}"
        return
    for opening in plan.openings:
        yield from _opening(plan, lines[opening.line], opening.line, opening.date)
    expected = sorted(
        (name, generation) for name in lines for generation in _asked_changes(programme, name, lines[name])
    )
    found = sorted((change.line, change.generation) for change in plan.changeovers)
    if found != expected:
        yield f"change-overs {expected} are needed, the plan has {found}"
        return
    yield from _changes(programme, plan, lines)


def _opening(plan: Plan, line: Line, name: str, date: dt.date | None) -> Iterator[str]:
    if date is None or line.opening is None:
        return
    if date < line.opens or (line.opening.latest is not None and date > line.opening.latest):
        yield f"{name} opens on {date}, outside {line.opens} to {line.opening.latest}"
    if (date - plan.calendar.start).days % 7:
        yield f"{name} opens on {date}, which is no Monday"


def _asked_changes(programme: Programme, name: str, line: Line) -> set[str]:
    """Give the generations that a line must be changed over to before it makes their parts."""
    if line.changeover is None:
        return set()
    factory = next(each for each in programme.factories if each.id == name.split(".")[0])
    family = {product.part: _family(programme, product.part) for product in line.products}
    from_start = {family[line.products[0].part]}
    from_start |= {family[product.part] for product in line.products if float(product.made_before) > 0.0}
    from_start |= {family[made.part] for made in factory.in_process if made.line == line.id and made.part in family}
    return set(family.values()) - from_start - {""}


def _family(programme: Programme, part: str) -> str:
    """Give the one generation with a part somewhere in its rack; nothing where several or none have it."""
    found = [generation.id for generation in programme.generations if part in _inside(programme, generation.rack)]
    return found[0] if len(found) == 1 else ""


def _inside(programme: Programme, rack: str) -> set[str]:
    seen, stack = {rack}, [rack]
    while stack:
        for component in programme.part_of[stack.pop()].components:
            if component.part not in seen:
                seen.add(component.part)
                stack.append(component.part)
    return seen


def _changes(programme: Programme, plan: Plan, lines: dict[str, Line]) -> Iterator[str]:
    week = np.arange(plan.calendar.weeks)
    lost: dict[str, FloatArray] = {}
    for change in plan.changeovers:
        changeover = lines[change.line].changeover
        if changeover is None:
            continue
        ready = plan.calendar.weeks if change.ready is None else plan.calendar.index(change.ready)
        for row, part in enumerate(plan.production.parts):
            if plan.production.lines[row] == change.line and _family(programme, part) == change.generation:
                early = np.where(week < ready, plan.production.pieces[row], 0.0)
                yield from broken(f"{change.line}: {part} before the line is changed over", early, 1e-5)
        hours = np.arange(plan.calendar.weeks * 168) + 0.5
        still = (hours < 168.0 * ready) & (hours > 168.0 * ready - float(changeover.time) / DAY * 24.0)
        if change.ready is not None:
            lost[change.line] = lost.get(change.line, np.zeros(len(week))) + still.reshape(-1, 168).mean(axis=1)
    for name, part_lost in lost.items():
        rows = [row for row, each in enumerate(plan.production.lines) if each == name]
        time = sum((line_time(programme, plan, row) for row in rows), np.zeros(len(week)))
        factory = next(each for each in programme.factories if each.id == name.split(".")[0])
        share = open_share(factory, line_of(programme, name), plan)
        yield from broken(f"{name}: time while it is changed over", time - share * (1.0 - part_lost), 1e-3)


def choice_costs(programme: Programme, plan: Plan, discount: FloatArray) -> dict[str, float]:
    """Give the present value of what openings and change-overs cost, by the name of the cost [USD]."""
    costs: dict[str, float] = {}
    for opening in plan.openings:
        asked = line_of(programme, opening.line).opening
        if asked is not None:
            paid = programme.usd(asked.cost) if opening.date is not None else 0.0
            week = 0 if opening.date is None else plan.calendar.index(opening.date)
            costs["line openings"] = costs.get("line openings", 0.0) + paid * float(discount[week])
    for change in plan.changeovers:
        changeover = line_of(programme, change.line).changeover
        cost = None if changeover is None else changeover.cost
        paid = 0.0 if cost is None or change.ready is None else programme.usd(cost)
        week = 0 if change.ready is None else max(plan.calendar.index(change.ready) - 1, 0)
        costs["change-overs"] = costs.get("change-overs", 0.0) + paid * float(discount[week])
    return costs
