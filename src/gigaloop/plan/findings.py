"""What a plan finds: what is late and why, what binds, and where first units are made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is late.

    Parameters
    ----------
    kind
        ``energisation``, ``hall``, ``crews``, ``commissioning``, ``lane``, ``line``, ``test power``, ``test flow``,
        ``test positions``, ``supply``, ``effectivity``, ``lead time``, ``reserved`` (for later racks) or ``worth``.
    path
        The record in the programme; ``programme.place(path)`` says where it stands in the user's files.
    share
        Share of the lateness (power x time) that it accounts for.
    clears
        The first day on which it no longer binds; none within the horizon where not given.
    """

    kind: str
    path: str
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
        Weeks from the first in which it is late until it is met, or until the end of the horizon.
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
