"""A battery of the power chain in a whole facility: the diagram, the availability and the dip that is ridden."""

from __future__ import annotations

import pytest

from gigaloop.core.units import YEAR
from gigaloop.design.facility.blocks import GENERATOR_START, GRID_EVENTS, OPERATIONS, RACK_RESTART
from gigaloop.design.facility.facility import design_facility

BARE = ["mv-transformer", "busway-415v", "power-shelf-33kw", "dcdc-54v-12v", "vrm-12v"]


@pytest.fixture(scope="module")
def fed(campus, catalogue):
    def run(chain):
        programme = campus({"power": {"chain": chain}})
        return design_facility(programme, programme.generations[0], programme.sites[0], catalogue, samples=0)

    return {"bare": run(BARE), "battery": run([*BARE[:3], "bbu-shelf-54v", *BARE[3:]])}


def test_racks_without_a_battery_restart_after_dips(fed):
    """Six events of 615 s: 62 minutes a year, beside the 24 of operators that both have."""
    restarts = GRID_EVENTS * (GENERATOR_START + RACK_RESTART) / YEAR
    bare, battery = fed["bare"].blocks, fed["battery"].blocks
    assert battery.lost_everywhere == pytest.approx(OPERATIONS)
    assert bare.lost_everywhere == pytest.approx(OPERATIONS + restarts, rel=1e-3)
    assert battery.availability - bare.availability == pytest.approx(restarts, rel=0.01)
    assert bare.expected_lost > 3.0 * battery.expected_lost
    assert battery.availability < 1.0 - OPERATIONS


def test_the_diagram_holds_the_battery_at_the_racks_with_its_loss(fed):
    assert fed["bare"].one_line is not None
    assert fed["battery"].one_line is not None
    names = [node.name for node in fed["bare"].one_line.nodes]
    assert not any("Battery" in name for name in names)
    node = next(node for node in fed["battery"].one_line.nodes if "Battery" in node.name)
    assert node.count == fed["battery"].racks
    assert node.direct
    assert 0.0 < node.loss < 0.003 * fed["battery"].it_power


def test_the_dip_of_the_site_is_ridden_with_a_battery_alone(fed):
    ok = {
        name: next(check for check in found.checks if check.id == "facility.ride-through").ok
        for name, found in fed.items()
    }
    assert ok == {"bare": False, "battery": True}
