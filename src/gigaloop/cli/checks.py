"""Checks of design rules as tables: what fails in full, what holds in one line a rule."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from gigaloop.cli import output
from gigaloop.cli.numbers import rounded, share
from gigaloop.core.quantity import Quantity
from gigaloop.design import Check, Sense, Severity

_SIGNS = {Sense.AT_MOST: "\u2264", Sense.AT_LEAST: "\u2265", Sense.EQUAL: "="}
_HEADS = (("check", "left"), ("value", "right"), ("limit", "right"), ("margin", "right"))
_INDENT = "    "
_LEAST = 30
"""Columns that the text of a check has at least."""
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def show_checks(checks: Sequence[Check], own: str) -> None:
    """Print what does not hold with its way out, then each rule that holds, at the place where it is tightest.

    Parameters
    ----------
    checks
        Of one generation or facility.
    own
        Path of it: it is left out where it is what was checked.
    """
    failed = sorted((c for c in checks if not c.ok), key=lambda c: (_ORDER[c.severity], c.id, c.margin))
    for severity, title in ((Severity.ERROR, "Errors"), (Severity.WARNING, "Warnings"), (Severity.INFO, "Remarks")):
        rows = [row for group in _alike(c for c in failed if c.severity is severity) for row in _told(group, own)]
        if rows:
            output.line()
            output.table(title, _HEADS, _fitted(rows))
    held = _tightest(check for check in checks if check.ok)
    if held:
        caption = f"{sum(check.ok for check in checks)} of {len(checks)} checks hold; each rule where it is tightest"
        output.line()
        rows = [_row(check, _place(check, own) or _named(check, count), count) for check, count in held]
        output.table("Holds", _HEADS, _fitted(rows), caption)


def said(check: Check) -> tuple[str, str, str]:
    """Give value, limit with its sign, and margin of a check, with four significant digits."""
    return quantity(check.value), f"{_SIGNS[check.sense]} {quantity(check.limit)}", margin(check)


def quantity(value: Quantity) -> str:
    """Write a quantity with four significant digits in its unit, a share of nearly everything with its nines."""
    unit = value.unit
    number = (float(value) - unit.offset) / unit.factor
    if unit.symbol == "%" and 99.0 < number < 100.0:
        return f"{number:.5f}".rstrip("0").rstrip(".") + " %"
    return rounded(number, unit.symbol)


def margin(check: Check) -> str:
    """Write the distance to the limit: in K for temperatures, else in % of it; nothing where it is to be equal."""
    if check.sense is Sense.EQUAL and check.ok:
        return ""
    if check.limit.unit.offset:
        distance = float(check.value) - float(check.limit)
        return f"{round(distance if check.sense is Sense.AT_LEAST else -distance, 1) + 0.0:+.3g} K"
    return share(check.margin)


def _alike(checks: Iterable[Check]) -> list[list[list[Check]]]:
    """Gather what fails: by rule, and within a rule what fails alike at several places."""
    rules: dict[str, dict[tuple[str, str, str], list[Check]]] = {}
    for check in checks:
        alike = rules.setdefault(check.id, {})
        alike.setdefault((quantity(check.value), quantity(check.limit), check.detail), []).append(check)
    return [list(groups.values()) for groups in rules.values()]


def _told(groups: list[list[Check]], own: str) -> list[tuple[str, ...]]:
    first = groups[0][0]
    ways_out = dict.fromkeys(check.way_out for group in groups for check in group if check.way_out)
    rows: list[tuple[str, ...]]
    if len(groups) == 1:
        rows = [_row(first, _place(first, own) + _more(groups[0]), 1)]
        rows += [(_INDENT + first.detail, "", "", "")] if first.detail else []
    else:
        rows = [(first.title, "", "", "")]
        for group in groups:
            check = group[0]
            where = _place(check, own).removeprefix(", ") + _more(group)
            told = ": ".join(text for text in (where, check.detail) if text)
            rows.append((_INDENT + told, *said(check)))
    return [*rows, *((f"{_INDENT}way out: {text}", "", "", "") for text in ways_out)]


def _more(group: list[Check]) -> str:
    return f" and at {len(group) - 1} more" if len(group) > 1 else ""


def _fitted(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Wrap the text of each row into what its numbers leave of the terminal; what is indented stays so."""
    numbers = sum(2 + max(len(head), *(len(row[i]) for row in rows)) for i, (head, _) in enumerate(_HEADS) if i)
    width = max(_LEAST, output.out.width - numbers)
    return [(_wrapped(text, width), *rest) for text, *rest in rows]


def _wrapped(text: str, width: int) -> str:
    indent = text[: len(text) - len(text.lstrip())]
    later = indent or _INDENT[:2]
    return textwrap.fill(text.lstrip(), width, initial_indent=indent, subsequent_indent=later, break_on_hyphens=False)


def _tightest(checks: Iterable[Check]) -> list[tuple[Check, int]]:
    found: dict[str, list[Check]] = {}
    for check in checks:
        found.setdefault(check.id, []).append(check)
    return [(min(group, key=lambda c: c.margin), len(group)) for group in found.values()]


def _row(check: Check, place: str, count: int) -> tuple[str, ...]:
    many = f" (of {count})" if count > 1 else ""
    return (f"{check.title}{place}{many}", *said(check))


def _place(check: Check, own: str) -> str:
    subject = check.subject.removeprefix(own).strip(".")
    return f", {subject}" if subject else ""


def _named(check: Check, count: int) -> str:
    """Say which of several it is where they all are of one place."""
    return f", {check.detail}" if count > 1 and check.detail else ""
