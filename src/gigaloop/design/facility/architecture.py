"""Facilities of an architecture of the catalogue as plants of the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import FacilityArchitecture
from gigaloop.design.facility.plants import AirSide, Chiller, PlantSet, Rejection, loop_set, plant_arrays
from gigaloop.design.facility.uncertainty import Floats, Sample, path_loss

REJECTIONS: Mapping[str, Rejection] = MappingProxyType(
    {
        "none": Rejection.NONE,
        "dry": Rejection.DRY,
        "adiabatic": Rejection.ADIABATIC,
        "wet": Rejection.WET,
        "hybrid": Rejection.HYBRID,
    }
)
CHILLERS: Mapping[str, Chiller] = MappingProxyType(
    {"none": Chiller.NONE, "air-cooled": Chiller.AIR, "water-cooled": Chiller.WATER}
)
AIR_SIDES: Mapping[str, AirSide] = MappingProxyType(
    {"coils": AirSide.COILS, "chilled": AirSide.CHILLED, "outside air": AirSide.OUTSIDE}
)
CHILLED_RISE = 8.0
"""Of the water of a loop of the air's own [K]. Source: assumption, 6 to 10 K."""

_LOADS = np.linspace(0.0, 1.0, 16)
_UNIT = 1e6


def architecture_plants(
    architecture: FacilityArchitecture, drawn: Sample, catalogue: Catalogue, design_wet_bulb: float
) -> PlantSet:
    """Build the plants of sampled facilities of an architecture, of 1 MW each.

    Parameters
    ----------
    architecture
        Entry of the catalogue.
    drawn
        Its components, by :func:`~gigaloop.design.facility.uncertainty.sample`.
    catalogue
        With the converters of its power path.
    design_wet_bulb
        At which its towers are selected [K].
    """
    value = _as_run(drawn.values)
    rejection, chiller = REJECTIONS[architecture.rejection], CHILLERS[architecture.chiller]
    loop: dict[str, ArrayLike] = {
        "exchanger_approach": value["exchanger_approach"],
        "dry_approach": value["dry_approach"],
        "tower_approach": value["tower_approach"],
        "design_wet_bulb": design_wet_bulb,
        "dry_share": np.maximum(value["dry_share"], 0.01),
        "pad_effectiveness": value["pad_effectiveness"],
        "fan_share": value["fan_share"],
        "head": value["water_head"],
        "tower_head": value["tower_head"],
        "pump_efficiency": value["pump_efficiency"],
        "chiller_cop": value["chiller_cop"],
        "cycles": value["cycles"],
        "drift": value["drift"],
        "operation": value["operation"],
    }
    wet = rejection in (Rejection.WET, Rejection.HYBRID)
    water = loop_set(
        rejection,
        value["supply"],
        value["water_rise"],
        chiller=chiller,
        economiser=architecture.economiser,
        rejection_rise=value["tower_rise"] if wet else value["water_rise"],
        **loop,
    )
    side = AIR_SIDES[architecture.air]
    if side is AirSide.OUTSIDE:
        air_loop = loop_set(Rejection.DRY, value["air_supply"], value["air_rise"], chiller=chiller, **loop)
    else:
        cool = chiller if chiller is not Chiller.NONE else Chiller.AIR
        rise = value["tower_rise"] if wet else np.full(len(drawn), CHILLED_RISE)
        air_loop = loop_set(
            rejection,
            value["air_supply"] - value["coil_approach"],
            CHILLED_RISE,
            chiller=cool,
            rejection_rise=rise,
            **loop,
        )
    return plant_arrays(
        _UNIT,
        1.0 - value["air_share"],
        water,
        air=side,
        air_loop=air_loop,
        loss_load=_LOADS,
        loss=path_loss(architecture, catalogue, drawn, _LOADS),
        **{
            name: value[name]
            for name in (
                "site_loss",
                "cdu_share",
                "reuse",
                "other",
                "air_supply",
                "air_rise",
                "fan_pressure",
                "fan_efficiency",
                "fan_exponent",
                "operation",
            )
        },
    )


def _as_run(values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Give components with which chillers take what they do as run; pumps and fans have a limit, which plants keep."""
    return {**values, "chiller_cop": values["chiller_cop"] / values["operation"]}
