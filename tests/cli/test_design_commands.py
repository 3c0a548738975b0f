import json
import re
from pathlib import Path

import pytest

from gigaloop.core.units import UNITS
from gigaloop.design.rules import every_rule


@pytest.fixture
def wide(monkeypatch):
    """Show tables to a terminal of 100 columns."""
    from gigaloop.cli import output

    monkeypatch.setattr(output.out, "width", 100)


def test_design_needs_no_word_before_the_programme(starter, gigaloop):
    short = gigaloop("design", starter, "gb300-nvl72", "--json").json
    assert gigaloop("design", "programme", starter, "gb300-nvl72", "--json").json == short


def test_the_rack_card_gives_what_the_design_gives(starter, gigaloop):
    design = gigaloop("design", starter, "gb300-nvl72", "--json").json["designs"]["gb300-nvl72"]
    rack = gigaloop("design", "rack", starter, "gb300-nvl72", "--json").json["rack"]
    for name in ("mean", "design", "peak"):
        assert rack["power_w"][name] == design["power_w"][name]
    assert rack["cooling"]["flow_m3_s"] == design["coolant_flow_m3_s"]
    assert (rack["mass_kg"], rack["height_u"]) == (design["mass_kg"], design["height_u"])
    tightest: dict[str, float] = {}
    for check in design["checks"]:
        tightest[check["id"]] = min(check["margin"], tightest.get(check["id"], check["margin"]))
    assert rack["margins"]["power.busbar"] == tightest["power.busbar"]
    assert set(rack["margins"]) == set(tightest)


@pytest.mark.usefixtures("wide")
def test_the_rack_card_says_power_heat_flow_mass_and_current_in_their_units(starter, gigaloop):
    rack = gigaloop("design", "rack", starter, "gb300-nvl72", "--json").json["rack"]
    text = gigaloop("design", "rack", starter, "gb300-nvl72").out
    for unit in ("kW", "BTU/h", "L/min", "gpm", "kg/m2", "degC", "kg", " A", " V"):
        assert unit in text
    flow = rack["cooling"]["flow_m3_s"] / UNITS["L/min"].factor
    assert f"{flow:.0f} L/min" in text
    assert f"{rack['busbar']['current_a']:,.0f} A" in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 100


def test_a_power_cap_on_the_command_line(starter, gigaloop):
    free = gigaloop("design", "rack", starter, "gb300-nvl72", "--json").json["rack"]["power_w"]
    capped = gigaloop("design", "rack", starter, "gb300-nvl72", "--power-cap", "1 kW", "--json").json["rack"]["power_w"]
    assert capped["design"] < free["design"] == capped["design_without_cap"]
    assert "1,000 W each" in gigaloop("design", "rack", starter, "gb300-nvl72", "--power-cap", "1000 W").out


def test_a_power_cap_in_a_scenario_reaches_the_card(starter, gigaloop):
    file = starter / "programme.yaml"
    patch = "{path: generations.gb300-nvl72.power.power_cap, set: 1 kW}"
    capped = f"  - id: capped\n    name: Capped\n    patches: [{patch}]\n"
    file.write_text(file.read_text(encoding="utf-8") + capped, encoding="utf-8")
    by_scenario = gigaloop("design", "rack", starter, "gb300-nvl72", "--scenario", "capped", "--json").json["rack"]
    by_option = gigaloop("design", "rack", starter, "gb300-nvl72", "--power-cap", "1 kW", "--json").json["rack"]
    assert by_scenario == by_option


@pytest.mark.parametrize("cap", ["much", "960", "3 L/min", "-5 W"])
def test_a_power_cap_that_is_none_ends_with_what_to_write(starter, gigaloop, cap):
    answer = gigaloop("design", "rack", starter, "gb300-nvl72", f"--power-cap={cap}")
    assert answer.code in (1, 2)
    assert "960 W" in answer.err


def test_a_generation_that_is_none_is_named_with_those_there_are(starter, gigaloop):
    answer = gigaloop("design", "rack", starter, "gb300")
    assert answer.code == 2
    assert "gb300-nvl72" in answer.err


def test_the_rules_are_listed_with_source_and_way_out(gigaloop):
    listed = gigaloop("design", "rules", "--json").json["rules"]
    assert [rule["id"] for rule in listed] == [rule.id for rule in every_rule()]
    assert len(listed) >= 40
    assert all(rule["source"] and rule["way_out"] and rule["title"] for rule in listed)
    text = gigaloop("design", "rules").out
    assert all(rule["id"] in text for rule in listed)


def test_checks_that_hold_take_one_line_a_rule_with_rounded_numbers(starter, gigaloop):
    data = gigaloop("design", starter, "gb300-nvl72", "--json").json["designs"]["gb300-nvl72"]
    text = gigaloop("design", starter, "gb300-nvl72").out
    held = text.split("Holds")[1]
    assert held.count("Floor load of the rack within that of the hall") == 1
    for check in data["checks"]:
        if len(check["value"].split()[0]) > 8:
            assert check["value"].split()[0] not in text
    assert json.dumps(data)


def test_checks_that_fail_come_first_with_their_way_out(starter, gigaloop):
    for file in starter.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"busbar_limit: [^\n,}]*", "busbar_limit: 100 A", text), encoding="utf-8")
    shown = gigaloop("design", starter, "gb300-nvl72").out
    assert shown.index("Errors") < shown.index("Holds")
    assert "a higher bus voltage, a larger or cooled busbar" in shown.split("Holds")[0]


def test_what_fails_alike_in_many_halls_stands_once(gigaloop):
    folder = Path(__file__).parents[2] / "programmes" / "us-buildout"
    text = gigaloop("design", folder, "rubin-ultra-kyber").out.split("Holds")[0]
    assert text.count("The hall feeds the rack's bus") == 1
    assert re.search(r"The hall feeds the rack's bus,.* and at \d+ more", text)


def test_the_rack_card_says_what_is_not_stated(starter, gigaloop):
    rack = gigaloop("design", "rack", starter, "gb300-nvl72", "--json").json["rack"]
    assert rack["lines"] is None
    assert re.search(r"line current +not stated", gigaloop("design", "rack", starter, "gb300-nvl72").out)


def test_a_rack_is_held_against_the_halls_of_one_site_where_it_is_named(starter, gigaloop):
    def halls(*more):
        text = gigaloop("design", "rack", starter, "gb300-nvl72", *more).out
        return int(re.findall(r"of (\d+) halls", text)[0])

    assert 0 < halls("--site", "milam") < halls()
    assert gigaloop("design", "rack", starter, "gb300-nvl72", "--site", "milm").code == 2
