"""What carries racks when their input fails: off the power chain, for hold-up, ride-through and availability."""

from __future__ import annotations

import pytest

from gigaloop.design import design_generation
from gigaloop.design.dynamics.findings import ride_finding
from gigaloop.design.dynamics.ride_through import SHELF_HOLD_UP, rack_backup
from gigaloop.programme.schema.facility import GridLimits

BARE = ["mv-transformer", "busway-415v", "power-shelf-33kw", "dcdc-54v-12v", "vrm-12v"]
SHELF = [*BARE[:3], "bbu-shelf-54v", *BARE[3:]]
UPS = [BARE[0], "ups-double-conversion", *BARE[1:]]
DIRECT = ["mv-transformer", "busway-415v", "rectifier-800v-sidecar", "dcdc-800v-12v", "vrm-12v"]
BATTERY = [*DIRECT[:3], "bbu-800v", *DIRECT[3:]]


@pytest.fixture(scope="module")
def engineer(make_programme, catalogue):
    def run(chain):
        programme = make_programme(generation={"power": {"chain": chain}})
        return design_generation(programme, programme.generations[0], catalogue)

    return run


def test_a_chain_without_storage_has_no_backup(engineer):
    rack = engineer(BARE).rack
    assert rack.backup is None
    assert rack_backup(rack).takes_over is None
    assert rack_backup(engineer(DIRECT).rack).hold_up == SHELF_HOLD_UP


@pytest.mark.parametrize(
    ("chain", "converter", "ups", "carries"),
    [
        (SHELF, "bbu-shelf-54v", False, 240.0),
        (UPS, "ups-double-conversion", True, 300.0),
        (BATTERY, "bbu-800v", False, 90.0),
        ([*UPS[:4], "bbu-shelf-54v", *UPS[4:]], "ups-double-conversion", True, 300.0),
    ],
)
def test_the_stage_that_stores_energy_longest_carries_the_racks(engineer, chain, converter, ups, carries):
    backup = engineer(chain).rack.backup
    assert (backup.converter, backup.ups, backup.carries) == (converter, ups, carries)


@pytest.mark.parametrize(("chain", "ok"), [(DIRECT, False), (BATTERY, True), (BARE, False), (SHELF, True), (UPS, True)])
def test_half_of_the_voltage_for_150_ms_is_ridden_on_stored_energy_alone(engineer, chain, ok):
    """ORv3: 20 ms of hold-up at full load; a battery takes over after 2 and 4 ms."""
    found = ride_finding(GridLimits(), "sites.a.facility.grid", rack_backup(engineer(chain).rack))
    assert found.ok is ok


def test_the_bus_is_held_by_a_battery_that_takes_over_within_the_hold_up(engineer):
    bare, shelf, ups = engineer(BARE), engineer(SHELF), engineer(UPS)
    held = [
        float(next(check.value for check in design.checks if check.id == "power.hold-up"))
        for design in (bare, shelf, ups)
    ]
    assert held[0] == pytest.approx(bare.rack.shelves.peak_hold_up)
    assert held[1] == pytest.approx(240.006)
    assert held[2] == pytest.approx(held[0])


def test_a_battery_stands_on_the_rack_side_of_the_shelves_with_its_loss(engineer):
    stages = {stage.converter: stage for stage in engineer(SHELF).chain}
    battery, shelf = stages["bbu-shelf-54v"], stages["power-shelf-33kw"]
    assert battery.location == shelf.location == "rack"
    assert shelf.power_out == pytest.approx(battery.power_in)
    assert battery.loss / battery.power_in == pytest.approx(0.0015)
