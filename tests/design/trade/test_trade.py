"""The trade space: every design that the choices make, each as the single facility that it is."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.design.facility.conftest import CAMPUS

from gigaloop.core.errors import ProgrammeError, UsageError
from gigaloop.design.climate import (
    Weather,
    bin_weather,
    humidity_ratio,
    saturation_pressure,
    station_weather,
    wet_bulb,
)
from gigaloop.design.facility.facility import design_facility
from gigaloop.design.facility.plants import Chiller, Rejection, loop_set, plant_arrays
from gigaloop.design.facility.year import year_table
from gigaloop.design.trade import pareto_front, stack_plants, trade_space


@pytest.fixture(scope="module")
def programme(make_programme):
    cooler = copy.deepcopy(CAMPUS) | {"id": "north", "climate_station": "726400", "power_basis": "it"}
    bare = copy.deepcopy(CAMPUS) | {"id": "nowhere", "climate_station": ""}
    return make_programme(
        sites=[copy.deepcopy(CAMPUS), cooler, bare], horizon={"start": "2026-11-02", "end": "2029-12-31"}
    )


@pytest.fixture(scope="module")
def space(programme, catalogue):
    return trade_space(programme, catalogue)


def row_of(space, site="campus", cooling="dry", redundancy="N+1"):
    return next(
        row
        for row in range(len(space))
        if (space.site[row], space.cooling[row], space.redundancy[row]) == (site, cooling, redundancy)
    )


def test_there_is_a_design_for_every_combination(space):
    assert len(space) == 2 * 1 * 3 * 3
    assert len({*zip(space.site, space.generation, space.cooling, space.redundancy, strict=True)}) == len(space)
    assert sorted(space.ranking()) == list(range(len(space)))
    assert space.left_out == ("nowhere",)
    assert space.weather["north"].station == "726400"
    assert all("1976-2005" in note.period for note in space.weather.values())


@pytest.mark.parametrize("site", ["campus", "north"])
@pytest.mark.parametrize(("cooling", "redundancy"), [("dry", "N+1"), ("wet", "N"), ("adiabatic", "2N")])
def test_a_design_is_the_facility_that_is_engineered_alone(space, programme, catalogue, site, cooling, redundancy):
    chosen = programme.site_of[site]
    facility = chosen.facility.model_copy(
        update={
            "cooling": chosen.facility.cooling.model_copy(update={"rejection": cooling, "redundancy": redundancy}),
            "power": chosen.facility.power.model_copy(update={"redundancy": redundancy}),
        }
    )
    alone = design_facility(
        programme, programme.generations[0], chosen.model_copy(update={"facility": facility}), catalogue, samples=0
    )
    row = row_of(space, site, cooling, redundancy)
    assert space.racks[row] == pytest.approx(alone.racks, abs=1.0)
    assert space.it_power[row] == pytest.approx(alone.it_power, rel=2e-3)
    assert space.pue[row] == pytest.approx(alone.year.pue.value, abs=6e-4)
    assert space.wue[row] == pytest.approx(alone.year.wue.value, rel=2e-3, abs=1e-15)
    assert space.peak_pue[row] == pytest.approx(alone.year.peak_pue.value, abs=1e-3)
    assert space.supply[row] == pytest.approx(alone.supply, abs=0.05)
    assert space.chiller_hours[row] == pytest.approx(alone.year.chiller_hours, abs=24.0)
    lost = alone.blocks.expected_lost + alone.blocks.expected_lost_cooling
    assert space.expected_lost[row] == pytest.approx(lost, rel=0.02)
    # The network is counted by ratings here and laid out there.
    laid_out = {"main transformer": np.inf, "mv switchgear": np.inf, "unit transformer": 0.1}
    for line in alone.equipment:
        within = 1 + laid_out.get(line.role, 0.01) * line.count
        assert abs(space.equipment[line.role][row] - line.count) <= within, line.role


def test_redundancy_costs_pieces_and_saves_power_lost(space):
    for cooling in ("dry", "adiabatic", "wet"):
        bare, backed, double = (row_of(space, "campus", cooling, each) for each in ("N", "N+1", "2N"))
        for role in ("generator", "cdu"):
            pieces = space.equipment[role]
            assert pieces[bare] < pieces[backed] < pieces[double]
        lost = space.expected_lost / space.it_power
        assert lost[bare] > 5 * lost[backed]
        assert lost[backed] > lost[double]
        assert space.cost[bare] < space.cost[backed] < space.cost[double]


def test_wet_plants_take_water_and_dry_ones_do_not(space):
    dry, damp, wet = (row_of(space, "campus", each) for each in ("dry", "adiabatic", "wet"))
    assert space.water[dry] == space.wue[dry] == 0.0
    assert 0.0 < space.wue[damp] < space.wue[wet]
    # 1 L/kWh is 1 / 3.6e9 m3/J; a tower site takes 1 to 2
    assert 1.0 < space.wue[wet] * 3.6e9 < 2.2
    assert space.racks[wet] > space.racks[dry]


def test_power_at_the_design_day_is_within_the_site(space):
    for row, site in enumerate(space.site):
        if site == "campus":
            assert 0.99 * 120e6 < space.peak_power[row] <= 120e6
        else:
            assert 0.99 * 120e6 < space.it_power[row] <= 120e6


def test_a_colder_set_point_runs_chillers_and_costs_energy(programme, catalogue):
    space = trade_space(
        programme, catalogue, sites=["campus"], coolings=["dry"], redundancies=["N+1"], supplies=[None, 303.15, 293.15]
    )
    assert np.all(np.diff(space.pue) > 0.0)
    assert np.all(np.diff(space.racks) < 0.0)
    np.testing.assert_allclose(space.supply[1:], [303.15, 293.15])


def test_a_set_point_that_the_racks_do_not_allow_is_told(programme, catalogue):
    space = trade_space(
        programme, catalogue, sites=["campus"], coolings=["dry"], redundancies=["N+1"], supplies=[None, 320.0]
    )
    assert space.feasible.tolist() == [True, False]
    assert "1.9 K warmer than the coolant supply" in space.obstacles[1]
    assert space.front.tolist() == [True, False]
    assert list(space.ranking()) == [0, 1]


def test_a_power_cap_feeds_more_racks(programme, catalogue):
    space = trade_space(
        programme, catalogue, sites=["campus"], coolings=["dry"], redundancies=["N+1"], power_caps=[None, 960.0]
    )
    assert space.racks[1] > 1.1 * space.racks[0]
    assert space.rack_power[1] < space.rack_power[0]
    assert np.isnan(space.power_cap[0])
    assert space.power_cap[1] == 960.0
    assert space.accelerators[1] > space.accelerators[0]


def test_without_trim_chillers_the_hot_hours_are_an_obstacle(make_programme, catalogue):
    site = copy.deepcopy(CAMPUS) | {"facility": {"cooling": {"trim": False, "supply": "30 degC"}}}
    programme = make_programme(sites=[site], horizon={"start": "2026-11-02", "end": "2029-12-31"})
    space = trade_space(programme, catalogue, redundancies=["N+1"], coolings=["dry"])
    assert "too warm for" in space.obstacles[0]
    assert not space.front.any()


def test_a_limit_of_water_is_an_obstacle(make_programme, catalogue):
    site = copy.deepcopy(CAMPUS) | {"facility": {"cooling": {"water_limit": "500 L/min"}}}
    programme = make_programme(sites=[site], horizon={"start": "2026-11-02", "end": "2029-12-31"})
    space = trade_space(programme, catalogue, redundancies=["N+1"])
    dry, wet = (space.cooling.index(each) for each in ("dry", "wet"))
    assert not space.obstacles[dry]
    assert "above the site's limit of 500 L/min" in space.obstacles[wet]


def test_a_site_too_small_for_a_rack_is_told(make_programme, catalogue):
    site = copy.deepcopy(CAMPUS) | {"energisation": [{"start": "2028-01-03", "power": "100 kW"}]}
    programme = make_programme(sites=[site], horizon={"start": "2026-11-02", "end": "2029-12-31"})
    space = trade_space(programme, catalogue, redundancies=["N+1"], coolings=["dry"])
    assert space.obstacles == ("the site's power feeds no rack",)
    assert space.racks[0] == space.cost[0] == space.it_power[0] == 0.0
    assert np.isnan(space.cost_per_power[0])


def test_halls_that_do_not_take_the_rack_are_an_obstacle(make_programme, catalogue):
    site = copy.deepcopy(CAMPUS)
    site["halls"][0]["rack_power"] = "60 kW"
    programme = make_programme(sites=[site], horizon={"start": "2026-11-02", "end": "2029-12-31"})
    space = trade_space(programme, catalogue, redundancies=["N+1"], coolings=["dry"])
    assert space.obstacles == ("no hall of the site feeds, cools and carries a rack of nvl72",)
    assert space.racks[0] > 0.0


def test_a_rack_that_breaks_its_own_rules_is_an_obstacle(programme, make_programme, catalogue):
    sites = [copy.deepcopy(CAMPUS)]
    broken = make_programme(
        generation={"power": {"busbar_limit": "500 A"}},
        sites=sites,
        horizon={"start": "2026-11-02", "end": "2029-12-31"},
    )
    space = trade_space(broken, catalogue, redundancies=["N+1"], coolings=["dry"])
    assert "the rack of nvl72 breaks power.busbar" in space.obstacles[0]
    assert not trade_space(programme, catalogue, sites=["campus"], redundancies=["N+1"], coolings=["dry"]).obstacles[0]


def test_wrong_choices_are_told(programme, catalogue):
    with pytest.raises(UsageError, match="no site 'campu'") as caught:
        trade_space(programme, catalogue, sites=["campu"])
    assert "campus" in caught.value.hint
    with pytest.raises(UsageError, match="no generation 'x'"):
        trade_space(programme, catalogue, generations=["x"])
    with pytest.raises(UsageError, match="no redundancies"):
        trade_space(programme, catalogue, redundancies=[])
    with pytest.raises(ProgrammeError, match="weather of 'nowhere' is not known"):
        trade_space(programme, catalogue, sites=["nowhere"])


def test_stacked_plants_run_as_they_do_alone(catalogue):
    weather = station_weather(catalogue, "724280")
    parts = [
        plant_arrays(1e7, 0.8, loop_set(rejection, supply, 10.0, chiller=Chiller.AIR), loss=(0.01, 0.04))
        for rejection, supply in ((Rejection.DRY, [305.0, 310.0]), (Rejection.WET, [300.0]))
    ]
    together = year_table(stack_plants(parts), weather)
    alone = np.concatenate([year_table(part, weather).pue for part in parts])
    np.testing.assert_allclose(together.pue, alone, rtol=1e-12)
    loop = loop_set(Rejection.DRY, 305.0, 10.0)
    other = plant_arrays(1e7, 0.8, loop, loss_load=(0.0, 0.5, 1.0), loss=(0.0, 0.0, 0.0))
    with pytest.raises(UsageError, match="different loads"):
        stack_plants([parts[0], other])


def test_a_year_in_bins_is_close_to_the_year_by_the_hour():
    hour = np.arange(8760)
    day, season = np.sin(2 * np.pi * hour / 24), np.sin(2 * np.pi * (hour - 2500) / 8760)
    dry = 288.15 + 12 * season + 6 * day
    humidity = humidity_ratio((0.6 - 0.25 * day) * saturation_pressure(dry), 99e3)
    wet = wet_bulb(dry, humidity, 99e3)
    pressure, month = np.full(8760, 99e3), 1 + (hour * 12) // 8760
    hours = Weather(dry, wet, pressure, np.ones(8760), month, "x", "X", "1999", "made", "hours")
    bins = bin_weather(hours)
    assert len(bins) < 8760 / 10
    for rejection in (Rejection.DRY, Rejection.ADIABATIC, Rejection.WET):
        plants = plant_arrays(1e7, 0.8, loop_set(rejection, [303.15, 313.15], 10.0, chiller=Chiller.AIR))
        by_hours, by_bins = year_table(plants, hours), year_table(plants, bins)
        np.testing.assert_allclose(by_bins.pue, by_hours.pue, atol=5e-4)
        np.testing.assert_allclose(by_bins.wue, by_hours.wue, rtol=0.02, atol=1e-13)
        assert np.all(np.abs(by_bins.chiller_hours - by_hours.chiller_hours) < 200)


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_front_is_what_no_other_beats(points, random):
    costs = np.array(points, dtype=np.float64)
    allowed = np.array([random.random() < 0.8 for _ in points])
    front = pareto_front(costs, allowed)
    for row, here in enumerate(costs):
        beaten = any(
            allowed[other] and np.all(there <= here) and np.any(there < here) for other, there in enumerate(costs)
        )
        assert front[row] == (allowed[row] and not beaten)
