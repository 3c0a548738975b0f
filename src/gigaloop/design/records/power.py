"""The power of a rack and the converters from medium voltage to the chip."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PowerRollup:
    """The power numbers of a rack, kept apart, and the current of its busbar.

    ``mean`` over time, ``design`` (thermal design) and ``peak`` (electrical design peak) are what the trays draw from
    the in-rack bus [W]; ``shelf_capacity`` is what the shelves supply with the redundant ones out, ``shelf_installed``
    with all [W], both 0 for a rack without shelves. Currents in A.
    """

    mean: float
    design: float
    peak: float
    shelf_capacity: float
    shelf_installed: float
    bus: str
    bus_voltage: float
    bus_current: float
    bus_peak_current: float


@dataclass(frozen=True)
class ChainStage:
    """A converter between medium voltage and the chip, at the design power of one rack [W]."""

    name: str
    converter: str
    location: str
    """``facility``, ``rack`` (its power shelves, and what follows up to the bus) or ``tray`` (behind the bus)."""
    power_in: float
    power_out: float
    loss: float
    efficiency: float
    load: float | None
    """Output over rating; None where the rating is not stated."""
