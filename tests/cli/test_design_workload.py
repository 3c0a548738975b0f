"""``gigaloop design workload``: what it shows, its JSON, and what is told when something is wrong."""

import math

import pytest

GENERATION = "gb300-nvl72"


@pytest.fixture
def workload(starter, gigaloop):
    """Show workloads of the starter programme on one of its generations."""

    def run(*words):
        return gigaloop("design", "workload", starter, GENERATION, *words)

    return run


@pytest.fixture
def found(workload):
    answer = workload("--json")
    assert answer.code == 0, answer.err
    return answer.json["workloads"]


def of_kind(found, kind):
    return next(each for each in found.values() if each["kind"] == kind)


def test_parts_of_steps_and_of_memory_add_up(found):
    for each in found.values():
        assert math.fsum(each["step_parts_s"].values()) == pytest.approx(each["step_s"])
        assert math.fsum(each["memory_parts_b"].values()) == pytest.approx(each["memory_b"])
        assert each["memory_b"] <= each["memory_available_b"]


def test_tokens_lie_in_their_band(found):
    for each in found.values():
        rack = each["tokens_per_s_per_rack"]
        assert 0.0 < rack["low"] <= rack["base"] <= rack["high"]


def test_the_best_strategy_is_the_first_and_others_are_slower(found):
    training = of_kind(found, "training")["training"]
    steps = [each["step_s"] for each in training["strategies"]]
    assert steps == sorted(steps)
    assert of_kind(found, "training")["layout"] == training["strategies"][0]["name"]
    assert training["hfu"] >= of_kind(found, "training")["mfu"]
    assert math.fsum(training["goodput"]["parts"].values()) == pytest.approx(1.0)


def test_an_operator_stays_below_the_peak_and_the_bandwidth_of_its_accelerator(found, gigaloop):
    entry = gigaloop("catalogue", "show", "gb300", "--json").json
    assert entry
    for each in of_kind(found, "training")["training"]["operators"]:
        assert each["flops"] / each["time_s"] < 4.9e15
        assert each["bytes"] / each["time_s"] < 8.1e12


def test_a_front_falls_and_its_point_is_on_it_or_within_the_required_speed(found):
    serving = of_kind(found, "inference")["serving"]
    users = [each["tokens_per_s_per_user"] for each in serving["front"]]
    throughput = [each["tokens_per_s_per_accelerator"] for each in serving["front"]]
    assert users == sorted(users)
    assert throughput == sorted(throughput, reverse=True)
    assert serving["point"] in serving["front"]


def test_fewer_rows_are_given_where_fewer_are_asked_for(workload):
    found = workload("--json", "--top", 2).json["workloads"]
    assert len(of_kind(found, "training")["training"]["strategies"]) == 2
    assert len(of_kind(found, "inference")["serving"]["front"]) <= 3


def test_the_card_has_every_number_with_its_unit_and_what_it_rests_on(workload):
    answer = workload()
    assert answer.code == 0
    for text in (
        "parameters", "of them meet a token", "tokens/s", "a rack; 80 %:", "a MW into racks at design power", "MFU",
        "HFU", "goodput", "Where the time of a step goes", "Memory of the fullest accelerator", "The best layouts",
        "Why others are out", "What the machine's numbers are worth", "first token", "Throughput against speed",
        "assumption", "catalogue.gb300.hbm_bandwidth",
    ):  # fmt: skip
        assert text in answer.out, text


def test_one_workload_alone_is_shown_and_another_number_of_accelerators_is_taken(workload, found):
    name = next(name for name, each in found.items() if each["kind"] == "training")
    answer = workload("--json", "--workload", name, "--accelerators", 2304)
    assert list(answer.json["workloads"]) == [name]
    assert answer.json["workloads"][name]["accelerators"] == 2304


def test_an_unknown_workload_is_told_the_nearest(workload, found):
    name = next(iter(found))
    answer = workload("--workload", name[:-1])
    assert answer.code == 2
    assert f"'{name}'" in answer.err


def test_what_fits_nowhere_is_an_error_that_says_what_would_do(workload, found):
    name = next(name for name, each in found.items() if each["kind"] == "training")
    answer = workload("--workload", name, "--accelerators", 2)
    assert answer.code == 1
    assert "does not fit on 2 accelerators" in answer.err
    assert "would do" in answer.err


def test_a_precision_that_the_accelerator_lacks_is_told_with_those_that_it_has(starter, gigaloop):
    path = starter / "programme.yaml"
    if "precision:" not in path.read_text():
        path = next(each for each in sorted(starter.glob("*.yaml")) if "precision:" in each.read_text())
    path.write_text(
        path.read_text().replace("precision: fp8", "precision: fp9", 1).replace("precision: mxfp8", "precision: fp9", 1)
    )
    answer = gigaloop("design", "workload", starter, GENERATION)
    assert answer.code == 1
    assert "fp8" in answer.err


def test_tokens_have_a_cost_where_the_programme_is_planned_for_it(workload, found):
    assert all(each["usd_per_million_tokens"] is None for each in found.values())
    planned = workload("--cost", "--json").json["workloads"]
    costs = [each["usd_per_million_tokens"] for each in planned.values()]
    assert all(cost > 0.0 for cost in costs if cost is not None)
    assert any(cost is not None for cost in costs) == ("a million tokens, at" in workload("--cost").out)
