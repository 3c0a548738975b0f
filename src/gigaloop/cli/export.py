"""What ``gigaloop export`` does and prints."""

from __future__ import annotations

from pathlib import Path

from gigaloop import api
from gigaloop.cli import output
from gigaloop.cli.commands import planned


def export(folder: Path, to: Path, formats: list[str], scenario: str, facts: Path | None, *, json: bool) -> None:
    """Write the plan of a programme for other systems."""
    result = planned(folder, scenario, facts, quiet=json)
    files = api.export(result, to, formats=formats)
    if json:
        sizes = [{"file": str(path), "bytes": path.stat().st_size} for path in files]
        output.print_json({"programme": result.programme.id, "key": result.key, "files": sizes})
        return
    for path in files:
        output.line(f"{path}")
