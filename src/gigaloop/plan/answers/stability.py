"""Planning again near an earlier plan: what is asked, and what it kept and cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gigaloop.core.errors import UsageError

PER_RACK_WEEK = 5000.0
"""Cost of moving a rack by a week [USD]. Source: a choice of this model, about a thousandth of a rack's price."""


@dataclass(frozen=True, slots=True)
class Stability:
    """How near a plan stays to an earlier one.

    Parameters
    ----------
    freeze
        First weeks in which work is begun and racks leave as the earlier plan has it.
    per_rack_week
        What it must bring to move a rack's completion or going online by a week after that [USD].

    Raises
    ------
    UsageError
        For a negative value.
    """

    freeze: int = 0
    per_rack_week: float = PER_RACK_WEEK

    def __post_init__(self) -> None:
        if self.freeze < 0 or self.per_rack_week < 0.0:
            raise UsageError(
                "a freeze fence and a cost of moving are 0 or more", hint="give a number of weeks, and USD"
            )


@dataclass(frozen=True, slots=True)
class FenceBroken:
    """Something inside the fence that cannot stay as it was.

    Parameters
    ----------
    what
        Line or lane, and the part.
    before, after
        Pieces of the earlier plan and of this one.
    path
        The record that stands against it; empty where that is what it is made of.
    """

    what: str
    week: dt.date
    before: float
    after: float
    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Steadiness:
    """How near a plan stayed to an earlier one.

    Parameters
    ----------
    fence
        The first day after the fence.
    moved, moved_free
        Racks online, moved between sites, generations and weeks against the earlier plan: differences of racks to date
        added up over the weeks [rack-weeks]; of this plan, and of the cheapest one.
    cost
        What this plan costs more than the cheapest one [USD].
    broken
        What could not stay inside the fence.
    """

    fence: dt.date
    moved: float
    moved_free: float
    cost: float
    broken: tuple[FenceBroken, ...]
