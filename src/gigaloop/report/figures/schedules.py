"""Figures of what happens when: Gantt charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from gigaloop.report.figures.base import Figure, settle
from gigaloop.report.figures.charts import Mark
from gigaloop.report.tables import Column, Row, Table


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a row, from its first day to its last; a milestone where both are the same day.

    Phases of the same ``entity`` (by default the phase) share a colour across figures.
    """

    row: str
    phase: str
    start: date
    end: date
    label: str = ""
    entity: str = ""

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"task '{self.row}, {self.phase}' ends {self.end} before it starts {self.start}")

    @property
    def is_milestone(self) -> bool:
        """Whether the task is a moment."""
        return self.start == self.end


@dataclass(frozen=True, kw_only=True)
class GanttFigure(Figure):
    """Tasks by row over time, told apart by phase; ``marks`` are dates that cut across all rows."""

    kind: ClassVar[str] = "gantt"

    tasks: Sequence[Task]
    marks: Sequence[Mark] = ()
    row_name: str = "item"

    def _settle(self) -> None:
        settle(self, tasks=tuple(self.tasks), marks=tuple(self.marks))
        self._require(bool(self.tasks), "there is no task")

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows, in order of appearance."""
        return tuple(dict.fromkeys(task.row for task in self.tasks))

    @property
    def phases(self) -> tuple[str, ...]:
        """The phases, in order of appearance."""
        return tuple(dict.fromkeys(task.phase for task in self.tasks))

    @property
    def entity_of(self) -> dict[str, str]:
        """The entity of every phase."""
        return {task.phase: task.entity or task.phase for task in self.tasks}

    def entities(self) -> tuple[str, ...]:
        """Give the entities of the phases, in order of appearance."""
        return tuple(dict.fromkeys(self.entity_of[phase] for phase in self.phases))

    def table(self) -> Table:
        """Give a row for each task with its length."""
        rows: list[Row] = [
            [task.row, task.phase, task.start, task.end, (task.end - task.start).days, task.label]
            for task in self.tasks
        ]
        return Table(self.title, [self.row_name, "phase", "start", "end", Column("length", "days"), "note"], rows)
