"""How sure a site's PUE and water are: the ranges of its architecture and power path, sent through the kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.design.climate import Weather
from gigaloop.design.facility.halls import whole_year
from gigaloop.design.facility.plant import simulate
from gigaloop.design.facility.site_plant import plant_set
from gigaloop.design.facility.sizing import SizedPlant, design_day
from gigaloop.design.facility.uncertainty import SAMPLES, STAGE, Bands, Floats, Range, Sample, bands, curve_loss, ranges
from gigaloop.design.facility.year import year_table
from gigaloop.design.records import Band, Design
from gigaloop.programme.schema import Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

DECIDED = ("path", "air_share", "cycles", "supply")
"""What racks, site and loops decide of an architecture, instead of its range."""

LEAST_LOAD = 0.05
"""Mean IT power over design power that samples keep. Source: a guard of this project against empty plants."""

BEST_PUMP = 0.95
"""Efficiency of pump, motor and drive that no sample exceeds. Source: a guard of this project."""


def site_bands(
    sized: SizedPlant,
    design: Design,
    site: Site,
    catalogue: Catalogue,
    weather: Weather,
    mean_load: float,
    samples: int = SAMPLES,
) -> Bands:
    """Give the bands of PUE, WUE and PUE at the design day, and what makes the PUE uncertain.

    Components of the architecture that the loops are designed for keep the relative range that the architecture gives
    them around the designed value; so does the mean load. The stages of the generation's own power path lie in the
    ranges of their efficiencies.

    Parameters
    ----------
    sized
        The plant.
    design, site, catalogue, weather
        Whose it is.
    mean_load
        IT power drawn on average over that at design power.
    samples
        How many facilities to draw.
    """
    architecture = catalogue.facility_architecture(site.facility.architecture)
    components = ranges(architecture, fixed=DECIDED)
    if sized.chain is not None:
        components |= {STAGE + stage.converter: Range(0.0, -1.0, 1.0) for stage in sized.chain.stages}
    central = {name: of.value for name, of in components.items()}
    own = {} if sized.loops is None else _designed(sized)
    binned, day = whole_year(weather), design_day(weather)

    def figures(drawn: Sample) -> tuple[Floats, Floats, Floats]:
        values = {
            name: values * (own[name] / central[name] if name in own and central[name] else 1.0)
            for name, values in drawn.values.items()
            if not name.startswith(STAGE) and name not in DECIDED
        }
        load = np.clip(values.pop("utilisation") * mean_load / central["utilisation"], LEAST_LOAD, 1.0)
        values["pump_efficiency"] = np.minimum(values["pump_efficiency"], BEST_PUMP)
        plants = plant_set(
            design,
            site,
            catalogue,
            weather,
            loops=sized.loops,
            it_power=float(sized.plants.it_power[0]),
            values=_undecided(values, site),
        )
        if sized.chain is not None:
            plants = replace(plants, loss_load=sized.chain.load, loss=curve_loss(sized.chain, drawn))
        table = year_table(plants, binned, load)
        state = simulate(plants, day, 1.0)
        return table.pue, table.wue, np.asarray(np.max(state.power / state.it_power, axis=1))

    return bands(components, figures, samples=samples)


def _designed(sized: SizedPlant) -> dict[str, float]:
    """Give what the loops are designed for, by the names of the architecture."""
    water = sized.plants.water
    return {
        "water_rise": float(water.rise[0]),
        "water_head": float(water.head[0]),
        "pump_efficiency": float(water.pump_efficiency[0]),
        "cdu_share": float(sized.plants.cdu_share[0]),
    }


def _undecided(values: dict[str, Floats], site: Site) -> dict[str, Floats]:
    """Leave out the exchanger of a wet rejection where the architecture has none: the plant then has its own."""
    if site.facility.cooling.rejection == "wet" and not np.any(values["exchanger_approach"]):
        return {name: of for name, of in values.items() if name != "exchanger_approach"}
    return values


def around(central: float, found: Band) -> Band:
    """Give a band moved to the central estimate of the year by the hour."""
    shift = central - found.value
    return Band(central, found.p10 + shift, found.p90 + shift)
