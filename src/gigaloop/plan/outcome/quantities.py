"""What a plan makes, keeps, moves, buys and loads, by week."""

from __future__ import annotations

from dataclasses import dataclass

from gigaloop.plan.inputs.schedule import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Making:
    """Good pieces completed by line, part and week (rows, weeks) [pcs].

    Parameters
    ----------
    lines
        Empty where a part that is also on offer was bought.
    given
        Pieces completed that were under way at the start of the horizon; ``pieces`` does not hold them.
    started
        Pieces started with parts from stock, by the week in which they are completed for the first time.
    waiting
        Pieces that failed their test and wait for rework at the end of the week.
    """

    factories: tuple[str, ...]
    lines: tuple[str, ...]
    parts: tuple[str, ...]
    pieces: FloatArray
    given: FloatArray
    started: FloatArray
    waiting: FloatArray


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
    duty
        Customs duty on the price by week of use (rows, weeks).
    held
        Pieces that go to the safety stock by week of arrival, and are paid for then (rows, weeks) [pcs].
    """

    paths: tuple[str, ...]
    suppliers: tuple[str, ...]
    parts: tuple[str, ...]
    price: FloatArray
    used: FloatArray
    received: FloatArray
    duty: FloatArray
    held: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """A resource's use against its limit by week (rows, weeks), with its name, path and unit."""

    kind: str
    names: tuple[str, ...]
    paths: tuple[str, ...]
    unit: str
    used: FloatArray
    limit: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """Racks that go online by site, generation and the demands there that they may serve (rows, weeks) [racks]."""

    sites: tuple[str, ...]
    generations: tuple[str, ...]
    demands: tuple[tuple[str, ...], ...]
    racks: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Scalable units that go online, by site and generation in their order.

    Parameters
    ----------
    numbers
        Number of the unit at its site and of its generation, from 1 (units,).
    demands
        The demand that it serves where racks go online in whole units; empty otherwise.
    racks
        Racks of the unit (units,); the last one of a demand may be short.
    weeks
        The week in which it is online as a whole (units,).
    """

    sites: tuple[str, ...]
    generations: tuple[str, ...]
    numbers: IntArray
    demands: tuple[str, ...]
    racks: FloatArray
    weeks: IntArray

    @property
    def ids(self) -> tuple[str, ...]:
        """Give the ids ``SITE:GENERATION:NUMBER``."""
        parts = zip(self.sites, self.generations, self.numbers.tolist(), strict=True)
        return tuple(f"{site}:{generation}:{number}" for site, generation, number in parts)


@dataclass(frozen=True, slots=True, eq=False)
class Equipment:
    """Classes of equipment of the sites, by week (rows, weeks) [pcs].

    Parameters
    ----------
    per_piece
        Power that one piece serves (rows,) [W, on the site's basis].
    in_service
        Pieces that serve racks to come, with those bought.
    needed
        Pieces that the racks online need.
    bought
        Pieces bought, by the latest week of arrival that serves the racks online.
    """

    sites: tuple[str, ...]
    parts: tuple[str, ...]
    paths: tuple[str, ...]
    per_piece: FloatArray
    in_service: FloatArray
    needed: FloatArray
    bought: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Stranded:
    """Racks that are commissioned and not online, by what they wait for (rows, weeks) [racks]."""

    sites: tuple[str, ...]
    generations: tuple[str, ...]
    causes: tuple[str, ...]
    racks: FloatArray

    def rack_weeks(self) -> dict[str, float]:
        """Give the rack-weeks by cause, the most first."""
        total: dict[str, float] = {}
        for cause, racks in zip(self.causes, self.racks.sum(axis=1).tolist(), strict=True):
            total[cause] = total.get(cause, 0.0) + racks
        return dict(sorted(total.items(), key=lambda item: -item[1]))
