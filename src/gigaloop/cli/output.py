"""How the command line shows things: tables, numbers with units, progress, errors, and JSON."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from gigaloop.core.errors import GigaloopError, InfeasibleError

_MAX_PROBLEMS = 50

_PIPED_WIDTH = 160
"""Columns where no terminal says how wide it is."""

_GAP = 2
"""Columns between two cells of a table."""


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPED_WIDTH
    return console


out = _console(stderr=False)
err = _console(stderr=True)


def print_json(data: object) -> None:
    """Print one JSON object; what is no number becomes null."""
    sys.stdout.write(jsonlib.dumps(_plain(data), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, float):
        value = float(value)
        return value if value == value and abs(value) != float("inf") else None
    return value


def table(
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[object]],
    caption: str = "",
    optional: Sequence[str] = (),
) -> None:
    """Print a table.

    Parameters
    ----------
    title, caption
        Above and below it.
    columns
        Heading and side, ``left`` or ``right``.
    rows
        A cell for each column: text or what prints as such.
    optional
        Headings of columns that may be left out where the terminal is too narrow for all, the first first; the caption
        then says so.
    """
    cells = [[cell if isinstance(cell, Text) else Text(str(cell)) for cell in row] for row in rows]
    widths = [max([len(heading), *(row[i].cell_len for row in cells)]) for i, (heading, _) in enumerate(columns)]
    names = [heading for heading, _ in columns]
    gone: list[str] = []
    while len(gone) < len(optional) and sum(_GAP + w for w, n in zip(widths, names, strict=True) if n not in gone) > (
        out.width + _GAP
    ):
        gone.append(optional[len(gone)])
    kept = [i for i, name in enumerate(names) if name not in gone]
    left_out = f"not shown for want of width: {', '.join(gone)}" if gone else ""
    made = Table(box=None, pad_edge=False, show_header=any(names))
    made.header_style = "dim"
    for i in kept:
        heading, side = columns[i]
        number = side == "right"
        made.add_column(heading, justify="right" if number else "left", overflow="fold", no_wrap=number)
    for row in cells:
        made.add_row(*(row[i] for i in kept))
    if title:
        out.print(Text(title, style="bold"))
    out.print(made)
    below = "; ".join(text for text in (caption, left_out) if text)
    if below:
        out.print(Text(below, style="dim italic"))


def line(text: str = "", style: str = "") -> None:
    """Print a line of text; the terminal wraps it where it must."""
    out.print(Text(text, style=style), soft_wrap=True)


def note(text: str) -> None:
    """Print a remark to standard error."""
    err.print(Text(text, style="dim"), soft_wrap=True)


def show_error(error: GigaloopError, *, as_json: bool) -> None:
    """Show an error: every problem with its place and hint."""
    problems = error.problems
    if as_json:
        data: dict[str, object] = {
            "error": type(error).__name__,
            "why": error.why,
            "problems": [problem.as_dict() for problem in problems],
        }
        if isinstance(error, InfeasibleError):
            data["ways_out"] = list(error.ways_out)
        print_json(data)
        return
    if len(problems) > 1 or problems[0].why != error.why:
        err.print(Text(error.why, style="bold red"))
    for problem in problems[:_MAX_PROBLEMS]:
        where = f"{problem.where}: " if problem.where else ""
        path = f"{problem.path}: " if problem.path else ""
        err.print(Text.assemble((where, "cyan"), (path, "bold"), problem.why), soft_wrap=True)
        if problem.hint:
            err.print(Text(f"    {problem.hint}", style="dim"), soft_wrap=True)
    if len(problems) > _MAX_PROBLEMS:
        err.print(f"... and {len(problems) - _MAX_PROBLEMS} more (all of them with --json)")
    if isinstance(error, InfeasibleError):
        for way in error.ways_out:
            err.print(Text(f"  way out: {way}"), soft_wrap=True)


class Progress:
    """Stages as they run, on standard error: a spinner on a terminal, a line when each is done."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._status: Status | None = None

    def begin(self, name: str) -> None:
        """Say that a stage has begun."""
        if self._quiet or not err.is_terminal:
            return
        if self._status is not None:
            self._status.update(Text(f"{name} ..."))
            return
        self._status = err.status(Text(f"{name} ..."))
        self._status.start()

    def done(self, name: str, seconds: float, *, cached: bool) -> None:
        """Say how long a stage took."""
        self.stop()
        if not self._quiet:
            stage(name, seconds, cached=cached)

    def stop(self) -> None:
        """Take the spinner away."""
        if self._status is not None:
            self._status.stop()
            self._status = None


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """Show stages while a block runs."""
    shown = Progress(quiet=quiet)
    try:
        yield shown
    finally:
        shown.stop()


def stage(name: str, seconds: float, *, cached: bool) -> None:
    """Print one stage and its time to standard error."""
    err.print(
        Text.assemble((f"{name:<8}", "bold"), f"{seconds:7.2f} s", ("  kept from before" if cached else "", "dim"))
    )
