"""Published bandwidths against the model: the figures to reach, what is left out when, and tables of one's own."""

from importlib.resources import as_file, files

import numpy as np
import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import ProgrammeError
from gigaloop.design.collectives.fitted import POOLED
from gigaloop.validation import validate
from gigaloop.validation.collectives import (
    COLUMNS,
    OTHERS,
    OWN,
    Pools,
    Row,
    accelerator_of,
    bundled,
    machine_of,
    system_of_row,
)

LARGE = 2**28


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def validation():
    return validate("collectives")


def errors(validation, what, keep):
    rows = bundled()
    mine = [each for each in validation.rows if each.quantity == what]
    assert len(mine) == len(rows)
    pairs = zip(rows, mine, strict=True)
    return np.abs([each.error for row, each in pairs if keep(row) and each.error is not None])


def test_constants_of_other_machines_reach_ten_percent_within_a_domain_and_on_few_nodes(validation):
    within = errors(validation, OTHERS, lambda row: row.domains == 1 and row.size >= LARGE)
    few = errors(validation, OTHERS, lambda row: 1 < row.domains <= 8 and row.size >= LARGE)
    assert len(within) > 30
    assert len(few) > 12
    assert within.mean() <= 0.10
    assert few.mean() <= 0.10


def test_an_own_calibration_without_the_row_reaches_three_and_eight_percent(validation):
    assert errors(validation, OWN, lambda row: row.size >= LARGE).mean() <= 0.03
    assert errors(validation, OWN, lambda row: row.size <= 2**33 and row.digits).mean() <= 0.08


def test_every_row_is_computed_or_says_why_not(validation):
    assert all(each.error is not None or "calibrate" in each.note for each in validation.rows)
    assert all(each.error is not None for each in validation.rows if each.quantity == OTHERS)


def test_bands_hold_about_as_many_rows_as_they_say(validation):
    for what in (OTHERS, OWN):
        held = [each.within for each in validation.rows if each.quantity == what and each.error is not None]
        assert 0.65 < np.mean(held) < 0.95


def test_the_shipped_constants_are_those_of_the_bundled_rows(catalogue):
    fitted = Pools(catalogue, [row for row in bundled() if row.digits]).without("")
    for name, value in vars(fitted.constants).items():
        assert getattr(POOLED.constants, name) == pytest.approx(value, rel=1e-3), name
    assert np.array(POOLED.spread) == pytest.approx(np.array(fitted.spread), abs=1e-3)
    assert fitted.basis == POOLED.basis
    assert fitted.collectives == POOLED.collectives


def test_a_machine_is_left_out_with_all_rows_of_its_accelerator_and_source(catalogue):
    pools = Pools(catalogue, bundled())
    b200 = next(row for row in bundled() if row.system == "AWS P6-B200 4 nodes")
    left = {row.system for row in bundled() if machine_of(row, catalogue) == machine_of(b200, catalogue)}
    assert left == {"AWS P6-B200 1 node", "AWS P6-B200 4 nodes", "8xB200 P6 node subset"}
    without, whole = pools.without(machine_of(b200, catalogue)), pools.without("")
    assert without.constants != whole.constants
    assert (
        without.constants
        == Pools(catalogue, [row for row in bundled() if row.system not in left]).without("").constants
    )


def test_what_is_published_of_a_machine_does_not_change_what_others_say_of_it(tmp_path):
    half = tmp_path / "half.csv"
    with as_file(files("gigaloop.validation") / "data" / "collectives.csv") as path:
        lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[20].split(",")
    cells[9] = str(float(cells[9]) / 2.0)
    half.write_text("\n".join((lines[0], ",".join(cells))), encoding="utf-8")
    whole = tmp_path / "whole.csv"
    whole.write_text("\n".join((lines[0], lines[20])), encoding="utf-8")
    computed = [validate("collectives", each).rows[0].computed for each in (half, whole)]
    assert computed[0] == computed[1]


@pytest.mark.parametrize(("name", "entry"), [
    ("CoreWeave GB200 NVL72 2 racks", "gb200"), ("AWS P6-B200 1 node", "b200"), ("8xMI300X node", "mi300x"),
    ("Azure ND A100 v4", "a100"), ("8xH200 node subset", "h200"),
])  # fmt: skip
def test_accelerators_are_found_in_names_of_systems(catalogue, name, entry):
    assert accelerator_of(name, catalogue).split("-")[0] == entry


def test_links_are_those_of_the_data_sheet(catalogue):
    by_name = {row.system: system_of_row(row, catalogue) for row in bundled()}
    rack = by_name["CoreWeave GB200 NVL72 20 racks"]
    assert (rack.domain, rack.scale_up, rack.scale_out) == (72.0, 900e9, 50e9)
    assert rack.in_switch_reduction
    assert by_name["8xMI300X node"].mesh
    assert not by_name["Azure ND A100 v4"].in_switch_reduction
    assert by_name["8xB200 P6 node subset"].domain == 8.0


def test_a_table_of_ones_own_may_bring_new_systems_and_collectives(tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text(
        ",".join(COLUMNS) + "\n"
        "Lab H100 pair,16,2,8,50,reduce_scatter,1073741824,340,NCCL,auto,https://example.org,CC0,2026-01\n"
        "Lab H100 pair,16,2,8,50,reduce_scatter,4294967296,350,NCCL,auto,https://example.org,CC0,2026-01\n"
        "Lab Q9 box,8,1,8,0,all_reduce,1073741824,350,NCCL,auto,https://example.org,CC0,2026-01\n",
        encoding="utf-8",
    )
    found = validate("collectives", table)
    assert [each.error is not None for each in found.rows] == [True, True, True, True, False, False]
    others, own = (each.error for each in found.rows[:2])
    assert others is not None
    assert own is not None
    assert abs(others) < 0.2
    assert abs(own) < 0.1
    assert "names no accelerator" in found.rows[4].note


@pytest.mark.parametrize(("column", "text", "says"), [
    ("bytes", "many", "not a whole number"), ("busbw_GBps", "0", "at least"), ("gpus", "9", "not 1 domains of 8"),
    ("collective", "all_redcue", "no collective"), ("domains", "", "no domains"),
    ("nic_GBps_per_gpu", "-1", "at least 0"),
])  # fmt: skip
def test_a_wrong_cell_is_told_with_its_place(tmp_path, column, text, says):
    cells = dict(
        zip(COLUMNS, (*["Azure ND H100 v5", "8", "1", "8", "0", "all_reduce", "1024", "1"], *[""] * 5), strict=True)
    )
    cells[column] = text
    table = tmp_path / "wrong.csv"
    table.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")
    with pytest.raises(ProgrammeError) as raised:
        validate("collectives", table)
    problem = next(each for each in raised.value.problems if says in each.why)
    assert problem.where is not None
    assert (problem.where.file, problem.where.line) == ("wrong.csv", 2)


def test_a_row_knows_its_time():
    row = Row("x H100", 8, 1, 8, 0.0, "all_reduce", 2.0**30, 350.0, "auto", "s")
    assert row.time == pytest.approx(1.75 * 2**30 / 350e9)
