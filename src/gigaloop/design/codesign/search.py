"""The co-design search: variants of generations held against each other on a mix of workloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from gigaloop.core.errors import GigaloopError
from gigaloop.core.suggest import find
from gigaloop.design.codesign.choices import Base, axes_of, require_some
from gigaloop.design.codesign.marginals import hbm_cost, stated_marginals
from gigaloop.design.codesign.mix import Mix, mix_shares, speed_on
from gigaloop.design.codesign.options import OBJECTIVES, SearchOptions
from gigaloop.design.codesign.racks import RackCase
from gigaloop.design.codesign.scores import Scored, objectives_of
from gigaloop.design.codesign.table import search_of
from gigaloop.design.codesign.variants import Variants, engineer_variants
from gigaloop.design.codesign.work import Work, best_rates, probes_of
from gigaloop.design.performance.machine import Machine, machine_of
from gigaloop.design.records.codesign import Axis, CodesignSearch, Floats

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema import Generation, Programme, Site


def search_codesign(
    programme: Programme,
    generations: Sequence[Generation],
    catalogue: Catalogue,
    works: Callable[[Generation, int], Sequence[Work]],
    site: Site,
    options: SearchOptions,
    begun: Callable[[str], None] | None = None,
) -> CodesignSearch:
    """Search the free choices of generations for a mix of workloads.

    Parameters
    ----------
    programme, generations, catalogue
        The programme, those of its generations that are held against each other, and facts about their parts.
    works
        Gives the workloads of the mix for a generation and its largest domain; all generations do the same work.
    site
        Whose facility, electricity and weather count.
    options
        Choices, marginal costs, objectives.
    begun
        Told what is being done.

    Raises
    ------
    UsageError
        If a choice, value, marginal or objective is not known, or the mix is empty.
    GigaloopError
        If no variant can be built, or no generation runs the whole mix as it is; it says what is in the way.
    """
    tell = begun or (lambda _: None)
    objectives = tuple(
        dict.fromkeys(find("objective", each, ((e, e) for e in OBJECTIVES)) for each in options.objectives)
    )
    marginals = stated_marginals(programme, options.marginals)
    bare = programme.model_copy(update={"workloads": ()})
    starts = [Base(each, catalogue.accelerator(each.accelerator), site) for each in generations]
    every = [axes_of(base, options.choices) for base in starts]
    for axes in every:
        require_some(axes)
    mixes = [tuple(works(base.generation, _domain(axes))) for base, axes in zip(starts, every, strict=True)]
    shares = mix_shares(mixes[0])
    job = max(work.accelerators for mix in mixes for work in mix)
    found: list[Variants] = []
    bases: list[Machine] = []
    for base, axes in zip(starts, every, strict=True):
        tell(f"engineering the variants of {base.generation.id}")
        own = {axis.name: axis.values[axis.stated] for axis in axes}
        machine = _machine(base, own)
        case = RackCase(
            bare, catalogue, base, own, marginals, float(np.asarray(machine.tdp)),
            hbm_cost(programme, catalogue, own["hbm_bandwidth"])[0], options.halls,
        )  # fmt: skip
        bases.append(machine)
        found.append(engineer_variants(case, axes, job, machine))
    tell("laying the workloads out")
    tasks = [(work, bases[row], found[row].machines) for row, mix in enumerate(mixes) for work in mix]
    with ThreadPoolExecutor(max_workers=max(1, options.workers)) as pool:
        ranked = list(pool.map(_rank, tasks))
    rates = []
    for row, variants in enumerate(found):
        mine = ranked[row * len(shares) : (row + 1) * len(shares)]
        rates.append(np.stack([rate[variants.machine] for _, rate in mine], axis=1))
    reference = _reference(generations, mixes[0], found, rates)
    scored: list[Scored] = []
    offset = 0
    for row, variants in enumerate(found):
        few = tuple(each for each, _ in ranked[row * len(shares) : (row + 1) * len(shares)])
        speed = speed_on(shares, reference, rates[row]) * (1.0 - variants.lost)
        per_rack = speed * float(shares @ reference) * variants.accelerators
        values = objectives_of(objectives, programme, variants, per_rack)
        scored.append(Scored(variants, offset, few, rates[row], speed, per_rack, values))
        offset += len(variants)
    mix = Mix(tuple(mixes), shares, reference)
    return search_of(programme, catalogue, site, mix, scored, objectives, options, tell)


def _domain(axes: Sequence[Axis]) -> int:
    return round(next(axis.values[-1] for axis in axes if axis.name == "domain"))


def _machine(base: Base, own: Mapping[str, float]) -> Machine:
    machine = machine_of(
        base.accelerator,
        domain=own["domain"],
        scale_up=own["scale_up"],
        scale_out=own["scale_out"] / own["oversubscription"] / 8.0,
        power_cap=own["power_cap"],
    )
    tdp = own["power_cap"] if not np.isfinite(machine.tdp) else machine.tdp
    reduces = base.generation.scale_up.in_switch_reduction
    across = base.generation.scale_out.in_network_reduction
    power = min(own["power_cap"], float(tdp))
    return Machine(
        **{
            **machine.__dict__,
            "tdp": tdp,
            "power": power,
            "in_switch_reduction": reduces,
            "in_network_reduction": across,
        }
    )


def _rank(task: tuple[Work, Machine, Machine]) -> tuple[Work, Floats]:
    """Give a workload with its shortlist alone, and its best rate on every machine (m,)."""
    work, base, machines = task
    few = work.shortlisted(probes_of(base, machines), np.unique(np.asarray(machines.hbm, dtype=np.float64)))
    return few, best_rates(few, machines)


def _reference(
    generations: Sequence[Generation], mix: Sequence[Work], found: Sequence[Variants], rates: Sequence[Floats]
) -> Floats:
    """Give the rates that the shares are measured on: of the first generation that runs the whole mix as it is."""
    used = [row for row, work in enumerate(mix) if work.share > 0.0]
    for variants, each in zip(found, rates, strict=True):
        own = each[variants.stated]
        if (own[used] > 0.0).all():
            return np.asarray(own)
    first = rates[0][found[0].stated]
    unfit = [work for row, work in enumerate(mix) if work.share > 0.0 and not first[row]]
    best = [row for row, work in enumerate(mix) if work in unfit and rates[0][:, row].max() > 0.0]
    said = "more memory or a larger domain would do for it" if best else "no variant of them does either"
    raise GigaloopError(
        f"'{unfit[0].name}' does not run on {generations[0].id} as it is, on which the shares of the mix are measured",
        hint=f"{said}; name a generation first that runs every workload, give the job more accelerators, or change it",
    )
