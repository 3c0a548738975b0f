"""What ``gigaloop validate`` does."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from gigaloop.cli import output
from gigaloop.cli.numbers import counted, rounded
from gigaloop.cli.validate_fabric import show_fabrics
from gigaloop.validation import Checked, validate
from gigaloop.validation.records import RATIO_UNITS

_DIGITS = 9
"""Decimals of an error beyond which it is rounding of the machine."""


def show_validation(kind: str, rows: Path | None, weather: Path | None, *, json: bool) -> None:
    """Run an engine on published cases and show every one."""
    validation = validate(kind, rows, weather)
    if json:
        output.print_json(validation.as_dict())
        return
    computed = [row for row in validation.rows if row.computed is not None]
    if kind == "fabric" and computed:
        show_fabrics(computed)
    elif computed:
        _show_rows(kind, computed)
    _show_not_computed([row for row in validation.rows if row.computed is None])
    summary = validation.summary
    output.line()
    output.line(f"{counted(summary.n, 'case')}, {summary.computed} computed, {summary.within} within their tolerance")
    differences = [abs(row.error) for row in computed if row.error is not None and _is_difference(row)]
    shares = [100.0 * abs(row.error) for row in computed if row.error is not None and not _is_difference(row)]
    _show_errors("of ratios, a difference", differences, "")
    _show_errors("of the others, a share of what is published" if differences else "", shares, "%")
    for remark in validation.remarks:
        output.line(remark)


def _show_rows(kind: str, rows: Sequence[Checked]) -> None:
    """Show a line for each case."""
    columns = [
        ("case", "left"),
        ("quantity", "left"),
        ("published", "right"),
        ("computed", "right"),
        ("error", "right"),
        ("within", "left"),
        ("note", "left"),
    ]
    digits, optional = (4, ("case",)) if kind == "facility" else (6, ())
    output.table(f"Published cases of the {kind}", columns, [_row(row, digits) for row in rows], optional=optional)


def _show_not_computed(rows: Sequence[Checked]) -> None:
    """Say which cases were not computed, by the reason."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        reasons.setdefault(row.note, []).append(row.id)
    if not reasons:
        return
    output.line()
    output.line("Not computed", style="bold")
    for why, cases in reasons.items():
        output.line(f"{why}:")
        output.line(f"    {', '.join(cases)}", style="dim")


def _show_errors(what: str, errors: Sequence[float], unit: str) -> None:
    if errors:
        mean, median, greatest = (
            rounded(round(value, _DIGITS), unit, 3)
            for value in (statistics.fmean(errors), statistics.median(errors), max(errors))
        )
        output.line(f"error{f' {what}' if what else ''}: mean {mean}, median {median}, greatest {greatest}")


def _is_difference(row: Checked) -> bool:
    return row.unit in RATIO_UNITS or row.published == 0.0


def _row(row: Checked, digits: int) -> tuple[str, ...]:
    if row.error is None:
        error = ""
    elif _is_difference(row):
        error = f"{row.error:+.3f}"
    else:
        error = f"{100 * round(row.error, _DIGITS):+.3g} %"
    return (
        row.id,
        row.quantity,
        "no number" if row.published is None else rounded(row.published, row.unit, max(digits, 6)),
        "" if row.computed is None else rounded(row.computed, row.unit, digits),
        error,
        "yes" if row.within else "no",
        row.note,
    )
