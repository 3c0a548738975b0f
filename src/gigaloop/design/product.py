"""The rack as a product: power cap, feed, busbar, storage, hydraulics, and how it stands and is moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.core.quantity import Quantity
from gigaloop.design.dynamics import rack_swing_storage
from gigaloop.design.power.backup import chain_backup
from gigaloop.design.records import CoolingNeed, Elevation, Placement, PowerRollup, RackProduct
from gigaloop.design.supply import RACK_UNIT, line_state, rack_busbar, shelf_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gigaloop.catalogue.kinds import Accelerator, Converter, LoadProfile
    from gigaloop.design.records import BomTable, ChainStage
    from gigaloop.programme.schema import Generation, Part, Programme

SWING_PROFILE = "pre-training"
"""Entry of the catalogue's load profiles whose swings the storage of a rack is held against."""


def capped_parts(programme: Programme, generation: Generation, cap: float | None) -> Mapping[str, Part]:
    """Give the parts with the accelerators' power held to a cap: design, mean and peak scaled alike.

    The duty of the workload and the height of short peaks over the steady power stay what they are as shares.
    Accelerators that draw less than the cap are left alone, and so is a rack whose accelerators state no power.

    Parameters
    ----------
    programme
        The programme.
    generation
        The generation, for the place of the cap.
    cap
        Power to which each accelerator is held [W]; None for no cap.

    Raises
    ------
    ProgrammeError
        If the cap is not above 0.
    """
    parts = programme.part_of
    if cap is None:
        return parts
    if not cap > 0.0 or not math.isfinite(cap):
        path = f"generations.{generation.id}.power.power_cap"
        why = f"a power cap of {cap:g} W per accelerator"
        raise ProgrammeError([Problem(why, programme.place(path), path, "write a power above 0, e.g. '960 W'")])
    return {key: _capped(part, cap) if part.family == "accelerator" else part for key, part in parts.items()}


def _capped(part: Part, cap: float) -> Part:
    if part.power is None or float(part.power) <= cap:
        return part
    share = cap / float(part.power)
    scaled = {
        name: Quantity(float(value) * share, value.unit, value.year, value.evidence)
        for name in ("mean_power", "power", "peak_power")
        if (value := getattr(part, name)) is not None
    }
    return part.model_copy(update=scaled)


def rack_product(
    generation: Generation,
    accelerator: Accelerator,
    *,
    table: BomTable,
    power: PowerRollup,
    power_cap: float | None,
    uncapped_design: float,
    chain: Sequence[ChainStage],
    converters: Mapping[str, Converter],
    rack_input: float,
    cooling: CoolingNeed,
    elevation: Elevation,
    profile: LoadProfile,
) -> RackProduct:
    """Give the rack as a product from what was engineered of it.

    Parameters
    ----------
    generation
        The generation.
    accelerator
        Its accelerator: energy storage in the shelves where the generation states none.
    table
        Its bill of materials.
    power
        Its power numbers, capped.
    power_cap
        Power to which each accelerator is held [W].
    uncapped_design
        Design power without the cap [W].
    chain, converters
        Its power chain.
    rack_input
        Power into the rack [W].
    cooling
        What it needs of its cooling.
    elevation
        What stands where in it.
    profile
        Load profile whose swings the storage is held against.
    """
    stored = generation.power.storage
    if stored is None and accelerator.power_storage is not None:
        installed: float | None = float(accelerator.power_storage) * float(generation.accelerators_per_rack)
    else:
        installed = None if stored is None else float(stored)
    bore = generation.cooling.bore
    return RackProduct(
        power_cap=power_cap,
        uncapped_design=uncapped_design,
        busbar=rack_busbar(generation, power, elevation.capacity),
        shelves=shelf_state(generation, power, chain, converters),
        lines=line_state(generation, rack_input),
        backup=chain_backup(chain, converters),
        storage=rack_swing_storage(power.design, profile, installed),
        velocity=None if bore is None or not cooling.flow else hose_velocity(cooling.flow, float(bore)),
        placement=_placement(generation, table, elevation),
    )


def hose_velocity(flow: float, bore: float) -> float:
    """Give the mean velocity [m/s] of a flow [m3/s] in a hose of an inner diameter [m].

    Examples
    --------
    The flow of a rack of 132 kW at a rise of 10 K in a pipe DN50:

    >>> round(hose_velocity(132 * 1.497 / 60e3, 0.0525), 2)
    1.52
    """
    return flow / (math.pi * bore**2 / 4.0)


def _placement(generation: Generation, table: BomTable, elevation: Elevation) -> Placement | None:
    envelope = generation.envelope
    if envelope is None:
        return None
    mass, height = table.total("mass"), float(envelope.height)
    packed_height, packed_mass = envelope.packed_height, envelope.packed_mass
    return Placement(
        width=float(envelope.width),
        depth=float(envelope.depth),
        height=height,
        feet=round(float(envelope.feet)),
        foot_load=mass / float(envelope.feet),
        centre=_centre(mass, height, elevation),
        packed_height=height if packed_height is None else float(packed_height),
        packed_mass=mass if packed_mass is None else float(packed_mass),
    )


def _centre(mass: float, height: float, elevation: Elevation) -> float:
    """Give the height of the centre of mass: units where they stand, everything else in the middle."""
    placed = math.fsum(unit.mass for unit in elevation.units)
    base = max(0.0, height - (elevation.capacity or height / RACK_UNIT) * RACK_UNIT) / 2.0
    moment = math.fsum(
        unit.mass * (base + (unit.bottom - 1.0 + unit.height / 2.0) * RACK_UNIT) for unit in elevation.units
    )
    return (moment + max(0.0, mass - placed) * height / 2.0) / mass if mass > 0.0 else height / 2.0
