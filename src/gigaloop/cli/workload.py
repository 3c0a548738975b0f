"""``gigaloop design workload``: what a generation does on the programme's workloads, why, and what would help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop.cli import output
from gigaloop.cli.design import find_generation, load
from gigaloop.core.errors import InfeasibleError, Problem, UsageError
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.quantity import Quantity
from gigaloop.core.suggest import find

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.design import Design
    from gigaloop.design.workload import WorkloadDesign
    from gigaloop.design.workload.energy import TrainingDetail
    from gigaloop.programme import Programme
    from gigaloop.programme.schema import Generation, Workload
    from gigaloop.value import TokenCost


@dataclass(frozen=True)
class Shown:
    """A workload on a generation, as it is shown."""

    programme: Programme
    catalogue: Catalogue
    generation: Generation
    workload: Workload
    design: Design
    found: WorkloadDesign
    detail: TrainingDetail | None
    """None for serving, and where nothing fits."""
    cost: TokenCost | None
    """None where no plan was asked for, or it gives the generation no racks."""

    @property
    def racks_per_megawatt(self) -> float:
        """Racks at design power, losses of in-rack shelves included, that a MW feeds."""
        return 1e6 / self.design.rack_input


def workload(
    folder: Path,
    generation: str,
    scenario: str,
    facts: Path | None,
    *,
    names: Sequence[str],
    accelerators: int | None,
    top: int,
    cost: bool,
    json: bool,
) -> None:
    """Show what a generation does on workloads."""
    from gigaloop.cli.workload_card import show_sources, show_workload
    from gigaloop.cli.workload_object import workload_object

    programme, catalogue = load(folder, scenario, facts)
    chosen = find_generation(programme, generation)
    known = [(each.id, each) for each in programme.workloads]
    if not known:
        raise UsageError("the programme states no workloads", hint="state some under 'workloads'; see docs/workload.md")
    workloads = [find("workload", name, known) for name in dict.fromkeys(names)] or [each for _, each in known]
    if accelerators is not None:
        workloads = [on_accelerators(each, accelerators, programme.as_of) for each in workloads]
    costs = _costs(folder, scenario, facts, chosen, quiet=json) if cost else {}
    with output.progress(quiet=json) as progress:
        progress.begin(f"{len(workloads)} workloads on {chosen.name}")
        shown = list(_shown(programme, catalogue, chosen, workloads, costs))
    if not any(each.found.performance.fits for each in shown):
        raise InfeasibleError([_misfit(each) for each in shown], title="nothing fits")
    if json:
        found = {each.workload.id: workload_object(each, top) for each in shown}
        output.print_json({"programme": programme.id, "generation": chosen.id, "workloads": found})
        return
    for each in shown:
        show_workload(each, top)
    show_sources(shown)


def on_accelerators(workload: Workload, count: int, day: dt.date) -> Workload:
    """Give a workload over another number of accelerators."""
    evidence = Evidence("stated with --accelerators", day.isoformat(), EvidenceKind.ASSUMPTION)
    other = {"accelerators": Quantity.count(count).with_evidence(evidence)}
    part = "training" if workload.training is not None else "serving"
    return workload.model_copy(update={part: getattr(workload, part).model_copy(update=other)})


def _misfit(shown: Shown) -> Problem:
    """Say why a workload fits nowhere, and what would do."""
    path = f"workloads.{shown.workload.id}"
    why, _, hint = shown.found.performance.note.partition("; ")
    return Problem(why, shown.programme.place(path), path, hint)


def _shown(
    programme: Programme,
    catalogue: Catalogue,
    generation: Generation,
    workloads: Sequence[Workload],
    costs: dict[str, TokenCost],
) -> Iterator[Shown]:
    from gigaloop.design import design_generation
    from gigaloop.design.workload import design_workload
    from gigaloop.design.workload.energy import training_detail

    own = programme.model_copy(update={"workloads": tuple(workloads)})
    design = design_generation(own, generation, catalogue)
    for workload in workloads:
        found = design_workload(own, generation, workload, catalogue)
        detail = None
        if workload.training is not None and found.search is not None:
            drawn = float(generation.accelerators_per_rack) * float(found.machine.power)
            rest = max(0.0, design.rack_input - drawn) / float(generation.accelerators_per_rack)
            tokens = None if workload.training.tokens is None else float(workload.training.tokens)
            detail = training_detail(found, catalogue, rest=rest, tokens=tokens)
        yield Shown(programme, catalogue, generation, workload, design, found, detail, costs.get(workload.id))


def _costs(
    folder: Path, scenario: str, facts: Path | None, generation: Generation, *, quiet: bool
) -> dict[str, TokenCost]:
    """Give what a million tokens of each workload cost on a generation, by the programme's plan."""
    from gigaloop.cli import commands

    value = commands.planned(folder, scenario, facts, quiet=quiet).value
    return {each.workload: each for each in value.tokens if each.generation == generation.id}
