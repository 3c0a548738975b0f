import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.power.breaker import choose_breaker
from gigaloop.design.power.cable import ambient_factor, duct_factor, raceway_factor, size_busway, size_cable, skin
from gigaloop.design.power.cable_tables import LOW_VOLTAGE, MEDIUM_VOLTAGE

# NFPA 70 (2020), table 310.15(B)(1): ambient [degC], factors for insulation of 75 and 90 degC; the code gives one
# factor for a band of 5 K, that of its warm end.
AMBIENT = ((20, 1.11, 1.08), (25, 1.05, 1.04), (35, 0.94, 0.96), (40, 0.88, 0.91), (45, 0.82, 0.87), (50, 0.75, 0.82))


@pytest.mark.parametrize(("ambient", "at_75", "at_90"), AMBIENT)
def test_derating_by_ambient_is_that_of_the_code(ambient, at_75, at_90):
    assert ambient_factor(ambient + 273.15, 348.15, 303.15) == pytest.approx(at_75, abs=0.006)
    assert ambient_factor(ambient + 273.15, 363.15, 303.15) == pytest.approx(at_90, abs=0.006)


@pytest.mark.parametrize(
    ("size", "material", "ampacity"),
    [
        ("4/0 AWG", "copper", 230),
        ("500 kcmil", "copper", 380),
        ("500 kcmil", "aluminium", 310),
        ("1000 kcmil", "copper", 545),
    ],
)
def test_ampacities_at_75_degc_are_those_of_table_310_16(size, material, ampacity):
    cable = size_cable(ampacity, 480.0, 5.0, material=material)
    assert (cable.size, cable.runs, cable.ampacity) == (size, 1, ampacity)
    assert size_cable(ampacity + 1.0, 480.0, 5.0, material=material).ampacity > ampacity


# NFPA 70 (2020), table 310.16: size, copper at 75 and 90 degC, aluminium at 75 and 90 degC [A], as reproduced at
# https://www.scribd.com/document/768710860/TABLE-310-16NEC-SIZE-CONDUCTORS-CONDUIT (an earlier edition, in which 300
# kcmil of aluminium had 255 A at 90 degC; 260 A since the edition of 2011).
TABLE_310_16 = """
8 50 55 40 45; 6 65 75 50 55; 4 85 95 65 75; 2 115 130 90 100; 1/0 150 170 120 135; 2/0 175 195 135 150;
3/0 200 225 155 175; 4/0 230 260 180 205; 250 255 290 205 230; 300 285 320 230 260; 350 310 350 250 280;
400 335 380 270 305; 500 380 430 310 350; 600 420 475 340 385; 750 475 535 385 435; 1000 545 615 445 500"""


@pytest.mark.parametrize("row", TABLE_310_16.split(";"))
def test_every_row_of_table_310_16_is_that_of_the_code(row):
    size, *ampacities = row.split()
    found = next(each for each in LOW_VOLTAGE if each.name.split()[0] == size)
    assert list(found[5:]) == [float(ampacity) for ampacity in ampacities]


def test_no_size_is_missing_from_that_table():
    assert len(LOW_VOLTAGE) == len(TABLE_310_16.split(";"))


@pytest.mark.parametrize("table", [LOW_VOLTAGE, MEDIUM_VOLTAGE])
def test_tables_rise_with_size(table):
    for small, large in pairwise(table):
        assert small.area < large.area
        assert all(a < b for a, b in zip(small[5:], large[5:], strict=True))
        assert small.copper_resistance > large.copper_resistance
        assert small.copper_resistance < small.aluminium_resistance
    for row in table:
        # DC resistance at 75 degC is that of the cross-section, stranding adding up to 3 %: ohm per 1000 ft.
        ideal = 1.7241e-8 * (1 + 0.00393 * 55) / (row.area * 1e-6) * 304.8
        assert row.copper_resistance == pytest.approx(ideal * 1.02, rel=0.02)


@given(current=st.floats(20.0, 4000.0), length=st.floats(5.0, 150.0), circuits=st.integers(1, 6))
def test_a_sized_cable_carries_its_current_within_drop(current, length, circuits):
    cable = size_cable(current, 480.0, length, material="copper", power_factor=0.9, circuits=circuits, most_runs=40)
    assert cable.ampacity >= current
    assert cable.drop_share <= 0.03
    assert cable.loss == pytest.approx(3 * current**2 * cable.resistance)
    angle = math.acos(0.9)
    drop = math.sqrt(3) * current * (cable.resistance * 0.9 + cable.reactance * math.sin(angle)) / 480.0
    assert cable.drop_share == pytest.approx(drop)
    assert cable.resistance > cable.cold_resistance


def test_parallel_runs_share_the_current():
    one, many = (size_cable(current, 34.5e3, 500.0) for current in (300.0, 1200.0))
    assert one.runs == 1
    assert many.runs > 1
    assert many.text.startswith(f"{many.runs} x 3 x ")
    assert many.text.endswith(" Al")
    # In ducts that touch, each of several circuits carries less.
    assert many.ampacity < many.runs * next(row.aluminium_90 for row in MEDIUM_VOLTAGE if row.name == many.size)


def test_a_short_circuit_asks_for_more_copper_than_a_small_load():
    light = size_cable(60.0, 34.5e3, 300.0)
    sized = size_cable(60.0, 34.5e3, 300.0, fault_current=25e3, clearing=0.5)
    assert light.withstand < 25e3 <= sized.withstand
    assert sized.area > light.area


def test_grouping_is_that_of_the_codes():
    assert [raceway_factor(count) for count in (3, 6, 9, 12, 50)] == [1.0, 0.8, 0.7, 0.5, 0.35]
    assert [duct_factor(count) for count in (1, 2, 6, 9)] == [1.0, 0.85, 0.6, 0.6]


def test_skin_effect_of_a_large_conductor():
    """1000 kcmil of copper at 60 Hz has about 7 % more than by direct current, NFPA 70 chapter 9 tables 8 and 9."""
    assert skin(0.0129 / 304.8, 60.0) == pytest.approx(1.07, abs=0.015)
    assert skin(0.0129 / 304.8, 0.0) == 1.0


def test_busways_are_the_fewest_that_carry_a_current():
    assert size_busway(5000.0) == (5000.0, 1)
    assert size_busway(5001.0) == (3000.0, 2)
    assert size_busway(0.0) == (225.0, 1)


def test_what_no_cable_does_is_named():
    with pytest.raises(UsageError, match="no aluminium cable of 12 runs carries 20000 A"):
        size_cable(20e3, 480.0, 50.0)
    with pytest.raises(UsageError, match="leaves a cable of 90 degC no current"):
        size_cable(100.0, 480.0, 50.0, ambient=370.0)
    with pytest.raises(UsageError, match="above 0"):
        size_cable(100.0, 480.0, 0.0)


def test_a_breaker_carries_breaks_and_makes():
    chosen = choose_breaker(1673.0, 34.5e3, 16.8e3, 45.1e3)
    assert (chosen.rated_current, chosen.breaking) == (2000.0, 20e3)
    assert chosen.making == pytest.approx(52e3)
    assert chosen.current_margin > 0
    assert chosen.breaking_margin > 0
    assert chosen.making_margin > 0
    # A peak of more than 2.2 times the symmetrical current asks for the next rating.
    assert choose_breaker(4000.0, 480.0, 84e3, 190e3).breaking == 100e3
    assert choose_breaker(1300.0, 480.0, 20e3, factor=1.25).rated_current == 2000.0


def test_what_no_breaker_does_is_named():
    with pytest.raises(UsageError, match=r"no standard breaker carries 5000 A at 13\.8 kV"):
        choose_breaker(5000.0, 13.8e3, 20e3)
    with pytest.raises(UsageError, match=r"no standard breaker breaks 250\.0 kA"):
        choose_breaker(5000.0, 480.0, 250e3)
