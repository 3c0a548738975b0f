"""Weather as the engines take it: hours, or bins of hours, of dry bulb, wet bulb and pressure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Weather:
    """A typical or real year at a place, by the hour or in bins: arrays of one shape (n,).

    Parameters
    ----------
    dry_bulb, wet_bulb
        Mean of the hour or the bin [K].
    pressure
        Of the air [Pa].
    hours
        How long each state lasts in the year [h]; 1 for hours.
    month
        1 to 12.
    station
        WMO number, or the name of a user's file.
    name
        Of the station.
    period
        Years that the data come from, such as ``1976-2005``.
    source
        Where the data come from.
    grain
        ``hours``, or ``bins`` of 2 K by 2 K and month.
    warming
        Added to the dry bulb of the source [K].
    """

    dry_bulb: NDArray[np.float64]
    wet_bulb: NDArray[np.float64]
    pressure: NDArray[np.float64]
    hours: NDArray[np.float64]
    month: NDArray[np.int64]
    station: str
    name: str
    period: str
    source: str
    grain: Literal["hours", "bins"]
    warming: float = 0.0

    def __len__(self) -> int:
        return len(self.hours)
