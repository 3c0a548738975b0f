"""Reading a lot-sizing problem from a CSV table, with the place of every cell that is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gigaloop.core.document import Document, read_csv
from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean
from gigaloop.plan.lots.problem import FloatArray, LotProblem

MEASURES: Mapping[str, float | None] = {
    "demand": None,
    "setup_cost": None,
    "setup_time": 0.0,
    "unit_cost": 0.0,
    "unit_time": 1.0,
    "holding_cost": None,
    "initial_stock": 0.0,
}
"""What a row may give of an item, and what holds where no row does (none: it must be given)."""
CAPACITY = "capacity"


def read_lots(path: Path) -> LotProblem:
    """Read a lot-sizing problem.

    Columns: ``item``, ``measure``, ``every`` and the periods ``1``, ``2``, ...; a row gives one measure of one item,
    in ``every`` where it is the same in all periods, else in each period. Measures: ``demand``, ``setup_cost``,
    ``setup_time`` (0 where not given), ``unit_cost`` (0), ``unit_time`` (1), ``holding_cost``, ``initial_stock``
    (0, in ``every``), and ``capacity`` (unlimited where not given), whose ``item`` is empty. See docs/validation.md.

    Parameters
    ----------
    path
        The table.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the file, each with its place.
    """
    document = read_csv(path, path.name)
    reader = _Reader(document, path.name)
    problem = None if document.problems else reader.problem()
    if problem is None or reader.problems:
        raise ProgrammeError(reader.problems, title=f"{path.name} is no lot-sizing problem")
    return problem


class _Reader:
    """Goes through the rows once and keeps what is wrong."""

    def __init__(self, document: Document, shown_as: str) -> None:
        self.document, self.shown_as = document, shown_as
        self.rows = document.data if isinstance(document.data, list) else []
        self.problems: list[Problem] = list(document.problems)
        names = {key for row in self.rows for key in row}
        self.periods = sum(1 for name in names if name.isdecimal())
        for name in sorted(names - {"item", "measure", "every"} - {str(t + 1) for t in range(self.periods)}):
            self._wrong(f"there is no column '{name}'", (0,), "the columns are item, measure, every, 1, 2, 3 ...")

    def problem(self) -> LotProblem | None:
        """Give the problem, where every row can be read."""
        if not self.rows or not self.periods:
            self._wrong("the table has no row with a period", (), "give the demand of every item in columns 1, 2, ...")
            return None
        given: dict[tuple[str, str], FloatArray] = {}
        items: dict[str, None] = {}
        for number, row in enumerate(self.rows):
            item, measure = str(row.get("item", "")).strip(), str(row.get("measure", "")).strip()
            if measure == CAPACITY:
                item = ""
            elif measure not in MEASURES:
                hint = did_you_mean(measure, (*MEASURES, CAPACITY), f"write {', '.join((*MEASURES, CAPACITY))}")
                self._wrong(f"there is no measure '{measure}'", (number, "measure"), hint)
                continue
            elif not item:
                self._wrong(f"the row gives the {measure} of no item", (number,), "name the item in the column 'item'")
                continue
            else:
                items[item] = None
            if (item, measure) in given:
                self._wrong(f"the {measure} of '{item}' is given twice", (number,), "leave one of the rows out")
                continue
            given[item, measure] = self._numbers(number, row)
        arrays = {measure: self._measure(given, list(items), measure) for measure in MEASURES}
        if self.problems:
            return None
        initial = arrays.pop("initial_stock")[:, 0]
        capacity = given.get(("", CAPACITY), np.full(self.periods, math.inf))
        return LotProblem(tuple(items), capacity=capacity, initial_stock=initial, **arrays)

    def _measure(self, given: Mapping[tuple[str, str], FloatArray], items: Sequence[str], measure: str) -> FloatArray:
        rows = []
        for item in items:
            standard = MEASURES[measure]
            if (item, measure) not in given and standard is None:
                self._wrong(f"no row gives the {measure} of '{item}'", (), "add a row with it")
            rows.append(given.get((item, measure), np.full(self.periods, standard or 0.0)))
        return np.array(rows).reshape(len(items), self.periods)

    def _numbers(self, number: int, row: Mapping[str, object]) -> FloatArray:
        every = row.get("every")
        if every is not None:
            if any(str(t + 1) in row for t in range(self.periods)):
                self._wrong("the row gives one number for every period, and others", (number, "every"), "leave one out")
            return np.full(self.periods, self._number(number, "every", every))
        found = []
        for t in range(self.periods):
            key = str(t + 1)
            if key not in row:
                self._wrong(f"the row gives no number for period {key}", (number,), "write 0 where there is nothing")
                found.append(0.0)
            else:
                found.append(self._number(number, key, row[key]))
        return np.array(found)

    def _number(self, number: int, key: str, text: object) -> float:
        try:
            value = float(str(text))
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0.0):
            self._wrong(f"'{text}' is no number of 0 or more", (number, key), "write a plain number such as 12.5")
            return 0.0
        return value

    def _wrong(self, why: str, steps: tuple[str | int, ...], hint: str) -> None:
        place = self.document.places.get(steps) or self.document.places.get(steps[:1]) or Place(self.shown_as)
        self.problems.append(Problem(why, place, hint=hint))
