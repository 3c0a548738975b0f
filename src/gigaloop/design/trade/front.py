"""The front of a trade space, and spaces put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.trade import Floats, TradeSpace


def pareto_front(costs: Floats, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which designs no other allowed one beats: as good in everything and better in something.

    Parameters
    ----------
    costs
        What is to be small (n, k).
    allowed
        Which of them count (n,); the others are not on the front.

    Examples
    --------
    >>> pareto_front(np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 3.0]]), np.array([True, True, True])).tolist()
    [True, True, False]
    """
    front = np.array(allowed, dtype=np.bool_)
    for row in np.flatnonzero(allowed):
        if front[row]:
            beaten = np.all(costs >= costs[row], axis=1) & np.any(costs > costs[row], axis=1)
            front &= ~beaten
    return front


def join_spaces(spaces: Sequence[TradeSpace]) -> TradeSpace:
    """Put trade spaces of one programme one after the other."""
    roles = tuple(dict.fromkeys(role for space in spaces for role in space.equipment))
    joined: dict[str, object] = {}
    for field in fields(TradeSpace):
        parts = [getattr(space, field.name) for space in spaces]
        if isinstance(parts[0], np.ndarray):
            joined[field.name] = np.concatenate(parts)
        elif field.name == "unpriced":
            joined[field.name] = tuple(sorted({role for part in parts for role in part}))
        elif isinstance(parts[0], tuple):
            joined[field.name] = tuple(item for part in parts for item in part)
    joined["weather"] = {site: note for space in spaces for site, note in space.weather.items()}
    joined["equipment"] = {
        role: np.concatenate([space.equipment.get(role, np.zeros(len(space), np.int64)) for space in spaces])
        for role in roles
    }
    return replace(spaces[0], **joined)  # type: ignore[arg-type]
