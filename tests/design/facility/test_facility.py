"""A facility as a whole: what it feeds, that its parts add up, how it answers to what the site chooses."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import gigaloop
from gigaloop.core.errors import GigaloopError, ProgrammeError
from gigaloop.design import design_generation
from gigaloop.design.climate import station_weather
from gigaloop.design.climate.weather import Weather
from gigaloop.design.facility.facility import design_facility
from gigaloop.design.records import END_USES

WACO = "722560"


@pytest.fixture(scope="session")
def engineered(campus, catalogue):
    """Give the facility of the campus with changes laid over the site."""

    def make(generation=None, samples=0, weather=None, **site):
        programme = campus(generation=generation, **site)
        return design_facility(
            programme, programme.generations[0], programme.sites[0], catalogue, weather, samples=samples
        )

    return make


@pytest.fixture(scope="session")
def found(engineered):
    return engineered(samples=64)


def test_racks_fill_the_power_of_the_design_day_and_one_more_does_not_fit(found):
    assert found.year.peak_power <= 120e6 * (1 + 1e-9)
    assert found.year.peak_power * (found.racks + 1) / found.racks > 120e6
    assert found.year.peak_pue.value == pytest.approx(found.year.peak_power / found.it_power)


def test_on_the_it_basis_the_power_is_that_of_the_racks(engineered, found):
    stated = engineered(power_basis="it")
    assert stated.racks == math.floor(120e6 / (found.it_power / found.racks))
    assert stated.site_power == pytest.approx(120e6 * stated.year.peak_pue.value)


def test_end_uses_and_it_are_the_energy_of_the_facility(found):
    profile, year = found.profile, found.year
    seconds = profile.hours * 3600.0
    for name in END_USES:
        assert profile.end_uses[name] @ seconds == pytest.approx(year.end_uses[name])
    assert profile.power @ seconds == pytest.approx(year.facility_energy)
    assert year.facility_energy / year.it_energy == pytest.approx(year.pue.value)
    assert profile.hours.sum() == pytest.approx(8760.0)


def test_months_add_up_to_the_year(found):
    hours = np.array([found.profile.hours[found.profile.month == month.month].sum() for month in found.months])
    assert len(found.months) == 12
    assert np.array([month.pue for month in found.months]) @ hours / hours.sum() == pytest.approx(found.year.pue.value)


def test_the_power_path_passes_on_what_it_does_not_lose(found):
    for first, second in zip(found.chain, found.chain[1:], strict=False):
        assert first.power_out == pytest.approx(second.power_in)
    assert sum(stage.loss for stage in found.chain) == pytest.approx(
        found.chain[0].power_in - found.chain[-1].power_out
    )
    assert found.chain[-1].power_out == pytest.approx(found.it_power)


def test_bands_hold_the_central_estimate_and_have_a_width(found):
    for band in (found.year.pue, found.year.peak_pue):
        assert 1.0 < band.p10 < band.value < band.p90
    assert sum(share for _, share in found.drivers) == pytest.approx(1.0)


def test_equal_inputs_give_equal_answers(engineered, found):
    again = engineered(samples=64)
    assert again.year == found.year
    assert again.equipment == found.equipment
    assert again.checks == found.checks


def test_the_loops_carry_the_heat_of_the_racks(found, campus, catalogue):
    programme = campus()
    design = design_generation(programme, programme.generations[0], catalogue)
    loops = {loop.name: loop for loop in found.loops}
    assert loops["TCS"].heat == pytest.approx(found.racks * design.cooling.liquid_heat)
    assert loops["FWS"].heat > loops["TCS"].heat
    assert loops["TCS"].supply == pytest.approx(273.15 + 45.0)
    assert loops["FWS"].supply == pytest.approx(found.supply)


@pytest.mark.parametrize(("rejection", "wet"), [("dry", False), ("adiabatic", True), ("wet", True)])
def test_water_flows_where_it_evaporates(engineered, rejection, wet):
    made = engineered(facility={"cooling": {"rejection": rejection}})
    assert (made.year.water > 0.0) == wet
    assert made.cooling == f"{rejection} with trim"
    roles = {line.role for line in made.equipment}
    assert {"dry": "dry cooler", "adiabatic": "adiabatic cooler", "wet": "cooling tower"}[rejection] in roles
    assert ("tower pump" in roles) == (rejection == "wet")


def test_a_tower_needs_less_power_and_more_water_on_a_hot_day(engineered, found):
    wet = engineered(facility={"cooling": {"rejection": "wet"}})
    assert wet.year.peak_pue.value < found.year.peak_pue.value
    assert 1.0 < wet.year.wue.value * 3.6e9 < 2.5  # L/kWh: liquid heat through towers at five cycles


def test_a_warmer_climate_never_helps_a_dry_plant(engineered, found):
    warm = engineered(facility={"warming": "4 K"})
    assert warm.weather.warming == 4.0
    assert warm.year.pue.value > found.year.pue.value
    assert warm.year.peak_pue.value > found.year.peak_pue.value
    assert warm.racks <= found.racks


def test_cooler_facility_water_costs_chiller_hours(engineered, found):
    cold = engineered(facility={"cooling": {"supply": "30 degC"}})
    assert cold.supply == pytest.approx(303.15)
    assert cold.year.trim_hours > found.year.trim_hours + 1000
    assert cold.year.pue.value > found.year.pue.value


def test_facility_water_as_warm_as_the_racks_is_refused(engineered):
    with pytest.raises(GigaloopError, match="negative approach"):
        engineered(facility={"cooling": {"supply": "45 degC"}})


def test_two_full_paths_lose_more_energy_and_less_power(engineered):
    single = engineered(facility={"power": {"redundancy": "N"}})
    double = engineered(facility={"power": {"redundancy": "2N"}})
    assert double.blocks.availability > single.blocks.availability
    assert double.blocks.expected_lost < single.blocks.expected_lost
    assert double.blocks.spare_blocks == double.blocks.blocks
    assert double.blocks.load_factor == pytest.approx(0.5, abs=0.05)


def test_redundant_cooling_is_there_more_often(engineered):
    lost = [
        engineered(facility={"cooling": {"redundancy": kind}}).blocks.expected_lost_cooling
        for kind in ("N", "N+1", "2N")
    ]
    assert lost[0] > lost[1] > lost[2] > 0.0


def test_without_generators_the_grid_decides(engineered, found):
    bare = engineered(facility={"power": {"generators": False}})
    assert 1.0 - bare.blocks.availability > 2e-4
    assert bare.blocks.availability < found.blocks.availability
    assert "generator" not in {line.role for line in bare.equipment}


def test_energisation_brings_racks_and_blocks_in_stages(found):
    first, last = found.stages
    assert 0 < first.racks < last.racks == found.racks
    assert first.blocks < last.blocks == found.blocks.blocks
    assert first.racks * found.year.peak_power / found.racks <= 60e6 * (1 + 1e-9)
    assert last.pue == pytest.approx(found.year.pue.value)
    assert last.facility_power == pytest.approx(found.year.facility_energy / (8760 * 3600), rel=1e-6)


def test_few_racks_online_pay_for_the_whole_plant(found):
    assert found.part_load[0].pue > found.part_load[-1].pue
    powers = [point.facility_power for point in found.part_load]
    assert powers == sorted(powers)


def test_blocks_hold_all_racks(found):
    blocks = found.blocks
    assert blocks.blocks * blocks.racks_per_block >= found.racks
    assert blocks.block_power <= 2.5e6


def test_equipment_is_of_the_one_line(found):
    lines = {line.role: line for line in found.equipment}
    nodes = {node.kind: node for node in found.one_line.nodes}
    assert lines["main transformer"].count == nodes["main transformer"].count
    assert lines["mv switchgear"].count == nodes["mv section"].count
    assert lines["unit transformer"].count == nodes["unit transformer"].count
    assert lines["unit transformer"].rating == nodes["unit transformer"].rating
    assert found.equipment_cost == pytest.approx(sum(line.cost or 0.0 for line in found.equipment))


def test_hours_give_nearly_the_year_of_bins(engineered, catalogue):
    bins = station_weather(catalogue, WACO)
    count = np.maximum(np.rint(bins.hours), 0).astype(int)
    hours = Weather(
        dry_bulb=np.repeat(bins.dry_bulb, count),
        wet_bulb=np.repeat(bins.wet_bulb, count),
        pressure=np.repeat(bins.pressure, count),
        hours=np.ones(count.sum()),
        month=np.repeat(bins.month, count),
        station=bins.station,
        name=bins.name,
        period=bins.period,
        source=bins.source,
        grain="hours",
    )
    made = engineered(weather=hours)
    assert made.weather.grain == "hours"
    assert abs(made.weather.bins_difference) < 0.002


def test_a_site_without_weather_is_told_what_to_give(engineered):
    with pytest.raises(ProgrammeError) as error:
        engineered(climate_station="")
    assert "climate_station" in error.value.problems[0].hint


def test_a_site_without_power_is_told(engineered):
    with pytest.raises(ProgrammeError, match="never has power"):
        engineered(energisation=[])


def test_power_for_less_than_a_rack_is_told(engineered):
    with pytest.raises(ProgrammeError, match="feed no rack"):
        engineered(energisation=[{"start": "2028-01-03", "power": "100 kW"}])


def test_inputs_name_what_the_figures_rest_on(engineered):
    made = engineered(facility={"cooling": {"cycles": 6}})
    paths = {entry.path for entry in made.inputs}
    assert "sites.campus.facility.cooling.cycles" in paths
    assert "catalogue.liquid-ai-campus.dry_approach" in paths
    assert "catalogue.diesel-generator.electric_rating" in paths


def test_limits_of_the_grid_are_held_against_power_over_time(engineered, found):
    assert found.dynamics is None
    made = engineered(facility={"grid": {"ramp": "1 MW/min"}})
    assert made.dynamics is not None
    ids = {check.id for check in made.checks}
    assert "facility.ramp" in ids


def test_designs_at_hand_are_used(campus, catalogue, found):
    programme = campus()
    generation = programme.generations[0]
    design = design_generation(programme, generation, catalogue)
    made = design_facility(
        programme, generation, programme.sites[0], catalogue, designs={generation.id: design}, samples=0
    )
    assert made.racks == found.racks
    hot = replace(design, rack_input=2 * design.rack_input)
    other = design_facility(
        programme, generation, programme.sites[0], catalogue, designs={generation.id: hot}, samples=0
    )
    assert other.racks < found.racks


def test_the_library_takes_ids(campus, found):
    made = gigaloop.design_facility(campus(), "nvl72", "campus")
    assert made.racks == found.racks
    with pytest.raises(gigaloop.UsageError, match="no site 'camp'"):
        gigaloop.design_facility(campus(), "nvl72", "camp")
    with pytest.raises(gigaloop.UsageError, match="no generation"):
        gigaloop.design_facility(campus(), "nvl", "campus")
