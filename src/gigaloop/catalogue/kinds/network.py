"""Switches, and the optics and cables between them."""

from __future__ import annotations

from typing import ClassVar, Literal

from gigaloop.catalogue.entry import Entry
from gigaloop.core.quantity import DataRate, Duration, Length, Money, PositiveCount, Power, RackUnits


class Switch(Entry):
    """A scale-out switch: ports at the rate it is bought for, height and power."""

    kind: ClassVar[str] = "switch"

    vendor: str
    family: str = ""
    status: str = ""
    ports: PositiveCount | None = None
    port_rate: DataRate | None = None
    capacity: DataRate | None = None
    """Sum over the ports, one direction."""
    height: RackUnits | None = None
    power: Power | None = None
    """Typical, without active modules unless the note says otherwise."""
    max_power: Power | None = None
    cage_power: Power | None = None
    """The most that one module cage supplies."""
    latency: Duration | None = None


class Interconnect(Entry):
    """A transceiver, cable or optical part: rate, reach, power."""

    kind: ClassVar[str] = "interconnect"

    form: Literal["transceiver", "cable", "fibre", "co-packaged optics", "optical circuit switch"]
    vendor: str = ""
    standard: str = ""
    rate: DataRate | None = None
    power: Power | None = None
    max_power: Power | None = None
    reach: Length | None = None
    diameter: Length | None = None
    ports: PositiveCount | None = None
    cost: Money | None = None
    """Cost of material, not price, unless the note says otherwise."""
