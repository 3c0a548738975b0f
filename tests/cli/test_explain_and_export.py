"""``gigaloop explain pegs | path | change`` and ``gigaloop export``, for people and for machines."""

import re
from pathlib import Path

import pytest
from tests.cli.spoiling import edit

from gigaloop.api import load


@pytest.fixture
def unit(starter, gigaloop) -> str:
    answer = gigaloop("export", starter, "--to", starter / "out", "--format", "erp")
    assert answer.code == 0, answer.err
    second = (starter / "out" / "erp" / "scalable_units.csv").read_text().splitlines()[1]
    return str(second.split(",")[0])


def test_pegs_are_told_both_ways(starter, gigaloop, unit):
    found = gigaloop("explain", "pegs", starter, unit, "--json").json
    assert found["kind"] == "unit"
    assert {peg["kind"] for peg in found["back"]} >= {"shipment", "install", "online"}
    assert [peg["kind"] for peg in found["forward"]] == ["demand"] * len(found["forward"])
    said = gigaloop("explain", "pegs", starter, unit)
    assert said.code == 0
    assert "It is fed by" in said.out
    assert "It feeds" in said.out
    bought = next((peg for peg in found["back"] if peg["kind"] == "receipt"), None)
    if bought is not None:
        _, supplier, _, part = bought["id"].split(".")
        lot = gigaloop("explain", "pegs", starter, f"{supplier}:{part}:{bought['week']}", "--json").json
        assert unit in {peg["id"] for peg in lot["forward"] if peg["kind"] == "unit"}


def test_the_folder_may_be_left_out_inside_of_it(starter, gigaloop, unit, monkeypatch):
    monkeypatch.chdir(starter)
    assert gigaloop("explain", "pegs", unit, "--json").json["what"] == unit
    assert gigaloop("explain", "pegs", "a", "b", "c").code == 2


def test_a_path_is_told_step_by_step(starter, gigaloop, unit):
    found = gigaloop("explain", "path", starter, unit, "--json").json
    assert found["unit"] == unit
    assert found["nodes"][found["chain"][-1]]["kind"] == "online"
    assert all({"from", "to"} == set(edge) for edge in found["edges"])
    said = gigaloop("explain", "path", starter, unit.split(":")[0])
    assert re.search(r"is complete in the week of \d{4}-\d\d-\d\d", said.out)
    assert "  1. " in said.out


def test_what_is_not_there_ends_with_exit_code_2(starter, gigaloop):
    assert gigaloop("explain", "pegs", starter, "nobody").code == 2
    assert gigaloop("explain", "path", starter, "nobody").code == 2


def test_a_change_between_two_revisions_is_told_with_its_cause(starter, gigaloop, tmp_path):
    import shutil

    other = Path(shutil.copytree(starter, tmp_path / "other"))
    edit(other / "programme.yaml", "late_cost: 5000", "late_cost: 9000")
    found = gigaloop("explain", "change", starter, other, "--json").json
    assert [change["path"] for change in found["changes"]] == ["policy.late_cost"]
    costs = sum(each["change"] for each in found["differences"] if each["kind"] == "cost")
    assert costs == pytest.approx(found["objective_usd"], rel=1e-6, abs=1.0)
    assert sum(each["objective_usd"] for each in found["effects"]) == pytest.approx(costs, rel=1e-6, abs=10.0)
    said = gigaloop("explain", "change", starter, other)
    assert said.code == 0
    assert "MUSD" in said.out


def test_scenarios_and_kept_runs_can_be_compared(starter, gigaloop):
    key = gigaloop("run", starter, "--json").json["key"]
    same = gigaloop("explain", "change", f"{starter}@{key[:10]}", starter, "--json").json
    assert same["sentences"] == ["The plans are the same."]
    scenario = load(starter).scenarios[0].id
    found = gigaloop("explain", "change", starter, f"{starter}:{scenario}", "--json")
    assert found.code == 0, found.err
    assert found.json["changes"]


def test_export_writes_all_formats_and_says_which_files(starter, gigaloop, tmp_path):
    answer = gigaloop("export", starter, "--to", tmp_path / "all", "--json")
    assert answer.code == 0, answer.err
    files = {Path(each["file"]).suffix for each in answer.json["files"]}
    assert files == {".csv", ".xlsx", ".ics"}
    assert all(Path(each["file"]).stat().st_size == each["bytes"] > 0 for each in answer.json["files"])
    assert gigaloop("export", starter, "--to", tmp_path / "none", "--format", "pdf").code == 2
    assert not (tmp_path / "none").exists()
