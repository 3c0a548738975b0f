"""The plan as a record: what is bought, made, tested, shipped and online by week, what it costs and what binds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.core.errors import Place
from gigaloop.core.units import YEAR
from gigaloop.plan.schedule import FloatArray

Period = Literal["quarter", "year"]


@dataclass(frozen=True, slots=True, eq=False)
class Making:
    """Good pieces completed by line, part and week (rows, weeks) [pcs].

    ``lines`` is empty where a part that is also on offer was bought.
    """

    factories: tuple[str, ...]
    lines: tuple[str, ...]
    parts: tuple[str, ...]
    pieces: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Stocks:
    """Made parts and racks in stock at the end of every week (rows, weeks) [pcs]."""

    factories: tuple[str, ...]
    parts: tuple[str, ...]
    pieces: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """Departures by lane and part (rows, weeks) [pcs], which arrive ``transit`` weeks later."""

    lanes: tuple[str, ...]
    origins: tuple[str, ...]
    destinations: tuple[str, ...]
    parts: tuple[str, ...]
    transit: tuple[int, ...]
    pieces: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """Bought parts by supply.

    Parameters
    ----------
    paths
        Path of the supply in the programme.
    price
        Price of a piece (rows,) [USD].
    used
        Pieces used by week (rows, weeks); they are paid for when used.
    received
        The latest receipts that cover the use, stock on hand in the first week (rows, weeks) [pcs].
    """

    paths: tuple[str, ...]
    suppliers: tuple[str, ...]
    parts: tuple[str, ...]
    price: FloatArray
    used: FloatArray
    received: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """A resource's use against its limit by week (rows, weeks), with its name, path and unit."""

    kind: str
    names: tuple[str, ...]
    paths: tuple[str, ...]
    unit: str
    used: FloatArray
    limit: FloatArray


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is late.

    Parameters
    ----------
    kind
        ``energisation``, ``hall``, ``crews``, ``commissioning``, ``lane``, ``line``, ``test power``, ``test flow``,
        ``test positions``, ``supply``, ``effectivity``, ``lead time``, ``evaluation`` or ``worth``.
    path, place
        The record in the programme, and where it stands in the user's files.
    share
        Share of the lateness (power x time) that it accounts for.
    clears
        The first day on which it no longer binds; none within the horizon where not given.
    """

    kind: str
    path: str
    place: Place | None
    share: float
    clears: dt.date | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Late:
    """A demand that is not met on its date.

    Parameters
    ----------
    power
        The most that is late in any week [W, on the site's basis].
    energy
        Lateness in all: power late times the time it is late [W s = J].
    weeks
        Weeks from the due week until it is met, or until the end of the horizon.
    met
        The first day on which it is met; none where it is not within the horizon.
    cost
        Cost of lateness, discounted [USD].
    reasons
        Why, the greatest share first.
    """

    site: str
    demand: str
    path: str
    place: Place | None
    due: dt.date
    power: float
    energy: float
    weeks: int
    met: dt.date | None
    cost: float
    reasons: tuple[Reason, ...]
    sentence: str

    @property
    def reason(self) -> Reason:
        """The reason with the greatest share."""
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class Binding:
    """A resource that binds, and what a stated relief of it was found to bring by planning again.

    Parameters
    ----------
    kind
        ``supply``, ``line``, ``test power``, ``test flow``, ``test positions``, ``crews``, ``energisation``,
        ``hall`` or ``lane``.
    first, last
        The first and last week in which it binds, by their Mondays.
    shadow_price
        What one more ``unit`` in all these weeks would bring at the margin [USD per unit].
    relief
        The change that was planned again, in words.
    worth
        What the objective gains by it [USD]; none where it was not planned again.
    online
        Compute online that it adds: power at the racks times time [W s = J].
    """

    kind: str
    name: str
    path: str
    place: Place | None
    first: dt.date
    last: dt.date
    shadow_price: float
    unit: str
    relief: str
    worth: float | None
    online: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class FirstUnits:
    """Where the first racks of a generation are made; ``evaluation`` of ``wanted`` evaluation units."""

    generation: str
    factory: str
    date: dt.date | None
    evaluation: float
    wanted: float


@dataclass(frozen=True, eq=False)
class Plan:
    """The plan of a programme by week. Arrays of racks and power run over (sites, generations, weeks).

    Parameters
    ----------
    basis
        What each site's power is measured at: ``facility`` or ``it``.
    pue
        Facility power per power at the racks (sites,).
    rack_power
        Design power of a rack (generations,) [W].
    accelerators, tokens_per_s
        Of a rack (generations,).
    online_racks
        Racks online [racks]; without those online before the start.
    installs
        Racks that arrive and are installed in the week [racks].
    waiting
        Racks installed and commissioned, but not online [racks].
    asked_power
        Power asked to date (sites, weeks) [W, on the site's basis].
    energised
        Power energised (sites, weeks) [W, on the site's basis]; ``online_at_start`` (sites,) holds some of it.
    late_power
        Power late by demand (demands, weeks) [W, on the site's basis].
    part_use
        Use of bought parts by week (parts, weeks) [pcs].
    part_available
        What has arrived of them to date (parts, weeks) [pcs].
    loads
        Lines, burn-in cells, crews and limited lanes: use against limit.
    costs
        Present values that add up to ``objective`` [USD]; what the compute brings is negative.
    flows
        The same by week, undiscounted (weeks,) [USD]; the value beyond the horizon has no week and is not there.
    discount
        Present value of a dollar of each week (weeks,).
    early_weeks
        How many weeks before its date a demand may be served.
    """

    programme: str
    calendar: Calendar
    price_year: int
    sites: tuple[str, ...]
    generations: tuple[str, ...]
    factories: tuple[str, ...]
    demands: tuple[str, ...]
    parts: tuple[str, ...]
    basis: tuple[str, ...]
    pue: FloatArray
    rack_power: FloatArray
    accelerators: FloatArray
    tokens_per_s: FloatArray
    production: Making
    stock: Stocks
    moves: Transport
    shipments: Transport
    purchases: Purchases
    part_use: FloatArray
    part_available: FloatArray
    loads: tuple[Loads, ...]
    online_racks: FloatArray
    installs: FloatArray
    waiting: FloatArray
    asked_power: FloatArray
    energised: FloatArray
    online_at_start: FloatArray
    late_power: FloatArray
    costs: Mapping[str, float]
    flows: Mapping[str, FloatArray]
    discount: FloatArray
    early_weeks: int
    objective: float
    bound: float
    gap: float
    status: str
    seconds: float
    iterations: int
    late: tuple[Late, ...]
    binding: tuple[Binding, ...]
    first_units: tuple[FirstUnits, ...]

    @property
    def online_it_power(self) -> FloatArray:
        """Power online at the racks (sites, generations, weeks) [W]."""
        return np.asarray(self.online_racks * self.rack_power[:, None])

    @property
    def online_facility_power(self) -> FloatArray:
        """Power online at the facility (sites, generations, weeks) [W]."""
        return np.asarray(self.online_it_power * self.pue[:, None, None])

    @property
    def online_power(self) -> FloatArray:
        """Power online on each site's own basis (sites, generations, weeks) [W]."""
        factor = np.where(np.array(self.basis) == "facility", self.pue, 1.0)
        return np.asarray(self.online_it_power * factor[:, None, None])

    @property
    def online_accelerators(self) -> FloatArray:
        """Accelerators online (sites, generations, weeks)."""
        return np.asarray(self.online_racks * self.accelerators[:, None])

    @property
    def online_tokens_per_s(self) -> FloatArray:
        """Tokens per second of the racks online (sites, generations, weeks)."""
        return np.asarray(self.online_racks * self.tokens_per_s[:, None])

    @property
    def rack_years(self) -> float:
        """Rack-years online within the horizon."""
        return float(self.online_racks.sum() * 7.0 * 86400.0 / YEAR)

    def built_power(self) -> dict[str, float]:
        """Give the facility power online at each site at the start of the horizon [W]."""
        return dict(zip(self.sites, self._facility(self.online_at_start).tolist(), strict=True))

    def planned_power(self) -> dict[str, float]:
        """Give the facility power online at each site at the end of the horizon, with that of its start [W]."""
        added = self.online_facility_power[:, :, -1].sum(axis=1)
        return dict(zip(self.sites, (self._facility(self.online_at_start) + added).tolist(), strict=True))

    def production_of(self, part: str) -> FloatArray:
        """Give the pieces of a part completed by factory and week (factories, weeks)."""
        made = np.zeros((len(self.factories), self.calendar.weeks))
        for row, (factory, each) in enumerate(zip(self.production.factories, self.production.parts, strict=True)):
            if each == part and self.production.lines[row]:
                made[self.factories.index(factory)] += self.production.pieces[row]
        return made

    def labels(self, period: Period) -> tuple[str, ...]:
        """Name the quarters or years of the horizon, in order."""
        return tuple(dict.fromkeys(self._period_of_week(period)))

    def at_ends(self, stocks: FloatArray, period: Period) -> FloatArray:
        """Give an array over weeks (..., weeks) at the end of every quarter or year (..., periods)."""
        names = self._period_of_week(period)
        last = [len(names) - 1 - names[::-1].index(label) for label in self.labels(period)]
        return np.asarray(stocks[..., last])

    def sums(self, flows: FloatArray, period: Period) -> FloatArray:
        """Give the sums of an array over weeks (..., weeks) for every quarter or year (..., periods)."""
        names = self._period_of_week(period)
        first = [names.index(label) for label in self.labels(period)]
        return np.asarray(np.add.reduceat(flows, first, axis=-1))

    def tables(self) -> dict[str, dict[str, np.ndarray]]:
        """Give the plan as long tables: columns of equal length by table name."""
        from gigaloop.plan.tables import plan_tables

        return plan_tables(self)

    def _period_of_week(self, period: Period) -> list[str]:
        if period == "quarter":
            return list(self.calendar.quarters())
        return [str(year) for year in self.calendar.years()]

    def _facility(self, power: FloatArray) -> FloatArray:
        return np.asarray(np.where(np.array(self.basis) == "facility", power, power * self.pue))
