"""``gigaloop design facility``: a line for every site, one in full, JSON, and what is told when something is wrong."""

import re

import pytest
from tests.design.climate.test_epw import FULL, HEADER

from gigaloop.core.units import UNITS
from gigaloop.design.records import END_USES

GENERATION = "gb300-nvl72"


def test_every_site_has_a_line_without_a_site_named(starter, gigaloop):
    answer = gigaloop("design", "facility", starter, GENERATION)
    assert answer.code == 0
    for site in ("milam", "licking"):
        assert sum(line.startswith(site) for line in answer.out.splitlines()) == 1
    assert "722560" in answer.out
    assert "P10-P90" in answer.out


def test_json_of_all_sites_is_that_of_each(starter, gigaloop):
    together = gigaloop("design", "facility", starter, GENERATION, "--json").json
    alone = gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "--json").json
    assert set(together["facilities"]) == {"milam", "licking"}
    assert together["facilities"]["milam"] == alone["facilities"]["milam"]
    assert together["problems"] == {}


def test_the_energy_of_the_json_adds_up(starter, gigaloop):
    found = gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "--json").json["facilities"]["milam"]
    year = found["year"]
    total = year["it_energy_j"] + sum(year["end_uses_j"][name] for name in END_USES)
    assert total == pytest.approx(year["facility_energy_j"])
    assert year["pue"]["value"] == pytest.approx(total / year["it_energy_j"])
    assert year["pue"]["p10"] < year["pue"]["value"] < year["pue"]["p90"]
    assert sum(line["cost_usd"] or 0.0 for line in found["equipment"]) == pytest.approx(found["equipment_cost_usd"])
    assert set(found["unpriced"]) == {line["role"] for line in found["equipment"] if line["unit_cost_usd"] is None}


def test_the_json_holds_the_power_path_and_the_part_load(starter, gigaloop):
    found = gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "--json").json["facilities"]["milam"]
    nodes = found["one_line"]
    assert nodes[0]["fed_by"] is None
    assert all(node["fed_by"] < at for at, node in enumerate(nodes) if at)
    assert max(node["short_circuit_a"] or 0.0 for node in nodes) > 1e3
    assert found["part_load"][-1]["load"] == 1.0
    assert found["part_load"][-1]["pue"] == pytest.approx(found["year"]["pue"]["value"])


def test_the_card_says_what_it_stands_on_and_when_to_order(starter, gigaloop):
    answer = gigaloop("design", "facility", starter, GENERATION, "--site", "milam")
    found = gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "--json").json["facilities"]["milam"]
    assert answer.code == 0
    for word in (
        "Waco",
        "typical",
        "degC",
        "L/kWh",
        "P10-P90",
        "TCS",
        "FWS",
        "Order by",
        "Holds",
        "not extreme",
        "generator",
    ):
        assert word in answer.out, word
    assert f"{found['year']['pue']['value']:.3f}" in answer.out
    assert f"{found['year']['facility_energy_j'] / UNITS['GWh'].factor:,.1f}" in answer.out
    first = min(step["latest_order"] for line in found["equipment"] for step in line["orders"] if step["missing"])
    assert first in answer.out


def test_ones_own_weather_takes_precedence(starter, gigaloop, tmp_path):
    file = tmp_path / "own.epw"
    head = HEADER.format(leap="No", periods=1, records=1)
    file.write_text("\n".join([head, *FULL, ""]), encoding="utf-8")
    answer = gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "--weather", file, "--json")
    weather = answer.json["facilities"]["milam"]["weather"]
    assert weather["grain"] == "hours"
    assert weather["bins_difference"] is not None


def test_weather_is_of_one_site(starter, gigaloop, tmp_path):
    answer = gigaloop("design", "facility", starter, GENERATION, "--weather", tmp_path / "own.epw")
    assert answer.code == 2
    assert "--site" in answer.err


@pytest.mark.parametrize(
    ("words", "hint"),
    [(("gb300-nvl27",), "gb300-nvl72"), ((GENERATION, "--site", "millam"), "milam")],
)
def test_a_slip_is_told_with_what_was_meant(starter, gigaloop, words, hint):
    answer = gigaloop("design", "facility", starter, *words)
    assert answer.code == 2
    assert f"did you mean '{hint}'" in answer.err


def test_a_site_without_weather_does_not_keep_the_others_from_being_shown(starter, gigaloop):
    path = starter / "sites.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("    climate_station: '722560'", "   "), encoding="utf-8")
    answer = gigaloop("design", "facility", starter, GENERATION)
    assert answer.code == 0
    assert re.search(r"(?m)^milam: .*sites\.yaml:\d+:\d+: the weather of 'milam' is not known", answer.out)
    assert any(line.startswith("licking") for line in answer.out.splitlines())
    assert gigaloop("design", "facility", starter, GENERATION, "--site", "milam").code == 1
    found = gigaloop("design", "facility", starter, GENERATION, "--json").json
    assert set(found["problems"]) == {"milam"}


def test_a_scenario_can_change_how_a_site_is_cooled(starter, gigaloop):
    patch = "      - {path: sites.milam.facility.cooling.rejection, set: wet}\n"
    scenario = f"  - id: towers\n    name: Towers\n    question: What if?\n    patches:\n{patch}"
    path = starter / "programme.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("\nscenarios:\n", f"\nscenarios:\n{scenario}"), encoding="utf-8"
    )
    answer = gigaloop("design", "facility", starter, GENERATION, "--site", "milam", "-s", "towers", "--json")
    assert answer.json["facilities"]["milam"]["cooling"] == "wet with trim"
