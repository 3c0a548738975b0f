"""Many facilities side by side, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.records.facility import WeatherNote

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TradeSpace:
    """Designs of facilities, one to a row: columns of one length (n,), in SI units.

    A design is a site with the racks of one generation, and one choice each of heat rejection, redundancy, set point of
    the facility water and power cap of the accelerators.
    """

    programme: str
    weather: Mapping[str, WeatherNote]
    """By site."""
    site: tuple[str, ...]
    generation: tuple[str, ...]
    cooling: tuple[str, ...]
    redundancy: tuple[str, ...]
    """Of power and of cooling."""
    supply: Floats
    """Set point of the facility water [K]."""
    power_cap: Floats
    """Power to which each accelerator is held [W]; not a number where none is."""
    racks: Floats
    """Whole racks that the site's power feeds at the design day."""
    rack_power: Floats
    """Into one at design power [W]."""
    it_power: Floats
    """Into all racks at design power [W]."""
    accelerators: Floats
    pue: Floats
    """Of the year, all racks at design power."""
    wue: Floats
    """[m3/J]"""
    peak_pue: Floats
    """At the design day."""
    peak_power: Floats
    """Of the facility at the design day [W]."""
    water: Floats
    """Make-up of the year [m3]."""
    chilled_share: Floats
    """Share of the year's heat that chillers carry."""
    chiller_hours: Floats
    """In which any chiller runs [h]."""
    short_hours: Floats
    """In which the facility water is warmer than its set point [h]."""
    expected_lost: Floats
    """IT power lost on average to power paths and cooling that are not there [W]."""
    equipment: Mapping[str, NDArray[np.int64]]
    """Pieces by class, spares counted."""
    cost: Floats
    """Of the equipment with a known price [USD, programme's price year]."""
    unpriced: tuple[str, ...]
    """Classes of equipment that no price is known for."""
    left_out: tuple[str, ...]
    """Sites whose weather is not known."""
    obstacles: tuple[str, ...]
    """Why a design cannot be built or run as it is; empty where it can."""
    front: NDArray[np.bool_]
    """Whether no other design of its site that can be built is as good in everything and better in something."""

    def __len__(self) -> int:
        return len(self.site)

    @property
    def feasible(self) -> NDArray[np.bool_]:
        """Whether a design can be built and run."""
        return np.array([not obstacle for obstacle in self.obstacles], dtype=np.bool_)

    @property
    def cost_per_power(self) -> Floats:
        """Cost of the priced equipment over IT power [USD/W]; not a number without racks."""
        found = np.divide(self.cost, self.it_power, out=np.full(len(self), np.nan), where=self.it_power > 0.0)
        return np.asarray(found, dtype=np.float64)

    def ranking(self) -> Iterator[int]:
        """Give the rows as they are ranked: those that can be built first, by IT power from high to low, then PUE."""
        order = np.lexsort((self.cost, self.wue, self.pue, -self.it_power, ~self.feasible))
        return (int(row) for row in order)
