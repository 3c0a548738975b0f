"""Figures of workloads hold the numbers of the records that they are made from."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.report.made_up_work import (
    HBM,
    HOW,
    made_up_front,
    made_up_goodput,
    made_up_search,
)

from gigaloop.design.records.operators import Operator
from gigaloop.design.records.step_power import StepPower
from gigaloop.report.content.performance_roofs import (
    Spot,
    generations_figure,
    goodput_figure,
    power_figure,
    roofline_figure,
)
from gigaloop.report.content.performance_serving import front_figure, serving_memory_figure, serving_step_figure
from gigaloop.report.content.performance_training import (
    memory_figure,
    sensitivity_figure,
    step_figure,
    strategy_figure,
)
from gigaloop.report.echarts import chart
from gigaloop.report.figures import Trail
from gigaloop.report.palette import palette_for


def xs(trail: Trail) -> list[float]:
    return [float(dot.x.value or 0.0) for dot in trail.dots]


def ys(trail: Trail) -> list[float]:
    return [float(dot.y.value or 0.0) for dot in trail.dots]


@pytest.fixture(scope="module")
def search():
    return made_up_search()


@pytest.fixture(scope="module")
def points(search):
    return (search.best, *search.runners_up)


def test_the_parts_of_a_step_add_up_to_it_in_the_figure(points):
    figure = step_figure("step", "Model", points, HOW)
    assert figure.sums == pytest.approx([point.step for point in points])
    assert figure.series[-1].name == "other parts"
    assert "optimiser" in figure.notes[1]


@pytest.mark.parametrize("software", [1.2, 0.8])
def test_what_software_adds_is_a_part_of_its_own_and_what_it_saves_is_saved_in_all(points, software):
    figure = step_figure("step", "Model", points, HOW, software=software)
    scale = 1.0 if figure.unit == "s" else 1e3
    assert figure.sums == pytest.approx([scale * software * point.step for point in points])
    assert ("software stack" in [series.name for series in figure.series]) == (software > 1.0)


def test_a_short_step_is_said_in_milliseconds(points):
    quick = dataclasses.replace(
        points[0],
        step=points[0].step / 1e3,
        step_parts={part: value / 1e3 for part, value in points[0].step_parts.items()},
    )
    figure = step_figure("step", "Model", [quick], HOW)
    assert figure.unit == "ms"
    assert figure.sums == pytest.approx([points[0].step])


def test_memory_is_drawn_against_what_there_is(points):
    figure = memory_figure("memory", "Model", points, HBM, HOW)
    assert figure.sums == pytest.approx([point.memory / 1e9 for point in points])
    assert figure.asked is not None
    assert figure.asked.floats == [HBM / 1e9] * len(points)


def test_the_best_strategy_is_marked_and_what_does_not_fit_lies_beyond_the_limit(search):
    figure = strategy_figure("scatter", "Model", search, HOW)
    trails = {trail.name: trail for trail in figure.trails}
    assert ys(trails["best"]) == [search.best.step]
    assert trails["best"].form == "mark"
    limit = figure.limits[0].at
    assert limit == HBM / 1e9
    assert trails["faster, but does not fit"].form == "hollow"
    assert min(xs(trails["faster, but does not fit"])) > limit
    for name, trail in trails.items():
        if name.startswith("TP"):
            assert max(xs(trail)) <= limit
            assert min(ys(trail)) >= search.best.step


def test_strategies_that_lie_on_each_other_are_drawn_once_and_the_fastest_of_each_colour_stays(search):
    many = dataclasses.replace(
        search,
        scatter=dataclasses.replace(
            search.scatter,
            **{
                name: np.repeat(getattr(search.scatter, name), 50)
                for name in ("tp", "cp", "pp", "ep", "dp", "step", "memory")
            },
        ),
    )
    figure = strategy_figure("scatter", "Model", many, HOW)
    assert sum(len(trail.dots) for trail in figure.trails) < len(search.scatter.step) + 2
    for trail in figure.trails:
        if trail.name.startswith("TP"):
            own = search.scatter.tp == int(trail.name[3:])
            assert min(ys(trail)) == pytest.approx(search.scatter.step[own].min())


def test_the_largest_sensitivity_stands_first_and_in_the_title_and_whole_numbers_have_none(search):
    figure = sensitivity_figure("s", "Model", search.sensitivity, HOW)
    assert figure.categories == ("FP8 peak", "HBM bandwidth", "HBM")
    assert figure.series[0].floats == [0.61, 0.08, 0.0]
    assert figure.title == "Model: one percent more FP8 peak trains 0.61 % faster"


def test_the_front_of_each_size_of_instance_falls_and_its_best_point_is_marked():
    found = made_up_front()
    figure = front_figure("front", "Model", found, HOW, required=40.0, band=0.2)
    trails = {trail.name: trail for trail in figure.trails}
    assert set(trails) == {"instances of 8", "instances of 72", "best as asked"}
    for name in ("instances of 8", "instances of 72"):
        assert xs(trails[name]) == sorted(xs(trails[name]))
        assert ys(trails[name]) == sorted(ys(trails[name]), reverse=True)
        for dot in trails[name].dots:
            assert dot.y.value is not None
            assert dot.y.high == pytest.approx(dot.y.value * np.exp(0.2))
    assert figure.band == "instances of 72"
    assert found.best is not None
    assert ys(trails["best as asked"]) == [found.points.tokens_per_s_per_accelerator[found.best]]
    assert figure.limits[0].at == 40.0


def test_every_point_of_the_whole_front_is_on_the_front_of_its_size_and_each_layout_is_named_once():
    found = made_up_front()
    figure = front_figure("front", "Model", found, HOW)
    drawn = {(x, y) for trail in figure.trails for x, y in zip(xs(trail), ys(trail), strict=True)}
    points = found.points
    assert {(points.tokens_per_s_per_user[i], points.tokens_per_s_per_accelerator[i]) for i in found.front} <= drawn
    named = [dot.label for trail in figure.trails for dot in trail.dots if dot.label]
    assert len(set(named)) == len(named)


def test_a_speed_that_no_layout_gives_is_said_to_be_out_of_reach():
    found = made_up_front(required=1e6)
    figure = front_figure("front", "Model", found, HOW, required=1e6)
    assert "no layout gives 1,000,000 tokens/s to a user" in figure.title
    assert "best as asked" not in [trail.name for trail in figure.trails]
    late = front_figure("front", "Model", found, HOW, required=10.0)
    assert "no layout that gives 10 tokens/s to a user has the first token in time" in late.title


def test_the_parts_of_a_decoding_step_add_up_to_it():
    found = made_up_front()
    rows = found.front[:2]
    figure = serving_step_figure("step", "Model", ["a", "b"], found.points, rows, HOW)
    assert figure.sums == pytest.approx(1e3 * found.points.step[rows])
    assert figure.series[-1].name == "other parts"


def test_no_operator_lies_above_the_roof_that_it_is_drawn_under_and_roofs_meet_memory_at_their_ridge():
    peaks = {"BF16": 2.5e15, "FP8": 5e15}
    operators = [
        Operator("feed-forward", "matrix products", 4e12, 4e9, 1.2e-3),
        Operator("norms", "memory-bound operators", 1e9, 1e9, 2e-4),
    ]
    figure = roofline_figure("roof", "Model", peaks, 8e12, operators, HOW)
    roofs = {trail.name: trail for trail in figure.trails if trail.form == "curve"}
    for name, peak in peaks.items():
        assert xs(roofs[f"{name} peak"])[0] == pytest.approx(peak / 8e12)
        assert ys(roofs[f"{name} peak"]) == [peak / 1e12, peak / 1e12]
    assert ys(roofs["memory"])[-1] == pytest.approx(5000.0)
    assert figure.title.startswith("Model: 'feed-forward' takes longest and reaches 67 %")
    marks = [trail for trail in figure.trails if trail.form == "points"]
    assert [ys(trail)[0] for trail in marks] == pytest.approx([4e12 / 1.2e-3 / 1e12, 5.0])


def test_what_does_not_train_is_what_goodput_leaves():
    found = made_up_goodput()
    figure = goodput_figure("goodput", "Model", found, 1, HOW)
    assert figure.sums == pytest.approx(100.0 * (1.0 - found.share))
    assert "waiting for repair" not in [series.name for series in figure.series]
    assert "4,096" in figure.title


def test_generations_stand_in_the_colour_of_their_workload():
    spots = [
        Spot("A", "train", 1e6, 3e3, 2e3, 4e3),
        Spot("B", "train", 2e6, 4e3, 3e3, 5e3),
        Spot("A", "serve", 1e5, 9.0, 8.0, 11.0),
    ]
    figure = generations_figure("generations", spots, HOW)
    assert [trail.name for trail in figure.trails] == ["train", "serve"]
    assert figure.title == "Most per megawatt: B for train; A for serve"


def test_memory_of_serving_adds_up_and_is_drawn_against_what_there_is():
    found = made_up_front()
    figure = serving_memory_figure("memory", "Model", ["a", "b"], found.points, found.front[:2], HOW)
    assert figure.sums == pytest.approx([sum(part[0] for part in found.points.memory.values()) / 1e9] * 2)
    assert figure.asked is not None
    assert figure.asked.floats == [HBM / 1e9] * 2


def test_the_power_of_a_step_is_drawn_as_it_lasts_and_its_limit_is_inside_the_plot():
    power = StepPower(
        times=np.array([0.0, 0.2, 0.5]),
        power=np.array([1000.0, 600.0]),
        stages=np.array([[1000.0, 600.0]]),
        limit=1400.0,
        energy={},
    )
    figure = power_figure("power", "Model", power, HOW)
    (trail,) = figure.trails
    assert list(zip(xs(trail), ys(trail), strict=True)) == [(0, 1000), (200, 1000), (200, 600), (500, 600)]
    assert figure.title == "Model: an accelerator draws 1,000 W for 40 % of a step and 600 W else"
    made = chart(figure, palette_for([figure.entities()]))
    assert made.option["yAxis"]["max"] >= 1400.0
