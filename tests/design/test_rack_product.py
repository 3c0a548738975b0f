import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop import api
from gigaloop.core.errors import ProgrammeError
from gigaloop.design import design_generation
from gigaloop.design.fluids import coolant_state
from gigaloop.design.product import hose_velocity
from gigaloop.design.supply import line_current

ROOT = Path(__file__).parents[2]
SUPPLY = {"voltage": "415 V", "lines": 8, "breaker": "60 A", "feeds": 2}
ENVELOPE = {"width": "0.6 m", "depth": "1.2 m", "height": "2.24 m", "packed_height": "2.4 m", "packed_mass": "1600 kg"}


@pytest.fixture(scope="module")
def engineer(make_programme, catalogue):
    def design(power_cap=None, **change):
        programme = make_programme(**change)
        return design_generation(programme, programme.generations[0], catalogue, power_cap=power_cap)

    return design


@pytest.fixture(scope="module")
def plain(engineer):
    return engineer()


@pytest.fixture(scope="module")
def buildout():
    folder = ROOT / "programmes" / "us-buildout"
    return api.load(folder), api.catalogue_for(folder, None)


@pytest.fixture(scope="module")
def published(oracle):
    return {row["id"]: row for row in oracle("racks")}


@pytest.mark.parametrize("case", ["gb200-design", "gb300-operating", "vr200-range", "vr200-analyst", "kyber-class"])
def test_published_rack_powers_come_out_of_the_trays_within_5_percent(buildout, published, case):
    programme, catalogue = buildout
    row = published[case]
    design = design_generation(programme, programme.generation_of[row["generation"]], catalogue)
    assert 0.95 * float(row["low"]) <= design.power.design / 1e3 <= 1.05 * float(row["high"])


@pytest.mark.parametrize(("case", "cap"), [("vr200-max-q", 1800.0), ("vr200-max-p", 2300.0)])
def test_a_cap_moves_the_rack_between_its_published_profiles_within_5_percent(buildout, published, case, cap):
    programme, catalogue = buildout
    row = published[case]
    generation = programme.generation_of[row["generation"]]
    design = design_generation(programme, generation, catalogue, power_cap=cap)
    assert 0.95 * float(row["low"]) <= design.power.design / 1e3 <= 1.05 * float(row["high"])


def test_a_power_cap_scales_the_accelerators_alone_and_all_that_follows(engineer, plain):
    capped = engineer(power_cap=960.0)
    assert capped.power.design == pytest.approx(plain.power.design - 72 * 240.0)
    assert capped.power.mean == pytest.approx(plain.power.mean - 72 * 1000.0 * 0.2)
    assert capped.power.peak == pytest.approx(plain.power.peak - 72 * 1500.0 * 0.2)
    share = capped.power.design / plain.power.design
    assert capped.cooling.flow == pytest.approx(plain.cooling.flow * share)
    assert capped.power.bus_current == pytest.approx(plain.power.bus_current * share)
    assert capped.facility_power_per_rack < plain.facility_power_per_rack
    assert capped.rack.uncapped_design == plain.power.design == plain.rack.uncapped_design
    assert (capped.rack.power_cap, plain.rack.power_cap) == (960.0, None)
    assert capped.mass == plain.mass
    assert capped.tokens_per_s < plain.tokens_per_s


def test_a_cap_of_the_generation_counts_and_an_argument_goes_before_it(engineer):
    change = {"generation": {"power": {"power_cap": "960 W"}}}
    assert engineer(**change).power.design == engineer(power_cap=960.0).power.design
    assert engineer(power_cap=1100.0, **change).rack.power_cap == 1100.0


def test_a_cap_above_the_design_power_changes_no_power(engineer, plain):
    assert engineer(power_cap=5000.0).power == plain.power


@pytest.mark.parametrize("cap", [0.0, -5.0, math.nan, math.inf])
def test_a_cap_that_is_no_power_is_refused_with_its_place(engineer, cap):
    with pytest.raises(ProgrammeError) as raised:
        engineer(power_cap=cap)
    assert raised.value.problems[0].path == "generations.nvl72.power.power_cap"
    assert "960 W" in raised.value.problems[0].hint


@given(cap=st.floats(50.0, 1200.0), more=st.floats(0.0, 500.0))
@settings(max_examples=15, deadline=None)
def test_a_looser_cap_never_lowers_power_flow_or_loss(engineer, cap, more):
    tight, loose = engineer(power_cap=cap), engineer(power_cap=cap + more)
    assert tight.power.mean <= loose.power.mean * (1 + 1e-12)
    assert tight.power.design <= loose.power.design * (1 + 1e-12)
    assert tight.cooling.flow <= loose.cooling.flow * (1 + 1e-12)
    assert tight.rack.busbar.loss <= loose.rack.busbar.loss * (1 + 1e-12)
    assert tight.power.mean <= tight.power.design <= tight.power.peak


def test_shelves_with_one_or_a_feed_lost(engineer, plain):
    assert plain.rack.shelves.one_lost == 7 * 33e3
    assert plain.rack.shelves.feed_lost is None
    two = engineer(generation={"power": {"supply": SUPPLY}}).rack
    assert two.shelves.feed_lost == 4 * 33e3
    uneven = engineer(generation={"power": {"shelves": 7, "supply": SUPPLY}}).rack
    assert uneven.shelves.feed_lost == 3 * 33e3


def test_hold_up_is_the_charge_of_the_shelves_over_the_load(engineer, plain):
    shelves = plain.rack.shelves
    # The catalogue's shelf holds 20 ms at 33 kW: eight of them store 5.28 kJ.
    assert shelves.hold_up * plain.power.design == pytest.approx(8 * 33e3 * 0.020)
    assert shelves.peak_hold_up * plain.power.peak == pytest.approx(8 * 33e3 * 0.020)
    stated = engineer(generation={"power": {"hold_up": "10 ms"}}).rack.shelves
    assert stated.hold_up == pytest.approx(shelves.hold_up / 2)


def test_a_rack_without_shelves_has_no_shelves_to_lose(engineer):
    chain = ["mv-switchgear", "rectifier-800v-sidecar", "busway-800v", "dcdc-800v-12v", "vrm-12v"]
    power = {"shelves": 0, "redundant_shelves": 0, "bus": "800 VDC", "bus_voltage": "800 V", "chain": chain}
    assert engineer(generation={"power": power}).rack.shelves is None


def test_lines_share_the_rack_and_carry_more_with_a_feed_lost(engineer):
    rack = engineer(generation={"power": {"supply": SUPPLY}})
    by_hand = rack.rack_input / 8 / (math.sqrt(3) * 415 * 0.98)
    assert rack.rack.lines.current == pytest.approx(by_hand)
    assert rack.rack.lines.feed_lost == pytest.approx(2 * by_hand)
    assert line_current(1000.0, 800.0, "DC") == 1.25


def test_busbar_drop_by_hand(engineer, plain):
    bar = {"section": "2000 mm2", "length": "2 m", "temperature": "20 degC", "fed_at": "one end"}
    one = engineer(generation={"power": {"busbar": bar}}).rack.busbar
    resistance = 2 * 1.7241e-8 * 2.0 / 2000e-6
    assert one.resistance == pytest.approx(resistance)
    assert one.drop == pytest.approx(plain.power.bus_current * resistance / 2)
    assert one.loss == pytest.approx(plain.power.bus_current**2 * resistance / 3)
    both = engineer(generation={"power": {"busbar": bar | {"fed_at": "both ends"}}}).rack.busbar
    assert (both.drop, both.loss) == pytest.approx((one.drop / 4, one.loss / 4))
    assert one.stated
    assert not plain.rack.busbar.stated
    # Without a section: 1000 A per square inch of the busbar's limit of 2900 A, as high as the frame of 48 U.
    assert plain.rack.busbar.section == pytest.approx(2.9 * 0.0254**2)
    assert plain.rack.busbar.length == pytest.approx(48 * 0.04445)


def test_storage_of_the_generation_goes_before_that_of_the_accelerator(engineer, catalogue):
    assert engineer().rack.storage.installed is None
    assert engineer(generation={"power": {"storage": "12 kJ"}}).rack.storage.installed == 12e3
    gb300 = engineer(generation={"accelerator": "gb300"}).rack.storage
    assert gb300.installed == pytest.approx(72 * float(catalogue.accelerator("gb300").power_storage))


def test_swings_grow_with_the_rack(engineer, plain):
    capped = engineer(power_cap=960.0)
    share = capped.power.design / plain.power.design
    assert capped.rack.storage.swing == pytest.approx(plain.rack.storage.swing * share)
    assert 0 < plain.rack.storage.swing < plain.power.design


def test_hose_velocity_of_a_published_branch():
    # PG25 at 10 K through DN50 for 132 kW: 1.52 m/s.
    flow = 132e3 / (coolant_state("PG25", 318.15 - 5.0).heat_capacity * 10.0)
    assert hose_velocity(flow, 0.0525) == pytest.approx(1.52, abs=0.01)


def test_placement_by_hand(engineer):
    rack = engineer(generation={"envelope": ENVELOPE})
    place = rack.rack.placement
    assert place.foot_load == pytest.approx(rack.mass / 4)
    assert (place.packed_height, place.packed_mass) == (2.4, 1600.0)
    assert 0.3 < place.centre < 1.12
    assert place.tilt == pytest.approx(math.atan2(0.3, place.centre))
    bare = engineer(generation={"envelope": {k: ENVELOPE[k] for k in ("width", "depth", "height")}}).rack.placement
    assert (bare.packed_height, bare.packed_mass) == (2.24, rack.mass)


def test_heavy_units_further_up_raise_the_centre_of_mass(engineer):
    def centre(*lines):
        components = [{"part": part, "quantity": quantity} for part, quantity in lines]
        parts = [{"id": "nvl72", "components": components}, {"id": "shelf", "mass": "60 kg"}]
        return engineer(generation={"envelope": ENVELOPE}, parts=parts).rack.placement.centre

    rest = [("tray", 18), ("switch-tray", 9), ("cartridge", 4)]
    assert centre(*rest, ("shelf", 8)) > centre(("shelf", 8), *rest)


def test_units_share_heat_and_flow_of_the_rack_by_power(plain):
    units = plain.elevation.units
    assert math.fsum(unit.flow for unit in units) == pytest.approx(plain.cooling.flow)
    assert math.fsum(unit.liquid_heat for unit in units) == pytest.approx(plain.cooling.liquid_heat)
    assert all(unit.liquid_heat <= unit.power for unit in units)
    assert {unit.family for unit in units if unit.flow} == {"tray", "switch"}
    tray = next(unit for unit in units if unit.family == "tray")
    assert tray.flow / tray.power == pytest.approx(units[-1].flow / units[-1].power)


def test_fully_liquid_cooled_units_give_up_all_their_heat(engineer):
    units = engineer(generation={"cooling": {"liquid_fraction": "100 %"}}).elevation.units
    assert all(unit.liquid_heat == pytest.approx(unit.power) for unit in units)


def test_an_air_cooled_rack_has_no_coolant(engineer):
    rack = engineer(generation={"cooling": {"liquid_fraction": "0 %", "bore": "50 mm"}})
    assert rack.rack.velocity is None
    assert all(unit.flow == 0.0 for unit in rack.elevation.units)


def test_units_without_a_place_keep_their_share_of_the_coolant(buildout):
    """Blades of the Kyber rack state no height: what stands in the drawing must not take their heat."""
    programme, catalogue = buildout
    design = design_generation(programme, programme.generation_of["rubin-ultra-kyber"], catalogue)
    assert sum(unit.liquid_heat for unit in design.elevation.units) < 0.01 * design.cooling.liquid_heat


@pytest.mark.parametrize(
    ("generation", "cap", "written"),
    [
        ("gb200-nvl72", None, "121.4 kW"),
        ("gb300-nvl72", None, "137.0 kW"),
        ("vr200-nvl72", None, "200.1 kW"),
        ("rubin-ultra-kyber", None, "607.0 kW"),
        ("vr200-nvl72", 1800.0, "187.1 kW"),
        ("vr200-nvl72", 2300.0, "223.1 kW"),
    ],
)
def test_the_page_gives_the_powers_that_are_computed(buildout, generation, cap, written):
    programme, catalogue = buildout
    design = design_generation(programme, programme.generation_of[generation], catalogue, power_cap=cap)
    assert f"{design.power.design / 1e3:.1f} kW" == written
    assert written in (ROOT / "docs" / "facility.md").read_text(encoding="utf-8")
