"""The plan as a record: what is bought, made, tested, shipped and online by week, what it costs and what binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gigaloop.core.calendar import Calendar
from gigaloop.core.errors import UsageError
from gigaloop.plan.answers.priorities import Level
from gigaloop.plan.answers.stability import Steadiness
from gigaloop.plan.findings import Binding, ChangeOver, FirstUnits, Late, LineOpens
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.warm import Start
from gigaloop.plan.outcome.buying import Buying, Orders
from gigaloop.plan.outcome.quantities import (
    Equipment,
    Loads,
    Making,
    Purchases,
    Served,
    Stocks,
    Stranded,
    Transport,
    Units,
)

Period = Literal["quarter", "year"]


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
    served
        Racks that go online, by the demands that they may serve.
    units
        Scalable units that go online.
    equipment
        Equipment of the sites that gates their power.
    stranded
        Racks that stand at sites and wait, by what they wait for.
    held_power
        Power of racks online since before the start (sites, weeks) [W, on the site's basis].
    standing_at_start
        Racks installed and not online at the start (sites, generations) [racks].
    asked_power
        Power asked to date (sites, weeks) [W, on the site's basis].
    energised
        Power energised (sites, weeks) [W, on the site's basis]; ``online_at_start`` (sites,) holds some of it.
    late_power
        Power late by demand (demands, weeks) [W, on the site's basis].
    orders
        Orders of bought parts; ``rows`` refers to ``purchases``.
    buying
        Shares of suppliers, domestic content, old parts used up and left over, and orders that do not fit.
    part_use
        Use of bought parts by week (parts, weeks) [pcs].
    part_available
        What has arrived of them to date (parts, weeks) [pcs].
    hired
        People hired where the plan decides (factories, weeks) [jobs].
    loads
        Lines, pieces in process, rack storage, people, burn-in cells, crews and limited lanes: use against limit.
    costs
        Present values that add up to ``objective`` [USD]; what the compute brings is negative.
    flows
        The same by week, undiscounted (weeks,) [USD]; the value beyond the horizon has no week and is not there.
    discount
        Present value of a dollar of each week (weeks,).
    early_weeks
        How many weeks before its date a demand may be served.
    openings, changeovers
        When lines open, and are changed over to other generations, where the plan decides it.
    levels
        Least lateness by priority, where it went before money.
    stability
        How near it stayed to an earlier plan, where that was asked for.
    status
        ``optimal``; ``feasible`` within ``gap``; ``first answer`` of a plan by pegging; ``stopped`` of the best plan
        found when the solver was stopped; ``telescoped`` of one in buckets. A ``bound`` of minus infinity is not known.
    start
        The basis by names, from which a changed programme is planned again.
    notes
        What whoever reads the plan has to know of how it was made.
    buckets
        Weeks of every bucket of a telescoped plan, whose rates are even within a bucket; none where it is by week.
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
    orders: Orders
    buying: Buying
    part_use: FloatArray
    part_available: FloatArray
    hired: FloatArray
    loads: tuple[Loads, ...]
    online_racks: FloatArray
    installs: FloatArray
    waiting: FloatArray
    served: Served
    units: Units
    equipment: Equipment
    stranded: Stranded
    standing_at_start: FloatArray
    held_power: FloatArray
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
    start: Start | None = None
    levels: tuple[Level, ...] = ()
    stability: Steadiness | None = None
    openings: tuple[LineOpens, ...] = ()
    changeovers: tuple[ChangeOver, ...] = ()
    notes: tuple[str, ...] = ()
    buckets: tuple[int, ...] = ()

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
    def online_units(self) -> FloatArray:
        """Scalable units online as a whole (sites, generations, weeks)."""
        count = np.zeros(self.online_racks.shape)
        site = np.array([self.sites.index(each) for each in self.units.sites], dtype=np.intp)
        generation = np.array([self.generations.index(each) for each in self.units.generations], dtype=np.intp)
        np.add.at(count, (site, generation, self.units.weeks), 1.0)
        return np.asarray(np.cumsum(count, axis=2))

    def need_weeks(self, what: str) -> None:
        """Refuse what holds of plans by week alone.

        Raises
        ------
        UsageError
            If the plan is telescoped.
        """
        if self.buckets:
            why = (
                f"{what} takes a plan by week; this one keeps balances at the ends of its buckets, limits in their mean"
            )
            raise UsageError(why, hint="plan the programme without 'telescoped'")

    def built_power(self) -> dict[str, float]:
        """Give the facility power online at each site at the start of the horizon [W]."""
        return dict(zip(self.sites, self._facility(self.online_at_start).tolist(), strict=True))

    def planned_power(self) -> dict[str, float]:
        """Give the facility power online at each site at the end of the horizon, with what is left of its start [W]."""
        added = self.online_facility_power[:, :, -1].sum(axis=1)
        return dict(zip(self.sites, (self._facility(self.held_power[:, -1]) + added).tolist(), strict=True))

    def production_of(self, part: str) -> FloatArray:
        """Give the pieces of a part completed by factory and week (factories, weeks)."""
        made = np.zeros((len(self.factories), self.calendar.weeks))
        for row, (factory, each) in enumerate(zip(self.production.factories, self.production.parts, strict=True)):
            if each == part and self.production.lines[row]:
                made[self.factories.index(factory)] += self.production.pieces[row] + self.production.given[row]
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
        from gigaloop.plan.outcome.tables import plan_tables

        return plan_tables(self)

    def _period_of_week(self, period: Period) -> list[str]:
        if period == "quarter":
            return list(self.calendar.quarters())
        return [str(year) for year in self.calendar.years()]

    def _facility(self, power: FloatArray) -> FloatArray:
        return np.asarray(np.where(np.array(self.basis) == "facility", power, power * self.pue))
