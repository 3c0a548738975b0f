import pytest
from tespy.components import CycleCloser, HeatExchanger, Pump, SimpleHeatExchanger, Sink, Source
from tespy.connections import Connection
from tespy.networks import Network

from gigaloop.design.cooling import design_loops, rate_cdu
from gigaloop.design.cooling.cdu import FILM_EXPONENT
from gigaloop.design.fluids import coolant_state
from gigaloop.design.fluids.pump import MOTOR_AND_DRIVE

WATER = coolant_state("water", 320.2).density
FLUIDS = {"PG25": "INCOMP::MPG[0.25]|mass", "water": "water"}


def _tespy(tcs, fws, ua, fluid, in_exchanger):
    """Solve the same loops in TESPy: closed TCS with pump, racks and exchanger; FWS from the plant and back to it.

    ``in_exchanger`` is the pressure drop of either side inside the heat exchanger; the rest stands in the racks and
    behind the exchanger.
    """
    network = Network(iterinfo=False)
    network.units.set_defaults(
        temperature="K", pressure="Pa", mass_flow="kg/s", heat="W", power="W", heat_transfer_coefficient="W/K"
    )
    closer, pump, racks, unit = (
        CycleCloser("cycle"),
        Pump("TCS pump"),
        SimpleHeatExchanger("racks"),
        HeatExchanger("CDU"),
    )
    plant, back, fws_pump, way = Source("plant"), Sink("back"), Pump("FWS pump"), SimpleHeatExchanger("way")
    start = Connection(closer, "out1", pump, "in1")
    supply = Connection(pump, "out1", racks, "in1")
    returns = Connection(racks, "out1", unit, "in1")
    end = Connection(unit, "out1", closer, "in1")
    cold = Connection(plant, "out1", fws_pump, "in1")
    into = Connection(fws_pump, "out1", unit, "in2")
    out = Connection(unit, "out2", way, "in1")
    home = Connection(way, "out1", back, "in1")
    network.add_conns(start, supply, returns, end, cold, into, out, home)
    start.set_attr(fluid={FLUIDS[fluid]: 1}, p=2e5, T=tcs.point.supply, m=tcs.mass)
    pump.set_attr(eta_s=tcs.eta)
    racks.set_attr(Q=tcs.point.heat, dp=tcs.point.pressure_drop - in_exchanger)
    unit.set_attr(kA=ua, dp1=in_exchanger, dp2=in_exchanger)
    cold.set_attr(fluid={"water": 1}, p=2e5, m=fws.mass)
    fws_pump.set_attr(eta_s=fws.eta)
    way.set_attr(Q=0.0, dp=fws.point.pressure_drop - in_exchanger)
    home.set_attr(p=2e5)
    network.solve("design")
    network.assert_convergence()
    return {
        "fws supply": into.T.val,
        "fws return": out.T.val,
        "tcs return": returns.T.val,
        "approach": end.T.val - into.T.val,
        "tcs pumps": pump.P.val,
        "fws pumps": fws_pump.P.val,
        "heat": -unit.Q.val,
    }


class _Side:
    def __init__(self, loop, density):
        self.point = loop.point
        self.mass = loop.point.flow * density
        self.eta = loop.pumps.efficiency / MOTOR_AND_DRIVE


@pytest.mark.parametrize("coolant", FLUIDS)
@pytest.mark.filterwarnings("ignore::FutureWarning:tespy", "ignore:The parameter .kA.:FutureWarning")
def test_the_loops_of_a_unit_are_those_of_tespy_within_half_a_percent(make_need, unit, coolant):
    need = make_need(coolant=coolant)
    loops = design_loops(need, 8.0, unit)
    flows = loops.tcs.point.flow / unit.flow, loops.fws.point.flow / unit.facility_flow
    model = rate_cdu(unit.heat, unit.flow, unit.facility_flow, unit.approach, need.supply_temperature, coolant)
    wall = 1.0 - float(model.tcs_share) - float(model.fws_share)
    ua = float(model.ua) / (
        float(model.tcs_share) * flows[0] ** -FILM_EXPONENT + float(model.fws_share) * flows[1] ** -FILM_EXPONENT + wall
    )
    sides = _Side(loops.tcs, need.density), _Side(loops.fws, WATER)
    solved = _tespy(*sides, ua, coolant, in_exchanger=0.0)
    tcs, fws = loops.points
    # The point of the TCS shows the heat of the racks; that of its pumps warms the coolant on the same way.
    rise = (tcs.returns - tcs.supply) * fws.heat / tcs.heat
    assert solved["approach"] == pytest.approx(loops.approach, rel=5e-3)
    assert solved["tcs return"] - tcs.supply == pytest.approx(rise, rel=5e-3)
    assert solved["fws supply"] == pytest.approx(fws.supply, abs=5e-3 * rise)
    assert solved["fws return"] == pytest.approx(fws.returns, abs=5e-3 * rise)
    assert solved["heat"] == pytest.approx(fws.heat, rel=5e-3)
    assert solved["tcs pumps"] == pytest.approx(tcs.pump_power * MOTOR_AND_DRIVE, rel=5e-3)
    assert solved["fws pumps"] == pytest.approx(fws.pump_power * MOTOR_AND_DRIVE, rel=5e-3)
    with_friction = _tespy(*sides, ua, coolant, in_exchanger=80e3)
    assert with_friction["approach"] == pytest.approx(loops.approach, rel=1e-2)
