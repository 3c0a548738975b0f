"""What a user fixes of the strategies of a job."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.performance.strategies import RECOMPUTE, SCHEDULES

IntArray = NDArray[np.int64]
Wanted = Mapping[str, frozenset[object]]
"""Values that a choice may take, by its name; one that is not there may take any."""

CHOICES = (
    "tp",
    "cp",
    "pp",
    "vp",
    "dp",
    "ep",
    "micro_batch",
    "recompute",
    "zero",
    "schedule",
    "sequence_parallel",
)
"""What a user can fix: to one value or to several."""


def wanted_of(fixed: Mapping[str, object]) -> Wanted:
    """Read what a user has fixed.

    Raises
    ------
    UsageError
        When it names something that a strategy does not have.
    """
    wanted: dict[str, frozenset[object]] = {}
    names = {"recompute": RECOMPUTE, "schedule": SCHEDULES}
    for name, value in fixed.items():
        if name not in CHOICES:
            raise UsageError(f"a strategy has no '{name}'", hint=f"what can be fixed: {', '.join(CHOICES)}")
        values = frozenset(value) if isinstance(value, (list, tuple, set, frozenset)) else frozenset([value])
        if name in names:  # an index stands for its name
            known = names[name]
            values = frozenset(
                known[each] if isinstance(each, int) and 0 <= each < len(known) else each for each in values
            )
        unknown = [each for each in values if name in names and each not in names[name]]
        if unknown:
            raise UsageError(f"{name} '{unknown[0]}' is not known", hint=f"known: {', '.join(names[name])}")
        wanted[name] = values
    return wanted


def is_wanted(wanted: Wanted, name: str, value: object) -> bool:
    """Whether a choice may take a value."""
    return name not in wanted or value in wanted[name]


def are_wanted(wanted: Wanted, **columns: IntArray) -> NDArray[np.bool_]:
    """Whether rows of choices (n,) may be taken."""
    result = np.ones(next(iter(columns.values())).shape, dtype=bool)
    for name, column in columns.items():
        if name in wanted:
            result &= np.isin(column, [each for each in wanted[name] if isinstance(each, int)])
    return result
