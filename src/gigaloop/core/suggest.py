"""Did-you-mean: a thing by its name, and the names closest to one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TypeVar

from gigaloop.core.errors import UsageError

T = TypeVar("T")


def closest(text: str, names: Iterable[str], count: int = 2) -> list[str]:
    """Give the known names that are closest to a text, the closest first.

    >>> closest("abilne", ["abilene", "milam", "shackelford"])
    ['abilene']
    """
    if len(text) > 80:
        return []
    pool = [name for name in names if abs(len(name) - len(text)) <= max(len(text), 4)]
    plain = _plain(text)
    same = [name for name in pool if _plain(name) == plain]
    return same[:count] or difflib.get_close_matches(text, pool, n=count, cutoff=0.6)


def did_you_mean(text: str, names: Iterable[str], otherwise: str = "") -> str:
    """Give a hint that names what is closest, or another hint where nothing is near.

    >>> did_you_mean("Pue", ["pue", "iso"])
    "did you mean 'pue'?"
    """
    found = closest(text, names)
    return "did you mean " + " or ".join(f"'{name}'" for name in found) + "?" if found else otherwise


def find(what: str, name: str, known: Iterable[tuple[str, T]]) -> T:
    """Give the one of some named things that has a name.

    Raises
    ------
    UsageError
        If none has: it names the closest, or all.

    >>> find("site", "milam", [("abilene", 1), ("milam", 2)])
    2
    """
    named = dict(known)
    if name not in named:
        hint = did_you_mean(name, named, otherwise=f"there are: {', '.join(named)}")
        raise UsageError(f"there is no {what} '{name}'", hint=hint)
    return named[name]


def _plain(name: str) -> str:
    return name.casefold().replace("_", "-").replace(" ", "-")
