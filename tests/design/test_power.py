from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design import design_generation
from gigaloop.design.power import busbar_current, power_chain, shared_load

SHELF = ["mv-transformer", "busway-415v", "power-shelf-33kw", "dcdc-54v-12v", "vrm-12v"]
SIDECAR = ["mv-switchgear", "mv-transformer", "rectifier-800v-sidecar", "busway-800v", "dcdc-800v-12v", "vrm-12v"]


@pytest.fixture(scope="module")
def chain_of(catalogue):
    def chain(ids, power, installed=264e3, shelves=8.0):
        return power_chain([catalogue.converter(id_) for id_ in ids], power, installed, shelves)

    return chain


def test_busbar_current_of_120_kw_at_50_v_is_as_published(oracle):
    row = next(row for row in oracle("design") if row["id"] == "gb200-busbar")
    assert busbar_current(120e3, 50.0) == pytest.approx(float(row["value"]), rel=float(row["tolerance"]))


@given(power=st.floats(1e3, 2.5e5), ids=st.sampled_from([SHELF, SIDECAR]))
def test_losses_are_what_enters_less_what_reaches_the_chips(chain_of, power, ids):
    chain = chain_of(ids, power)
    assert sum(stage.loss for stage in chain) == pytest.approx(chain[0].power_in - chain[-1].power_out, rel=1e-12)
    for stage, following in pairwise(chain):
        assert stage.power_out == following.power_in
    for stage in chain:
        assert stage.power_out == pytest.approx(stage.power_in * stage.efficiency, rel=1e-12)
        assert 0 < stage.loss < stage.power_in


def test_the_bus_carries_the_design_power(chain_of):
    chain = chain_of(SHELF, 132e3)
    assert [stage.location for stage in chain] == ["facility", "facility", "rack", "tray", "tray"]
    assert chain[2].power_out == 132e3
    assert chain[3].power_in == 132e3
    assert chain[2].load == 0.5


def test_the_rectifier_of_a_power_rack_is_the_rack_s_shelf(chain_of):
    chain = chain_of(SIDECAR, 600e3, 770e3, 7.0)
    assert [stage.location for stage in chain] == ["facility", "facility", "rack", "rack", "tray", "tray"]
    assert chain[2].load == pytest.approx(600e3 / chain[3].efficiency / 770e3)
    fed = chain_of(SIDECAR, 600e3, 0.0, 0.0)
    assert [stage.location for stage in fed] == ["facility"] * 4 + ["tray"] * 2


def test_efficiency_is_interpolated_between_the_points_of_the_curve(chain_of, catalogue):
    points = {float(p.load): float(p.efficiency) for p in catalogue.converter("power-shelf-33kw").efficiency}
    (stage,) = (s for s in chain_of(SHELF, 0.35 * 264e3) if s.location == "rack")
    assert stage.efficiency == pytest.approx((points[0.2] + points[0.5]) / 2)


@given(low=st.floats(1e3, 2.6e5), high=st.floats(1e3, 2.6e5))
def test_more_load_on_the_shelves_loses_more(chain_of, low, high):
    low, high = sorted((low, high))
    losses = [next(s.loss for s in chain_of(SHELF, power) if s.location == "rack") for power in (low, high)]
    assert losses[0] <= losses[1] * (1 + 1e-12)


@given(power=st.floats(1.0, 1e7), rating=st.floats(1.0, 1e7))
def test_units_are_never_loaded_beyond_their_rating(power, rating):
    load = shared_load(power, rating)
    assert 0.0 < load <= 1.0
    # One unit that serves whole racks is more than half full; units that share a rack are too.
    assert load > 0.5 or power == pytest.approx(rating / 2)


def test_power_numbers_are_kept_apart(small, catalogue):
    power = design_generation(small, small.generations[0], catalogue).power
    assert power.mean < power.design < power.shelf_capacity < power.peak < power.shelf_installed
    assert (power.shelf_capacity, power.shelf_installed) == (4 * 33e3, 8 * 33e3)
    assert power.bus_current == power.design / 50.0


def test_what_a_pue_calls_it_power_holds_the_losses_of_the_shelves(small, catalogue):
    design = design_generation(small, small.generations[0], catalogue)
    assert design.rack_input == design.power.design + next(s.loss for s in design.chain if s.location == "rack")


def test_the_record_s_powers_are_those_of_its_chain(small, catalogue):
    design = design_generation(small, small.generations[0], catalogue)
    losses = sum(stage.loss for stage in design.chain)
    assert design.facility_power_per_rack - design.chip_power == pytest.approx(losses)
    assert design.chain_efficiency == pytest.approx(design.chip_power / design.facility_power_per_rack)
