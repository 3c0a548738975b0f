"""The one exception tree of gigaloop: what is wrong, where, why, and what to do about it.

::

    GigaloopError
    ├── QuantityError       a text that is no quantity, or one of the wrong dimension (also a ValueError)
    ├── CatalogueError      a catalogue file or entry is wrong or missing
    ├── ProgrammeError      a programme is wrong: carries every problem found, not just the first
    ├── InfeasibleError     no plan exists: carries the sentences that say why and the cheapest way out
    ├── SolveError          the solver stopped without an answer
    ├── StoreError          results cannot be read or written
    └── UsageError          the command or call was wrong (exit code 2)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a user's file: file, line and column, counted from 1 (0 where unknown)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input: where, at which path of the record, why, and a hint."""

    why: str
    where: Place | None = None
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        head = ": ".join(part for part in (str(self.where or ""), self.path, self.why) if part)
        return f"{head}\n    hint: {self.hint}" if self.hint else head

    def as_dict(self) -> dict[str, object]:
        """Give the problem as plain data, for ``--json``."""
        place = self.where
        return {
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "path": self.path,
            "why": self.why,
            "hint": self.hint,
        }


class GigaloopError(Exception):
    """Base of all errors that gigaloop raises on purpose."""

    exit_code = 1

    def __init__(self, why: str, *, where: Place | str | None = None, hint: str = "") -> None:
        self.why = why
        self.where = Place(where) if isinstance(where, str) else where
        self.hint = hint
        super().__init__(str(Problem(why, self.where, "", hint)))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem that the error carries."""
        return (Problem(self.why, self.where, "", self.hint),)


class QuantityError(GigaloopError, ValueError):
    """A text that is no quantity, or one of the wrong dimension."""


class CatalogueError(GigaloopError):
    """A catalogue file or entry is wrong or missing."""


class _ProblemsError(GigaloopError):
    """An error that carries several problems at once."""

    def __init__(self, problems: Iterable[Problem], *, title: str) -> None:
        self._problems = tuple(problems)
        super().__init__(title)
        self.args = ("\n".join([title, *(f"  {problem}" for problem in self._problems)]),)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem that the error carries."""
        return self._problems


class ProgrammeError(_ProblemsError):
    """A programme is wrong; every problem that could be found is listed."""

    def __init__(self, problems: Iterable[Problem], *, title: str = "") -> None:
        found = tuple(problems)
        count = f"{len(found)} problem" + ("" if len(found) == 1 else "s")
        super().__init__(found, title=title or f"the programme has {count}")


class InfeasibleError(_ProblemsError):
    """Nothing satisfies what is asked: the problems say what conflicts, ``ways_out`` what would do."""

    def __init__(
        self,
        problems: Iterable[Problem],
        *,
        ways_out: Sequence[str] = (),
        title: str = "no plan can satisfy the programme",
    ) -> None:
        self.ways_out = tuple(ways_out)
        super().__init__(problems, title=title)


class SolveError(GigaloopError):
    """The solver stopped without an answer."""


class StoppedError(SolveError):
    """The solver was stopped before its answer; ``bound`` is what no answer's objective can be below, if known."""

    def __init__(self, why: str, *, stopped_by: str, bound: float, hint: str = "") -> None:
        self.stopped_by, self.bound = stopped_by, bound
        super().__init__(why, hint=hint)


class StoreError(GigaloopError):
    """Results cannot be read or written."""


class UsageError(GigaloopError):
    """The command or call was wrong."""

    exit_code = 2
