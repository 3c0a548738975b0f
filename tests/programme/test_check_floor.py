"""Floors of halls: rows that take no position, and network racks without room, are told with place and hint."""

import pytest

SITES = "sites.yaml"
HALL = "rack_power: 150 kW, rack_flow: 220 L/min, floor_load: 2500 kg/m2}"
FIRST = "{id: hall-1, ready: 2027-01-04, positions: 200, power: 26 MW, "

CASES = {
    "a row weaker than a position": (
        "{row_power: 100 kW}",
        "row_power",
        "a row of 100 kW does not take one position of 150 kW",
        "at least 150 kW",
    ),
    "a row with less coolant than a position": ("{row_flow: 100 L/min}", "row_flow", "one position of", "at least"),
    "a row that carries nothing": ("{row_mass: 0 kg}", "row_mass", "takes no rack", "leave it out"),
    "storeys beyond any building": ("{storeys: 1e9}", "storeys", "no hall has 1,000,000,000 storeys", "at most 100"),
    "a network rack of no height": ("{network_units: 0 U}", "network_units", "is none", "42 U to 52 U"),
    "a network rack full of panels": ("{panel_units: 48 U}", "panel_units", "leave no switch", "at most 47 U"),
}


@pytest.mark.parametrize("case", CASES)
def test_is_told(broken, case):
    floor, path, why, hint = CASES[case]
    broken.replace(SITES, FIRST + HALL, f"{FIRST}{HALL[:-1]}, floor: {floor}}}")
    problem = broken.problem
    assert problem.path.endswith(f".halls.hall-1.floor.{path}")
    assert why in problem.why
    assert hint in problem.hint
    assert problem.where is not None


@pytest.mark.parametrize(
    "floor", ["{racks_per_row: 0}", "{racks_per_row: 12.5}", "{storeys: 0}", "{tray: {fill: 120 %}}", "{gap: -1 m}"]
)
def test_form_of_a_floor_is_held(broken, floor):
    broken.replace(SITES, FIRST + HALL, f"{FIRST}{HALL[:-1]}, floor: {floor}}}")
    assert ".halls.hall-1.floor." in broken.problem.path
