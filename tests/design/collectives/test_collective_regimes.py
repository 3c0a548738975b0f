"""Times of collectives against hand arithmetic, and properties that every estimate has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.collectives import System, collective_times, priors
from gigaloop.design.collectives.evaluate import bus_factor, regime_times
from gigaloop.design.collectives.fitted import POOLED, Pool
from gigaloop.design.collectives.priors import PRIOR, Constants
from gigaloop.design.collectives.regimes import ALGORITHMS, table
from gigaloop.design.records.service import COLLECTIVES

NODE = System("node", domain=8.0, scale_up=450e9, scale_out=50e9, in_switch_reduction=True)
RACK = System("rack", domain=72.0, scale_up=900e9, scale_out=50e9, in_switch_reduction=True)
IDEAL = Constants(
    launch=1e-6, inside=1.0, across=1.0, ring=1.0, switch=1.0, switch_growth=1.0, switch_fill=1.0,
    network_ring=1.0, network_tree=1.0, ports=8.0,
)  # fmt: skip


def one(system, collective, algorithm, size, group, constants=IDEAL, contention=1.0):
    """Time of the Simple protocol of an algorithm."""
    rows = table(collective, (algorithm,))
    at = np.array(float(size)), np.array(float(group))
    times = regime_times(rows, system, *at, constants, np.array(contention))
    return float(times[rows.names.index(algorithm)])


def test_a_ring_all_reduce_within_a_domain_is_two_passes_of_n_less_one_steps():
    # NCCL tuner: 8.4 us and 14 steps of 3.4 us; 2 * 7 / 8 of the message over the link.
    expected = 1e-6 + 8.4e-6 + 14 * 3.4e-6 + 1.75 * 2**30 / 450e9
    assert one(NODE, "all_reduce", "ring", 2**30, 8) == pytest.approx(expected, rel=1e-12)


def test_a_ring_across_nodes_is_bound_by_the_ports_of_a_domain():
    # 32 accelerators on four nodes: 6 steps over the network, 56 within; eight ports of 50 GB/s carry the ring.
    expected = 1e-6 + 8.4e-6 + 56 * 3.4e-6 + 6 * 14e-6 + 2 * 31 / 32 * 2**32 / 400e9
    assert one(NODE, "all_reduce", "ring", 2**32, 32) == pytest.approx(expected, rel=1e-12)


def test_a_reduction_in_the_switches_moves_the_message_once_and_its_own_share():
    # 9 / 8 of the message over 0.85 of the link; at 512 GiB all of the pipeline is filled.
    size = 2.0**39
    expected = 1e-6 + 25e-6 + 9 / 8 * size / (0.85 * 450e9)
    assert one(NODE, "all_reduce", "switch", size, 8) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("nodes", "passes"), [(2, 1.0), (4, 2.0)])
def test_a_tree_between_nodes_that_reduce_in_switches_sends_up_and_down_beyond_two_nodes(nodes, passes):
    size = 2.0**39
    latency = 1e-6 + 25e-6 + 2 * np.log2(nodes) * 20.9e-6
    inside, across = 9 / 8 * size / (0.85 * 450e9), passes * size / 400e9
    found = one(NODE, "all_reduce", "switch tree", size, 8 * nodes)
    assert found == pytest.approx(latency + max(inside, across), rel=1e-6)


def test_hierarchical_all_reduce_is_reduce_scatter_all_reduce_on_rails_and_all_gather():
    # Two racks: 2 * 71 / 72 over the link within, an n-th of a domain's share over each of 72 rails, half overlapped.
    size = 2.0**36
    inside, across = 2 * 71 / 72 * size / 900e9, size / (72 * 50e9)
    latency = 1e-6 + 3 * 8.4e-6 + 2 * 71 * 3.4e-6 + 2 * 14e-6
    found = one(RACK, "all_reduce", "hierarchical", size, 144)
    assert found == pytest.approx(latency + inside + 0.5 * across, rel=1e-12)


def test_an_all_to_all_sends_over_the_network_what_does_not_stay_in_the_domain():
    # 64 accelerators on 8 nodes: 56 of 64 parts over the own port of 50 GB/s.
    found = one(NODE, "all_to_all", "direct", 2**33, 64)
    assert found == pytest.approx(1e-6 + 8.4e-6 + 3.4e-6 + 14e-6 + 56 / 64 * 2**33 / 50e9, rel=1e-12)


def test_a_small_all_to_all_is_posting_one_message_for_each_peer():
    found = one(NODE, "all_to_all", "direct", 1024, 1008)
    assert found == pytest.approx(1e-6 + 8.4e-6 + 3.4e-6 + 14e-6 + 1000 * priors.POST_OVERHEAD, rel=1e-3)


def test_send_and_receive_takes_the_slower_of_link_and_port():
    assert one(NODE, "send_recv", "direct", 2**33, 2) == pytest.approx(12.8e-6 + 2**33 / 450e9)
    assert one(NODE, "send_recv", "direct", 2**33, 16) == pytest.approx(26.8e-6 + 2**33 / 50e9)


def test_accelerators_joined_one_to_one_use_the_links_to_their_group_only():
    # MI300X: seven links of 64 GB/s; two accelerators share one.
    mesh = System("mesh", domain=8.0, scale_up=448e9, mesh=True)
    found = one(mesh, "all_reduce", "ring", 2**32, 2)
    assert found == pytest.approx(1e-6 + 8.4e-6 + 2 * 3.4e-6 + 2**32 / 64e9, rel=1e-12)


def test_reduction_in_the_network_is_used_only_where_there_is_any():
    sharp = System("sharp", 8.0, 450e9, 50e9, in_switch_reduction=True, in_network_reduction=True)
    assert np.isinf(one(NODE, "all_reduce", "network reduction", 2**20, 64))
    assert np.isfinite(one(sharp, "all_reduce", "network reduction", 2**20, 64))


def test_the_library_takes_the_fastest_regime_at_every_size():
    size = np.logspace(10, 33, 24, base=2.0)
    found = collective_times(NODE, "all_reduce", size, 32)
    rows = table("all_reduce")
    every = regime_times(rows, NODE, size, np.full_like(size, 32.0), POOLED.constants, np.ones_like(size))
    assert found.time == pytest.approx(every.min(axis=1))
    assert len({found.algorithms[i] for i in found.algorithm}) >= 3


@pytest.mark.parametrize("collective", COLLECTIVES)
def test_sizes_and_groups_broadcast_and_agree_with_one_call_each(collective):
    sizes, groups = 2.0 ** np.array([12, 20, 30]), np.array([[2], [8], [64], [1024]])
    found = collective_times(NODE, collective, sizes, groups)
    assert found.time.shape == found.low.shape == found.bus_bandwidth.shape == found.measured.shape == (4, 3)
    for i, group in enumerate(groups[:, 0]):
        for j, size in enumerate(sizes):
            assert float(collective_times(NODE, collective, size, group).time) == pytest.approx(found.time[i, j])


@pytest.mark.parametrize("collective", COLLECTIVES)
@given(
    size=st.floats(1.0, 1e12),
    more=st.floats(1.0, 100.0),
    group=st.integers(2, 4096),
    slow=st.floats(1.0, 8.0),
)
def test_time_rises_with_the_message_and_with_contention_and_lies_in_its_band(collective, size, more, group, slow):
    base = collective_times(RACK, collective, size, group)
    assert float(collective_times(RACK, collective, size * more, group).time) >= float(base.time) * (1 - 1e-12)
    assert float(collective_times(RACK, collective, size, group, contention=slow).time) >= float(base.time) * (
        1 - 1e-12
    )
    assert 0.0 < float(base.low) < float(base.time) < float(base.high)
    assert not base.measured


@pytest.mark.parametrize("collective", COLLECTIVES)
def test_contention_of_the_network_does_not_touch_a_domain(collective):
    assert collective_times(RACK, collective, 1e9, 72, contention=5.0).time == pytest.approx(
        float(collective_times(RACK, collective, 1e9, 72).time)
    )


def test_a_group_of_one_takes_no_time():
    assert float(collective_times(NODE, "all_reduce", 1e9, 1).time) == 0.0


@pytest.mark.parametrize(("collective", "factor"), [
    ("all_reduce", 1.75), ("all_gather", 0.875), ("reduce_scatter", 0.875), ("all_to_all", 0.875), ("broadcast", 1.0),
    ("send_recv", 1.0),
])  # fmt: skip
def test_bus_bandwidth_is_that_of_nccl_tests(collective, factor):
    # https://github.com/NVIDIA/nccl-tests doc/PERFORMANCE.md
    assert float(bus_factor(collective, np.array(8.0))) == factor
    found = collective_times(NODE, collective, 1e9, 8)
    assert float(found.bus_bandwidth) == pytest.approx(factor * 1e9 / float(found.time))


def test_the_band_widens_with_domains_beyond_those_measured():
    groups = 72.0 * np.array([8, 16, 64, 512])
    found = collective_times(RACK, "all_reduce", 2**30, groups)
    width = found.high / found.low
    assert (np.diff(width) > 0.0).all()
    other = collective_times(RACK, "all_to_all", 2**30, groups)
    assert (other.high / other.low > width).all()


def test_the_prior_alone_can_stand_in_for_fitted_constants():
    pool = Pool(PRIOR, POOLED.spread, (), ("prior",))
    assert collective_times(NODE, "all_reduce", 1e9, 8, pool=pool).basis == ("prior",)


@pytest.mark.parametrize(("call", "says", "hint"), [
    (lambda: collective_times(NODE, "all_reduse", 1e9, 8), "no collective 'all_reduse'", "all_reduce"),
    (lambda: collective_times(NODE, "all_reduce", 1e9, 8, algorithms=("rings",)), "no algorithm 'rings'", "ring"),
    (lambda: collective_times(NODE, "broadcast", 1e9, 8, algorithms=("tree",)), "does not go by tree", "ring"),
    (lambda: collective_times(NODE, "all_reduce", 0, 8), "0 bytes", "above zero"),
    (lambda: collective_times(NODE, "all_reduce", 1e9, 0), "group of 0", "1 or more"),
    (lambda: collective_times(NODE, "all_reduce", 1e9, 8, contention=0.5), "contention of 0.5", "without others"),
    (lambda: collective_times(System("x", 8.0, 1e9), "all_reduce", 1e9, 16), "no scale-out network", "at most 8"),
    (lambda: collective_times(NODE, "all_reduce", 1e9, 16, algorithms=("switch",)), "cannot run", "leave"),
    (lambda: System("x", 0.0, 1e9), "a domain of 0", "1 or more"),
    (lambda: System("x", 8.0, 0.0), "above zero", "GB/s"),
    (lambda: System("x", 8.0, 1e9, -1.0), "negative", "0 where"),
])  # fmt: skip
def test_what_cannot_be_is_told_with_what_would_do(call, says, hint):
    with pytest.raises(UsageError) as raised:
        call()
    assert says in raised.value.why
    assert hint in raised.value.hint


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_serves_some_collective(algorithm):
    served = []
    for collective in COLLECTIVES:
        try:
            served.append(table(collective, (algorithm,)))
        except UsageError:
            continue
    assert served
