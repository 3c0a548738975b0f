"""The plan's linear programme: put together, solved, and its supply limits added where they are broken."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from gigaloop.core.errors import SolveError, StoppedError
from gigaloop.plan.inputs.data import PlanData
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.choices import ChoiceBlocks, Picks, add_choices, fix_choices, free_choices
from gigaloop.plan.lp.coarse import Levels
from gigaloop.plan.lp.content import missing_content, tier_use, used_up_pieces
from gigaloop.plan.lp.equipment import GateBlocks, add_gates, lacking
from gigaloop.plan.lp.factory import FactoryBlocks, add_factories
from gigaloop.plan.lp.grid import values
from gigaloop.plan.lp.rules import RuleBlocks, add_content, add_rules, add_rules_of_pool, content_missing
from gigaloop.plan.lp.site import SiteBlocks, add_sites
from gigaloop.plan.lp.splits import BROKEN, cheapest_states, free_split
from gigaloop.plan.lp.starts import started
from gigaloop.plan.lp.supply import PoolBlocks, add_pool, could_bind, pool_use
from gigaloop.plan.lp.units import UnitBlocks, add_units
from gigaloop.solve import Basis, Model, Outcome, Solution, SolveOptions, explain_infeasible

COARSE_FROM = 50_000
"""Entries of the matrix from which a first solve starts from coarser levels. Source: measurements, docs/plan.md."""
_DEEP = 1.5
"""Shares of use that are more than has arrived, summed over pools, from which supply counts as scarce throughout."""
_FLOOR = 1e-8
"""Lack of domestic content, relative to the cost, that counts as the solver's tolerance."""


@dataclass(eq=False)
class PlanModel:
    """The model of a plan with the indices of its blocks; pools of parts join when they could bind."""

    model: Model
    data: PlanData
    factory: FactoryBlocks
    site: SiteBlocks
    units: UnitBlocks
    pools: dict[int, PoolBlocks] = field(default_factory=dict)
    gates: dict[int, GateBlocks] = field(default_factory=dict)
    """Equipment of sites that binds, by its number among ``data.gates``."""
    joined: list[int] = field(default_factory=list)
    """Pools and, numbered after all of them, gates, then the floors on content in the order in which they joined."""
    splits: dict[int, tuple[IntArray, IntArray]] = field(default_factory=dict)
    """Columns that are basic, and rows of shares that are not, in the split from which a pool starts."""
    choices: ChoiceBlocks | None = None
    picks: Picks = ()
    """The weeks at which the whole decisions are held; none while they are free."""
    rules: RuleBlocks = field(init=False)

    def hold(self, picks: Picks) -> None:
        """Hold the whole decisions at weeks; let them free where none are given."""
        if self.choices is not None and picks:
            fix_choices(self.model, self.data, self.choices, picks)
        elif self.choices is not None and self.picks:
            free_choices(self.model, self.choices)
        self.picks = picks

    def made(self, solution: Solution) -> FloatArray:
        """Give the good pieces completed (activities, weeks)."""
        items = self.data.production.items
        scale = np.array([items[activity.item].scale for activity in self.data.production.activities])
        return np.asarray(values(solution, self.factory.make) * scale.reshape(-1, 1))

    def started(self, solution: Solution) -> FloatArray:
        """Give the pieces started (activities, weeks), by week of completion."""
        items = self.data.production.items
        scale = np.array([items[activity.item].scale for activity in self.data.production.activities])
        waits = values(solution, self.factory.wait) * scale.reshape(-1, 1)
        return started(self.data, self.made(solution), waits)

    @property
    def floors(self) -> int:
        """Number of the floors on domestic content among what can join."""
        return len(self.data.sourcing.pools) + len(self.data.gates)

    def add_pools(self, numbers: list[int], solution: Solution | None = None) -> None:
        """Add the limits of pools of bought parts; later numbers stand for equipment of sites, and for the floors.

        ``solution`` is the plan that breaks them, by whose use a choice between tiers begins.
        """
        pools, basis = len(self.data.sourcing.pools), self.model.last_basis
        begun = self.started(solution) if solution is not None else None
        for number in numbers:
            self.joined.append(number)
            if number == self.floors:
                add_content(self.model, self.data, self.factory, self.pools, self.rules)
            elif number < pools:
                self._add_pool(number, begun)
            else:
                group = self.data.gates[number - pools]
                blocks = add_gates(self.model, self.data, group, self.site.served, self.site.online)
                self.gates[number - pools] = blocks
        if basis is not None:
            self.model.restore(self.completed(basis))

    def _add_pool(self, number: int, begun: FloatArray | None) -> None:
        pool, known = self.data.sourcing.pools[number], len(self.rules.shares)
        blocks = add_pool(self.model, self.data, number, self.factory.make, self.factory.starts)
        self.pools[number] = blocks
        add_rules_of_pool(self.model, self.data, blocks, self.rules)
        if pool.chosen:
            used = np.ones(self.data.weeks) if begun is None else pool_use(self.data, pool, begun)
            gives, full = cheapest_states(self.data, pool, used)
            rows = [each.row for each in self.rules.shares[known:] if (each.tier, each.weeks) in full]
            self.splits[number] = blocks.extra[gives & (blocks.extra >= 0)], np.array(rows, dtype=np.intp)

    def completed(self, basis: Basis) -> Basis:
        """Complete a basis older than some pools: what is left of those is basic, and feasible unless overdrawn."""
        columns = np.zeros(self.model.n_columns, dtype=np.int8)
        rows = np.ones(self.model.n_rows, dtype=np.int8)
        n_columns, n_rows = len(basis.columns), len(basis.rows)
        columns[:n_columns], rows[:n_rows] = basis.columns, basis.rows
        for number, pool in self.pools.items():
            new = (pool.left >= n_columns) & (pool.rows >= n_rows)
            columns[pool.left[new]], rows[pool.rows[new]] = 1, 0
            if number in self.splits and (pool.use >= n_rows).any():
                gives, full = self.splits[number]
                columns[gives], rows[full], rows[pool.use[pool.use >= 0]] = 1, 2, 0
        return Basis(columns, rows)

    def broken_pools(self, solution: Solution) -> list[int]:
        """Give the pools, equipment and floors outside the model that a solution breaks."""
        return list(self.overdrawn(solution))

    def overdrawn(self, solution: Solution) -> dict[int, float]:
        """Give how far those are overdrawn at most: the excess of use over arrivals, per use in all [1].

        Rules of sourcing that no split of the use keeps at no cost count as nothing.
        """
        begun = self.started(solution)
        broken: dict[int, float] = {}
        splits: dict[int, FloatArray] = {}
        for number, pool in enumerate(self.data.sourcing.pools):
            if number in self.pools:
                continue
            use = pool_use(self.data, pool, begun)
            tiers = range(len(pool.tiers)) if pool.chosen else range(1)
            arrived = np.cumsum(np.sum([self.data.sourcing.arrivals(pool, tier) for tier in tiers], axis=0))
            used = np.cumsum(use)
            if (used > arrived + BROKEN * (1.0 + arrived)).any():
                broken[number] = float((used - arrived).max() / used[-1])
            elif pool.chosen:
                split = free_split(self.data, pool, use)
                if split is None:
                    broken[number] = 0.0
                else:
                    splits[number] = split
        broken |= dict.fromkeys(self._below_floor(solution, splits), 0.0)
        if len(self.gates) < len(self.data.gates):
            power = self._site_power(solution)
            for number, group in enumerate(self.data.gates):
                short = 0.0 if number in self.gates else lacking(self.data, group, power)
                if short > 0.0:
                    broken[len(self.data.sourcing.pools) + number] = short
        return broken

    def _below_floor(self, solution: Solution, splits: dict[int, FloatArray]) -> list[int]:
        """Give the floors on content where a solution is below one, and the pools that another split may help."""
        if not self.rules.years:
            return []
        data, years = self.data, self.rules.years
        begun, replaced = self.started(solution), used_up_pieces(data, self.rules, solution)
        used = [
            splits[number]
            if number in splits
            else tier_use(data, number, self.pools.get(number), solution, begun, replaced)
            for number in range(len(data.sourcing.pools))
        ]
        lack, cost = missing_content(data, years, used, self.made(solution))
        allowed = values(solution, self.rules.short) if len(self.rules.short) else np.zeros(len(lack))
        if (lack <= allowed + _FLOOR * (1.0 + cost)).all():
            return []
        floors = [] if self.floors in self.joined else [self.floors]
        pools = data.sourcing.pools
        helps = [n for n in splits if np.ptp(content_missing(data, years, pools[n].parts[0]), axis=0).any()]
        return floors + helps

    def _site_power(self, solution: Solution) -> FloatArray:
        """Give the power online at every site (sites, weeks) [W, on the site's basis]."""
        power = np.zeros((len(self.data.places), self.data.weeks))
        for n, (_, p) in enumerate(self.site.served):
            s, g = self.data.pairs[p]
            power[s] += np.cumsum(values(solution, self.site.online[n])) * self.data.site_power(s, g)
        return power


def build_model(data: PlanData) -> PlanModel:
    """Put the model of a plan together, with the pools of parts that are used up; others join later."""
    model = Model(f"plan of {data.programme.id}")
    factory = add_factories(model, data)
    site = add_sites(model, data, factory.ship)
    units = add_units(model, data, factory, site)
    plan = PlanModel(model, data, factory, site, units, choices=add_choices(model, data, factory))
    for number, pool in enumerate(data.sourcing.pools):
        if pool.alone:
            plan.pools[number] = add_pool(model, data, number, factory.make, factory.starts)
            plan.joined.append(number)
    plan.rules = add_rules(model, data, factory, plan.pools)
    return plan


def twin(plan: PlanModel) -> PlanModel:
    """Build the same model anew, with the same pools in the same order, so that indices and a basis of one fit both."""
    made = build_model(plan.data)
    made.add_pools([number for number in plan.joined if number not in made.joined])
    made.hold(plan.picks)
    return made


def start_cold(plan: PlanModel, options: SolveOptions) -> int | None:
    """Ready a model for its first solve: a basis from coarser levels for a large one, and the pools that could bind.

    Gives the pivots that the first solve is worth where it has such a basis.

    Pools of parts that a large model overdraws a little join when the weekly solution does, as few ever bind; where
    supply is scarce throughout, those overdrawn at the coarse level join at once. A basis of stocks of parts by bucket
    says little about the weeks, so no level has one. Rules of sourcing join with the pools that they are about.
    """
    program = plan.model.program()
    plain = not program.integer.any() and all(plan.data.sourcing.pools[number].alone for number in plan.pools)
    if plain and len(program.matrix.value) >= COARSE_FROM and options.method == "choose":
        scheme = Levels(plan.model, plan.data)
        coarse = scheme.solve(options)
        if coarse is not None:
            deep = plan.overdrawn(plan.model.trial(coarse))
            if sum(deep.values()) <= _DEEP:
                basis = scheme.basis(options)
                if basis is not None:
                    plan.model.restore(basis)
                return plan.model.n_rows
            plan.add_pools(list(deep))
            return None
    fixed = [n for n, pool in enumerate(plan.data.sourcing.pools) if n not in plan.pools and not pool.chosen]
    plan.add_pools([number for number in fixed if could_bind(plan.data, plan.data.sourcing.pools[number])])
    return None


def solve_model(plan: PlanModel, options: SolveOptions) -> Solution:
    """Solve, adding pools of parts until none is overdrawn.

    Raises
    ------
    InfeasibleError
        If no plan satisfies the programme.
    StoppedError
        If the solver is stopped before the optimum.
    SolveError
        If the solver ends without an answer.
    """
    pivots = start_cold(plan, options) if plan.model.is_cold else None
    bound = -np.inf
    while True:
        solution = plan.model.solve(options if pivots is None else replace(options, pivots=pivots))
        pivots = None
        if solution.status is Outcome.INFEASIBLE:
            conflict = explain_infeasible(plan.model)
            if conflict is not None:
                raise conflict.error()
        if solution.stopped_by:
            why = f"the plan is {solution.status.value}: {solution.stopped_by}"
            hint = "give it a longer time limit"
            raise StoppedError(why, stopped_by=solution.stopped_by, bound=max(bound, solution.bound), hint=hint)
        if solution.status is not Outcome.OPTIMAL:
            raise SolveError(f"the plan is {solution.status.value}", hint="SolveOptions(log=True) shows why")
        broken = plan.broken_pools(solution)
        if not broken:
            return solution
        bound = solution.bound
        plan.add_pools(broken, solution)
