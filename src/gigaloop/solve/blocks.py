"""Named blocks of columns and rows: an array of indices with labelled axes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Literal

import numpy as np

from gigaloop.core.errors import Place, UsageError
from gigaloop.solve.outcome import IntArray

Side = Literal["at least", "at most", "exactly"]
Origin = Callable[[tuple[int, ...]], Place | None]
Say = str | Callable[[tuple[int, ...]], str]
AxisLike = tuple[str | tuple[str, ...], Iterable[Hashable]]


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a block: its name, or several names where each label is a tuple, and its labels."""

    names: tuple[str, ...]
    labels: tuple[Hashable, ...]

    @cached_property
    def position(self) -> Mapping[Hashable, int]:
        """Position of each label."""
        return {label: i for i, label in enumerate(self.labels)}

    def describe(self, i: int) -> dict[str, Hashable]:
        """Give name and label at a position, tuple labels taken apart where the axis has several names."""
        label = self.labels[i]
        if len(self.names) == 1:
            return {self.names[0]: label}
        return dict(zip(self.names, label, strict=True)) if isinstance(label, tuple) else {}


def read_axes(block: str, axes: Sequence[AxisLike]) -> tuple[Axis, ...]:
    """Check and freeze the axes of a block.

    Raises
    ------
    UsageError
        For a name or a label given twice, or a label that does not match the names of its axis.
    """
    made: list[Axis] = []
    for name, labels in axes:
        names = (name,) if isinstance(name, str) else tuple(name)
        listed = labels.tolist() if isinstance(labels, np.ndarray) else labels
        axis = Axis(names, tuple(listed))
        if len(axis.position) != len(axis.labels):
            twice = next(label for i, label in enumerate(axis.labels) if axis.position[label] != i)
            raise UsageError(f"axis {_joined(names)} of {block!r} has label {twice!r} twice")
        if len(names) > 1:
            for label in axis.labels:
                if not isinstance(label, tuple) or len(label) != len(names):
                    raise UsageError(
                        f"axis {_joined(names)} of {block!r} has label {label!r}",
                        hint=f"give each label as a tuple of {len(names)}",
                    )
        made.append(axis)
    every = [name for axis in made for name in axis.names]
    if len(set(every)) != len(every):
        raise UsageError(f"{block!r} has two axes of one name: {', '.join(every)}")
    return tuple(made)


def _joined(names: tuple[str, ...]) -> str:
    return repr(", ".join(names))


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Which cells of a grid (series, positions) the members of a block stand for.

    Parameters
    ----------
    names
        Name of every series, unique in the block.
    width
        Positions of a series.
    cells
        Series times width plus position of each member, ascending (members,).
    """

    names: tuple[str, ...]
    width: int
    cells: IntArray


@dataclass(frozen=True, eq=False)
class Block:
    """A named block of columns or of rows; made by :class:`~gigaloop.solve.model.Model`.

    Parameters
    ----------
    name
        Unique in the model.
    axes
        Labelled axes; none for a single column or row.
    start
        Index of the first member; the members follow in C order.
    owner
        Number of the model that the block belongs to.
    unit
        Unit of the column, or of the row's limits, for sentences.
    origin
        Gives the place in the user's file that a member comes from.
    say
        A sentence for a member: a callable of its multi-index, or a format string in which the axis names,
        ``name``, ``side``, ``bound`` and ``unit`` may stand.
    definition
        The rows define quantities (material balances) that nobody can relax; explanations put them last.
    grid
        The named cells that the members stand for, by which a basis is carried to another model.
    """

    name: str
    axes: tuple[Axis, ...]
    start: int
    owner: int
    unit: str = ""
    origin: Origin | None = None
    say: Say | None = None
    definition: bool = False
    grid: Grid | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of labels on each axis."""
        return tuple(len(axis.labels) for axis in self.axes)

    @property
    def size(self) -> int:
        """Number of members."""
        return prod(self.shape)

    @cached_property
    def index(self) -> IntArray:
        """Indices of the members in the model (shape)."""
        index = np.arange(self.start, self.start + self.size, dtype=np.intp).reshape(self.shape)
        index.flags.writeable = False
        return index

    def __getitem__(self, key: Any) -> IntArray:  # noqa: ANN401 - whatever NumPy takes as an index
        return np.asarray(self.index[key])

    def __len__(self) -> int:
        return self.size

    def at(self, *labels: Hashable) -> int:
        """Give the index of the member with these labels, one for each axis.

        Raises
        ------
        UsageError
            For a label that an axis does not have.
        """
        if len(labels) != len(self.axes):
            raise UsageError(f"{self.name!r} has {len(self.axes)} axes, {len(labels)} labels were given")
        multi = []
        for axis, label in zip(self.axes, labels, strict=True):
            if label not in axis.position:
                raise UsageError(f"axis {_joined(axis.names)} of {self.name!r} has no label {label!r}")
            multi.append(axis.position[label])
        return int(self.index[tuple(multi)])

    def multi_index(self, index: int) -> tuple[int, ...]:
        """Give the position on each axis of the member with an index in the model."""
        return tuple(int(i) for i in np.unravel_index(index - self.start, self.shape))

    def labels(self, index: int) -> dict[str, Hashable]:
        """Give the labels by axis name of the member with an index in the model."""
        parts = zip(self.axes, self.multi_index(index), strict=True)
        return {name: label for axis, i in parts for name, label in axis.describe(i).items()}

    def member(self, index: int) -> str:
        """Give the name of a member with its labels, as in ``ship[Houston, 2027-W03]``."""
        labels = ", ".join(str(label) for label in self.labels(index).values())
        return f"{self.name}[{labels}]" if labels else self.name

    def place(self, index: int) -> Place | None:
        """Give the place in the user's file that a member comes from, where known."""
        return self.origin(self.multi_index(index)) if self.origin else None

    def sentence(self, index: int, side: Side, bound: float) -> str:
        """Say what one limit of a member asks for."""
        if callable(self.say):
            return self.say(self.multi_index(index))
        if self.say is not None:
            labels = {name: str(label) for name, label in self.labels(index).items()}
            facts = {"name": self.name, "side": side, "bound": number(bound), "unit": self.unit}
            return self.say.format(**(facts | labels))
        return f"{self.member(index)} must be {side} {number(bound)}{' ' + self.unit if self.unit else ''}"


class Columns(Block):
    """A block of columns: the quantities to be decided."""


class Rows(Block):
    """A block of rows: the limits on sums of columns."""


def number(value: float) -> str:
    """Write a number for a sentence.

    >>> number(12500.0), number(0.1 + 0.2)
    ('12,500', '0.3')
    """
    return f"{value:,.6g}"
