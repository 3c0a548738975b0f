"""Equipment: counts and ratings from duties, redundancy, prices, and the days on which to order."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import CatalogueError
from gigaloop.core.units import WEEK
from gigaloop.design.facility.equipment import (
    ENTRIES,
    PLANT_GROUP,
    POWER_FACTOR,
    STANDARD_RATINGS,
    Demand,
    nearest_cdu,
    size_equipment,
    standard_rating,
)
from gigaloop.design.facility.orders import equipment_lines, role_of
from gigaloop.programme.schema.deployment import EquipmentRole, SiteEquipment

DEMAND = Demand(
    peak_power=120e6,
    block_input=2.42e6,
    block_it=2.376e6,
    blocks=40,
    spare_blocks=10,
    mechanical=18e6,
    liquid_heat=2.0e6,
    coolant_flow=18 * 3.1e-3,
    racks=720.0,
    racks_per_block=18.0,
    racks_per_cdu=9.0,
    rejection="dry cooler",
    rejected_heat=110e6,
    rejection_power=1.5e6,
    chiller_heat=100e6,
    chiller_power=12e6,
    water_cooled=False,
    water_flow=2.6,
    water_pump_power=0.9e6,
    tower_flow=0.0,
    tower_pump_power=0.0,
    cdu_power=0.8e6,
    stages=frozenset({"transformer", "busway"}),
)
CDU = 1.3e6, 2000 / 60e3


def _needs(programme, catalogue, demand=DEMAND):
    return {need.role: need for need in size_equipment(demand, programme.sites[0], catalogue, *CDU)}


def _lines(programme, catalogue, demand=DEMAND, basis=1.0):
    site = programme.sites[0]
    needs = size_equipment(demand, site, catalogue, *CDU)
    found = equipment_lines(needs, programme, site, catalogue, demand.peak_power, basis)
    return {line.role: line for line in found}


def test_every_class_has_an_entry_that_sizes_it(catalogue) -> None:
    for role, entry in ENTRIES.items():
        assert entry in catalogue.ids("power_equipment") or entry in catalogue.ids("cooling_equipment"), role


def test_pieces_carry_the_duty_and_one_less_does_not(campus, catalogue) -> None:
    for need in _needs(campus(), catalogue).values():
        assert need.needed * need.rating >= need.duty * (1 - 1e-9), need.role
        if need.role in ("generator", "dry cooler", "chiller", "mv switchgear"):
            assert (need.needed - 1) * need.rating < need.duty, need.role


@given(st.floats(1e4, 9.9e6))
def test_standard_rating_is_the_next_one_up(apparent: float) -> None:
    rating = standard_rating(apparent)
    assert rating >= apparent * (1 - 1e-9)
    assert all(other < apparent or other >= rating for other in STANDARD_RATINGS)


def test_beyond_the_standard_ratings_a_unit_is_made_to_order() -> None:
    assert standard_rating(12.5e6) == pytest.approx(12.5e6)


def test_unit_transformers_are_of_the_block_and_of_the_plant(campus, catalogue) -> None:
    need = _needs(campus(), catalogue)["unit transformer"]
    assert need.rating == 2500e3
    plant = math.ceil(18e6 / POWER_FACTOR / 2500e3)
    assert (need.needed, need.spare) == (40 + plant, 10 + 1)


def test_redundancy_of_the_power_path_reaches_generators(campus, catalogue) -> None:
    counts = {}
    for kind in ("N", "N+1", "2N"):
        need = _needs(campus(facility={"power": {"redundancy": kind}}), catalogue)["generator"]
        counts[kind] = (need.needed, need.spare)
    assert counts == {"N": (48, 0), "N+1": (48, 12), "2N": (48, 48)}


def test_without_generators_there_are_none(campus, catalogue) -> None:
    assert "generator" not in _needs(campus(facility={"power": {"generators": False}}), catalogue)


def test_redundancy_of_the_cooling_reaches_the_plant(campus, catalogue) -> None:
    spares = {}
    for kind in ("N", "N+1", "2N"):
        found = _needs(campus(facility={"cooling": {"redundancy": kind}}), catalogue)
        spares[kind] = (found["chiller"].spare, found["cdu"].spare)
    chillers = math.ceil(100e6 / 1750e3)
    assert spares == {"N": (0, 0), "N+1": (math.ceil(chillers / PLANT_GROUP), 40), "2N": (chillers, 80)}


def test_flow_can_ask_for_more_units_than_heat(campus, catalogue) -> None:
    """Two units carry 2.0 MW; 18 racks of 186 L/min are 3,348 L/min, 5,000 L/min are two and a half."""
    assert _needs(campus(), catalogue)["cdu"].needed == 2 * 40
    thirsty = replace(DEMAND, coolant_flow=5000 / 60e3)
    assert _needs(campus(), catalogue, thirsty)["cdu"].needed == 100


def test_converters_of_the_chain_decide_on_ups_and_rectifiers(campus, catalogue) -> None:
    found = _needs(campus(), catalogue)
    assert "ups" not in found
    assert "rectifier" not in found
    found = _needs(campus(), catalogue, replace(DEMAND, stages=frozenset({"ups", "rectifier"})))
    assert found["ups"].needed == 40 * 2
    assert found["rectifier"].needed == 40 * 3
    solid = _needs(campus(), catalogue, replace(DEMAND, stages=frozenset({"solid-state transformer"})))
    assert solid["solid-state transformer"].needed == 40
    assert solid["unit transformer"].needed == math.ceil(18e6 / POWER_FACTOR / 2500e3)


def test_main_transformers_stay_within_the_range_of_their_class(campus, catalogue) -> None:
    low, high = catalogue.power_equipment("large-power-transformer").rating.bounds
    for power in (20e6, 120e6, 2.2e9):
        need = _needs(campus(), catalogue, replace(DEMAND, peak_power=power))["main transformer"]
        assert low <= need.rating <= high
        assert need.spare == 1


def test_the_nearest_unit_of_the_catalogue_stands_for_the_stated_one(catalogue) -> None:
    assert nearest_cdu(catalogue, 240e3).id == "cdu-in-rack-250kw"
    assert nearest_cdu(catalogue, 1.4e6).id == "cdu-row-1300kw"


def test_a_class_without_rating_is_an_error(campus, catalogue) -> None:
    class Bare:
        def power_equipment(self, _):
            return catalogue.power_equipment("gas-turbine-frame")

        def __getattr__(self, name):
            return getattr(catalogue, name)

    bare: Any = Bare()
    with pytest.raises(CatalogueError, match="states no rating"):
        size_equipment(DEMAND, campus().sites[0], bare, *CDU)


def test_prices_follow_the_rating_and_the_programmes_price_year(campus, catalogue) -> None:
    programme = campus()
    line = _lines(programme, catalogue)["cdu"]
    price = catalogue.cooling_equipment("cdu-row-1300kw").price
    assert line.unit_cost == pytest.approx(programme.usd(price))
    assert line.unit_cost_low < line.unit_cost < line.unit_cost_high
    assert line.cost == pytest.approx(line.count * line.unit_cost)


def test_an_unknown_price_stays_unknown(campus, catalogue) -> None:
    line = _lines(campus(), catalogue)["unit transformer"]
    assert (line.unit_cost, line.cost) == (None, None)


def test_power_per_piece_covers_the_facility(campus, catalogue) -> None:
    for line in _lines(campus(), catalogue).values():
        assert line.per_power * line.count == pytest.approx(DEMAND.peak_power)


def test_order_dates_by_hand(campus, catalogue) -> None:
    """Generators: 88 weeks (104 at most) and six to install before the third of January 2028."""
    line = _lines(campus(), catalogue)["generator"]
    first, second = line.orders
    assert first.on == dt.date(2028, 1, 3)
    assert first.latest_order == dt.date(2028, 1, 3) - dt.timedelta(weeks=88 + 6)
    assert first.latest_order_high == dt.date(2028, 1, 3) - dt.timedelta(weeks=104 + 6)
    assert (first.pieces, second.pieces) == (30, 60)
    assert first.missing == 30
    # The programme's day is the first of November 2026: 2026-03-16 is past, 2027-03-15 is not.
    assert (first.late, second.late) == (True, False)
    assert (line.needed_on, line.latest_order) == (first.on, first.latest_order)


def test_what_the_site_has_on_order_is_not_missing(campus, catalogue) -> None:
    """Twenty generators of 3 MW serve the first step of 60 MW."""
    programme = campus(
        equipment=[{"part": "generator", "per_power": "3 MW", "installed": 5, "on_order": 15, "install": "8 weeks"}]
    )
    line = _lines(programme, catalogue)["generator"]
    assert (line.part, line.stated_per_power, line.install) == ("generator", 3e6, 8 * WEEK)
    assert [step.missing for step in line.orders] == [0, 30]
    assert [step.late for step in line.orders] == [False, False]


def test_power_online_at_the_start_needs_no_orders(campus, catalogue) -> None:
    line = _lines(campus(online_at_start="60 MW"), catalogue)["generator"]
    assert [step.on for step in line.orders] == [dt.date(2029, 1, 1)]
    assert line.orders[0].missing == 30


def test_steps_of_it_power_are_brought_to_facility_power_and_pieces_serve_that(campus, catalogue) -> None:
    programme = campus(equipment=[{"part": "generator", "per_power": "3 MW", "on_order": 20}])
    line = _lines(programme, catalogue, replace(DEMAND, peak_power=144e6), basis=1.2)["generator"]
    assert [step.power for step in line.orders] == pytest.approx([72e6, 144e6])
    assert line.stated_per_power == pytest.approx(3e6)
    short = [72e6 - 20 * 3e6, 144e6 - 20 * 3e6]
    assert [step.missing for step in line.orders] == [math.ceil(power / line.per_power) for power in short]


@given(st.integers(0, 80), st.floats(0.5e6, 8e6))
def test_missing_pieces_rise_with_the_steps_and_stay_within_the_need(campus, catalogue, on_order, per_power) -> None:
    part = {"part": "generator", "per_power": f"{per_power:.0f} W", "on_order": on_order}
    line = _lines(campus(equipment=[part]), catalogue)["generator"]
    missing = [step.missing for step in line.orders]
    assert missing == sorted(missing)
    assert all(0 <= step.missing <= step.pieces <= line.count for step in line.orders)


@pytest.mark.parametrize(
    ("part", "role"),
    [
        ("unit-transformer", "unit transformer"),
        ("power-transformer", "main transformer"),
        ("mv-switchgear", "mv switchgear"),
        ("cdu", "cdu"),
        ("spare-chiller", None),
    ],
)
def test_parts_are_known_by_their_id(part, role) -> None:
    assert role_of(SiteEquipment.model_validate({"part": part, "per_power": "1 MW"})) == role


def test_a_stated_role_comes_first() -> None:
    made = SiteEquipment.model_validate({"part": "spare-chiller", "per_power": "1 MW", "role": "chiller"})
    assert role_of(made) == "chiller"


def test_roles_of_the_programme_are_those_of_the_engine() -> None:
    assert set(get_args(EquipmentRole)) == set(ENTRIES)
