"""The power path: converters with their efficiency over load, and the equipment of a site with its lead time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import field_validator

from gigaloop.catalogue.entry import ApparentPower, Entry, LeadTimeId, PositiveFraction, Record
from gigaloop.catalogue.kinds.equipment import Equipment
from gigaloop.core.quantity import Duration, Fraction, Number, PositiveCount, PositivePower, RackUnits, Voltage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


End = Literal["value", "low", "high"]
"""A value, or an end of the range that its evidence states."""


class EfficiencyPoint(Record):
    """Output over input power at one load, the load as a share of the rating."""

    load: PositiveFraction
    efficiency: PositiveFraction


class Converter(Entry):
    """An element of the power chain from medium voltage to the chip.

    ``efficiency`` holds one point where only a single value is known: it then holds at every load. Of several, the
    loss at the lowest is taken as the constant loss below it.
    """

    kind: ClassVar[str] = "converter"

    role: Literal[
        "transformer",
        "solid-state transformer",
        "switchgear",
        "ups",
        "battery backup",
        "busway",
        "rectifier",
        "power shelf",
        "dc-dc",
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
    """For which it carries its rating without input: a shelf on its charge, a UPS or a battery on what it stores."""
    takes_over: Duration | None = None
    """Of a UPS or a battery: from the loss of its bus to carrying it."""
    efficiency: tuple[EfficiencyPoint, ...]

    @field_validator("efficiency")
    @classmethod
    def _rising(cls, value: tuple[EfficiencyPoint, ...]) -> tuple[EfficiencyPoint, ...]:
        loads = [float(point.load) for point in value]
        if not loads or any(b <= a for a, b in pairwise(loads)):
            raise ValueError("an efficiency needs one point or more, by rising load")
        return value

    def efficiency_at(self, load: ArrayLike, end: End = "value") -> NDArray[np.float64]:
        """Give the efficiency at loads, linear between points and constant above the highest.

        Below the lowest of several points the loss stays what it is there, so that efficiency falls to 0 without load.
        A single value holds at every load.

        Parameters
        ----------
        load
            Output power over rating, any shape [1].
        end
            ``value``, or the ``low`` or ``high`` end of the range of each point.
        """
        import numpy as np

        loads, efficiencies = self._curve(end)
        load = np.asarray(load, dtype=np.float64)
        efficiency = np.interp(load, loads, efficiencies)
        if len(loads) > 1:
            idle = loads[0] * (1.0 / efficiencies[0] - 1.0)
            efficiency = np.where(load < loads[0], load / (load + idle), efficiency) if idle > 0.0 else efficiency
        return np.asarray(efficiency, dtype=np.float64)

    def loss_at(self, load: ArrayLike, end: End = "value") -> NDArray[np.float64]:
        """Give the loss over the rating at loads: ``load (1 / efficiency - 1)``, its constant part without load.

        Parameters
        ----------
        load
            Output power over rating, any shape [1].
        end
            ``value``, or the ``low`` or ``high`` end of the range of the efficiency: ``high`` gives the least loss.

        Examples
        --------
        Below 25 % of its rating a converter of 97 % there goes on losing 0.77 % of the rating:

        >>> from gigaloop.catalogue import load_catalogue
        >>> ups = load_catalogue().converter("ups-double-conversion")
        >>> ups.loss_at([0.0, 0.1, 0.25]).round(4).tolist()
        [0.0077, 0.0077, 0.0077]
        """
        import numpy as np

        loads, efficiencies = self._curve(end)
        load = np.asarray(load, dtype=np.float64)
        known = load if len(loads) == 1 else np.maximum(load, loads[0])
        return np.asarray(known * (1.0 / np.interp(known, loads, efficiencies) - 1.0), dtype=np.float64)

    @property
    def top_load(self) -> float:
        """The highest load of the curve, over the rating."""
        return float(self.efficiency[-1].load)

    def _curve(self, end: End) -> tuple[tuple[float, ...], tuple[float, ...]]:
        loads = tuple(float(point.load) for point in self.efficiency)
        if end == "value":
            return loads, tuple(float(point.efficiency) for point in self.efficiency)
        return loads, tuple(point.efficiency.bounds[end == "high"] for point in self.efficiency)


class PowerEquipment(Equipment):
    """Electrical equipment of a site as it is ordered: rating, lead time, price trend, who makes it."""

    kind: ClassVar[str] = "power_equipment"

    role: Literal["transformer", "switchgear", "breaker", "generator", "turbine", "ups", "rectifier", "relay"]
    rating: ApparentPower | None = None
    electric_rating: PositivePower | None = None
    lead_time: LeadTimeId
    """Entry of its lead time."""
    start_failure: Fraction | None = None
    """Share of demands that a standby generator does not start at, or does not carry through an outage."""
    price_rise_since_2019: Fraction | None = None
    suppliers: tuple[str, ...] = ()
