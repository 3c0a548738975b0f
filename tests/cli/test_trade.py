"""``gigaloop design trade``: the ranked table, the options, the errors."""

import json

import pytest

from gigaloop.programme import new_programme


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("trade") / "mine"
    new_programme(path)
    sites = path / "sites.yaml"
    text = sites.read_text()
    if "climate_station" not in text:
        sites.write_text(text.replace("\n    iso:", "\n    climate_station: '724280'\n    iso:", 1))
    return path


def test_the_table_ranks_designs_and_says_which_weather_it_is(gigaloop, folder):
    done = gigaloop("design", "trade", folder, "--cooling", "dry", "--cooling", "wet", "--top", "3")
    assert done.code == 0
    assert "on the front" in done.out
    assert "typical months of" in done.out
    assert "L/kWh" in done.out


def test_json_holds_every_design_in_its_ranking(gigaloop, folder):
    done = gigaloop("design", "trade", folder, "--redundancy", "n+1", "--supply", "30 degC", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    designs = found["designs"]
    assert {design["cooling"] for design in designs} == {"dry", "adiabatic", "wet"}
    assert {design["redundancy"] for design in designs} == {"N+1"}
    assert all(design["supply_k"] == pytest.approx(303.15) for design in designs)
    power = [design["it_power_w"] for design in designs if design["can_be_built"]]
    assert power == sorted(power, reverse=True)
    assert all(design["power_cap_w"] is None for design in designs)
    assert all("1976-2005" in note["period"] for note in found["weather"].values())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cooling", "adiabatc"], "did you mean 'adiabatic'"),
        (["--redundancy", "3N"], "there is no redundancy"),
        (["--supply", "30"], "--supply 30"),
        (["--power-cap", "960 K"], "--power-cap 960 K"),
        (["--site", "moon"], "there is no site 'moon'"),
    ],
)
def test_wrong_options_are_told(gigaloop, folder, options, words):
    done = gigaloop("design", "trade", folder, *options)
    assert done.code == 2
    assert words in done.err
