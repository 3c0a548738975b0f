"""The power path: converters with their efficiency over load, and the equipment of a site with its lead time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import field_validator

from gigaloop.catalogue.entry import ApparentPower, Entry, LeadTimeId, PositiveFraction, Record
from gigaloop.core.quantity import Duration, Fraction, Number, PositiveCount, PositivePower, RackUnits, Voltage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


class EfficiencyPoint(Record):
    """Output over input power at one load, the load as a share of the rating."""

    load: PositiveFraction
    efficiency: PositiveFraction


class Converter(Entry):
    """An element of the power chain from medium voltage to the chip.

    ``efficiency`` holds one point where only a single value is known: it then holds at every load.
    """

    kind: ClassVar[str] = "converter"

    role: Literal[
        "transformer", "solid-state transformer", "switchgear", "ups", "busway", "rectifier", "power shelf", "dc-dc"
    ]
    vendor: str = ""
    input: str
    output: str
    input_voltage: Voltage | None = None
    output_voltage: Voltage | None = None
    rating: PositivePower | None = None
    height: RackUnits | None = None
    supplies: PositiveCount | None = None
    """Power supply units in a shelf."""
    supply_rating: PositivePower | None = None
    peak_factor: Number | None = None
    """Short-time load over rating that it carries."""
    hold_up: Duration | None = None
    efficiency: tuple[EfficiencyPoint, ...]

    @field_validator("efficiency")
    @classmethod
    def _rising(cls, value: tuple[EfficiencyPoint, ...]) -> tuple[EfficiencyPoint, ...]:
        loads = [float(point.load) for point in value]
        if not loads or any(b <= a for a, b in pairwise(loads)):
            raise ValueError("an efficiency needs one point or more, by rising load")
        return value

    def efficiency_at(self, load: ArrayLike) -> NDArray[np.float64]:
        """Give the efficiency at loads, linear between points and constant beyond the outermost.

        Parameters
        ----------
        load
            Output power over rating, any shape [1].
        """
        import numpy as np

        loads, efficiencies = zip(*((float(p.load), float(p.efficiency)) for p in self.efficiency), strict=True)
        return np.asarray(np.interp(np.asarray(load, dtype=np.float64), loads, efficiencies), dtype=np.float64)


class PowerEquipment(Entry):
    """Electrical equipment of a site as it is ordered: rating, lead time, price trend, who makes it."""

    kind: ClassVar[str] = "power_equipment"

    role: Literal["transformer", "switchgear", "breaker", "generator", "turbine", "ups", "relay"]
    rating: ApparentPower | None = None
    electric_rating: PositivePower | None = None
    lead_time: LeadTimeId
    """Entry of its lead time."""
    price_rise_since_2019: Fraction | None = None
    suppliers: tuple[str, ...] = ()
