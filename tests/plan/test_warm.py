"""A plan from an earlier plan's basis, or from coarser levels, is the plan that a cold solve finds."""

from __future__ import annotations

import random

import numpy as np
import pytest
from benchmarks.plan_instance import instance
from benchmarks.plan_programmes import day, demand, generated, lane, supply

from gigaloop.core.errors import UsageError
from gigaloop.plan import RackFacts, plan_programme
from gigaloop.plan.inputs.data import PlanData, gather
from gigaloop.plan.inputs.facts import rack_facts
from gigaloop.plan.lp.coarse import BUCKET, kits, level, lift, project
from gigaloop.plan.lp.model import build_model, solve_model
from gigaloop.plan.lp.replan import Replanner
from gigaloop.plan.lp.supply import could_bind
from gigaloop.plan.lp.warm import carry_start, start_from, take_start
from gigaloop.programme.schema import Programme
from gigaloop.solve import SolveOptions, solve_program
from gigaloop.study import codec

SMALL = {"weeks": 44, "generations": 2, "factories": 3, "sites": 2, "own_parts": 4, "shared_parts": 2}
SIMPLEX = SolveOptions(method="simplex")


def read(made: Programme, facts: dict[str, RackFacts]) -> PlanData:
    return gather(made, rack_facts(made.generations, facts), (50 / 3.6e9,) * len(made.sites), 26)


def changed(made: Programme, rng: random.Random) -> Programme:
    """Change a date, a rate, a quantity or a lead time, or the structure, somewhere."""
    record = made.model_dump(mode="json", by_alias=True)
    kind = rng.choice(["power", "line", "lead", "crews", "demand", "more demand", "less supply", "more supply", "site"])
    factory, site = rng.choice(record["factories"]), rng.choice(record["sites"])
    supplier = rng.choice([each for each in record["suppliers"] if each["supplies"]])
    offer = rng.choice(supplier["supplies"])
    if kind == "power":
        factory["test_cells"]["power"][0]["power"] = f"{rng.randint(5, 25)} MW"
    elif kind == "line":
        rng.choice(factory["lines"])["opens"] = day(rng.randint(-60, 12))
    elif kind == "lead":
        offer["lead_time"] = f"{rng.randint(1, 39)} weeks"
    elif kind == "crews":
        site["install_crews"][0]["rate"] = f"{rng.randint(5, 70)} racks/week"
    elif kind == "demand":
        rng.choice(record["demands"])["by"] = day(rng.randint(15, 40))
    elif kind == "more demand":
        record["demands"].append(demand(site["id"], rng.randint(15, 40), 50, id="one-more"))
    elif kind == "less supply" and len(supplier["supplies"]) > 1:
        supplier["supplies"].remove(offer)
    elif kind == "more supply":
        record["suppliers"].append(
            {"id": "new", "name": "new", "country": "US", "supplies": [supply(offer["part"], 5000, 5, 10.0)]}
        )
    elif kind == "site":
        for step in site["energisation"]:
            step["power"] = f"{rng.randint(80, 300)} MW"
    record["lanes"].append(lane(record["factories"][0]["id"], record["sites"][0]["id"], 3, 1.0, id="extra"))
    return Programme.model_validate(record)


@pytest.fixture(scope="module")
def base() -> tuple[Programme, dict[str, RackFacts]]:
    return generated(5, **SMALL, scarcity=1.5)


def test_a_plan_from_the_basis_of_another_programme_is_the_cold_optimum(
    base: tuple[Programme, dict[str, RackFacts]],
) -> None:
    made, facts = base
    plan = build_model(read(made, facts))
    solve_model(plan, SIMPLEX)
    start = take_start(plan)
    assert start is not None
    rng = random.Random(7)  # noqa: S311
    different = 0
    for _ in range(30):
        data = read(changed(made, rng), facts)
        warm, cold = build_model(data), build_model(data)
        start_from(warm, start)
        different += warm.model.n_columns != plan.model.n_columns
        found, wanted = solve_model(warm, SolveOptions()), solve_model(cold, SIMPLEX)
        assert found.objective == pytest.approx(wanted.objective, rel=1e-7)
    assert different > 5


def test_the_basis_of_the_same_programme_is_optimal_at_once(base: tuple[Programme, dict[str, RackFacts]]) -> None:
    made, facts = base
    plan = build_model(read(made, facts))
    solved = solve_model(plan, SIMPLEX)
    start = take_start(plan)
    assert start is not None
    again = build_model(plan.data)
    start_from(again, start)
    assert (carry_start(start, again).columns[: plan.model.n_columns] == 1).sum() > 0
    found = solve_model(again, SolveOptions())
    assert found.iterations == 0
    assert found.objective == pytest.approx(solved.objective, rel=1e-9)


def test_a_start_moves_with_the_calendar(base: tuple[Programme, dict[str, RackFacts]]) -> None:
    made, facts = base
    plan = build_model(read(made, facts))
    solve_model(plan, SIMPLEX)
    start = take_start(plan)
    assert start is not None
    record = made.model_dump(mode="json", by_alias=True)
    record["horizon"]["start"] = day(4)
    data = read(Programme.model_validate(record), facts)
    later = build_model(data)
    start_from(later, start)
    assert solve_model(later, SolveOptions()).objective == pytest.approx(
        solve_model(build_model(data), SIMPLEX).objective, rel=1e-7
    )


def test_plan_programme_takes_a_plan_to_start_from_and_the_start_is_stored(
    base: tuple[Programme, dict[str, RackFacts]],
) -> None:
    made, facts = base
    first = plan_programme(made, facts, reliefs=0)
    stored = codec.loads(codec.dumps(first))
    other = changed(made, random.Random(3))  # noqa: S311
    warm, cold = plan_programme(other, facts, reliefs=0, start=stored), plan_programme(other, facts, reliefs=0)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-7)
    again = plan_programme(made, facts, reliefs=0, start=stored)
    assert again.iterations == 0
    assert len(codec.dumps(first.start)) < 60_000


@pytest.mark.parametrize("scarcity", [1.0, 4.0])
def test_levels_end_at_the_weekly_optimum(scarcity: float, monkeypatch: pytest.MonkeyPatch) -> None:
    made, facts = instance(1, weeks=36, scarcity=scarcity)
    data = read(made, facts)
    plan = build_model(data)
    monkeypatch.setattr("gigaloop.plan.lp.model.COARSE_FROM", 1000)
    found = solve_model(plan, SolveOptions())
    whole = build_model(data)
    could = [n for n, pool in enumerate(data.sourcing.pools) if could_bind(data, pool)]
    whole.add_pools([n for n in could if n not in whole.pools])
    run, _ = solve_program(whole.model.program())
    assert found.objective == pytest.approx(run.objective, rel=1e-7)


def test_kits_hold_parts_of_the_same_lines_and_parents() -> None:
    made, facts = instance(1, weeks=44)
    kit = kits(read(made, facts))
    assert len({kit[f"g1-board-{k}"] for k in (1, 2, 3, 4)}) == 1
    assert kit["g1-sub-5"] != kit["g1-sub-1"], "one goes into the rack, the others into trays"
    assert len(kit) == 45
    assert len(set(kit.values())) == 18


def test_a_kit_level_is_feasible_in_the_weekly_model_and_close_above() -> None:
    made, facts = instance(2, weeks=44)
    plan = build_model(read(made, facts))
    program = plan.model.program()
    by_kit = level(plan.model.column_blocks, plan.model.row_blocks, plan.data.weeks, kit=kits(plan.data))
    run, basis = solve_program(project(program, by_kit))
    assert run.vectors is not None
    assert basis is not None
    assert program.violation(run.vectors.value[by_kit.columns]) < 1e-6
    exact, _ = solve_program(program, basis=lift(basis, by_kit))
    assert exact.objective <= run.objective + 1e-6
    assert run.objective == pytest.approx(exact.objective, rel=2e-3)


def test_a_level_of_buckets_groups_four_weeks_and_leaves_the_ends_of_intervals() -> None:
    made, facts = instance(2, weeks=44)
    plan = build_model(read(made, facts))
    blocks = {block.name: block for block in plan.model.column_blocks}
    found = level(plan.model.column_blocks, plan.model.row_blocks, 44, bucket=BUCKET)
    ship = found.columns[blocks["ship"].index.ravel()]
    assert np.bincount(ship)[np.unique(ship)].max() == BUCKET
    ends = found.columns[next(each for name, each in blocks.items() if name.startswith("online to date")).index.ravel()]
    assert len(np.unique(ends)) == len(ends)


@pytest.fixture(scope="module")
def again(base: tuple[Programme, dict[str, RackFacts]]) -> Replanner:
    return Replanner(build_model(read(*base)), SIMPLEX)


class TestReplanner:
    def test_less_of_anything_costs_and_leaves_the_model_as_it_was(self, again: Replanner) -> None:
        line, factory = again.plan.data.production.lines[0], again.plan.data.programme.factories[0].id
        site = again.plan.data.programme.sites[0].id
        for change in (
            again.line(line, 0.5),
            again.test_power(factory, 0.3),
            again.allocation("g1-gpu", factor=0.6),
            again.allocation("g1-gpu", weeks_late=6),
            again.energisation(site, 8),
        ):
            assert again.again(change).objective >= again.base.objective - 1e-6 * abs(again.base.objective)
            assert again.again().objective == pytest.approx(again.base.objective, rel=1e-9)

    def test_energisation_late_is_the_plan_of_the_programme_with_later_steps(
        self, again: Replanner, base: tuple[Programme, dict[str, RackFacts]]
    ) -> None:
        made, facts = base
        record = made.model_dump(mode="json", by_alias=True)
        steps = record["sites"][1]["energisation"]
        shift = {day(week): day(week + 7) for week in range(200)}
        for step in steps:
            step["start"] = shift[step["start"]]
        later = build_model(read(Programme.model_validate(record), facts))
        wanted = solve_model(later, SIMPLEX).objective
        site = made.sites[1].id
        assert again.again(again.energisation(site, 7)).objective == pytest.approx(wanted, rel=1e-7)

    def test_unknown_names_are_refused(self, again: Replanner) -> None:
        for ask in (
            lambda: again.line("nowhere.l1", 2.0),
            lambda: again.test_power("nowhere", 2.0),
            lambda: again.allocation("nothing"),
            lambda: again.energisation("nowhere", 3),
            lambda: again.energisation(again.plan.data.programme.sites[0].id, 0),
        ):
            with pytest.raises(UsageError):
                ask()


def test_generator_sizes() -> None:
    made, _ = instance(1)
    assert (len(made.generations), len(made.factories), len(made.sites), made.calendar.weeks) == (3, 5, 12, 156)
    assert sum(part.stage is not None for part in made.parts) == 45
    assert sum(part.stage is None for part in made.parts) == 105
    five, _ = instance(1, scale=5)
    assert (len(five.factories), len(five.sites)) == (25, 60)
