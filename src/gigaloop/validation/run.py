"""Running an engine on the cases of a kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.validation import goodput, memory, plan, strategies
from gigaloop.validation.collectives import validate_collectives
from gigaloop.validation.fabric import validate_fabric
from gigaloop.validation.facility import validate_facility
from gigaloop.validation.inference import validate_inference
from gigaloop.validation.records import Case, Checked, Method, Validation, check_case, not_computed
from gigaloop.validation.table import read_cases
from gigaloop.validation.training import validate_training

TABLES: Mapping[str, Callable[[Path], Validation]] = {
    "fabric": validate_fabric,
    "collectives": validate_collectives,
    "training": validate_training,
    "inference": validate_inference,
}
"""Kinds whose rows say themselves what is computed, and what computes them."""

KINDS: Mapping[str, Mapping[str, Method]] = {
    "plan": plan.METHODS,
    "goodput": goodput.METHODS,
    "memory": memory.METHODS,
    "strategies": strategies.METHODS,
    "facility": {},
    **{kind: {} for kind in TABLES},
}
"""Methods by kind; none where a row says itself what is computed."""

REMARKS: Mapping[str, Callable[[Sequence[Checked]], Iterator[str]]] = {"memory": memory.remarks}
"""What is said of all cases of a kind together."""


def validate(kind: str, rows: Path | None = None, weather: Path | None = None) -> Validation:
    """Compute published cases with an engine and hold the results against what is published.

    Parameters
    ----------
    kind
        One of ``KINDS``.
    rows
        A table of cases of one's own; the bundled ones where not given.
    weather
        For ``facility``: a folder with EPW files of one's own.

    Raises
    ------
    ProgrammeError
        If the table or a weather file is wrong.
    UsageError
        For a kind that there is not, a weather that the kind does not take, or a folder without weather files.
    """
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS, f"the kinds are {', '.join(KINDS)}")
        raise UsageError(f"there is nothing to validate called '{kind}'", hint=hint)
    if weather is not None and kind != "facility":
        raise UsageError(f"the cases of '{kind}' take no weather", hint="leave --weather away")
    if rows is not None:
        return _run(kind, rows, weather)
    with as_file(files("gigaloop.validation") / "data") as folder:
        return _run(kind, folder / f"{kind}.csv", weather)


def _run(kind: str, rows: Path, weather: Path | None) -> Validation:
    if kind == "facility":
        return validate_facility(rows, weather)
    if kind in TABLES:
        return TABLES[kind](rows)
    return _validation(kind, read_cases(rows))


def _validation(kind: str, cases: tuple[Case, ...]) -> Validation:
    checked = tuple(_checked(case, KINDS[kind]) for case in cases)
    return Validation(kind, checked, tuple(REMARKS[kind](checked)) if kind in REMARKS else ())


def _checked(case: Case, methods: Mapping[str, Method]) -> Checked:
    """Compute a case; whatever is wrong with it is said in its row, which never disappears."""
    method = methods.get(case.method)
    if method is None:
        return not_computed(case, f"there is no method '{case.method}'; there are {', '.join(methods)}")
    try:
        return check_case(case, method(case))
    except GigaloopError as error:
        first = error.problems[0]
        return not_computed(case, str(first.why) if first.why == error.why else f"{error.why}: {first}")
    except (KeyError, ValueError) as error:
        return not_computed(case, f"its inputs cannot be used: {str(error).splitlines()[0]}")
