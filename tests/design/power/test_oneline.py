import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.power import campus_network, power_chain
from gigaloop.design.power.campus import solve_campus
from gigaloop.design.power.campus_plan import UNIT_RATINGS, CampusPlan, TransformerLosses
from gigaloop.design.power.facility_network import transformer_losses

AC = ["mv-switchgear", "mv-transformer", "ups-double-conversion", "busway-415v", "power-shelf-33kw", "dcdc-54v-12v"]
SIDECAR = ["mv-switchgear", "mv-transformer", "busway-415v", "rectifier-800v-sidecar", "dcdc-800v-12v", "vrm-12v"]
SST = ["mv-switchgear", "sst-34kv-800v", "busway-800v", "dcdc-800v-12v", "vrm-12v"]


@pytest.fixture(scope="module")
def network_of(catalogue):
    def make(ids, rack_power=132e3, installed=264e3, shelves=8.0, **options):
        converters = {id_: catalogue.converter(id_) for id_ in ids}
        chain = power_chain(list(converters.values()), rack_power, installed, shelves)
        given_options: dict[str, Any] = {
            "racks": 18 * 60,
            "blocks": 60,
            "spare": 15,
            "redundancy": "N+1",
            "block_power": 2.5e6,
        } | options
        return campus_network(chain, converters, catalogue.converter("substation-transformer"), **given_options)

    return make


def kinds(campus):
    return [node.kind for node in campus.one_line.nodes]


def test_a_campus_of_alternating_current_is_drawn_from_the_grid_to_the_racks(network_of):
    campus = network_of(AC, other_load=20e6)
    line = campus.one_line
    assert kinds(campus) == [
        "grid",
        "main transformer",
        "mv section",
        "feeder",
        "unit transformer",
        "lv switchboard",
        "converter",
        "busway",
        "converter",
        "rack",
    ]
    for index, node in enumerate(line.nodes):
        assert node.parent == index - 1
        assert node.count > node.spare
    (mains,), (units,), (rack,) = (line.of_kind(kind) for kind in ("main transformer", "unit transformer", "rack"))
    assert (mains.count, units.count, units.spare, rack.count) == (campus.mains, 75, 15, 1080)
    assert (rack.voltage, rack.direct) == (50.0, True)
    assert rack.current == pytest.approx(2640.0)
    assert line.problems == ()
    assert line.buses == 1 + campus.mains + 2 * 75
    assert 0.97 < line.lowest_voltage < 1.0
    assert line.of_kind("mv section")[0].per_unit == pytest.approx(1.0, abs=0.004)
    # What the grid feeds: the racks, what stands beside them, the chain's losses behind the transformers, the network.
    behind = sum(node.loss for node in line.nodes if node.kind in ("converter", "busway"))
    assert line.power == pytest.approx(1080 * 132e3 + 20e6 + behind + line.losses, rel=1e-6)


def test_equipment_is_rated_for_its_duty(network_of):
    for campus in (
        network_of(AC, other_load=20e6),
        network_of(AC, fault_level=2e9),
        network_of(SST, 600e3, 0.0, 0.0, racks=240),
    ):
        for node in campus.one_line.nodes:
            assert node.load is None or node.load <= 1.0 + 1e-9, node
            if node.breaker_breaking is not None:
                assert node.breaker_breaking >= node.fault
                assert node.breaker_current >= node.current
        for feeder in campus.feeders:
            assert feeder.cable.ampacity >= feeder.cable.current
            assert feeder.cable.length == pytest.approx(feeder.trunk + feeder.pitch * (len(feeder.units) - 1))


def test_each_unit_hangs_on_one_feeder(network_of):
    campus = network_of(AC)
    assert sorted(unit for feeder in campus.feeders for unit in feeder.units) == list(range(75))
    assert {feeder.section for feeder in campus.feeders} == set(range(campus.sections))


def test_a_utility_at_medium_voltage_leaves_out_main_transformers(network_of):
    campus = network_of(AC, fault_level=2e9, redundancy="2N", spare=60)
    assert kinds(campus)[:3] == ["grid", "mv section", "feeder"]
    grid = campus.one_line.nodes[0]
    assert grid.fault == pytest.approx(1.1 * 2e9 / 1.1 / (math.sqrt(3) * 34.5e3))
    assert grid.voltage == 34.5e3
    (units,) = campus.one_line.of_kind("unit transformer")
    assert (units.count, units.spare) == (120, 60)
    assert units.load < 0.5


def test_solid_state_transformers_hang_on_the_feeders(network_of):
    campus = network_of(SST, 600e3, 0.0, 0.0, racks=240)
    assert kinds(campus) == [
        "grid",
        "main transformer",
        "mv section",
        "feeder",
        "solid-state transformer",
        "busway",
        "rack",
    ]
    node = campus.one_line.of_kind("solid-state transformer")[0]
    assert (node.voltage, node.direct) == (800.0, True)
    assert campus.one_line.buses == 1 + campus.mains + 75


def test_sidecars_stand_at_the_racks(network_of):
    line = network_of(SIDECAR, 600e3, 770e3, 7.0, racks=240).one_line
    sidecar = next(node for node in line.nodes if node.name.startswith("Rectifiers"))
    assert (sidecar.count, sidecar.voltage, sidecar.direct) == (240, 800.0, True)
    assert sidecar.current == pytest.approx(750.0)


def test_spare_blocks_idle_spread_over_the_campus(network_of):
    plan = network_of(AC).plan
    idle = [unit for unit in range(plan.units) if plan.is_idle(unit)]
    assert len(idle) == plan.spare
    assert max(np.diff(idle)) <= math.ceil(plan.units / plan.spare)


@settings(max_examples=30)
@given(
    blocks=st.integers(1, 200),
    spare=st.integers(0, 60),
    load=st.floats(0.2e6, 30e6),
    voltage=st.sampled_from([13.8e3, 34.5e3]),
    idle=st.booleans(),
)
def test_every_campus_solves_within_its_ratings(blocks, spare, load, voltage, idle):
    losses = TransformerLosses(0.001, 0.004)
    campus = solve_campus(
        CampusPlan(blocks, spare, load, load / 1.2, losses, losses, idle_spares=idle, medium_voltage=voltage)
    )
    assert campus.flow.source_power[0].real == pytest.approx(blocks * load + campus.flow.losses[0], rel=1e-6)
    assert np.min(np.abs(campus.flow.voltage)) > 0.9
    assert campus.unit_rating in UNIT_RATINGS
    assert campus.unit_rating * campus.plan.per_block >= load / campus.plan.power_factor * (1 - 1e-6)
    # Main transformers carry what the grid gives with one of them out.
    assert campus.main_rating * (campus.mains - 1) >= abs(campus.flow.source_power[0]) * (1 - 1e-9)


def test_a_block_beyond_one_transformer_takes_several(network_of):
    campus = network_of(AC, blocks=20, spare=5, racks=18 * 4 * 20, block_power=10e6)
    (units,) = campus.one_line.of_kind("unit transformer")
    assert (campus.plan.per_block, units.count, units.spare) == (3, 75, 15)
    assert units.rating == 3.75e6
    idle = {unit // 3 for unit in range(75) if campus.plan.is_idle(unit)}
    assert len(idle) == 5


def test_losses_of_a_transformer_are_those_of_its_curve(catalogue):
    converter = catalogue.converter("mv-transformer")
    losses = transformer_losses(converter)
    assert losses.no_load == pytest.approx(0.00135, rel=0.1)
    assert losses.no_load + losses.load == pytest.approx(float(converter.loss_at(1.0)))


def test_what_no_campus_is_built_of_is_named(network_of):
    losses = TransformerLosses(0.001, 0.004)
    with pytest.raises(UsageError, match="needs a block or more"):
        CampusPlan(0, 0, 1e6, 1e6, losses, losses)
    with pytest.raises(UsageError, match="no power factor"):
        CampusPlan(1, 0, 1e6, 1e6, losses, losses, power_factor=0.0)
    with pytest.raises(UsageError, match="the racks draw no power"):
        network_of(AC, 0.0)


def test_a_place_that_no_breaker_fits_is_told_and_stops_nothing(network_of):
    line = network_of(AC, fault_level=6e9).one_line
    assert any("medium-voltage switchgear: no standard breaker breaks 100.4 kA" in problem for problem in line.problems)
    assert line.of_kind("mv section")[0].breaker_current is None
    assert line.of_kind("rack")
