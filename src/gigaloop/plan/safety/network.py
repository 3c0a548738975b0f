"""Stages and arcs of a supply network under guaranteed service, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from gigaloop.core.errors import Place, Problem, ProgrammeError

Field = Literal["id", "time", "cost", "max_service", "demand_mean", "demand_std", "z", "source", "target", "quantity"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: it processes, may hold a safety stock of its output, and promises a service time to its customers.

    Parameters
    ----------
    id
        Unique in the network.
    time
        Processing time from the arrival of all inputs to the output [period].
    cost
        Cost added by the stage [money/unit of output].
    max_service
        Longest service time it may promise [period]; infinite where only its customers' limits count.
    demand_mean, demand_std
        External demand per period [unit/period] and its standard deviation; None where there is none.
    z
        Number of standard deviations of demand that the stage covers [1]; None where there is no demand.
    """

    id: str
    time: float
    cost: float
    max_service: float = math.inf
    demand_mean: float | None = None
    demand_std: float | None = None
    z: float | None = None

    @property
    def has_demand(self) -> bool:
        """Whether the stage serves customers outside the network."""
        return self.demand_mean is not None or self.demand_std is not None


@dataclass(frozen=True, slots=True)
class Arc:
    """A flow from one stage to another: ``quantity`` units of the source go into one unit of the target."""

    source: str
    target: str
    quantity: float = 1.0


@dataclass(frozen=True, slots=True)
class Network:
    """Stages and the arcs between them: acyclic, every end with demand.

    Raises
    ------
    ProgrammeError
        With every problem found: see :func:`find_problems`.

    Examples
    --------
    >>> part, rack = Stage("part", 8, 30.0), Stage("rack", 3, 70.0, 0, 20.0, 5.0, 1.645)
    >>> Network((part, rack), (Arc("part", "rack"),)).is_tree
    True
    """

    stages: tuple[Stage, ...]
    arcs: tuple[Arc, ...]

    def __post_init__(self) -> None:
        problems = find_problems(self.stages, self.arcs)
        if problems:
            raise ProgrammeError(problems, title=title(len(problems)))

    @property
    def is_tree(self) -> bool:
        """Whether the arcs, taken without direction, close no loop (several trees side by side are one, too)."""
        above = {stage.id: stage.id for stage in self.stages}

        def root(of: str) -> str:
            while above[of] != of:
                above[of] = above[above[of]]
                of = above[of]
            return of

        for arc in self.arcs:
            one, other = root(arc.source), root(arc.target)
            if one == other:
                return False
            above[one] = other
        return True


Where = Callable[[str, int, Field], Place | None]
"""Gives the place of a field: table (``stages`` or ``arcs``), index of the row, field."""


def _nowhere(_table: str, _index: int, _field: Field) -> None:
    return None


def title(count: int) -> str:
    """Give the title of an error with so many problems."""
    return f"the network of stages has {count} problem" + ("" if count == 1 else "s")


def find_problems(stages: Sequence[Stage], arcs: Sequence[Arc], where: Where = _nowhere) -> list[Problem]:
    """Find everything that keeps stages and arcs from being a network for guaranteed service.

    Duplicates, negative or infinite numbers, arcs to unknown stages, cycles (each named once), ends without demand,
    demand without a deviation, a coverage or a longest service time.

    Parameters
    ----------
    stages, arcs
        The rows.
    where
        Gives the place of a field of a row.
    """
    if not stages:
        return [Problem("there is no stage", where("stages", 0, "id"), hint="write one row for each stage")]
    problems: list[Problem] = []
    index: dict[str, int] = {}
    for i, stage in enumerate(stages):
        if stage.id in index:
            problems.append(Problem(f"stage '{stage.id}' is given twice", where("stages", i, "id"), stage.id))
        index.setdefault(stage.id, i)
        problems += _numbers(stage, i, where)
        problems += _demand(stage, i, where)
    followed: set[str] = set()
    links: set[tuple[str, str]] = set()
    for k, arc in enumerate(arcs):
        problems += _arc(arc, k, index, links, where)
        links.add((arc.source, arc.target))
        followed.add(arc.source)
    for i, stage in enumerate(stages):
        if stage.id not in followed and not stage.has_demand:
            why = f"stage '{stage.id}' delivers to no stage and has no demand"
            hint = "give its demand (mean, standard deviation, coverage, longest service time) or an arc to a stage"
            problems.append(Problem(why, where("stages", i, "demand_mean"), stage.id, hint))
    return problems + _cycles(stages, arcs, index, where)


def _numbers(stage: Stage, i: int, where: Where) -> list[Problem]:
    problems = []
    fields: tuple[tuple[Field, str, float | None, bool], ...] = (
        ("time", "processing time", stage.time, False),
        ("cost", "cost added", stage.cost, False),
        ("max_service", "longest service time", stage.max_service, True),
        ("demand_mean", "mean demand", stage.demand_mean, False),
        ("demand_std", "standard deviation of demand", stage.demand_std, False),
        ("z", "coverage z", stage.z, False),
    )
    for field, name, value, may_be_infinite in fields:
        if value is None or (value >= 0 and (may_be_infinite or math.isfinite(value))):
            continue
        why = f"the {name} of stage '{stage.id}' is {value:g}"
        problems.append(Problem(why, where("stages", i, field), stage.id, "write a number of 0 or more"))
    return problems


def _demand(stage: Stage, i: int, where: Where) -> list[Problem]:
    """Find what a stage with demand lacks."""
    if not stage.has_demand:
        if stage.z is None:
            return []
        why = f"stage '{stage.id}' has a coverage but no demand"
        hint = "remove it, or write mean and standard deviation of the demand"
        return [Problem(why, where("stages", i, "z"), stage.id, hint)]
    lacks: list[tuple[Field, str, str]] = []
    if stage.demand_mean is None:
        lacks.append(("demand_mean", "no mean", "write the mean demand per period"))
    if stage.demand_std is None:
        lacks.append(("demand_std", "no standard deviation", "write the standard deviation of demand per period"))
    if stage.z is None:
        lacks.append(("z", "no coverage", "write a service level such as 0.95, or the number z of deviations"))
    if math.isinf(stage.max_service):
        lacks.append(("max_service", "no longest service time", "write how long customers wait at most; 0: none"))
    return [
        Problem(f"stage '{stage.id}' has demand but {what}", where("stages", i, field), stage.id, hint)
        for field, what, hint in lacks
    ]


def _arc(arc: Arc, k: int, index: dict[str, int], links: set[tuple[str, str]], where: Where) -> list[Problem]:
    from gigaloop.core.suggest import did_you_mean

    problems = []
    path = f"{arc.source} -> {arc.target}"
    ends: tuple[tuple[Field, str], ...] = (("source", arc.source), ("target", arc.target))
    for field, end in ends:
        if end not in index:
            hint = did_you_mean(end, list(index))
            problems.append(Problem(f"there is no stage '{end}'", where("arcs", k, field), path, hint))
    if (arc.source, arc.target) in links:
        hint = "keep one, with the quantity of both"
        problems.append(Problem("the arc is given twice", where("arcs", k, "source"), path, hint))
    if not (arc.quantity > 0 and math.isfinite(arc.quantity)):
        hint = "write how many units of the source go into one of the target"
        problems.append(Problem(f"the quantity is {arc.quantity:g}", where("arcs", k, "quantity"), path, hint))
    return problems


def _cycles(stages: Sequence[Stage], arcs: Sequence[Arc], index: dict[str, int], where: Where) -> list[Problem]:
    """Name cycles until removing their stages leaves none."""
    left = {stage.id for stage in stages}
    known = [(k, arc) for k, arc in enumerate(arcs) if arc.source in index and arc.target in index]
    problems: list[Problem] = []
    while True:
        follow: dict[str, tuple[str, int]] = {}
        while left:  # take out what nothing feeds, then what feeds nothing, until only cycles and what joins them stay
            inside = [(k, arc) for k, arc in known if arc.source in left and arc.target in left]
            follow = {arc.source: (arc.target, k) for k, arc in inside}
            kept = left & follow.keys() & {arc.target for _, arc in inside}
            if kept == left:
                break
            left = kept
        if not left:
            return problems
        at = next(stage.id for stage in stages if stage.id in left)
        walk: list[str] = []
        while at not in walk:
            walk.append(at)
            at = follow[at][0]
        cycle = walk[walk.index(at) :]
        why = f"the stages feed each other: {' -> '.join([*cycle, at])}"
        place = where("arcs", follow[cycle[-1]][1], "source")
        problems.append(Problem(why, place, cycle[0], "remove an arc of the cycle"))
        left -= set(cycle)
