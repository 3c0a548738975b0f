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


@design_app.command("fabric")
def fabric(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="The generation whose racks it joins.")],
    su: Annotated[
        int | None, typer.Option("--su", min=1, help="Scalable units that it joins; its 'span' where not given.")
    ] = None,
    site: Annotated[str, typer.Option("--site", help="In the halls of this site.")] = "",
    scenario: Scenario = "",
    cables: Annotated[
        Path | None,
        typer.Option("--cables", help="Write every cable: .csv, .yaml, .json, .yml, .dot, or a folder for NetBox."),
    ] = None,
    format: Annotated[  # noqa: A002 - as the option is called
        str, typer.Option("--format", help="cut-sheet, netbox, infragraph, astra-sim or graphviz; else by the name.")
    ] = "",
    against: Annotated[
        Path | None, typer.Option("--against", help="Compare with the cables of a file of one of these formats.")
    ] = None,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Engineer the networks of a generation: tiers, floor, every cable, bill of materials, collectives, failures."""
    from gigaloop.cli import fabric as bodies

    bodies.fabric(
        programme, generation, scenario, facts,
        su=su, site=site, cables=cables, format=format, against=against, json=json,
    )  # fmt: skip


@design_app.command("collectives")
def collectives(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="The generation whose fabric carries them.")],
    collective: Annotated[
        list[str] | None, typer.Option("--collective", "-c", help="Several, e.g. all_to_all; all_reduce if not given.")
    ] = None,
    message: Annotated[
        list[str] | None, typer.Option("--bytes", "-b", help="Message, e.g. '1 GiB'; several; 1 KiB to 2 GiB if none.")
    ] = None,
    group: Annotated[
        list[int] | None, typer.Option("--group", "-n", min=2, help="Accelerators; domain, unit and fabric if none.")
    ] = None,
    algorithm: Annotated[
        list[str] | None, typer.Option("--algorithm", help="Force one, e.g. ring or hierarchical; else the library's.")
    ] = None,
    su: Annotated[int | None, typer.Option("--su", min=1, help="Scalable units that the fabric joins.")] = None,
    measured: Annotated[
        list[Path] | None, typer.Option("--measured", help="Output of nccl-tests to hold against what is expected.")
    ] = None,
    calibrated: Annotated[
        list[Path] | None, typer.Option("--calibrate", help="Output of nccl-tests of this machine to estimate by.")
    ] = None,
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Estimate times of collectives on the fabric of a generation, or hold measured runs against them."""
    from gigaloop.cli import collectives as bodies

    bodies.collectives(
        programme, generation, scenario, facts,
        su=su, names=collective or (), sizes=message or (), groups=group or (), algorithms=algorithm or (),
        measured=measured or (), calibrated=calibrated or (), json=json,
    )  # fmt: skip


@design_app.command("workload")
def workload(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="The generation that does it.")],
    name: Annotated[
        list[str] | None, typer.Option("--workload", "-w", help="A workload; several; all where not given.")
    ] = None,
    accelerators: Annotated[
        int | None, typer.Option("--accelerators", "-n", min=1, help="Of the job or the deployment; as stated if none.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Layouts, or points of the front, shown.")] = 8,
    cost: Annotated[bool, typer.Option("--cost", help="Plan the programme, and say what tokens cost.")] = False,
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Say what a generation does on workloads: layout, tokens/s, time, memory, goodput, why others are out."""
    from gigaloop.cli import workload as bodies

    bodies.workload(
        programme, generation, scenario, facts,
        names=name or (), accelerators=accelerators, top=top, cost=cost, json=json,
    )  # fmt: skip


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


@design_app.command("fabrics")
def fabrics(
    programme: Folder,
    generation: Annotated[str, typer.Argument(help="The generation whose accelerators are joined.")],
    accelerators: Annotated[
        int | None, typer.Option("--accelerators", "-n", min=2, help="How many; those of its own fabric if not given.")
    ] = None,
    tiers: Annotated[list[int] | None, typer.Option("--tiers", min=1, max=3, help="2 and 3 if not given.")] = None,
    planes: Annotated[
        list[int] | None,
        typer.Option("--planes", min=1, help="Planes; every port broken out to 1, 2, 4 and 8 links if not given."),
    ] = None,
    oversubscription: Annotated[
        list[str] | None,
        typer.Option("--oversubscription", help="Of leafs, or leafs/spines, e.g. '1/7'; 1, 1/2 and 2 if not given."),
    ] = None,
    switch: Annotated[
        list[str] | None, typer.Option("--switch", help="Of the catalogue; all that ship, and its own, if not given.")
    ] = None,
    placement: Annotated[
        list[str] | None,
        typer.Option("--placement", help="E.g. 'end of row/middle of hall/2 storeys'; six common ones if not given."),
    ] = None,
    media: Annotated[
        list[str] | None, typer.Option("--media", help="any, optical or single mode; any and single mode if not given.")
    ] = None,
    topology: Annotated[
        list[str] | None, typer.Option("--topology", help="clos, dragonfly, slim fly or torus; clos if not given.")
    ] = None,
    message: Annotated[
        list[str] | None,
        typer.Option("--message", help="Time this instead of the workloads, e.g. 'all_to_all 64 MiB 512'."),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="Racks of a scalable unit: stated, or filled, which fills leafs best (default)."),
    ] = None,
    site: Annotated[str, typer.Option("--site", help="Stand them in its halls; in a hall large enough if not.")] = "",
    failures: Annotated[int, typer.Option("--failures", min=0, help="Switches that fail at once.")] = 1,
    top: Annotated[int, typer.Option("--top", min=1, help="Rows shown.")] = 20,
    every: Annotated[
        bool, typer.Option("--every", help="A row for every place and choice of media, not for its best alone.")
    ] = False,
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Rank candidate fabrics: tiers, planes, switches, oversubscription, placement, media, by what they cost and do."""
    from gigaloop.cli import fabric_search as bodies

    bodies.fabrics(
        programme, generation, scenario, facts,
        site=site, accelerators=accelerators, tiers=tiers or (), planes=planes or (),
        oversubscriptions=oversubscription or (), switches=switch or (), placements=placement or (), media=media or (),
        topologies=topology or (), groups=group or (), messages=message or (), failures=failures,
        top=top, every=every, json=json,
    )  # fmt: skip


@design_app.command("calibrate")
def calibrate(
    measurements: Annotated[
        Path, typer.Argument(metavar="MEASUREMENTS", help="CSV of measured steps: columns as in docs/validation.md.")
    ],
    write: Annotated[
        Path | None, typer.Option("--write", help="A folder for the software stack's terms, for --catalogue.")
    ] = None,
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Learn from measured training steps of your own: the software stack's term before and after, and its band."""
    from gigaloop.cli import calibrate as bodies

    bodies.calibrate(measurements, facts, write, json=json)


@design_app.command("search")
def search(
    programme: Folder,
    generation: Annotated[list[str], typer.Argument(help="The generations that are held against each other.")],
    choice: Annotated[
        list[str] | None,
        typer.Option("--choice", "-c", help="E.g. scale_out=2x, domain=72,144, 'hbm=144 GB to 576 GB in 4'; else all."),
    ] = None,
    marginal: Annotated[
        list[str] | None,
        typer.Option("--marginal", help="What has no price, e.g. hbm_bandwidth='300 USD (2026) per 1 TB/s; 26 weeks'."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="YAML with 'choices' and 'marginals' as in these options.")
    ] = None,
    objective: Annotated[
        list[str] | None, typer.Option("--objective", "-o", help="power, cost, position, date; all if not given.")
    ] = None,
    workload: Annotated[
        list[str] | None, typer.Option("--workload", "-w", help="Of the mix; all with a share where not given.")
    ] = None,
    site: Annotated[
        str, typer.Option("--site", help="Its halls, facility and electricity; the first with weather if not given.")
    ] = "",
    top: Annotated[int, typer.Option("--top", min=1, help="Variants of the front that are shown.")] = 12,
    scenario: Scenario = "",
    facts: Facts = None,
    json: Json = False,
) -> None:
    """Search a generation's free choices on the mix of workloads: the front, and what each choice is worth."""
    from gigaloop.cli import codesign as bodies

    bodies.search(
        programme, generation, scenario, facts,
        choices=choice or (), marginals=marginal or (), file=file, objectives=objective or (), workloads=workload or (),
        site=site, top=top, json=json,
    )  # fmt: skip
