"""A command that also has commands of its own: ``gigaloop plan PROGRAMME`` beside ``gigaloop plan check PROGRAMME``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperGroup

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import closest, did_you_mean

DEFAULT = "programme"
"""Name of the command that runs when the first word is none of the group's commands."""


class WithDefault(TyperGroup):
    """A group whose first word may be left out: what is no command is taken as the programme's folder."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer keeps its own copy of click
        """Put the name of the default command in front where it was left out."""
        first = next((word for word in args if not word.startswith("-")), "")
        if args and first not in self.commands and "--help" not in args:
            if args[0] == first and not Path(first).exists() and closest(first, self.commands):
                hint = did_you_mean(first, self.commands)
                raise UsageError(f"there is no command and no folder '{first}'", hint=hint)
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)
