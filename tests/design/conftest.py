"""A small programme for the design engine: one GB200 NVL72 class rack, everything it needs, nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.programme.schema import Programme

TRAY: dict[str, Any] = {
    "id": "tray",
    "name": "Compute tray",
    "family": "tray",
    "stage": "L10",
    "height": "1 U",
    "mass": "30 kg",
    "power": "1027 W",
    "mean_power": "900 W",
    "peak_power": "1100 W",
    "components": [{"part": "board", "quantity": 2}, {"part": "nic", "quantity": 4}],
}

SMALL: dict[str, Any] = {
    "schema": 1,
    "id": "small",
    "name": "Small",
    "as_of": "2026-11-01",
    "price_year": 2026,
    "horizon": {"start": "2026-11-02", "end": "2027-12-31"},
    "policy": {
        "discount_rate": "8 %/yr",
        "escalation": "0 %/yr",
        "compute_price_change": "0 %/yr",
        "rack_life": "5 years",
        "availability": "95 %",
        "utilisation": "80 %",
        "stock_cost": "500 USD/rack/week (2026)",
        "waiting_cost": "500 USD/rack/week (2026)",
        "late_cost": "300 USD/MW/day (2026)",
    },
    "parts": [
        {
            "id": "nvl72",
            "name": "NVL72 rack",
            "family": "rack",
            "stage": "L11",
            "height": "48 U",
            "mass": "300 kg",
            "components": [
                {"part": "shelf", "quantity": 8},
                {"part": "tray", "quantity": 18},
                {"part": "switch-tray", "quantity": 9},
                {"part": "cartridge", "quantity": 4},
            ],
        },
        TRAY,
        {
            "id": "board",
            "name": "Board of two accelerators and a processor",
            "family": "board",
            "stage": "L6",
            "components": [{"part": "gpu", "quantity": 2}, {"part": "cpu", "quantity": 1}],
        },
        {
            "id": "gpu",
            "name": "Accelerator",
            "family": "accelerator",
            "consigned": True,
            "power": {"value": "1200 W", "source": "data sheet", "date": "2025", "kind": "datasheet"},
            "mean_power": "1000 W",
            "peak_power": "1500 W",
        },
        {"id": "cpu", "name": "Processor", "family": "processor", "power": "420 W", "peak_power": "500 W"},
        {"id": "nic", "name": "Network card", "family": "network", "cost": "1 kUSD (2026)"},
        {
            "id": "switch-tray",
            "name": "Switch tray",
            "family": "switch",
            "height": "1 U",
            "mass": "25 kg",
            "power": "1200 W",
            "components": [{"part": "asic", "quantity": 2}],
        },
        {"id": "asic", "name": "Switch chip", "family": "switch", "cost": "2 kUSD (2026)"},
        {"id": "cartridge", "name": "Cable cartridge", "family": "cable", "mass": "20 kg"},
        {"id": "shelf", "name": "Power shelf", "family": "power", "height": "1 U", "mass": "20 kg"},
    ],
    "generations": [
        {
            "id": "nvl72",
            "name": "NVL72",
            "accelerator": "gb200",
            "accelerators_per_rack": 72,
            "rack": "nvl72",
            "racks_per_su": 8,
            "footprint": "0.72 m2",
            "floor_limit": "2500 kg/m2",
            "scale_up": {"domain": 72, "bandwidth": "900 GB/s"},
            "scale_out": {
                "nodes_per_rack": 18,
                "rails": 4,
                "link_rate": "400 Gb/s",
                "switch_radix": 64,
                "switch_power": "1500 W",
                "transceiver_power": "9 W",
            },
            "power": {
                "bus": "54 VDC",
                "bus_voltage": "50 V",
                "shelves": 8,
                "shelf_rating": "33 kW",
                "redundant_shelves": 4,
                "busbar_limit": "2900 A",
                "chain": ["mv-transformer", "busway-415v", "power-shelf-33kw", "dcdc-54v-12v", "vrm-12v"],
            },
            "cooling": {
                "coolant": "PG25",
                "liquid_fraction": "87 %",
                "inlet_limit": "45 degC",
                "temperature_rise": "10 K",
                "pressure_drop": "1 bar",
                "racks_per_cdu": 8,
                "cdu_heat": "1.3 MW",
                "cdu_flow": "2000 L/min",
            },
            "test": {"l11": "48 h", "power_share": "90 %"},
            "effectivity": {
                "evaluation": "2026-11-02",
                "ramp": "2027-01-04",
                "volume": "2027-04-05",
                "end_of_life": "2027-12-27",
            },
            "compute_value": "3 USD/GPU/h (2026)",
        }
    ],
    "workloads": [
        {
            "id": "training",
            "name": "Training",
            "precision": "fp8",
            "model": {"preset": "deepseek-v3"},
            "share": "40 %",
            "training": {"sequence": "4096 tokens", "batch": 15360, "accelerators": 2048, "tokens": "14.8e12 tokens"},
        },
        {
            "id": "serving",
            "name": "Serving",
            "precision": "fp8",
            "model": {"preset": "deepseek-v3"},
            "share": "60 %",
            "serving": {"input": "4096 tokens", "output": "1024 tokens", "speed": "40 tokens/s"},
        },
    ],
    "suppliers": [
        {
            "id": "maker",
            "name": "Maker",
            "country": "US",
            "supplies": [
                {"part": "gpu", "lead_time": "30 weeks", "price": "35 kUSD (2026)", "allocation": []},
                {"part": "cpu", "lead_time": "30 weeks", "price": "5 kUSD (2026)", "allocation": []},
                {"part": "switch-tray", "lead_time": "30 weeks", "price": "20 kUSD (2026)", "allocation": []},
                {"part": "cartridge", "lead_time": "30 weeks", "price": "8 kUSD (2026)", "allocation": []},
                {
                    "part": "shelf",
                    "lead_time": "30 weeks",
                    "price_breaks": [
                        {"quantity": 1000, "price": "5 kUSD (2026)"},
                        {"quantity": 1, "price": "6 kUSD (2026)"},
                    ],
                    "allocation": [],
                },
            ],
        },
        {
            "id": "second",
            "name": "Second source",
            "country": "US",
            "supplies": [
                {
                    "part": "cpu",
                    "lead_time": "30 weeks",
                    "price": "1 kUSD (2026)",
                    "allocation": [],
                    "qualified": "2027-06-01",
                },
            ],
        },
    ],
    "factories": [
        {
            "id": "plant",
            "name": "Plant",
            "operator": "Operator",
            "city": "Columbus",
            "state": "OH",
            "latitude": 40.0,
            "longitude": -83.0,
            "test_cells": {"power": [{"start": "2026-11-02", "power": "10 MW"}], "coolant_flow": "10000 L/min"},
            "lines": [
                {
                    "id": f"line-{stage.lower()}",
                    "name": stage,
                    "stage": stage,
                    "products": [{"part": part, "rate": "10 racks/week", "conversion_cost": f"{cost} USD (2026)"}],
                    "opens": "2026-11-02",
                    "ramp": "0 weeks",
                    "test_yield": "98 %",
                    "cycle_time": "1 week",
                    "staff": "10 jobs",
                }
                for stage, part, cost in (("L6", "board", 100), ("L10", "tray", 500), ("L11", "nvl72", 20000))
            ],
        }
    ],
    "lanes": [],
    "sites": [
        {
            "id": "campus",
            "name": "Campus",
            "developer": "Developer",
            "state": "TX",
            "latitude": 32.4,
            "longitude": -99.7,
            "utility": "Utility",
            "iso": "ERCOT",
            "power_basis": "facility",
            "pue": 1.2,
            "energisation": [{"start": "2027-01-04", "power": "100 MW"}],
            "halls": [
                {
                    "id": "a",
                    "ready": "2027-01-04",
                    "positions": 600,
                    "power": "80 MW",
                    "rack_power": "140 kW",
                    "rack_flow": "200 L/min",
                    "floor_load": "2500 kg/m2",
                }
            ],
            "install_crews": [{"start": "2027-01-04", "rate": "40 racks/week"}],
            "commissioning": "2 weeks",
            "electricity": "tx",
            "facility_cost": "10 MUSD/MW (2026)",
        }
    ],
    "demands": [],
}


def merged(base: Any, change: Any) -> Any:
    """Lay a change over plain data: mappings merge, everything else replaces."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    return {key: merged(base.get(key), change[key]) if key in change else base[key] for key in base} | {
        key: change[key] for key in change if key not in base
    }


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="session")
def make_programme():
    """Give a maker of the small programme; what is passed is laid over the generation, or over the whole."""

    def make(generation=None, parts=None, workloads=None, **whole):
        data = copy.deepcopy(SMALL) | whole
        if generation:
            data["generations"][0] = merged(data["generations"][0], generation)
        for part in parts or []:
            data["parts"] = [merged(old, part) if old["id"] == part["id"] else old for old in data["parts"]]
        for workload in workloads or []:
            data["workloads"] = [merged(o, workload) if o["id"] == workload["id"] else o for o in data["workloads"]]
        return Programme.model_validate(data)

    return make


@pytest.fixture(scope="session")
def small(make_programme):
    return make_programme()


@pytest.fixture(scope="session")
def oracle():
    """Give the published numbers of a file: rows as mappings."""
    import csv
    from pathlib import Path

    def read(name):
        path = Path(__file__).parents[1] / "oracles" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
