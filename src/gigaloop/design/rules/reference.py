"""The design rules as a table of the documentation, so that page and code cannot part."""

from __future__ import annotations

from gigaloop.design.rules.run import every_rule


def rules_table() -> str:
    """Give all design rules as a Markdown table: id, what holds, what it is when it does not, source."""
    lines = ["| rule | what holds | else | clause or source |", "|---|---|---|---|"]
    lines += [f"| `{rule.id}` | {rule.title} | {rule.severity.value} | {_cell(rule.source)} |" for rule in every_rule()]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
