"""The table of units: every factor against an independent source, and no two readings of one symbol."""

from __future__ import annotations

import pytest
from scipy import constants

from gigaloop.core.units import DIMENSIONS, HOUR, UNITS, YEAR, suggest_unit

# CODATA and the definitions in NIST SP 811 as scipy.constants holds them, independent of our table.
BY_SCIPY = {
    "ft": constants.foot,
    "mi": constants.mile,
    "lb": constants.pound,
    "acres": constants.acre,
    "sqft": constants.foot**2,
    "gal": constants.gallon,
    "bar": constants.bar,
    "psi": constants.psi,
    "BTU/h": constants.Btu_IT / constants.hour,
    "min": constants.minute,
    "h": constants.hour,
    "day": constants.day,
    "week": constants.week,
    "yr": constants.Julian_year,
    "L": constants.liter,
    "KiB": constants.kibi,
    "MiB": constants.mebi,
    "GiB": constants.gibi,
    "degF": constants.degree_Fahrenheit,
    "gpm": constants.gallon / constants.minute,
    "MGD": constants.mega * constants.gallon / constants.day,
    "kWh": constants.kilo * constants.hour,
    "lb/sqft": constants.pound / constants.foot**2,
    "L/min": constants.liter / constants.minute,
    "ha": constants.hectare,
    # A ton of refrigeration is 12,000 BTU an hour (ASHRAE Terminology).
    "RT": 12_000 * constants.Btu_IT / constants.hour,
}


@pytest.mark.parametrize("symbol", BY_SCIPY)
def test_factor_agrees_with_scipy_constants(symbol):
    assert UNITS[symbol].factor == pytest.approx(BY_SCIPY[symbol], rel=1e-9)


def test_temperatures_agree_with_scipy_constants():
    for symbol, name in (("degC", "Celsius"), ("degF", "Fahrenheit")):
        unit = UNITS[symbol]
        for reading in (-40.0, 0.0, 45.0, 113.0):
            kelvin = constants.convert_temperature(reading, name, "Kelvin")
            assert reading * unit.factor + unit.offset == pytest.approx(kelvin, abs=1e-9)


@pytest.mark.parametrize(("prefix", "factor"), [("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15)])
def test_prefixes_mean_the_same_before_every_symbol(prefix, factor):
    stems = {"W", "Wh", "J", "V", "A", "VA", "B", "B/s", "b/s", "FLOP", "tokens", "tokens/s", "USD", "GPUs", "pcs"}
    bases = {"Wh": HOUR, "b/s": 1.0}
    checked = 0
    for stem in stems:
        unit = UNITS.get(prefix + stem)
        if unit is not None:
            assert unit.factor == pytest.approx(factor * bases.get(stem, 1.0))
            checked += 1
    assert checked >= 3


def test_every_unit_belongs_to_a_dimension_and_every_dimension_can_be_written():
    assert {unit.dimension for unit in UNITS.values()} <= DIMENSIONS.keys()
    written = {unit.dimension for unit in UNITS.values()}
    assert {name for name, dimension in DIMENSIONS.items() if not dimension.bare} <= written


def test_compound_units_are_products_of_their_parts():
    assert UNITS["USD/MW/day"].factor == pytest.approx(1 / 1e6 / 86400)
    assert UNITS["MUSD/MW"].factor == pytest.approx(1.0)
    assert UNITS["USD/MWh"].factor == pytest.approx(1 / 3.6e9)
    assert UNITS["racks/week"].factor == pytest.approx(1 / 604800)
    assert UNITS["%/yr"].factor == pytest.approx(0.01 / YEAR)
    assert UNITS["kg/kWh"].factor == pytest.approx(1 / 3.6e6)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("KW", "kW"), ("mw", "MW"), ("Kw", "kW"), ("weks", "weeks"), ("gpus", "GPUs"), ("rack", "rack")],
)
def test_a_near_miss_is_told(written, meant):
    assert f"'{meant}'" in suggest_unit(written)


@pytest.mark.parametrize(("written", "told"), [("$", "MUSD (2025)"), ("MM", "MUSD"), ("C", "degC"), ("Gbps", "Gb/s")])
def test_a_known_misreading_is_told(written, told):
    assert told in suggest_unit(written)
