"""Problems of a programme as they are found, each with the place of its path."""

from __future__ import annotations

from dataclasses import dataclass, field

from gigaloop.core.errors import Place, Problem
from gigaloop.programme.schema import Programme


@dataclass(slots=True)
class Findings:
    """A programme and what has been found wrong with it."""

    programme: Programme
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, why: str, hint: str = "") -> None:
        """Note that something is wrong at a path."""
        self.problems.append(Problem(why, self.place(path), path, hint))

    def place(self, path: str) -> Place | None:
        """Say where a path stands."""
        return self.programme.place(path)
