"""The keys of a model's configuration, read with their problems."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gigaloop.core.errors import Place, Problem


class Keys:
    """The keys of a configuration. What is wrong with them gathers in ``problems``, and reading goes on."""

    def __init__(self, data: Mapping[str, object], shown: str, text: str) -> None:
        self._data, self._shown, self._text = data, shown, text
        self.problems: list[Problem] = []

    def wrong(self, key: str, why: str, hint: str) -> None:
        """Note a problem at a key."""
        found = re.search(rf'^[ \t{{,]*"{re.escape(key)}"\s*:', self._text, re.MULTILINE)
        place = Place(self._shown)
        if found:
            start = self._text.index('"', found.start())
            line_start = self._text.rfind("\n", 0, start) + 1
            place = Place(self._shown, self._text.count("\n", 0, start) + 1, start - line_start + 1)
        problem = Problem(why, place, key, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def has(self, key: str) -> bool:
        """Say whether a key is there with a value other than null."""
        return self._data.get(key) is not None

    def count(self, *names: str, default: int | None = None, least: int = 1) -> int:
        """Give a whole number under the first of some keys that is there; without a default one of them must be."""
        key = next((name for name in names if self.has(name)), names[0])
        value = self._data.get(key)
        if value is None:
            if default is None:
                others = f" or '{names[1]}'" if len(names) > 1 else ""
                self.wrong(key, "the key is missing", f"state '{key}'{others} as in the model's own config.json")
            return least if default is None else default
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.wrong(key, f"{value!r} is no whole number from {least}", f"write a number such as {max(least, 8)}")
            return max(least, 1)
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Give a yes or no."""
        value = self._data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(key, f"{value!r} is neither true nor false", "write true or false")
            return default
        return value

    def text(self, key: str, default: str = "") -> str:
        """Give a text."""
        value = self._data.get(key)
        if value is None:
            return default
        if not isinstance(value, str):
            self.wrong(key, f"{value!r} is no text", "write it in quotes")
            return default
        return value

    def items(self, key: str) -> list[object]:
        """Give a list; empty where there is none."""
        value = self._data.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, f"{value!r} is no list", "write a list in brackets")
            return []
        return value

    def but(self, **values: object) -> Keys:
        """Give the keys with some replaced; their problems are those of the whole."""
        keys = Keys({**self._data, **values}, self._shown, self._text)
        keys.problems = self.problems
        return keys

    def inner(self, key: str) -> Keys:
        """Give the keys under a key; their problems are those of the whole."""
        value = self._data.get(key)
        if value is not None and not isinstance(value, Mapping):
            self.wrong(key, f"{value!r} is no object", "write keys and values in braces")
        keys = Keys(value if isinstance(value, Mapping) else {}, self._shown, self._text)
        keys.problems = self.problems
        return keys
