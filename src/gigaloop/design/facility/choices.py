"""Values of plants before they become arrays: broadcast to designs, and refused where no plant can have them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import UsageError

COLDEST_SUPPLY, WARMEST_SUPPLY = 275.15, 343.15
"""Set points that a loop of water can have [K]: clear of freezing, and of what pumps and seals of heating water take.
Source: a choice of this project."""


class Rejection(IntEnum):
    """What rejects the heat of a loop."""

    NONE = 0
    DRY = 1
    ADIABATIC = 2
    WET = 3
    HYBRID = 4
    OUTSIDE = 5
    """Outside air through the hall, with wetted pads."""


class Chiller(IntEnum):
    """How a loop's chillers give their heat off."""

    NONE = 0
    AIR = 1
    """To the air, by condensers of their own."""
    WATER = 2
    """To the rejection of the loop."""


class AirSide(IntEnum):
    """How the heat that goes to air leaves."""

    COILS = 0
    """Through coils on the facility water."""
    CHILLED = 1
    """Through coils on a loop of their own, as cool as the air needs it."""
    OUTSIDE = 2
    """With outside air."""


def columns_of(names: Collection[str], given: Mapping[str, ArrayLike], d: int = 1) -> dict[str, NDArray[Any]]:
    """Give values as arrays (d,), one value for all designs or one for each.

    Raises
    ------
    UsageError
        If a name is not among those known, a value is no number, or counts differ.
    """
    unknown = sorted(set(given) - set(names))
    require(not unknown, f"a plant has no {', '.join(unknown)}", f"known: {', '.join(sorted(names))}")
    columns = {name: np.asarray(value) for name, value in given.items()}
    d = max(d, *(column.size for column in columns.values()))
    for name, column in columns.items():
        require(column.size in (1, d), f"{name} has {column.size} values for {d} designs")
        kind = _KINDS.get(name, np.float64)
        columns[name] = np.array(np.broadcast_to(column.reshape(-1), (d,)), dtype=kind)
        require(bool(np.all(np.isfinite(columns[name]))), f"{name} is not a number")
    return columns


_KINDS: dict[str, type] = {"rejection": np.int64, "chiller": np.int64, "air": np.int64, "economiser": np.bool_}


def check_loop(columns: Mapping[str, NDArray[Any]]) -> None:
    """Refuse what no loop can have.

    Raises
    ------
    UsageError
        With the value that is wrong.
    """
    for name in ("rise", "rejection_rise", "spare", "capacity_ratio", "liquid_to_gas", "pump_efficiency", "turndown"):
        require(bool(np.all(columns[name] > 0.0)), f"{name} must be above 0")
    for name in ("dry_approach", "tower_approach", "chiller_cop", "chiller_capacity"):
        require(bool(np.all(columns[name] > 0.0)), f"{name} must be above 0", "no fluid is cooled below what cools it")
    require(bool(np.all(columns["exchanger_approach"] >= 0.0)), "exchanger_approach must not be negative")
    supply = columns["supply"]
    require(
        bool(np.all((supply > COLDEST_SUPPLY) & (supply < WARMEST_SUPPLY))),
        f"a set point of {float(np.min(supply)) - 273.15:.1f} degC lies outside of {COLDEST_SUPPLY - 273.15:.0f}"
        f" to {WARMEST_SUPPLY - 273.15:.0f} degC",
        "temperatures are in kelvin",
    )
    none, bare = columns["chiller"] == Chiller.NONE, columns["rejection"] == Rejection.NONE
    alone = (bare | ~columns["economiser"]) & ~none
    require(
        not bool(np.any(alone & (columns["chiller_capacity"] < 1.0))),
        "chillers that cool a loop alone carry less than its design heat",
        "give chiller_capacity 1 or more",
    )
    require(
        not bool(np.any(bare & (columns["chiller"] == Chiller.WATER))),
        "water-cooled chillers need a rejection for their condensers",
        "take wet, dry or adiabatic, or air-cooled chillers",
    )


def require(holds: bool, why: str, hint: str = "") -> None:
    """Raise a UsageError unless something holds."""
    if not holds:
        raise UsageError(why, hint=hint or "check the architecture and the site's cooling")
