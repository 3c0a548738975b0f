"""What a rack needs of its cooling: heat to liquid and to air, coolant flow, coolant distribution units."""

from __future__ import annotations

import math

from gigaloop.design.fluids.coolant import Coolant, coolant_state
from gigaloop.design.records import CoolingNeed
from gigaloop.programme.schema import Generation


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
    )
