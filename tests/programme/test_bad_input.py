"""Each kind of bad input gets a clear error with its place and a hint, and exit code 1."""

from __future__ import annotations

import os

import pytest

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.programme.loader import load_programme


def _is(problem: Problem, where: str, why: str, hint: str = "") -> None:
    assert str(problem.where) == where
    assert why in problem.why
    assert hint in problem.hint
    assert ProgrammeError.exit_code == 1


def test_wrong_unit(broken):
    broken.replace("product.yaml", "busbar_limit: 2900 A", "busbar_limit: 2900 Amps")
    _is(broken.problem, broken.place("product.yaml", "2900 Amps"), "unknown unit 'Amps'", "2400 A")


def test_wrong_dimension(broken):
    broken.replace("supply.yaml", "lead_time: 40 weeks", "lead_time: 40 kW")
    _is(broken.problem, broken.place("supply.yaml", "40 kW"), "is a power, but a duration is due", "18 weeks")


def test_wrong_dimension_from_the_catalogue(broken):
    broken.replace("product.yaml", "mass: 21.5 kg", "mass: {from: gb300.tdp}")
    where = broken.place("product.yaml", "mass: {from: gb300.tdp}", len("mass: "))
    _is(broken.problem, where, "'1400 W' is a power, but a mass is due")


def test_unknown_part(broken):
    broken.replace("product.yaml", "{part: cable-cartridge,", "{part: cable-cartrige,")
    where = broken.place("product.yaml", "cable-cartrige")
    _is(broken.problem, where, "there is no part 'cable-cartrige'", "did you mean 'cable-cartridge'")


def test_unknown_accelerator_and_fact(broken):
    broken.replace("product.yaml", "accelerator: gb300 ", "accelerator: gb3000 ")
    broken.replace("product.yaml", "{from: gb300-nvl72.shelf_rating}", "{from: gb300-nvl72.shelf_ratng}")
    accelerator, fact = broken.problems
    _is(accelerator, broken.place("product.yaml", "gb3000"), "the catalogue has no accelerator 'gb3000'", "'gb300'")
    _is(fact, broken.place("product.yaml", "gb300-nvl72.shelf_ratng"), "no number 'shelf_ratng'", "'shelf_rating'")


@pytest.mark.parametrize("value", ["{from: gb300}", "{from: 5}", "{from: gb300.tdp, note: x}", "{from: [a]}"])
def test_a_fact_that_is_not_named_well(broken, value):
    broken.replace("product.yaml", "mass: 21.5 kg", f"mass: {value}")
    assert "from: ENTRY.FACT" in broken.problem.hint


def test_cyclic_bom(broken):
    broken.replace("product.yaml", "- {part: tray-kit, quantity: 1}", "- {part: gb300-rack, quantity: 1}")
    problem = broken.problem
    assert str(problem.where) == broken.place("product.yaml", "{part: gb300-rack, quantity: 1}")
    assert "gb300-rack <- gb300-tray <- gb300-rack" in problem.why
    assert broken.place("product.yaml", "{part: gb300-tray, quantity: 18}") in problem.hint


def test_overlapping_effectivity(broken):
    broken.replace("product.yaml", "effective_until: 2027-07-05", "effective_until: 2027-07-06")
    where = broken.place("product.yaml", "{part: quick-disconnect-b, quantity: 54, position: quick disconnects")
    _is(broken.problem, where, "effective on the same day", broken.place("product.yaml", "{part: quick-disconnect-a"))


def test_a_date_outside_the_horizon(broken):
    broken.replace("sites.yaml", "by: 2028-09-25", "by: 2029-09-25")
    where = broken.place("sites.yaml", "2029-09-25")
    _is(broken.problem, where, "after the horizon ends on 2028-12-31", "extend the horizon")


@pytest.mark.parametrize(
    ("value", "why"), [("-5 kg", "must not be negative"), ("nan kg", "no quantity"), ("-.5 kg", "neg")]
)
def test_negative_or_nan(broken, value, why):
    broken.replace("product.yaml", "mass: 21.5 kg", f"mass: {value}")
    _is(broken.problem, broken.place("product.yaml", value), why, "1360 kg")


def test_not_a_number_of_yaml(broken):
    broken.replace("sites.yaml", "latitude: 30.65", "latitude: .nan")
    assert any(
        str(problem.where) == broken.place("sites.yaml", ".nan") and "not a finite number" in problem.why
        for problem in broken.problems
    )


def test_empty_file(broken):
    (broken.folder / "sites.yaml").write_text("")
    assert [str(problem.where) for problem in broken.problems] == [f"{broken.folder / 'sites.yaml'}:1:1"]


def test_not_utf8(broken):
    path = broken.folder / "sites.yaml"
    path.write_bytes(path.read_bytes().replace(b"Milam County", b"Milam C\xf6unty", 1))
    problem = broken.problem
    assert str(problem.where).endswith("sites.yaml:4:18")
    assert "UTF-8" in problem.hint


def test_a_yaml_of_100_mb(broken):
    with (broken.folder / "big.yaml").open("wb") as file:
        file.truncate(100_000_000)
    _is(broken.problem, str(broken.folder / "big.yaml"), "100 MB; at most 16 MB", "CSV")


def test_aliases_that_explode(broken):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
    )
    (broken.folder / "bomb.yaml").write_text(bomb)
    _is(broken.problem, f"{broken.folder / 'bomb.yaml'}:1:5", "anchors ('&a0') are not allowed")


@pytest.mark.parametrize("path", ["../outside.csv", "/etc/passwd", "sub/../../outside.csv"])
def test_a_path_that_leaves_the_folder(broken, path):
    (broken.folder.parent / "outside.csv").write_text("id,name\n")
    broken.replace("supply.yaml", "{csv: lanes.csv}", f"{{csv: {path}}}")
    _is(broken.problem, broken.place("supply.yaml", path), "outside the programme's folder", "copy the file")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no symbolic links")
@pytest.mark.parametrize("name", ["lanes.csv", "sites.yaml"])
def test_a_link_that_leaves_the_folder(broken, name):
    outside = broken.folder.parent / name
    (broken.folder / name).rename(outside)
    (broken.folder / name).symlink_to(outside)
    assert "outside the programme's folder" in broken.problem.why


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no symbolic links")
def test_a_link_to_itself(broken):
    (broken.folder / "loop.yaml").symlink_to(broken.folder / "loop.yaml")
    assert str(broken.problem.where).startswith(str(broken.folder / "loop.yaml"))


def test_a_table_that_is_missing_is_told_where_it_is_named(broken):
    broken.replace("supply.yaml", "{csv: lanes.csv}", "{csv: lane.csv}")
    _is(broken.problem, broken.place("supply.yaml", "lane.csv"), "there is no file 'lane.csv'")


def test_unknown_and_duplicate_keys(broken):
    broken.replace("sites.yaml", "    pue: 1.2\n", "    pue: 1.2\n    pue: 1.3\n    puee: 1.4\n")
    twice, unknown = broken.problems
    _is(
        twice,
        broken.place("sites.yaml", "pue: 1.3"),
        "the key 'pue' is given twice",
        broken.place("sites.yaml", "pue: 1.2"),
    )
    _is(unknown, broken.place("sites.yaml", "puee: 1.4"), "unknown key 'puee'", "did you mean 'pue'?")


def test_missing_key(broken):
    broken.replace("sites.yaml", "    utility: Oncor\n", "")
    where = broken.place("sites.yaml", "id: milam")
    _is(broken.problem, where, "the key 'utility' is missing", "utility: a text")


def test_an_unquoted_boolean(broken):
    broken.replace("sites.yaml", "state: TX", "state: NO")
    where = broken.place("sites.yaml", "state: NO", len("state: "))
    _is(broken.problem, where, "NO without quotes", "'NO'")


def test_nothing_is_lost_by_a_failed_load(broken, catalogue):
    before = {path.name: path.read_bytes() for path in broken.folder.iterdir()}
    broken.replace("sites.yaml", "pue: 1.2", "pue: 0.2")
    assert broken.problems
    broken.replace("sites.yaml", "pue: 0.2", "pue: 1.2")
    assert {path.name: path.read_bytes() for path in broken.folder.iterdir()} == before
    load_programme(broken.folder, catalogue)


@pytest.mark.parametrize(
    ("old", "key", "hint"),
    [
        ("precision: fp8\n    compute_efficiency: 40 %", "compute_efficiency", "efficiencies are computed"),
        ("precision: fp8\n    batch: 8192", "batch", "write 'training.batch'"),
        ("precision: fp8\n    context: 8192", "context", "write 'training.sequence'"),
    ],
)
def test_a_key_of_a_former_version_is_told_what_took_its_place(broken, old, key, hint):
    broken.replace("programme.yaml", "precision: fp8", old)
    _is(broken.problem, broken.place("programme.yaml", f"{key}:"), f"unknown key '{key}'", hint)


def test_a_model_given_by_its_size_is_told_to_state_its_shape(broken):
    broken.replace(
        "programme.yaml", "model: {preset: deepseek-v3}      #", "model: {preset: deepseek-v3, parameters: 1e12}  #"
    )
    where = broken.place("programme.yaml", "parameters:")
    _is(broken.problem, where, "unknown key 'parameters'", "'config', or 'shape'")
