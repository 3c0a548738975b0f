"""Plants of sites: what the site chooses, what the racks ask, and how warm water decides where chillers run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.design import design_generation
from gigaloop.design.climate import station_weather
from gigaloop.design.cooling.layout import CDU_APPROACH
from gigaloop.design.cooling.water import LITRES_PER_KWH
from gigaloop.design.facility import (
    AirSide,
    Chiller,
    Rejection,
    design_wet_bulb,
    loop_set,
    monthly,
    plant_arrays,
    plant_set,
    simulate,
    year_table,
)
from gigaloop.design.facility.site_plant import facility_coolant
from gigaloop.design.facility.sizing import size_plant
from gigaloop.design.power import chain_losses, unit_share
from gigaloop.programme.schema import SiteFacility

NINE = {
    "726400": (99.9, 76.6),
    "724280": (100.0, 68.8),
    "725250": (100.0, 75.0),
    "724380": (99.7, 65.9),
    "724030": (99.2, 63.7),
    "722660": (94.4, 47.6),
    "722590": (94.3, 43.4),
    "722560": (93.7, 42.6),
    "722430": (97.2, 35.1),
}
"""Share of hours [%] in which dry bulb lies at or below 33 and 18 degC, counted in the hourly TMY3 files of the
stations (NREL, 2008): what supplies of 45 and 30 degC leave to dry coolers behind approaches of 4 K and 8 K."""


@pytest.fixture(scope="session")
def site_parts(campus, catalogue):
    def make(**facility: Any) -> Any:
        programme = campus()
        site = programme.sites[0].model_copy(update={"facility": SiteFacility.model_validate(facility)})
        return design_generation(programme, programme.generations[0], catalogue), site, catalogue

    return make


def build(parts: Any, weather: Any, **given: Any) -> Any:
    design, site, catalogue = parts
    return plant_set(design, site, catalogue, weather, **given)


@pytest.fixture(scope="session")
def abilene(catalogue):
    return station_weather(catalogue, "722660")


@pytest.mark.parametrize("station", NINE)
def test_warm_water_needs_no_chiller_and_cool_water_does(catalogue, station):
    weather = station_weather(catalogue, station)
    supply = np.array([45.0, 30.0]) - 4.0 + 273.15
    loop = loop_set(Rejection.DRY, supply, 10.0, chiller=Chiller.AIR, dry_approach=8.0, spare=1.0, chiller_cop=3.2)
    free = year_table(plant_arrays(1e6, 1.0, loop, air=AirSide.OUTSIDE), weather).free_hours / 87.6
    assert free == pytest.approx(NINE[station], abs=1.3)
    assert 93.0 <= free[0] <= 100.0
    assert 34.0 <= free[1] <= 78.0


@pytest.mark.parametrize(
    ("station", "low", "high"),
    [(station, 1.7, 1.9) for station in ("722660", "722590", "722560", "722430")] + [("724030", 1.45, 1.7)],
)
def test_towers_behind_chillers_take_the_water_that_is_usual_where_it_is_warm(catalogue, station, low, high):
    """1.7 to 1.9 L/kWh at 5 cycles; less in the north, where a part of the winter's heat leaves without evaporation."""
    weather = station_weather(catalogue, station)
    tower = loop_set(
        Rejection.WET, 285.15, 8.0, chiller=Chiller.WATER, economiser=False, rejection_rise=6.0, chiller_cop=5.5
    )
    plants = plant_arrays(1e6, 0.0, tower, loss=(0.01, 0.05), other=0.02, fan_pressure=500.0)
    months = monthly(simulate(plants, weather, 0.8)).wue[0] * LITRES_PER_KWH
    year = float(year_table(plants, weather, 0.8).wue[0]) * LITRES_PER_KWH
    assert low < year < high
    assert months.min() < year < months.max()
    assert months.argmax() in (5, 6, 7)


def test_the_site_decides_rejection_trim_set_point_redundancy_and_cycles(site_parts, abilene):
    design, site, catalogue = site_parts(
        cooling={"rejection": "wet", "trim": True, "supply": "28 degC", "redundancy": "2N", "cycles": 4}
    )
    plants = plant_set(design, site, catalogue, abilene)
    assert plants.water.rejection.tolist() == [Rejection.WET]
    assert plants.water.chiller[0] != Chiller.NONE
    assert plants.water.supply[0] == pytest.approx(301.15)
    assert plants.water.spare[0] == 2.0
    assert plants.water.cycles[0] == 4.0
    assert plants.water.exchanger_approach[0] > 0.0
    assert plants.water.design_wet_bulb[0] == pytest.approx(design_wet_bulb(abilene))
    without = site_parts(cooling={"rejection": "dry", "trim": False})
    assert build(without, abilene).water.chiller.tolist() == [Chiller.NONE]


def test_the_racks_decide_heat_to_liquid_and_how_warm_the_water_may_be(site_parts, abilene):
    design, site, catalogue = site_parts()
    plants = plant_set(design, site, catalogue, abilene, it_power=5e7)
    assert plants.liquid_share[0] == pytest.approx(design.cooling.liquid_heat / design.rack_input)
    assert plants.water.supply[0] == pytest.approx(design.cooling.supply_temperature - CDU_APPROACH)
    assert plants.it_power.tolist() == [5e7]


def test_the_power_path_loses_what_its_chain_says(site_parts, abilene):
    design, site, catalogue = site_parts()
    converters = {stage.converter: catalogue.converter(stage.converter) for stage in design.chain}
    chain = chain_losses(design.chain, converters, unit_share("N+1"))
    plants = plant_set(design, site, catalogue, abilene, chain=chain)
    path, _, _ = simulate(plants, abilene, 0.7).losses
    assert path[0] == pytest.approx(float(chain.loss_at(0.7)) * 1e6)


def test_what_is_overridden_may_be_many_designs(site_parts, abilene):
    design, site, catalogue = site_parts()
    supply = np.array([293.15, 303.15, 313.15])
    table = year_table(plant_set(design, site, catalogue, abilene, values={"supply": supply, "chillers": 4.0}), abilene)
    assert np.all(np.diff(table.pue) < 0.0)


def test_water_too_warm_for_the_racks_is_an_error(site_parts, abilene):
    with pytest.raises(GigaloopError, match=r"facility water of 60\.0 degC at campus cannot cool") as caught:
        build(site_parts(cooling={"supply": "60 degC"}), abilene)
    assert "degC or less" in caught.value.hint


@pytest.mark.parametrize(
    ("values", "words"), [({"suply": 300.0}, "has suply"), ({"spare": -1.0}, "spare must be above")]
)
def test_an_override_that_makes_no_sense_is_an_error(site_parts, abilene, values, words):
    with pytest.raises(UsageError, match=words):
        build(site_parts(), abilene, values=values)


def test_chillers_on_towers_have_the_cop_of_their_class(site_parts, abilene):
    design, site, catalogue = site_parts(cooling={"rejection": "wet", "supply": "20 degC"})
    architecture = catalogue.facility_architecture(site.facility.architecture)
    plants = plant_set(design, site, catalogue, abilene)
    assert architecture.chiller == "air-cooled"
    assert plants.water.chiller.tolist() == [Chiller.WATER]
    classes = [float(catalogue.cooling_equipment(f"chiller-{kind}").cop) for kind in ("water-cooled", "air-cooled")]
    dry = build(site_parts(cooling={"rejection": "dry", "supply": "20 degC"}), abilene)
    assert plants.water.chiller_cop / dry.water.chiller_cop == pytest.approx(classes[0] / classes[1])


@pytest.mark.parametrize(
    ("cooling", "fluid"),
    [
        ({}, "PG25"),
        ({"rejection": "adiabatic"}, "PG25"),
        ({"rejection": "wet"}, "water"),
        ({"coolant": "water"}, "water"),
        ({"rejection": "wet", "coolant": "PG25"}, "PG25"),
    ],
)
def test_frost_puts_glycol_into_loops_that_go_outdoors_unless_the_site_says_otherwise(
    site_parts, abilene, cooling, fluid
):
    _, site, _ = site_parts(cooling=cooling)
    assert facility_coolant(site, abilene) == fluid


def test_without_frost_dry_coolers_carry_water(site_parts, abilene):
    _, site, _ = site_parts()
    mild = replace(abilene, dry_bulb=np.maximum(abilene.dry_bulb, 278.15))
    assert facility_coolant(site, mild) == "water"


def test_glycol_asks_for_more_of_pumps_and_a_little_more_energy(campus, catalogue):
    sized = []
    for coolant in ("water", "PG25"):
        programme = campus(facility={"cooling": {"coolant": coolant}})
        generation, site = programme.generations[0], programme.sites[0]
        design = design_generation(programme, generation, catalogue)
        weather = station_weather(catalogue, site.climate_station)
        sized.append(size_plant(programme, generation, design, site, catalogue, weather))
    loops = [each.loops for each in sized if each.loops is not None]
    water, glycol = (each.fws for each in loops)
    assert (water.point.fluid, glycol.point.fluid) == ("water", "PG25")
    each = [loop.pumps.power / loop.point.heat for loop in (water, glycol)]
    assert 1.03 < each[1] / each[0] < 1.15
    pumps = [
        float(one.day.end_uses["fws_pumps"][0, 0]) / of.fws.point.heat - of.fws.pumps.power / of.fws.point.heat
        for one, of in zip(sized, loops, strict=True)
    ]
    assert np.allclose(pumps, pumps[0], atol=0.1 * each[0])
