"""A campus of two steps for the facility engine, with the small programme's racks."""

from __future__ import annotations

import copy
from typing import Any

import pytest

CAMPUS: dict[str, Any] = {
    "id": "campus",
    "name": "Campus",
    "developer": "Developer",
    "state": "TX",
    "latitude": 32.4,
    "longitude": -99.7,
    "utility": "Utility",
    "iso": "ERCOT",
    "climate_station": "722660",
    "power_basis": "facility",
    "pue": 1.2,
    "energisation": [
        {"start": "2028-01-03", "power": "60 MW"},
        {"start": "2029-01-01", "power": "120 MW"},
    ],
    "halls": [
        {
            "id": "a",
            "ready": "2028-01-03",
            "positions": 900,
            "power": "110 MW",
            "rack_power": "140 kW",
            "rack_flow": "200 L/min",
            "floor_load": "2500 kg/m2",
        }
    ],
    "install_crews": [{"start": "2028-01-03", "rate": "40 racks/week"}],
    "commissioning": "2 weeks",
    "electricity": "tx",
    "facility_cost": "10 MUSD/MW (2026)",
}


@pytest.fixture(scope="session")
def campus(make_programme):
    """Give a maker of the small programme on the campus; what is passed is laid over the campus."""

    def make(generation=None, **site):
        return make_programme(
            generation=generation,
            sites=[copy.deepcopy(CAMPUS) | site],
            horizon={"start": "2026-11-02", "end": "2029-12-31"},
        )

    return make
