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


def training_page(validation: Validation) -> str:
    """Give the rows of measured training steps as Markdown, misses and rows that cannot be computed included.

    Parameters
    ----------
    validation
        Of the kind ``training``.
    """
    lines = [
        *(f"- {remark}" for remark in validation.remarks),
        "",
        "| row | published | computed | error | 80 % | inside | software stack | taken |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in validation.rows:
        published = "-" if row.published is None else f"{row.published:.4g} s"
        if row.computed is None or row.error is None:
            lines.append(f"| {row.id} | {published} | - | | | no | | not computed: {row.note} |")
            continue
        parts = row.note.split("; ")
        band = parts[0].removeprefix("80 % ")
        stack = parts[2].removeprefix("software stack ")
        rest = "; ".join(part.removeprefix("taken: ") for part in parts[4:])
        inside = "yes" if row.within else "no"
        lines.append(
            f"| {row.id} | {published} | {row.computed:.4g} s | {100 * row.error:+.1f} % | {band} | {inside} "
            f"| {stack} | {rest} |"
        )
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
