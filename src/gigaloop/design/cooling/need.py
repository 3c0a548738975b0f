"""What a rack needs of its cooling: heat to liquid and to air, coolant flow, coolant distribution units."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fluids.coolant import Coolant, coolant_state
from gigaloop.design.placed import placed
from gigaloop.design.records import CoolingNeed
from gigaloop.programme.schema import Generation

RACK_DROP = 120e3
"""Pressure drop of a rack at its design flow where the generation states none [Pa]. Source: none public, an
assumption of 2026-11 with a range of 70 to 200 kPa; OCP's specification of a reservoir and pumping unit
allows 276 kPa (40 psi) for rack and unit."""

RACK_EXPONENT = 1.8
"""Of flow in a rack's pressure drop: near 1.3 for the laminar channels of cold plates, 2 for quick disconnects and
manifolds, which take the larger part. Source: none public, an assumption of 2026-11 (1.6 to 2)."""


def coolant_flow(heat: float, rise: float, coolant: Coolant, supply: float) -> float:
    """Give the coolant flow that takes up a heat, by energy balance: ``Q / (rho cp dT)``.

    Parameters
    ----------
    heat
        Heat into the liquid [W].
    rise
        Temperature rise [K].
    coolant
        ``PG25`` or ``water``; properties are taken at the mean temperature.
    supply
        Supply temperature [K].

    Returns
    -------
    float
        Volume flow [m3/s].

    Examples
    --------
    One kilowatt at 10 K rise needs about 1.5 L/min of PG25:

    >>> round(coolant_flow(1e3, 10.0, "PG25", 308.15) * 60e3, 3)
    1.497
    """
    return heat / (coolant_state(coolant, supply + rise / 2).heat_capacity * rise)


def cooling_need(generation: Generation, design_power: float, rack_input: float) -> CoolingNeed:
    """Give heat, flow and coolant distribution units of a rack at design power, supplied at its inlet limit.

    Liquid takes the liquid fraction of the design power; air takes the rest of what enters the rack, losses of
    in-rack power shelves included, so that heat out equals power in.

    Parameters
    ----------
    generation
        The generation.
    design_power
        Thermal design power [W].
    rack_input
        Power into the rack [W].
    """
    cooling = generation.cooling
    supply, rise = float(cooling.inlet_limit), float(cooling.temperature_rise)
    with placed(f"generations.{generation.id}.cooling.inlet_limit"):
        state = coolant_state(cooling.coolant, supply + rise / 2)
    liquid = float(cooling.liquid_fraction) * design_power
    flow = coolant_flow(liquid, rise, cooling.coolant, supply)
    per_cdu = float(cooling.racks_per_cdu)
    return CoolingNeed(
        coolant=cooling.coolant,
        liquid_heat=liquid,
        air_heat=rack_input - liquid,
        flow=flow,
        supply_temperature=supply,
        return_temperature=supply + rise,
        density=state.density,
        specific_heat=state.specific_heat,
        hydraulic_power=None if cooling.pressure_drop is None else float(cooling.pressure_drop) * flow,
        racks_per_cdu=per_cdu,
        cdu_heat=liquid * per_cdu,
        cdu_flow=flow * per_cdu,
        cdus_per_su=math.ceil(float(generation.racks_per_su) / per_cdu - 1e-9),
        pressure_drop=None if cooling.pressure_drop is None else float(cooling.pressure_drop),
    )


def rack_pressure_drop(need: CoolingNeed, flow: ArrayLike) -> NDArray[np.float64]:
    """Give the pressure drop of a rack at a flow, from the point that the generation states [Pa].

    Parameters
    ----------
    need
        What the rack needs at design power.
    flow
        Coolant through the rack, any shape [m3/s].
    """
    x = np.asarray(flow, dtype=np.float64) / need.flow
    return np.asarray((RACK_DROP if need.pressure_drop is None else need.pressure_drop) * x**RACK_EXPONENT)


def unit_flows(
    need: CoolingNeed, powers: ArrayLike, liquid: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share a rack's liquid heat and its flow among the units in it.

    Parameters
    ----------
    need
        What the rack needs at design power.
    powers
        Thermal design power of each unit (n,) [W].
    liquid
        Which units have cold plates (n,); orifices give each a flow in proportion to its heat.

    Returns
    -------
    heat, flow
        To liquid (n,) [W] and of coolant (n,) [m3/s]; they add up to those of the rack.

    Raises
    ------
    GigaloopError
        If heat goes to liquid and no unit has cold plates.

    Examples
    --------
    Two trays, and a shelf in air:

    >>> from gigaloop.design.records import CoolingNeed
    >>> need = CoolingNeed("PG25", 9e3, 2e3, 3e-4, 318.15, 328.15, 1006.0, 3975.0, None, 8.0, 72e3, 2.4e-3, 1)
    >>> unit_flows(need, [6e3, 3e3, 2e3], [True, True, False])[0].round().tolist()
    [6000.0, 3000.0, 0.0]
    """
    p = np.where(np.asarray(liquid, dtype=np.bool_), np.asarray(powers, dtype=np.float64), 0.0)
    total = float(p.sum())
    if not total:
        if need.liquid_heat:
            raise GigaloopError(
                "heat of the rack goes to liquid, but none of its units with power has cold plates",
                hint="set the liquid fraction of the generation's cooling to 0 %, or state the power of its trays",
            )
        return p, p
    share = p / total
    return need.liquid_heat * share, need.flow * share
