"""The liquid loops of a facility at the design day: racks with coolant distribution units, facility water, towers."""

from __future__ import annotations

import math
from dataclasses import replace

from gigaloop.core.errors import GigaloopError
from gigaloop.design.cooling.cdu import FLOW_HIGH, Cdu, cdu_approach, cdu_facility_flow, rate_cdu
from gigaloop.design.cooling.circuit import Circuit, pipe_run, pump_set, tapped_drop
from gigaloop.design.cooling.facility_water import PLATE_EXPONENT, fws_loop
from gigaloop.design.cooling.layout import CduRating, Layout, Rejection
from gigaloop.design.cooling.need import rack_pressure_drop
from gigaloop.design.cooling.reuse import heat_reuse
from gigaloop.design.fluids.coolant import Coolant, coolant_properties
from gigaloop.design.fluids.pipe import (
    BALL_VALVE,
    BEND,
    BRANCH,
    BUTTERFLY_VALVE,
    STAINLESS,
    TEE_BRANCH,
    fitting_drop,
    scaled_drop,
    size_pipe,
)
from gigaloop.design.fluids.pump import MOTOR_AND_DRIVE
from gigaloop.design.records import CoolingNeed, Isolation, LoopDesign, Loops, PressureItem

_L_PER_MIN = 1000 * 60.0
_IN_UNIT = ("heat exchangers", "filters")
_LARGER = "put fewer racks on a unit, take a larger one, or allow the racks a larger temperature rise"
_WARMER = "allow the facility water a larger temperature rise, put fewer racks on a unit, or take a larger one"


def design_loops(
    need: CoolingNeed,
    racks: float,
    unit: CduRating,
    *,
    rejection: Rejection = "dry",
    chillers: bool = False,
    supply: float | None = None,
    rise: float = 10.0,
    other_heat: float = 0.0,
    facility_coolant: Coolant = "water",
    heat_network: float | None = None,
    layout: Layout | None = None,
) -> Loops:
    """Design the technology cooling system and the facility water for a number of racks at design power.

    Parameters
    ----------
    need
        What a rack needs at design power.
    racks
        Racks online.
    unit
        Rating of the coolant distribution unit.
    rejection
        What stands at the end of the facility water.
    chillers
        Whether trim chillers stand in the facility water on the design day.
    supply
        Of the facility water [K]; as warm as the units allow at ``rise`` where not given. Cooler water needs less flow.
    rise
        Of the facility water at design, where no supply is given [K].
    other_heat
        To the facility water beside that of the units, such as of coils for the air [W]; with the same rise.
    facility_coolant
        What flows in the facility water.
    heat_network
        Return of a heat network that takes heat from the facility water [K].
    layout
        Lengths and pressure drops.

    Raises
    ------
    GigaloopError
        If no heat goes to liquid, heat or flow is beyond the unit, the supply of the facility water is too warm, or a
        heat network returns too warm to take anything.

    Notes
    -----
    The power of the TCS pumps but for the losses of their motors ends as heat in the coolant, and so in the facility
    water.
    """
    layout = layout or Layout()
    if need.liquid_heat <= 0.0 or racks <= 0.0:
        raise GigaloopError(
            "no coolant loop can be designed: no heat goes to liquid",
            hint="an air-cooled generation has no loops; state its liquid fraction, or the racks that are cooled",
        )
    cdus = need.cdus(racks)
    tcs = tcs_loop(need, racks, unit, layout)
    carried = (tcs.point.heat + tcs.pumps.power * MOTOR_AND_DRIVE) / cdus
    through = need.flow * racks / cdus
    share = through / unit.flow
    _within(need.liquid_heat * racks / cdus, unit.heat, "heat", 1.0, 1e-3, "kW", _LARGER)
    _within(through, unit.flow, "coolant flow", FLOW_HIGH, _L_PER_MIN, "L/min", _LARGER)
    model = rate_cdu(
        unit.heat,
        unit.flow,
        unit.facility_flow,
        unit.approach,
        need.supply_temperature,
        _coolant(need),
        facility_coolant,
    )
    flow = _facility_flow(model, unit, need.supply_temperature, carried, share, supply, rise)
    _within(flow, unit.facility_flow, "facility-water flow", FLOW_HIGH, _L_PER_MIN, "L/min", _WARMER)
    approach = float(cdu_approach(model, carried, share, flow / unit.facility_flow))
    water = need.supply_temperature - approach if supply is None else supply
    if need.racks_per_cdu <= 1.0:
        layout = replace(layout, unit_pitch=layout.rack_pitch)
    fws = fws_loop(
        carried * cdus, flow * cdus, water, cdus, unit, layout, rejection, chillers, other_heat, facility_coolant
    )
    outside = math.fsum(item.pressure for item in tcs.budget if item.name not in _IN_UNIT)
    left = None if unit.external_pressure is None else unit.external_pressure - outside
    reuse = None if heat_network is None else heat_reuse(fws.point, heat_network)
    return Loops(tcs, fws, cdus, need.supply_temperature - water, left, reuse)


def _coolant(need: CoolingNeed) -> Coolant:
    return "water" if need.coolant == "water" else "PG25"


def _facility_flow(
    model: Cdu, unit: CduRating, tcs_supply: float, heat: float, share: float, supply: float | None, rise: float
) -> float:
    """Give the flow of facility water through one unit [m3/s]."""
    if supply is None:
        return heat / rise / float(model.fws_capacity) * unit.facility_flow
    found = float(cdu_facility_flow(model, tcs_supply, supply, heat, share))
    if math.isnan(found):
        least = float(cdu_approach(model, heat, share, FLOW_HIGH))
        raise GigaloopError(
            f"facility water of {supply - 273.15:.1f} degC cannot hold a coolant supply of"
            f" {tcs_supply - 273.15:.1f} degC:"
            f" the coolant distribution units need an approach of {least:.1f} K or more at this load",
            hint=f"supply facility water of at most {tcs_supply - least - 273.15:.1f} degC, put fewer racks on a unit,"
            " or take a larger one",
        )
    return found * unit.facility_flow


def _within(value: float, rated: float, what: str, most: float, factor: float, unit: str, hint: str) -> None:
    if not value <= most * rated * (1.0 + 1e-9):
        raise GigaloopError(
            f"the {what} of a coolant distribution unit, {value * factor:,.0f} {unit}, is above the"
            f" {most * rated * factor:,.0f} {unit} that it can do",
            hint=hint,
        )


def tcs_loop(need: CoolingNeed, racks: float, unit: CduRating, layout: Layout) -> LoopDesign:
    """Design the technology cooling system: racks, branches, row headers, coolant distribution units.

    Each unit feeds its own row from one end, or stands in its rack; the remotest rack sets the head. Pipes are
    stainless steel.

    Parameters
    ----------
    need
        What a rack needs at design power.
    racks
        Racks online.
    unit
        Rating of the coolant distribution unit.
    layout
        Lengths and pressure drops.
    """
    cdus = need.cdus(racks)
    each, count = racks / cdus, math.ceil(racks / cdus - 1e-9)
    flow = need.flow * each
    fluid = coolant_properties(_coolant(need), (need.supply_temperature + need.return_temperature) / 2.0)
    density, viscosity = float(fluid.density), float(fluid.viscosity)
    branch = size_pipe(need.flow, density, viscosity, BRANCH, STAINLESS)
    header = size_pipe(flow, density, viscosity, roughness=STAINLESS)
    fittings = 2 * (TEE_BRANCH + 2 * BEND + 2 * BALL_VALVE)
    in_rack = need.racks_per_cdu <= 1.0
    lead, pitch = (0.0, 0.0) if in_rack else (layout.row_lead, layout.rack_pitch)
    row = 2.0 * (header.gradient * lead + tapped_drop(flow, count, pitch, header, density, viscosity, STAINLESS))
    row += float(fitting_drop(flow, header.diameter, density, 2 * (2 * BEND + BUTTERFLY_VALVE)))
    budget = (
        PressureItem("racks", float(rack_pressure_drop(need, need.flow))),
        PressureItem(
            "branches to the racks",
            2.0 * layout.rack_branch * branch.gradient
            + float(fitting_drop(need.flow, branch.diameter, density, fittings)),
        ),
        PressureItem("flow limiters", layout.flow_valve),
        PressureItem("row headers", row),
        PressureItem("heat exchangers", float(scaled_drop(flow, unit.flow, layout.exchanger, PLATE_EXPONENT))),
        PressureItem("filters", float(scaled_drop(flow, unit.flow, layout.filter, 2.0))),
    )
    runs = (
        pipe_run("branches to the racks", branch, 2.0 * layout.rack_branch * racks),
        *(() if in_rack else (pipe_run("row headers", header, 2.0 * (lead + pitch * count) * cdus),)),
    )
    volumes = {
        "racks": layout.rack_volume * need.liquid_heat * racks,
        **{run.name: run.volume for run in runs},
        "coolant distribution units": cdus * (unit.volume or layout.unit_volume * unit.heat),
    }
    pumps = pump_set(cdus, 1, 1, flow, budget)
    rack = (volumes["racks"] + runs[0].volume) / racks
    loop = math.fsum(volumes.values()) / cdus
    isolation = (
        Isolation("rack", rack, need.flow, layout.detect, 1.0, 2 * math.ceil(racks), loop),
        Isolation(
            "row", loop - volumes["coolant distribution units"] / cdus, flow, layout.detect, each, 2 * cdus, loop
        ),
        Isolation("loop", loop, flow, layout.detect, each, 2 * cdus, loop),
    )
    circuit = Circuit(
        "TCS",
        need.coolant,
        need.supply_temperature,
        flow * cdus,
        need.liquid_heat * racks,
        density,
        float(fluid.specific_heat),
    )
    return circuit.design(budget, runs, pumps, volumes, isolation)
