import ht
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError
from gigaloop.design.cooling import (
    cdu_approach,
    cdu_facility_flow,
    cdu_facility_return,
    cdu_facility_supply,
    cdu_rating,
    class_rating,
    rate_cdu,
)
from gigaloop.design.cooling.cdu import FILM_EXPONENT

UNIT = rate_cdu(1.3e6, 0.0325, 0.0325, 3.0, 318.15)
FLOWS = st.floats(0.25, 1.25)


def test_at_its_rating_a_unit_has_its_rated_approach():
    units = rate_cdu([0.25e6, 1.3e6, 2.6e6], [0.006, 0.0325, 0.07], [0.006, 0.03, 0.08], [2.0, 3.0, 4.0], 313.15)
    np.testing.assert_allclose(cdu_approach(units, units.heat), [2.0, 3.0, 4.0])


def test_the_unit_is_the_exchanger_of_ht():
    x, y, heat, supply = 0.8, 0.6, 0.9e6, 318.15
    water = float(cdu_facility_supply(UNIT, supply, heat, x, y))
    hot, cold = float(UNIT.tcs_capacity) * x, float(UNIT.fws_capacity) * y
    films = float(UNIT.tcs_share) * x**-FILM_EXPONENT + float(UNIT.fws_share) * y**-FILM_EXPONENT
    wall = 1.0 - float(UNIT.tcs_share) - float(UNIT.fws_share)
    solved = ht.effectiveness_NTU_method(
        mh=hot,
        mc=cold,
        Cph=1.0,
        Cpc=1.0,
        subtype="counterflow",
        Thi=supply + heat / hot,
        Tho=supply,
        Tci=water,
    )
    assert solved["Q"] == pytest.approx(heat)
    assert solved["UA"] == pytest.approx(float(UNIT.ua) / (films + wall), rel=1e-9)
    assert float(cdu_facility_return(UNIT, water, heat, y)) == pytest.approx(solved["Tco"])


@given(heat=st.floats(1e4, 1.3e6), x=FLOWS, y=FLOWS)
def test_the_approach_is_positive_proportional_to_heat_and_falls_with_facility_water(heat, x, y):
    approach = float(cdu_approach(UNIT, heat, x, y))
    assert approach > 0.0
    assert float(cdu_approach(UNIT, 2.0 * heat, x, y)) == pytest.approx(2.0 * approach)
    assert float(cdu_approach(UNIT, heat, x, 1.1 * y)) < approach


@given(heat=st.floats(1e5, 1.3e6), x=FLOWS, y=st.floats(0.3, 1.2))
def test_the_control_valve_finds_the_flow_that_holds_the_supply(heat, x, y):
    water = cdu_facility_supply(UNIT, 318.15, heat, x, y)
    assert float(cdu_facility_flow(UNIT, 318.15, water, heat, x)) == pytest.approx(y, rel=1e-6)


def test_the_flow_is_at_least_the_lower_limit_and_none_where_the_upper_is_not_enough():
    flow = cdu_facility_flow(UNIT, 318.15, [300.0, 315.15, 317.9], [0.1e6, 1.3e6, 1.3e6])
    assert flow[0] == pytest.approx(0.25, abs=1e-9)
    assert flow[1] == pytest.approx(1.0)
    assert np.isnan(flow[2])


def test_designs_and_hours_broadcast():
    units = rate_cdu(1.3e6, 0.0325, np.array([[0.03], [0.0325]]), np.array([[3.0], [4.0]]), 318.15)
    water = cdu_facility_supply(units, 318.15, np.linspace(0.2e6, 1.3e6, 7))
    assert water.shape == (2, 7)
    assert (np.diff(water) < 0.0).all()


@pytest.mark.parametrize(
    "entry", ["cdu-in-rack-250kw", "cdu-row-1300kw", "cdu-row-2600kw", "cdu-deschutes", "cdu-xdu-1350"]
)
def test_units_of_the_catalogue_can_be_designed_with(catalogue, entry):
    rated = cdu_rating(catalogue.cooling_equipment(entry))
    unit = rate_cdu(rated.heat, rated.flow, rated.facility_flow, rated.approach, 313.15)
    transfer = float(unit.ua) / min(float(unit.tcs_capacity), float(unit.fws_capacity))
    assert 2.0 < transfer < 8.0, "number of transfer units of a plate heat exchanger"


def test_a_unit_of_a_class_has_its_own_heat_and_flow_and_the_rest_of_its_class(catalogue):
    entry = catalogue.cooling_equipment("cdu-deschutes")
    whole, half = cdu_rating(entry), class_rating(entry, 1e6, 0.02)
    assert (half.heat, half.flow, half.approach) == (1e6, 0.02, whole.approach)
    assert half.facility_flow / half.flow == pytest.approx(whole.facility_flow / whole.flow)
    assert half.external_pressure == whole.external_pressure
    assert whole.volume is not None
    assert half.volume == pytest.approx(whole.volume / 2.0)
    with pytest.raises(GigaloopError, match="cannot stand for its class"):
        class_rating(catalogue.cooling_equipment("cdu-cray-ex"), 1e6, 0.02)


def test_a_unit_without_its_facts_is_refused(catalogue):
    with pytest.raises(GigaloopError, match="cdu-cray-ex of the catalogue cannot be designed with: it states no flow"):
        cdu_rating(catalogue.cooling_equipment("cdu-cray-ex"))


def test_a_negative_approach_is_refused():
    with pytest.raises(GigaloopError, match=r"negative approach: facility water is 2\.0 K warmer") as caught:
        cdu_facility_flow(UNIT, 318.15, 320.15, 1e6)
    assert "wet tower or a trim chiller" in str(caught.value.hint)
    with pytest.raises(GigaloopError, match="approach of a coolant distribution unit must be above zero, not -1"):
        rate_cdu(1.3e6, 0.0325, 0.0325, -1.0, 318.15)


@pytest.mark.parametrize("flows", [(0.0, 1.0), (1.0, -0.5), (np.nan, 1.0)])
def test_heat_without_flow_is_refused(flows):
    with pytest.raises(GigaloopError, match=r"flow of the (TCS|FWS) must be above zero"):
        cdu_approach(UNIT, 1e6, *flows)


def test_glycol_in_the_facility_water_makes_a_unit_that_is_rated_with_water_worse():
    water, glycol = (rate_cdu(1.3e6, 0.0325, 0.0325, 3.0, 318.15, fws_coolant=fluid) for fluid in ("water", "PG25"))
    assert float(cdu_approach(water, 1.3e6)) == pytest.approx(3.0)
    assert 0.8 < float(glycol.ua / water.ua) < 0.95
    assert float(glycol.fws_capacity) < float(water.fws_capacity)
    assert 3.2 < float(cdu_approach(glycol, 1.3e6)) < 4.5
    assert float(glycol.fws_share) > float(water.fws_share)
