"""Checks of what the plan decides about lines: openings and change-overs."""

from __future__ import annotations

from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema import Line


def check_choices(findings: Findings) -> None:
    """Check line openings and change-overs."""
    for factory in findings.programme.factories:
        for line in factory.lines:
            path = f"factories.{factory.id}.lines.{line.id}"
            if line.opening is not None:
                _opening(findings, path, line, {each.line for each in factory.in_process})


def _opening(findings: Findings, path: str, line: Line, working: set[str]) -> None:
    opening = line.opening
    if opening is None:
        return
    if opening.latest is not None and opening.latest < line.opens:
        why = f"the line may open until {opening.latest}, but not before {line.opens}"
        findings.add(f"{path}.opening.latest", why, "give a day on or after 'opens'")
    if line.changeover is not None:
        why = "the plan decides when the line opens, and it has change-overs"
        findings.add(f"{path}.changeover", why, "leave one of 'opening' and 'changeover' out")
    if line.initial_yield is not None:
        why = "the plan decides when the line opens, and its yield rises from an opening on a given day"
        findings.add(f"{path}.initial_yield", why, "give only 'test_yield', or the opening day alone")
    if line.id in working:
        why = "the plan decides when the line opens, and it has work in process at the start"
        findings.add(f"{path}.opening", why, "leave 'opening' out: the line is open")
