"""What the loops of a hall look like where nobody has drawn them yet: lengths, and pressure drops on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gigaloop.catalogue.kinds import CoolingEquipment
from gigaloop.core.errors import GigaloopError
from gigaloop.design.fluids.coolant import Coolant

Rejection = Literal["dry", "adiabatic", "wet"]

CDU_APPROACH = 3.0
"""Coolant supply over facility water at the rating of a coolant distribution unit whose class states none [K] (2 to 4).
Source: guidance of ASHRAE TC 9.9, at most 3 K, as quoted at https://blog.stulz-usa.com/cdu-specifications-for-liquid-cooling;
the units of the catalogue state the same."""
FROST: Mapping[Coolant, float] = {"water": 275.15, "PG25": 255.15}
"""Outdoor air in which a closed loop may stand still without bursting [K]: water 2 degC, a margin of this project over
its freezing; 25 % propylene glycol by mass (24 % by volume) turns to slush below -10 degC and bursts nothing down to
-18 degC. Source: ASHRAE Fundamentals 2017, chapter 31, and makers' tables of burst protection (24 % at 0 degF)."""


@dataclass(frozen=True)
class Layout:
    """Lengths of pipe, each of supply and of return [m], and what the fluid passes beside them.

    Source: none public; all are assumptions of 2026-11 for halls of 5 to 30 MW with units at the end of each row,
    ranges in brackets.
    """

    rack_pitch: float = 0.75
    """Of racks along a row header [m] (0.6 to 1.2)."""
    row_lead: float = 6.0
    """From a coolant distribution unit to the first rack of its row [m] (2 to 15)."""
    rack_branch: float = 2.5
    """From the row header to a rack, hose included [m] (1 to 4)."""
    unit_branch: float = 6.0
    """From the hall's header to a coolant distribution unit [m] (3 to 15)."""
    unit_pitch: float = 5.0
    """Of coolant distribution units along the hall's header [m] (2 to 8)."""
    mains: float = 100.0
    """From the hall to the heat rejection [m] (40 to 250)."""
    tower_mains: float = 40.0
    """From the heat exchangers to the towers [m] (20 to 80)."""
    flow_valve: float = 20e3
    """Of the valve that limits the flow of a rack [Pa] (15 to 35 kPa, the start of control of such valves)."""
    filter: float = 20e3
    """Of the 50 micrometre filter of a unit at rated flow, half loaded [Pa] (10 to 50 kPa)."""
    exchanger: float = 80e3
    """Of the plate heat exchanger of a unit on the coolant side at rated flow [Pa] (50 to 100 kPa; 80 and 84 kPa are
    stated for two units of 2.0 and 1.4 MW)."""
    strainer: float = 15e3
    """Of the strainer in the facility water [Pa] (5 to 30 kPa)."""
    coils: float = 60e3
    """Of the coils of dry coolers, or of the heat exchanger to the tower water [Pa] (30 to 100 kPa)."""
    evaporators: float = 40e3
    """Of trim chillers [Pa] (20 to 80 kPa)."""
    tower_lift: float = 50e3
    """Static lift to the distribution of an open tower, and its nozzles [Pa] (35 to 70 kPa)."""
    rack_volume: float = 2e-7
    """Coolant in a rack over its heat to liquid [m3/W]: 0.2 L/kW (0.1 to 0.4)."""
    unit_volume: float = 1e-7
    """Coolant in a distribution unit over its rated heat, where its entry states none [m3/W]: 0.1 L/kW (0.05 to
    0.2)."""
    coil_volume: float = 1.5e-7
    """Facility water in coils and exchangers over the heat [m3/W]: 0.15 L/kW (0.1 to 0.3)."""
    detect: float = 45.0
    """From a break to closed valves [s] (15 to 120)."""


@dataclass(frozen=True)
class CduRating:
    """What a coolant distribution unit is rated for."""

    heat: float
    """[W]"""
    flow: float
    """Of the TCS [m3/s]."""
    facility_flow: float
    """Of the FWS [m3/s]."""
    approach: float
    """[K]"""
    facility_pressure: float = 120e3
    """Pressure drop of the FWS through it at rated flow, control valve included [Pa]. Source: none public for most
    units, an assumption of 2026-11 between 84 kPa (the exchanger of a unit alone) and 186 kPa."""
    external_pressure: float | None = None
    """Head that its pumps leave for racks and pipes at rated flow [Pa]."""
    volume: float | None = None
    """Of coolant [m3]."""


def cdu_rating(entry: CoolingEquipment) -> CduRating:
    """Give the rating of a catalogue entry of role ``cdu``.

    Raises
    ------
    GigaloopError
        If the entry states no heat, flow or approach.
    """
    heat = None if entry.heat is None else float(entry.heat)
    flow = None if entry.flow is None else float(entry.flow)
    if flow is None and heat is not None and entry.specific_flow is not None:
        flow = float(entry.specific_flow) * heat
    missing = [name for name, value in (("heat", heat), ("flow", flow), ("approach", entry.approach)) if value is None]
    if heat is None or flow is None or entry.approach is None:
        raise GigaloopError(
            f"{entry.id} of the catalogue cannot be designed with: it states no {' and no '.join(missing)}",
            hint="choose another coolant distribution unit, or add one with these facts to a catalogue of your own",
        )
    facility = flow if entry.facility_flow is None else float(entry.facility_flow)
    return CduRating(heat, flow, facility, float(entry.approach), **_stated(entry, 1.0))


def class_rating(entry: CoolingEquipment, heat: float, flow: float) -> CduRating:
    """Give the rating of a unit of known heat and coolant flow, with the rest as its class has it.

    Parameters
    ----------
    entry
        A catalogue entry of role ``cdu`` that stands for its class.
    heat, flow
        Rated heat [W] and flow of the TCS [m3/s].

    Raises
    ------
    GigaloopError
        If the entry states no heat or approach.
    """
    if entry.heat is None or entry.approach is None:
        raise GigaloopError(
            f"{entry.id} of the catalogue cannot stand for its class: it states no heat or no approach",
            hint="choose another coolant distribution unit, or add one with these facts to a catalogue of your own",
        )
    ratio = 1.0
    if entry.facility_flow is not None and entry.flow is not None:
        ratio = float(entry.facility_flow) / float(entry.flow)
    return CduRating(heat, flow, flow * ratio, float(entry.approach), **_stated(entry, heat / float(entry.heat)))


def _stated(entry: CoolingEquipment, size: float) -> dict[str, float]:
    """Give heads as they are stated, and the volume in proportion to a size over that of the entry."""
    heads = {"facility_pressure": entry.facility_pressure, "external_pressure": entry.external_pressure}
    given = {name: float(value) for name, value in heads.items() if value is not None}
    return given if entry.volume is None else given | {"volume": float(entry.volume) * size}
