"""Programmes for measuring and testing the plan: a small one to alter, and a seeded one of a given size."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

from gigaloop.plan import RackFacts
from gigaloop.programme.schema import Programme

START = dt.date(2027, 1, 4)
Data = dict[str, Any]

POLICY: Data = {
    "discount_rate": "9 %/yr",
    "escalation": "2 %/yr",
    "compute_price_change": "-15 %/yr",
    "rack_life": "5 years",
    "availability": "92 %",
    "utilisation": "75 %",
    "stock_cost": "2 kUSD/rack/week (2026)",
    "waiting_cost": "4 kUSD/rack/week (2026)",
    "late_cost": "10 MUSD/MW/yr (2026)",
}


def day(week: float) -> str:
    """Give the day that begins a number of weeks after the start."""
    return (START + dt.timedelta(days=round(7 * week))).isoformat()


def part(id_: str, stage: str | None = None, components: Mapping[str, float] | None = None, cost: float = 0.0) -> Data:
    """Give a part, made where it has a stage; ``cost`` in USD."""
    lines = [{"part": component, "quantity": quantity} for component, quantity in (components or {}).items()]
    family = "rack" if stage in ("L11", "L12") else "tray" if stage else "connector"
    record: Data = {"id": id_, "name": id_, "family": family, "components": lines}
    if stage:
        record["stage"] = stage
    if cost:
        record["cost"] = f"{cost} USD (2026)"
    return record


def generation(id_: str, rack: str, **changes: Any) -> Data:  # noqa: ANN401
    """Give a generation of 72 accelerators a rack, in volume before the start."""
    record: Data = {
        "id": id_,
        "name": id_,
        "accelerator": "a",
        "accelerators_per_rack": 72,
        "rack": rack,
        "racks_per_su": 8,
        "footprint": "0.8 m2",
        "scale_up": {"domain": 72, "bandwidth": "900 GB/s"},
        "scale_out": {"nodes_per_rack": 18, "rails": 4, "link_rate": "800 Gb/s", "switch_radix": 64},
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
        "test": {"l11": "72 h", "power_share": "100 %"},
        "effectivity": {
            "evaluation": day(-52),
            "ramp": day(-40),
            "volume": day(-26),
            "end_of_life": day(1000),
        },
        "compute_value": "4 USD/GPU/h (2026)",
    }
    return record | changes


def supplier(id_: str, *supplies: Data) -> Data:
    """Give a supplier."""
    return {"id": id_, "name": id_, "country": "US", "supplies": list(supplies)}


def supply(part_: str, per_week: float, lead_weeks: float = 0, price: float | None = None, **changes: Any) -> Data:  # noqa: ANN401
    """Give a supply with a constant allocation; ``price`` in USD."""
    record: Data = {
        "part": part_,
        "lead_time": f"{lead_weeks} weeks",
        "allocation": [{"start": day(-60), "rate": f"{per_week} pcs/week"}],
    }
    if price is not None:
        record["price"] = f"{price} USD (2026)"
    return record | changes


def line(id_: str, stage: str, rates: Mapping[str, float], cost: float = 0.0, **changes: Any) -> Data:  # noqa: ANN401
    """Give a line by pieces per week and product; ``cost`` of conversion in USD."""
    record: Data = {
        "id": id_,
        "name": id_,
        "stage": stage,
        "products": [
            {"part": made, "rate": f"{rate} pcs/week", "conversion_cost": f"{cost} USD (2026)"}
            for made, rate in rates.items()
        ],
        "opens": day(-60),
        "ramp": "0 weeks",
        "initial_share": 1.0,
        "test_yield": 1.0,
        "cycle_time": "1 week",
        "staff": "100 jobs",
    }
    return record | changes


def factory(id_: str, *lines: Data, test_mw: float | None = 1000.0, **changes: Any) -> Data:  # noqa: ANN401
    """Give a factory with burn-in cells of a constant power."""
    record: Data = {
        "id": id_,
        "name": id_,
        "operator": "o",
        "city": "c",
        "county": "c",
        "state": "TX",
        "latitude": 30,
        "longitude": -95,
        "lines": list(lines),
    }
    if test_mw is not None:
        record["test_cells"] = {"power": [{"start": day(-60), "power": f"{test_mw} MW"}]}
    return record | changes


def site(id_: str, steps: Mapping[Any, float], **changes: Any) -> Data:  # noqa: ANN401
    """Give a site that energises in steps: MW to date by week."""
    record: Data = {
        "id": id_,
        "name": id_,
        "developer": "d",
        "state": "TX",
        "latitude": 32,
        "longitude": -99,
        "utility": "u",
        "iso": "ERCOT",
        "power_basis": "facility",
        "pue": 1.25,
        "energisation": [{"start": day(week), "power": f"{mw} MW"} for week, mw in steps.items()],
        "halls": [
            {
                "id": "h1",
                "ready": day(-60),
                "positions": 100000,
                "power": "10000 MW",
                "rack_power": "1000 kW",
                "rack_flow": "1000 L/min",
                "floor_load": "5000 kg/m2",
                "bus": ["54 VDC", "800 VDC"],
            }
        ],
        "install_crews": [{"start": day(-60), "rate": "100000 racks/week"}],
        "commissioning": "0 weeks",
        "electricity": "texas",
        "energy_price": "50 USD/MWh (2026)",
        "facility_cost": "12 MUSD/MW (2026)",
    }
    return record | changes


def lane(origin: str, destination: str, weeks: float = 0, cost: float = 0.0, **changes: Any) -> Data:  # noqa: ANN401
    """Give a lane; ``cost`` of a piece in USD."""
    name = f"{origin}-{destination}"
    record: Data = {
        "id": name,
        "name": name,
        "origin": origin,
        "destination": destination,
        "transit": f"{weeks} weeks",
        "cost": f"{cost} USD (2026)",
    }
    return record | changes


def demand(site_: str, week: float, mw: float, **changes: Any) -> Data:  # noqa: ANN401
    """Give a demand in MW."""
    record: Data = {"id": f"{site_}-{week}", "name": f"{site_} {week}", "site": site_, "by": day(week)}
    return record | ({} if {"racks", "accelerators"} & changes.keys() else {"power": f"{mw} MW"}) | changes


def programme(weeks: int, **sections: Any) -> Programme:  # noqa: ANN401
    """Give a programme of some weeks from its sections; ``policy`` changes single policies."""
    policy = POLICY | sections.pop("policy", {})
    data: Data = {
        "schema": 1,
        "id": "generated",
        "name": "Generated",
        "as_of": START.isoformat(),
        "price_year": 2026,
        "horizon": {"start": START.isoformat(), "end": day(weeks - 1)},
        "policy": policy,
    }
    return Programme.model_validate(data | sections)


def one_of_each(weeks: int = 12, **changes: Any) -> Data:  # noqa: ANN401
    """Give the sections of a small programme: one part, one line, one factory, one lane, one site; nothing is scarce.

    A rack of 100 kW at a PUE of 1.25 takes one week to make; in week 1 the first can be online.
    """
    data: Data = {
        "weeks": weeks,
        "parts": [part("rack", "L11", {"gpu": 72}), part("gpu", cost=40000)],
        "generations": [generation("g1", "rack")],
        "suppliers": [supplier("s1", supply("gpu", 72000))],
        "factories": [factory("f1", line("l11", "L11", {"rack": 1000}, cost=10000))],
        "lanes": [lane("f1", "x", cost=5000)],
        "sites": [site("x", {0: 100})],
        "demands": [demand("x", 1, 12.5)],
    }
    return data | changes


def small(weeks: int = 12, **changes: Any) -> tuple[Programme, dict[str, RackFacts]]:  # noqa: ANN401
    """Give :func:`one_of_each` with sections replaced, and the facts of its rack."""
    sections = one_of_each(weeks, **changes)
    made = programme(sections.pop("weeks"), **sections)
    return made, {each.id: RackFacts(100e3, 100e3, 2e-3, 1500.0, 1e6) for each in made.generations}


_KILOWATTS = (132.0, 140.0, 220.0, 600.0)


def generated(
    seed: int = 1,
    *,
    weeks: int = 209,
    generations: int = 4,
    factories: int = 6,
    sites: int = 12,
    own_parts: int = 12,
    shared_parts: int = 12,
    scarcity: float = 1.0,
) -> tuple[Programme, dict[str, RackFacts]]:
    """Give a programme of a size, with a bill of four made levels per generation, and the facts of its racks.

    ``own_parts`` are bought parts of each generation, ``shared_parts`` those of all; ``scarcity`` below 1 makes
    suppliers offer more, above 1 less.
    """
    rng = random.Random(seed)  # noqa: S311
    gens = [f"g{i + 1}" for i in range(generations)]
    facts = {
        g: RackFacts(kw * 1.03e3, kw * 1e3, kw * 1.5e-5, 1700.0, kw * 1e4)
        for g, kw in zip(gens, [_KILOWATTS[i % 4] for i in range(generations)], strict=True)
    }
    parts, records = _products(rng, gens, weeks, own_parts, shared_parts)
    per_week = 450.0 / scarcity
    return (
        programme(
            weeks,
            parts=parts,
            generations=records,
            suppliers=_suppliers(rng, parts, gens, per_week),
            factories=_factories(rng, gens, factories, weeks),
            lanes=_lanes(rng, factories, sites),
            sites=_sites(rng, sites, weeks),
            demands=_demands(rng, sites, weeks),
        ),
        facts,
    )


def _products(
    rng: random.Random, gens: list[str], weeks: int, own_parts: int, shared_parts: int
) -> tuple[list[Data], list[Data]]:
    parts, records = [], []
    shared = [f"common-{i}" for i in range(shared_parts)]
    parts += [part(name, cost=rng.randint(5, 300)) for name in shared]
    for i, g in enumerate(gens):
        own = [f"{g}-part-{k}" for k in range(own_parts)]
        parts += [part(name, cost=rng.randint(20, 900)) for name in own]
        parts.append(part(f"{g}-gpu", cost=30000 + 8000 * i))
        use = {name: rng.randint(1, 4) for name in own}
        cut = max(len(own) // 4, 1)
        pick = [dict(list(use.items())[k * cut : (k + 1) * cut]) for k in range(4)]
        parts += [
            part(f"{g}-board", "L6", {f"{g}-gpu": 2} | pick[0]),
            part(f"{g}-compute-tray", "L10", {f"{g}-board": 2} | pick[1]),
            part(f"{g}-switch-tray", "L10", pick[2] | dict.fromkeys(shared[::3], 1)),
            part(
                f"{g}-rack",
                "L11",
                {f"{g}-compute-tray": 18, f"{g}-switch-tray": 9} | pick[3] | dict.fromkeys(shared[1::3], 2),
            ),
        ]
        begin = -60 if i == 0 else i * weeks / (len(gens) + 1) - 20
        records.append(
            generation(
                g,
                f"{g}-rack",
                effectivity={
                    "evaluation": day(begin),
                    "ramp": day(begin + 16),
                    "volume": day(begin + 36),
                    "end_of_life": day(begin + 16 + weeks * 0.55),
                },
                evaluation={"racks": 8, "factory": f"f{i % 2 + 1}"} if i else None,
                compute_value=f"{3.2 + 0.9 * i:.2f} USD/GPU/h (2026)",
            )
        )
    return parts, records


def _suppliers(rng: random.Random, parts: list[Data], gens: list[str], per_week: float) -> list[Data]:
    found: dict[str, list[Data]] = {}
    pieces: dict[str, float] = {}
    for g in gens:
        for made, count in ((f"{g}-board", 36), (f"{g}-compute-tray", 18), (f"{g}-switch-tray", 9), (f"{g}-rack", 1)):
            record = next(each for each in parts if each["id"] == made)
            for used in record["components"]:
                pieces[used["part"]] = pieces.get(used["part"], 0.0) + count * used["quantity"]
    for record in parts:
        if record.get("stage") or record["id"] not in pieces:
            continue
        shared = record["id"].startswith("common")
        rate = pieces[record["id"]] * per_week * rng.uniform(0.8, 2.5) / (len(gens) if shared else 1)
        names = rng.sample(["north", "south", "east", "west", "far"], rng.choice([1, 1, 2]))
        price = float(record["cost"].split()[0])
        apart = rng.random() < 0.3
        for k, name in enumerate(names):
            lead = rng.choice([4, 8, 12, 20, 30, 39])
            rates = [
                {"start": day(-60), "rate": f"{rate * 0.5 / len(names):.1f} pcs/week"},
                {"start": day(60), "rate": f"{rate * 0.8 / len(names):.1f} pcs/week"},
                {"start": day(120), "rate": f"{rate / len(names):.1f} pcs/week"},
            ]
            offer = supply(record["id"], 0, lead, price * (1 + 0.1 * k * apart), allocation=rates)
            offer["open_orders"] = [{"start": day(0), "rate": f"{rate * 0.4 / len(names):.1f} pcs/week"}]
            offer["on_hand"] = round(rate * 2)
            found.setdefault(name, []).append(offer)
    return [supplier(name, *supplies) for name, supplies in sorted(found.items())]


def _factories(rng: random.Random, gens: list[str], count: int, weeks: int) -> list[Data]:
    made = []
    for f in range(count):
        opens = rng.choice([-60, -60, 10, 30]) if f else -60
        common: Data = {"opens": day(opens), "ramp": "26 weeks", "initial_share": 0.2, "test_yield": 0.97}
        lines = []
        if f % 2 == 0:
            lines.append(line("l6", "L6", {f"{g}-board": rng.randint(6000, 12000) for g in gens}, 400, **common))
        if f % 3 != 2:
            trays = {f"{g}-{kind}-tray": rng.randint(3000, 7000) for g in gens for kind in ("compute", "switch")}
            lines.append(line("l10", "L10", trays, 900, **common))
        if f % 3 != 1 or f < 2:
            racks = {f"{g}-rack": rng.randint(90, 220) for g in gens}
            lines.append(line("l11", "L11", racks, 20000, **common | {"cycle_time": "10 days"}))
        cells = {
            "power": [
                {"start": day(-60), "power": f"{rng.randint(8, 16)} MW"},
                {"start": day(weeks * 0.4), "power": f"{rng.randint(20, 50)} MW"},
            ],
            "coolant_flow": f"{rng.randint(60000, 90000)} L/min",
        }
        made.append(factory(f"f{f + 1}", *lines, test_cells=cells))
    return made


def _lanes(rng: random.Random, factories: int, sites: int) -> list[Data]:
    lanes = [
        lane(f"f{a + 1}", f"f{b + 1}", rng.choice([0.5, 1]), rng.randint(20, 60))
        for a in range(factories)
        for b in range(factories)
        if a != b
    ]
    return lanes + [
        lane(f"f{a + 1}", f"x{s + 1}", rng.choice([0.4, 1, 1.5]), rng.randint(4000, 12000))
        for a in range(factories)
        for s in range(sites)
    ]


def _sites(rng: random.Random, count: int, weeks: int) -> list[Data]:
    made = []
    for s in range(count):
        first, step = rng.randint(0, weeks // 3), rng.randint(14, 30)
        steps = {first + k * step: (k + 1) * rng.choice([120, 160, 200]) for k in range(5)}
        power, mw = {}, 0
        for week, value in steps.items():
            mw = max(mw, value)
            power[week] = mw
        halls = [
            {
                "id": f"h{k + 1}",
                "ready": day(week - 8),
                "positions": 1300,
                "power": "180 MW",
                "rack_power": "250 kW" if k < 3 else "700 kW",
                "rack_flow": "1000 L/min",
                "floor_load": "2500 kg/m2",
                "bus": ["54 VDC", "800 VDC"],
            }
            for k, week in enumerate(power)
        ]
        made.append(
            site(
                f"x{s + 1}",
                power,
                halls=halls,
                install_crews=[{"start": day(-60), "rate": f"{rng.randint(25, 70)} racks/week"}],
                commissioning="3 weeks",
                pue=round(rng.uniform(1.12, 1.35), 2),
            )
        )
    return made


def _demands(rng: random.Random, sites: int, weeks: int) -> list[Data]:
    made = []
    for s in range(sites):
        mw = 0
        for week in sorted(rng.sample(range(20, weeks - 5), 4)):
            mw = rng.choice([90, 130, 170])
            made.append(demand(f"x{s + 1}", week, mw, priority=rng.choice([2, 5, 5, 7])))
    return made
