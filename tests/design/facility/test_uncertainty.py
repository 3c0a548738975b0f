"""Ranges of components as bands of a year: what samples keep to, and what makes a band wide."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import UsageError
from gigaloop.design.climate import station_weather
from gigaloop.design.facility.architecture import architecture_plants
from gigaloop.design.facility.halls import hall_year, humidification, whole_year
from gigaloop.design.facility.uncertainty import (
    STAGE,
    Range,
    Sample,
    band,
    bands,
    drivers,
    path_loss,
    ranges,
    sample,
    triangular,
)
from gigaloop.design.facility.year import year_table

CATALOGUE = load_catalogue()
WEATHER = station_weather(CATALOGUE, "724280")
ARCHITECTURES = CATALOGUE.ids("facility_architecture")


@pytest.mark.parametrize("id_", ARCHITECTURES)
def test_every_architecture_makes_a_year_with_its_band_around_it(id_):
    samples = 16 if id_ == "hpc-warm-water-hybrid" else 32
    year = hall_year(CATALOGUE.facility_architecture(id_), CATALOGUE, WEATHER, samples=samples)
    assert year.pue.shape == year.wue.shape == year.peak.shape == (samples + 1,)
    assert np.all(year.pue > 1.0)
    assert np.all(year.wue >= 0.0)
    assert year.pue[1:].min() < year.pue[0] < year.pue[1:].max()
    assert year.quarters.min() <= year.pue[0] + 0.005
    assert year.quarters.max() >= year.pue[0] - 0.005


@pytest.mark.parametrize("id_", ARCHITECTURES)
def test_every_number_of_an_architecture_has_a_range_that_reaches_the_samples(id_):
    found = ranges(CATALOGUE.facility_architecture(id_))
    drawn = sample(found, 200)
    for name, of in found.items():
        values = drawn.values[name]
        assert values[0] == of.value
        assert of.low - 1e-12 <= values.min()
        assert values.max() <= of.high + 1e-12
        assert (np.ptp(values) > 0.0) == (of.high > of.low)


def test_equal_seeds_give_equal_samples_and_other_seeds_others():
    found = ranges(CATALOGUE.facility_architecture("hyperscale-towers-2015"))
    one, two, other = sample(found, 50), sample(found, 50), sample(found, 50, seed=1)
    assert all(np.array_equal(one.values[name], two.values[name]) for name in found)
    assert not np.array_equal(one.values["fan_pressure"], other.values["fan_pressure"])


def test_components_that_cost_energy_go_together_and_use_goes_its_own_way():
    found = ranges(CATALOGUE.facility_architecture("hyperscale-towers-2015"))
    drawn = sample(found, 2000).values

    def correlation(a, b):
        return float(np.corrcoef(drawn[a][1:], drawn[b][1:])[0, 1])

    assert 0.2 < correlation("fan_pressure", "other") < 0.4
    assert -0.4 < correlation("fan_pressure", "chiller_cop") < -0.2
    assert abs(correlation("utilisation", "other")) < 0.08


@given(
    st.tuples(st.floats(-10, 10), st.floats(0, 5), st.floats(0, 5)).filter(lambda of: of[1] + of[2] > 1e-6),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_quantiles_rise_within_the_range(of, first, second):
    value, below, above = of
    component = Range(value, value - below, value + above)
    low, high = triangular(sorted((first, second)), component)
    assert component.low - 1e-9 <= low <= high + 1e-9 <= component.high + 2e-9


def test_the_mean_of_a_triangular_component_is_that_of_its_corners():
    component = Range(2.0, 1.0, 6.0)
    shares = (np.arange(20_000) + 0.5) / 20_000
    assert triangular(shares, component).mean() == pytest.approx((2.0 + 1.0 + 6.0) / 3.0, rel=1e-4)


def test_fixed_components_keep_their_value_and_without_ranges_there_is_no_band():
    architecture = CATALOGUE.facility_architecture("hyperscale-towers-2015")
    found = ranges(architecture, fixed=("supply", "path"))
    assert found["supply"].low == found["supply"].high == float(architecture.supply)
    assert not any(name.startswith(STAGE) for name in found)
    fixed = {name: Range(of.value, of.value, of.value) for name, of in ranges(architecture).items()}
    made = bands(fixed, _figures(architecture), samples=8)
    assert made.pue.p10 == made.pue.p90 == pytest.approx(made.pue.value)
    assert made.drivers == ()


def test_a_wider_range_makes_a_wider_band_and_leads_the_drivers():
    architecture = CATALOGUE.facility_architecture("hyperscale-towers-2015")
    found = ranges(architecture)
    narrow = bands(found, _figures(architecture), samples=64)
    wide = bands({**found, "other": Range(0.008, 0.0, 0.08)}, _figures(architecture), samples=64)
    assert wide.pue.p90 - wide.pue.p10 > narrow.pue.p90 - narrow.pue.p10
    assert wide.drivers[0].name == "other"
    assert sum(driver.share for driver in wide.drivers) == pytest.approx(1.0)


def _figures(architecture):
    joint = whole_year(WEATHER)

    def figures(drawn):
        plants = architecture_plants(architecture, drawn, CATALOGUE, 298.15)
        table = year_table(plants, joint, drawn.values["utilisation"])
        return table.pue, table.wue, table.peak_pue

    return figures


def test_the_power_path_loses_between_the_ends_of_its_ranges():
    architecture = CATALOGUE.facility_architecture("colocation-chillers")
    loads = np.linspace(0.0, 1.0, 11)
    names = [STAGE + stage.converter for stage in architecture.path]
    best, central, worst = (
        path_loss(architecture, CATALOGUE, Sample({name: np.array([at]) for name in names}), loads)[0]
        for at in (-1.0, 0.0, 1.0)
    )
    assert np.all(best <= central)
    assert np.all(central <= worst)
    assert worst[-1] > 1.2 * best[-1]


def _uses_as_run(load):
    """Give the energies of a year under ideal control and as run."""
    architecture = CATALOGUE.facility_architecture("hyperscale-towers-2015")
    drawn = sample(ranges(architecture), 0)
    uses = []
    for factor in (1.0, 1.3):
        values = {**drawn.values, "operation": np.array([factor])}
        plants = architecture_plants(architecture, Sample(values), CATALOGUE, 298.15)
        table = year_table(plants, whole_year(WEATHER), load)
        uses.append({name: float(energy[0]) for name, energy in table.end_uses.items()})
    return uses


def test_operation_multiplies_what_pumps_fans_and_chillers_take():
    ideal, as_run = _uses_as_run(0.75)
    for name in ("fws_pumps", "air_fans", "chillers"):
        assert as_run[name] / ideal[name] == pytest.approx(1.3, rel=0.06)
    assert 1.0 < as_run["rejection_fans"] / ideal["rejection_fans"] < 1.3, (
        "in hot hours they turn at full speed already"
    )
    assert as_run["other"] == pytest.approx(ideal["other"])


def test_pumps_and_fans_never_take_more_than_at_full_speed():
    ideal, as_run = _uses_as_run(1.0)
    for name in ("fws_pumps", "air_fans"):
        assert as_run[name] == pytest.approx(ideal[name])


def test_dry_outside_air_is_humidified_and_moist_air_is_not():
    architecture = CATALOGUE.facility_architecture("hyperscale-outside-air-2008")
    drawn = sample(ranges(architecture), 0)

    def at(dry, wet):
        states = np.full(len(WEATHER), dry), np.full(len(WEATHER), wet)
        return float(humidification(drawn, dataclasses.replace(WEATHER, dry_bulb=states[0], wet_bulb=states[1]))[0])

    assert at(293.15, 292.15) == 0.0
    assert at(263.15, 262.15) > 0.0
    assert at(263.15, 262.15) > at(253.15, 252.65) * 0.5
    assert humidification(sample(ranges(CATALOGUE.facility_architecture("hpc-frontier")), 0), WEATHER)[0] == 0.0


def test_the_joint_year_keeps_its_hours_and_means():
    joint = whole_year(WEATHER)
    assert len(joint) < len(WEATHER) / 3
    assert joint.hours.sum() == pytest.approx(WEATHER.hours.sum())
    assert joint.mean(joint.wet_bulb) == pytest.approx(WEATHER.mean(WEATHER.wet_bulb))


def test_a_band_of_one_figure_has_no_width_and_of_nothing_no_drivers():
    only = band(np.array([1.1]))
    assert (only.value, only.p10, only.p90) == (1.1, 1.1, 1.1)
    assert drivers({"a": np.array([1.0, 2.0, 3.0])}, np.array([1.0, 1.0, 1.0])) == ()


def test_a_negative_number_of_samples_is_refused():
    with pytest.raises(UsageError, match="-1 samples"):
        sample({"a": Range(1.0, 0.0, 2.0)}, -1)
