"""What ``gigaloop explain late``, ``lateness``, ``binds``, ``infeasible`` and ``plan --stage-by-stage`` do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gigaloop.cli import output
from gigaloop.cli.commands import planned
from gigaloop.core.errors import InfeasibleError, UsageError
from gigaloop.core.units import WEEK

if TYPE_CHECKING:
    from gigaloop.plan.explain.lifts import Situation
    from gigaloop.plan.findings import LateChain, LateLink, PlanStage, Relief
    from gigaloop.programme import Programme
    from gigaloop.study.chain import Result

T = TypeVar("T")
PROGRAMME_FILE = "programme.yaml"
_SITES_SHOWN = 3
_BINDS_SHOWN = 20
_MW_WEEK = 1e6 * WEEK


def folder_in(words: Iterable[str]) -> tuple[Path, str]:
    """Tell the programme's folder from what is asked about, in any order; the folder is the current one by default.

    Raises
    ------
    UsageError
        If there are more words, or none of two is the folder of a programme.
    """
    given = list(words)
    folders = [word for word in given if (Path(word) / PROGRAMME_FILE).is_file()]
    if len(given) > 2 or len(folders) > 1:
        raise UsageError(f"{len(given)} words where a programme and one thing to explain are due")
    if len(given) == 2 and not folders:
        hint = f"one of the two names a folder with {PROGRAMME_FILE}"
        raise UsageError(f"neither '{given[0]}' nor '{given[1]}' is a programme", hint=hint)
    rest = [word for word in given if word not in folders]
    if not folders and rest and ("/" in rest[0] or Path(rest[0]).is_dir()):
        raise UsageError(f"'{rest[0]}' is no programme", hint=f"a programme's folder has a {PROGRAMME_FILE}")
    return Path(folders[0]) if folders else Path(), rest[0] if rest else ""


def _answered(folder: Path, result: Result, asked: list[object], answer: Callable[[Situation], T], *, json: bool) -> T:
    """Give what was answered before by content, or answer it and keep it beside the stages of the run."""
    from gigaloop.plan.explain.lifts import plan_situation
    from gigaloop.study.cache import Cache, digest
    from gigaloop.study.chain import cache_folder

    cache, key = Cache(cache_folder(folder)), digest([result.key, *asked])
    found: T | None = cache.get("explain", key)
    if found is not None:
        return found
    with output.progress(quiet=json) as shown:
        shown.begin("plan without causes")
        begin = time.perf_counter()
        found = answer(plan_situation(result.programme, result.designs, result.catalogue, start=result.plan))
        shown.done("plan without causes", time.perf_counter() - begin, cached=False)
    cache.put("explain", key, found)
    return found


def _programme_alone(words: list[str], verb: str) -> Path:
    folder, what = folder_in(words)
    if what:
        raise UsageError(f"'{what}' is no programme", hint=f"explain {verb} is about a whole programme")
    return folder


def late(words: list[str], scenario: str, facts: Path | None, *, json: bool) -> None:
    """Explain why a site, a scalable unit or a week is late."""
    from gigaloop.plan.explain.chain import explain_target, read_target

    folder, what = folder_in(words)
    result = planned(folder, scenario, facts, quiet=json)

    def answer(base: Situation) -> tuple[tuple[LateChain, ...], tuple[str, ...]]:
        targets = read_target(base, what)
        found = tuple(explain_target(base, target) for target in targets[:_SITES_SHOWN])
        return found, tuple(result.programme.sites[target.site].id for target in targets[_SITES_SHOWN:])

    chains, others = _answered(folder, result, ["late", what], answer, json=json)
    programme = result.programme
    if json:
        found = [_chain_object(chain, programme) for chain in chains]
        output.print_json({"programme": programme.id, "key": result.key, "late": found, "others": list(others)})
        return
    if not chains:
        output.line("Nothing is late" + (f" in {what}." if what else "."), style="bold")
    for chain in chains:
        _show_chain(chain, programme)
    if others:
        output.line(f"Late as well, to be asked about by name: {', '.join(others)}", style="dim")


def _show_chain(chain: LateChain, programme: Programme) -> None:
    output.line(chain.sentence, style="bold")
    if chain.together:
        last = chain.together[-1]
        until = f", to {last.date}" if last.date else ""
        worth = f"; that is worth {(last.worth or 0.0) / 1e6:,.1f} MUSD to the plan"
        output.line(f"  Cleared together, they bring the date forward by {last.weeks:.0f} weeks{until}{worth}:")
        for link in chain.together:
            output.line(f"  - {_place(programme, link.path)}{link.sentence} {link.need}".rstrip())
        output.line("  Each alone:")
    alike = {link.path for link in chain.together}
    for number, link in enumerate(chain.links, 1):
        output.line(f"  {number}. {_place(programme, link.path)}{link.sentence}")
        for said in _about(link) if link.path not in alike else _about(replace(link, need="", clears=None)):
            output.line(f"     {said}")
    output.line()


def _about(link: LateLink) -> list[str]:
    told = link.clears is None or f"until {link.clears}" in link.sentence
    said = [] if told else [f"It clears on {link.clears}."]
    if link.worth is None and link.weeks <= 0.0:
        return said
    gain = f"brings the date forward by {link.weeks:.0f} weeks" if link.weeks > 0.0 else "alone does not move the date"
    said.append(f"Cleared, it {gain}" + (f", to {link.date}" if link.weeks > 0.0 and link.date else "") + ".")
    if link.need:
        said.append(link.need)
    if link.worth is None:
        return said
    price = f"; more of it costs {link.cost / 1e6:,.1f} MUSD" if link.cost is not None else ""
    said.append(f"That is worth {link.worth / 1e6:,.1f} MUSD to the plan, all its costs included{price}.")
    return said


def _chain_object(chain: LateChain, programme: Programme) -> dict[str, Any]:
    data = asdict(chain)
    for name in ("links", "together"):
        data[name] = [each | {"place": _where(programme, each["path"])} for each in data[name]]
    data["late_w"] = data.pop("late")
    return data


def lateness(words: list[str], scenario: str, facts: Path | None, *, solves: int, json: bool) -> None:
    """Take all lateness apart into causes."""
    from gigaloop.plan.explain.attribution import attribute

    folder = _programme_alone(words, "lateness")
    result = planned(folder, scenario, facts, quiet=json)
    asked = ["lateness", solves]
    found = _answered(folder, result, asked, lambda base: attribute(base, solves), json=json)
    programme = result.programme
    if json:
        data = asdict(found) | {"proved": found.proved}
        for each in data["shares"]:
            each["place"] = _where(programme, each["path"])
            each["places"] = [_where(programme, path) for path in each["paths"]]
        output.print_json({"programme": programme.id, "key": result.key, "lateness": data})
        return
    if not found.shares:
        output.line("Nothing is late.", style="bold")
        return
    rows = [
        (
            share.kind,
            share.path + (f" and {len(share.paths) - 1} more" if len(share.paths) > 1 else ""),
            f"{share.energy / _MW_WEEK:,.0f}",
            f"{share.rack_weeks:,.0f}",
            f"{100.0 * share.share:.1f} %",
            ", ".join(share.sites[:_SITES_SHOWN]) + (" ..." if len(share.sites) > _SITES_SHOWN else ""),
        )
        for share in found.shares
    ]
    total = f"{found.energy / _MW_WEEK:,.0f}", f"{found.rack_weeks:,.0f}", "100.0 %", ""
    output.table(
        "What lateness is due to, in the order in which causes were lifted",
        [("cause", "left"), ("record", "left"), ("MW-weeks", "right"), ("rack-weeks", "right"), ("share", "right"),
         ("sites that gain", "left")],
        [*rows, ("all", "", *total)],
        caption=f"{100.0 * found.proved:.1f} % proved by {found.solves} plans made again",
    )  # fmt: skip
    for share in found.shares:
        if len(share.paths) > 1:
            output.line(f"{100.0 * share.share:.1f} % ({share.kind}) go with these together, in the order lifted:")
            for path in share.paths:
                output.line(f"  {_place(programme, path)}{path}")


def binds(words: list[str], scenario: str, facts: Path | None, *, proved: int, json: bool) -> None:
    """Rank what binds."""
    from gigaloop.plan.explain.bottlenecks import explain_bottlenecks

    folder = _programme_alone(words, "binds")
    result = planned(folder, scenario, facts, quiet=json)
    asked = ["binds", proved]
    found = _answered(folder, result, asked, lambda base: explain_bottlenecks(base, proved), json=json)
    programme = result.programme
    if json:
        listed = [asdict(each) | {"place": _where(programme, each.path)} for each in found]
        output.print_json({"programme": programme.id, "key": result.key, "binds": listed})
        return
    if not found:
        output.line("Nothing binds.", style="bold")
    shown = max(_BINDS_SHOWN, proved)
    for number, each in enumerate(found[:shown], 1):
        output.line(f"{number:>3}. {_place(programme, each.path)}{each.sentence}")
    if len(found) > shown:
        output.line(f"{len(found) - shown} more bind and are worth less; --json lists them all.", style="dim")


def infeasible(words: list[str], scenario: str, facts: Path | None, *, json: bool) -> None:
    """Say what can never be met, and what has to give."""
    from gigaloop import api
    from gigaloop.design import design_programme
    from gigaloop.plan.explain.infeasible import explain_impossible
    from gigaloop.programme import apply_scenario, load_programme

    folder = _programme_alone(words, "infeasible")
    catalogue = api.catalogue_for(folder, facts)
    programme = load_programme(folder, catalogue)
    if scenario:
        programme = apply_scenario(programme, scenario)
    programme, designs = design_programme(programme, catalogue)
    try:
        start = planned(folder, scenario, facts, quiet=json).plan
    except InfeasibleError:
        start = None  # told below, with the cheapest way out
    found = explain_impossible(programme, designs, catalogue, start=start)
    if json:
        listed = [asdict(each) for each in found]
        for record in listed:
            record["places"] = [_where(programme, path) for path in record["paths"]]
            for name in ("reliefs", "stays"):
                record[name] = [relief | {"place": _where(programme, relief["path"])} for relief in record[name]]
        output.print_json({"programme": programme.id, "feasible": not found, "impossible": listed})
        return
    if not found:
        output.line("Everything that is asked for can be met within the horizon.", style="bold")
    for each in found:
        output.line(each.sentence, style="bold")
        for path in each.paths:
            output.line(f"  asked for at {_place(programme, path).rstrip(' :')}")
        for relief in each.reliefs:
            _show_relief(relief, programme, "has to give")
        for relief in each.stays:
            _show_relief(relief, programme, "stays")
        output.line()


def _show_relief(relief: Relief, programme: Programme, what: str) -> None:
    output.line(f"  {what}: {_place(programme, relief.path)}{relief.sentence}")
    if relief.need:
        output.line(f"    {relief.need}")


def stages(folder: Path, scenario: str, facts: Path | None, *, json: bool) -> None:
    """Plan stage by stage."""
    from gigaloop.plan.explain.stages import plan_stages

    result = planned(folder, scenario, facts, quiet=json)
    found = plan_stages(result.programme, result.designs, result.catalogue, start=result.plan)
    if json:
        listed = [_stage_object(stage) for stage in found]
        output.print_json({"programme": result.programme.id, "key": result.key, "stages": listed})
        return
    calendar = result.plan.calendar
    years = sorted({calendar.date(t).year: t for t in range(calendar.weeks)}.items())
    rows = [
        (
            f"with {stage.stage}" if number else f"{stage.stage} alone",
            *(f"{stage.online[t] / 1e6:,.0f}" for _, t in years),
            f"{stage.late / _MW_WEEK:,.0f}",
            f"{stage.adds / _MW_WEEK:+,.0f}",
            f"{stage.objective / 1e6:,.0f}",
            f"{stage.worsens / 1e6:+,.0f}",
        )
        for number, stage in enumerate(found)
    ]
    output.table(
        "Stage by stage: power online at the end of each year [MW], lateness [MW-weeks], costs less worth [MUSD]",
        [("stage", "left"), *((str(year), "right") for year, _ in years), ("late", "right"), ("adds", "right"),
         ("objective", "right"), ("adds", "right")],
        rows,
        caption="the last stage is the joint plan",
    )  # fmt: skip


def _stage_object(stage: PlanStage) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "online_w": stage.online,
        "late_w_s": stage.late,
        "late_added_w_s": stage.adds,
        "costs_usd": dict(stage.costs),
        "objective_usd": stage.objective,
        "objective_added_usd": stage.worsens,
    }


def _place(programme: Programme, path: str) -> str:
    place = programme.place(path) if path else None
    return f"{place}: " if place is not None else f"{path}: " if path else ""


def _where(programme: Programme, path: str) -> str | None:
    place = programme.place(path) if path else None
    return str(place) if place is not None else None
