"""Plan again and again on one model: changes as right-hand sides, each from the basis of the plan before any change.

For many scenarios of capacity, allocation and dates (Monte Carlo) the model is built once; a change is a set of rows
with new limits. Changes of structure go through :func:`gigaloop.plan.lp.warm.start_from` instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.lp.grid import NONE, put
from gigaloop.plan.lp.model import PlanModel, solve_model
from gigaloop.plan.lp.site import MW
from gigaloop.solve import Solution, SolveOptions


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """New limits of rows: ``rows`` and their ``upper`` limits, and ``lower`` ones where the rows are equations."""

    rows: IntArray
    upper: FloatArray
    lower: FloatArray | None = None


class Replanner:
    """A solved model that plans again with changed limits, one set of changes at a time.

    Parameters
    ----------
    plan
        The model; it is solved here if it was not.
    options
        Options of the solver.
    """

    def __init__(self, plan: PlanModel, options: SolveOptions | None = None) -> None:
        self.plan = plan
        self._options = options or SolveOptions()
        self.base = solve_model(plan, self._options)
        """The plan without any change."""
        self._basis = plan.model.basis()
        self._delays: dict[tuple[int, int], IntArray] = {}

    def again(self, *changes: Change) -> Solution:
        """Plan with some limits changed; the model has its old limits afterwards.

        Raises
        ------
        InfeasibleError
            If no plan satisfies the changed limits.
        SolveError
            If the solver ends without an answer.
        """
        model = self.plan.model
        before = model.program()
        model.restore(self.plan.completed(self._basis))
        try:
            for change in changes:
                model.set_limits(change.rows, lower=change.lower, upper=change.upper)
            return solve_model(self.plan, self._options)
        finally:
            for change in changes:
                model.set_limits(change.rows, lower=before.row_lower[change.rows], upper=before.row_upper[change.rows])

    def line(self, line: str, factor: float) -> Change:
        """Give a line's time times a factor; ``line`` is ``factory.line``.

        Raises
        ------
        UsageError
            If there is no such line.
        """
        return self._scaled(self.plan.factory.line[_at(self.plan.data.production.lines, line, "line")], factor)

    def test_power(self, factory: str, factor: float) -> Change:
        """Give the power of a factory's burn-in cells times a factor.

        Raises
        ------
        UsageError
            If there is no such factory.
        """
        factories = tuple(each.id for each in self.plan.data.programme.factories)
        return self._scaled(self.plan.factory.test["power"][_at(factories, factory, "factory")], factor)

    def allocation(self, part: str, *, factor: float = 1.0, weeks_late: int = 0) -> Change:
        """Give what arrives of a bought part, and of all that share its pool, times a factor and some weeks later.

        What is there in the first week of use stays.

        Raises
        ------
        UsageError
            If no such part is bought.
        """
        data = self.plan.data
        number = _at(data.sourcing.parts, part, "bought part")
        pool = next(n for n, each in enumerate(data.sourcing.pools) if number in each.parts)
        if pool not in self.plan.pools:
            self.plan.add_pools([pool], self.base)
        rows = self.plan.pools[pool].rows
        there = rows != NONE
        limit = np.where(there, self.plan.model.program().row_upper[rows], 0.0)
        first, weeks = int(np.argmax(there.any(axis=0))) + 1, data.weeks
        changed = np.where(np.arange(weeks) < first, limit, 0.0)
        begin = min(first + weeks_late, weeks)
        changed[:, begin:] = factor * limit[:, first : first + weeks - begin]
        return Change(rows[there], changed[there], changed[there])

    def energisation(self, site: str, weeks_late: int) -> Change:
        """Give a site's energisation, every step of it, some weeks later.

        Raises
        ------
        UsageError
            If there is no such site, or the weeks are none.
        """
        if weeks_late <= 0:
            raise UsageError(f"energisation {weeks_late} weeks late", hint="give 1 week or more")
        sites = tuple(place.site.id for place in self.plan.data.places)
        s = _at(sites, site, "site")
        free = self.plan.data.places[s].free * MW
        steps = np.flatnonzero(free[1:] > free[:-1])
        rows = self._delays.get((s, weeks_late))
        if rows is None:
            rows = self._delays[s, weeks_late] = self._add_delay(
                s, steps + weeks_late, f"{site} {weeks_late} weeks late"
            )
        return Change(rows, free[steps])

    def _add_delay(self, site: int, weeks: IntArray, name: str) -> IntArray:
        """Add rows, without limits as yet, on the power online to date at some weeks."""
        plan, model = self.plan, self.plan.model
        week = np.arange(plan.data.weeks)
        rows = model.rows(f"energised {name}", axes=[("step", range(len(weeks)))], unit="MW").index
        for n, (_, p) in enumerate(plan.site.served):
            pair = plan.site.pairs[p]
            if pair[0] == site:
                entering = np.where(week <= weeks[:, None], plan.site.online[n], NONE)
                put(model, rows[:, None], entering, plan.data.site_power(*pair) * MW)
        return rows

    def _scaled(self, rows: IntArray, factor: float) -> Change:
        there = rows[rows != NONE]
        return Change(there, self.plan.model.program().row_upper[there] * factor)


def _at(names: tuple[str, ...], name: str, what: str) -> int:
    if name not in names:
        raise UsageError(f"there is no {what} {name!r}", hint=f"one of {', '.join(names[:8])}")
    return names.index(name)
