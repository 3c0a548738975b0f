"""What ``gigaloop design search`` does: variants of generations, their front, and what each choice is worth."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.codesign_object import search_object
from gigaloop.cli.design import find_generation, find_site, load
from gigaloop.cli.numbers import counted, money, power, rounded, tokens
from gigaloop.core.errors import Problem, ProgrammeError, UsageError

if TYPE_CHECKING:
    from gigaloop.design.records.codesign import CodesignSearch, Finding, Worth
    from gigaloop.programme.schema import Programme, Site

_HEADS = (
    ("generation", "left"),
    ("other than it is", "left"),
    ("rack", "right"),
    ("facility", "right"),
    ("a year", "right"),
    ("tokens/s", "right"),
    ("per MW", "right"),
    ("per USD", "right"),
    ("first", "left"),
    ("", "left"),
)
_OPTIONAL = ("rack", "first", "a year", "facility")
_OBSTACLES = 5
"""Reasons shown."""
_SAID = {
    "power": "tokens/s per facility MW",
    "cost": "tokens per USD",
    "position": "tokens/s per rack position",
    "date": "first date",
}
_NOTHING = 5e-4
"""Relative change below which a step does nothing."""


def search(
    folder: Path,
    generations: Sequence[str],
    scenario: str,
    facts: Path | None,
    *,
    choices: Sequence[str],
    marginals: Sequence[str],
    file: Path | None,
    objectives: Sequence[str],
    workloads: Sequence[str],
    site: str,
    top: int,
    json: bool,
) -> None:
    """Search the free choices of generations."""
    from gigaloop.design.codesign import OBJECTIVES, SearchOptions, programme_works, search_codesign

    programme, catalogue = load(folder, scenario, facts)
    chosen = [find_generation(programme, name) for name in dict.fromkeys(generations)]
    free, costs = _file(file) if file is not None else ({}, {})
    options = SearchOptions(
        choices=free | _named("--choice", choices, ","),
        marginals=costs | _named("--marginal", marginals, ";"),
        objectives=objectives or OBJECTIVES,
        workers=max(1, os.cpu_count() or 1),
        halls=bool(site),
    )
    place = find_site(programme, site) if site else _known_site(programme)
    with output.progress(quiet=json) as shown:
        found = search_codesign(
            programme,
            chosen,
            catalogue,
            lambda generation, domain: programme_works(programme, generation, catalogue, domain, workloads),
            place,
            options,
            shown.begin,
        )
    if json:
        output.print_json(search_object(found))
        return
    show_search(found, top)


def _known_site(programme: Programme) -> Site:
    """Give the first site whose weather is known."""
    known = [each for each in programme.sites if each.facility.weather_file or each.climate_station]
    if not known:
        raise UsageError(
            "no site of the programme has a known weather, and facilities are run through a year of it",
            hint="give a site its climate_station or facility.weather_file",
        )
    return known[0]


def _named(option: str, texts: Sequence[str], separator: str) -> dict[str, tuple[str, ...]]:
    """Read ``name=value,value``; a comma between digits groups them, as in 1,600.

    >>> _named("--choice", ["domain=72,144", "hbm=2x"], ",")
    {'domain': ('72', '144'), 'hbm': ('2x',)}
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, is_, values = text.partition("=")
        if not is_ or not values.strip():
            example = "--choice domain=72,144" if option == "--choice" else "--marginal hbm='24 USD (2026) per 1 GB'"
            raise UsageError(f"{option} '{text}' is no name with values", hint=f"write it like {example}")
        key = name.strip()
        found[key] = (*found.get(key, ()), *(each.strip() for each in values.split(separator) if each.strip()))
    return found


def _file(path: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Read a file with ``choices`` and ``marginals``, each a mapping of names to one text or several.

    Raises
    ------
    ProgrammeError
        If it cannot be read or holds something else.
    """
    from gigaloop.core.document import read_yaml

    document = read_yaml(path, str(path))
    if document.problems:
        raise ProgrammeError(document.problems, title=f"{path} cannot be read")
    data = document.data if document.data is not None else {}
    if not isinstance(data, Mapping) or not set(data) <= {"choices", "marginals"}:
        why = f"{path} holds something else than 'choices' and 'marginals'"
        raise ProgrammeError([Problem(why, hint="write it like: choices: {domain: [72, 144]}")], title=why)
    return _texts(path, data.get("choices")), _texts(path, data.get("marginals"))


def _texts(path: Path, data: object) -> dict[str, tuple[str, ...]]:
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        why = f"{path}: choices and marginals name what they are for"
        raise ProgrammeError([Problem(why, hint="write it like: choices: {domain: [72, 144]}")], title=why)
    return {
        str(name): tuple(str(each) for each in (values if isinstance(values, Sequence | tuple) else [values]))
        if not isinstance(values, str)
        else (values,)
        for name, values in data.items()
    }


def show_search(found: CodesignSearch, top: int) -> None:
    """Print the generations as they are, the best of the front, and what each choice is worth."""
    first = next(iter(found.objectives))
    names = ", ".join(found.generations)
    front = [row for row in range(len(found)) if found.front[row] and row not in found.stated]
    front.sort(key=lambda row: -found.objectives[first][row])
    can = int(found.feasible.sum())
    title = f"{names}: {counted(len(found), 'variant')}, {can:,} can be built, {int(found.front.sum()):,} on the front"
    more = f"{len(front) - top:,} more with --top {len(front)}" if len(front) > top else ""
    rows = [tuple(_cells(found, row)) for row in (*found.stated, *front[:top])]
    output.line()
    output.table(title, _HEADS, rows, more, optional=_OPTIONAL)
    for text, count in Counter(each for each in found.obstacles if each).most_common(_OBSTACLES):
        output.line(f"  {count:,} cannot: {text}", style="dim")
    output.line()
    for finding in found.findings:
        _show_finding(found, finding)
    _show_common(found)
    for work in found.workloads:
        what = "strategies" if work.kind == "training" else "layouts"
        output.line(
            f"{work.name}: {100.0 * work.share:.0f} % of the time of {found.generations[0]}; every variant on "
            f"{work.shortlist:,} {what}, which lose {100.0 * work.regret:.2g} % against a search of all on "
            f"{counted(work.searched, 'machine')}"
        )
    output.line(f"*: on the front in {', '.join(_SAID[name] for name in found.objectives)}; order by the first of them")
    missing = sorted(name for name, amount in found.unpriced.items() if amount[found.feasible].any())
    if missing:
        output.line(f"+: takes more than its generation of what has no price; without one are: {', '.join(missing)}")
        output.line("   state it with --marginal, e.g. --marginal hbm_bandwidth='300 USD (2026) per 1 TB/s'")
    output.line(f"facility, electricity and weather of {found.site}; a year: capital over its life, and electricity")
    for each in found.assumptions:
        output.line(f"assumed: {each.what} ({each.source})", style="dim")


def _cells(found: CodesignSearch, row: int) -> Iterator[str]:
    name = found.generations[found.generation[row]]
    yield name
    yield described(found, row) or ("as it is" if row in found.stated else "")
    if found.obstacles[row] and row in found.stated:
        yield from ("", "", "", "", "", "", "", f"cannot: {found.obstacles[row]}")
        return
    yield power(found.rack_power[row])
    yield power(found.facility_power[row])
    yield money(found.annual_cost[row])
    yield tokens(found.tokens_per_s[row]).removesuffix("tokens/s") + "/s"
    yield rounded(found.tokens_per_s[row] / found.facility_power[row] * 1e3, "k", 4)
    per_usd = found.objectives.get("cost")
    yield "" if per_usd is None else rounded(per_usd[row] / 1e6, "M", 4)
    yield found.first[row].isoformat()
    yield ("*" if found.front[row] else "") + ("" if found.priced[row] else " +")


def described(found: CodesignSearch, row: int) -> str:
    """Write what of a variant is other than in its generation, in a few words."""
    axes = found.axes[found.generations[found.generation[row]]]
    return ", ".join(
        f"{axis.name} {axis.labels[index]}"
        for axis, index in zip(axes, found.choice[row].tolist(), strict=True)
        if index != axis.stated
    )


def _show_finding(found: CodesignSearch, finding: Finding) -> None:
    values = found.objectives[finding.objective]
    own = found.stated[found.generations.index(finding.generation)]
    gain = values[finding.row] / values[own] - 1.0 if values[own] else math.nan
    what = described(found, finding.row) or "what it has"
    plus = "" if found.priced[finding.row] else " (+)"
    said = f"most {_SAID[finding.objective]}: {100.0 * gain:+.1f} %"
    if finding.objective == "date":
        said = f"first rack {found.first[finding.row].isoformat()}"
    output.line(f"{finding.generation}, {said}{plus} with {what}", style="bold")
    for worth in finding.worths:
        output.line(f"  {sentence(worth)}")


def sentence(worth: Worth) -> str:
    """Write what a step is worth: ``doubling scale-out bandwidth is worth 3.1 % on this mix and costs 1.4 %``."""
    low, high = worth.work_band
    verb = {2.0: "doubling", 0.5: "halving"}.get(round(worth.factor or 0.0, 6))
    step = f"{verb} the {worth.what}" if verb else worth.what
    step += f" ({worth.before} to {worth.after})"
    if abs(worth.work) < _NOTHING:
        said = "does nothing on this mix"
    else:
        said = f"{'is worth' if worth.work > 0.0 else 'loses'} {100.0 * abs(worth.work):.1f} % on this mix"
        said += f" ({100.0 * low:+.1f} to {100.0 * high:+.1f} %)"
    said += f", costs {100.0 * worth.cost:+.1f} % a year and {100.0 * worth.power:+.1f} % facility power"
    if worth.unpriced:
        said += f", and takes what has no known price: {', '.join(worth.unpriced)}"
    return f"{step} {said}" + (f"; cannot be built: it breaks {worth.obstacle}" if worth.obstacle else "")


def _show_common(found: CodesignSearch) -> None:
    for each in found.common:
        same = len(set(each.best)) == 1
        if same:
            output.line(f"{each.what}: {each.value} is the best in all")
        elif each.loss >= 1.0:
            output.line(f"{each.what}: no value that all of them have serves all")
        else:
            best = ", ".join(f"{value} in {name}" for name, value in zip(found.generations, each.best, strict=True))
            output.line(f"{each.what}: best {best}; {each.value} in all loses {100.0 * each.loss:.1f} % at the most")
