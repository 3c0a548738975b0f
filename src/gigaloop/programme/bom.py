"""Bills of materials: explosion over all levels on a day, cycles, and lines that overlap in time.

Quantities of a multi-level bill multiply along each way down from the root and add up over the ways. With the
parts in topological order (Kahn, Commun. ACM 5(11):558, 1962, doi:10.1145/368996.369025) each line is visited once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from gigaloop.programme.schema import BomLine, Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Explosion:
    """A bill of materials of one root on one day, over all levels.

    ``parts`` is in topological order: a part stands after everything that it goes into; the root is first.
    ``quantity`` (parts,) is pieces per root, ``level`` (parts,) the longest way down from the root.
    Edges are the effective lines: ``parent`` and ``child`` (edges,) index ``parts``, ``per_parent`` (edges,) is pieces
    per parent, ``per_root`` (edges,) pieces per root by way of this line; ``positions`` names the place in the parent.
    """

    parts: tuple[str, ...]
    quantity: NDArray[np.float64]
    level: NDArray[np.int64]
    parent: NDArray[np.int64]
    child: NDArray[np.int64]
    per_parent: NDArray[np.float64]
    per_root: NDArray[np.float64]
    positions: tuple[str, ...]

    @cached_property
    def per_part(self) -> dict[str, float]:
        """Pieces per root by part id."""
        return dict(zip(self.parts, self.quantity.tolist(), strict=True))


class CycleError(ValueError):
    """A part goes into itself; ``cycle`` lists the parts on the way, the first again at the end."""

    def __init__(self, cycle: tuple[str, ...]) -> None:
        self.cycle = cycle
        super().__init__("a part goes into itself: " + " -> ".join(cycle))


def is_effective(line: BomLine, on: dt.date) -> bool:
    """Say whether a line counts on a day: from ``effective_from`` on, until the day before ``effective_until``."""
    return (line.effective_from is None or line.effective_from <= on) and (
        line.effective_until is None or on < line.effective_until
    )


def explode(parts: Mapping[str, Part], root: str, on: dt.date) -> Explosion:
    """Explode the bill of materials of a part on a day.

    Parameters
    ----------
    parts
        Parts by id, as ``programme.part_of``.
    root
        The part to explode, usually a rack.
    on
        The day whose effective lines count.

    Raises
    ------
    KeyError
        If a part is not known.
    CycleError
        If a part goes into itself.

    Examples
    --------
    >>> tray = Part(id="tray", name="Tray", family="tray", components=(BomLine(part="gpu", quantity=4),))
    >>> rack = Part(id="rack", name="Rack", family="rack", components=(BomLine(part="tray", quantity=18),))
    >>> gpu = Part(id="gpu", name="GPU", family="accelerator")
    >>> explode({"gpu": gpu, "tray": tray, "rack": rack}, "rack", dt.date(2027, 1, 1)).per_part
    {'rack': 1.0, 'tray': 18.0, 'gpu': 72.0}
    """
    import numpy as np

    lines: dict[str, list[BomLine]] = {}
    pending: dict[str, int] = {root: 0}
    stack = [root]
    while stack:
        part = stack.pop()
        lines[part] = [line for line in parts[part].components if is_effective(line, on)]
        for line in lines[part]:
            if line.part not in pending:
                pending[line.part] = 0
                stack.append(line.part)
            pending[line.part] += 1

    order: list[str] = []
    index: dict[str, int] = {}
    level: dict[str, int] = {root: 0}
    ready = [root] if not pending[root] else []
    while ready:
        following: list[str] = []
        for part in ready:
            index[part] = len(order)
            order.append(part)
            for line in lines[part]:
                pending[line.part] -= 1
                level[line.part] = max(level.get(line.part, 0), level[part] + 1)
                if not pending[line.part]:
                    following.append(line.part)
        ready = sorted(following)
    if len(order) < len(lines):
        # Every part left waits for one that is left, so the way back up ends in a cycle.
        raise next(find_cycles({part: parts[part] for part in lines if part not in index}, on))

    edges = [(index[part], index[line.part], float(line.quantity)) for part in order for line in lines[part]]
    quantity = [0.0] * len(order)
    quantity[0] = 1.0
    per_root = []
    for parent, child, per_parent in edges:
        flow = quantity[parent] * per_parent
        per_root.append(flow)
        quantity[child] += flow
    return Explosion(
        parts=tuple(order),
        quantity=np.array(quantity),
        level=np.array([level[part] for part in order], dtype=np.int64),
        parent=np.array([edge[0] for edge in edges], dtype=np.int64),
        child=np.array([edge[1] for edge in edges], dtype=np.int64),
        per_parent=np.array([edge[2] for edge in edges], dtype=np.float64),
        per_root=np.array(per_root, dtype=np.float64),
        positions=tuple(line.position or line.part for part in order for line in lines[part]),
    )


def roll_up(explosion: Explosion, own: Mapping[str, float]) -> float:
    """Add up what parts have of their own (mass, power, cost) over a whole explosion.

    Parameters
    ----------
    explosion
        The explosion of the root.
    own
        The share of each part without its components, by id; parts that are not in it have none.

    Examples
    --------
    >>> rack = Part(id="rack", name="Rack", family="rack", components=(BomLine(part="gpu", quantity=72),))
    >>> gpu = Part(id="gpu", name="GPU", family="accelerator")
    >>> roll_up(explode({"rack": rack, "gpu": gpu}, "rack", dt.date(2027, 1, 1)), {"rack": 100.0, "gpu": 2.0})
    244.0
    """
    return sum(quantity * own.get(part, 0.0) for part, quantity in explosion.per_part.items())


def find_cycles(parts: Mapping[str, Part], on: dt.date | None = None) -> Iterator[CycleError]:
    """Give every cycle that a walk down from each part closes, at least one where there is any.

    Parameters
    ----------
    parts
        Parts by id; lines to parts outside of it are passed over.
    on
        The day whose lines count; all lines where not given.
    """
    done: set[str] = set()
    for start in parts:
        if start in done:
            continue
        way: list[str] = [start]
        on_way = {start}
        branches = [_children(parts, start, on)]
        while branches:
            child = next(branches[-1], None)
            if child is None:
                branches.pop()
                last = way.pop()
                on_way.discard(last)
                done.add(last)
            elif child in on_way:
                yield CycleError((*way[way.index(child) :], child))
            elif child not in done:
                way.append(child)
                on_way.add(child)
                branches.append(_children(parts, child, on))


def _children(parts: Mapping[str, Part], part: str, on: dt.date | None) -> Iterator[str]:
    return (
        line.part for line in parts[part].components if line.part in parts and (on is None or is_effective(line, on))
    )


def depth(parts: Mapping[str, Part]) -> int:
    """Give the number of levels of the deepest bill, the root's included; the parts must be free of cycles."""
    levels: dict[str, int] = {}
    for start in parts:
        stack = [start]
        while stack:
            part = stack[-1]
            waiting = [child for child in _children(parts, part, None) if child not in levels]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            levels[part] = 1 + max((levels[child] for child in _children(parts, part, None)), default=0)
    return max(levels.values(), default=0)


def overlaps(lines: Iterable[BomLine]) -> Iterator[tuple[int, int]]:
    """Give the indices of lines of one parent that stand at the same position on the same day, by pairs."""
    by_position: dict[str, list[int]] = {}
    listed = list(lines)
    for index, line in enumerate(listed):
        by_position.setdefault(line.position or line.part, []).append(index)
    for same in by_position.values():
        if len(same) > 1:
            in_time = sorted(same, key=lambda index: listed[index].effective_from or dt.date.min)
            for first, second in pairwise(in_time):
                until = listed[first].effective_until
                if until is None or (listed[second].effective_from or dt.date.min) < until:
                    yield first, second
