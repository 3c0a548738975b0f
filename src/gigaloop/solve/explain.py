"""Say why a model is infeasible: an irreducible conflict of its limits, in sentences that point at their source."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import InfeasibleError, Place, Problem
from gigaloop.solve.arrays import LinearProgram
from gigaloop.solve.blocks import Block, Columns, Side
from gigaloop.solve.model import Model
from gigaloop.solve.outcome import FloatArray, IntArray

_SHOWN = 8
"""So many limits of one block the text of a conflict writes out."""


@dataclass(frozen=True, slots=True)
class Member:
    """One limit of a conflict.

    Parameters
    ----------
    block
        Name of the block of rows or columns.
    labels
        Label of the member by axis name.
    side
        Which limit: ``at least``, ``at most`` or ``exactly``.
    bound
        The limit [unit of the block].
    sentence
        What the limit asks for.
    place
        Where in the user's files it comes from.
    given
        Nobody can relax it: a definition, or a quantity that cannot be negative.
    """

    block: str
    labels: dict[str, Hashable]
    side: Side
    bound: float
    sentence: str
    place: Place | None
    given: bool

    def __str__(self) -> str:
        return f"{self.sentence} ({self.place})" if self.place else self.sentence


@dataclass(frozen=True, slots=True)
class Conflict:
    """Limits that cannot hold together; without any one of them the others could.

    Parameters
    ----------
    model
        Name of the model.
    members
        The limits; those that somebody could relax come first.
    irreducible
        Whether it is certain that every member is needed; False where the time limit cut the search short.
    """

    model: str
    members: tuple[Member, ...]
    irreducible: bool

    @property
    def limits(self) -> tuple[Member, ...]:
        """The members that somebody could relax."""
        return tuple(member for member in self.members if not member.given)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The members as problems: those that could be relaxed, or all where none could."""
        return tuple(Problem(member.sentence, member.place) for member in self.limits or self.members)

    def error(self, ways_out: tuple[str, ...] = ()) -> InfeasibleError:
        """Give the error to raise where no plan exists."""
        return InfeasibleError(self.problems, ways_out=ways_out)

    def __str__(self) -> str:
        shown = self.limits or self.members
        others = len(self.members) - len(shown)
        lines = [f"{self.model}: these cannot hold together:"]
        for block in dict.fromkeys(member.block for member in shown):
            of_block = [member for member in shown if member.block == block]
            lines += [f"  - {member}" for member in of_block[:_SHOWN]]
            if len(of_block) > _SHOWN:
                lines.append(f"  - and {len(of_block) - _SHOWN:,} more limits of {block}")
        if others:
            what = "one limit that follows" if others == 1 else f"{others} limits that follow"
            lines.append(f"  with {what} from balances and quantities that cannot be negative")
        return "\n".join(lines)


def explain_infeasible(
    model: Model, *, time_limit: float = 20.0, program: LinearProgram | None = None
) -> Conflict | None:
    """Find an irreducible conflict among a model's limits; None where the model is feasible.

    The model's own solver state is not touched.

    Parameters
    ----------
    model
        The model, solved or not.
    time_limit
        Wall time after which the smallest conflict so far is returned [s].
    program
        Arrays to examine in place of the model's own, for instance with limits dropped; same rows and columns.

    Raises
    ------
    SolveError
        When it cannot be settled within the time whether the model is feasible.

    Examples
    --------
    >>> m = Model("site")
    >>> x = m.columns("racks", axes=[("hall", ["A", "B"])], upper=10, unit="racks")
    >>> demand = m.rows("demand", lower=25, unit="racks")
    >>> m.add(demand, x, 1.0)
    >>> print(explain_infeasible(m))
    site: these cannot hold together:
      - demand must be at least 25 racks
      - racks[A] must be at most 10 racks
      - racks[B] must be at most 10 racks
    """
    from gigaloop.solve.conflict import find_conflict

    program = model.program() if program is None else program
    found = find_conflict(program, time_limit)
    if found is None:
        return None
    members = [
        _member(model.row_block(i), i, side, bound)
        for i, side, bound in _by_side(found.row_lower, found.row_upper, program.row_lower, program.row_upper)
    ] + [
        _member(model.column_block(j), j, side, bound)
        for j, side, bound in _by_side(
            found.column_lower, found.column_upper, program.column_lower, program.column_upper
        )
    ]
    return Conflict(model.name, tuple(sorted(members, key=lambda member: member.given)), found.irreducible)


def _by_side(
    lower: IntArray, upper: IntArray, lower_bound: FloatArray, upper_bound: FloatArray
) -> list[tuple[int, Side, float]]:
    both = {int(i) for i in np.intersect1d(lower, upper) if lower_bound[i] == upper_bound[i]}
    sides: list[tuple[int, Side, float]] = []
    for i in np.union1d(lower, upper).tolist():
        if i in both:
            sides.append((i, "exactly", float(lower_bound[i])))
            continue
        if i in lower:
            sides.append((i, "at least", float(lower_bound[i])))
        if i in upper:
            sides.append((i, "at most", float(upper_bound[i])))
    return sides


def _member(block: Block, index: int, side: Side, bound: float) -> Member:
    nonnegative = side == "at least" and bound == 0.0 and isinstance(block, Columns)
    return Member(
        block=block.name,
        labels=block.labels(index),
        side=side,
        bound=bound,
        sentence=block.sentence(index, side, bound),
        place=block.place(index),
        given=block.definition or nonnegative,
    )
