"""The commands ``gigaloop design ...`` and their options; what they do stands in modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gigaloop.cli.groups import DEFAULT, WithDefault

design_app = typer.Typer(
    cls=WithDefault,
    help="Engineer the generations: rack, power chain, cooling, fabric, performance, checks with margins.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(metavar="PROGRAMME", help="Folder of the programme.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]
Scenario = Annotated[str, typer.Option("--scenario", "-s", help="Apply one of the programme's scenarios first.")]
Facts = Annotated[
    Path | None, typer.Option("--catalogue", help="A folder of your own facts that extend or override ours.")
]


@design_app.command(DEFAULT)
def design(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="One generation; all where not given.")] = "",
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Engineer a programme; the word 'programme' may be left out: gigaloop design FOLDER [GENERATION]."""
    from gigaloop.cli import design as bodies

    bodies.design(programme, generation, scenario, facts, json=json)


@design_app.command("rack")
def rack(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="The generation.")],
    site: Annotated[str, typer.Option("--site", help="Hold it against the halls of one site.")] = "",
    scenario: Scenario = "",
    power_cap: Annotated[
        str, typer.Option("--power-cap", help="Hold every accelerator to this power, e.g. '960 W'.")
    ] = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Show a rack as a product: power, feed, busbar, coolant, mass and size, each with the margin to its limit."""
    from gigaloop.cli import design as bodies

    bodies.rack(programme, generation, site, scenario, facts, power_cap, json=json)


@design_app.command("trade")
def trade(
    programme: Folder,
    site: Annotated[list[str] | None, typer.Option("--site", help="A site; all where not given.")] = None,
    generation: Annotated[
        list[str] | None, typer.Option("--generation", "-g", help="A generation; all where not given.")
    ] = None,
    cooling: Annotated[
        list[str] | None, typer.Option("--cooling", help="dry, adiabatic or wet; all where not given.")
    ] = None,
    redundancy: Annotated[
        list[str] | None, typer.Option("--redundancy", help="N, N+1 or 2N; all where not given.")
    ] = None,
    supply: Annotated[
        list[str] | None, typer.Option("--supply", help="A set point of the facility water, e.g. '30 degC'.")
    ] = None,
    power_cap: Annotated[
        list[str] | None, typer.Option("--power-cap", help="Hold every accelerator to this power, e.g. '960 W'.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Designs shown of each site.")] = 12,
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Compare facilities: sites, generations, cooling, redundancy, set points and power caps, ranked."""
    from gigaloop.cli import trade as bodies

    bodies.trade(
        programme,
        scenario,
        facts,
        sites=site or (),
        generations=generation or (),
        coolings=cooling or (),
        redundancies=redundancy or (),
        supplies=supply or (),
        power_caps=power_cap or (),
        top=top,
        json=json,
    )


@design_app.command("facility")
def facility(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="The generation whose racks stand there.")],
    site: Annotated[str, typer.Option("--site", help="One site, in full; all in a line each where not given.")] = "",
    scenario: Scenario = "",
    weather: Annotated[
        Path | None, typer.Option("--weather", help="EPW file instead of the site's own weather; needs --site.")
    ] = None,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Engineer what sites need around racks: PUE and water over a year, blocks, equipment, order dates, checks."""
    from gigaloop.cli import facility as bodies

    bodies.facility(programme, generation, site, scenario, facts, weather, json=json)


@design_app.command("rules")
def rules(json: Json = False) -> None:
    """List the design rules: what each holds, how badly it counts, its source and the way out."""
    from gigaloop.cli import design as bodies

    bodies.rules(json=json)


@design_app.command("dynamics")
def dynamics(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="The generation that takes all of the site's power.")],
    site: Annotated[str, typer.Option("--site", help="The site.")],
    trace: Annotated[
        Path | None, typer.Option("--trace", help="CSV of a recorded trace: 'time [s]' and 'power [MW]'.")
    ] = None,
    hours: Annotated[float, typer.Option("--hours", help="Length of the trace.")] = 24.0,
    seed: Annotated[int, typer.Option("--seed", help="Of jobs, failures and noise.")] = 0,
    limits: Annotated[
        str, typer.Option("--limits", help="A grid requirement of the catalogue instead of the site's limits.")
    ] = "",
    ramp: Annotated[str, typer.Option("--ramp", help="A limit of ramp instead of the site's, e.g. '50 MW/min'.")] = "",
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Show the power of a site over time: ramps, swings, limits of its grid, storage, and how long coolant holds."""
    from gigaloop.cli import dynamics as bodies

    bodies.dynamics(
        programme, generation, site, scenario, facts,
        trace=trace, hours=hours, seed=seed, limits=limits, ramp=ramp, json=json,
    )  # fmt: skip
