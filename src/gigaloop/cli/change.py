"""What ``gigaloop explain change`` does and prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.commands import planned, runs_folder
from gigaloop.cli.numbers import day, money
from gigaloop.core.units import WEEK

if TYPE_CHECKING:
    from gigaloop.plan import Plan
    from gigaloop.plan.explain.change import PlanChange
    from gigaloop.plan.explain.differences import Difference, Tables
    from gigaloop.programme import Programme
    from gigaloop.study.chain import Result

_SHOWN = 12


def change(before: str, after: str, facts: Path | None, *, json: bool) -> None:
    """Say what moved between two plans."""
    from gigaloop.plan.explain.change import compare_tables, explain_change

    if "@" in before or "@" in after:
        found = compare_tables(*(_tables(each, facts, quiet=json) for each in (before, after)))
    else:
        first, second = (_result(each, facts, quiet=json) for each in (before, after))

        def replan(programme: Programme, start: Plan) -> Plan:
            from gigaloop.design import design_programme
            from gigaloop.plan import plan_programme

            catalogue = second.catalogue
            programme, designs = design_programme(programme, catalogue)
            return plan_programme(programme, designs, catalogue, reliefs=0, start=start)

        found = explain_change((first.programme, first.plan), (second.programme, second.plan), replan)
    if json:
        output.print_json({"before": before, "after": after, **found.as_dict()})
        return
    _show(found)


def _result(name: str, facts: Path | None, *, quiet: bool) -> Result:
    """Plan ``PROGRAMME`` or ``PROGRAMME:SCENARIO``; a folder whose own name holds a colon goes first."""
    folder, _, scenario = name.rpartition(":")
    if not folder or Path(name).is_dir():
        folder, scenario = name, ""
    return planned(Path(folder), scenario, facts, quiet=quiet)


def _tables(name: str, facts: Path | None, *, quiet: bool) -> Tables:
    """Give the tables of a run kept, ``PROGRAMME@KEY``, or of a programme planned now."""
    if "@" not in name:
        return _result(name, facts, quiet=quiet).plan.tables()
    from gigaloop.study.store import open_run

    folder, _, key = name.rpartition("@")
    run = open_run(runs_folder(Path(folder)), key)
    with run.connect() as connection:
        return {table: connection.table(table).fetchnumpy() for table in run.tables}


def _show(found: PlanChange) -> None:
    for sentence in found.sentences:
        output.line(sentence)
    if found.effects:
        output.line()
        output.table(
            "Because of, made one after the other",
            [("change", "left"), *((name, "right") for name in ("objective", "MW-weeks online", "MW-weeks late"))],
            [
                (each.path, money(each.objective), _mw_weeks(each.online), _mw_weeks(each.late))
                for each in found.effects
            ],
        )
    elif found.changes:
        output.line()
        output.line(f"{len(found.changes)} changes of the programme; too many to tell their effects apart", style="dim")
    for title, kinds in (
        ("What moved", ("online", "late", "first units", "production", "purchases")),
        ("Costs", ("cost",)),
    ):
        rows = [each for each in found.differences if each.kind in kinds and (each.kind != "cost" or each.change)]
        if rows:
            output.line()
            _table(title, _some(rows))


def _some(rows: Sequence[Difference]) -> list[Difference]:
    """Give the largest of every kind; all of them are in the JSON."""
    kept: list[Difference] = []
    for kind in dict.fromkeys(each.kind for each in rows):
        own = [each for each in rows if each.kind == kind]
        kept += own if kind == "cost" else own[:_SHOWN]
    return kept


def _table(title: str, rows: Sequence[Difference]) -> None:
    columns = [
        ("", "left"),
        ("what", "left"),
        *((name, "right") for name in ("before", "after", "change", "weeks later")),
    ]
    output.table(
        title,
        [*columns, ("since", "left")],
        [
            (
                each.kind if n == 0 or rows[n - 1].kind != each.kind else "",
                each.name,
                _amount(each, each.before),
                _amount(each, each.after),
                _amount(each, each.change) if each.unit != "days" else f"{each.change:+.0f} days",
                f"{each.weeks:+.1f}" if each.weeks is not None else "",
                day(each.since) if each.since else "",
            )
            for n, each in enumerate(rows)
        ],
    )


def _mw_weeks(joules: float) -> str:
    return f"{joules / WEEK * 1e-6:+,.4g}"


def _amount(each: Difference, value: float) -> str:
    if each.unit == "J":
        return f"{value / WEEK * 1e-6:,.4g} MW-weeks"
    if each.unit == "days":
        import datetime as dt

        return day(dt.date(1970, 1, 1) + dt.timedelta(days=round(value)))
    return money(value) if each.unit == "USD" else f"{value:,.0f}"
