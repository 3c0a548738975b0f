"""The EPW reader: what it reads, and what it says of files that are wrong, by line."""

import gzip

import numpy as np
import pytest
from CoolProp.HumidAirProp import HAPropsSI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.design.climate import read_epw, saturation_pressure, standard_pressure

HEADER = """\
LOCATION,Testham Intl Ap,OH,USA,TMY3,724999,40.00,-83.00,-5.0,250.0
DESIGN CONDITIONS,0
TYPICAL/EXTREME PERIODS,0
GROUND TEMPERATURES,0
HOLIDAYS/DAYLIGHT SAVINGS,{leap},0,0,0
COMMENTS 1,none
COMMENTS 2,none
DATA PERIODS,{periods},{records},Data,Sunday, 1/ 1,12/31"""
TAIL = ",0,0,300,0,0,0,0,0,0,0,260,8.8,0,0,24.1,77777,9,999999999,40,0.0000,0,88,999.000,999.0,99.0"
PRESSURE = round(float(standard_pressure(250.0)))


def line(year, month, day, hour, dry=20.0, dew=10.0, relative=53, pressure=PRESSURE):
    return f"{year},{month},{day},{hour},60,?9?9,{dry},{dew},{relative},{pressure}{TAIL}"


def year_of(*, leap_day=False, **values):
    days = [31, 29 if leap_day else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return [
        line(1985 + month, month, day, hour, **values)
        for month, count in enumerate(days, 1)
        for day in range(1, count + 1)
        for hour in range(1, 25)
    ]


FULL = year_of()


@pytest.fixture
def write(tmp_path):
    def make(hours, *, leap="No", periods=1, records=1, header=None, end="\n"):
        path = tmp_path / "own.epw"
        head = header if header is not None else HEADER.format(leap=leap, periods=periods, records=records)
        path.write_bytes(end.join([*head.split("\n"), *hours, ""]).encode())
        return path

    return make


def with_hour(at, text):
    return [*FULL[:at], *([] if text is None else [text]), *FULL[at + 1 :]]


def refused(path):
    with pytest.raises(ProgrammeError) as caught:
        read_epw(path, shown_as="own.epw")
    return caught.value.problems


def test_a_sound_file_is_read_whole(write):
    weather = read_epw(write(FULL), shown_as="weather/own.epw")
    assert len(weather) == 8760
    assert weather.hours.sum() == 8760
    assert (weather.station, weather.name, weather.grain) == ("724999", "Testham Intl Ap, OH", "hours")
    assert weather.period == "months of 1986-1997"
    assert weather.source == "own.epw (TMY3)"
    assert (weather.latitude, weather.longitude, weather.elevation) == (40.0, -83.0, 250.0)
    np.testing.assert_array_equal(np.bincount(weather.month)[1:4], [744, 672, 744])
    np.testing.assert_allclose(weather.dry_bulb, 293.15)
    np.testing.assert_allclose(weather.pressure, PRESSURE)
    np.testing.assert_allclose(weather.wet_bulb, HAPropsSI("B", "T", 293.15, "D", 283.15, "P", PRESSURE), atol=0.03)


def test_windows_line_ends_and_gzip_are_read_alike(write, tmp_path):
    plain = read_epw(write(FULL))
    windows = write(FULL, end="\r\n")
    packed = tmp_path / "own.epw.gz"
    packed.write_bytes(gzip.compress(windows.read_bytes()))
    for path in (windows, packed):
        np.testing.assert_array_equal(read_epw(path).wet_bulb, plain.wet_bulb)


def test_a_missing_dew_point_is_taken_from_the_relative_humidity(write):
    relative = 100 * saturation_pressure(283.15, over="water") / saturation_pressure(293.15, over="water")
    by_dew = read_epw(write(FULL)).wet_bulb
    by_humidity = read_epw(write(year_of(dew=99.9, relative=float(relative)))).wet_bulb
    np.testing.assert_allclose(by_humidity, by_dew, atol=1e-5)


def test_relative_humidity_below_freezing_is_over_water(write):
    # 100 % over water at -10 degC is more than ice can hold: the air is saturated
    frost = read_epw(write(year_of(dry=-10.0, dew=99.9, relative=100)))
    np.testing.assert_allclose(frost.wet_bulb, 263.15)


def test_a_leap_year_is_read_with_all_its_hours(write):
    weather = read_epw(write(year_of(leap_day=True), leap="Yes"))
    assert len(weather) == 8784
    assert (weather.month == 2).sum() == 29 * 24


def test_a_line_too_few_is_told_with_its_place(write):
    (problem,) = refused(write(FULL[:-1]))
    assert "8,759 hours; a year has 8,760" in problem.why
    assert "hour 23 of 12/31" in problem.why
    assert problem.where.line == 8 + 8760
    (problem,) = refused(write(with_hour(500, None)))
    assert "8,759 hours" in problem.why
    assert "hour 22 of 1/21 follows hour 20 of 1/21" in problem.why
    assert problem.where.line == 8 + 501


def test_a_line_too_many_is_told_with_its_place(write):
    (problem,) = refused(write([*FULL[:101], FULL[100], *FULL[101:]]))
    assert "hour 5 of 1/5 is given twice" in problem.why
    assert problem.where.line == 8 + 102
    assert "line 109" in problem.hint
    (problem,) = refused(write([*FULL, FULL[0]]))
    assert "8,761 hours" in problem.why
    assert problem.where.line == 8 + 8761


def test_hours_out_of_order_are_told(write):
    (problem,) = refused(write([FULL[1], FULL[0], *FULL[2:]]))
    assert "the first is hour 2 of 1/1" in problem.why
    assert problem.where.line == 9
    (problem,) = refused(write([*FULL[744:], *FULL[:744]]))
    assert "hours begin with hour 1 of 1 January" in problem.hint


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"dew": "1_0"}, "the dew point '1_0' is no number"),
        ({"dry": "1e400"}, "the dry bulb '1e400' is no number"),
        ({"dry": 99.9}, "the dry bulb is missing at hour 3 of 1/1 (code 99.9)"),
        ({"pressure": 999999}, "the pressure is missing at hour 3 of 1/1 (code 999999)"),
        ({"dew": 99.9, "relative": 999}, "dew point and relative humidity are missing"),
        ({"dry": 71.0}, "the dry bulb 71 degC at hour 3 of 1/1 is out of range"),
        ({"pressure": 998}, "the pressure 998 Pa at hour 3 of 1/1 is out of range"),
        ({"relative": -1}, "the relative humidity -1 % at hour 3 of 1/1 is out of range"),
        ({"dew": "cold"}, "the dew point 'cold' is no number"),
        ({"dry": "nan"}, "the dry bulb 'nan' is no number"),
        ({"dry": ""}, "the dry bulb '' is no number"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(write, values, words):
    (problem,) = refused(write(with_hour(2, line(1986, 1, 1, 3, **values))))
    assert words in problem.why
    assert (problem.where.file, problem.where.line) == ("own.epw", 11)


@pytest.mark.parametrize("date", [(13, 1, 1), (2, 30, 1), (1, 1, 25), (1, 1, 0), (1, 0, 1), (1.5, 1, 1), (1, 1, 1e30)])
def test_an_hour_that_there_is_not_is_told(write, date):
    (problem,) = refused(write(with_hour(9, line(1986, *date))))
    assert "there is no such hour" in problem.why
    assert problem.where.line == 18


def test_a_short_or_empty_line_is_told(write):
    (problem,) = refused(write(with_hour(4, "1986,1,1,5,60")))
    assert "the line has 5 fields" in problem.why
    assert problem.where.line == 13
    (problem,) = refused(write([*FULL[:4], "", *FULL[4:]]))
    assert problem.where.line == 13


def test_many_problems_are_counted(write):
    problems = refused(write(year_of(dry=99.9)))
    assert len(problems) == 17
    assert problems[-1].why == "and 8,744 more"


@pytest.mark.parametrize(
    ("header", "words", "place"),
    [
        ("date,dry bulb", "no EPW file", 1),
        (HEADER.format(leap="No", periods=1, records=4), "4 records per hour", 8),
        (HEADER.format(leap="No", periods=2, records=1), "2 data periods", 8),
        (HEADER.format(leap="No", periods=1, records=1).replace("40.00", "140"), "the latitude '140'", 1),
        (HEADER.format(leap="No", periods=1, records=1).replace(",250.0", ""), "the elevation ''", 1),
    ],
)
def test_a_wrong_header_is_told(write, header, words, place):
    (problem, *_) = refused(write(FULL, header=header))
    assert words in problem.why
    assert problem.where.line == place


def test_a_file_without_hours_is_told(write):
    (problem,) = refused(write([]))
    assert "no hours" in problem.why


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (problem,) = refused(tmp_path / "none.epw")
    assert "no such file" in problem.why
    damaged = tmp_path / "damaged.epw.gz"
    damaged.write_bytes(gzip.compress("\n".join(FULL).encode())[:2000])
    (problem,) = refused(damaged)
    assert "damaged" in problem.why
    (problem,) = refused(tmp_path)
    assert "cannot be read" in problem.why


CELLS = ["1986", "1", "0", "1e400", "1_0", "-9", "nan", "", "\N{ARABIC-INDIC DIGIT THREE}", '"', "#", "99.9"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, 8767),
    text=st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=60),
        st.lists(st.sampled_from(CELLS), max_size=14).map(",".join),
    ),
)
def test_any_line_is_read_or_told(tmp_path, at, text):
    lines = [*HEADER.format(leap="No", periods=1, records=1).split("\n"), *FULL]
    lines[at] = text
    path = tmp_path / "any.epw"
    path.write_text("\n".join(lines), encoding="utf-8")
    told: tuple[Problem, ...] = ()
    try:
        assert np.all(np.isfinite(read_epw(path).wet_bulb))
    except ProgrammeError as error:
        told = error.problems
    assert all(problem.why and problem.where for problem in told)
