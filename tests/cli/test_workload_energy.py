"""What the card of a served workload says of energy."""

import re

import pytest


def test_a_token_takes_the_power_of_its_accelerator_over_its_tokens(starter, gigaloop):
    shown = gigaloop("design", "workload", starter, "gb300-nvl72", "--workload", "serving")
    found = gigaloop("design", "workload", starter, "gb300-nvl72", "--workload", "serving", "--json").json
    assert shown.code == 0, shown.err
    [each] = found["workloads"].values()
    [joules] = map(float, re.findall(r"([\d.]+) J an output token", shown.out))
    point = each["serving"]["point"]
    assert joules == pytest.approx(point["power_w"] / each["tokens_per_s_per_accelerator"], rel=0.01)
    assert point["energy_per_token_j"] == pytest.approx(joules, rel=0.01)
