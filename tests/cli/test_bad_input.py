"""Every bad input gets an error with its place and a hint, exit code 1, and loses nothing."""

from types import SimpleNamespace

import pytest
from tests.cli.spoiling import edit

from gigaloop.cli import commands

SPOILT = {
    "a wrong unit": ("product.yaml", "power: 1400 W}", "power: 1400 w}", "unknown unit 'w'"),
    "a wrong dimension": (
        "product.yaml",
        "mass: 270 kg",
        "mass: 270 kW",
        "is a power, but a mass is due",
    ),
    "no unit": ("programme.yaml", "rack_life: 5 years", "rack_life: 5", "needs a unit"),
    "no price year": (
        "programme.yaml",
        "stock_cost: 600 USD/rack/week (2026)",
        "stock_cost: 600 USD/rack/week",
        "price year",
    ),
    "an unknown part": (
        "product.yaml",
        "{part: gb300-board, quantity: 2}",
        "{part: gb300-bord, quantity: 2}",
        "gb300-bord",
    ),
    "an unknown key": ("programme.yaml", "  utilisation: 80 %", "  utilization: 80 %", "unknown key 'utilization'"),
    "a duplicate key": ("programme.yaml", "price_year: 2026\n", "price_year: 2026\nprice_year: 2027\n", "price_year"),
    "an implicit boolean": ("programme.yaml", "name: My programme", "name: yes", "yes"),
    "a cyclic BOM": ("product.yaml", "{part: tray-kit, quantity: 1}", "{part: gb300-rack, quantity: 1}", "gb300-rack"),
    "overlapping effectivity": (
        "product.yaml",
        "effective_until: 2027-07-05",
        "effective_until: 2027-08-05",
        "quick disconnects",
    ),
    "phases out of order": ("product.yaml", "ramp: 2027-05-03", "ramp: 2026-05-03", "ramp"),
    "a negative quantity": (
        "programme.yaml",
        "waiting_cost: 2500 USD",
        "waiting_cost: -2500 USD",
        "must not be negative",
    ),
    "more than the world": (
        "product.yaml",
        "power: 1400 W}",
        "power: 1e300 MW}",
        "more than any programme holds",
    ),
    "NaN": ("programme.yaml", "availability: 92 %", "availability: .nan", "nan"),
    "a path that leaves the folder": ("supply.yaml", "lanes.csv", "../lanes.csv", "lanes.csv"),
}


@pytest.mark.parametrize("kind", SPOILT, ids=str)
def test_a_spoilt_programme_is_refused_with_place_and_hint(kind, starter, gigaloop):
    name, old, new, said = SPOILT[kind]
    line = edit(starter / name, old, new)
    answer = gigaloop("check", starter, "--json")
    assert answer.code == 1
    problems = answer.json["problems"]
    assert any(said in str(problem) for problem in problems), problems
    named = [problem for problem in problems if problem["file"] and problem["file"].endswith(name)]
    assert any(abs(problem["line"] - line) <= 2 + new.count("\n") for problem in named), (line, problems)
    assert all(problem["why"] for problem in problems)
    text = gigaloop("check", starter)
    assert text.code == 1
    assert "Traceback" not in text.err
    assert f"{name}:" in text.err


def test_all_problems_come_at_once(starter, gigaloop):
    edit(starter / "programme.yaml", "rack_life: 5 years", "rack_life: 5")
    edit(starter / "programme.yaml", "availability: 92 %", "availability: 192 %")
    edit(starter / "product.yaml", "power: 1400 W}", "power: 1400 w}")
    answer = gigaloop("check", starter, "--json")
    assert len(answer.json["problems"]) >= 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"name: \xff\xfe caf\xe9\n", "UTF-8"),
        (b"a: &a [x]\nb: [*a]\n", "anchor"),
        (b"a: [1, 2\n", ""),
        (b"\x00\x01\x02", ""),
        (b"- just\n- a list\n", ""),
    ],
    ids=["empty", "not UTF-8", "alias", "broken", "binary", "list"],
)
def test_a_file_that_is_no_part_of_a_programme_is_named(content, said, starter, gigaloop):
    (starter / "extra.yaml").write_bytes(content)
    answer = gigaloop("check", starter, "--json")
    assert answer.code == 1
    problems = [p for p in answer.json["problems"] if "extra.yaml" in str(p["file"])]
    assert problems
    assert any(said.lower() in f"{p['why']} {p['hint']}".lower() for p in problems)


def test_aliases_that_explode_are_refused_at_once(starter, gigaloop):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
    )
    (starter / "bomb.yaml").write_text(bomb)
    answer = gigaloop("check", starter)
    assert answer.code == 1
    assert "bomb.yaml:" in answer.err


def test_a_yaml_of_100_megabytes_is_refused_without_being_read(starter, gigaloop):
    with (starter / "huge.yaml").open("wb") as file:
        file.truncate(100 * 2**20)
    answer = gigaloop("check", starter)
    assert answer.code == 1
    assert "huge.yaml" in answer.err
    assert "MB" in answer.err


def test_a_demand_outside_the_horizon_is_refused(starter, gigaloop):
    demand = next(path for path in starter.iterdir() if "by:" in path.read_text())
    text = demand.read_text()
    first = text.index("by: 20") + 4
    demand.write_text(text[:first] + "2041-01-01" + text[first + 10 :])
    answer = gigaloop("check", starter)
    assert answer.code == 1
    assert "2041-01-01" in answer.err
    assert "horizon" in answer.err


@pytest.mark.parametrize("folder", ["nowhere", "file"])
def test_a_folder_that_is_none_is_said_so(folder, tmp_path, gigaloop):
    (tmp_path / "file").write_text("x")
    answer = gigaloop("run", tmp_path / folder)
    assert answer.code in {1, 2}
    assert folder in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("nonsense",),
        ("run", "x", "--nonsense"),
        ("catalogue", "show", "gb3000"),
        ("catalogue", "list", "racs"),
        ("new", ".", "--from", "nothing"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_a_hint_and_no_traceback(words, gigaloop):
    answer = gigaloop(*words)
    assert answer.code in {1, 2}
    assert answer.err
    assert "Traceback" not in answer.err


def test_an_unknown_scenario_is_said_with_those_that_are(starter, gigaloop):
    answer = gigaloop("plan", starter, "--scenario", "substation-lat")
    assert answer.code in {1, 2}
    assert "substation-late" in answer.err


def test_a_new_programme_never_overwrites(starter, gigaloop):
    before = {path.name: path.read_bytes() for path in starter.iterdir()}
    answer = gigaloop("new", starter)
    assert answer.code in {1, 2}
    assert {path.name: path.read_bytes() for path in starter.iterdir()} == before


def test_what_is_asked_of_a_plan_that_was_stopped_is_stopped_as_well(monkeypatch, tmp_path):
    """Ctrl-C while the plan is made does not go on to explain, promise or export the plan found by then."""
    plan = SimpleNamespace(status="stopped")
    monkeypatch.setattr(commands, "_run", lambda *_, **__: (SimpleNamespace(plan=plan), None))
    with pytest.raises(KeyboardInterrupt):
        commands.planned(tmp_path, "", None, quiet=True)
    plan.status = "optimal"
    assert commands.planned(tmp_path, "", None, quiet=True).plan.status == "optimal"
