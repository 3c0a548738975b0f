"""Figures of workloads hold the numbers of the records that they are made from."""

from __future__ import annotations

import numpy as np
import pytest
from tests.report.made_up_work import HOW, made_up_memory, made_up_steps, made_up_strategies

from gigaloop.report.content.performance_training import (
    memory_figure,
    sensitivity_figure,
    step_figure,
    strategy_figure,
)
from gigaloop.report.figures import Trail


def xs(trail: Trail) -> list[float]:
    return [float(dot.x.value or 0.0) for dot in trail.dots]


def ys(trail: Trail) -> list[float]:
    return [float(dot.y.value or 0.0) for dot in trail.dots]


@pytest.fixture(scope="module")
def made():
    strategies = made_up_strategies()
    steps, memory = made_up_steps(strategies), made_up_memory(strategies)
    order = np.argsort(np.where(memory.fits, steps.step, np.inf), kind="stable")
    return strategies, steps, memory, order


def test_the_parts_of_a_step_add_up_to_it_in_the_figure(made):
    _, steps, _, order = made
    rows = order[:4]
    figure = step_figure("step", "Model", ["a", "b", "c", "d"], steps, rows, HOW)
    assert figure.sums == pytest.approx(steps.step[rows])
    assert "other parts" in [series.name for series in figure.series]
    assert figure.notes[1] == "Other parts: optimiser."


def test_a_short_step_is_said_in_milliseconds(made):
    _, steps, _, order = made
    quick = type(steps)(
        **(steps.__dict__ | {"step": steps.step / 1e3, "parts": {k: v / 1e3 for k, v in steps.parts.items()}})
    )
    figure = step_figure("step", "Model", ["a"], quick, order[:1], HOW)
    assert figure.unit == "ms"
    assert figure.sums == pytest.approx(1e3 * quick.step[order[:1]])


def test_memory_is_drawn_against_what_may_be_used(made):
    _, _, memory, order = made
    figure = memory_figure("memory", "Model", ["a", "b"], memory, order[:2], HOW)
    assert figure.sums == pytest.approx(memory.total[order[:2]] / 1e9)
    assert figure.asked is not None
    assert figure.asked.floats == pytest.approx(memory.available[order[:2]] / 1e9)


def test_the_best_strategy_is_marked_and_what_does_not_fit_lies_beyond_the_limit(made):
    strategies, steps, memory, order = made
    figure = strategy_figure("scatter", "Model", strategies, steps, memory, int(order[0]), HOW)
    trails = {trail.name: trail for trail in figure.trails}
    (best,) = ys(trails["best"])
    assert best == pytest.approx(steps.step[order[0]])
    limit = figure.limits[0].at
    assert trails["does not fit"].form == "hollow"
    assert min(xs(trails["does not fit"])) > limit
    for name, trail in trails.items():
        if name.startswith("TP"):
            assert max(xs(trail)) <= limit
            assert min(ys(trail)) >= best


def test_strategies_that_lie_on_each_other_are_drawn_once_and_the_fastest_of_each_colour_stays(made):
    strategies, steps, memory, order = made
    figure = strategy_figure("scatter", "Model", strategies, steps, memory, int(order[0]), HOW)
    assert sum(len(trail.dots) for trail in figure.trails) < len(order)
    fits = memory.fits
    for trail in figure.trails:
        if trail.name.startswith("TP"):
            own = fits & (np.asarray(strategies.tp) == int(trail.name[3:]))
            own[order[0]] = False
            assert min(ys(trail)) == pytest.approx(steps.step[own].min())


def test_the_largest_sensitivity_stands_first_and_in_the_title():
    figure = sensitivity_figure(
        "s", "Model", {"HBM bandwidth": 0.08, "peak": 0.61, "link latency": -0.2}, HOW, "tokens"
    )
    assert figure.categories == ("peak", "link latency", "HBM bandwidth")
    assert figure.title == "Model: one percent more peak is worth 0.61 % more tokens"
