"""The result of a search put together: one table of variants, its front, the best of each generation, their worth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import GigaloopError
from gigaloop.design.codesign.assumptions import assumptions_of
from gigaloop.design.codesign.common import common_values
from gigaloop.design.codesign.mix import Mix
from gigaloop.design.codesign.options import SearchOptions
from gigaloop.design.codesign.scores import Scored, best_rows, front_of
from gigaloop.design.codesign.work import one_machine
from gigaloop.design.codesign.worth import worths_at
from gigaloop.design.records.codesign import CodesignSearch, Finding, Floats, WorkloadShare

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Programme, Site

_MARGIN = re.compile(r" by \d+ %")
"""By how much an obstacle is missed, which does not make it another one."""

_COLUMNS = (
    "rack_power",
    "network_power",
    "facility_power",
    "mass",
    "flow",
    "rack_cost",
    "network_cost",
    "facility_cost",
    "annual_cost",
    "choice",
)


def search_of(
    programme: Programme,
    catalogue: Catalogue,
    site: Site,
    mix: Mix,
    scored: Sequence[Scored],
    objectives: Sequence[str],
    options: SearchOptions,
    tell: Callable[[str], None],
) -> CodesignSearch:
    """Put variants of generations side by side and say what is worth having.

    Parameters
    ----------
    programme, catalogue, site
        What the search was about.
    mix
        The workloads.
    scored
        The variants of each generation.
    objectives
        What they are held against each other by.
    options
        What the search was asked for.
    tell
        Told what is being done.

    Raises
    ------
    GigaloopError
        If no variant can be built; it says what is in the way of most, and of the one nearest to it.
    """
    tell("finding the front")
    obstacles = tuple(text for each in scored for text in _obstacles(each))
    allowed = np.array([not each for each in obstacles], dtype=np.bool_)
    if not allowed.any():
        raise nothing_can_be_built(scored, obstacles)
    values = {name: np.concatenate([each.objectives[name] for each in scored]) for name in objectives}
    unpriced = _unpriced(scored)
    stated = tuple(each.offset + each.variants.stated for each in scored)
    sizes = [len(each.variants) for each in scored]
    generation = np.repeat(np.arange(len(scored), dtype=np.int64), sizes)
    own = np.repeat(np.array(stated), sizes)
    priced = np.ones(len(allowed), dtype=np.bool_)
    for amounts in unpriced.values():
        priced &= amounts <= amounts[own] + 1e-9
    tell("finding what each choice is worth")
    findings = _findings(scored, mix, objectives, allowed, priced, options.workers)
    shares = _searched(scored, mix, [*(each.row for each in findings if each.worths), *stated], options.workers)
    columns = {name: np.concatenate([getattr(each.variants, name) for each in scored]) for name in _COLUMNS}
    return CodesignSearch(
        programme=programme.id,
        site=site.id,
        generations=tuple(each.variants.case.base.generation.id for each in scored),
        workloads=shares,
        axes={each.variants.case.base.generation.id: each.variants.axes for each in scored},
        stated=stated,
        generation=generation,
        rates=np.concatenate([each.rates for each in scored]),
        speed=np.concatenate([each.speed for each in scored]),
        tokens_per_s=np.concatenate([each.per_rack for each in scored]),
        unpriced=unpriced,
        first=tuple(day for each in scored for day in each.variants.first),
        obstacles=obstacles,
        objectives=values,
        front=front_of(values, unpriced, allowed),
        findings=findings,
        common=common_values(scored, objectives, allowed, priced) if len(scored) > 1 else (),
        assumptions=assumptions_of(programme, catalogue, site, [each.variants for each in scored]),
        **columns,
    )


def _obstacles(scored: Scored) -> list[str]:
    does = (scored.speed > 0.0).tolist()
    return [
        text or ("" if works else "a workload does not fit, or misses the speed that its users must see")
        for text, works in zip(scored.variants.obstacles, does, strict=True)
    ]


def _unpriced(scored: Sequence[Scored]) -> dict[str, Floats]:
    names = sorted({name for each in scored for name in each.variants.unpriced})
    return {
        name: np.concatenate([each.variants.unpriced.get(name, np.zeros(len(each.variants))) for each in scored])
        for name in names
    }


def _findings(
    scored: Sequence[Scored],
    mix: Mix,
    objectives: Sequence[str],
    allowed: NDArray[np.bool_],
    priced: NDArray[np.bool_],
    workers: int,
) -> tuple[Finding, ...]:
    """Give the best of each generation in each objective, with what steps are worth in the first."""
    ranked = [name for name in objectives if name != "date"] or list(objectives)
    bests = {name: best_rows(scored, name, allowed, priced) for name in ranked}
    wanted = [(row, bests[ranked[0]][row]) for row in range(len(scored)) if bests[ranked[0]][row] >= 0]

    def worth(at: tuple[int, int]) -> tuple[int, tuple]:  # type: ignore[type-arg]
        index, row = at
        return index, worths_at(scored[index], row - scored[index].offset, mix)

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        worths = dict(pool.map(worth, wanted))
    return tuple(
        Finding(each.variants.case.base.generation.id, name, bests[name][row], worths[row] if name == ranked[0] else ())
        for name in ranked
        for row, each in enumerate(scored)
        if bests[name][row] >= 0
    )


def _searched(scored: Sequence[Scored], mix: Mix, rows: Sequence[int], workers: int) -> tuple[WorkloadShare, ...]:
    """Search every way on some variants, and give the workloads with what their shortlists lose there."""
    tasks: dict[tuple[int, int], tuple[int, int]] = {}
    for row in rows:
        index = max(at for at, each in enumerate(scored) if each.offset <= row)
        tasks.setdefault((index, int(scored[index].variants.machine[row - scored[index].offset])), (index, row))
    pairs = [(index, row, column) for index, row in tasks.values() for column in range(len(mix.shares))]

    def regret(task: tuple[int, int, int]) -> tuple[int, float]:
        index, row, column = task
        each = scored[index]
        mine = row - each.offset
        machine = one_machine(each.variants.machines, int(each.variants.machine[mine]))
        best = mix.works[index][column].everywhere(machine)
        found = float(each.rates[mine, column])
        return column, 0.0 if best <= found else best / found - 1.0 if found else float("inf")

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        lost = list(pool.map(regret, pairs))
    return tuple(
        WorkloadShare(
            work.name,
            work.kind,
            float(mix.shares[column]),
            work.accelerators,
            float(mix.reference[column]),
            max(each.works[column].size for each in scored),
            max((value for at, value in lost if at == column), default=0.0),
            len(tasks),
        )
        for column, work in enumerate(mix.works[0])
    )


def nothing_can_be_built(scored: Sequence[Scored], obstacles: Sequence[str]) -> GigaloopError:
    """Make the error of a search without any variant that can be built."""
    causes = Counter(_MARGIN.sub("", text) for text in obstacles)
    most, count = causes.most_common(1)[0]
    other = f"; {len(causes) - 1} other reasons for the rest" if len(causes) > 1 else ""
    return GigaloopError(
        f"none of {len(obstacles):,} variants can be built: {most} ({count:,} of them){other}",
        hint=_way_out(scored, most),
    )


def _way_out(scored: Sequence[Scored], cause: str) -> str:
    for each in scored:
        for check in each.variants.case.stated.failed_checks:
            if cause.startswith(f"{check.id} "):
                return check.way_out
    rules: Mapping[str, str] = {
        "no hall": "leave --site out, or give the site a hall that feeds and cools more",
        "a workload": "give --choice hbm or domain larger values, the job more accelerators, or ask less speed of it",
        "power.": "give --choice power_cap lower values, or the rack more shelves and a larger busbar",
        "rack.height": "give --choice scale_up or domain smaller values, or the rack a higher frame",
        "cooling.": "give the rack fewer neighbours on a coolant unit, or a larger temperature rise",
    }
    found = (text for start, text in rules.items() if cause.startswith(start))
    return next(found, "give some choices other values, or leave them out")
