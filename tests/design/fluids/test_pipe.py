from typing import Any

import fluids
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fluids import coolant_properties
from gigaloop.design.fluids.pipe import (
    BRANCH,
    CV_TO_KV,
    NOMINAL,
    PipeLimits,
    friction_factor,
    pressure_gradient,
    size_pipe,
    valve_drop,
    velocity,
)

PG25 = coolant_properties("PG25", 313.15)
DENSITY, VISCOSITY = float(PG25.density), float(PG25.viscosity)


def test_friction_is_that_of_fluids():
    for roughness in (0.0, 1e-5, 1e-3, 0.05):
        for re in (10.0, 1500.0, 2030.0, 4e3, 2e4, 1e5, 1e6, 1e8):
            published = fluids.friction_factor(Re=re, eD=roughness, Method=None if re < 2040.0 else "Clamond")
            assert float(friction_factor(re, roughness)) == pytest.approx(published, rel=1e-9)


@given(st.floats(100.0, 1e7))
def test_friction_has_no_jump(re):
    assert float(friction_factor(re * (1.0 + 1e-9), 1e-4)) == pytest.approx(float(friction_factor(re, 1e-4)), rel=1e-6)


def test_sizes_are_standard_pipes():
    inches: dict[int, Any] = {15: 0.5, 20: 0.75, 32: 1.25, 40: 1.5, 65: 2.5, 80: 3.0}
    for nominal, inside, outside in NOMINAL:
        size = inches.get(nominal, nominal // 25)
        _, published_inside, published_outside, _ = fluids.nearest_pipe(NPS=size, schedule="STD")
        assert inside == pytest.approx(published_inside, abs=2e-5)
        assert outside == pytest.approx(published_outside, abs=2e-4)


@pytest.mark.parametrize(
    ("id_", "heat", "nominal", "limits"),
    [("branch-132kw", 132e3, 50, BRANCH), ("row-1300kw", 1.3e6, 150, None), ("hall-10mw", 10e6, 400, None)],
)
def test_branch_row_and_hall_come_out_as_published(oracle, id_, heat, nominal, limits):
    rows = {row["id"]: row for row in oracle("loops")}
    pipe = size_pipe(heat * 1.497e-6 / 60.0, DENSITY, VISCOSITY, limits)
    assert pipe.nominal == nominal
    for found, name in ((pipe.velocity, "velocity"), (pipe.gradient, "gradient")):
        row = rows[f"{id_}-{name}"]
        assert found == pytest.approx(float(row["value"]), rel=float(row["tolerance"]))


def test_the_pressure_gradient_is_that_of_fluids():
    published = fluids.dP_from_K(
        fluids.K_from_f(
            fd=fluids.friction_factor(Re=fluids.Reynolds(V=1.8, D=0.154, rho=DENSITY, mu=VISCOSITY), eD=4.5e-5 / 0.154),
            L=1.0,
            D=0.154,
        ),
        rho=DENSITY,
        V=1.8,
    )
    flow = 1.8 * np.pi * 0.154**2 / 4.0
    assert float(pressure_gradient(flow, 0.154, DENSITY, VISCOSITY)) == pytest.approx(published, rel=1e-6)


def test_a_valve_drops_what_its_kv_says():
    k = fluids.Kv_to_K(Kv=16.0, D=0.05)
    flow = 4e-3
    published = fluids.dP_from_K(k, rho=DENSITY, V=float(velocity(flow, 0.05)))
    assert float(valve_drop(flow, 16.0, DENSITY)) == pytest.approx(published, rel=2e-3)
    assert pytest.approx(fluids.Cv_to_Kv(1.0), rel=1e-3) == CV_TO_KV


@given(flow=st.floats(1e-5, 1.5), more=st.floats(1.0, 1.3))
def test_a_sized_pipe_keeps_its_limits_and_more_flow_needs_no_less(flow, more):
    limits = PipeLimits()
    pipe = size_pipe(flow, DENSITY, VISCOSITY, limits)
    assert pipe.velocity <= limits.velocity
    assert pipe.gradient <= limits.gradient
    assert size_pipe(flow * more, DENSITY, VISCOSITY, limits).diameter >= pipe.diameter


def test_a_flow_beyond_all_pipes_is_refused():
    with pytest.raises(GigaloopError, match="more than the largest nominal pipe, DN 1050") as caught:
        size_pipe(5.0, DENSITY, VISCOSITY)
    assert "several loops" in str(caught.value.hint)
    with pytest.raises(GigaloopError, match="above zero"):
        size_pipe(0.0, DENSITY, VISCOSITY)
