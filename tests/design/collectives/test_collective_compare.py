"""Expected against measured: the verdict by size, and the cause that explains a slow run."""

from dataclasses import replace

import numpy as np
import pytest

from gigaloop.design.collectives import Measurements, System, collective_times
from gigaloop.design.collectives.compare import compare
from gigaloop.design.collectives.regimes import LIBRARY

NODE = System("node", domain=8.0, scale_up=450e9, scale_out=50e9, in_switch_reduction=True)
SIZES = np.logspace(12, 33, 22, base=2.0)


def run(time, group):
    count = len(SIZES)
    return Measurements(("all_reduce",) * count, SIZES, np.full(count, float(group)), time, (LIBRARY,) * count, "run")


def compared(other, group, **more):
    time = collective_times(other, "all_reduce", SIZES, group, contention=more.pop("made_with", 1.0)).time
    return compare(run(time, group), NODE, **more)[0]


def test_a_run_as_fast_as_it_should_be_needs_no_reason():
    found = compared(NODE, 8)
    assert set(found.verdict) == {"as expected"}
    assert found.reasons == ()
    assert found.bus_bandwidth == pytest.approx(found.expected.bus_bandwidth)


@pytest.mark.parametrize(("other", "group", "why"), [
    (replace(NODE, in_switch_reduction=False), 8, "do not reduce"),
    (replace(NODE, scale_out=25e9), 64, "half of the network ports"),
    (replace(NODE, scale_out=12.5e9), 64, "a quarter of the network ports"),
    (replace(NODE, domain=1.0, in_switch_reduction=False), 8, "does not share domains"),
    (replace(NODE, scale_up=64e9, in_switch_reduction=False), 8, "PCI Express"),
])  # fmt: skip
def test_the_cause_that_made_a_run_slow_is_named_first(other, group, why):
    found = compared(other, group)
    assert found.verdict[-1] == "slower"
    assert why in found.reasons[0].why
    assert found.reasons[0].off < 0.01


def test_hashed_flows_are_named_where_they_would_explain_a_run():
    found = compared(NODE, 64, made_with=3.0, hashed=3.0)
    assert "hashed" in found.reasons[0].why
    assert not any("hashed" in each.why for each in compared(NODE, 64, made_with=3.0).reasons)


def test_contention_that_is_expected_needs_no_reason():
    assert compared(NODE, 64, made_with=3.0, contention=3.0).reasons == ()


def test_slow_small_messages_are_said_to_be_latency():
    time = collective_times(NODE, "all_reduce", SIZES, 8).time + 200e-6
    found = compare(run(time, 8), NODE)[0]
    assert found.verdict[0] == "slower"
    assert "a call takes" in found.reasons[-1].why


def test_the_run_calibrates_its_machine():
    found = compared(replace(NODE, scale_up=300e9), 8)
    again = collective_times(NODE, "all_reduce", SIZES, 8, calibration=found.calibration)
    assert again.time == pytest.approx(found.measured.time, rel=0.12)
