import datetime as dt

import pytest

from gigaloop.core.errors import CatalogueError
from gigaloop.design import design_generation
from gigaloop.study.codec import dumps, loads


@pytest.fixture(scope="module")
def design(small, catalogue):
    return design_generation(small, small.generations[0], catalogue)


def test_a_design_is_the_same_each_time_and_survives_storage(design, small, catalogue):
    again = design_generation(small, small.generations[0], catalogue)
    assert dumps(again) == dumps(design)
    stored = loads(dumps(design))
    assert stored == design
    assert [str(check) for check in stored.checks] == [str(check) for check in design.checks]


def test_the_day_of_build_is_the_start_of_volume_unless_given(design, small, catalogue):
    assert design.on == small.generations[0].effectivity.volume
    early = design_generation(small, small.generations[0], catalogue, dt.date(2026, 11, 2))
    assert early.bom.on == dt.date(2026, 11, 2)


def test_totals_are_what_they_decompose_into(design):
    assert design.power.design == pytest.approx(sum(row.design_power or 0 for row in design.bom.rows))
    assert design.mass == pytest.approx(sum(row.mass or 0 for row in design.bom.rows))
    assert design.cost_per_rack == pytest.approx(sum(row.cost or 0 for row in design.bom.rows) + design.cost.conversion)
    assert design.floor_load == pytest.approx(design.mass / 0.72)


def test_the_mix_weighs_workloads_by_their_share_of_time(design):
    training, serving = design.performance
    assert design.tokens_per_s == pytest.approx(0.4 * training.tokens_per_s + 0.6 * serving.tokens_per_s)
    parts = design.tokens_per_s_of("training") + design.tokens_per_s_of("inference")
    assert parts == pytest.approx(design.tokens_per_s)


def test_inputs_say_what_is_an_assumption(design):
    inputs = {entry.path: entry for entry in design.inputs}
    assert len(inputs) == len(design.inputs)
    assert not inputs["parts.gpu.power"].is_assumption
    assert inputs["parts.cpu.power"].is_assumption
    assert not inputs["catalogue.gb200.fp8_dense"].is_assumption
    assert str(inputs["generations.nvl72.power.shelf_rating"].quantity) == "33 kW"
    assert {entry.path for entry in design.assumptions} < set(inputs)


def test_failed_checks_come_with_errors_first(make_programme, catalogue):
    programme = make_programme(generation={"power": {"busbar_limit": "2600 A"}})
    failed = design_generation(programme, programme.generations[0], catalogue).failed_checks
    assert [check.id for check in failed] == ["power.busbar", "power.busbar-peak"]


def test_mean_input_scales_with_mean_power(design):
    assert design.mean_input == pytest.approx(design.rack_input * design.power.mean / design.power.design)


def test_an_unknown_converter_is_an_error_with_a_hint(make_programme, catalogue):
    programme = make_programme(generation={"power": {"chain": ["power-shelf-34kw"]}})
    with pytest.raises(CatalogueError, match="power-shelf-33kw"):
        design_generation(programme, programme.generations[0], catalogue)


def test_a_programme_without_workloads_is_designed(make_programme, catalogue):
    programme = make_programme()
    bare = programme.model_copy(update={"workloads": ()})
    design = design_generation(bare, bare.generations[0], catalogue)
    assert design.performance == ()
    assert design.tokens_per_s == 0.0
