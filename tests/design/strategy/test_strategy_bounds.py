"""What bounds leave out of a search is never missed: the same answers as by ranking every strategy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import InfeasibleError
from gigaloop.design.performance import Constants, training_steps
from gigaloop.design.performance.machine import Machine
from gigaloop.design.performance.memory import training_memory
from gigaloop.design.performance.strategies import Job
from gigaloop.design.strategy import branch, points_of, search_strategies, strategies_of
from gigaloop.design.strategy.bounds import blocks_of
from gigaloop.design.strategy.branch import GAIN, MEMORY_WITHIN
from gigaloop.design.strategy.space import schedule_runs
from gigaloop.design.transformer import Transformer

RUNNERS_UP = 4


@st.composite
def jobs(draw):
    """Draw a model, a machine that it may just fit, a job and a number of accelerators."""
    layers = draw(st.sampled_from([5, 8, 12, 17]))
    hidden = draw(st.sampled_from([512, 4096, 12288]))
    vocab = draw(st.sampled_from([8_000, 256_000]))
    model = Transformer("drawn", layers, hidden, 16, draw(st.sampled_from([2, 16])), hidden // 16, 3 * hidden, vocab)
    if draw(st.booleans()):
        model = replace(
            model, experts=8, top_k=2, expert_ffn=hidden, dense_layers=1, mtp_layers=draw(st.sampled_from([0, 1]))
        )
    machine = Machine(
        "drawn", draw(st.sampled_from(["hopper", "blackwell", "cdna3"])), 989e12, 1979e12, np.nan,
        hbm=draw(st.sampled_from([6e9, 16e9, 80e9, 400e9])),
        hbm_bandwidth=draw(st.sampled_from([1e12, 8e12])),
        domain=draw(st.sampled_from([1.0, 4.0, 8.0, 64.0])),
        scale_up=draw(st.sampled_from([5e10, 9e11])),
        scale_out=draw(st.sampled_from([2e9, 1e11])),
        power=700.0, tdp=700.0, in_switch_reduction=draw(st.booleans()),
    )  # fmt: skip
    job = Job(
        sequence=draw(st.sampled_from([512, 8192])),
        batch=draw(st.sampled_from([12, 16, 48])),
        precision=draw(st.sampled_from([0, 1])),
        adapters=draw(st.booleans()),
    )
    return model, machine, job, draw(st.sampled_from([4, 8, 16, 24]))


CONSTANTS = st.builds(
    Constants,
    interference=st.sampled_from([0.0, 0.12, 0.5]),
    cover=st.sampled_from([0.3, 1.0]),
    stragglers=st.sampled_from([0.0, 0.004, 0.05]),
    kernel=st.sampled_from([1e-6, 2e-5]),
    hidden_fsdp=st.sampled_from([0.2, 1.0]),
)
FIXED = st.sampled_from([{}, {"zero": (0, 3)}, {"recompute": "full"}, {"schedule": "1f1b", "vp": 1}, {"pp": (2, 4)}])


def every(space, model, machine, job, constants):
    """Give what there is to know of all strategies of a space: whether they run, memory, what there is, step."""
    strategies = space.strategies(np.arange(space.size))
    memory = training_memory(model, machine, job, strategies)
    steps = training_steps(model, machine, job, strategies, constants).step
    return schedule_runs(job, strategies), memory.total, memory.available, steps


@settings(max_examples=40, deadline=None)
@given(case=jobs(), constants=CONSTANTS, fixed=FIXED)
def test_a_search_that_prunes_finds_what_ranking_every_strategy_finds(case, constants, fixed):
    model, machine, job, accelerators = case
    options = {"constants": constants, "fixed": fixed, "runners_up": RUNNERS_UP}
    try:
        space = strategies_of(model, machine, job, accelerators, fixed=fixed)
    except InfeasibleError:
        return
    runs, memory, available, steps = every(space, model, machine, job, constants)
    fits = runs & (memory <= available)
    if not fits.any():
        for all_of_it in (False, True):
            with pytest.raises(InfeasibleError, match="does not fit"):
                search_strategies(model, machine, job, accelerators, thorough=all_of_it, **options)
        return
    # All that fit, fastest first; of each layout and expert parallelism the first.
    ranked = np.lexsort((np.arange(space.size), steps))
    ranked = ranked[fits[ranked]]
    _, first = np.unique(space.group(ranked), return_index=True)
    groups = ranked[np.sort(first)]
    expected = points_of(model, machine, job, space.strategies(groups[: RUNNERS_UP + 1]), constants)
    # All that nearly fit, least memory first, as far as each is faster than all before.
    unlocked, step = [], steps[groups[0]]
    near = np.flatnonzero(runs & ~fits & (memory <= MEMORY_WITHIN * available))
    for index in near[np.lexsort((near, steps[near], memory[near]))]:
        if steps[index] < step * (1.0 - GAIN):
            unlocked.append(index)
            step = steps[index]

    with pytest.MonkeyPatch.context() as patch:  # small parts, so that bounds leave some out
        patch.setattr(branch, "CHUNK", 200)
        patch.setattr(branch, "AHEAD", 1000)
        thorough = search_strategies(model, machine, job, accelerators, **options)
        quick = search_strategies(model, machine, job, accelerators, thorough=False, **options)
    for found in (thorough, quick):
        assert (found.best, *found.runners_up) == expected
        assert [each.memory for each in found.memory_steps] == memory[unlocked].tolist()
        assert [each.point.step for each in found.memory_steps] == pytest.approx(steps[unlocked].tolist())
        assert found.considered == space.size
    assert thorough.fitting == fits.sum()
    assert quick.fitting is None
    assert thorough.scatter.step == pytest.approx(steps[groups])
    assert thorough.scatter.memory == pytest.approx(memory[groups])
    shown = len(quick.scatter.step)
    assert shown >= len(expected)
    assert quick.scatter.step == pytest.approx(steps[groups[:shown]])
    out = {each.cause: each.count for each in thorough.ruled_out if each.unit == "strategies"}
    assert out.get("schedule", 0) == np.sum(~runs)
    assert out.get("memory", 0) == np.sum(runs & ~fits)


@settings(max_examples=40, deadline=None)
@given(case=jobs(), constants=CONSTANTS, fixed=FIXED)
def test_no_strategy_is_faster_than_the_bounds_of_its_parts(case, constants, fixed):
    model, machine, job, accelerators = case
    try:
        space = strategies_of(model, machine, job, accelerators, fixed=fixed)
    except InfeasibleError:
        return
    runs, _, _, steps = every(space, model, machine, job, constants)
    blocks = blocks_of(space, job)
    families = blocks.families(np.arange(blocks.layout.size))
    members = families.members(np.arange(families.block.size))
    assert np.array_equal(np.sort(members), np.flatnonzero(runs))
    assert blocks.size == members.size
    lower = families.bounds(model, machine, job, constants)
    assert np.all(np.repeat(lower, families.sizes) <= steps[members])
    assert np.all(blocks.bounds(model, machine, job, constants)[families.block] <= lower * (1.0 + 1e-8))
