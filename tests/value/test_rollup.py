from types import SimpleNamespace

import numpy as np
import pytest

import gigaloop
from gigaloop.core.units import WEEK, YEAR
from gigaloop.value import value_programme


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return gigaloop.run(gigaloop.load(gigaloop.new(tmp_path_factory.mktemp("value") / "mine")))


def test_capital_per_power_is_the_sum_of_its_lines_over_the_power_it_brings(result):
    value = result.value
    capital = sum(line.usd.sum() for line in value.lines if line.group == "capital")
    bases = {each.basis: each for each in value.per_power}
    assert bases["facility"].power == pytest.approx(result.plan.online_facility_power[:, :, -1].sum(), rel=1e-9)
    assert bases["IT"].power == pytest.approx(result.plan.online_it_power[:, :, -1].sum(), rel=1e-9)
    for each in bases.values():
        assert each.capital == pytest.approx(capital)
        assert each.usd_per_watt * each.power == pytest.approx(capital)
        assert each.included
        assert each.excluded


def test_rack_capital_is_racks_brought_online_times_their_cost(result):
    plan = result.plan
    for g, name in enumerate(plan.generations):
        said = sum(line.usd.sum() for line in result.value.lines if line.item == f"{name} racks")
        racks = plan.online_racks[:, g, -1].sum()
        assert said == pytest.approx(racks * result.designs[name].cost_per_rack, rel=1e-9, abs=1e-3)


def test_energy_and_its_cost_follow_the_racks_online_week_by_week(result):
    plan, programme, value = result.plan, result.programme, result.value
    years = np.array(plan.calendar.years())
    for s, site in enumerate(programme.sites):
        entry = result.catalogue.electricity(site.electricity)
        price = programme.usd(site.energy_price or entry.industrial_price)
        for y, year in enumerate(value.years):
            power = plan.online_facility_power[s].sum(axis=0)[years == year]
            joules = power.sum() * WEEK * float(programme.policy.utilisation)
            assert value.energy[s, y] == pytest.approx(joules)
            (line,) = [each for each in value.lines if each.item == "energy" and each.site == site.id]
            assert line.usd[y] == pytest.approx(joules * price)
            assert value.peak[s, y] == pytest.approx(power.max(initial=0.0))


def test_a_hand_computed_case(result):
    """One rack online for the whole horizon: every line by hand."""
    programme, plan = result.programme, result.plan
    online = np.zeros_like(plan.online_racks)
    online[0, 0] = 1.0
    one = SimpleNamespace(calendar=plan.calendar, generations=plan.generations, sites=plan.sites, online_racks=online)
    value = value_programme(programme, result.designs, one, result.catalogue)  # type: ignore[arg-type]
    design = result.designs[plan.generations[0]]
    site = programme.site_of[plan.sites[0]]
    facility = design.rack_input * float(site.pue)
    expected = design.cost_per_rack + facility * programme.usd(site.facility_cost)
    assert value.total("capital").sum() == pytest.approx(expected)
    assert value.total("capital")[1:].sum() == 0
    generation = programme.generations[0]
    hourly = float(generation.accelerators_per_rack) * programme.usd(generation.compute_value) * WEEK
    change = 1 + float(programme.policy.compute_price_change) * YEAR
    weeks = np.arange(plan.calendar.weeks)
    worth = hourly * float(programme.policy.availability) * (change ** (weeks * WEEK / YEAR)).sum()
    assert value.total("compute").sum() == pytest.approx(worth)


def test_nothing_online_costs_nothing_and_has_no_ratio(result):
    plan = result.plan
    none = SimpleNamespace(
        calendar=plan.calendar,
        generations=plan.generations,
        sites=plan.sites,
        online_racks=np.zeros_like(plan.online_racks),
    )
    value = value_programme(result.programme, result.designs, none, result.catalogue)  # type: ignore[arg-type]
    assert value.total("capital").sum() == 0
    assert all(np.isnan(each.usd_per_watt) and each.power == 0 for each in value.per_power)
