"""The commands of ``gigaloop`` and their options; what they do stands in :mod:`gigaloop.cli.commands`."""

from __future__ import annotations

import errno
import os
import sys
from math import inf
from pathlib import Path
from typing import Annotated

import typer

from gigaloop.cli.design_app import design_app
from gigaloop.cli.explain import explain_app
from gigaloop.cli.groups import DEFAULT, WithDefault
from gigaloop.core.errors import GigaloopError, UsageError

app = typer.Typer(
    name="gigaloop",
    help="Plan AI data-centre hardware programmes: what to build, where, when it is online, what it costs, what binds.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
catalogue_app = typer.Typer(help="Sourced facts: list them, show one with its evidence.", no_args_is_help=True)
plan_app = typer.Typer(
    cls=WithDefault,
    help="Plan supply, manufacture, test and deployment; say what is late, why, and what binds.",
    no_args_is_help=True,
)
store_app = typer.Typer(help="Runs kept on disk: list, show, and query them.", no_args_is_help=True)
app.add_typer(design_app, name="design")
app.add_typer(plan_app, name="plan")
app.add_typer(explain_app, name="explain")
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(store_app, name="store")

Folder = Annotated[Path, typer.Argument(metavar="PROGRAMME", help="Folder of the programme.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Scenario = Annotated[str, typer.Option("--scenario", "-s", help="Apply one of the programme's scenarios first.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Compute every stage anew and keep nothing.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Folder for results and report.")]
Facts = Annotated[
    Path | None, typer.Option("--catalogue", help="A folder of your own facts that extend or override ours.")
]


@app.command()
def run(
    programme: Folder,
    scenario: Scenario = "",
    out: Out = None,
    no_cache: NoCache = False,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Carry a programme through the whole chain and write its results and report."""
    from gigaloop.cli import commands

    commands.run(programme, scenario, out, facts, use_cache=not no_cache, json=json)


@app.command()
def check(programme: Folder, facts: Facts = None, json: Json = False) -> None:
    """Check a programme: every problem at once, each with its place and a hint."""
    from gigaloop.cli import commands

    commands.check(programme, facts, json=json)


@plan_app.command(DEFAULT)
def plan(
    programme: Folder,
    scenario: Annotated[
        list[str] | None,
        typer.Option("--scenario", "-s", help="Apply a scenario first; several are shown side by side, as by compare."),
    ] = None,
    stage_by_stage: Annotated[
        bool, typer.Option("--stage-by-stage", help="Sites alone, then transport, factories and suppliers.")
    ] = False,
    quick: Annotated[bool, typer.Option("--quick", help="A first answer at once, by pegging.")] = False,
    time_limit: Annotated[
        float, typer.Option("--time-limit", help="Seconds for the solver; then the best plan found is given.")
    ] = inf,
    lexicographic: Annotated[
        bool, typer.Option("--lexicographic", help="Lateness by priority first, then money.")
    ] = False,
    stable: Annotated[bool, typer.Option("--stable", help="Stay near the plan without the scenario.")] = False,
    freeze: Annotated[str, typer.Option("--freeze", help="With --stable: first weeks to hold, e.g. '8 weeks'.")] = "",
    telescoped: Annotated[
        bool, typer.Option("--telescoped", help="By week for half a year, then in buckets of four weeks; warns.")
    ] = False,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Plan a programme; the word 'programme' may be left out: gigaloop plan FOLDER."""
    from gigaloop.cli import answers, commands, why

    if len(scenario or []) > 1:
        if stage_by_stage or answers.Ask(quick, time_limit, lexicographic, stable, freeze, telescoped):
            hint = "give one scenario, or leave the other options out"
            raise UsageError("several scenarios are planned to the optimum, side by side", hint=hint)
        compare(programme, scenario, facts, json=json)
        return
    name = (scenario or [""])[0]
    ask = answers.Ask(quick, time_limit, lexicographic, stable, freeze, telescoped)

    if stage_by_stage:
        why.stages(programme, name, facts, json=json)
        return
    if ask:
        answers.plan(programme, name, facts, ask, json=json)
        return
    commands.plan(programme, name, facts, json=json)


@plan_app.command("check")
def plan_check(programme: Folder, scenario: Scenario = "", facts: Facts = None, json: Json = False) -> None:
    """Hold a plan against the programme, independently of how it was made: balances, limits, dates, costs."""
    from gigaloop.cli import commands

    commands.plan_check(programme, scenario, facts, json=json)


@plan_app.command("safety-stock")
def plan_safety_stock(
    programme: Annotated[
        Path | None, typer.Argument(metavar="[PROGRAMME]", help="Folder of a programme whose network is meant.")
    ] = None,
    stages: Annotated[
        Path | None, typer.Option("--stages", help="CSV of stages: times, costs, demand, service.")
    ] = None,
    arcs: Annotated[Path | None, typer.Option("--arcs", help="CSV of arcs: source, target, quantity.")] = None,
    scenario: Scenario = "",
    year: Annotated[str, typer.Option("--year", help="Calendar year of the plan; the busiest where not given.")] = "",
    spread: Annotated[float | None, typer.Option("--spread", help="Deviation over mean of weekly demand.")] = None,
    service: Annotated[float | None, typer.Option("--service", help="Share of the weeks to cover.")] = None,
    holding_rate: Annotated[
        float | None,
        typer.Option("--holding-rate", help="Yearly holding cost over value; 1, or a programme's discount rate."),
    ] = None,
    time_limit: Annotated[float, typer.Option("--time-limit", help="Seconds for the search.")] = 60.0,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Place safety stock by guaranteed service, in a network of tables or in a programme's, with a proven bound."""
    from gigaloop.cli import safety

    if programme is not None and stages is None and arcs is None:
        safety.of_programme(programme, scenario, facts, year, spread, service, holding_rate, time_limit, json=json)
        return
    tables = safety.needs_tables(stages, arcs)
    safety.of_tables(*tables, 1.0 if holding_rate is None else holding_rate, time_limit, json=json)


@app.command()
def promise(
    programme: Folder,
    site: Annotated[str, typer.Option("--site", help="Site at which racks are wanted.")] = "",
    racks: Annotated[float | None, typer.Option("--racks", help="How many racks.")] = None,
    generation: Annotated[
        str, typer.Option("--generation", "-g", help="Of which generation; the first to be there where not given.")
    ] = "",
    by: Annotated[str, typer.Option("--by", help="Day by which to say how many could be there.")] = "",
    option: Annotated[str, typer.Option("--option", help="A contract whose optional racks are meant.")] = "",
    exercise: Annotated[str, typer.Option("--exercise", help="Day on which that option is exercised.")] = "",
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Say when racks could be online at a site: without moving what is promised already, and with moving others."""
    from gigaloop.cli import promise as bodies

    bodies.promise(
        programme, scenario, facts,
        site=site, racks=racks, generation=generation, by=by, option=option, exercise=exercise, json=json,
    )  # fmt: skip


@app.command()
def compare(
    programme: Folder,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", "-s", help="A scenario; several, or all where none is given.")
    ] = None,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Plan scenarios, each from the plan without it, and show them side by side."""
    from gigaloop.cli import compare as bodies

    bodies.compare(programme, scenario or [], facts, json=json)


@app.command()
def value(programme: Folder, scenario: Scenario = "", facts: Facts = None, json: Json = False) -> None:
    """Add up capital, energy and $/GW with its basis, and say how firm the compute is."""
    from gigaloop.cli import commands

    commands.value(programme, scenario, facts, json=json)


@app.command()
def export(
    programme: Folder,
    to: Annotated[Path, typer.Option("--to", help="Folder for the files; made where missing.")],
    format_: Annotated[
        list[str] | None, typer.Option("--format", "-f", help="erp, xlsx, ical or frepple; several, or all if none.")
    ] = None,
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Write the plan for other systems: ERP tables, a workbook, a calendar of milestones, frePPLe's tables."""
    from gigaloop.cli import export as bodies

    bodies.export(programme, to, format_ or [], scenario, facts, json=json)


@app.command()
def validate(
    kind: Annotated[
        str,
        typer.Argument(help="plan, facility, fabric, collectives, training, inference, memory, strategies or goodput."),
    ],
    rows: Annotated[Path | None, typer.Option("--rows", help="CSV of your own cases, in the same columns.")] = None,
    weather: Annotated[Path | None, typer.Option("--weather", help="facility: folder with EPW files.")] = None,
    json: Json = False,
) -> None:
    """Run an engine on published cases: what is published, what it computes, and the error of each."""
    from gigaloop.cli.validate import show_validation

    show_validation(kind, rows, weather, json=json)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="Folder of a programme.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Folder of another revision.")],
    json: Json = False,
) -> None:
    """Say what changed between two programmes, in their own units."""
    from gigaloop.cli import commands

    commands.diff(before, after, json=json)


@app.command()
def schema(
    units: Annotated[bool, typer.Option("--units", help="List the units and dimensions instead.")] = False,
    json: Json = False,
) -> None:
    """Print the JSON Schema of a programme's files, for editors."""
    from gigaloop.cli import commands

    commands.schema(units=units, json=json)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; must not exist or be empty.")],
    source: Annotated[str, typer.Option("--from", help="Copy a bundled programme, e.g. us-buildout.")] = "",
    json: Json = False,
) -> None:
    """Start a programme: a commented example, or a copy of a bundled one to edit."""
    from gigaloop.cli import commands

    commands.new(folder, source, json=json)


@app.command()
def evidence(
    programme: Folder,
    path: Annotated[str, typer.Argument(help="A path such as sites.abilene.pue; all below it are shown.")] = "",
    kind: Annotated[str, typer.Option("--kind", "-k", help="Only this kind, e.g. assumption.")] = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Show where the numbers of a programme come from."""
    from gigaloop.cli import commands

    commands.evidence(programme, path, kind, facts, json=json)


@catalogue_app.command("list")
def catalogue_list(
    kind: Annotated[str, typer.Argument(help="One kind of entry, e.g. accelerator.")] = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """List the entries of the catalogue."""
    from gigaloop.cli import commands

    commands.catalogue_list(kind, facts, json=json)


@catalogue_app.command("show")
def catalogue_show(
    entry: Annotated[str, typer.Argument(metavar="ID", help="An entry's id.")], facts: Facts = None, json: Json = False
) -> None:
    """Show the facts of one entry with their evidence."""
    from gigaloop.cli import commands

    commands.catalogue_show(entry, facts, json=json)


@store_app.command("list")
def store_list(
    programme: Folder, out: Annotated[Path | None, typer.Option("--out")] = None, json: Json = False
) -> None:
    """List the runs kept for a programme."""
    from gigaloop.cli import commands

    commands.store_list(programme, out, json=json)


@store_app.command("show")
def store_show(
    programme: Folder,
    key: Annotated[str, typer.Argument(help="Beginning of a run's key; the newest where not given.")] = "",
    out: Out = None,
    json: Json = False,
) -> None:
    """Show one run: its stages, tables and files."""
    from gigaloop.cli import commands

    commands.store_show(programme, key, out, json=json)


@store_app.command("sql")
def store_sql(
    programme: Folder,
    query: Annotated[str, typer.Argument(help="SQL over the run's tables, e.g. 'select * from online limit 5'.")],
    key: Annotated[str, typer.Option("--key", help="Beginning of a run's key.")] = "",
    out: Out = None,
    json: Json = False,
) -> None:
    """Ask the tables of a run a question in SQL."""
    from gigaloop.cli import commands

    commands.store_sql(programme, query, key, out, json=json)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        from gigaloop.version import VERSION

        typer.echo(f"gigaloop {VERSION}")
        raise typer.Exit


def main() -> None:
    """Run the command line; errors end with exit code 1 (the programme) or 2 (the usage), never with a traceback."""
    as_json = "--json" in sys.argv[1:]
    try:
        app()
    except GigaloopError as error:
        from gigaloop.cli.output import show_error

        show_error(error, as_json=as_json)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing half-written is left behind", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stderr.write("the output cannot be written: no space left on device\n")
        os._exit(1)  # the interpreter would try to write the rest once more and fail again
