"""Switches, and the optics and cables between them."""

from __future__ import annotations

from typing import ClassVar, Literal

from gigaloop.catalogue.entry import Entry
from gigaloop.core.quantity import (
    DataRate,
    Duration,
    FailureRate,
    Length,
    LinearDensity,
    Mass,
    Money,
    MoneyPerLength,
    PositiveCount,
    Power,
    RackUnits,
)


class Switch(Entry):
    """A scale-out switch: ports at the rate it is bought for, height and power."""

    kind: ClassVar[str] = "switch"

    vendor: str
    family: str = ""
    status: str = ""
    ports: PositiveCount | None = None
    port_rate: DataRate | None = None
    ports_per_cage: PositiveCount | None = None
    """Ports at ``port_rate`` that one module cage holds: 2 of a twin-port module."""
    lane_rate: DataRate | None = None
    """Of one electrical lane; what is plugged in has the same."""
    optics: Literal["pluggable", "co-packaged"] = "pluggable"
    most_ports: PositiveCount | None = None
    """The most ports that the box can be broken out to, at whatever rate."""
    capacity: DataRate | None = None
    """Sum over the ports, one direction."""
    height: RackUnits | None = None
    mass: Mass | None = None
    power: Power | None = None
    """Typical, without active modules unless the note says otherwise."""
    max_power: Power | None = None
    cage_power: Power | None = None
    """The most that one module cage supplies."""
    latency: Duration | None = None
    price: Money | None = None
    failure_rate: FailureRate | None = None
    """Of one box, all causes that take it out of service."""


class Interconnect(Entry):
    """A transceiver, cable or optical part: rate, reach, power."""

    kind: ClassVar[str] = "interconnect"

    form: Literal[
        "transceiver",
        "linear transceiver",
        "cable",
        "fibre",
        "co-packaged optics",
        "optical circuit switch",
        "patch panel",
    ]
    """A linear transceiver leaves the signal processing to the switch, which has to support it: it is used if named."""
    medium: Literal["passive copper", "active copper", "active optical", "multimode", "single mode", ""] = ""
    """What carries the signal: of a cable with its ends, or of the fibre that a transceiver needs."""
    vendor: str = ""
    standard: str = ""
    reach_class: Literal["VR", "SR", "DR", "FR", "LR", ""] = ""
    """Letters of its standard: both ends of an optical link are of one class."""
    rate: DataRate | None = None
    ports: PositiveCount | None = None
    """Links that one module or cable end carries: 2 of a twin-port module; ports of a circuit switch."""
    lanes: PositiveCount | None = None
    """Lanes in each direction; of SR and DR each can be broken out to a link of its own."""
    tails: PositiveCount | None = None
    """Far ends of a cable that splits: its rate is shared among them."""
    fibres: PositiveCount | None = None
    """Of a fibre cord or trunk."""
    power: Power | None = None
    """Of one module, or of one end of a cable: the one that does not split."""
    tail_power: Power | None = None
    """Of one far end of a cable that splits; as the other end where not given."""
    max_power: Power | None = None
    reach: Length | None = None
    """The longest link that its maker supports."""
    standard_reach: Length | None = None
    """The reach of its standard, which a maker may support in part only."""
    stock: tuple[Length, ...] = ()
    """Lengths in which it is sold."""
    diameter: Length | None = None
    linear_density: LinearDensity | None = None
    latency_per_metre: Duration | None = None
    """Delay of a metre."""
    cost: Money | None = None
    """Cost of material, not price, unless the note says otherwise."""
    price: Money | None = None
    """Of one module, or of one cable with both ends."""
    price_per_metre: MoneyPerLength | None = None
    failure_rate: FailureRate | None = None
    """Of one module or cable end."""
