import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.power.busbar import DENSITY_RULE, Busbar, ampacity, busbar_drop, size_busbar, steady_rise
from gigaloop.design.power.conductor import resistivity

INCH = 0.0254
# Copper Development Association, ampacities of rectangular bars of copper No. 110, 60 Hz, by way of
# https://stormpowercomponents.com/technical-library/ampacity-and-specifications-tables/copper-alloy-c11000-busbar-ampacity-chart
# thickness and width [inch], rise [K], ampacity [A], skin effect ratio at 60 Hz
TABLE = (
    (1 / 16, 0.5, 30, 103, 1.0),
    (1 / 16, 1, 30, 187, 1.0),
    (1 / 16, 1, 65, 285, 1.0),
    (1 / 8, 2, 30, 495, 1.02),
    (1 / 8, 2, 50, 660, 1.02),
    (1 / 8, 2, 65, 760, 1.02),
    (1 / 8, 4, 30, 910, 1.04),
    (1 / 8, 4, 50, 1200, 1.04),
    (1 / 8, 4, 65, 1400, 1.04),
    (3 / 16, 1, 65, 520, 1.01),
    (3 / 16, 4, 30, 1100, 1.09),
    (3 / 16, 4, 65, 1700, 1.07),
)


@pytest.mark.parametrize(("thickness", "width", "rise", "current", "skin"), TABLE)
def test_ampacity_is_that_of_the_copper_industry_s_tables(thickness, width, rise, current, skin):
    bar = Busbar(width * INCH, thickness * INCH, 1.0)
    assert ampacity(bar, rise) == pytest.approx(current * math.sqrt(skin), rel=0.015)


def test_resistance_is_that_of_the_tables():
    """1/8 by 4 inch: 16.5 microohm per foot at 20 degC, of copper of 99 % IACS."""
    assert Busbar(4 * INCH, INCH / 8, 0.3048).resistance(293.15) == pytest.approx(16.5e-6 * 0.99, rel=0.01)


def test_the_same_copper_at_800_v_loses_a_256th():
    bar = Busbar(0.15, 0.012, 2.0)
    low, high = (busbar_drop(bar, 120e3 / volt, volt, coefficient=1e9) for volt in (50.0, 800.0))
    assert low.current == 2400.0
    assert high.current == 150.0
    assert low.loss / high.loss == pytest.approx(256.0, rel=1e-6)
    assert low.drop_share / high.drop_share == pytest.approx(256.0, rel=1e-6)


@pytest.mark.parametrize(("current", "voltage"), [(2400.0, 50.0), (2640.0, 50.0), (5000.0, 50.0), (750.0, 800.0)])
def test_a_sized_busbar_carries_its_rack(current, voltage):
    bar = size_busbar(current, voltage, 2.0, width=0.15)
    state = busbar_drop(bar, current, voltage, peak_current=1.4 * current)
    assert state.carries
    assert state.rise <= 30.0
    assert state.drop_share < 0.02
    assert state.peak_drop == pytest.approx(1.4 * state.drop)
    assert state.loss == pytest.approx(current**2 * state.resistance / 3)
    thinner = Busbar(bar.width, bar.thickness - 1e-3, bar.length) if bar.thickness > 1e-3 else None
    assert thinner is None or ampacity(thinner) < current


def test_a_liquid_cooled_busbar_takes_less_copper():
    air, liquid = (
        size_busbar(5000.0, 50.0, 2.0, width=0.15),
        size_busbar(5000.0, 50.0, 2.0, width=0.15, coefficient=1000.0),
    )
    assert liquid.mass < air.mass / 5
    assert busbar_drop(liquid, 5000.0, 50.0, coefficient=1000.0).rise < 30.0


@given(current=st.floats(10.0, 3000.0), ambient=st.floats(290.0, 330.0))
def test_the_steady_state_gives_off_what_it_loses(current, ambient):
    bar = Busbar(0.1, 0.01, 1.5)
    rise = steady_rise(bar, current, ambient)
    assert ampacity(bar, rise, ambient) == pytest.approx(current, rel=1e-6)
    state = busbar_drop(bar, current, 50.0, taps="end", ambient=ambient)
    assert state.loss == pytest.approx(state.current * state.drop)
    warmer = busbar_drop(bar, 1.1 * current, 50.0, ambient=ambient)
    assert warmer.temperature > state.temperature


def test_the_rule_of_a_thousand_amperes_per_square_inch():
    assert DENSITY_RULE["copper"] * 1e-6 == pytest.approx(1.55, abs=0.001)


def test_copper_rises_by_0_393_percent_a_kelvin():
    assert resistivity("copper", 303.15) / resistivity("copper", 293.15) == pytest.approx(1.0393)


def test_what_a_busbar_cannot_do_is_named():
    with pytest.raises(UsageError, match="no steady temperature at 20000 A"):
        busbar_drop(Busbar(0.05, 0.003, 2.0), 20000.0, 50.0)
    with pytest.raises(UsageError, match="no bar 20 mm wide carries 5000 A"):
        size_busbar(5000.0, 50.0, 2.0, width=0.02)
    with pytest.raises(UsageError, match="no size"):
        Busbar(0.0, 0.01, 1.0)
    with pytest.raises(UsageError, match="'gold' is no conductor metal"):
        Busbar(0.1, 0.01, 1.0, material="gold")
    with pytest.raises(UsageError, match="voltage above 0"):
        busbar_drop(Busbar(0.1, 0.01, 1.0), 100.0, 0.0)


@pytest.mark.parametrize("taps", ["end", "uniform", "both ends"])
def test_drop_and_loss_of_taps_are_those_of_a_thousand_of_them(taps):
    """Kirchhoff along a bar of a thousand even taps, fed where it says; by symmetry either feed gives half."""
    number, current = 1000, 1000.0
    bar = Busbar(0.1, 0.01, 2.0)
    state = busbar_drop(bar, current, 50.0, taps=taps, coefficient=1e9)
    left = current * {"end": 1.0, "uniform": 1.0, "both ends": 0.5}[taps]
    drop = loss = farthest = 0.0
    for _ in range(number):
        drop += left * state.resistance / number
        loss += left**2 * state.resistance / number
        left -= 0.0 if taps == "end" else current / number
        farthest = max(farthest, drop)
    assert state.drop == pytest.approx(farthest, rel=2e-3)
    assert state.loss == pytest.approx(loss, rel=4e-3)


def test_fed_at_both_ends_a_bar_carries_twice_the_current():
    bar = Busbar(0.1, 0.01, 2.0)
    one, both = (busbar_drop(bar, 1000.0, 50.0, taps=taps) for taps in ("uniform", "both ends"))
    assert both.ampacity == pytest.approx(2.0 * one.ampacity)
    assert both.density == pytest.approx(one.density / 2.0)
    assert both.rise < one.rise
