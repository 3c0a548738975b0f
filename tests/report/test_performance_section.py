"""The section on the workloads says what the engines found, and its figures hold the same numbers."""

from __future__ import annotations

import pytest

from gigaloop.report.tables import Table


@pytest.fixture(scope="module")
def figures(bundled_report):
    return {figure.id: figure for figure in bundled_report.figures()}


@pytest.fixture(scope="module")
def table(bundled_report):
    return next(each for each in bundled_report.blocks() if isinstance(each, Table) and each.id == "performance")


def test_every_generation_does_every_workload_in_the_table(bundled, table):
    assert len(table.rows) == len(bundled.designs) * len(bundled.programme.workloads)
    said = [cell.value for cell in table.column("per rack")]
    found = [each.tokens_per_s / 1e3 for design in bundled.designs.values() for each in design.performance]
    assert said == pytest.approx(found)


def test_a_number_lies_in_its_band(table):
    for cell in table.column("per rack"):
        if cell.low is not None:
            assert cell.low <= cell.value <= cell.high


def test_the_steps_drawn_are_those_of_the_best_layouts(bundled, figures):
    for work in bundled.work:
        if work.found.search is not None:
            figure = figures[f"workload-{work.workload}-step"]
            scale = 1.0 if figure.unit == "s" else 1e3
            assert figure.sums[0] == pytest.approx(scale * work.found.performance.step)
            assert figure.categories[0] == work.found.search.best.name


def test_operators_do_not_lie_above_memory_or_peak(bundled, figures):
    for work in bundled.work:
        figure = figures.get(f"workload-{work.workload}-roofline")
        if figure is None:
            continue
        curves = {trail.name: trail for trail in figure.trails if trail.form == "curve"}
        highest = max(dot.y.value for trail in curves.values() for dot in trail.dots)
        slope = curves["memory"].dots[-1].y.value / curves["memory"].dots[-1].x.value
        for trail in figure.trails:
            if trail.form == "points":
                for dot in trail.dots:
                    assert dot.y.value <= min(highest, slope * dot.x.value) * 1.001


def test_the_front_marks_the_point_that_the_programme_gets(bundled, figures):
    for work in bundled.work:
        if work.found.front is not None and work.found.front.best is not None:
            figure = figures[f"workload-{work.workload}-front"]
            (mark,) = next(trail for trail in figure.trails if trail.form == "mark").dots
            assert work.found.row == work.found.front.best
            assert mark.y.value == pytest.approx(work.found.performance.tokens_per_s_per_accelerator)
            assert mark.x.value == pytest.approx(1.0 / work.found.performance.step)


def test_the_goodput_of_the_job_is_that_of_its_size(bundled, figures):
    for work in bundled.work:
        if work.found.goodput is not None:
            figure = figures[f"workload-{work.workload}-goodput"]
            at = figure.categories.index(f"{work.found.performance.accelerators:,.0f}")
            assert figure.sums[at] == pytest.approx(100.0 * (1.0 - work.found.performance.goodput))


def test_every_figure_of_a_workload_has_a_unit_and_a_source(figures):
    own = [figure for name, figure in figures.items() if name.startswith("workload")]
    assert own
    for figure in own:
        assert figure.unit
        assert figure.measure
        assert figure.evidence
