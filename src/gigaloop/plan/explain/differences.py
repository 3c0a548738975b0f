"""What moved between two plans, from their tables: online by site, lateness, first units, work, purchases, costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gigaloop.core.units import WEEK

Tables = Mapping[str, Mapping[str, np.ndarray[Any, Any]]]
Kind = Literal["online", "late", "first units", "production", "purchases", "cost"]

_NOTHING = {
    "online": 1e3 * WEEK,
    "late": 1e3 * WEEK,
    "first units": 0.5,
    "production": 0.5,
    "purchases": 1.0,
    "cost": 1.0,
}
"""Differences below which nothing moved: a kW for a week, a day, half a piece, a dollar."""
_TOLD = 0.05
"""Weeks from which a shift is told. Source: it is said with one decimal."""
_EPOCH = dt.date(1970, 1, 1)
"""Day 0 of dates as numbers, IEEE 1003.1."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that moved between two plans.

    Parameters
    ----------
    kind
        ``online`` (facility power of a site times time), ``late`` (power late of a demand times time), ``first units``
        (days from the start of 1970 to the first rack), ``production`` (pieces of a part at a factory), ``purchases``
        (cost from a supplier) or ``cost`` (a line of the objective, in present value).
    unit
        Of before and after: ``J``, ``days``, ``pcs`` or ``USD``.
    weeks
        By how many weeks it comes later on average (earlier where negative): the area between the two curves to date
        over what both bring; none where that says nothing.
    since
        The first week in which the plans differ.
    """

    kind: Kind
    name: str
    before: float
    after: float
    unit: str
    weeks: float | None = None
    since: dt.date | None = None

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before

    def as_dict(self) -> dict[str, object]:
        """Give the difference as plain data, for ``--json``."""
        return {
            "kind": self.kind,
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "change": self.change,
            "unit": self.unit,
            "weeks_later": self.weeks,
            "since": self.since.isoformat() if self.since else None,
        }


def plan_differences(before: Tables, after: Tables) -> tuple[Difference, ...]:
    """Say what moved between two plans, the largest of each kind first; all costs, so that they add up.

    Parameters
    ----------
    before, after
        The tables of two plans, as :meth:`gigaloop.plan.Plan.tables` gives them or a store keeps them.
    """
    found = [
        *_by_week(before, after, "online", "online", ("site",), "facility_power_w", "J", stock=True),
        *_by_week(before, after, "late", "late_power", ("demand",), "late_power_w", "J", stock=None),
        *_first_units(before, after),
        *_by_week(before, after, "production", "production", ("factory", "part"), "pieces", "pcs", stock=False),
        *_by_week(before, after, "purchases", "purchases", ("supplier",), "cost_usd", "USD", stock=False),
    ]
    kept = [each for each in found if abs(each.change) > _NOTHING[each.kind] or abs(each.weeks or 0.0) > 1e-3]
    kinds = ("online", "late", "first units", "production", "purchases")
    kept.sort(key=lambda each: (kinds.index(each.kind), -abs(each.change), each.name))
    return (*kept, *_costs(before, after))


def _sums(table: Mapping[str, Any], keys: Sequence[str], value: str) -> dict[tuple[str, np.datetime64], float]:
    """Add up a column of a long table by its keys, joined, and by week."""
    names = [":".join(parts) for parts in zip(*(table[key].tolist() for key in keys), strict=True)]
    total: dict[tuple[str, np.datetime64], float] = {}
    for name, week, amount in zip(names, table["week"], table[value].tolist(), strict=True):
        total[name, week] = total.get((name, week), 0.0) + amount
    return total


def _by_week(
    before: Tables,
    after: Tables,
    kind: Kind,
    table: str,
    keys: Sequence[str],
    value: str,
    unit: str,
    *,
    stock: bool | None,
) -> Iterator[Difference]:
    """Compare a quantity by week: a level that counts times time where ``stock`` is given or None, else a flow.

    Average weeks are told of levels that only grow (``stock``) and of flows, by their sums to date.
    """
    sides = [_sums(each[table], keys, value) for each in (before, after)]
    weeks = sorted({week for side in sides for _, week in side})
    at = {week: n for n, week in enumerate(weeks)}
    names = sorted({name for side in sides for name, _ in side})
    curves = np.zeros((2, len(names), len(weeks)))
    row = {name: n for n, name in enumerate(names)}
    for k, side in enumerate(sides):
        for (name, week), amount in side.items():
            curves[k, row[name], at[week]] = amount
    for n, name in enumerate(names):
        old, new = curves[0, n], curves[1, n]
        differs = np.flatnonzero(np.abs(new - old) > 1e-6 * (1.0 + max(old.max(), new.max())))
        if not len(differs):
            continue
        levels = stock is not False
        scale = WEEK if levels else 1.0
        to_date = (old, new) if levels else (np.cumsum(old), np.cumsum(new))
        both = min(float(to_date[0][-1]), float(to_date[1][-1]))
        later = None
        if stock is not None and both > 0.0:
            later = float(np.minimum(to_date[0], both).sum() - np.minimum(to_date[1], both).sum()) / both
        since = weeks[int(differs[0])].astype("datetime64[D]").astype(dt.date)
        yield Difference(kind, name, float(old.sum()) * scale, float(new.sum()) * scale, unit, later, since)


def _first_units(before: Tables, after: Tables) -> Iterator[Difference]:
    sides = [
        {
            str(name): date
            for name, date in zip(each["first_units"]["generation"], each["first_units"]["date"], strict=True)
            if not np.isnat(date)
        }
        for each in (before, after)
    ]
    for name in sorted(sides[0].keys() & sides[1].keys()):
        old, new = (float(side[name].astype("datetime64[D]").astype(int)) for side in sides)
        if old != new:
            yield Difference("first units", name, old, new, "days", (new - old) / 7.0)


def _costs(before: Tables, after: Tables) -> list[Difference]:
    sides = [
        dict(zip(each["costs"]["cost"].tolist(), each["costs"]["present_value_usd"].tolist(), strict=True))
        for each in (before, after)
    ]
    names = dict.fromkeys([*sides[0], *sides[1]])
    return [Difference("cost", name, sides[0].get(name, 0.0), sides[1].get(name, 0.0), "USD") for name in names]


def say_difference(each: Difference, name_of: Callable[[str], str] = str) -> str:
    """Say in a sentence what moved.

    >>> say_difference(Difference("cost", "lateness", 2e6, 5e6, "USD"))
    'lateness costs 3 MUSD more.'
    """
    name = ":".join(name_of(part) for part in each.name.split(":"))
    more = each.change > 0.0
    amount = abs(each.change)
    later = ""
    if each.weeks is not None and abs(each.weeks) >= _TOLD:
        later = f", on average {abs(each.weeks):.1f} weeks {'later' if each.weeks > 0 else 'earlier'}"
    if each.kind == "online":
        what = f"{amount / WEEK * 1e-6:,.4g} MW-weeks {'more' if more else 'less'} compute online"
        return f"{name}: {what}{later}, from the week of {each.since}."
    if each.kind == "late":
        return f"{name} is {amount / WEEK * 1e-6:,.4g} MW-weeks {'more' if more else 'less'} late."
    if each.kind == "first units":
        date = _EPOCH + dt.timedelta(days=round(each.after))
        return f"the first rack of {name} is made {amount / 7.0:.0f} weeks {'later' if more else 'earlier'}, on {date}."
    if each.kind == "production":
        factory, part = name.split(":", 1)
        return f"{factory} makes {amount:,.0f} {'more' if more else 'fewer'} of {part}{later}."
    money = f"{amount * 1e-6:,.4g} MUSD"
    if each.kind == "purchases":
        return f"{name} is paid {money} {'more' if more else 'less'}."
    return f"{name} costs {money} {'more' if more else 'less'}."
