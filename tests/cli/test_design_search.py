"""``gigaloop design search``: the front, the sentences, the errors."""

import json

import pytest

from gigaloop.cli import output
from gigaloop.programme import new_programme

QUICK = ["--workload", "serving", "--choice", "hbm_bandwidth=2x", "--choice", "power_cap=0.8x,0.9x"]


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    monkeypatch.setattr(output.out, "width", 240)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "mine"
    new_programme(path)
    return path


def test_the_front_and_the_worth_of_every_choice_are_shown(gigaloop, folder):
    done = gigaloop("design", "search", folder, "gb300-nvl72", *QUICK, "--top", "3")
    assert done.code == 0, done.err
    assert "6 variants" in done.out
    assert "as it is" in done.out
    assert "doubling the memory bandwidth" in done.out or "halving the memory bandwidth" in done.out
    assert "on this mix" in done.out
    assert "takes what has no known price: memory bandwidth" in done.out
    assert "state it with --marginal" in done.out
    assert "assumed: " in done.out


def test_the_object_for_machines_holds_the_front_and_the_best(gigaloop, folder):
    done = gigaloop("design", "search", folder, "gb300-nvl72", *QUICK, "--objective", "cost", "--json")
    found = json.loads(done.out)
    assert found["variants"] == 6
    assert list(found["front"][0]["objectives"]) == ["cost"]
    best = found["best"][0]
    assert best["objective"] == "cost"
    assert {each["choice"] for each in best["worth"]} == {"hbm_bandwidth", "power_cap"}
    assert found["workloads"][0]["regret"] < 0.01
    assert found["stated"][0]["choices"]["power_cap"] == "1,400 W"
    assert all(each["source"] for each in found["assumptions"])


def test_a_file_states_choices_and_marginals(gigaloop, folder, tmp_path):
    file = tmp_path / "free.yaml"
    file.write_text("choices:\n  hbm_bandwidth: [2x]\nmarginals:\n  hbm_bandwidth: 300 USD (2026) per 1 TB/s\n")
    options = ["--workload", "serving", "--file", file, "--json"]
    found = json.loads(gigaloop("design", "search", folder, "gb300-nvl72", *options).out)
    assert found["variants"] == 2
    assert not any(each["unpriced"].get("memory bandwidth") for each in found["front"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--choice", "scale_ot=2x"], "did you mean 'scale_out'"),
        (["--choice", "hbm"], "--choice domain=72,144"),
        (["--choice", "hbm=5 W"], "write it like"),
        (["--choice", "coolant=90 degC"], "10 to 65 degC"),
        (["--objective", "costs"], "did you mean 'cost'?"),
        (["--marginal", "hbm=24"], "24 USD (2026) per 1 GB"),
        (["--workload", "none"], "there are: training, serving"),
        (["--site", "nowhere"], "there are:"),
    ],
)
def test_bad_input_says_what_would_do(gigaloop, folder, options, said):
    done = gigaloop("design", "search", folder, "gb300-nvl72", *options)
    assert done.code == 2
    assert said in done.err


def test_a_file_of_something_else_is_refused(gigaloop, folder, tmp_path):
    file = tmp_path / "free.yaml"
    file.write_text("hbm: 2x\n")
    done = gigaloop("design", "search", folder, "gb300-nvl72", "--file", file)
    assert done.code == 1
    assert "choices: {domain: [72, 144]}" in done.err
