"""Recorded traces: units, moments, uneven steps, and what is wrong with them by line."""

import numpy as np
import pytest

from gigaloop.core.errors import Place, ProgrammeError
from gigaloop.design.dynamics.limits import ramp_statistics
from gigaloop.design.dynamics.recorded import read_trace


@pytest.fixture
def write(tmp_path):
    def made(text, **options):
        path = tmp_path / "trace.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(**options))
        return path

    return made


def test_units_are_those_of_the_header(write):
    trace = read_trace(write("time [min],power [MW]\n0,10\n1,12\n2,11\n"))
    assert trace.step == 60.0
    assert trace.power.tolist() == [10e6, 12e6, 11e6]


def test_moments_and_other_columns(write):
    text = "site,Power [kW],time\na,5,2026-07-01T00:00:00\na,7,2026-07-01T00:00:15\na,6,2026-07-01T00:00:30\n"
    trace = read_trace(write(text))
    assert trace.step == 15.0
    assert trace.power.tolist() == [5e3, 7e3, 6e3]


def test_uneven_steps_are_brought_to_the_usual_one_by_straight_lines(write):
    trace = read_trace(write("time [s],power [W]\n10,0\n11,10\n12,20\n14,40\n15,50\n"))
    assert trace.step == 1.0
    assert trace.power.tolist() == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]


def test_a_trace_measures_as_what_was_written(write):
    power = np.repeat([5.2, 26.6], [40, 41])
    rows = "".join(f"{15 * k},{p}\n" for k, p in enumerate(power))
    trace = read_trace(write("time [s],power [MW]\n" + rows))
    (found,) = ramp_statistics(trace.power, trace.step, [15.0])
    assert found.rise == pytest.approx(21.4e6)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", (1, 1), "the file is empty"),
        ("time [s]\n1\n", (1, 1), "there is no column 'power'"),
        ("seconds,power [MW]\n1,2\n", (1, 1), "there is no column 'time'"),
        ("time [s],power\n1,2\n", (1, 1), "the column 'power' has no unit"),
        ("time [s],power [MWh]\n1,2\n", (1, 1), "the column 'power' has the unit 'MWh', which is none of power"),
        ("time [s],power [MW]\n1,2\n", (2, 1), "a trace needs two rows or more"),
        ("time [s],power [MW]\n0,2\n1,x\n", (3, 3), "'x' is no number"),
        ("time [s],power [MW]\n0,2\n\n1,nan\n", (4, 3), "'nan' is no number"),
        ("time [s],power [MW]\n0,2\n1,-3\n", (3, 3), "a power of -3 is below zero"),
        ("time [s],power [MW]\n0,2\nnoon,3\n", (3, 1), "'noon' is no time"),
        ("time,power [MW]\n2026-13-01,2\n", (2, 1), "'2026-13-01' is no time"),
        ("time [s],power [MW]\n5,2\n5,3\n", (3, 1), "the time does not rise: the row of line 2 is not before it"),
        ("time [s],power [MW]\n0,2\n1\n", (3, 1), "the row has 1 cells"),
        ("time [s],power [MW]\n0,2\n1,2\n2,2\n60,2\n", (5, 1), "a gap of 58 s, where the usual step is 1 s"),
        (b"time [s],power [MW]\n0,2\xff\n", (2, 4), "the byte 0xff is not UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(write, text, where, why):
    with pytest.raises(ProgrammeError) as raised:
        read_trace(write(text), "trace.csv")
    problem = raised.value.problems[0]
    assert (problem.why, problem.where) == (why, Place("trace.csv", *where))


def test_every_wrong_row_is_said_at_once(write):
    with pytest.raises(ProgrammeError) as raised:
        read_trace(write("time [s],power [MW]\n" + "".join(f"{k},x\n" for k in range(30))))
    assert [problem.where and problem.where.line for problem in raised.value.problems] == list(range(2, 18))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ProgrammeError, match="cannot be read"):
        read_trace(tmp_path / "none.csv")
