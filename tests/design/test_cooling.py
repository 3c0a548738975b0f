import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design import design_generation
from gigaloop.design.cooling import coolant_flow, cooling_need


@given(heat=st.floats(1.0, 1e6), factor=st.floats(0.1, 10.0))
def test_flow_is_proportional_to_heat(heat, factor):
    assert coolant_flow(heat * factor, 10.0, "PG25", 313.15) == pytest.approx(
        factor * coolant_flow(heat, 10.0, "PG25", 313.15)
    )


def test_heat_out_is_power_in(small, catalogue):
    design = design_generation(small, small.generations[0], catalogue)
    cooling = design.cooling
    assert cooling.liquid_heat == pytest.approx(0.87 * design.power.design)
    assert cooling.liquid_heat + cooling.air_heat == pytest.approx(design.rack_input)


def test_the_flow_takes_up_the_liquid_heat_at_the_stated_rise(small, catalogue):
    cooling = design_generation(small, small.generations[0], catalogue).cooling
    rise = cooling.return_temperature - cooling.supply_temperature
    assert rise == pytest.approx(10.0)
    taken = cooling.flow * cooling.density * cooling.specific_heat * rise
    assert taken == pytest.approx(cooling.liquid_heat)
    assert cooling.hydraulic_power == pytest.approx(1e5 * cooling.flow)


def test_units_carry_their_racks_and_round_up(make_programme):
    generation = make_programme(generation={"cooling": {"racks_per_cdu": 3}}).generations[0]
    cooling = cooling_need(generation, 130e3, 134e3)
    assert cooling.cdus_per_su == 3
    assert [cooling.cdus(racks) for racks in (0, 1, 3, 4, 300)] == [0, 1, 1, 2, 100]
    assert cooling.cdu_flow == pytest.approx(3 * cooling.flow)
    assert cooling.cdu_heat == pytest.approx(3 * cooling.liquid_heat)


def test_an_air_cooled_rack_needs_no_coolant(make_programme):
    generation = make_programme(generation={"cooling": {"liquid_fraction": "0 %"}}).generations[0]
    cooling = cooling_need(generation, 40e3, 41e3)
    assert (cooling.flow, cooling.liquid_heat, cooling.air_heat, cooling.specific_flow) == (0.0, 0.0, 41e3, 0.0)
