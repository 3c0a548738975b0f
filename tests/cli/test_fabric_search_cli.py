"""``gigaloop design fabrics``: the ranked table, the options, the errors."""

import json
import re

import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.cli import output
from gigaloop.cli.numbers import power
from gigaloop.programme import load_programme, new_programme

QUICK = ["--tiers", "3", "--planes", "1", "--placement", "end of row/end of hall", "--media", "any"]


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    monkeypatch.setattr(output.out, "width", 240)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("fabrics") / "mine"
    new_programme(path)
    return path


@pytest.fixture(scope="module")
def generation(folder):
    return load_programme(folder, load_catalogue()).generations[0].id


def test_the_table_ranks_candidates_and_says_what_it_counts(gigaloop, folder, generation):
    done = gigaloop("design", "fabrics", folder, generation, "--accelerators", "4000", *QUICK, "--top", "2")
    assert done.code == 0, done.err
    assert "for 4,000 accelerators" in done.out
    assert "on the front" in done.out
    assert "end of row / end of hall" in done.out
    assert "time counts" in done.out
    assert "order:" in done.out


def test_the_stated_fabric_heads_the_table_and_the_best_in_each_thing_is_named(gigaloop, folder, generation):
    options = ["-n", "4000", *QUICK]
    found = json.loads(gigaloop("design", "fabrics", folder, generation, *options, "--json").out)
    stated = found["stated"]
    scale_out = load_programme(folder, load_catalogue()).generations[0].scale_out
    assert (stated["planes"], stated["link_rate_bit_s"]) == (int(scale_out.planes), float(scale_out.link_rate))
    assert stated["accelerators"] >= 4000
    assert stated["switches"] > 0
    out = gigaloop("design", "fabrics", folder, generation, *options).out
    first = out[: out.index("\n", out.index("as stated"))].splitlines()
    assert len(first) == 4, "the row after title and heads"
    assert f"{stated['switches']:,}" in first[-1]
    built = [each for each in found["candidates"] if each["can_be_built"]]
    least = min(each["power_w"] for each in built if not each["unpowered"])
    assert f"least power: {power(least)}, " in out
    for title in ("least time: ", "most bandwidth left: "):
        assert title in out


def test_what_differs_in_place_and_media_alone_is_one_row(gigaloop, folder, generation):
    options = ["-n", "4000", "--tiers", "3", "--planes", "1", "--placement", "own rows", "--placement", "end of row"]
    together = gigaloop("design", "fabrics", folder, generation, *options, "--top", "200").out
    apart = gigaloop("design", "fabrics", folder, generation, *options, "--top", "200", "--every").out
    candidates = json.loads(gigaloop("design", "fabrics", folder, generation, *options, "--json").out)["candidates"]
    built = [each for each in candidates if each["can_be_built"]]
    shapes = {(each["switch"], each["oversubscription"], each["spine_oversubscription"]) for each in built}
    rows = [
        text.count(" Gb/s, SU of ") - text.count("\nleast ") - text.count("\nmost ") - 1 for text in (together, apart)
    ]
    assert rows == [len(shapes), len(built)]
    assert sum(int(each) for each in re.findall(r" \+(\d+)(?: \(\d+ \*\))?\s*$", together, re.MULTILINE)) == len(
        built
    ) - len(shapes)
    assert "others" not in apart


def test_where_nothing_can_be_built_the_reasons_stand_alone(gigaloop, folder, generation):
    done = gigaloop("design", "fabrics", folder, generation, "-n", "9999999", "--tiers", "2", "--switch", "q3400")
    assert done.code == 0
    assert "0 can be built" in done.out
    assert "two tiers of 144-port switches serve" in done.out
    assert "name more switches" in done.out
    assert "order:" not in done.out


def test_json_holds_every_candidate_with_units(gigaloop, folder, generation):
    done = gigaloop(
        "design", "fabrics", folder, generation, "-n", "4000", *QUICK, "--oversubscription", "1/2",
        "--message", "all_reduce 256 MiB", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["accelerators_asked"] == 4000
    assert found["demands"][0]["bytes"] == 256 * 2**20
    candidates = found["candidates"]
    assert {each["spine_oversubscription"] for each in candidates} == {2.0}
    assert {each["leafs"] for each in candidates if each["can_be_built"]} == {"end of row"}
    for each in candidates:
        if each["can_be_built"]:
            assert each["accelerators"] >= 4000
            assert each["cost_usd"]["low"] <= each["cost_usd"]["base"] <= each["cost_usd"]["high"]
            assert each["time_s"] == pytest.approx(each["times_s"][0])
            assert 0.0 <= each["bandwidth_left"] <= 1.0
        else:
            assert each["obstacle"]
    built = [each["can_be_built"] for each in candidates]
    assert built == sorted(built, reverse=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--oversubscription", "0.5"], "no ratio of 1 to 1,000"),
        (["--oversubscription", "a/b"], "no ratio of 1 to 1,000"),
        (["--placement", "end of roow"], "did you mean 'end of row'"),
        (["--placement", "1000000000 storeys"], "no hall has 1000000000 storeys"),
        (["--placement", "0 storeys"], "no hall has 0 storeys"),
        (["--media", "copper"], "there is no media 'copper'"),
        (["--topology", "close"], "did you mean 'clos'"),
        (["--group", "half"], "there is no group 'half'"),
        (["--switch", "sn560"], "sn5600"),
        (["--message", "all_reduce"], "not a collective, a size"),
        (["--site", "moon"], "there is no site 'moon'"),
    ],
)
def test_wrong_options_are_told(gigaloop, folder, generation, options, words):
    done = gigaloop("design", "fabrics", folder, generation, "-n", "4000", *options)
    assert done.code in (1, 2)
    assert words in done.err


def test_an_unknown_generation_is_told(gigaloop, folder):
    done = gigaloop("design", "fabrics", folder, "nothing")
    assert done.code == 2
    assert "there is no generation 'nothing'" in done.err
