"""Plants as arrays: what the kernel knows of power path, cooling loops and air side of many designs at once."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.design.facility.choices import AirSide, Chiller, Rejection, check_loop, columns_of, require

__all__ = [
    "LOOP_DEFAULTS",
    "PLANT_DEFAULTS",
    "AirSide",
    "Chiller",
    "LoopSet",
    "PlantSet",
    "Rejection",
    "loop_set",
    "plant_arrays",
]

Floats = NDArray[np.float64]

WATER_CAPACITY = 4.13e6
"""Heat capacity of water at 35 degC [J/m3/K]: IAPWS SR6-08."""
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LoopSet:
    """A loop of many designs, arrays (d,): what it is held at, what rejects its heat, its chillers and pumps.

    Shares of fans are of the heat that the loop is designed for.
    """

    rejection: Codes
    """:class:`Rejection`"""
    chiller: Codes
    """:class:`Chiller`"""
    economiser: NDArray[np.bool_]
    """Whether the loop is cooled without chillers as far as the weather allows."""
    supply: Floats
    """Set point [K]; of the air for outside air."""
    rise: Floats
    """At design heat and flow [K]."""
    rejection_rise: Floats
    """Of the water of the rejection at design heat and flow [K]; that of the loop without a heat exchanger."""
    exchanger_approach: Floats
    """Loop over the water of the rejection [K]; 0 without a heat exchanger between."""
    dry_approach: Floats
    """Leaving water over the air that a dry cooler draws in, at design heat and full speed, without spares [K]."""
    tower_approach: Floats
    """Leaving water over wet bulb at design heat, ``design_wet_bulb`` and full speed, without spares [K]."""
    design_wet_bulb: Floats
    """[K]"""
    dry_share: Floats
    """Heat that the dry part of a hybrid takes at ``dry_approach``, over the design heat."""
    pad_effectiveness: Floats
    """Share of the wet-bulb depression."""
    fan_share: Floats
    """Fans of the rejection at full speed, without spares, over the design heat."""
    spare: Floats
    """Rejection installed over what the design heat needs; all of it runs."""
    capacity_ratio: Floats
    """Heat capacity flow of the air over that of the water, dry, at full speed."""
    liquid_to_gas: Floats
    """Mass flow of the water over that of the air, wet, at full speed."""
    min_speed: Floats
    """Lowest speed of a fan over its full speed; below, fans are switched off."""
    drive_loss: Floats
    """Of a fan's drive that does not fall with speed, over the fan's full power."""
    heat_capacity: Floats
    """Of what flows in the loop [J/m3/K]."""
    operation: Floats
    """Power of fans and pumps as run over that under ideal control; never more than at full speed."""
    head: Floats
    """Of the loop's pumps at design flow [Pa]."""
    tower_head: Floats
    """Of the pumps of open tower water or condenser water at design flow [Pa]."""
    pump_efficiency: Floats
    """Pump, motor and drive."""
    held_head: Floats
    """Share of the head that is held at any flow."""
    turndown: Floats
    """Lowest flow over the design flow."""
    chiller_cop: Floats
    """At rating: AHRI 551/591 conditions, evaporator leaving at 7 degC, condenser entering at 30 degC (35 degC air)."""
    chiller_capacity: Floats
    """Over the design heat."""
    chillers: Floats
    """Machines that share the load."""
    cycles: Floats
    """Cycles of concentration."""
    drift: Floats
    """Over the water in circulation."""


@dataclass(frozen=True, eq=False)
class PlantSet:
    """Many designs of a facility, arrays (d,): IT, power path, pumps, air side and loops.

    ``water`` is the facility water; ``air_loop`` carries the heat of the air where it has a loop of its own or leaves
    with outside air.
    """

    it_power: Floats
    """Into the racks that the plant is designed for, all at design power [W]."""
    liquid_share: Floats
    """Of the IT's heat that goes to liquid."""
    loss_load: Floats
    """IT power over design at which the losses are given, rising (m,)."""
    loss: Floats
    """Of the power path before the racks, over the design IT power (d, m)."""
    loss_inside: Floats
    """Share of those losses that heats the air of the halls."""
    site_loss: Floats
    """Of substation and cables to the blocks, over the power through them."""
    mechanical_idle: Floats
    """No-load loss of the transformers of the mechanical load, over their rating."""
    mechanical_loss: Floats
    """Their load loss at rating, over their rating."""
    cdu_share: Floats
    """Pumps of the coolant distribution units over the heat to liquid, at design."""
    cdu_turndown: Floats
    """Lowest flow of them over the design flow."""
    reuse: Floats
    """Of the heat of the facility water, that goes into buildings instead of the rejection."""
    other: Floats
    """Lighting, controls, offices, heating of stand-by equipment, over the design IT power, at all times."""
    air: Codes
    """:class:`AirSide`"""
    air_supply: Floats
    """Air to the IT [K]."""
    air_rise: Floats
    """Of the air through the IT [K]."""
    fan_pressure: Floats
    """Of the air side at design flow [Pa]."""
    fan_efficiency: Floats
    """Fan, motor and drive."""
    fan_exponent: Floats
    """Power of the air fans over flow."""
    fan_turndown: Floats
    """Lowest flow of the air over the design flow."""
    operation: Floats
    """As that of the loops, of the pumps of the coolant distribution units and the fans of the air."""
    water: LoopSet
    air_loop: LoopSet

    def __len__(self) -> int:
        return len(self.it_power)

    @property
    def water_heat(self) -> NDArray[np.bool_]:
        """Whether the facility water carries any heat (d,)."""
        return np.asarray((self.liquid_share > 0.0) | (self.air == AirSide.COILS), dtype=np.bool_)


LOOP_FIELDS = tuple(field.name for field in fields(LoopSet))
PLANT_FIELDS = tuple(field.name for field in fields(PlantSet))

LOOP_DEFAULTS: dict[str, float] = {
    "rejection_rise": 6.0,
    "exchanger_approach": 0.0,
    "dry_approach": 8.0,
    "tower_approach": 4.0,
    "design_wet_bulb": 298.75,
    "dry_share": 0.5,
    "pad_effectiveness": 0.85,
    "fan_share": 0.015,
    "spare": 1.2,
    "capacity_ratio": 1.1,
    "liquid_to_gas": 1.1,
    "min_speed": 0.2,
    "drive_loss": 0.02,
    "operation": 1.0,
    "heat_capacity": WATER_CAPACITY,
    "head": 250e3,
    "tower_head": 200e3,
    "pump_efficiency": 0.7,
    "held_head": 0.3,
    "turndown": 0.4,
    "chiller_cop": 6.0,
    "chiller_capacity": 1.1,
    "chillers": 8.0,
    "cycles": 5.0,
    "drift": 2e-5,
}
"""What a loop takes where nothing is said: an assumption of 2026-11 within common practice. Approach, range and flows
of towers: the CTI rating of 35/29.4 degC at 25.6 degC and ASHRAE 90.1-2019; air of dry coolers carries about as much as
their water (0.9 to 1.4); rejection N+1 of five (1 to 1.4); pumps hold a third of their head at all flows (15 to 50 %),
turn down to 40 % (30 to 60); fans turn down to 20 % (10 to 30), their drives lose 2 % (1 to 4)."""

PLANT_DEFAULTS: dict[str, float] = {
    "loss_inside": 0.5,
    "site_loss": 0.007,
    "mechanical_idle": 0.0012,
    "mechanical_loss": 0.009,
    "cdu_share": 0.01,
    "cdu_turndown": 0.4,
    "reuse": 0.0,
    "other": 0.008,
    "air_supply": 300.15,
    "air_rise": 15.0,
    "fan_pressure": 200.0,
    "fan_efficiency": 0.62,
    "fan_exponent": 2.7,
    "fan_turndown": 0.4,
    "operation": 1.0,
}
"""What a plant takes where nothing is said: an assumption of 2026-11. Transformers of the mechanical load: 99.4 % at
half load, as 10 CFR 431.196 asks of 2.5 MVA, split into 0.12 % without load (0.08 to 0.2) and 0.9 % at rating (0.6 to
1.2); half of the losses of the power path heat the halls (0.2 to 0.8)."""


def loop_set(
    rejection: ArrayLike, supply: ArrayLike, rise: ArrayLike, *, chiller: ArrayLike = Chiller.NONE, **values: ArrayLike
) -> LoopSet:
    """Build loops of many designs; every value is a number or an array (d,), those left out take ``LOOP_DEFAULTS``.

    Raises
    ------
    UsageError
        If a value is unknown, no number, or outside of what a loop can have.
    """
    economiser = values.pop("economiser", True)
    rise = np.asarray(rise, dtype=np.float64)
    given = {"supply": supply, "rise": rise, **LOOP_DEFAULTS, **values}
    if "rejection_rise" not in values:
        given["rejection_rise"] = rise
    columns = columns_of(LOOP_FIELDS, {"rejection": rejection, "chiller": chiller, "economiser": economiser, **given})
    check_loop(columns)
    return LoopSet(**columns)


def plant_arrays(
    it_power: ArrayLike,
    liquid_share: ArrayLike,
    water: LoopSet,
    *,
    air: ArrayLike = AirSide.COILS,
    air_loop: LoopSet | None = None,
    loss_load: ArrayLike = (0.0, 1.0),
    loss: ArrayLike = (0.0, 0.0),
    **values: ArrayLike,
) -> PlantSet:
    """Build plants of many designs; every value is a number or an array (d,), those left out take ``PLANT_DEFAULTS``.

    ``loss`` is one curve (m,) for all designs or one for each (d, m).

    Raises
    ------
    UsageError
        If a value is unknown, no number, or outside of what a plant can have.
    """
    d = max(len(water.supply), *(np.size(v) for v in (it_power, liquid_share, air, *values.values())))
    given = {"it_power": it_power, "liquid_share": liquid_share, "air": air, **PLANT_DEFAULTS, **values}
    columns = columns_of(PLANT_FIELDS, given, d)
    knots = np.asarray(loss_load, dtype=np.float64)
    curves = np.atleast_2d(np.asarray(loss, dtype=np.float64))
    require(knots.ndim == 1 and bool(np.all(np.diff(knots) > 0.0)), "the loads of the losses must rise")
    require(curves.shape[1] == len(knots), "losses and their loads differ in length")
    for name, low, high in (
        ("liquid_share", 0.0, 1.0),
        ("reuse", 0.0, 1.0),
        ("site_loss", 0.0, 0.5),
        ("loss_inside", 0.0, 1.0),
    ):
        require(
            bool(np.all((columns[name] >= low) & (columns[name] <= high))), f"{name} lies outside of {low} to {high}"
        )
    for name in ("it_power", "air_rise", "fan_efficiency"):
        require(bool(np.all(columns[name] > 0.0)), f"{name} must be above 0")
    plants = PlantSet(
        **columns,
        loss_load=knots,
        loss=np.ascontiguousarray(np.broadcast_to(curves, (d, len(knots)))),
        water=_repeat(water, d),
        air_loop=_repeat(water if air_loop is None else air_loop, d),
    )
    idle = (plants.water.rejection == Rejection.NONE) & (plants.water.chiller == Chiller.NONE)
    require(
        not bool(np.any(idle & plants.water_heat)),
        "nothing cools the facility water",
        "give its loop a rejection or air-cooled chillers",
    )
    return plants


def _repeat(loop: LoopSet, d: int) -> LoopSet:
    columns = {name: getattr(loop, name) for name in LOOP_FIELDS}
    return LoopSet(**{name: np.array(np.broadcast_to(column, (d,))) for name, column in columns.items()})
