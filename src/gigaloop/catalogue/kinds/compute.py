"""Accelerators, and the racks and systems that are sold with them."""

from __future__ import annotations

from typing import ClassVar, Literal

from gigaloop.catalogue.entry import AcceleratorId, CoarseDate, Entry
from gigaloop.core.quantity import (
    Bandwidth,
    Current,
    Data,
    DataRate,
    Energy,
    Flops,
    Fraction,
    Mass,
    Number,
    PositiveCount,
    Power,
    Temperature,
    Voltage,
    VolumeFlow,
)

Architecture = Literal["ampere", "ada", "hopper", "blackwell", "rubin", "cdna3", "cdna4", "cdna5", "tpu"]
"""Families of accelerators that share efficiencies of kernels."""


class Accelerator(Entry):
    """An accelerator package: dense peaks, memory, links and thermal design power, each per package."""

    kind: ClassVar[str] = "accelerator"

    vendor: str
    introduced: CoarseDate
    status: str = ""
    system: str = ""
    """The system it is sold in."""
    architecture: Architecture | None = None
    """Family whose kernels' efficiencies it shares; what runs on it is computed only where it is stated."""
    special_functions: PositiveCount | None = None
    """Exponentials that a multiprocessor evaluates in a clock: what bounds the softmax of attention; 16 where it is not
    stated, as on every part until 2024."""
    bf16_dense: Flops | None = None
    fp8_dense: Flops | None = None
    fp4_dense: Flops | None = None
    hbm: Data
    hbm_bandwidth: Bandwidth | None = None
    scale_up_bandwidth: Bandwidth | None = None
    """Per direction."""
    scale_up_domain: PositiveCount | None = None
    """Accelerators that share one scale-up fabric."""
    network_rate: DataRate | None = None
    """Scale-out network ports, per direction."""
    tdp: Power | None = None
    power_storage: Energy | None = None
    """Energy storage against swings in the power shelves of its rack, per package."""


class Rack(Entry):
    """A rack or system as a product: what stands in it, what it draws, weighs and needs for cooling."""

    kind: ClassVar[str] = "rack"

    vendor: str = ""
    family: str = ""
    first_ship: CoarseDate | None = None
    status: str = ""
    accelerator: AcceleratorId | None = None
    """Entry of its accelerator."""
    accelerators: PositiveCount | None = None
    accelerator_power: Power | None = None
    """Power allotted to each accelerator."""
    compute_trays: PositiveCount | None = None
    switch_trays: PositiveCount | None = None
    power: Power | None = None
    """Typical operating power; the range is that of the configurations and sources."""
    peak_power: Power | None = None
    peak_factor: Number | None = None
    """Short-time peak over steady power."""
    power_shelves: PositiveCount | None = None
    shelf_rating: Power | None = None
    bus: str = ""
    bus_voltage: Voltage | None = None
    bus_current: Current | None = None
    mass: Mass | None = None
    liquid_fraction: Fraction | None = None
    """Share of the heat that goes to liquid."""
    inlet_limit: Temperature | None = None
    """Highest coolant temperature at the inlet."""
    coolant_flow: VolumeFlow | None = None
