"""Racks and networks of variants, by hand from the parts of the bundled programme."""

import datetime as dt

import pytest

from gigaloop.design.codesign.choices import Base, axes_of
from gigaloop.design.codesign.marginals import HBM_ENERGY
from gigaloop.design.codesign.money import first_date
from gigaloop.design.codesign.networks import engineer_network, networked
from gigaloop.design.codesign.racks import RackCase, engineer_rack, price_rack
from gigaloop.design.generation import design_generation
from gigaloop.programme import load_programme
from gigaloop.programme.starter import bundled_programmes


@pytest.fixture(scope="module")
def buildout(catalogue):
    return load_programme(bundled_programmes()["us-buildout"], catalogue)


@pytest.fixture(scope="module")
def case(buildout, catalogue):
    generation = buildout.generation_of["gb300-nvl72"]
    base = Base(generation, catalogue.accelerator("gb300"), buildout.sites[0])
    own = {each.name: each.values[each.stated] for each in axes_of(base, {})}
    return RackCase(buildout.model_copy(update={"workloads": ()}), catalogue, base, own, {}, 1400.0, 18e-9, False)


def rack(case, **values):
    return engineer_rack(case, {**case.own, **values}).design


def bill(case, **values):
    return price_rack(case, {**case.own, **values})


def test_the_rack_of_a_generation_as_it_is_is_its_design(case, buildout, catalogue):
    design = design_generation(buildout, case.base.generation, catalogue)
    assert rack(case).rack_input == design.rack_input
    assert rack(case).mass == design.mass
    assert bill(case).cost == design.cost_per_rack
    assert not bill(case).unpriced
    assert not engineer_rack(case, case.own).broken


def test_twice_the_scale_out_bandwidth_takes_twice_the_adapters_and_optics(case, buildout):
    twice = case.own["scale_out"] * 2.0
    parts = buildout.part_of
    watts = 72 * (float(parts["nic-800g"].power) + float(parts["optic-800g"].power))
    assert rack(case, scale_out=twice).power.design - rack(case).power.design == pytest.approx(watts)
    prices = {s.part: float(s.price) for each in buildout.suppliers for s in each.supplies if s.price is not None}
    more = bill(case, scale_out=twice).cost - bill(case).cost
    assert more == pytest.approx(72 * (prices["nic-800g"] + prices["optic-800g"]))


def test_twice_the_scale_up_bandwidth_takes_twice_the_switch_trays(case, buildout):
    twice = case.own["scale_up"] * 2.0
    watts = 9 * float(buildout.part_of["nvlink5-switch-tray"].power)
    found = engineer_rack(case, {**case.own, "scale_up": twice})
    assert found.design.power.design - rack(case).power.design == pytest.approx(watts)
    assert found.design.mass - rack(case).mass == pytest.approx(9 * 20.0 + 4 * 40.0)
    assert [check.id for check in found.broken] == ["power.busbar"], "2,900 A is near as it is"


def test_a_larger_domain_takes_a_second_tier_of_switches(case, buildout):
    watts = 2 * 9 * float(buildout.part_of["nvlink5-switch-tray"].power)
    assert rack(case, domain=144.0).power.design - rack(case).power.design == pytest.approx(watts)
    assert rack(case, domain=36.0).power.design == rack(case).power.design
    assert bill(case, domain=144.0).unpriced == {"links between the racks of a domain": 72.0}


def test_memory_bandwidth_draws_power_until_the_cap_holds_it(case):
    half = case.own["hbm_bandwidth"] / 2.0
    saved = rack(case).power.design - rack(case, hbm_bandwidth=half).power.design
    assert saved == pytest.approx(72 * half * HBM_ENERGY)
    assert rack(case, hbm_bandwidth=half * 4.0).power.design == rack(case).power.design
    assert engineer_rack(case, {**case.own, "hbm_bandwidth": half * 4.0}).tdp == pytest.approx(
        1400.0 + 2.0 * half * HBM_ENERGY
    )


def test_a_part_of_a_tray_that_is_bought_whole_counts_at_its_own_price(buildout, catalogue):
    generation = buildout.generation_of["vr200-nvl72"]
    base = Base(generation, catalogue.accelerator("vr200"), buildout.sites[0])
    own = {each.name: each.values[each.stated] for each in axes_of(base, {})}
    case = RackCase(buildout, catalogue, base, own, {}, 2300.0, 18e-9, False)
    found = bill(case, scale_out=own["scale_out"] * 2.0)
    assert found.unpriced == {"connectx-9": 144.0}, "which states no price"
    assert found.cost > bill(case).cost, "for optics have one"


def test_a_network_has_planes_of_the_own_rate_where_whole_planes_give_it(case):
    out = case.base.generation.scale_out
    double = networked(case.base.generation, {**case.own, "scale_out": 2.0 * case.own["scale_out"]}, case.own).scale_out
    assert (int(double.planes), float(double.link_rate)) == (2 * int(out.planes), float(out.link_rate))
    half = networked(case.base.generation, {**case.own, "scale_out": 0.5 * case.own["scale_out"]}, case.own).scale_out
    assert (int(half.planes), float(half.link_rate)) == (int(out.planes), 0.5 * float(out.link_rate))
    assert networked(case.base.generation, case.own, case.own) is case.base.generation


def test_oversubscription_leaves_less_bandwidth_and_takes_fewer_switches(case):
    full = engineer_network(case, case.own, 10_368)
    less = engineer_network(case, {**case.own, "oversubscription": 2.0}, 10_368)
    assert not full.obstacle
    assert full.effective == case.own["scale_out"]
    assert less.effective == case.own["scale_out"] / 2.0
    assert less.power < full.power
    assert less.cost < full.cost


def test_a_network_that_joins_too_many_says_why(case):
    found = engineer_network(case, {**case.own, "tiers": 1.0}, 10_368)
    assert "one tier" in found.obstacle


def test_the_first_rack_waits_for_its_slowest_part_and_its_test(buildout):
    generation = buildout.generation_of["vr200-nvl72"]
    alone = first_date(buildout, generation, ["busbar-54v-liquid"])
    assert alone == generation.effectivity.ramp, "which holds where parts are there before"
    later = first_date(buildout, generation, ["busbar-54v-liquid"], 26 * 7 * 86400.0)
    assert later - alone == dt.timedelta(weeks=26)
    assert first_date(buildout, generation, ["cable-cartridge-nvlink6", "vr200-tray"]) >= alone
