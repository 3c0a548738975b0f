"""The plan's linear programme: put together, solved, and its supply limits added where they are broken."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gigaloop.core.errors import SolveError
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray
from gigaloop.plan.lp.factory import FactoryBlocks, add_factories
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.site import SiteBlocks, add_sites
from gigaloop.plan.lp.supply import PoolBlocks, add_pool, first_tier_suffices, pool_use
from gigaloop.solve import Model, Outcome, Solution, SolveOptions, explain_infeasible

_BROKEN = 1e-7
"""Relative excess of use over arrivals that counts as the solver's tolerance."""


@dataclass(eq=False)
class PlanModel:
    """The model of a plan with the indices of its blocks; pools of parts join when they could bind."""

    model: Model
    data: PlanData
    factory: FactoryBlocks
    site: SiteBlocks
    pools: dict[int, PoolBlocks] = field(default_factory=dict)

    def made(self, solution: Solution) -> FloatArray:
        """Give the good pieces completed (activities, weeks)."""
        items = self.data.production.items
        scale = np.array([items[activity.item].scale for activity in self.data.production.activities])
        return np.asarray(values(solution, self.factory.make) * scale.reshape(-1, 1))

    def add_pools(self, numbers: list[int]) -> None:
        """Add the limits of pools of bought parts."""
        for number in numbers:
            self.pools[number] = add_pool(self.model, self.data, number, self.factory.make)

    def broken_pools(self, solution: Solution) -> list[int]:
        """Give the pools outside the model whose parts a solution uses before they have arrived."""
        made = self.made(solution)
        broken = []
        for number, pool in enumerate(self.data.sourcing.pools):
            if number not in self.pools:
                arrived = np.cumsum(self.data.sourcing.arrivals(pool, 0))
                used = np.cumsum(pool_use(self.data, pool, made))
                if (used > arrived + _BROKEN * (1.0 + arrived)).any():
                    broken.append(number)
        return broken


def build_model(data: PlanData) -> PlanModel:
    """Put the model of a plan together, with the pools of parts that could bind."""
    model = Model(f"plan of {data.programme.id}")
    factory = add_factories(model, data)
    site = add_sites(model, data, factory.ship)
    plan = PlanModel(model, data, factory, site)
    plan.add_pools([n for n, pool in enumerate(data.sourcing.pools) if not first_tier_suffices(data, pool)])
    return plan


def twin(plan: PlanModel) -> PlanModel:
    """Build the same model anew, with the same pools in the same order, so that indices and a basis of one fit both."""
    made = build_model(plan.data)
    made.add_pools([number for number in plan.pools if number not in made.pools])
    return made


def solve_model(plan: PlanModel, options: SolveOptions) -> Solution:
    """Solve, adding pools of parts until none is overdrawn.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    SolveError
        If the solver stops before the optimum.
    """
    while True:
        solution = plan.model.solve(options)
        if solution.status is Outcome.INFEASIBLE:
            conflict = explain_infeasible(plan.model)
            if conflict is not None:
                raise conflict.error()
        if solution.status is not Outcome.OPTIMAL:
            why = f"the plan is {solution.status.value}" + (f": {solution.stopped_by}" if solution.stopped_by else "")
            raise SolveError(why, hint="give it a longer time limit")
        broken = plan.broken_pools(solution)
        if not broken:
            return solution
        plan.add_pools(broken)
