"""``gigaloop design facility`` with what cannot be: refused with its place and a way out, or a check fails."""

import json

import pytest
from tests.design.climate.test_epw import FULL, HEADER

GENERATION = "gb300-nvl72"
COOLING = f"generations.{GENERATION}.cooling"
SITE = "sites.milam.facility.cooling"


@pytest.fixture
def spoilt(starter, gigaloop):
    """Design the facility of a site of the starter with values patched."""

    def run(*words, **values):
        patches = "".join(f"      - {{path: {path}, set: {json.dumps(value)}}}\n" for path, value in values.items())
        scenario = f"  - id: spoilt\n    name: Spoilt\n    question: What if?\n    patches:\n{patches}"
        path = starter / "programme.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\nscenarios:\n", f"\nscenarios:\n{scenario}"), encoding="utf-8")
        return gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "-s", "spoilt", *words)

    return run


@pytest.mark.parametrize(
    ("values", "where", "why", "hint"),
    [
        (
            {f"{COOLING}.inlet_limit": "145 degC"},
            f"{COOLING}.inlet_limit",
            "properties of PG25 are known",
            "inlet limit",
        ),
        ({f"{COOLING}.cdu_flow": "300 L/min"}, COOLING, "coolant flow of a coolant distribution unit", "fewer racks"),
        ({f"{COOLING}.cdu_heat": "100 kW"}, COOLING, "heat of a coolant distribution unit", "take a larger one"),
        ({f"{SITE}.supply": "50 degC"}, f"{SITE}.supply", "negative approach", "cool the facility water"),
        ({f"{SITE}.supply": "44.9 degC"}, f"{SITE}.supply", "cannot hold a coolant supply", "at most"),
        ({f"{SITE}.supply": "1 degC"}, f"{SITE}.supply", "outside of 4 to 60 degC", "40 degC"),
        ({f"{SITE}.supply": "30"}, f"{SITE}.supply", "needs a unit", "degC"),
        ({f"{SITE}.coolant": "EG50"}, f"{SITE}.coolant", "'EG50' is not known", "water, PG25"),
        ({f"{SITE}.cycles": "1"}, f"{SITE}.cycles", "more than 1", ""),
        ({"sites.milam.facility.warming": "60 K"}, "sites.milam.facility", "outside of what the plant", "warming"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_place_reason_and_way_out(spoilt, values, where, why, hint):
    answer = spoilt(**values)
    assert answer.code == 1
    for said in (where, why, hint):
        assert said in answer.err, answer.err


def test_water_that_the_weather_cannot_reach_fails_checks_with_a_way_out(spoilt):
    answer = spoilt("--json", **{f"{SITE}.supply": "10 degC", f"{SITE}.trim": False, f"{SITE}.rejection": "wet"})
    assert answer.code == 0
    found = answer.json["facilities"]["milam"]
    broken = {check["id"]: check for check in found["checks"] if not check["ok"]}
    for rule in ("facility.hot-day", "facility.short-hours"):
        assert broken[rule]["way_out"]
        assert broken[rule]["path"].startswith("sites.milam.facility.cooling")
    assert found["year"]["short_hours"] > 5000.0


def _epw(folder, records):
    head = HEADER.format(leap="No", periods=1, records=1)
    path = folder / "own.epw"
    path.write_text("\n".join([head, *records, ""]), encoding="utf-8")
    return path


def _with(record, column, text):
    cells = record.split(",")
    cells[column] = text
    return ",".join(cells)


@pytest.mark.parametrize(
    ("spoil", "line", "why"),
    [
        (lambda rows: rows[:-1], 8768, "8,759 hours; a year has 8,760"),
        (lambda rows: [*rows[:99], _with(rows[99], 6, "99.9"), *rows[100:]], 108, "the dry bulb is missing"),
        (lambda rows: [*rows[:99], _with(rows[99], 6, "hot"), *rows[100:]], 108, "the dry bulb 'hot' is no number"),
        (lambda rows: [*rows[:99], _with(rows[99], 9, "999999"), *rows[100:]], 108, "the pressure is missing"),
        (lambda rows: [*rows, rows[-1]], 8769, "8,761"),
    ],
)
def test_a_weather_file_that_is_wrong_is_refused_by_its_line(starter, gigaloop, tmp_path, spoil, line, why):
    file = _epw(tmp_path, spoil(list(FULL)))
    answer = gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "--weather", file)
    assert answer.code == 1
    assert why in answer.err
    assert f"own.epw:{line}" in answer.err
