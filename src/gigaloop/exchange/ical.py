"""Milestones of a plan as an iCalendar (RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gigaloop.plan import Plan
from gigaloop.plan.pegging import peg_plan
from gigaloop.programme import Programme
from gigaloop.version import VERSION

_OCTETS = 75
"""Most octets of a line without its break. Source: RFC 5545, section 3.1."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day that matters: a stable id, the day, a title, what more there is to say, and its kind."""

    id: str
    day: dt.date
    title: str
    text: str
    category: str


def calendar_bytes(programme: Programme, plan: Plan) -> bytes:
    """Write the milestones of a plan as an iCalendar of all-day events.

    Parameters
    ----------
    programme, plan
        A programme and its plan.

    Notes
    -----
    Ids are stable: a later plan's calendar moves the same events. Their time stamp is the programme's ``as_of`` day,
    not the clock, so that the same plan gives the same bytes.
    """
    stamp = f"{programme.as_of:%Y%m%d}T000000Z"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//gigaloop//gigaloop {VERSION}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(programme.name)}",
    ]
    for each in milestones(programme, plan):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{each.id}@{programme.id}.gigaloop",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{each.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{each.day + dt.timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(each.title)}",
            f"DESCRIPTION:{escaped(each.text)}",
            f"CATEGORIES:{escaped(each.category)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def escaped(text: str) -> str:
    r"""Write a text value: backslash, semicolon, comma and line break escaped (RFC 5545, section 3.3.11).

    >>> escaped("a, b; c")
    'a\\, b\\; c'
    """
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def folded(line: str) -> bytes:
    """Fold a content line to no more than 75 octets, never within a character, and end it (RFC 5545, section 3.1)."""
    parts, now = [], b""
    for character in line:
        octets = character.encode()
        if len(now) + len(octets) > _OCTETS:
            parts.append(now)
            now = b" "
        now += octets
    return b"\r\n".join([*parts, now]) + b"\r\n"


def milestones(programme: Programme, plan: Plan) -> tuple[Milestone, ...]:
    """Give the milestones of a plan by day: first units, ramps, lines, energisation, sites, units and demands.

    Parameters
    ----------
    programme, plan
        A programme and its plan.
    """
    found = [
        *_generations(programme, plan),
        *_lines(programme, plan),
        *_energisation(programme),
        *_site_units(programme, plan),
        *_demands(programme, plan),
    ]
    return tuple(sorted(found, key=lambda each: (each.day, each.id)))


def _generations(programme: Programme, plan: Plan) -> Iterator[Milestone]:
    for first in plan.first_units:
        if first.date is not None:
            name = programme.generation_of[first.generation].name
            text = f"Made at {first.factory}."
            yield Milestone(f"first-units-{first.generation}", first.date, f"First rack of {name}", text, "first units")
    for generation in programme.generations:
        dates = generation.effectivity
        for kind, day, text in (
            ("ramp", dates.ramp, "ramp begins"),
            ("volume", dates.volume, "volume"),
            ("end-of-life", dates.end_of_life, "last build"),
        ):
            if plan.calendar.start <= day < plan.calendar.end:
                yield Milestone(f"{kind}-{generation.id}", day, f"{generation.name}: {text}", "", "generation")


def _lines(programme: Programme, plan: Plan) -> Iterator[Milestone]:
    decided = {each.line: each.date for each in plan.openings}
    for factory in programme.factories:
        for line in factory.lines:
            opens = decided.get(f"{factory.id}.{line.id}", line.opens)
            if opens is not None and plan.calendar.start <= opens < plan.calendar.end:
                title = f"{factory.name}: {line.name} opens"
                text = f"Stage {line.stage.value}, full rate after {line.ramp}."
                yield Milestone(f"line-{factory.id}-{line.id}", opens, title, text, "line opening")
    for each in plan.changeovers:
        if each.ready is not None:
            title = f"{each.line} is changed over to {programme.generation_of[each.generation].name}"
            text = f"It stands still for {each.weeks:g} weeks, from {each.stops}."
            id_ = f"changeover-{each.line.replace('.', '-')}-{each.generation}"
            yield Milestone(id_, each.ready, title, text, "change-over")


def _energisation(programme: Programme) -> Iterator[Milestone]:
    for site in programme.sites:
        for number, step in enumerate(sorted(site.energisation, key=lambda each: each.start), 1):
            if programme.horizon.start <= step.start <= programme.horizon.end:
                title = f"{site.name}: {step.power} energised"
                text = f"Step {number}, {site.power_basis} power to date."
                yield Milestone(f"energisation-{site.id}-{number}", step.start, title, text, "energisation")


def _site_units(programme: Programme, plan: Plan) -> Iterator[Milestone]:
    units = peg_plan(programme, plan).units
    places = list(zip(units.sites, units.generations, strict=True))
    for site, generation in dict.fromkeys(places):
        rows = [n for n, place in enumerate(places) if place == (site, generation)]
        first, last = (pick(rows, key=lambda n: (int(units.last[n]), n)) for pick in (min, max))
        names = f"{programme.site_of[site].name}: %s {programme.generation_of[generation].name} unit complete"
        for kind, unit in (("first", first), ("last", last)):
            text = f"{units.ids[unit]}, {units.racks[unit]:.4g} racks; {len(rows)} units in all."
            day = plan.calendar.date(int(units.last[unit]))
            yield Milestone(f"{kind}-unit-{site}-{generation}", day, names % kind, text, "scalable unit")
    for s, site in enumerate(plan.sites):
        online = plan.online_power[s].sum(axis=0)
        if online[-1] > 0.0:
            week = int(np.argmax(online >= online[-1] * (1.0 - 1e-9)))
            text = f"{online[-1] * 1e-6:,.0f} MW of new racks ({plan.basis[s]} power)."
            title = f"{programme.site_of[site].name}: all of the plan online"
            yield Milestone(f"site-online-{site}", plan.calendar.date(week), title, text, "site")


def _demands(programme: Programme, plan: Plan) -> Iterator[Milestone]:
    met = {late.demand: late for late in plan.late}
    for demand in programme.demands:
        if not programme.horizon.start <= demand.by <= programme.horizon.end:
            continue
        late = met.get(demand.id)
        text = late.sentence if late is not None else "On time in the plan."
        yield Milestone(f"due-{demand.id}", demand.by, f"Due: {demand.name}", text, "demand due")
        if late is not None and late.met is not None:
            yield Milestone(f"met-{demand.id}", late.met, f"Met late: {demand.name}", late.sentence, "demand met")
