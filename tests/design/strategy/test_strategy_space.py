"""The strategies of a job: each legal one once, others with their cause."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import InfeasibleError, UsageError
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.strategies import Job
from gigaloop.design.strategy import CHOICES, strategies_of
from gigaloop.design.strategy.space import divisors, schedule_runs
from gigaloop.design.transformer import Transformer

H100 = Machine("H100", "hopper", 989e12, 1979e12, np.nan, 80e9, 3.35e12, 8, 450e9, 50e9, 700, 700)
DENSE = Transformer("dense", 12, 1024, 16, 4, 64, 4096, 32000)
MIXTURE = Transformer("mixture", 12, 1024, 16, 16, 64, 0, 32000, experts=32, top_k=4, expert_ffn=512)


def legal(model: Transformer, batch: int, sequence: int, accelerators: int) -> set[tuple[int, ...]]:
    """List strategies one at a time by the rules in words, as an oracle for index arithmetic."""
    found: set[tuple[int, ...]] = set()
    for tp in divisors(accelerators):
        for cp in divisors(accelerators // tp):
            for pp in divisors(accelerators // (tp * cp)):
                dp = accelerators // (tp * cp * pp)
                if model.heads % tp or (model.kv_heads % tp and tp % model.kv_heads):
                    continue
                if sequence % ((2 if cp > 1 else 1) * cp * tp) or batch % dp or pp > model.layers:
                    continue
                even = [
                    vp
                    for vp in range(1, model.layers // pp + 1)
                    if -(-model.layers // (pp * vp)) * pp * vp - model.layers < (max(pp, 2) if pp > 1 else 1)
                ]
                if 1 not in even:
                    continue
                pipelines = (
                    [(1, 0)] if pp == 1 else [(vp, 0) for vp in even] + [(1, 1)] + ([(1, 2)] if pp % 2 == 0 else [])
                )
                experts = [ep for ep in divisors(int(model.experts) or 1) if (tp * cp * dp) % ep == 0]
                for vp, schedule in pipelines:
                    for ep in experts:
                        for micro_batch in divisors(batch // dp):
                            for recompute in range(3):
                                for zero in range(4) if cp * dp > 1 else (0,):
                                    for parallel in (0, 1) if tp > 1 else (1,):
                                        found.add(
                                            (tp, cp, pp, vp, dp, ep, micro_batch, recompute, zero, schedule, parallel)
                                        )
    return found


@settings(max_examples=15, deadline=None)
@given(
    model=st.sampled_from([DENSE, MIXTURE]),
    accelerators=st.sampled_from([1, 2, 6, 8, 16, 24]),
    batch=st.sampled_from([8, 12, 48]),
)
def test_index_arithmetic_gives_each_legal_strategy_once(model, accelerators, batch):
    job = Job(sequence=1024, batch=batch, precision=0)
    expected = legal(model, batch, 1024, accelerators)
    space = strategies_of(model, H100, job, accelerators)
    strategies = space.strategies(np.arange(space.size))
    rows = list(zip(*(np.asarray(getattr(strategies, name)).astype(int).tolist() for name in CHOICES), strict=True))
    assert len(rows) == len(set(rows)) == space.size
    assert set(rows) == expected


def test_any_range_of_strategies_is_the_same_as_all_of_them():
    space = strategies_of(MIXTURE, H100, Job(1024, 64, 0), 64)
    everything = space.strategies(np.arange(space.size))
    some = np.array([0, 17, space.size // 2, space.size - 1])
    for name in CHOICES:
        assert np.array_equal(getattr(space.strategies(some), name), getattr(everything, name)[some])
    groups = space.group(np.arange(space.size))
    assert np.all(np.diff(groups) >= 0)
    by_group = Counter(
        zip(groups.tolist(), np.asarray(everything.tp).tolist(), np.asarray(everything.ep).tolist(), strict=True)
    )
    assert len(by_group) == len(set(groups.tolist()))


def test_what_is_ruled_out_and_what_is_left_are_all_layouts():
    space = strategies_of(DENSE, H100, Job(1024, 48, 0), 96)
    layouts = sum(len(divisors(96 // (tp * cp))) for tp in divisors(96) for cp in divisors(96 // tp))
    assert sum(each.count for each in space.ruled_out) + len(space.layouts) == layouts
    assert {"heads", "layers", "batch"} <= {each.cause for each in space.ruled_out}


def test_what_is_fixed_holds():
    fixed = {"tp": 4, "recompute": ("none", "full"), "zero": 1, "schedule": "1f1b"}
    space = strategies_of(DENSE, H100, Job(1024, 48, 0), 48, fixed=fixed)
    strategies = space.strategies(np.arange(space.size))
    assert set(np.unique(strategies.tp)) == {4}
    assert set(np.unique(strategies.recompute)) == {0, 2}
    assert set(np.unique(strategies.schedule)) == {0}


@pytest.mark.parametrize(("name", "index"), [("full", 2), (("none", "full"), (0, 2))])
def test_a_recompute_is_fixed_by_its_name_or_its_index(name, index):
    spaces = [strategies_of(DENSE, H100, Job(1024, 48, 0), 48, fixed={"recompute": each}) for each in (name, index)]
    assert spaces[0].size == spaces[1].size
    assert np.array_equal(spaces[0].options, spaces[1].options)


def test_interleaved_micro_batches_go_round_the_stages():
    space = strategies_of(DENSE, H100, Job(1024, 12, 0), 4, fixed={"pp": 4, "vp": 3, "schedule": "1f1b"})
    strategies = space.strategies(np.arange(space.size))
    runs = schedule_runs(Job(1024, 12, 0), strategies)
    assert np.array_equal(runs, (12 // strategies.micro_batch) % 4 == 0)


@pytest.mark.parametrize(
    ("fixed", "says"),
    [
        ({"tensor": 8}, "what can be fixed: tp, cp"),
        ({"recompute": "some"}, "known: none, selective, full"),
        ({"schedule": "gpipe"}, "known: 1f1b, zero-bubble, dualpipe"),
    ],
)
def test_an_unknown_choice_is_refused_with_what_is_known(fixed, says):
    with pytest.raises(UsageError) as error:
        strategies_of(DENSE, H100, Job(1024, 48, 0), 8, fixed=fixed)
    assert says in error.value.hint


def test_heads_that_do_not_divide_are_refused_with_what_would():
    with pytest.raises(InfeasibleError) as error:
        strategies_of(DENSE, H100, Job(1024, 48, 0), 24, fixed={"tp": 3})
    assert "tensor parallelism can be 1, 2, 4, 8, 16" in str(error.value)


def test_without_a_network_nothing_leaves_the_domain():
    with pytest.raises(InfeasibleError, match="no network beyond it"):
        strategies_of(DENSE, replace(H100, scale_out=0.0), Job(1024, 48, 0), 16)
