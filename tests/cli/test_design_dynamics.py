"""``gigaloop design dynamics``: the table, JSON, recorded traces, and bad input."""

import pytest

from gigaloop.programme.starter import bundled_programmes

US = bundled_programmes()["us-buildout"]


def test_the_table_says_how_the_site_moves_and_what_is_assumed(gigaloop):
    answer = gigaloop(
        "design", "dynamics", US, "gb300-nvl72", "--site", "abilene", "--hours", "1", "--ramp", "50 MW/min"
    )
    assert answer.code == 0, answer.err
    for said in (
        "Largest changes",
        "Limits of the grid",
        "storage against ramps",
        "Remedies in layers",
        "Without cooling",
    ):
        assert said in answer.out
    assert "not met" in answer.out


def test_a_site_without_limits_gets_a_hint(gigaloop):
    answer = gigaloop("design", "dynamics", US, "gb300-nvl72", "--site", "jupiter", "--hours", "0.5")
    assert answer.code == 0, answer.err
    assert "sites.jupiter.facility.grid states no limit" in answer.err


def test_json_holds_the_summary_and_the_figures(gigaloop):
    found = gigaloop(
        "design", "dynamics", US, "vr200-nvl72", "--site", "abilene", "--hours", "0.5", "--seed", "3", "--json"
    ).json["dynamics"]
    assert found["seed"] == 3
    assert found["peak_w"] >= found["mean_w"] >= found["least_w"]
    assert [ramp["window_s"] for ramp in found["ramps"]] == [1, 15, 60, 600]
    assert len(found["trace_w"]) == len(found["times_s"]) <= 2000
    assert found["inputs"]["catalogue.pre-training.period"]["high"] == 10.0


def test_a_recorded_trace_is_read(gigaloop, tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text("time [s],power [MW]\n" + "".join(f"{15 * k},{50 + 10 * (k >= 40)}\n" for k in range(80)))
    answer = gigaloop(
        "design", "dynamics", US, "gb300-nvl72", "--site", "abilene", "--trace", path, "--ramp", "1 MW/min", "--json"
    )
    assert answer.code == 0, answer.err
    found = answer.json["dynamics"]
    assert found["source"] == "ours.csv"
    assert found["ramps"][0]["rise_w"] == pytest.approx(10e6)
    assert found["band"] is None


def test_limits_of_the_catalogue_stand_in_for_those_of_the_site(gigaloop):
    words = ("design", "dynamics", US, "gb300-nvl72", "--site", "abilene", "--hours", "0.5", "--json", "--limits")
    tight = gigaloop(*words, "steady-feed").json["dynamics"]
    assert {f["id"] for f in tight["findings"]} == {"grid.ramp", "grid.range", "grid.band", "grid.ride-through"}
    alberta = gigaloop(*words, "aeso-data-centre").json["dynamics"]
    assert [f["limit"] for f in alberta["findings"] if f["id"] == "grid.ramp"] == [pytest.approx(10e6 / 60)]
    assert gigaloop(*words, "steady-fed").code == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--site", "abilen"], 2, "there is no site 'abilen'"),
        (["--site", "abilene", "--hours", "0"], 2, "a trace of 0 hours is not computed"),
        (["--site", "abilene", "--hours", "200"], 2, "at most 168 hours"),
        (["--site", "abilene", "--seed", "-1"], 2, "the seed -1 is below 0"),
        (["--site", "abilene", "--ramp", "50 MW"], 2, "a power rate is due"),
        (["--site", "abilene", "--ramp", "0 MW/min"], 2, "allows no change"),
        (["--site", "abilene", "--trace", "none.csv"], 1, "the file cannot be read"),
        ([], 2, "--site"),
    ],
)
def test_bad_input_is_said(gigaloop, words, code, said):
    answer = gigaloop("design", "dynamics", US, "gb300-nvl72", *words)
    assert answer.code == code
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_a_wrong_trace_is_said_by_its_line(gigaloop, tmp_path):
    path = tmp_path / "ours.csv"
    path.write_text("time [s],power [MW]\n0,1\n1,none\n")
    answer = gigaloop("design", "dynamics", US, "gb300-nvl72", "--site", "abilene", "--trace", path, "--json")
    assert answer.code == 1
    problem = answer.json["problems"][0]
    assert (problem["line"], problem["column"]) == (3, 3)
