import datetime as dt
import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.design import design_generation
from gigaloop.design.elevation import elevation
from gigaloop.design.prices import price_book
from gigaloop.design.rack import accelerators_of, bom_table, massless_parts, rack_cost

VOLUME = dt.date(2027, 4, 5)


@pytest.fixture(scope="module")
def table(small):
    return bom_table(small, "nvl72", VOLUME)


def test_gb200_rack_comes_out_at_its_published_power_from_its_trays(small, table, catalogue, oracle):
    published = {row["id"]: float(row["value"]) * 1e3 for row in oracle("design") if row["unit"] == "kW"}
    trays = {"tray", "board", "gpu", "cpu", "nic"}
    compute = sum(row.design_power or 0.0 for row in table.rows if row.part in trays)
    assert compute == pytest.approx(published["gb200-tray"], rel=1e-3)
    power = design_generation(small, small.generations[0], catalogue).power.design
    assert published["gb200-rack-low"] <= power <= published["gb200-rack-high"]


def test_totals_are_the_sums_of_the_lines_by_hand(table):
    assert table.total("design_power") == pytest.approx(18 * (1027 + 4 * 1200 + 2 * 420) + 9 * 1200)
    assert table.total("peak_power") == pytest.approx(18 * (1100 + 4 * 1500 + 2 * 500) + 9 * 1200)
    # A mean that is not stated is the policy's utilisation of the design power.
    assert table.total("mean_power") == pytest.approx(18 * (900 + 4 * 1000 + 2 * 0.8 * 420) + 9 * 0.8 * 1200)
    assert table.total("mass") == pytest.approx(300 + 18 * 30 + 9 * 25 + 4 * 20 + 8 * 20)
    assert accelerators_of(table) == 72


def test_rows_carry_parents_before_children_and_their_path(table):
    seen = {None}
    for row in table.rows:
        assert row.parent in seen
        seen.add(row.part)
    gpu = next(row for row in table.rows if row.part == "gpu")
    assert (gpu.path, gpu.level, gpu.per_parent, gpu.per_rack) == ("parts.board.components.gpu", 3, 2.0, 72.0)
    assert table.per_rack["gpu"] == 72.0


def test_a_part_in_two_parents_counts_once_under_each(make_programme):
    programme = make_programme(parts=[{"id": "switch-tray", "components": [{"part": "nic", "quantity": 2}]}])
    table = bom_table(programme, "nvl72", VOLUME)
    rows = [row for row in table.rows if row.part == "nic"]
    assert sorted((row.parent, row.per_rack) for row in rows) == [("switch-tray", 18.0), ("tray", 72.0)]
    assert table.per_rack["nic"] == 90.0


def test_cost_is_the_cheapest_qualified_source_and_work(small):
    cost = rack_cost(small, "nvl72", VOLUME)
    assert cost.consigned == 72 * 35e3
    # CPUs, NICs, switch trays (chips within their price), cartridges, shelves at the first price break.
    assert cost.purchased == 36 * 5e3 + 72 * 1e3 + 9 * 20e3 + 4 * 8e3 + 8 * 6e3
    # Every piece started is paid for, and 98 % of them are good.
    assert cost.conversion == pytest.approx((36 * 100 + 18 * 500 + 20000) / 0.98)
    assert cost.total == cost.consigned + cost.purchased + cost.conversion
    assert (cost.unpriced, cost.unworked) == ((), ())


def test_a_cheaper_source_counts_from_its_qualification_on(small):
    before = rack_cost(small, "nvl72", dt.date(2027, 5, 31)).purchased
    after = rack_cost(small, "nvl72", dt.date(2027, 6, 1)).purchased
    assert before - after == 36 * 4e3


def test_bought_cost_of_the_rows_is_the_bought_cost_of_the_rack(small, table):
    cost = rack_cost(small, "nvl72", VOLUME)
    assert table.total("cost") == pytest.approx(cost.purchased + cost.consigned)


def test_a_part_without_a_price_is_named(make_programme):
    data = make_programme()
    suppliers = [s.model_dump(mode="json") for s in data.suppliers]
    for supplier in suppliers:
        supplier["supplies"] = [s for s in supplier["supplies"] if s["part"] != "cartridge"]
    programme = make_programme(suppliers=suppliers)
    assert rack_cost(programme, "nvl72", VOLUME).unpriced == ("cartridge",)


def test_a_made_part_without_a_line_is_named(make_programme):
    assert set(rack_cost(make_programme(factories=[]), "nvl72", VOLUME).unworked) == {"nvl72", "tray", "board"}


def test_parts_without_mass_are_named_unless_their_assembly_has_one(make_programme):
    assert massless_parts(make_programme(), "nvl72", VOLUME) == ()
    bare = make_programme(parts=[{"id": "tray", "mass": None}])
    assert set(massless_parts(bare, "nvl72", VOLUME)) == {"gpu", "cpu", "nic"}


@given(seed=st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_roll_up_does_not_depend_on_the_order_of_parts_and_lines(small, seed: random.Random):
    parts = [part.model_copy(update={"components": _shuffled(part.components, seed)}) for part in small.parts]
    programme = small.model_copy(update={"parts": _shuffled(parts, seed)})
    programme.__dict__.pop("part_of", None)
    one, other = bom_table(small, "nvl72", VOLUME), bom_table(programme, "nvl72", VOLUME)
    assert one.per_rack == other.per_rack
    for column in ("mass", "mean_power", "design_power", "peak_power", "cost", "height"):
        assert one.total(column) == pytest.approx(other.total(column), rel=1e-12)


@given(factor=st.integers(1, 50))
@settings(max_examples=20)
def test_roll_up_is_linear_in_quantities(make_programme, factor):
    lines = [{"part": "tray", "quantity": factor}]
    table = bom_table(make_programme(parts=[{"id": "nvl72", "components": lines}]), "nvl72", VOLUME)
    single = bom_table(
        make_programme(parts=[{"id": "nvl72", "components": [{"part": "tray", "quantity": 1}]}]), "nvl72", VOLUME
    )
    assert table.total("design_power") == pytest.approx(factor * single.total("design_power"))
    assert table.total("mass") - 300 == pytest.approx(factor * (single.total("mass") - 300))
    assert table.total("cost") == pytest.approx(factor * single.total("cost"))


def _shuffled(items: Iterable[Any], seed: random.Random) -> tuple[Any, ...]:
    mixed = list(items)
    seed.shuffle(mixed)
    return tuple(mixed)


def test_the_bill_of_the_day_counts(make_programme):
    lines = [
        {"part": "shelf", "quantity": 8},
        {"part": "tray", "quantity": 18},
        {"part": "switch-tray", "quantity": 9, "effective_until": "2027-06-01"},
        {"part": "switch-tray", "quantity": 10, "effective_from": "2027-06-01"},
    ]
    programme = make_programme(parts=[{"id": "nvl72", "components": lines}])
    assert bom_table(programme, "nvl72", dt.date(2027, 5, 31)).per_rack["switch-tray"] == 9
    assert bom_table(programme, "nvl72", dt.date(2027, 6, 1)).per_rack["switch-tray"] == 10


def test_elevation_stacks_units_without_gap_or_overlap(small, table):
    rack = elevation(small.part_of, "nvl72", table)
    assert (rack.capacity, rack.used, len(rack.units)) == (48.0, 35.0, 35)
    bottom = 1.0
    for unit in rack.units:
        assert unit.bottom == bottom
        bottom += unit.height
    assert [unit.part for unit in rack.units[:9]] == ["shelf"] * 8 + ["tray"]
    assert rack.units[8].label == "Compute tray 1"
    assert sum(unit.power for unit in rack.units) == pytest.approx(table.total("design_power"))


def test_units_beyond_the_frame_are_counted_and_not_placed(make_programme):
    programme = make_programme(parts=[{"id": "nvl72", "height": "20 U"}])
    rack = elevation(programme.part_of, "nvl72", bom_table(programme, "nvl72", VOLUME))
    assert rack.used == 35.0
    assert max(unit.bottom + unit.height - 1 for unit in rack.units) == 20.0


def test_the_frame_may_be_a_part_of_its_own(make_programme):
    parts = [{"id": "nvl72", "height": None}, {"id": "cartridge", "family": "structure", "height": "44 U"}]
    programme = make_programme(parts=parts)
    rack = elevation(programme.part_of, "nvl72", bom_table(programme, "nvl72", VOLUME))
    assert (rack.capacity, rack.used) == (44.0, 35.0)


def test_a_price_says_where_it_stands(small):
    book = price_book(small, VOLUME)
    assert book.material["gpu"].path == "suppliers.maker.supplies.gpu.price"
    assert book.material["nic"].path == "parts.nic.cost"
    assert book.work["tray"].path == "factories.plant.lines.line-l10.products.tray.conversion_cost"
