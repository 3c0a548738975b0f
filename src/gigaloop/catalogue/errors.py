"""The error of a catalogue whose files are wrong."""

from __future__ import annotations

from collections.abc import Iterable

from gigaloop.core.errors import CatalogueError, Problem


class CatalogueFilesError(CatalogueError):
    """Catalogue files are wrong; every problem that could be found is listed."""

    def __init__(self, problems: Iterable[Problem], *, title: str) -> None:
        self._problems = tuple(problems)
        super().__init__(title)
        self.args = ("\n".join([title, *(f"  {problem}" for problem in self._problems)]),)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem that the error carries."""
        return self._problems
