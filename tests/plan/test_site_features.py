"""Everything that sites can have, together, on generated programmes under the independent check."""

import random

import pytest
from benchmarks.plan_programmes import day, generated

from gigaloop.plan import RackFacts, plan_programme
from gigaloop.plan.check.plan import check_plan
from gigaloop.programme.schema import Generation, Line, Part, Programme, Site, Supplier


def dressed(seed: int, **policy) -> tuple[Programme, dict[str, RackFacts]]:
    """Give a generated programme with scarce equipment, crews, units and an opening state."""
    rng = random.Random(seed)  # noqa: S311
    built, facts = generated(
        seed, weeks=70, generations=2, factories=2, sites=3, own_parts=4, shared_parts=4, scarcity=rng.uniform(0.4, 1.2)
    )
    parts = [
        {"id": "transformer", "name": "t", "family": "site equipment"},
        {"id": "chiller", "name": "c", "family": "site equipment"},
        {"id": "cdu", "name": "d", "family": "cooling"},
        {"id": "switch", "name": "s", "family": "network", "cost": "20 kUSD (2026)"},
        {
            "id": "switch-rack",
            "name": "r",
            "family": "network",
            "stage": "L10",
            "components": [{"part": "switch", "quantity": 4}],
        },
    ]
    offers = {"transformer": rng.uniform(0.05, 0.5), "chiller": 50.0, "cdu": rng.uniform(5, 20), "switch": 200.0}
    supplies = [
        {
            "part": name,
            "lead_time": f"{rng.randint(0, 20)} weeks",
            "price": f"{rng.randint(5, 50)} kUSD (2026)",
            "allocation": [{"start": day(-10), "rate": f"{rate} pcs/week"}],
        }
        for name, rate in offers.items()
    ]
    line = {
        "id": "switch-racks",
        "name": "l",
        "stage": "L10",
        "products": [
            {"part": "switch-rack", "rate": f"{rng.randint(8, 60)} pcs/week", "conversion_cost": "5 kUSD (2026)"}
        ],
        "opens": day(-20),
        "ramp": "0 weeks",
        "test_yield": 0.98,
        "cycle_time": "1 week",
        "staff": "10 jobs",
    }
    factories = [
        each.model_copy(update={"lines": (*each.lines, Line.model_validate(line))}) for each in built.factories
    ]
    generations = [
        Generation.model_validate(
            each.model_dump(by_alias=True)
            | {"su_parts": [{"part": "cdu", "quantity": 1}, {"part": "switch-rack", "quantity": 2}]}
        )
        if n
        else each
        for n, each in enumerate(built.generations)
    ]
    sites = [_site(rng, each) for each in built.sites]
    supplier = {"id": "makers", "name": "m", "country": "US", "supplies": supplies}
    return built.model_copy(
        update={
            "parts": (*built.parts, *(Part.model_validate(each) for each in parts)),
            "suppliers": (*built.suppliers, Supplier.model_validate(supplier)),
            "factories": tuple(factories),
            "generations": tuple(generations),
            "sites": tuple(sites),
            "policy": built.policy.model_copy(update=policy),
        }
    ), facts


def _site(rng: random.Random, site: Site) -> Site:
    data = site.model_dump(by_alias=True)
    data["halls"] = [dict(hall) for hall in data["halls"]]
    data["equipment"] = [
        {
            "part": "transformer",
            "per_power": "40 MW",
            "on_order": 3,
            "deliveries": [{"date": day(rng.randint(5, 30)), "quantity": 2}],
            "install": f"{rng.randint(0, 6)} weeks",
        },
        {"part": "chiller", "per_power": "4 MW"},
    ]
    data["commissioning_crews"] = [{"start": day(-10), "rate": f"{rng.randint(15, 60)} racks/week"}]
    data["opening"] = [
        {"generation": "g1", "ready": 13, "in_commissioning": [{"date": day(2), "quantity": rng.randint(1, 20)}]}
    ]
    data["halls"][0]["ready"] = day(-1)
    data["online_at_start"] = "20 MW"
    data["retire"] = [{"date": day(20), "power": "15 MW"}]
    return Site.model_validate(data)


@pytest.mark.parametrize("online_by", ["racks", "units"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plans_with_all_of_it_hold_every_limit(seed, online_by):
    built, facts = dressed(seed, online_by=online_by)
    plan = plan_programme(built, facts, reliefs=0)
    assert check_plan(built, facts, plan) == ()
    assert plan.objective >= plan.bound - 1e-6 * abs(plan.bound)
    assert plan.online_racks[:, :, -1].sum() > 0.0
