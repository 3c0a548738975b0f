"""Operators, collectives and schedules of a training step against hand counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import UsageError
from gigaloop.design.performance import PRIORS, Constants, Machine, machine_of, stacked_machines
from gigaloop.design.performance.attention import fused_times, pairs_of
from gigaloop.design.performance.machine import ARCHITECTURES, PRECISIONS
from gigaloop.design.performance.matrix import peak_of, products, rates_of, sustained_rate
from gigaloop.design.performance.schedule import bubble_time, slowest_stage
from gigaloop.design.performance.traffic import exchange_time, exposed, group_of, links_of

H100 = Machine("H100", "hopper", 989e12, 1979e12, np.nan, 80e9, 3.35e12, 8.0, 450e9, 50e9, 700.0, 700.0)
GB300 = Machine(
    "GB300", "blackwell", 2450e12, 4900e12, 14700e12, 279e9, 8e12, 72.0, 900e9, 100e9, 1400.0, 1400.0, 32.0
)  # fmt: skip
BF16, FP8, FP4 = (np.asarray(PRECISIONS.index(each)) for each in ("bf16", "fp8", "fp4"))
ONE = np.ones(())


def number(value: float) -> np.ndarray:
    return np.array(value, dtype=np.float64)


def test_a_large_product_reaches_its_share_and_small_ones_less() -> None:
    rates = rates_of(H100, BF16, Constants(), ONE)
    shares = []
    for size in (256.0, 1024.0, 4096.0, 65536.0):
        found = products(rates, number(size), number(size), number(size))
        shares.append(float(2.0 * size**3 / found.forward / rates.flops))
    assert shares == sorted(shares)
    assert shares[0] < 0.05 < 0.9 < shares[-1] < 1.0


def test_a_product_of_one_row_is_bound_by_memory() -> None:
    rates = rates_of(H100, BF16, Constants(wave=0.0, prologue=0.0), ONE)
    found = products(rates, number(1.0), number(16384.0), number(16384.0))
    assert float(found.forward) == pytest.approx(2.0 * 16384**2 / float(rates.memory), rel=0.01)


def test_products_of_experts_lose_more_the_fewer_tokens_each_has() -> None:
    rates = rates_of(H100, FP8, Constants(), ONE)
    whole = products(rates, number(16384.0), number(7168.0), number(4096.0))
    apart = [products(rates, number(16384.0 / n), number(7168.0), number(4096.0), number(n), 40.0) for n in (4.0, 64.0)]
    assert whole.forward < apart[0].forward < apart[1].forward
    assert float(apart[1].flops) == float(whole.flops)


def test_fp4_recipes_keep_a_part_in_16_bits() -> None:
    none, some = (rates_of(GB300, FP4, Constants(wide=wide), ONE).flops for wide in (0.0, 0.15))
    wide = rates_of(GB300, BF16, Constants(), ONE).flops
    assert float(some) == pytest.approx(float(1.0 / (0.85 / none + 0.15 / wide)))


def test_more_power_for_the_same_peak_is_a_faster_pace() -> None:
    c = Constants(power=0.5)

    def pace(machine: Machine, precision: np.ndarray = BF16) -> float:
        return float(sustained_rate(machine, precision, number(0.5), c) / peak_of(machine, precision)) / 0.5

    assert pace(GB300) == pace(GB300, FP8) == pytest.approx((1400.0 / 1200.0) ** 0.5)
    assert pace(replace(GB300, tdp=1200.0)) == pytest.approx(1.0)
    assert pace(replace(GB300, tdp=np.nan)) == 1.0
    assert float(sustained_rate(replace(H100, bf16=148e12, tdp=400.0), BF16, number(0.7), c)) < 148e12
    assert pace(GB300, FP4) < 1.0 < pace(replace(GB300, fp4=9800e12), FP4)


@given(peak=st.floats(1e14, 1e17), factor=st.floats(1.0, 10.0), power=st.floats(0.1, 2.0))
def test_a_higher_peak_at_the_same_power_is_never_slower(peak: float, factor: float, power: float) -> None:
    c = Constants(power=power)
    low, high = (sustained_rate(replace(GB300, bf16=each), BF16, number(0.7), c) for each in (peak, peak * factor))
    assert float(high) >= float(low) * (1.0 - 1e-12)


def test_pairs_of_a_window() -> None:
    # Six tokens that look back two, counted by the area between the diagonals: 2 * 6 - 2 * 2 / 2.
    assert float(pairs_of(number(6.0), number(2.0), ONE)) == 10.0
    assert float(pairs_of(number(6.0), number(2.0), number(0.5))) == 14.0


def test_faster_exponentials_help_narrow_heads_most() -> None:
    def time(machine: Machine, width: float) -> float:
        size = number(8192.0)
        found = fused_times(
            machine, Constants(), ONE, pairs=0.5 * size * size, heads=number(64.0), widths=number(2.0 * width),
            rows=64.0 * size, edge=number(0.0),
        )  # fmt: skip
        return float(found[0])

    slow = replace(GB300, special_functions=16.0)
    assert time(slow, 64.0) / time(GB300, 64.0) > time(slow, 256.0) / time(GB300, 256.0) > 1.0


@pytest.mark.parametrize(
    ("size", "stride", "inside", "domains"),
    [(8.0, 1.0, 8.0, 1.0), (16.0, 1.0, 8.0, 2.0), (16.0, 4.0, 2.0, 8.0), (4.0, 8.0, 1.0, 4.0), (1.0, 8.0, 1.0, 1.0)],
)
def test_groups_lie_over_domains(size: float, stride: float, inside: float, domains: float) -> None:
    found = group_of(links_of(H100, Constants()), Constants(), number(size), number(stride))
    assert (float(found.inside), float(found.domains)) == (inside, domains)


def test_rings_take_the_slowest_link_and_every_port() -> None:
    c = Constants()
    links = links_of(H100, c)
    inside = group_of(links, c, number(8.0), ONE)
    assert float(inside.ring) == pytest.approx(7.0 / 8.0 / (450e9 * c.scale_up))
    rails = group_of(links, c, number(64.0), ONE)
    assert float(rails.ring) == pytest.approx(63.0 / 64.0 / (8.0 * 50e9 * c.scale_out))
    alone = group_of(links, c, number(8.0), number(8.0))
    assert float(alone.ring) == pytest.approx(7.0 / 8.0 / (50e9 * c.scale_out))


def test_a_mesh_has_only_the_links_between_its_members() -> None:
    c, mesh = Constants(), replace(H100, mesh=True)
    half = group_of(links_of(mesh, c), c, number(4.0), ONE)
    whole = group_of(links_of(H100, c), c, number(4.0), ONE)
    assert float(half.local / whole.local) == pytest.approx(7.0 / 3.0)


def test_tokens_cross_once_for_each_domain() -> None:
    # With one expert for a token, half the tokens of two domains cross; with many, all of them, but once.
    c = Constants(call=0.0, hop=0.0, network_hop=0.0)
    links = links_of(replace(H100, scale_up=1e30), c)
    group = group_of(links, c, number(16.0), ONE)
    times = [float(exchange_time(links, group, number(1000.0), number(k), number(2.0))) for k in (1.0, 64.0)]
    each = 1000.0 * 2.0 / (50e9 * c.all_to_all_out)
    assert times == pytest.approx([0.5 * each, each], rel=1e-9)


@given(time=st.floats(0.0, 10.0), budget=st.floats(0.0, 10.0), reach=st.floats(0.0, 1.0), cost=st.floats(0.0, 0.5))
def test_what_shows_and_what_hides_make_up_a_collective(time: float, budget: float, reach: float, cost: float) -> None:
    shown, hidden = exposed(number(time), number(budget), reach, cost)
    assert 0.0 <= float(hidden) <= min(time, budget) + 1e-12
    assert float(shown) == pytest.approx(time - float(hidden) + cost * float(hidden), abs=1e-9)


@given(p=st.integers(1, 64), v=st.integers(1, 12), m=st.integers(1, 512))
def test_the_bubble_of_1f1b_is_that_of_narayanan(p: int, v: int, m: int) -> None:
    # arXiv:2104.04473, section 2.2.2: (p - 1) / (v m) of the ideal time.
    idle = bubble_time(np.asarray(0), number(p), number(v), ONE, number(2.0), ONE, number(m))
    assert float(idle) / (3.0 * m) == pytest.approx((p - 1) / (v * m))


def test_bubbles_of_zero_bubble_and_dualpipe() -> None:
    # DeepSeek-V3, arXiv:2412.19437, table 2, with F = 1, B = 2, W = 1 and a pair of passes F&B of 3, 16 stages.
    times = [
        float(bubble_time(np.asarray(s), number(16.0), ONE, ONE, number(2.0), ONE, number(16.0))) for s in (0, 1, 2)
    ]
    assert times == [45.0, 15.0, 14.0]


def test_stages_that_divide_evenly_carry_the_head_on_top() -> None:
    one_more = slowest_stage(number(96.0), number(8.0), ONE, ONE, number(1.5))
    assert float(one_more) == 13.5
    assert float(slowest_stage(number(96.0), ONE, ONE, ONE, number(1.5))) == 97.5


def test_machines_of_the_catalogue() -> None:
    catalogue = load_catalogue()
    machines = [machine_of(catalogue.accelerator(each)) for each in ("a100-80", "gb300", "vr200")]
    assert [machine.domain for machine in machines] == [8.0, 72.0, 72.0]
    assert machines[1].special_functions == 2.0 * float(machines[0].special_functions)
    assert machines[2].bf16 == pytest.approx(0.5 * float(machines[2].fp8))
    column = stacked_machines(machines)
    assert [ARCHITECTURES[each] for each in np.asarray(column.architecture)] == ["ampere", "blackwell", "rubin"]
    capped = machine_of(catalogue.accelerator("gb300"), domain=36, scale_out=200e9, power_cap=1000.0)
    assert (capped.domain, capped.scale_out, capped.power, capped.tdp) == (36.0, 200e9, 1000.0, 1400.0)


def test_an_accelerator_without_bandwidth_is_refused() -> None:
    entry = load_catalogue().accelerator("h100").model_copy(update={"hbm_bandwidth": None})
    with pytest.raises(UsageError, match="states no hbm_bandwidth"):
        machine_of(entry)


def test_constants_go_through_names_and_back() -> None:
    flat = Constants().flat()
    assert Constants().with_values(flat) == Constants()
    assert {name.split()[0] for name in flat} == set(PRIORS)
    assert Constants().with_values({"matrix hopper fp8": 0.5}).matrix[ARCHITECTURES.index("hopper")][1] == 0.5
    with pytest.raises(KeyError, match="there is no constant 'matrix hoper fp8'"):
        Constants().with_values({"matrix hoper fp8": 0.5})
    assert all(prior.source and prior.spread > 0.0 for prior in PRIORS.values())
