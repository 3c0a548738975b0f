import math
from dataclasses import replace

import numpy as np
import pytest

from gigaloop.core.errors import GigaloopError
from gigaloop.design.cooling import (
    CduRating,
    Layout,
    cdu_rating,
    design_loops,
    heat_reuse,
    rack_pressure_drop,
    reuse_exchanger,
    tower_loop,
    unit_flows,
)
from gigaloop.design.fluids import coolant_state, effectiveness
from gigaloop.design.fluids.pump import MOTOR_AND_DRIVE, pump_efficiency, pump_power


def _carries(point, coolant):
    state = coolant_state(coolant, (point.supply + point.returns) / 2.0)
    return point.flow * state.heat_capacity * (point.returns - point.supply)


def test_both_loops_carry_the_heat_of_the_racks_and_of_the_pumps(make_need, unit):
    loops = design_loops(make_need(), 76.0, unit, other_heat=0.5e6)
    tcs, fws = loops.points
    assert tcs.heat == pytest.approx(76 * 132e3)
    assert _carries(tcs, "PG25") == pytest.approx(tcs.heat, rel=1e-6)
    assert fws.heat == pytest.approx(tcs.heat + tcs.pump_power * MOTOR_AND_DRIVE + 0.5e6)
    assert _carries(fws, "water") == pytest.approx(fws.heat, rel=1e-3)
    assert tcs.supply - fws.supply == pytest.approx(loops.approach)


def test_budget_pumps_and_volumes_add_up(make_need, unit):
    loops = design_loops(make_need(), 76.0, unit, chillers=True)
    for loop in (loops.tcs, loops.fws, tower_loop(10e6, 303.15, 6.0)):
        head = math.fsum(item.pressure for item in loop.budget)
        assert loop.point.pressure_drop == pytest.approx(head)
        assert loop.point.pump_power == pytest.approx(loop.point.flow * head / loop.pumps.efficiency)
        assert loop.pumps.flow * loop.pumps.duty * loop.pumps.sets == pytest.approx(loop.point.flow)
        assert loop.point.volume == pytest.approx(math.fsum(loop.volumes.values()))
        for run in loop.pipes:
            assert loop.volumes.get(run.name, run.volume) >= run.volume - 1e-12


def test_a_hall_of_ten_megawatts_comes_out_as_engineers_size_it(make_need, unit):
    # Sizes as in tests/design/fluids/test_pipe.py; pumps of 250 kPa at 60 % take 1.0 % of the heat at 10 K, and
    # 80 to 90 psi of head are stated for a unit of 2 MW, so the loop must stay well below.
    loops = design_loops(make_need(racks=9.5), 76.0, unit)
    sizes = {run.name: run.nominal for loop in (loops.tcs, loops.fws) for run in loop.pipes}
    assert sizes["branches to the racks"] == 50
    assert sizes["row headers"] == 150
    assert sizes["mains"] == 400
    assert 0.005 < loops.tcs.point.pump_power / loops.tcs.point.heat < 0.012
    assert 0.003 < loops.fws.point.pump_power / loops.fws.point.heat < 0.010
    assert 150e3 < loops.tcs.point.pressure_drop < 350e3
    assert loops.cdus == 8
    assert loops.head_left is not None
    assert loops.head_left > 0.0


def test_pumps_of_a_unit_take_what_is_published(make_need, catalogue, oracle):
    rows = {row["id"]: row for row in oracle("loops")}
    row = rows["cray-ex-cdu"]
    tcs = design_loops(make_need(heat=250e3, racks=4.0), 4.0, CduRating(1e6, 0.025, 0.025, 3.0)).tcs
    share = tcs.point.pump_power / tcs.point.heat
    assert share == pytest.approx(float(row["value"]), rel=float(row["tolerance"]))
    row, unit = rows["deschutes-power"], cdu_rating(catalogue.cooling_equipment("cdu-deschutes"))
    assert unit.external_pressure is not None
    head = unit.external_pressure + Layout().exchanger + Layout().filter
    power = float(pump_power(unit.flow, head, pump_efficiency(unit.flow)))
    assert power < float(row["value"]) * 1e3, "one pump carries the rated flow at the largest head"


def test_a_unit_at_its_rating_needs_its_rated_approach(make_need, unit):
    need = make_need(rise=10.0)
    racks = unit.heat / (need.liquid_heat * 1.008)
    loops = design_loops(replace(need, racks_per_cdu=racks), racks, unit, rise=9.69)
    assert loops.fws.point.flow == pytest.approx(unit.facility_flow, rel=3e-3)
    assert loops.approach == pytest.approx(3.0, rel=0.02)


def test_a_unit_with_fewer_racks_needs_less_approach(make_need, unit):
    approaches = [design_loops(make_need(), racks, unit).approach for racks in (1.0, 2.0, 4.0, 8.0)]
    assert approaches == sorted(approaches)
    assert approaches[0] > 0.0


def test_cooler_facility_water_needs_less_of_it_and_returns_warmer(make_need, unit):
    warm = design_loops(make_need(), 76.0, unit)
    cool = design_loops(make_need(), 76.0, unit, supply=warm.fws.point.supply - 5.0)
    assert cool.fws.point.flow < 0.7 * warm.fws.point.flow
    assert cool.fws.point.returns > warm.fws.point.returns - 2.0
    assert cool.fws.point.pump_power < warm.fws.point.pump_power


def test_the_supply_that_the_design_finds_needs_the_flow_that_it_found(make_need, unit):
    found = design_loops(make_need(), 76.0, unit)
    again = design_loops(make_need(), 76.0, unit, supply=found.fws.point.supply)
    assert again.fws.point.flow == pytest.approx(found.fws.point.flow, rel=1e-6)


@pytest.mark.parametrize("racks", [1.0, 2.0, 7.0, 8.0, 9.0, 31.0, 100.0, 400.0, 3000.0])
def test_any_number_of_racks_has_loops_within_limits_of_pipes(make_need, unit, racks):
    loops = design_loops(make_need(racks=min(8.0, racks + 2.0)), racks, replace(unit, heat=1.4e6, facility_flow=0.034))
    for loop in (loops.tcs, loops.fws):
        assert all(run.velocity <= 2.4 and run.gradient <= 650.0 for run in loop.pipes)
        assert all(item.pressure >= 0.0 for item in loop.budget)


def test_a_rack_closed_off_loses_less_than_its_row_and_no_zone_more_than_the_loop(make_need, unit):
    loops = design_loops(make_need(), 76.0, unit)
    rack, row, whole = loops.tcs.isolation
    assert rack.lost < row.lost <= whole.lost == pytest.approx(loops.tcs.point.volume / loops.cdus)
    assert rack.lost == pytest.approx(rack.volume + 45.0 * rack.leak)
    assert (rack.valves, row.valves) == (152, 20)
    assert (rack.racks, row.racks) == (1.0, 7.6)


def test_quicker_detection_loses_less(make_need, unit):
    slow, quick = (design_loops(make_need(), 76.0, unit, layout=Layout(detect=s)) for s in (45.0, 10.0))
    assert quick.tcs.isolation[0].lost < slow.tcs.isolation[0].lost


def test_a_loop_warms_by_its_heat_over_its_heat_capacity(make_need, unit):
    tcs = design_loops(make_need(), 76.0, unit).tcs
    fluid = tcs.point.volume * coolant_state("PG25", 323.15).heat_capacity
    assert fluid < tcs.heat_capacity < 2.0 * fluid
    assert tcs.warming == pytest.approx(tcs.point.heat / tcs.heat_capacity)
    assert tcs.residence == pytest.approx(tcs.point.volume / tcs.point.flow)


def test_units_in_the_rack_have_no_row(make_need, catalogue):
    rated = cdu_rating(catalogue.cooling_equipment("cdu-in-rack-250kw"))
    loops = design_loops(make_need(racks=1.0), 76.0, rated)
    assert loops.cdus == 76
    assert [run.name for run in loops.tcs.pipes] == ["branches to the racks"]
    assert (
        loops.tcs.point.volume < design_loops(make_need(), 76.0, CduRating(1.3e6, 0.0325, 0.0325, 3.0)).tcs.point.volume
    )


def test_large_campuses_get_several_circuits(make_need, unit):
    small, large = (design_loops(make_need(), racks, unit).fws for racks in (76.0, 1520.0))
    assert small.pumps.sets == 1
    assert large.pumps.sets == 11
    assert large.point.pressure_drop < 1.3 * small.point.pressure_drop


def test_the_drop_of_a_rack_goes_through_the_point_of_its_generation(make_need):
    need = make_need(drop=90e3)
    drop = rack_pressure_drop(need, need.flow * np.array([0.5, 1.0, 1.2]))
    assert drop[1] == pytest.approx(90e3)
    assert drop[0] < 45e3 < 90e3 < drop[2]
    assert float(rack_pressure_drop(make_need(drop=None), need.flow)) == pytest.approx(120e3)


def test_units_share_heat_and_flow_of_their_rack(make_need):
    need = make_need()
    heat, flow = unit_flows(need, [6e3] * 18 + [1e3] * 9 + [2e3] * 8, [True] * 27 + [False] * 8)
    assert heat.sum() == pytest.approx(need.liquid_heat)
    assert flow.sum() == pytest.approx(need.flow)
    assert flow[0] == pytest.approx(6.0 * flow[20])
    assert not heat[27:].any()
    with pytest.raises(GigaloopError, match="none of its units with power has cold plates"):
        unit_flows(need, [6e3], [False])


def test_a_heat_network_takes_all_heat_only_where_it_returns_cool_enough(make_need, unit):
    fws = design_loops(make_need(), 76.0, unit).fws.point
    cold, warm = heat_reuse(fws, 303.15), heat_reuse(fws, fws.supply + 2.0)
    assert cold.share == 1.0
    assert cold.heat == pytest.approx(fws.heat)
    assert cold.supply == pytest.approx(fws.returns - 3.0)
    assert 0.0 < warm.share < 1.0
    water = coolant_state("water", (warm.supply + warm.returns) / 2.0)
    assert warm.flow * water.heat_capacity * (warm.supply - warm.returns) == pytest.approx(warm.heat)
    transfer = reuse_exchanger(warm, 3.0) / (warm.heat / (warm.supply - warm.returns))
    span = warm.supply - warm.returns
    assert float(effectiveness(transfer, 1.0)) == pytest.approx(span / (span + 3.0))
    with pytest.raises(GigaloopError, match="heat pump") as caught:
        heat_reuse(fws, fws.returns)
    assert "put a heat pump between" in str(caught.value.hint)
    with pytest.raises(GigaloopError, match="must be above 0 K"):
        heat_reuse(fws, 303.15, 0.0)


def test_a_heat_network_of_the_site_is_told_what_it_can_take(make_need, unit):
    assert design_loops(make_need(), 76.0, unit).reuse is None
    loops = design_loops(make_need(), 76.0, unit, heat_network=303.15)
    assert loops.reuse == heat_reuse(loops.fws.point, 303.15)
    with pytest.raises(GigaloopError, match=r"a heat network that returns at 60\.0 degC cannot be heated"):
        design_loops(make_need(), 76.0, unit, heat_network=333.15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"racks": 12.0}, r"the heat of a coolant distribution unit, 1,.* kW, is above the 1,300 kW"),
        ({"heat": 60e3, "rise": 2.0, "racks": 10.0}, r"the coolant flow of .*, 4,489 L/min, is above the 2,438 L/min"),
    ],
)
def test_more_than_a_unit_can_do_is_refused(make_need, unit, change, message):
    with pytest.raises(GigaloopError, match=message):
        design_loops(make_need(**change), 120.0, unit)


def test_more_facility_water_than_a_unit_can_do_is_refused(make_need, unit):
    with pytest.raises(GigaloopError, match=r"the facility-water flow of .* is above the 2,438 L/min") as caught:
        design_loops(make_need(), 76.0, unit, rise=4.0)
    assert "allow the facility water a larger temperature rise" in str(caught.value.hint)


def test_facility_water_that_is_too_warm_is_refused(make_need, unit):
    with pytest.raises(GigaloopError, match="negative approach"):
        design_loops(make_need(), 76.0, unit, supply=319.15)
    with pytest.raises(
        GigaloopError, match=r"facility water of 44\.5 degC cannot hold a coolant supply of 45\.0"
    ) as caught:
        design_loops(make_need(), 76.0, unit, supply=317.65)
    assert "supply facility water of at most" in str(caught.value.hint)


def test_air_cooled_racks_have_no_loops(make_need, unit):
    with pytest.raises(GigaloopError, match="no heat goes to liquid"):
        design_loops(replace(make_need(), liquid_heat=0.0, flow=0.0), 76.0, unit)
