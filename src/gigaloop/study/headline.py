"""The answers that people ask of a programme first, drawn from a run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.plan import Binding, FirstUnits, Late
from gigaloop.value import PerPower
from gigaloop.watch import Coverage

if TYPE_CHECKING:
    from gigaloop.study.chain import Result

SHOWN_BINDINGS = 3


@dataclass(frozen=True, slots=True)
class YearEnd:
    """What is online at the end of a year: of the plan's new racks, with the power there at its start apart.

    Power is facility power [W]; sites planned on IT power are brought to it by their PUE.
    """

    year: str
    asked: float
    online: float
    at_start: float
    it_power: float
    racks: float
    accelerators: float
    tokens_per_s: float

    @property
    def short(self) -> float:
        """What is asked for but not online [W]."""
        return max(0.0, self.asked - self.online)


@dataclass(frozen=True, slots=True)
class Headline:
    """The first answers: online against asked, what binds, how firm, $/GW, where the first units are made."""

    years: tuple[YearEnd, ...]
    binding: tuple[Binding, ...]
    late: tuple[Late, ...]
    """Demands that are late, the most power x time first."""
    firm: Coverage
    """How firm the facility power planned for the end is, over all sites."""
    rights: tuple[str, ...]
    """Options to buy without a stated amount."""
    per_power: tuple[PerPower, ...]
    first_units: tuple[FirstUnits, ...]
    peak_test_power: tuple[tuple[str, float, dt.date], ...]
    """Highest burn-in power by factory [W] and the week it falls in."""


def headline(result: Result) -> Headline:
    """Draw the first answers from a run."""
    plan = result.plan
    to_facility = np.where(np.array(plan.basis) == "facility", 1.0, plan.pue)
    asked = plan.at_ends((plan.asked_power * to_facility[:, None]).sum(axis=0), "year")
    online = plan.at_ends(plan.online_facility_power.sum(axis=(0, 1)), "year")
    it_power = plan.at_ends(plan.online_it_power.sum(axis=(0, 1)), "year")
    racks = plan.at_ends(plan.online_racks.sum(axis=(0, 1)), "year")
    accelerators = plan.at_ends(plan.online_accelerators.sum(axis=(0, 1)), "year")
    tokens = plan.at_ends(plan.online_tokens_per_s.sum(axis=(0, 1)), "year")
    start = sum(plan.built_power().values())
    columns = (asked, online, np.full(len(asked), start), it_power, racks, accelerators, tokens)
    years = tuple(
        YearEnd(year, *(float(column[y]) for column in columns)) for y, year in enumerate(plan.labels("year"))
    )
    rungs = ("planned", "built", "firm", "option", "announced", "uncovered")
    firm = Coverage("", *(sum(getattr(row, rung) for row in result.watch.coverage) for rung in rungs))
    test = [loads for loads in plan.loads if loads.kind == "test power"]
    peaks = tuple(
        (name, float(used.max()), plan.calendar.date(int(used.argmax())))
        for loads in test
        for name, used in zip(loads.names, loads.used, strict=True)
        if used.max() > 0
    )
    return Headline(
        years,
        plan.binding[:SHOWN_BINDINGS],
        tuple(sorted(plan.late, key=lambda late: -late.energy)),
        firm,
        tuple(
            f"{entry.what} ({entry.who}, {entry.date})"
            for entry in result.watch.entries
            if entry.kind == "option" and entry.power is None and entry.money is None
        ),
        result.value.per_power,
        plan.first_units,
        peaks,
    )
