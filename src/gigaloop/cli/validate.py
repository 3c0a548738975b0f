"""What ``gigaloop validate`` does."""

from __future__ import annotations

from pathlib import Path

from gigaloop.cli import output
from gigaloop.validation import Checked, validate


def show_validation(kind: str, rows: Path | None, *, json: bool) -> None:
    """Run an engine on published cases and show every one."""
    validation = validate(kind, rows)
    if json:
        output.print_json(validation.as_dict())
        return
    columns = [
        ("case", "left"),
        ("quantity", "left"),
        ("published", "right"),
        ("computed", "right"),
        ("error", "right"),
        ("within", "left"),
        ("note", "left"),
    ]
    output.table(f"Published cases of the {kind}", columns, [_row(row) for row in validation.rows])
    summary = validation.summary
    output.line(f"{summary.n} cases, {summary.computed} computed, {summary.within} within their tolerance")
    if summary.mean_abs_error is not None and summary.median_abs_error is not None:
        output.line(
            f"error: mean {100 * summary.mean_abs_error:.3g} %, median {100 * summary.median_abs_error:.3g} %, "
            f"greatest {100 * (summary.max_abs_error or 0.0):.3g} %"
        )


def _row(row: Checked) -> tuple[str, ...]:
    unit = f" {row.unit}" if row.unit else ""
    return (
        row.id,
        row.quantity,
        f"{row.published:,.6g}{unit}",
        "not computed" if row.computed is None else f"{row.computed:,.6g}{unit}",
        "" if row.error is None else f"{100 * row.error:+.3f} %",
        "yes" if row.within else "no",
        row.note,
    )
