"""How a site is fed and cooled: numbers that no facility can have are told with their place and a hint."""

import pytest

from gigaloop.programme.loader import load_programme

SITES = "sites.yaml"
BEFORE = "    facility_cost: 11 MUSD/MW (2026)\n"

CASES = {
    "water warmer than any rack takes": (
        "{cooling: {supply: 75 degC}}",
        "cooling.supply",
        "outside of 4 to 60 degC",
        "40 degC",
    ),
    "no water for a tower": (
        "{cooling: {rejection: wet, water_limit: 0 L/s}}",
        "cooling.water_limit",
        "wet heat rejection needs water",
        "reject the heat dry",
    ),
    "a band of frequencies without width": (
        "{grid: {band_low: 20 Hz, band_high: 0.1 Hz}}",
        "grid.band_low",
        "holds none",
        "lower end",
    ),
    "a window without length": ("{grid: {range_window: 0 s}}", "grid.range_window", "sees no change", "60 s"),
    "no change allowed": ("{grid: {range: 0 %}}", "grid.range", "lets no load change", "leave it out"),
    "empty storage": ("{storage: {power: 10 MW, energy: 0 MWh}}", "storage.energy", "stores nothing", "leave"),
}


@pytest.mark.parametrize("case", CASES)
def test_is_told(broken, case):
    facility, path, why, hint = CASES[case]
    broken.replace(SITES, BEFORE, f"{BEFORE}    facility: {facility}\n")
    problem = broken.problem
    assert problem.path == f"sites.milam.facility.{path}"
    assert why in problem.why
    assert hint in problem.hint
    assert problem.where is not None


@pytest.mark.parametrize("facility", ["{power: {block: 0 MW}}", "{power: {blocks_per_group: 0}}"])
def test_blocks_have_power_and_groups_have_blocks(broken, facility):
    broken.replace(SITES, BEFORE, f"{BEFORE}    facility: {facility}\n")
    assert broken.problem.path.startswith("sites.milam.facility.power.block")


def test_a_class_of_equipment_stands_once(broken):
    broken.replace(SITES, "{part: cdu, per_power: 1.5 MW, on_order: 40}", "{part: cdu, per_power: 1.5 MW, role: cdu}")
    broken.replace(
        SITES,
        "{part: power-transformer, per_power: 60 MW, on_order: 1}",
        "{part: power-transformer, per_power: 60 MW, role: cdu}",
    )
    problem = broken.problem
    assert problem.path == "sites.milam.equipment.cdu.role"
    assert "both the cdu" in problem.why


def test_an_unknown_role_is_told_with_the_known_ones(broken):
    broken.replace(SITES, "per_power: 1.5 MW, on_order: 40", "per_power: 1.5 MW, role: cooler")
    assert broken.problem.path == "sites.milam.equipment.cdu.role"


def test_a_facility_that_can_be_is_fine(broken, catalogue):
    facility = "{cooling: {rejection: wet, supply: 32 degC, water_limit: 50 L/s}, grid: {ramp: 10 MW/min}}"
    broken.replace(SITES, BEFORE, f"{BEFORE}    facility: {facility}\n")
    site = load_programme(broken.folder, catalogue).sites[0]
    assert site.facility.cooling.rejection == "wet"
