"""Linear and mixed-integer programmes as named blocks of arrays, solved, re-solved and explained by HiGHS.

The solver itself is imported with the first solve.

>>> m = Model("transport")
>>> ship = m.columns("ship", axes=[("from", ["TX", "OH"]), ("to", ["VA", "IN"])], cost=[[8, 6], [5, 2]])
>>> supply = m.rows("supply", axes=[("from", ["TX", "OH"])], upper=[40, 30], unit="racks")
>>> demand = m.rows("demand", axes=[("to", ["VA", "IN"])], lower=[35, 25], unit="racks")
>>> m.add(supply[:, None], ship, 1.0)
>>> m.add(demand[None, :], ship, 1.0)
>>> s = m.solve()
>>> s.status.value, s.objective
('optimal', 315.0)
"""

from gigaloop.solve.arrays import LinearProgram, compress
from gigaloop.solve.blocks import Axis, Block, Columns, Grid, Rows
from gigaloop.solve.elastic import Relaxation, WayOut, elastic
from gigaloop.solve.explain import Conflict, Member, explain_infeasible
from gigaloop.solve.model import Model, solve_program
from gigaloop.solve.outcome import Basis, Outcome, SolveOptions
from gigaloop.solve.solution import Solution

__all__ = [
    "Axis",
    "Basis",
    "Block",
    "Columns",
    "Conflict",
    "Grid",
    "LinearProgram",
    "Member",
    "Model",
    "Outcome",
    "Relaxation",
    "Rows",
    "Solution",
    "SolveOptions",
    "WayOut",
    "compress",
    "elastic",
    "explain_infeasible",
    "solve_program",
]
