"""What a plan makes, keeps, moves, buys and loads, by week."""

from __future__ import annotations

from dataclasses import dataclass

from gigaloop.plan.inputs.schedule import FloatArray


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
