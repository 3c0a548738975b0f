"""Facility water and tower water at the design day: units on a hall's header, mains, heat rejection."""

from __future__ import annotations

import math

from gigaloop.design.cooling.circuit import Circuit, pipe_run, pump_set, tapped_drop
from gigaloop.design.cooling.layout import CduRating, Layout, Rejection
from gigaloop.design.fluids.coolant import Coolant, coolant_properties
from gigaloop.design.fluids.pipe import BEND, BUTTERFLY_VALVE, TEE_BRANCH, fitting_drop, scaled_drop, size_pipe
from gigaloop.design.records import Isolation, LoopDesign, PressureItem

PLATE_EXPONENT = 1.8
"""Of flow in the pressure drop of plate heat exchangers: friction falls with Re^-0.2 in turbulent flow (source:
Kumar, 1984, as tabled by Ayub, doi 10.1080/01457630304056)."""

CIRCUIT_HEAT = 20e6
"""Heat that one circuit of facility water takes at most before a further one is built beside it [W]: mains of DN 600 at
10 K. Source: none public, an assumption of 2026-11 (halls of 5 to 30 MW)."""

FACILITY_SIDE = 0.3
"""Facility water in a coolant distribution unit over the coolant in it: the exchanger holds as much of both, pumps,
filter and tank stand on the coolant side alone. Source: none public, an assumption of 2026-11 (0.2 to 0.5)."""


def fws_loop(
    heat: float,
    flow: float,
    supply: float,
    cdus: int,
    unit: CduRating,
    layout: Layout,
    rejection: Rejection = "dry",
    chillers: bool = False,
    other_heat: float = 0.0,
    coolant: Coolant = "water",
) -> LoopDesign:
    """Design the facility water: units on a hall's header, mains, strainer, coils or exchangers of the heat rejection.

    Parameters
    ----------
    heat
        Of the coolant distribution units [W].
    flow
        Through them [m3/s].
    supply
        [K]
    cdus
        Units in service.
    unit, layout
        What they and the pipes drop.
    rejection, chillers
        What stands at the end.
    other_heat
        Taken beside the units with the same rise [W].
    coolant
        What flows.
    """
    first = coolant_properties(coolant, supply)
    rise = heat / (flow * float(first.density * first.specific_heat))
    fluid = coolant_properties(coolant, supply + rise / 2.0)
    density, viscosity = float(fluid.density), float(fluid.viscosity)
    total = flow * (1.0 + other_heat / heat)
    circuits = max(1, math.ceil((heat + other_heat) / CIRCUIT_HEAT - 1e-9))
    count, part, through = math.ceil(cdus / circuits), total / circuits, flow / cdus
    branch = size_pipe(through, density, viscosity)
    mains = size_pipe(part, density, viscosity)
    fittings = float(fitting_drop(through, branch.diameter, density, 2 * (TEE_BRANCH + 2 * BEND + BUTTERFLY_VALVE)))
    way = float(fitting_drop(part, mains.diameter, density, 8 * BEND + 4 * BUTTERFLY_VALVE))
    budget = [
        PressureItem(
            "coolant distribution units",
            float(scaled_drop(through, unit.facility_flow, unit.facility_pressure, PLATE_EXPONENT)),
        ),
        PressureItem("branches to the units", 2.0 * layout.unit_branch * branch.gradient + fittings),
        PressureItem("hall headers", 2.0 * tapped_drop(part, count, layout.unit_pitch, mains, density, viscosity)),
        PressureItem("mains", 2.0 * layout.mains * mains.gradient + way),
        PressureItem("strainers", layout.strainer),
        PressureItem("heat exchangers to tower water" if rejection == "wet" else "coils", layout.coils),
    ]
    if chillers:
        budget.append(PressureItem("trim chillers", layout.evaporators))
    runs = (
        pipe_run("branches to the units", branch, 2.0 * layout.unit_branch * cdus),
        pipe_run("hall headers", mains, 2.0 * layout.unit_pitch * count * circuits),
        pipe_run("mains", mains, 2.0 * layout.mains * circuits),
    )
    volumes = {
        **{run.name: run.volume for run in runs},
        "coolant distribution units": cdus * FACILITY_SIDE * (unit.volume or layout.unit_volume * unit.heat),
        "coils and heat exchangers": layout.coil_volume * (heat + other_heat),
    }
    pumps = pump_set(circuits, 2, 1, part, tuple(budget))
    whole = math.fsum(volumes.values()) / circuits
    beside = runs[0].volume / cdus + volumes["coolant distribution units"] / cdus
    isolation = (
        Isolation("unit", beside, through, layout.detect, 0.0, 2 * cdus, whole),
        Isolation("loop", whole, part, layout.detect, 0.0, 2 * circuits, whole),
    )
    circuit = Circuit("FWS", coolant, supply, total, heat + other_heat, density, float(fluid.specific_heat))
    return circuit.design(tuple(budget), runs, pumps, volumes, isolation)


def tower_loop(heat: float, supply: float, rise: float, layout: Layout | None = None) -> LoopDesign:
    """Design the water between open towers and the heat exchangers that they serve.

    Parameters
    ----------
    heat
        [W]
    supply
        Out of the towers [K].
    rise
        [K]
    layout
        Lengths and pressure drops.
    """
    layout = layout or Layout()
    fluid = coolant_properties("water", supply + rise / 2.0)
    density, viscosity = float(fluid.density), float(fluid.viscosity)
    flow = heat / (density * float(fluid.specific_heat) * rise)
    circuits = max(1, math.ceil(heat / CIRCUIT_HEAT - 1e-9))
    mains = size_pipe(flow / circuits, density, viscosity)
    way = float(fitting_drop(flow / circuits, mains.diameter, density, 8 * BEND + 4 * BUTTERFLY_VALVE))
    budget = (
        PressureItem("mains", 2.0 * layout.tower_mains * mains.gradient + way),
        PressureItem("strainers", layout.strainer),
        PressureItem("heat exchangers", layout.coils),
        PressureItem("lift and nozzles", layout.tower_lift),
    )
    runs = (pipe_run("mains", mains, 2.0 * layout.tower_mains * circuits),)
    volumes = {"mains": runs[0].volume, "basins and exchangers": layout.coil_volume * heat}
    circuit = Circuit("tower", "water", supply, flow, heat, density, float(fluid.specific_heat))
    return circuit.design(budget, runs, pump_set(circuits, 2, 1, flow / circuits, budget), volumes, ())
