"""What ``gigaloop design fabrics`` does: candidate fabrics side by side, ranked, with their front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.design import find_generation, find_site, load
from gigaloop.cli.fabric_search_object import search_object
from gigaloop.cli.numbers import counted, money, percent, power, rounded
from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import find
from gigaloop.design.network.candidates import shape_of
from gigaloop.programme.checks.floor import MOST_STOREYS

if TYPE_CHECKING:
    from gigaloop.design.network.candidates import Placement, SearchSpace
    from gigaloop.design.records.fabric_search import Demand, FabricChoice, FabricSearch

_HEADS = (
    ("fabric", "left"),
    ("switch", "left"),
    ("switches at", "left"),
    ("media", "left"),
    ("switches", "right"),
    ("modules", "right"),
    ("cable", "right"),
    ("cost", "right"),
    ("low to high", "right"),
    ("power", "right"),
    ("time", "right"),
    ("left", "right"),
    ("", "left"),
    ("others", "right"),
)
_OBSTACLES = 5
"""Reasons shown."""
_OPTIONAL = ("low to high", "modules", "media", "switches at", "others", "cable", "switch")


def fabrics(
    folder: Path,
    generation: str,
    scenario: str,
    facts: Path | None,
    *,
    site: str,
    accelerators: int | None,
    tiers: Sequence[int],
    planes: Sequence[int],
    oversubscriptions: Sequence[str],
    switches: Sequence[str],
    placements: Sequence[str],
    media: Sequence[str],
    topologies: Sequence[str],
    groups: Sequence[str],
    messages: Sequence[str],
    failures: int,
    top: int,
    every: bool,
    json: bool,
) -> None:
    """Show the candidate fabrics of a generation."""
    from gigaloop.design.network.search import search_fabrics

    programme, catalogue = load(folder, scenario, facts)
    chosen = find_generation(programme, generation)
    for each in switches:
        catalogue.switch(each)
    place = find_site(programme, site) if site else None
    space = _space(tiers, planes, oversubscriptions, switches, placements, media, topologies, groups)
    with output.progress(quiet=json) as shown:
        found = search_fabrics(
            programme,
            chosen,
            catalogue,
            accelerators,
            space,
            messages=messages,
            site=place,
            failures=failures,
            begun=lambda number, count: shown.begin(f"fabric {number} of {count}, at every place"),
        )
    if json:
        output.print_json(search_object(found))
        return
    show_search(found, top, every=every)


def _space(
    tiers: Sequence[int],
    planes: Sequence[int],
    oversubscriptions: Sequence[str],
    switches: Sequence[str],
    placements: Sequence[str],
    media: Sequence[str],
    topologies: Sequence[str],
    groups: Sequence[str],
) -> SearchSpace:
    from gigaloop.design.network.candidates import GROUPS, MEDIA, TOPOLOGIES, SearchSpace

    given: dict[str, object] = {
        "tiers": tuple(sorted(set(tiers))),
        "planes": tuple(sorted(set(planes))),
        "oversubscription": tuple(dict.fromkeys(map(_ratios, oversubscriptions))),
        "switches": tuple(dict.fromkeys(switches)),
        "placements": tuple(dict.fromkeys(map(_placement, placements))),
        "media": tuple(dict.fromkeys(find("media", each, ((name, name) for name in MEDIA)) for each in media)),
        "topologies": tuple(
            dict.fromkeys(find("topology", each, ((name, name) for name in TOPOLOGIES)) for each in topologies)
        ),
        "groups": tuple(dict.fromkeys(find("group", each, ((name, name) for name in GROUPS)) for each in groups)),
    }
    return SearchSpace(**{name: value for name, value in given.items() if value})  # type: ignore[arg-type]


def _ratios(text: str) -> tuple[float, float]:
    """Read oversubscription of leafs, and of spines after a slash.

    >>> _ratios("2"), _ratios("1/7")
    ((2.0, 1.0), (1.0, 7.0))
    """
    parts = text.removesuffix(":1").split("/")
    try:
        ratios = tuple(float(part.removesuffix(":1")) for part in parts)
    except ValueError:
        ratios = ()
    if len(ratios) not in (1, 2) or not all(1.0 <= each < 1e3 for each in ratios):
        raise UsageError(
            f"--oversubscription {text} is no ratio of 1 to 1,000",
            hint="write it like --oversubscription 2 for leafs, or --oversubscription 1/7 for leafs and spines",
        )
    return ratios[0], ratios[1] if len(ratios) > 1 else 1.0


def _placement(text: str) -> Placement:
    """Read where leafs stand, where spines stand and how many storeys there are, any of them."""
    from gigaloop.design.network.candidates import LEAFS, SPINES, Placement

    found: dict[str, str | int] = {}
    for part in (each.strip() for each in text.split("/")):
        words = part.split()
        if len(words) == 2 and words[0].isdecimal() and words[1].rstrip("s") == "storey":
            if not 1 <= int(words[0]) <= MOST_STOREYS:
                raise UsageError(
                    f"--placement {text}: no hall has {words[0]} storeys", hint=f"give 1 to {MOST_STOREYS} storeys"
                )
            found["storeys"] = int(words[0])
            continue
        known = find("placement", part, ((each, each) for each in (*LEAFS, *SPINES, "1 storey", "2 storeys")))
        found["leafs" if known in LEAFS else "spines"] = known
    return Placement(**found)  # type: ignore[arg-type]


def show_search(found: FabricSearch, top: int, *, every: bool = False) -> None:
    """Print the fabric as stated, then the best candidates, those of the front first, and why others cannot be built.

    Candidates that differ in place and media alone are one row, that of the best of them, unless every one is asked
    for.
    """
    can = [row for row in found.ranking() if not found.obstacles[row]]
    alike: dict[object, list[int]] = {}
    for row in can:
        alike.setdefault(row if every else shape_of(found.choice[row]), []).append(row)
    groups = list(alike.values())
    shown = groups[:top]
    title = f"{found.generation}: {counted(len(found), 'fabric')} for {found.asked:,} accelerators"
    title += f", {len(can)} can be built, {int(found.front.sum())} on the front"
    more = f"{len(groups) - len(shown)} more with --top {len(groups)}" if len(groups) > len(shown) else ""
    output.line()
    if shown:
        heads = _HEADS[:-1] if every else _HEADS
        rows = [tuple(_cells(found, group))[: len(heads)] for group in shown]
        output.table(title, heads, [*_as_stated(found, len(heads)), *rows], more, optional=_OPTIONAL)
    else:
        output.line(title, style="bold")
    _show_obstacles(found)
    output.line()
    _show_best(found, can)
    if not can:
        output.line(
            "nothing that was chosen from can be built: leave options out, or name more switches, tiers or planes"
        )
        return
    if not every:
        output.line("others: the same at other places or with other cables, and how many are on the front; see --every")
    output.line("*: on the front: no other has as low cost, power and time per accelerator and as much bandwidth left")
    output.line("order: the front first, then by cost where every part has a price, else by power, time, switches")
    output.line("SU: scalable unit, the racks that share leafs; cost, power: of the network with what nodes plug in")
    output.line(f"left: share of its bandwidth that the worst-hit job keeps with {found.failed} down, mean")
    for demand in found.demands:
        output.line(f"time counts {_said(demand)}")
    full = found.tray_fill[found.front]
    if len(full) and full.max() > 1.0:
        output.line(
            f"trays: on the front the fullest holds {full.min():.1f} to {full.max():.1f} times what one may;"
            " so many are due side by side"
        )
    _show_missing(found)


def _as_stated(found: FabricSearch, cells: int) -> Iterator[tuple[str, ...]]:
    """Give the row of the fabric that the generation states, if it can be built."""
    stated = found.stated
    if stated is None:
        return
    if stated.obstacles[0]:
        yield (f"as stated: cannot: {stated.obstacles[0]}",) + ("",) * (cells - 1)
        return
    first, *rest = _cells(stated, [0])
    yield (f"as stated: {first}", *rest[:-2], "", "")[:cells]


def _show_best(found: FabricSearch, can: Sequence[int]) -> None:
    """Say which candidate is the best in each thing that they are held against each other by."""
    priced = [row for row in can if found.priced[row]]
    powered = [row for row in can if found.powered[row]]
    for title, rows, values, text in (
        ("least cost, of those priced in full", priced, found.cost[:, 1], money),
        ("least power", powered, found.power, power),
        ("least time", can, found.time, _milliseconds),
        ("most bandwidth left", can, -found.bandwidth_left, lambda value: percent(-value)),
    ):
        if rows:
            best = min(rows, key=lambda row: values[row])
            output.line(f"{title}: {text(float(values[best]))}, {described(found.choice[best])}")


def _show_missing(found: FabricSearch) -> None:
    """Name what has no price or no power."""
    for what, pieces in (("price", found.unpriced), ("power", found.unpowered)):
        names = sorted(name for name, each in pieces.items() if each[found.feasible].any())
        if names:
            output.line(f"+: without the unknown {what} of: {', '.join(names)}")


def _show_obstacles(found: FabricSearch) -> None:
    counts = Counter(each for each in found.obstacles if each)
    for obstacle, count in counts.most_common(_OBSTACLES):
        output.line(f"  {count} cannot: {obstacle}", style="dim")
    if len(counts) > _OBSTACLES:
        rest = sum(counts.values()) - sum(count for _, count in counts.most_common(_OBSTACLES))
        output.line(f"  {rest} cannot for {len(counts) - _OBSTACLES} like reasons; all with --json", style="dim")


def _said(demand: Demand) -> str:
    who = f"{demand.workload}: " if demand.workload else ""
    group = f"{demand.group:,} {'domains' if demand.per_domain else 'accelerators'}"
    times = "" if demand.calls == 1.0 else f", {demand.calls:,.0f} times a step"
    size = rounded(demand.bytes / 2**20, "MiB", 3)
    return f"{who}{demand.collective} of {size} over {group}{times} ({demand.basis})"


def described(choice: FabricChoice) -> str:
    """Write what a candidate is, in a few words."""
    what = f"{choice.tiers} tiers" if choice.tiers else choice.topology
    ratios = [each for each in (choice.oversubscription, choice.spine_oversubscription) if each > 1.0]
    over = f" {choice.oversubscription:g}:1" if ratios else ""
    over += f"/{choice.spine_oversubscription:g}:1" if choice.spine_oversubscription > 1.0 else ""
    return (
        f"{what}{over}, {choice.planes} x {choice.link_rate / 1e9:g} Gb/s, SU of {counted(choice.racks_per_su, 'rack')}"
    )


def _cells(found: FabricSearch, rows: Sequence[int]) -> Iterator[str]:
    """Write the first of some candidates that are alike, and how many more there are."""
    row = rows[0]
    choice = found.choice[row]
    yield described(choice)
    yield f"{choice.switch or 'as stated'} ({choice.radix})"
    yield " / ".join(str(part) for part in (choice.leafs, choice.spines, _storeys(choice.storeys)) if part)
    yield choice.media
    yield f"{found.switches[row]:,}"
    yield f"{found.modules[row]:,}"
    yield f"{found.cable_length[row] / 1e3:,.0f} km"
    yield money(found.cost[row, 1]) + ("" if found.priced[row] else " +")
    yield f"{money(found.cost[row, 0])} to {money(found.cost[row, 2])}"
    yield power(found.power[row]) + ("" if found.powered[row] else " +")
    yield _milliseconds(float(found.time[row]))
    yield percent(found.bandwidth_left[row])
    yield "*" if found.front[row] else ""
    front = int(found.front[list(rows[1:])].sum())
    yield (f"+{len(rows) - 1}" + (f" ({front} *)" if front else "")) if len(rows) > 1 else ""


def _milliseconds(seconds: float) -> str:
    return rounded(seconds * 1e3, "ms", 3)


def _storeys(storeys: int) -> str:
    return counted(storeys, "storey") if storeys > 1 else ""
