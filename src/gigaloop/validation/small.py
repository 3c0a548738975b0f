"""Programmes for cases: one factory and one site, nothing scarce but what the case is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from gigaloop.plan import Plan, RackFacts, plan_programme
from gigaloop.programme.schema import Programme

START = dt.date(2027, 1, 4)
"""A Monday: week 0 of every case."""
Data = dict[str, Any]
_MANY = 1e6


def day(week: int) -> str:
    """Give the Monday of a week."""
    return (START + dt.timedelta(weeks=week)).isoformat()


def part(id_: str, stage: str | None = None, components: Mapping[str, float] | None = None) -> Data:
    """Give a part, made where it has a stage; all cost alike, so that nothing is made or bought before its time."""
    made: Data = {"id": id_, "name": id_, "family": "structure", "cost": "1000 USD (2026)"}
    if stage is not None:
        made["stage"] = stage
    made["components"] = [{"part": name, "quantity": quantity} for name, quantity in (components or {}).items()]
    return made


def line(id_: str, stage: str, made: str, weeks: int, rate: float = _MANY) -> Data:
    """Give a line that has been open for long, with the weeks from its start of work to completion."""
    return {
        "id": id_,
        "name": id_,
        "stage": stage,
        "products": [{"part": made, "rate": f"{rate} pcs/week", "conversion_cost": "1 USD (2026)"}],
        "opens": day(-60),
        "ramp": "0 weeks",
        "initial_share": 1.0,
        "test_yield": 1.0,
        "cycle_time": f"{weeks} weeks",
        "staff": "1 job",
    }


def supply(part_id: str, weeks: int, on_hand: float = 0.0) -> Data:
    """Give a supply of as much as is wanted, after a lead time in weeks."""
    return {
        "part": part_id,
        "lead_time": f"{weeks} weeks",
        "allocation": [{"start": day(-60), "rate": f"{_MANY} pcs/week"}],
        "on_hand": on_hand,
        "price": "1000 USD (2026)",
    }


def plan_case(
    weeks: int,
    parts: Sequence[Data],
    lines: Sequence[Data],
    supplies: Sequence[Data],
    rack: str,
    demand: tuple[int, float],
    facts: RackFacts,
    *,
    test_hours: str = "0 h",
    cells: float = _MANY,
    stock: Mapping[str, float] | None = None,
) -> Plan:
    """Plan a case: ``demand`` racks in one week at a site beside the factory.

    Parameters
    ----------
    weeks
        Length of the horizon.
    parts, lines, supplies
        Records of the programme.
    rack
        The part that is the rack.
    demand
        Week and racks.
    facts
        Of the rack.
    test_hours, cells
        Burn-in of a rack, and power of the burn-in cells [MW].
    stock
        Made parts in stock at the start.
    """
    data: Data = {
        "schema": 1,
        "id": "case",
        "name": "Case",
        "as_of": START.isoformat(),
        "price_year": 2026,
        "horizon": {"start": START.isoformat(), "end": day(weeks - 1)},
        "policy": _policy(),
        "parts": list(parts),
        "generations": [_generation(rack, test_hours)],
        "suppliers": [{"id": "supplier", "name": "supplier", "country": "US", "supplies": list(supplies)}],
        "factories": [_factory(lines, cells, stock or {})],
        "lanes": [
            {
                "id": "lane",
                "name": "lane",
                "origin": "factory",
                "destination": "site",
                "transit": "0 weeks",
                "cost": "0 USD (2026)",
            }
        ],
        "sites": [_site()],
        "demands": [
            {
                "id": "demand",
                "name": "demand",
                "site": "site",
                "by": day(demand[0]),
                "racks": f"{demand[1]} racks",
                "generations": ["rack"],
            }
        ],
    }
    return plan_programme(Programme.model_validate(data), {"rack": facts}, reliefs=0)


def _policy() -> Data:
    return {
        "discount_rate": "9 %/yr",
        "escalation": "0 %/yr",
        "compute_price_change": "0 %/yr",
        "rack_life": "5 years",
        "availability": "100 %",
        "utilisation": "100 %",
        "stock_cost": "1 kUSD/rack/week (2026)",
        "waiting_cost": "2 kUSD/rack/week (2026)",
        "late_cost": "1000 MUSD/MW/yr (2026)",
        "early": "0 weeks",
    }


def _generation(rack: str, test_hours: str) -> Data:
    return {
        "id": "rack",
        "name": "rack",
        "accelerator": "a",
        "accelerators_per_rack": 1,
        "rack": rack,
        "racks_per_su": 1,
        "footprint": "1 m2",
        "scale_up": {"domain": 1, "bandwidth": "900 GB/s"},
        "scale_out": {"nodes_per_rack": 1, "rails": 1, "link_rate": "800 Gb/s", "switch_radix": 64},
        "power": {
            "bus": "54 VDC",
            "bus_voltage": "54 V",
            "shelves": 8,
            "shelf_rating": "33 kW",
            "busbar_limit": "3 kA",
            "chain": [],
        },
        "cooling": {
            "coolant": "PG25",
            "liquid_fraction": 0.9,
            "inlet_limit": "45 degC",
            "temperature_rise": "10 K",
            "racks_per_cdu": 8,
            "cdu_heat": "1.3 MW",
            "cdu_flow": "1500 L/min",
        },
        "test": {"l11": test_hours, "power_share": "100 %"},
        "effectivity": {"evaluation": day(-90), "ramp": day(-80), "volume": day(-70), "end_of_life": day(2000)},
        "compute_value": "40 USD/GPU/h (2026)",
    }


def _factory(lines: Sequence[Data], cells: float, stock: Mapping[str, float]) -> Data:
    return {
        "id": "factory",
        "name": "factory",
        "operator": "o",
        "city": "c",
        "state": "TX",
        "latitude": 30,
        "longitude": -95,
        "test_cells": {"power": [{"start": day(-60), "power": f"{cells} MW"}]},
        "stock": [{"part": name, "quantity": pieces} for name, pieces in stock.items()],
        "lines": list(lines),
    }


def _site() -> Data:
    return {
        "id": "site",
        "name": "site",
        "developer": "d",
        "state": "TX",
        "latitude": 32,
        "longitude": -99,
        "power_basis": "it",
        "pue": 1.0,
        "utility": "u",
        "iso": "ERCOT",
        "energisation": [{"start": day(-60), "power": f"{_MANY} MW"}],
        "halls": [
            {
                "id": "hall",
                "ready": day(-60),
                "positions": _MANY,
                "power": f"{_MANY} MW",
                "rack_power": f"{_MANY} kW",
                "rack_flow": f"{_MANY} L/min",
                "floor_load": f"{_MANY} kg/m2",
                "bus": ["54 VDC"],
            }
        ],
        "install_crews": [{"start": day(-60), "rate": f"{_MANY} racks/week"}],
        "commissioning": "0 weeks",
        "electricity": "texas",
        "energy_price": "50 USD/MWh (2026)",
        "facility_cost": "12 MUSD/MW (2026)",
    }
