"""How racks load the grid while they work: swings, stalls and failures; and what is asked of them there."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from gigaloop.catalogue.entry import Entry, PositiveFraction
from gigaloop.core.quantity import (
    Dim,
    Duration,
    Fraction,
    Number,
    PositiveDuration,
    Quantity,
    TemperatureDifference,
)

Duty = Annotated[Quantity, Dim("fraction", low=0.01, high=0.99)]
PositiveRamp = Annotated[Quantity, Dim("power rate", above=0.0)]
PositiveFrequency = Annotated[Quantity, Dim("frequency", above=0.0)]


class LoadProfile(Entry):
    """How a kind of work loads its racks over time. Shares are of the rack's thermal design power.

    A job steps through iterations: it computes for ``duty`` of a period and communicates for the rest. Checkpoints
    stall it, failures stop it and it restarts. Work that is not synchronised follows its demand through the day.
    """

    kind: ClassVar[str] = "load_profile"

    workload: Literal["training", "inference"]
    compute: PositiveFraction
    """Power while it computes, over a period of the swing."""
    communicate: PositiveFraction
    """Power while it communicates or waits."""
    idle: Fraction
    """Power without work."""
    stall: Fraction
    """Power while a checkpoint is written."""
    floor: Fraction
    """Power that software, or the accelerators themselves, can hold while a job waits or stalls."""
    period: PositiveDuration
    """Of an iteration, or of the batches of inference."""
    duty: Duty
    """Share of the period spent computing."""
    jitter: Fraction
    """Standard deviation of the period over the period."""
    coherence: Fraction
    """Share of a job's racks that swing in step; the others even out."""
    spike: Number
    """Height of the spike with which a computing phase begins, over the rack's thermal design power."""
    spike_time: Duration
    warm_up: Duration
    """From idle to the first iteration at full power, in a straight line."""
    checkpoint_interval: PositiveDuration | None = None
    checkpoint_time: Duration | None = None
    """For which a checkpoint stalls the job."""
    failure_interval: PositiveDuration | None = None
    """Of one accelerator: time between failures that stop its job."""
    restart: Duration | None = None
    """From a failure to the warm-up."""
    day_swing: Fraction
    """Amplitude of the demand through the day, over its mean."""
    day_peak: Duration
    """Time of day at which demand is highest, from midnight."""
    noise: Fraction
    """Standard deviation of the power of one scale-up domain about its mean, over its mean."""
    noise_time: PositiveDuration
    """Time over which that noise is correlated."""


class GridRequirement(Entry):
    """What a utility or system operator asks of a large load, as far as it is published in numbers."""

    kind: ClassVar[str] = "grid_requirement"

    region: str = ""
    status: str = ""
    """Such as draft, or in force."""
    ramp: PositiveRamp | None = None
    """Fastest change of power that a site may make on its own."""
    range: Fraction | None = None
    """Largest change within ``range_window``, over the site's peak."""
    range_window: PositiveDuration | None = None
    band_low: PositiveFrequency | None = None
    band_high: PositiveFrequency | None = None
    band_amplitude: Fraction | None = None
    """Largest amplitude of a swing between those frequencies, over the site's peak."""
    ride_through_voltage: Fraction | None = None
    """Deepest remaining voltage that a site must ride through."""
    ride_through: Duration | None = None
    """How long it must."""
    reconnect: PositiveRamp | None = None
    """At which load may come back after a disconnection."""


class SiteResponse(Entry):
    """How a site answers to a load that moves: cooling that follows, storage that loses, coolant that may warm."""

    kind: ClassVar[str] = "site_response"

    cooling_lag: PositiveDuration
    """Time constant with which the power of cooling follows the heat."""
    inlet_excursion: TemperatureDifference
    """By which coolant may exceed the racks' inlet limit for minutes before accelerators slow down."""
    shelf_round_trip: PositiveFraction
    """Of energy storage in the shelves, with its converters."""
    battery_round_trip: PositiveFraction
    """Of the site's storage where the site states none."""
