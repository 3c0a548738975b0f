"""What a plan buys: orders, shares of suppliers, domestic content, and what engineering changes leave over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.plan.inputs.schedule import FloatArray, IntArray

DateArray = NDArray[np.datetime64]
TextArray = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Orders of bought parts, by supply and week of arrival.

    Parameters
    ----------
    rows
        Row of the purchases that each belongs to (orders,).
    kinds
        ``order`` to be placed, ``receipt`` firm, or ``open order`` placed as a rate (orders,).
    ordered
        Day on which it is placed; not a date where it is placed already (orders,).
    arrives
        Week of arrival (orders,).
    quantity, price
        Pieces, and price of a piece without duty (orders,) [pcs, USD].
    whole
        Whether the supply has least orders, multiples or price breaks, so that the order is a lot, paid as it arrives.
    """

    rows: IntArray
    kinds: TextArray
    ordered: DateArray
    arrives: IntArray
    quantity: FloatArray
    price: FloatArray
    whole: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SourceShare:
    """What a supplier gives of a part in a period: its share of the pieces used, and the most by the rule."""

    part: str
    supplier: str
    path: str
    period: str
    share: float
    most: float


@dataclass(frozen=True, slots=True)
class DomesticContent:
    """Cost of the components used in a calendar year, its domestic part, and the floor on their ratio [USD]."""

    year: str
    cost: float
    domestic: float
    floor: float

    @property
    def share(self) -> float:
        """Domestic share reached; 1 where nothing is used."""
        return self.domestic / self.cost if self.cost > 0.0 else 1.0

    @property
    def missing(self) -> float:
        """Domestic content that is missing [USD]."""
        return max(self.floor * self.cost - self.domestic, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class UsedUp:
    """Pieces of made parts that take an old part in place of its successor, by week of use (rows, weeks)."""

    paths: tuple[str, ...]
    parts: tuple[str, ...]
    old: tuple[str, ...]
    new: tuple[str, ...]
    pieces: FloatArray


@dataclass(frozen=True, slots=True)
class Leftover:
    """Pieces of an obsolete part that come and are not used, and their value at the last price [pcs, USD]."""

    part: str
    last_use: dt.date
    pieces: float
    value: float
    sentence: str


@dataclass(frozen=True, slots=True)
class BuyingNote:
    """Something about the orders of a supply that does not fit: ``below minimum`` or ``ahead of allocation``."""

    kind: str
    path: str
    pieces: float
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Buying:
    """Rules of buying as a plan meets them."""

    shares: tuple[SourceShare, ...]
    content: tuple[DomesticContent, ...]
    used_up: UsedUp
    obsolete: tuple[Leftover, ...]
    notes: tuple[BuyingNote, ...]
