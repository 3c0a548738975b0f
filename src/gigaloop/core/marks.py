"""Where every value of a document stands: a tree of marks beside the data, and the steps of a path.

A path names a value by the keys that lead to it. Inside it is a tuple of steps (``("sites", 0, "pue")``); people
read and write it dotted, and name list items by what identifies them instead of by number: ``sites.abilene.pue``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gigaloop.core.errors import Place

Steps = tuple[str | int, ...]

NATURAL_KEYS = ("id", "part", "start", "date", "before")
"""Fields that identify an item of a list, the first that it has."""


@dataclass(slots=True, eq=False)
class Mark:
    """Where a value stands, where its key stands (0 where it has none), and the marks of what it holds."""

    file: str
    line: int
    column: int
    key_line: int = 0
    key_column: int = 0
    children: dict[str, Mark] | list[Mark] | None = None

    @property
    def place(self) -> Place:
        """Where the value begins."""
        return Place(self.file, self.line, self.column)

    @property
    def key_place(self) -> Place:
        """Where its key stands, or the value where there is no key."""
        return Place(self.file, self.key_line, self.key_column) if self.key_line else self.place

    def child(self, step: str | int) -> Mark | None:
        """Give the mark of a value held, if there is one."""
        children = self.children
        if isinstance(children, dict):
            return children.get(step) if isinstance(step, str) else None
        if isinstance(children, list) and isinstance(step, int) and 0 <= step < len(children):
            return children[step]
        return None


class Places(Mapping[Steps, Place]):
    """The places of all values of a document by path, made when asked for.

    >>> Places(Mark("a.yaml", 1, 1, children={"b": Mark("a.yaml", 1, 4, 1, 1)}))[("b",)]
    Place(file='a.yaml', line=1, column=4)
    """

    def __init__(self, root: Mark) -> None:
        self.root = root

    def mark(self, path: Steps) -> Mark | None:
        """Give the mark at a path."""
        mark: Mark | None = self.root
        for step in path:
            if mark is None:
                return None
            mark = mark.child(step)
        return mark

    def __getitem__(self, path: Steps) -> Place:
        mark = self.mark(path)
        if mark is None:
            raise KeyError(path)
        return mark.place

    def __iter__(self) -> Iterator[Steps]:
        stack: list[tuple[Steps, Mark]] = [((), self.root)]
        while stack:
            path, mark = stack.pop()
            yield path
            children = mark.children
            if children is not None:
                pairs = children.items() if isinstance(children, dict) else enumerate(children)
                stack.extend(((*path, step), child) for step, child in pairs)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def key(self, path: Steps) -> Place | None:
        """Give the place of the key at a path."""
        mark = self.mark(path)
        return None if mark is None else mark.key_place


def nearest(places: Mapping[Steps, Place], path: Steps) -> Place | None:
    """Give the place of a value, or of the nearest one above it that is known."""
    for end in range(len(path), -1, -1):
        found = places.get(path[:end])
        if found is not None:
            return found
    return None


def natural_key(item: object) -> str | None:
    """Give what identifies an item of a list: its id, part or date; None where it has none.

    >>> natural_key({"part": "busbar", "quantity": 1}), natural_key("text")
    ('busbar', None)
    """
    fields = item if isinstance(item, Mapping) else getattr(item, "__dict__", {})
    for name in NATURAL_KEYS:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dt.date):
            return value.isoformat()
    return None


def item_keys(items: Sequence[object]) -> list[str]:
    """Name the items of a list: by natural key (``#2`` after the second with the same), else by index.

    >>> item_keys([{"id": "a"}, {"id": "b"}, {"id": "a"}, 7])
    ['a', 'b', 'a#2', '3']
    """
    seen: dict[str, int] = {}
    keys = []
    for index, item in enumerate(items):
        key = natural_key(item)
        if key is None:
            keys.append(str(index))
            continue
        count = seen[key] = seen.get(key, 0) + 1
        keys.append(key if count == 1 else f"{key}#{count}")
    return keys


@dataclass(slots=True)
class Names:
    """Translates between steps and dotted paths of one document; remembers the lists that it has looked at."""

    data: object
    _keys: dict[int, list[str]] = field(default_factory=dict)
    _indices: dict[int, dict[str, int]] = field(default_factory=dict)

    def keys(self, items: Sequence[object]) -> list[str]:
        """Name the items of a list of the document."""
        found = self._keys.get(id(items))
        if found is None:
            found = self._keys[id(items)] = item_keys(items)
        return found

    def index(self, items: Sequence[object], step: str) -> int | None:
        """Give the index of the item that a step names, by its key or by its number from 0."""
        found = self._indices.get(id(items))
        if found is None:
            found = self._indices[id(items)] = {key: index for index, key in enumerate(self.keys(items))}
        index = found.get(step)
        if index is None and step.isascii() and step.isdigit() and len(step) < 8 and int(step) < len(items):
            return int(step)
        return index

    def dotted(self, path: Steps) -> str:
        """Write a path with ids instead of numbers."""
        words: list[str] = []
        here = self.data
        for step in path:
            word, inside = str(step), None
            if isinstance(here, Mapping):
                inside = here.get(step)
            elif isinstance(here, list | tuple) and isinstance(step, int) and step < len(here):
                word, inside = self.keys(here)[step], here[step]
            words.append(word)
            here = inside
        return ".".join(words)

    def find(self, dotted: str) -> Steps | None:
        """Give the steps of a dotted path; None where nothing stands there."""
        steps: list[str | int] = []
        here = self.data
        for word in dotted.split("."):
            step: str | int | None = None
            if isinstance(here, Mapping):
                step = word if word in here else None
            elif isinstance(here, list | tuple):
                step = self.index(here, word)
            if step is None:
                return None
            steps.append(step)
            here = here[step]  # type: ignore[index]
        return tuple(steps)
