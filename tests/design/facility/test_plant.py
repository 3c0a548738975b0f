"""The facility through a year: signs, balances, shapes and limits, for every plant type."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.design.facility.plant_types import CLOSED, LOSS, PLANTS, TOWER, WETTED, ZERO, temperate, weather_of

from gigaloop.core.errors import UsageError
from gigaloop.design.climate import warmed
from gigaloop.design.cooling.water import LITRES_PER_KWH
from gigaloop.design.facility import (
    AirSide,
    Chiller,
    Rejection,
    annual,
    loop_set,
    monthly,
    part_load,
    plant_arrays,
    simulate,
    take_plants,
    year_table,
)
from gigaloop.design.records import END_USES

every_type = pytest.mark.parametrize("name", PLANTS)
YEAR = temperate()


@every_type
@settings(max_examples=6, deadline=None)
@given(change=st.floats(0.05, 6.0), load=st.floats(0.2, 1.0), mean=st.floats(2.0, 22.0))
def test_pue_and_water_never_fall_where_it_gets_warmer(name, change, load, mean):
    """Warmer at the same humidity ratio, and warmer in dry and wet bulb alike."""
    here = temperate(240, mean)
    both = replace(here, dry_bulb=here.dry_bulb + change, wet_bulb=here.wet_bulb + change)
    plants = PLANTS[name]()
    first = year_table(plants, here, load)
    for weather in (warmed(here, change), both):
        second = year_table(plants, weather, load)
        assert second.pue[0] >= first.pue[0] - 1e-9
        assert second.wue[0] >= first.wue[0] * (1.0 - 1e-9)
        assert second.free_hours[0] <= first.free_hours[0] + 1e-9


@every_type
def test_pue_never_falls_where_only_the_wet_bulb_rises(name):
    damp = replace(YEAR, wet_bulb=np.minimum(YEAR.wet_bulb + 2.0, YEAR.dry_bulb))
    assert year_table(PLANTS[name](), damp).pue[0] >= year_table(PLANTS[name](), YEAR).pue[0] - 1e-9


@every_type
def test_months_are_ordered_in_pue_and_water_as_they_are_in_temperature(name):
    """Months of one course of days, each warmer than the next cooler one in dry and wet bulb."""
    rng = np.random.default_rng(7)
    days = 6.0 * np.sin(np.arange(72) / 24 * 2 * np.pi) + rng.normal(0.0, 2.0, 72)
    means = rng.permutation(np.linspace(-12.0, 32.0, 12))
    month = np.repeat(np.arange(1, 13), 72)
    dry = np.repeat(means, 72) + np.tile(days, 12) + ZERO
    months = monthly(simulate(PLANTS[name](), weather_of(dry, np.tile(0.55 - 0.02 * days, 12), month), 0.8))
    order = np.argsort(months.dry_bulb)
    assert np.all(np.diff(months.wet_bulb[order]) > 0.0)
    assert np.all(np.diff(months.pue[0][order]) >= -1e-9)
    assert np.all(np.diff(months.wue[0][order]) >= -1e-9 * months.wue[0].max())
    assert name == "outside air" or months.pue[0][order][-1] > months.pue[0][order][0] + 1e-3


@every_type
@settings(max_examples=5, deadline=None)
@given(change=st.floats(0.1, 6.0), load=st.floats(0.3, 1.0))
def test_a_warmer_set_point_never_costs_energy(name, change, load):
    base = {"chillers on towers": 8.0, "air-cooled chillers": 8.0}.get(name, 22.0)
    cold, warm = (year_table(PLANTS[name](supply), YEAR, load) for supply in (base, base + change))
    assert warm.pue[0] <= cold.pue[0] + 1e-9
    assert warm.free_hours[0] >= cold.free_hours[0] - 1e-9


@every_type
def test_facility_power_is_it_and_end_uses_and_heat_out_is_heat_in(name):
    plants = PLANTS[name]()
    state = simulate(plants, YEAR, 0.7)
    assert tuple(sorted(state.end_uses)) == tuple(sorted(END_USES))
    assert np.all(state.power == state.it_power + sum(state.end_uses[use] for use in END_USES))
    assert state.it_power == pytest.approx(0.7e6)
    assert all(np.all(values >= 0.0) for values in state.end_uses.values())
    path = np.interp(0.7, LOSS["loss_load"], LOSS["loss"]) * 1e6
    pumps = state.heat - state.it_power - plants.loss_inside[0] * path
    moved = state.end_uses["tcs_pumps"] + state.end_uses["fws_pumps"] + state.end_uses["air_fans"]
    assert np.all(pumps <= moved + 1e-6)
    assert np.all(pumps >= state.end_uses["tcs_pumps"] + state.end_uses["air_fans"] - 1e-6)
    table = annual(state)
    assert table.energy == pytest.approx(table.it_energy + sum(table.end_uses.values()))
    assert table.it_energy == pytest.approx(0.7e6 * 8760 * 3600)


@every_type
def test_the_worst_weather_of_the_earth_gives_numbers(name):
    dry, relative = np.meshgrid(np.arange(-40.0, 50.5, 2.5) + ZERO, [0.02, 0.3, 0.7, 1.0])
    for pressure in (101_325.0, 78_000.0):
        for load in (0.0, 0.05, 1.0):
            state = simulate(PLANTS[name](), weather_of(dry.ravel(), relative.ravel(), pressure=pressure), load)
            arrays = [
                *state.end_uses.values(),
                state.evaporation,
                state.blowdown,
                state.drift,
                state.supply,
                state.free,
            ]
            assert all(np.all(np.isfinite(values)) for values in [*arrays, state.heat, state.returns])
            assert np.all((state.free >= -1e-12) & (state.free <= 1.0 + 1e-12))
            assert np.all(state.supply > 273.15)


@every_type
def test_pue_rises_when_few_racks_are_online(name):
    loads = np.array([0.05, 0.1, 0.2, 0.3])
    pue, power = part_load(PLANTS[name](), YEAR, loads)
    assert np.all(np.diff(pue[0]) < 0.0)
    assert np.all(np.diff(power[0]) > 0.0)


@pytest.mark.parametrize("name", CLOSED)
def test_closed_loops_take_no_water(name):
    assert year_table(PLANTS[name](), YEAR).wue[0] * LITRES_PER_KWH < 0.05


@pytest.mark.parametrize("name", WETTED)
def test_towers_make_up_evaporation_drift_and_blowdown(name):
    table = year_table(PLANTS[name](), YEAR)
    asked = table.evaporation[0] / 4.0 - table.drift[0]
    assert asked * (1.0 - 1e-9) <= table.blowdown[0] <= asked * (1.1 if name == "hybrid" else 1.0 + 1e-9)
    assert 0.0 < table.drift[0] < 0.02 * table.evaporation[0]


def test_a_tower_in_summer_evaporates_nearly_all_of_its_heat():
    """Heat of evaporation 2.43 MJ/kg and five cycles: 1.85 L for each kWh that leaves as vapour."""
    summer = weather_of(np.full(3, 308.15), np.full(3, 0.45))
    state = simulate(PLANTS["chillers on towers"](), summer)
    rejected = state.heat + state.end_uses["chillers"]
    assert state.water / rejected * 3.6e6 == pytest.approx(1.8, abs=0.1)


def test_water_is_used_only_when_dry_air_does_not_do():
    state = simulate(PLANTS["adiabatic"](), YEAR)
    table = annual(state)
    assert 0.0 < table.wetted_hours[0] < 0.2 * 8760
    assert YEAR.dry_bulb[~state.wetted[0]].max() <= YEAR.dry_bulb[state.wetted[0]].min() + 1e-9
    assert state.end_uses["rejection_fans"][0][state.wetted[0]].min() > 0.99 * state.end_uses["rejection_fans"].max()


def test_without_chillers_the_supply_rises_and_the_hours_are_counted():
    hot = weather_of(np.full(4, 318.15), np.full(4, 0.2))
    state = simulate(PLANTS["dry"](), hot)
    assert np.all(state.supply > 313.15)
    assert annual(state).short_hours[0] == 4.0
    assert not state.chilled[0].any() or state.end_uses["chillers"].max() < 1e5


def test_trim_chillers_hold_the_set_point_and_take_the_rest_only():
    hot = weather_of(np.linspace(290.0, 318.0, 57), np.full(57, 0.3))
    state = simulate(PLANTS["dry, trim chillers with own condensers"](), hot)
    assert state.supply == pytest.approx(305.15, abs=1e-6)
    free = state.free[0]
    assert free[0] == 1.0
    assert np.all(np.diff(free) <= 1e-12)
    assert np.any((free > 0.1) & (free < 0.9))


def test_chillers_too_small_let_the_supply_rise():
    hot = weather_of(np.full(2, 318.15), np.full(2, 0.2))
    small = loop_set(Rejection.DRY, 303.15, 10.0, chiller=Chiller.AIR, chiller_cop=3.2, chiller_capacity=0.3)
    state = simulate(plant_arrays(1e6, 1.0, small, air=AirSide.OUTSIDE), hot)
    assert np.all(state.supply > 303.25)
    assert np.all(state.supply < 318.15 + 10.0)


def test_a_dry_cooler_at_its_rating_needs_no_chiller_and_none_to_spare():
    """Approach 8 K at 41 degC: free at 33 degC, not at 33.5 degC, at full load and without spares."""
    loop = loop_set(Rejection.DRY, ZERO + 41.0, 10.0, chiller=Chiller.AIR, dry_approach=8.0, spare=1.0, chiller_cop=3.0)
    plants = plant_arrays(1e6, 1.0, loop, air=AirSide.OUTSIDE)
    state = simulate(plants, weather_of([ZERO + 32.9, ZERO + 33.5], [0.3, 0.3]))
    assert state.chilled[0].tolist() == [False, True]


def test_many_designs_are_each_as_alone():
    names = ("dry", "wet", "adiabatic", "hybrid")
    codes = [Rejection.DRY, Rejection.WET, Rejection.ADIABATIC, Rejection.HYBRID]
    water = loop_set(codes, ZERO + 28.0, 10.0, chiller=[0, 2, 1, 0], rejection_rise=6.0, dry_share=0.6)
    plants = plant_arrays([1e6, 2e6, 3e6, 4e6], [0.9, 0.8, 0.7, 0.85], water, air=[1, 2, 1, 2], **LOSS)
    loads = np.array([0.5, 0.7, 0.9, 0.6])
    together = annual(simulate(plants, YEAR, loads))
    chunked = year_table(plants, YEAR, loads)
    for row, _ in enumerate(names):
        alone = annual(simulate(take_plants(plants, np.array([row])), YEAR, loads[row]))
        for table in (together, chunked):
            assert table.pue[row] == pytest.approx(alone.pue[0], rel=1e-12)
            assert table.water[row] == pytest.approx(alone.water[0], rel=1e-9, abs=1e-9)


@every_type
def test_a_load_by_the_hour_is_that_load_in_every_hour(name):
    plants = PLANTS[name]()
    rng = np.random.default_rng(3)
    loads = np.where(rng.random(len(YEAR)) < 0.5, 0.45, 0.9)[None, :]
    mixed, low, high = (simulate(plants, YEAR, load) for load in (loads, 0.45, 0.9))
    expected = np.where(loads < 0.5, low.power, high.power)
    assert mixed.power == pytest.approx(expected, rel=1e-3 if name == "hybrid" else 1e-6)
    between = np.concatenate([[0.45, 0.9], np.full(len(YEAR) - 2, 0.67)])[None, :]
    assert annual(simulate(plants, YEAR, between)).pue[0] == pytest.approx(
        year_table(plants, YEAR, 0.67).pue[0], abs=2e-3
    )


def test_larger_plants_are_larger_in_proportion():
    water = loop_set(Rejection.WET, ZERO + 26.0, 10.0, chiller=Chiller.WATER, **TOWER)
    plants = plant_arrays([1e6, 1e8], 0.8, water, air=AirSide.OUTSIDE, **LOSS)
    table = year_table(plants, YEAR)
    assert table.pue[0] == pytest.approx(table.pue[1], rel=1e-9)
    assert table.water[1] == pytest.approx(100.0 * table.water[0], rel=1e-9)


@pytest.mark.parametrize(
    ("load", "words"),
    [(1.2, "between 0 and 1"), (-0.1, "between 0 and 1"), (np.ones(7), "fits neither"), (np.nan, "between 0 and 1")],
)
def test_a_load_that_makes_no_sense_is_an_error(load, words):
    with pytest.raises(UsageError, match=words) as caught:
        simulate(PLANTS["dry"](), YEAR, load)
    assert caught.value.hint


def test_weather_beyond_the_equations_is_an_error():
    celsius = replace(YEAR, dry_bulb=YEAR.dry_bulb - ZERO)
    with pytest.raises(UsageError, match="outside of what the plant's equations hold for"):
        simulate(PLANTS["dry"](), celsius)
    with pytest.raises(UsageError, match="without states"):
        simulate(PLANTS["dry"](), weather_of([], []))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dry_approach": -1.0}, "dry_approach must be above 0"),
        ({"approch": 1.0}, "no approch"),
        ({"exchanger_approach": -0.5}, "must not be negative"),
        ({"cycles": np.nan}, "cycles is not a number"),
        ({"rejection": Rejection.NONE, "chiller": Chiller.AIR, "chiller_capacity": 0.8}, "less than its design heat"),
        ({"rejection": Rejection.NONE, "chiller": Chiller.WATER}, "need a rejection"),
        ({"supply": 40.0}, "set point"),
    ],
)
def test_a_loop_that_cannot_be_is_an_error(values, words):
    given_values = {"rejection": Rejection.DRY, "supply": 313.15, "rise": 10.0, **values}
    with pytest.raises(UsageError, match=words) as caught:
        loop_set(**given_values)
    assert caught.value.hint


@pytest.mark.parametrize("name", ["chillers with water-side economiser", "chillers on towers", "air-cooled chillers"])
@pytest.mark.parametrize("load", [0.3, 1.0])
def test_what_leaves_as_heat_is_what_goes_in_as_power(name, load):
    plants, weather = PLANTS[name](), temperate(60)
    state = simulate(plants, weather, load)
    path, transformers, site = state.losses
    outdoors = (1.0 - plants.loss_inside[:, None]) * path + transformers + site
    outdoors = outdoors + sum(state.end_uses[use] for use in ("rejection_fans", "chillers", "other"))
    np.testing.assert_allclose(state.heat + outdoors, state.power, rtol=1e-9)
