import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fluids import coolant_properties, coolant_range, coolant_state

FLUIDS = {"PG25": "INCOMP::MPG[0.25]", "water": "HEOS::Water"}


@pytest.mark.parametrize("coolant", FLUIDS)
@pytest.mark.parametrize(
    ("symbol", "name", "within"),
    [
        ("D", "density", 1e-4),
        ("C", "specific_heat", 1e-3),
        ("V", "viscosity", 1e-3),
        ("L", "conductivity", 1e-3),
    ],
)
def test_properties_are_those_of_coolprop_over_the_whole_range(coolant, symbol, name, within):
    low, high = coolant_range(coolant)
    temperature = np.linspace(low + 0.01, high - 1.0, 200)
    published = PropsSI(symbol, "T", temperature, "P", 1.5e5, FLUIDS[coolant])
    np.testing.assert_allclose(getattr(coolant_properties(coolant, temperature), name), published, rtol=within)


def test_the_range_of_pg25_begins_at_its_freezing_point():
    frozen = PropsSI("T_freeze", "T", 300.0, "P", 1e5, FLUIDS["PG25"])
    assert coolant_range("PG25")[0] == pytest.approx(frozen, abs=1e-6)


@pytest.mark.parametrize("coolant", FLUIDS)
def test_one_temperature_is_the_array_of_one(coolant):
    state = coolant_state(coolant, 310.0)
    density, heat, viscosity, conductivity = coolant_properties(coolant, np.full((2, 3), 310.0))
    assert density.shape == heat.shape == viscosity.shape == conductivity.shape == (2, 3)
    assert (density == state.density).all()
    assert (heat == state.specific_heat).all()


@pytest.mark.parametrize("coolant", FLUIDS)
@pytest.mark.parametrize("wrong", [250.0, 380.0, np.nan])
def test_one_temperature_outside_of_the_range_is_refused(coolant, wrong):
    with pytest.raises(GigaloopError, match=f"properties of {coolant} are known from"):
        coolant_properties(coolant, [300.0, wrong, 310.0])
