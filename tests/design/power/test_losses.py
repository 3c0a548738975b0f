import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.power import UnitShare, chain_losses, path_losses, power_chain, unit_share

CHAINS = {
    "415 VAC": (
        ["mv-switchgear", "mv-transformer", "ups-double-conversion", "busway-415v", "power-shelf-33kw", "dcdc-54v-12v"],
        264e3,
        8.0,
    ),
    "power rack": (
        ["mv-switchgear", "mv-transformer", "busway-415v", "rectifier-800v-sidecar", "dcdc-800v-12v"],
        0.0,
        0.0,
    ),
    "solid state": (["mv-switchgear", "sst-34kv-800v", "busway-800v", "dcdc-800v-12v", "vrm-12v"], 0.0, 0.0),
}


@pytest.fixture(scope="module")
def chain_of(catalogue):
    def make(name, power=132e3):
        ids, installed, shelves = CHAINS[name]
        converters = {id_: catalogue.converter(id_) for id_ in ids}
        return power_chain(list(converters.values()), power, installed, shelves), converters

    return make


@pytest.fixture(scope="module")
def curve_of(chain_of):
    def make(name, share=None, loads=None):
        chain, converters = chain_of(name)
        return chain_losses(chain, converters, share, loads)

    return make


@pytest.mark.parametrize("name", CHAINS)
def test_at_the_design_point_the_losses_are_those_of_the_chain(chain_of, name):
    chain, converters = chain_of(name)
    curve = chain_losses(chain, converters)
    facility = [stage for stage in chain if stage.location == "facility"]
    into_racks = facility[-1].power_out
    assert curve.load[-1] == 1.0
    assert curve.loss[-1] * into_racks == pytest.approx(sum(stage.loss for stage in facility), rel=1e-12)
    for stage, found in zip(facility, curve.stages, strict=True):
        assert found.loss[-1] * into_racks == pytest.approx(stage.loss, rel=1e-12)
        assert found.converter == stage.converter


@pytest.mark.parametrize("name", CHAINS)
def test_down_to_the_chips_the_losses_are_those_of_the_whole_chain(chain_of, name):
    chain, converters = chain_of(name)
    curve = chain_losses(chain, converters, until="chip")
    for stage, found in zip(chain, curve.stages, strict=True):
        assert found.loss[-1] * chain[-1].power_out == pytest.approx(stage.loss, rel=1e-9)
    # Redundancy of the facility leaves racks and trays as they are.
    shared = chain_losses(chain, converters, unit_share("2N"), until="chip")
    for stage, plain, other in zip(chain, curve.stages, shared.stages, strict=True):
        assert np.array_equal(plain.loss, other.loss) == (stage.location != "facility")


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("redundancy", ["N", "N+1", "2N", "distributed"])
def test_losses_rise_with_load_and_stay_without_load(curve_of, name, redundancy):
    curve = curve_of(name, unit_share(redundancy, 3))
    assert curve.loss[0] > 0.0
    # Efficiencies are linear between points, so that a loss may dip by little just before a point.
    assert np.all(np.diff(curve.loss) > -2e-4)
    assert curve.loss[-1] > curve.loss[0]
    assert np.all(curve.low <= curve.loss)
    assert np.all(curve.loss <= curve.high)
    low, high = curve.independent()
    assert np.all(
        (curve.low <= low + 1e-12) & (low <= curve.loss) & (curve.loss <= high) & (high <= curve.high + 1e-12)
    )


def test_efficiency_falls_to_zero_without_load(curve_of):
    curve = curve_of("415 VAC")
    found = curve.efficiency_at([0.0, 0.05, 1.0])
    assert found[0] == 0.0
    assert found[0] < found[1] < found[2] < 1.0


def test_stages_add_up_and_flows_hand_on_what_they_do_not_lose(curve_of):
    curve = curve_of("415 VAC", unit_share("2N"))
    np.testing.assert_allclose(sum(stage.loss for stage in curve.stages), curve.loss, rtol=1e-12)
    for load in (0.0, 0.37, 1.0):
        flows = curve.flows(load)
        assert flows[-1][3] == pytest.approx(load)
        assert flows[0][1] == pytest.approx(load + curve.loss_at(load))
        for (_, power_in, loss, out), following in zip(flows, [*flows[1:], None], strict=True):
            assert power_in == pytest.approx(loss + out)
            assert following is None or out == pytest.approx(following[1])


def test_redundant_units_run_at_their_share(chain_of, catalogue):
    chain, converters = chain_of("415 VAC")
    ups = next(index for index, stage in enumerate(chain) if stage.converter == "ups-double-conversion")
    for redundancy, load in (("N", 1.0), ("2N", 0.5), ("distributed", 0.75)):
        stage = chain_losses(chain, converters, unit_share(redundancy, 3)).stages[ups]
        lost = catalogue.converter("ups-double-conversion").efficiency_at(load)
        out = chain[ups].power_out / chain[3].power_out
        assert stage.loss[-1] / out == pytest.approx(1.0 / lost - 1.0, rel=1e-2)


def test_a_reserve_block_adds_its_loss_without_load(curve_of):
    plain, reserve = (curve_of("415 VAC", unit_share(name, 4)) for name in ("N", "N+1"))
    idle = reserve.loss - plain.loss
    assert np.all(idle > 0.0)
    assert idle[0] == pytest.approx(plain.loss[0] / 4, rel=0.01)


def test_a_path_by_loads_is_the_chain_by_ratings(chain_of):
    chain, converters = chain_of("solid state")
    path = [
        (converters[stage.converter], stage.load or converters[stage.converter].top_load)
        for stage in chain
        if stage.location == "facility"
    ]
    np.testing.assert_allclose(path_losses(path).loss, chain_losses(chain, converters).loss)


@given(group=st.floats(1.0, 50.0))
def test_shares_of_redundancy(group):
    assert unit_share("distributed", group).load == pytest.approx(group / (group + 1.0))
    assert unit_share("N+1", group) == UnitShare(1.0, 1.0 / group)
    assert unit_share("2N", group).load == 0.5


def test_wrong_redundancy_and_loads_are_named(chain_of, curve_of, catalogue):
    with pytest.raises(UsageError, match="'3N' is no redundancy"):
        unit_share("3N")
    with pytest.raises(UsageError, match="at least one block, not 0"):
        unit_share("N+1", 0)
    with pytest.raises(UsageError, match="rise from 0"):
        curve_of("415 VAC", loads=[0.5, 0.2])
    with pytest.raises(UsageError, match="no load at its design point"):
        path_losses([(catalogue.converter("mv-transformer"), 0.0)])
    chain, converters = chain_of("power rack", 0.0)
    with pytest.raises(UsageError, match="no load at its design point"):
        chain_losses(chain, converters)
