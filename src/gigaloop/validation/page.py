"""The rows of a validation as a table of the documentation."""

from __future__ import annotations

from gigaloop.validation.records import RATIO_UNITS, Checked, Validation


def facility_page(validation: Validation) -> str:
    """Give the rows of measured facilities as Markdown, misses and rows that cannot be computed included.

    Parameters
    ----------
    validation
        Of the kind ``facility``.
    """
    lines = [
        "| row | published | computed | error | P10 to P90 | inside | |",
        "|---|---|---|---|---|---|---|",
        *(_line(row) for row in validation.rows),
        "",
        *(f"- {remark}" for remark in validation.remarks),
    ]
    summary = validation.summary
    lines.append(f"- {summary.n} rows, {summary.computed} computed, {summary.within} inside")
    return "\n".join(lines) + "\n"


def _line(row: Checked) -> str:
    unit = f" {row.unit}" if row.unit else ""
    published = "no number" if row.published is None else f"{row.published:.4g}{unit}"
    name = row.quantity.replace("|", "/")
    if row.computed is None or row.error is None:
        return f"| {name} | {published} | - | | | no | {row.note} |"
    parts = row.note.split("; ")
    found = next((part for part in parts if part.startswith("P10-P90 ")), "").removeprefix("P10-P90 ")
    rest = "; ".join(part for part in parts if not part.startswith("P10-P90 "))
    error = f"{row.error:+.3f}" if row.unit in RATIO_UNITS else f"{100 * row.error:+.0f} %"
    said = "yes" if row.within else "no"
    return f"| {name} | {published} | {_rounded(row.computed, row.unit)} | {error} | {found} | {said} | {rest} |"


def _rounded(value: float, unit: str) -> str:
    return f"{value:.3f}" if not unit else f"{value:.3g} {unit}"
