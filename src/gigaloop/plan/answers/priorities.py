"""Levels of a plan that puts lateness before money."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a lexicographic plan.

    Parameters
    ----------
    priority
        Of the demands.
    lateness
        The least that it can be, with the lateness of the priorities before at its least [W s = J].
    by_money
        What it is in the plan that only minimises money [W s = J].
    """

    priority: int
    lateness: float
    by_money: float
