"""The plan's reference size: 3 generations, 45 made items, 105 bought part families, 5 factories, 12 sites, 156 weeks.

Per generation 4 boards and 5 sub-assemblies (L6), 4 trays (L10), a rack (L11) and its pod test (L12); 30 bought parts
of its own, and 15 that all generations share, from 1 to 3 suppliers each with a lead time of 4 to 39 weeks. Factories
hold lines of two to five levels, and burn-in power that ramps; sites energise 6 GW in steps. ``scale`` multiplies
factories and sites: every factory serves the factories of its own region of five and the next one, and every site is
served from its region and the one before, as no planner would list lanes from everywhere to everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from benchmarks.plan_programmes import Data, day, demand, factory, generation, lane, line, part, programme, site, supply

from gigaloop.plan import RackFacts
from gigaloop.programme.schema import Programme

KILOWATTS = (140.0, 200.0, 600.0)
WORTH = (3.2, 6.0, 20.0)
ACCELERATOR = (30000, 56000, 180000)
"""Price of an accelerator by generation [USD]; a rack holds 72."""
REGION = 5
SITES_PER_REGION = 12
STAGES = ("L6", "L6S", "L10", "L11", "L12")
ABLE = (("L6", "L6S", "L10"), ("L6", "L6S", "L10", "L11", "L12"), ("L10", "L11", "L12"), ("L6", "L6S"), ("L11", "L12"))
"""Levels that the factories of a region hold lines of; L6S are the sub-assemblies."""
SIZE: dict[str, Any] = {"weeks": 156, "scale": 1}
RULES: Data = {
    "sourcing": {"max_share": "80 %"},
    "domestic_content": [{"start": day(0), "share": "30 %"}],
}
"""Dual sourcing and domestic content as the plan's policy states them."""


def instance(
    seed: int = 1, *, weeks: int = 156, scale: int = 1, scarcity: float = 1.0, rules: bool = False
) -> tuple[Programme, dict[str, RackFacts]]:
    """Give a programme of the reference size, and the facts of its racks.

    Parameters
    ----------
    scale
        Factories and sites, in multiples of 5 and 12.
    scarcity
        Below 1 suppliers and lines offer more, above 1 less.
    rules
        Whether at most 80 % of a part come from one supplier and 30 % of the cost are domestic.
    """
    rng = random.Random(seed)  # noqa: S311
    names = [f"g{g + 1}" for g in range(3)]
    facts = {
        g: RackFacts(kw * 1.03e3, kw * 1e3, kw * 1.5e-5, 1700.0, kw * 1e4)
        for g, kw in zip(names, KILOWATTS, strict=True)
    }
    common = [f"common-{k + 1}" for k in range(15)]
    parts = [part(name, cost=rng.randint(5, 300)) for name in common]
    for g in names:
        parts += _product(rng, g, common)
    per_week = 420.0 * scale / scarcity
    made = programme(
        weeks,
        parts=parts,
        generations=[_generation(g, k, weeks) for k, g in enumerate(names)],
        suppliers=_suppliers(rng, parts, names, per_week),
        factories=[_factory(rng, f, names, weeks, scarcity) for f in range(REGION * scale)],
        lanes=list(_lanes(rng, scale)),
        sites=[_site(rng, s) for s in range(SITES_PER_REGION * scale)],
        demands=[record for s in range(SITES_PER_REGION * scale) for record in _demands(rng, s, weeks)],
        policy=RULES if rules else {},
    )
    return made, facts


def _product(rng: random.Random, g: str, common: list[str]) -> Iterator[Data]:
    """Give the 15 made items of a generation and their 30 bought parts: boards 3 each, sub-assemblies 2, trays 1."""
    bought = iter([f"{g}-part-{k + 1}" for k in range(30)])

    def use(count: int) -> dict[str, float]:
        return {next(bought): rng.randint(1, 4) for _ in range(count)}

    boards = [f"{g}-board-{k + 1}" for k in range(4)]
    subs = [f"{g}-sub-{k + 1}" for k in range(5)]
    trays = [f"{g}-tray-{k + 1}" for k in range(4)]
    per_rack = (18, 9, 8, 4)
    records = [part(name, "L6", use(3) | {common[k]: 2}) for k, name in enumerate(boards)]
    records[0]["components"][0]["quantity"] = 2
    records += [part(name, "L6", use(2) | {common[4 + k]: 1}) for k, name in enumerate(subs)]
    records += [
        part(name, "L10", {boards[k]: 2, subs[k]: 1} | use(1) | {common[9 + k % 3]: 2}) for k, name in enumerate(trays)
    ]
    held = dict(zip(trays, per_rack, strict=True))
    records.append(part(f"{g}-rack", "L11", held | {subs[4]: 2} | use(3) | {common[12]: 6, common[13]: 4}))
    records.append(part(f"{g}-pod", "L12", {f"{g}-rack": 1} | use(1) | {common[14]: 8}))
    prices = [part(name, cost=rng.randint(20, 900)) for name in _bought(records, g)]
    prices[0]["cost"] = f"{ACCELERATOR[int(g[1:]) - 1]} USD (2026)"
    yield from prices
    yield from records


def _bought(records: list[Data], g: str) -> list[str]:
    return [each["part"] for record in records for each in record["components"] if each["part"].startswith(f"{g}-part")]


def _generation(g: str, number: int, weeks: int) -> Data:
    begin = -60 if number == 0 else weeks * (0.22 * number)
    dates = {
        "evaluation": day(begin - 12),
        "ramp": day(begin),
        "volume": day(begin + 18),
        "end_of_life": day(begin + weeks * (0.62 if number else 0.9)),
    }
    evaluation = {"racks": 8, "factory": "f2"} if number else None
    test = {"l11": "72 h", "l12": "24 h", "power_share": "100 %"}
    worth = f"{WORTH[number]} USD/GPU/h (2026)"
    return generation(g, f"{g}-pod", effectivity=dates, evaluation=evaluation, test=test, compute_value=worth)


def _pieces(parts: list[Data], g: str) -> dict[str, float]:
    """Give the pieces of every part in one rack of a generation."""
    by_name = {record["id"]: record for record in parts}
    held: dict[str, float] = {f"{g}-pod": 1.0}
    for name in (
        f"{g}-pod",
        f"{g}-rack",
        *(f"{g}-{kind}-{k}" for kind in ("tray", "board", "sub") for k in range(1, 6)),
    ):
        for each in by_name[name]["components"] if name in by_name else ():
            held[each["part"]] = held.get(each["part"], 0.0) + held[name] * each["quantity"]
    return held


def _suppliers(rng: random.Random, parts: list[Data], gens: list[str], per_week: float) -> list[Data]:
    held = [_pieces(parts, g) for g in gens]
    regions = ["north", "south", "east", "west", "far"]
    found: dict[str, list[Data]] = {name: [] for name in regions}
    for record in parts:
        most = max(each.get(record["id"], 0.0) for each in held)
        if record.get("stage") or not most:
            continue
        names = rng.sample(regions, rng.choice([1, 2, 2, 3]))
        rate = most * per_week * rng.uniform(0.9, 2.6)
        for k, name in enumerate(names):
            share = rate / len(names)
            rates = [(0.45, -60), (0.8, 45), (1.0, 95)]
            allocation = [{"start": day(week), "rate": f"{share * part_:.1f} pcs/week"} for part_, week in rates]
            price = float(record["cost"].split()[0]) * (1.0 + 0.08 * k * (rng.random() < 0.3))
            offer = supply(record["id"], 0, rng.randint(4, 39), price, allocation=allocation)
            offer["open_orders"] = [{"start": day(0), "rate": f"{share * 0.45:.1f} pcs/week"}]
            offer["on_hand"] = round(share * 2)
            found[name].append(offer)
    countries = {"far": "TW", "west": "MX"}
    return [
        {"id": name, "name": name, "country": countries.get(name, "US"), "supplies": supplies}
        for name, supplies in found.items()
        if supplies
    ]


def _factory(rng: random.Random, f: int, gens: list[str], weeks: int, scarcity: float) -> Data:
    opens = rng.choice([-60, 8, 20]) if f % REGION == 3 else -60
    shared: Data = {"opens": day(opens), "ramp": "26 weeks", "initial_share": 0.35}
    per_rack = {"board": (36, 18, 16, 8), "sub": (18, 9, 8, 4, 2), "tray": (18, 9, 8, 4)}
    lines = []
    for level in ABLE[f % REGION]:
        racks = rng.randint(150, 240) / scarcity
        good = 0.97 if level in ("L11", "L12") else 0.995
        if level in ("L11", "L12"):
            made = {f"{g}-{'rack' if level == 'L11' else 'pod'}": round(racks * rng.uniform(0.9, 1.1)) for g in gens}
        else:
            kind = {"L6": "board", "L6S": "sub", "L10": "tray"}[level]
            each = per_rack[kind]
            load = len(each)
            made = {f"{g}-{kind}-{k + 1}": round(racks * n * load) for g in gens for k, n in enumerate(each)}
        cost = {"L6": 60, "L6S": 40, "L10": 300, "L11": 15000, "L12": 6000}[level]
        cycle = {"L6": "1 week", "L6S": "1 week", "L10": "1 week", "L11": "10 days", "L12": "1 week"}[level]
        stage = level[:3].rstrip("S")
        lines.append(line(level.lower(), stage, made, cost, test_yield=good, cycle_time=cycle, **shared))
    power = [{"start": day(-60), "power": f"{rng.randint(14, 24)} MW"}]
    power += [{"start": day(weeks * x), "power": f"{rng.randint(lo, lo + 25)} MW"} for x, lo in ((0.25, 25), (0.5, 45))]
    return factory(f"f{f + 1}", *lines, test_cells={"power": power, "coolant_flow": "90000 L/min"})


def _near(region: int, regions: int) -> set[int]:
    return {region, (region + 1) % regions}


def _lanes(rng: random.Random, scale: int) -> Iterator[Data]:
    count = REGION * scale
    for a in range(count):
        for b in range(count):
            if a != b and b // REGION in _near(a // REGION, scale):
                yield lane(f"f{a + 1}", f"f{b + 1}", rng.choice([0.5, 1]), rng.randint(10, 40))
    for a in range(count):
        for s in range(SITES_PER_REGION * scale):
            if "L12" in ABLE[a % REGION] and s // SITES_PER_REGION in _near(a // REGION, scale):
                yield lane(f"f{a + 1}", f"x{s + 1}", rng.choice([0.5, 1, 2]), rng.randint(4000, 12000))


def _site(rng: random.Random, s: int) -> Data:
    """Give a site of about 500 MW in four steps."""
    first, step = rng.randint(6, 45), rng.randint(16, 28)
    size = rng.choice([100, 125, 150])
    power = {first + k * step: (k + 1) * size for k in range(4)}
    halls = [
        {
            "id": f"h{k + 1}",
            "ready": day(week - 8),
            "positions": 1300,
            "power": f"{1.15 * size:.0f} MW",
            "rack_power": "250 kW" if k < 2 else "700 kW",
            "rack_flow": "1000 L/min",
            "floor_load": "2500 kg/m2",
            "bus": ["54 VDC", "800 VDC"],
        }
        for k, week in enumerate(power)
    ]
    crews = [{"start": day(-60), "rate": f"{rng.randint(40, 90)} racks/week"}]
    pue = round(rng.uniform(1.12, 1.3), 2)
    return site(f"x{s + 1}", power, halls=halls, install_crews=crews, commissioning="3 weeks", pue=pue)


def _demands(rng: random.Random, s: int, weeks: int) -> Iterator[Data]:
    for week in sorted(rng.sample(range(12, weeks - 4, 4), 5)):
        yield demand(f"x{s + 1}", week, rng.choice([70, 90, 110]), priority=rng.choice([2, 5, 5, 7]))
