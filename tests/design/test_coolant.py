import pytest

from gigaloop.core.errors import GigaloopError
from gigaloop.core.quantity import parse
from gigaloop.design.cooling import coolant_flow
from gigaloop.design.fluids.coolant import coolant_state


@pytest.mark.parametrize("coolant", ["PG25", "water"])
def test_properties_are_those_of_coolprop_within_a_tenth_of_a_percent(coolant, oracle):
    rows = [row for row in oracle("coolants") if row["coolant"] == coolant]
    assert len(rows) == 7
    for row in rows:
        state = coolant_state(coolant, float(row["temperature_degc"]) + 273.15)
        assert state.density == pytest.approx(float(row["density"]), rel=1e-3)
        assert state.specific_heat == pytest.approx(float(row["specific_heat"]), rel=1e-3)


def test_flow_per_kilowatt_of_pg25_is_as_published(oracle):
    rows = {row["id"]: row for row in oracle("design")}
    for id_, rise in (("pg25-10k", 10.0), ("pg25-15k", 15.0), ("pg25-20k", 20.0)):
        flow = coolant_flow(1e3, rise, "PG25", 313.15 - rise / 2)
        published = float(parse(f"{rows[id_]['value']} L/min/kW", "specific flow")) * 1e3
        assert flow == pytest.approx(published, rel=float(rows[id_]["tolerance"]))


def test_water_carries_more_heat_than_pg25():
    for degc in range(5, 96, 5):
        water, pg25 = (coolant_state(c, degc + 273.15).heat_capacity for c in ("water", "PG25"))
        assert water > pg25


@pytest.mark.parametrize(("coolant", "degc"), [("PG25", -20.0), ("PG25", 101.0), ("water", -1.0), ("water", 101.0)])
def test_a_temperature_outside_of_the_equation_is_refused(coolant, degc):
    with pytest.raises(GigaloopError, match=f"properties of {coolant}"):
        coolant_state(coolant, degc + 273.15)
