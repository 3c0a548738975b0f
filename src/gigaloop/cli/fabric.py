"""``gigaloop design fabric``: the networks of a generation, their floor, every cable, and what they do."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.cli import output
from gigaloop.cli.checks import show_checks
from gigaloop.cli.design import find_generation, find_site, load
from gigaloop.cli.fabric_compare import compared_object, compared_with, show_compared
from gigaloop.cli.fabric_facts import (
    collectives_of,
    failures_of,
    laid,
    racks_by_kind,
    rate_per_accelerator,
    rows_of_floor,
)
from gigaloop.cli.fabric_object import fabric_object
from gigaloop.cli.fabric_tables import (
    gigabits,
    metres,
    plain_name,
    show_beyond,
    show_bill,
    show_cables,
    show_collectives,
    show_failures,
    show_tiers,
)
from gigaloop.cli.numbers import counted, money, percent, power, rounded
from gigaloop.core.errors import UsageError
from gigaloop.core.evidence import Evidence
from gigaloop.design.fabric.interruptions import interruptions
from gigaloop.design.fabric.paths import PathProfile, path_profile
from gigaloop.design.network import design_network
from gigaloop.design.records import Network
from gigaloop.exchange.fabric.formats import format_of, write_fabric

if TYPE_CHECKING:
    from gigaloop.programme.schema import Generation, Site

_LEFT, _RIGHT = "left", "right"


def fabric(
    folder: Path,
    generation: str,
    scenario: str,
    facts: Path | None,
    *,
    su: int | None,
    site: str,
    cables: Path | None,
    format: str,  # noqa: A002 - as the option is called
    against: Path | None,
    json: bool,
) -> None:
    """Engineer the networks of a generation, show them, and write or compare their cables."""
    programme, catalogue = load(folder, scenario, facts)
    chosen = find_generation(programme, generation)
    place = find_site(programme, site) if site else None
    if format and not cables and not against:
        raise UsageError(f"--format {format} is of no file", hint="name a file with --cables or --against, too")
    written = format_of(cables, format) if cables else ""
    held = format_of(against, "" if cables else format) if against else ""
    network = design_network(programme, chosen, catalogue, sus=su, site=place)
    files = write_fabric(network, chosen, catalogue, cables, written) if cables else ()
    compared = compared_with(network, against, held) if against else None
    collectives, failures = collectives_of(network.fabric), failures_of(network)
    often = interruptions(network.fabric)
    if json:
        output.print_json(
            {
                "programme": programme.id,
                "fabric": fabric_object(network, collectives, failures, often),
                "files": [{"file": str(path), "bytes": path.stat().st_size} for path in files],
                "compared": None if compared is None else compared_object(compared),
            }
        )
        return
    _show_card(network, chosen, place)
    show_tiers(network)
    show_cables(network)
    show_beyond(network)
    show_bill(network)
    show_collectives(collectives)
    show_failures(failures, often)
    show_checks(network.checks, f"generations.{chosen.id}")
    _show_sources(network)
    if compared is not None:
        show_compared(compared, str(against))
    for path in files:
        output.line(f"written: {path}  ({path.stat().st_size / 1e6:,.1f} MB)")


def _show_card(network: Network, generation: Generation, site: Site | None) -> None:
    fabric = network.fabric
    at = f"at {site.name}" if site else "on a floor of its own"
    output.line()
    output.line(
        f"Fabric of {counted(fabric.sus, 'scalable unit')} of {generation.name}, {at}  ({generation.id})", style="bold"
    )
    output.table("", [("fabric", _LEFT), ("", _RIGHT), ("", _LEFT)], _card(network))


def _distances(far: PathProfile) -> str:
    """Say how far ports are apart, and over how many equal paths.

    >>> _distances(PathProfile(np.array([2, 4]), np.array([0.006, 0.994]), np.array([1.0, 72.0])))
    '2 for 0.6 % of pairs, 4 for 99.4 % over 72 equal paths'
    """
    said: list[str] = []
    for hops, share, paths in zip(far.hops.tolist(), far.share.tolist(), far.paths.tolist(), strict=True):
        pairs = f"{hops} for {100 * share:.1f} %{'' if said else ' of pairs'}"
        said.append(f"{pairs} over {paths:,.3g} equal paths" if paths > 1.0 else pairs)
    return ", ".join(said)


def _card(network: Network) -> Iterator[tuple[str, str, str]]:
    fabric, schedule = network.fabric, network.schedule
    up, every = fabric.scale_up, fabric.accelerators
    nodes = f"{rounded(fabric.accelerators_per_node)} a node, {counted(fabric.nodes_per_rack, 'node')} a rack"
    yield "accelerators", f"{every:,}", f"in {counted(fabric.racks, 'rack')}; {nodes}"
    reduces = "its switches reduce" if up.in_switch_reduction else "its switches do not reduce"
    yield (
        "scale-up domain",
        f"{up.accelerators:,}",
        f"accelerators at {up.bandwidth / 1e9:,.0f} GB/s each way; {reduces}",
    )
    for design in fabric.networks:
        plane = design.plane
        yield design.name, gigabits(rate_per_accelerator(fabric, design)), "an accelerator, each way"
        shape = f"{_shape(plane)}; {counted(design.planes, 'plane')} of {counted(plane.rails, 'rail')}"
        yield "", "", f"{shape} at {gigabits(plane.rate)}, switches of {plane.radix:,} ports"
        over = getattr(plane, "oversubscription", None)
        if over is not None and math.isfinite(over):
            yield "  oversubscription", f"{over:.3g}:1", "rate of a leaf toward nodes over that toward spines"
    yield "switches", f"{sum(d.switches for d in fabric.networks):,}", f"{fabric.load_balancing} over equal paths"
    racks, far = racks_by_kind(network), path_profile(fabric.scale_out.plane)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in racks.items())
    yield "distance", f"{far.mean_hops:.3g}", f"links between two ports on average; {_distances(far)}"
    storeys = counted(int(network.floor.storey.max()) + 1, "storey") if len(network.floor.storey) else ""
    halls = counted(len(network.floor.hall), "hall")
    yield "floor", counted(rows_of_floor(network), "row"), f"in {halls} of {storeys}; racks: {kinds}"
    for each in network.floor.unplaced:
        yield "", "NOT PLACED", each
    runs = schedule.length.astype(np.float64)
    ordered = sum(each.ordered for each in laid(network) if each.medium is not None)
    span = f"links; runs of {metres(float(runs.mean()))} on average, {metres(float(runs.max()))} at most"
    yield "cables", f"{len(schedule):,}", f"{span}; {metres(ordered)} ordered"
    beyond = len(schedule.unreached)
    yield (
        "beyond reach",
        f"{beyond:,}",
        "links that no allowed cable reaches" if beyond else "every cable is within its supported reach",
    )
    trays = network.trays
    if len(trays.fill):
        full = f"of the fullest tray's section; limit {percent(trays.fill_limit)}"
        load = f"{rounded(float(trays.load.max()), 'kg/m', 3)} of {rounded(trays.load_limit, 'kg/m', 3)}"
        yield "tray fill", percent(float(trays.fill.max())), f"{full}; {load}"
    yield from _power(network)
    yield from _cost(network)


def _power(network: Network) -> Iterator[tuple[str, str, str]]:
    bill, every = network.bill, network.fabric.accelerators
    known = sum(line.power or 0.0 for line in bill.lines if not line.at_node)
    whole = "of switches with their modules" if bill.power is not None else "at least, of what is known"
    yield "power", power(known), f"{whole}, {power(known / every)} an accelerator"
    if bill.node_power is not None:
        yield "", power(bill.node_power), "of modules in nodes, which count in the racks"
    if bill.unpowered:
        named = [plain_name(line.name) for line in bill.lines if line.power is None]
        lines = counted(len(bill.unpowered), "line").partition(" ")
        yield "  no power known", lines[0], f"{lines[2]}: {'; '.join(dict.fromkeys(named))}"


def _cost(network: Network) -> Iterator[tuple[str, str, str]]:
    bill = network.bill
    low, base, high = bill.cost
    priced = len(bill.lines) - len(bill.unpriced)
    told = f"of {priced} of {len(bill.lines)} lines that have a price"
    if not priced:
        yield "cost", "not known", "none of the lines has a price: state them in the parts or in facts of your own"
        return
    span = f"{money(low)} to {money(high)}, " if high > low else ""
    yield "cost", money(base), f"{span}{told}"
    if bill.unpriced:
        lines = counted(len(bill.unpriced), "line").partition(" ")
        yield "  without a price", lines[0], f"{lines[2]}: 'not known' in the bill below"


def _shape(plane: object) -> str:
    """Name a topology in words."""
    tiers = getattr(plane, "tiers", None)
    if tiers is not None:
        return f"Clos of {counted(tiers, 'tier')}"
    return {"SlimFly": "Slim Fly"}.get(type(plane).__name__, type(plane).__name__)


def _show_sources(network: Network) -> None:
    """Say what the numbers rest on."""
    evidence: list[Evidence] = [each for line in network.bill.lines for each in line.evidence]
    evidence += [each for design in network.fabric.networks for each in design.switch_evidence]
    distinct = list(dict.fromkeys(evidence))
    assumed = sum(each.is_assumption for each in distinct)
    output.line()
    output.line(f"{len(distinct)} facts stand behind this, {assumed} of them assumptions; sources:")
    for source in dict.fromkeys(each.source for each in distinct if not each.is_assumption):
        output.line(f"  {source}", style="dim")
