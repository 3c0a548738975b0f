"""``gigaloop design fabrics``: the ranked table, the options, the errors."""

import json

import pytest

from gigaloop.programme import load_programme, new_programme

QUICK = ["--tiers", "3", "--planes", "1", "--placement", "end of row/end of hall", "--media", "any"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("fabrics") / "mine"
    new_programme(path)
    return path


@pytest.fixture(scope="module")
def generation(folder):
    from gigaloop.catalogue import load_catalogue

    return load_programme(folder, load_catalogue()).generations[0].id


def test_the_table_ranks_candidates_and_says_what_it_counts(gigaloop, folder, generation):
    done = gigaloop("design", "fabrics", folder, generation, "--accelerators", "4000", *QUICK, "--top", "2")
    assert done.code == 0, done.err
    assert "for 4,000 accelerators" in done.out
    assert "on the front" in done.out
    assert "end of row / end of hall" in done.out
    assert "time counts" in done.out
    assert "order:" in done.out


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
        (["--oversubscription", "0.5"], "no ratio of at least 1"),
        (["--oversubscription", "a/b"], "no ratio of at least 1"),
        (["--placement", "end of roow"], "did you mean 'end of row'"),
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
