"""Candidate fabrics for a number of accelerators: each engineered and held against the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.design.cables import media_of, place_links
from gigaloop.design.fabric import design_fabric
from gigaloop.design.floor import plan_floor
from gigaloop.design.generation import design_generation
from gigaloop.design.network.candidates import MEDIA, Placement, SearchSpace, Shape, shapes, stated_shape, sus_for
from gigaloop.design.network.demands import stated_demands, workload_demands
from gigaloop.design.network.estimate import Wiring, after_failure, demand_times, step_time, trays, wiring
from gigaloop.design.network.placement import Setting, setting_of
from gigaloop.design.records import Design, Fabric
from gigaloop.design.records.cables import FabricMedia
from gigaloop.design.records.fabric_search import Demand, FabricChoice, FabricSearch, Floats
from gigaloop.design.records.floor import FloorPlan
from gigaloop.design.records.service import Resilience
from gigaloop.design.trade import pareto_front
from gigaloop.programme.schema import Generation, Programme, Site

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

JOB = 1024
"""Accelerators of a job where no workload has one that is larger than a scale-up domain."""


@dataclass(frozen=True)
class _Case:
    """What is common to all candidates."""

    programme: Programme
    catalogue: Catalogue
    generation: Generation
    design: Design
    site: Site | None
    settings: tuple[Setting, ...]
    accelerators: int
    demands: tuple[Demand, ...]
    job: int
    failures: int
    seed: int


@dataclass(frozen=True)
class _Row:
    """A candidate: what it is, and what was found of it as far as it could be engineered."""

    choice: FabricChoice
    obstacle: str
    fabric: Fabric | None = None
    times: Floats | None = None
    left: Resilience | None = None
    wiring: Wiring | None = None
    setting: Setting | None = None
    generation: Generation | None = None
    """With this fabric."""


def search_fabrics(
    programme: Programme,
    generation: Generation,
    catalogue: Catalogue,
    accelerators: int | None = None,
    space: SearchSpace | None = None,
    *,
    messages: Sequence[str] = (),
    site: Site | None = None,
    failures: int = 1,
    seed: int = 0,
    begun: Callable[[int, int], None] | None = None,
) -> FabricSearch:
    """Engineer every fabric that the choices make for a number of accelerators, and say which are worth having.

    Parameters
    ----------
    programme, generation, catalogue
        The programme, its generation, and facts about switches and cables.
    accelerators
        To be joined, in whole scalable units; as many as the generation's own fabric joins where not given.
    space
        What to choose from.
    messages
        Collectives to be timed, such as ``all_reduce 1 GiB``, instead of those of the programme's workloads.
    site
        The site whose halls they stand in; a hall as large as needed where not given.
    failures
        Switches that fail at once.
    seed
        Of all draws.
    begun
        Told which of how many shapes is being engineered: tiers, planes, switch and oversubscription, at every place.

    Raises
    ------
    GigaloopError
        If no halls take the racks, or the generation's own fabric cannot be built and no number is given.
    UsageError
        If the choices make no candidate, or a message is written wrongly.

    Notes
    -----
    Candidates are held against each other by cost, power and time per accelerator, and by what the worst-hit job keeps
    after the failures. A price or power that is not known counts as a quantity of its own: a candidate beats another
    only if it takes no more of anything whose price or power is not known.
    """
    space = SearchSpace() if space is None else space
    design = design_generation(programme, generation, catalogue)
    if accelerators is None:
        accelerators = design_fabric(programme, generation, catalogue, site=site).accelerators
    if accelerators < 2 or failures < 0:
        raise UsageError(
            f"a fabric of {accelerators:,} accelerators with {failures} switches down joins nothing",
            hint="ask for at least 2 accelerators and no fewer than 0 failures",
        )
    demands = stated_demands(messages, accelerators) if messages else ()
    demands = demands or workload_demands(programme, generation, catalogue, accelerators)
    case = _Case(
        programme=programme,
        catalogue=catalogue,
        generation=generation,
        design=design,
        site=site,
        settings=_settings(programme, generation, design, site, space.placements),
        accelerators=accelerators,
        demands=demands,
        job=_job(programme, generation, accelerators),
        failures=failures,
        seed=seed,
    )
    rows: list[_Row] = []
    every = tuple(shapes(space, generation, catalogue))
    for number, shape in enumerate(every):
        if begun is not None:
            begun(number + 1, len(every))
        rows += _everywhere(case, shape, shape.generation(generation), case.settings, space.media)
    if not rows:
        raise UsageError(
            "the choices make no fabric: no switch of them has ports as fast as the links",
            hint="choose more switches or planes, or leave the options out for all",
        )
    return replace(_table(case, rows), stated=_table(case, [_stated(case)]))


def _stated(case: _Case) -> _Row:
    """Engineer the fabric that the generation states for as many accelerators, where its halls have switches."""
    own = case.generation
    scale_out = own.scale_out.model_copy(update={"span": None})
    generation = own.model_copy(update={"scale_out": scale_out, "networks": ()})
    setting = setting_of(case.programme, own, case.design, case.site, Placement())
    return next(_everywhere(case, stated_shape(own), generation, (setting,), ("any",)))


def _settings(
    programme: Programme, generation: Generation, design: Design, site: Site | None, placements: Sequence[Placement]
) -> tuple[Setting, ...]:
    """Give the places, those that come out alike once."""
    found = [setting_of(programme, generation, design, site, each) for each in placements]
    return tuple({setting.placement: setting for setting in found}.values())


def _job(programme: Programme, generation: Generation, accelerators: int) -> int:
    """Give the accelerators of the largest job."""
    domain = int(generation.scale_up.domain)
    jobs = [int(each.training.accelerators) for each in programme.workloads if each.training is not None]
    return min(max((job for job in jobs if job > domain), default=JOB), accelerators)


def _everywhere(
    case: _Case, shape: Shape, generation: Generation, settings: Sequence[Setting], names: Sequence[str]
) -> Iterator[_Row]:
    """Engineer a shape at every place with all media; one row alone where it cannot serve."""
    try:
        fabric = design_fabric(
            case.programme, generation, case.catalogue, sus_for(generation, shape.racks_per_su, case.accelerators)
        )
        media = media_of(case.catalogue, generation, case.programme.usd)
        times = demand_times(fabric, case.demands, case.seed)
        left = after_failure(fabric, case.failures, case.job, case.seed)
    except GigaloopError as error:
        why = error.problems[0].why.removeprefix("scale-out: ")
        yield _Row(shape.choice(Placement(), ""), why)
        return
    shape = shape.as_engineered(fabric)
    for setting in settings:
        try:
            floor = plan_floor(setting.programme, generation, fabric, case.design, setting.site)
            placed = place_links(fabric, floor, setting.floor.tray)
        except GigaloopError as error:
            yield _Row(shape.choice(setting.placement, ""), error.why, fabric, times, left, generation=generation)
            continue
        seen: list[Wiring] = []
        for name in names:
            usable = _usable(media, name)
            found = wiring(case.programme, generation, fabric, floor, placed, usable, case.catalogue, case.design.on)
            if found not in seen:
                obstacle = _obstacle(fabric, floor, found)
                choice = shape.choice(setting.placement, name)
                yield _Row(choice, obstacle, fabric, times, left, found, setting, generation)
            seen.append(found)


def _obstacle(fabric: Fabric, floor: FloorPlan, found: Wiring) -> str:
    """Say why a fabric cannot be built as it stands; empty where it can."""
    if found.unreached == fabric.scale_out.links:
        return "no cable or module of the catalogue serves its links"
    if floor.unplaced:
        return floor.unplaced[0]
    return "runs are beyond the supported reach of every cable and module" if found.unreached else ""


def _usable(media: FabricMedia, name: str) -> FabricMedia:
    return {network: tuple(each for each in every if each.kind in MEDIA[name]) for network, every in media.items()}


def _trays(case: _Case, rows: Sequence[_Row], which: NDArray[np.bool_]) -> Floats:
    """Give how full and how heavy the trays of some candidates are, over their limits, (rows, 2); nan for others."""
    found = np.full((len(rows), 2), np.nan)
    last: tuple[Fabric, Setting] | None = None
    for at in np.flatnonzero(which).tolist():
        row = rows[at]
        if row.fabric is None or row.setting is None or row.generation is None:
            continue
        if last is None or last[0] is not row.fabric or last[1] is not row.setting:  # media of one place follow another
            last, tray = (row.fabric, row.setting), row.setting.floor.tray
            floor = plan_floor(row.setting.programme, row.generation, row.fabric, case.design, row.setting.site)
            placed = place_links(row.fabric, floor, tray)
        media = _usable(media_of(case.catalogue, row.generation, case.programme.usd), row.choice.media)
        found[at] = trays(floor, placed, media, tray)
    return found


def _table(case: _Case, rows: Sequence[_Row]) -> FabricSearch:
    """Put candidates side by side, and find the front."""
    joined = np.array([row.fabric.accelerators if row.fabric else 0 for row in rows], dtype=np.int64)
    wired = [row.wiring for row in rows]
    times = np.array([row.times if row.times is not None else np.full(len(case.demands), np.nan) for row in rows])
    time = np.array([step_time(each, case.demands) for each in times])

    def column(name: str) -> Floats:
        return np.array([np.nan if each is None else getattr(each, name) for each in wired], dtype=np.float64)

    def counts(name: str) -> np.ndarray:
        return np.array([0 if each is None else getattr(each, name) for each in wired], dtype=np.int64)

    def mean(name: str) -> Floats:
        return np.array([np.nan if row.left is None else getattr(row.left, name).mean() for row in rows])

    cost = np.array([(np.nan,) * 3 if each is None else each.cost for each in wired])
    unpriced, unpowered = (_missing(wired, name) for name in ("unpriced", "unpowered"))
    left = mean("bandwidth")
    allowed = np.array([row.wiring is not None and not row.obstacle for row in rows], dtype=np.bool_)
    per = np.maximum(joined, 1)
    objectives = [cost[:, 1] / per, column("power") / per, time, -left]
    objectives += [pieces / per for missing in (unpriced, unpowered) for pieces in missing.values()]
    objectives = [np.where(allowed, each, np.inf) for each in objectives]
    front = pareto_front(np.stack([_rounded(each) for each in objectives], axis=1), allowed)
    fill = _trays(case, rows, front)
    return FabricSearch(
        programme=case.programme.id,
        generation=case.generation.id,
        asked=case.accelerators,
        demands=case.demands,
        failed="one switch" if case.failures == 1 else f"{case.failures:,} switches",
        choice=tuple(row.choice for row in rows),
        accelerators=joined,
        switches=np.array([row.fabric.scale_out.switches if row.fabric else 0 for row in rows], dtype=np.int64),
        links=np.array([row.fabric.scale_out.links if row.fabric else 0 for row in rows], dtype=np.int64),
        modules=counts("modules"),
        cords=counts("cords"),
        cable_length=column("length"),
        longest=column("longest"),
        unreached=counts("unreached"),
        tray_fill=fill[:, 0],
        tray_load=fill[:, 1],
        power=column("power"),
        cost=cost,
        unpriced=unpriced,
        unpowered=unpowered,
        time=time,
        times=times,
        bandwidth_left=left,
        jobs_hit=mean("jobs_hit"),
        nodes_cut=mean("nodes_cut"),
        obstacles=tuple(row.obstacle for row in rows),
        front=front,
    )


def _missing(wired: Sequence[Wiring | None], name: str) -> Mapping[str, Floats]:
    """Give what lacks a price or a power by name, over all candidates."""
    found = [{} if each is None else getattr(each, name) for each in wired]
    names = sorted({key for each in found for key in each})
    return {key: np.array([each.get(key, 0.0) for each in found]) for key in names}


def _rounded(values: Floats) -> Floats:
    """Give values to nine digits, so that rounding of the machine puts nothing on the front."""
    known = np.isfinite(values) & (values != 0.0)
    scale = 10.0 ** (8.0 - np.floor(np.log10(np.abs(values, where=known, out=np.ones_like(values)))))
    return np.where(known, np.rint(np.where(known, values, 0.0) * scale) / scale, values)
