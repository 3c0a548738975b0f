"""What methods are given: numbers, quantities, names and files of a case's inputs."""

from __future__ import annotations

from pathlib import Path

from gigaloop.core.errors import UsageError
from gigaloop.core.quantity import parse
from gigaloop.validation.records import Case


def given(case: Case, name: str) -> str:
    """Give an input that must be there.

    Raises
    ------
    UsageError
        If the case does not give it.
    """
    if not case.inputs.get(name):
        raise UsageError(f"the method '{case.method}' needs the input '{name}'", hint=f"add {name}=... to the inputs")
    return case.inputs[name]


def number(case: Case, name: str, standard: float | None = None) -> float:
    """Give a number.

    Raises
    ------
    UsageError
        If it is missing without a standard, or no number.
    """
    if standard is not None and not case.inputs.get(name):
        return standard
    written = given(case, name)
    try:
        return float(written)
    except ValueError as error:
        raise UsageError(f"the input '{name}' is '{written}', no number") from error


def quantity(case: Case, name: str, dimension: str) -> float:
    """Give a quantity of a dimension in its base unit.

    Raises
    ------
    UsageError
        If it is missing.
    QuantityError
        If it is no quantity of that dimension.
    """
    return float(parse(given(case, name), dimension))


def file(case: Case, name: str) -> Path:
    """Give a file beside the table.

    Raises
    ------
    UsageError
        If it is missing.
    """
    path = case.folder / given(case, name)
    if not path.is_file():
        raise UsageError(f"the file '{case.inputs[name]}' is not there")
    return path
