"""``explain late``, ``lateness``, ``binds`` and ``infeasible``, and the plan stage by stage, at the command line."""

import pytest
from tests.cli.spoiling import edit

LATE = ("supply.yaml", "allocation: [{start: 2027-01-04, rate: 44 pcs/week}, {start: 2027-10-04, rate: 64 pcs/week}]")
FEW = "allocation: [{start: 2027-01-04, rate: 8 pcs/week}]"


@pytest.fixture
def late(starter):
    """The starter programme with too few cable cartridges."""
    edit(starter / LATE[0], LATE[1], FEW)
    return starter


def test_a_late_site_is_explained_with_place_date_worth_and_cost(late, gigaloop):
    answer = gigaloop("explain", "late", "licking", late)
    assert answer.code == 0
    assert "supply.yaml:" in answer.out
    assert "cable cartridge" in answer.out.lower()
    assert "Cleared, it brings the date forward by" in answer.out
    assert "MUSD" in answer.out
    found = gigaloop("explain", "late", late, "licking", "--json").json["late"][0]
    first = found["links"][0]
    assert first["path"] == "suppliers.cable-maker.supplies.cable-cartridge"
    assert first["weeks"] > 0.0
    assert first["cost"] > 0.0
    assert first["place"].startswith("supply.yaml:") or "supply.yaml:" in first["place"]


def test_the_programme_may_be_left_out_in_its_folder(late, gigaloop, monkeypatch):
    monkeypatch.chdir(late)
    assert gigaloop("explain", "late", "licking", "--json").json["late"][0]["target"] == "Licking County campus"
    week = gigaloop("explain", "late", "2028-W50", "--json").json["late"]
    assert {chain["target"].partition(" in ")[0] for chain in week} <= {"Licking County campus", "Milam County campus"}
    unit = gigaloop("explain", "late", "licking:vr200-nvl72:2", "--json").json["late"][0]
    assert unit["date"]


def test_words_that_are_no_programme_are_refused(starter, gigaloop):
    assert gigaloop("explain", "late", "nowhere", "licking").code == 2
    assert gigaloop("explain", "late", starter, "nowhere").code == 2
    assert gigaloop("explain", "binds", starter, "licking").code == 2
    assert gigaloop("explain", "late", starter, "2020-W01").code == 2


def test_all_lateness_is_taken_apart(late, gigaloop):
    found = gigaloop("explain", "lateness", late, "--json").json["lateness"]
    assert found["proved"] >= 0.95
    assert sum(share["share"] for share in found["shares"]) == pytest.approx(1.0, abs=0.01)
    assert found["shares"][0]["path"] == "suppliers.cable-maker.supplies.cable-cartridge"
    text = gigaloop("explain", "lateness", late)
    assert "rack-weeks" in text.out
    assert "proved by" in text.out


def test_what_was_answered_before_is_not_planned_again(late, gigaloop, monkeypatch):
    asked = [("late", "licking"), ("lateness",), ("binds", "--proved", 1)]
    first = [gigaloop("explain", *words, late, "--json").json for words in asked]

    def again(*_args, **_kwargs):
        raise AssertionError("planned again")

    monkeypatch.setattr("gigaloop.plan.explain.lifts.plan_situation", again)
    assert [gigaloop("explain", *words, late, "--json").json for words in asked] == first


def test_what_binds_is_ranked_with_the_first_proved(late, gigaloop):
    found = gigaloop("explain", "binds", late, "--json", "--proved", 2).json["binds"]
    assert found[0]["path"] == "suppliers.cable-maker.supplies.cable-cartridge"
    assert found[0]["worth"] > 0.0
    assert found[0]["racks"] > 0.0
    assert [each["worth"] is not None for each in found[:2]] == [True, True]
    assert "weeks forward" in gigaloop("explain", "binds", late).out


def test_stages_add_up_at_the_command_line(late, gigaloop):
    stages = gigaloop("plan", late, "--stage-by-stage", "--json").json["stages"]
    assert [stage["stage"] for stage in stages] == ["sites", "transport", "factories", "suppliers"]
    assert sum(stage["late_added_w_s"] for stage in stages) == pytest.approx(stages[-1]["late_w_s"])
    assert stages[-1]["late_added_w_s"] > 0.0
    assert "with suppliers" in gigaloop("plan", late, "--stage-by-stage").out


IMPOSSIBLE = {
    "a site never energised": (
        "sites.yaml",
        "- {start: 2027-09-06, power: 60 MW}\n      - {start: 2028-05-01, power: 120 MW}",
        "- {start: 2039-09-05, power: 60 MW}",
        "sites.licking.energisation",
        "no more energised power",
    ),
    "a demand beyond any capacity": (
        "sites.yaml",
        "by: 2028-09-25, power: 60 MW",
        "by: 2028-09-25, power: 6000 MW",
        "sites.licking.energisation",
        "no more energised power",
    ),
}


@pytest.mark.parametrize("kind", IMPOSSIBLE, ids=str)
def test_what_can_never_be_is_explained_with_the_rows_of_the_files(kind, starter, gigaloop):
    name, old, new, path, said = IMPOSSIBLE[kind]
    edit(starter / name, old, new)
    answer = gigaloop("explain", "infeasible", starter, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["feasible"] is False
    reliefs = [relief for each in answer.json["impossible"] for relief in each["reliefs"]]
    mine = next(relief for relief in reliefs if relief["path"] == path)
    assert said in mine["sentence"]
    assert ".yaml:" in mine["place"]
    text = gigaloop("explain", "infeasible", starter).out
    assert "cannot be online" in text
    assert mine["place"] in text


def test_a_part_nobody_supplies_is_refused_with_its_row(starter, gigaloop):
    edit(starter / "supply.yaml", "- part: cable-cartridge\n        lead", "- part: quick-disconnect-a\n        lead")
    answer = gigaloop("explain", "infeasible", starter)
    assert answer.code == 1
    assert "product.yaml:" in answer.err
    assert "cable-cartridge" in answer.err


def test_a_generation_no_factory_can_build_is_explained(starter, gigaloop):
    file = starter / "supply.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [row for row in lines if "part: vr200-rack" not in row]
    assert len(kept) < len(lines)
    file.write_text("".join(kept), encoding="utf-8")
    answer = gigaloop("explain", "infeasible", starter, "--json")
    if answer.code == 1:  # refused on loading, with the place
        assert any(
            "supply.yaml" in str(problem) or "product.yaml" in str(problem) for problem in answer.json["problems"]
        )
        return
    assert "No line makes the rack" in str(answer.json["impossible"])


def test_a_cyclic_bill_of_materials_is_explained_with_its_row(starter, gigaloop):
    edit(starter / "product.yaml", "{part: tray-kit, quantity: 1}", "{part: gb300-rack, quantity: 1}")
    answer = gigaloop("explain", "infeasible", starter)
    assert answer.code == 1
    assert "product.yaml:" in answer.err
    assert "gb300-rack" in answer.err


def test_what_can_be_met_is_said(starter, gigaloop):
    assert gigaloop("explain", "infeasible", starter, "--json").json == {
        "programme": "my-programme",
        "feasible": True,
        "impossible": [],
    }
    assert "Everything" in gigaloop("explain", "infeasible", starter).out
    assert "Nothing is late" in gigaloop("explain", "late", starter).out
