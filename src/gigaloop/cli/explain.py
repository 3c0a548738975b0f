"""The commands ``gigaloop explain ...`` and their options; what they do stands in modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gigaloop.core.errors import UsageError

explain_app = typer.Typer(
    help="Say why: what feeds what, what sets a date, what changed between two plans.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Scenario = Annotated[str, typer.Option("--scenario", "-s", help="Apply one of the programme's scenarios first.")]
Facts = Annotated[
    Path | None, typer.Option("--catalogue", help="A folder of your own facts that extend or override ours.")
]


def folder_and(words: list[str], what: str) -> tuple[Path, str]:
    """Give the programme's folder and what is asked about it; the folder may be left out inside of one.

    Raises
    ------
    UsageError
        If there are more or fewer words.
    """
    if len(words) == 1:
        return Path(), words[0]
    if len(words) == 2:
        return Path(words[0]), words[1]
    raise UsageError(f"{len(words)} words where a programme and {what} are due", hint=f"write PROGRAMME {what}")


@explain_app.command("pegs")
def pegs(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[PROGRAMME] WHAT",
            help="SITE:GENERATION:NUMBER, a demand, SUPPLIER:PART[:WEEK], FACTORY[:PART]:WEEK or LANE[:WEEK].",
        ),
    ],
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Peg a unit, demand, lot, week of a factory or shipment both ways: what feeds it, and what it feeds."""
    from gigaloop.cli import pegs as bodies

    bodies.pegs(*folder_and(words, "WHAT"), scenario, facts, json=json)


@explain_app.command("path")
def path(
    words: Annotated[
        list[str], typer.Argument(metavar="[PROGRAMME] SU|SITE", help="SITE:GENERATION:NUMBER, or a site.")
    ],
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Show the chain of activities that sets the date of a scalable unit, with slack and what holds it back."""
    from gigaloop.cli import pegs as bodies

    bodies.path(*folder_and(words, "SU|SITE"), scenario, facts, json=json)


Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PROGRAMME]", help="Folder of the programme; the current one where not given."),
]


@explain_app.command("late")
def late(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PROGRAMME] [SITE|SU|WEEK]",
            help="A site, a scalable unit SITE:GENERATION:NUMBER, a week such as 2028-W14 or a date; in any order.",
        ),
    ] = None,
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Say why something is late: what binds, when it clears, what more of it brings, proved by planning again."""
    from gigaloop.cli import why

    why.late(words or [], scenario, facts, json=json)


@explain_app.command("lateness")
def lateness(
    words: Words = None,
    scenario: Scenario = "",
    solves: Annotated[int, typer.Option("--solves", min=1, help="Most times that the plan is made again.")] = 40,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Take all lateness apart into causes, lifted one after the other and each proved by planning again."""
    from gigaloop.cli import why

    why.lateness(words or [], scenario, facts, solves=solves, json=json)


@explain_app.command("binds")
def binds(
    words: Words = None,
    scenario: Scenario = "",
    proved: Annotated[int, typer.Option("--proved", min=0, help="How many are proved by planning again.")] = 5,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Rank what binds, in dollars and weeks per unit."""
    from gigaloop.cli import why

    why.binds(words or [], scenario, facts, proved=proved, json=json)


@explain_app.command("infeasible")
def infeasible(words: Words = None, scenario: Scenario = "", facts: Facts = None, json: Json = False) -> None:
    """Say what can never be met, which records are in the way, and the least that has to give."""
    from gigaloop.cli import why

    why.infeasible(words or [], scenario, facts, json=json)


@explain_app.command("change")
def change(
    before: Annotated[
        str, typer.Argument(metavar="A", help="PROGRAMME, PROGRAMME:SCENARIO, or PROGRAMME@KEY for a run kept.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="The same; what moved from A to B is told.")],
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Say what moved between two plans, by how much, and because of which changes of the programme."""
    from gigaloop.cli import change as bodies

    bodies.change(before, after, facts, json=json)
