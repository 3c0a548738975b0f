"""Checks of bills of materials, generations and workloads."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from gigaloop.core.marks import item_keys
from gigaloop.programme.bom import CycleError, depth, find_cycles, overlaps
from gigaloop.programme.checks.findings import Findings

DEEPEST_BOM = 20
"""Levels; a rack as it is built has four or five."""


def check_product(findings: Findings) -> None:
    """Check bills of materials, generations and workloads."""
    _bills(findings)
    _racks(findings)
    _shares(findings)
    generations = {generation.id: generation.supersedes for generation in findings.programme.generations}
    _succession(findings, "generations", generations)
    _succession(findings, "claims", {claim.id: claim.supersedes for claim in findings.programme.claims})


def _bills(findings: Findings) -> None:
    parts = findings.programme.part_of
    cycles = list(find_cycles(parts))
    for cycle in cycles:
        _tell_cycle(findings, cycle)
    levels = 0 if cycles else depth(parts)
    if levels > DEEPEST_BOM:
        why = f"the bills of materials are {levels} levels deep; at most {DEEPEST_BOM} are planned"
        findings.add("parts", why, "leave out levels that are neither bought, made nor engineered here")
    for part in parts.values():
        keys = item_keys(part.components)
        for first, second in overlaps(part.components):
            earlier, line = part.components[first], part.components[second]
            place = findings.place(f"parts.{part.id}.components.{keys[first]}")
            why = f"two lines for the position '{line.position or line.part}' are effective on the same day"
            hint = (
                f"the other is '{earlier.part}' at {place}; end it with 'effective_until' before this one begins with "
                "'effective_from', or give them different positions"
            )
            findings.add(f"parts.{part.id}.components.{keys[second]}", why, hint)
        if part.stage is not None and not part.components:
            why = f"'{part.id}' is made at stage {part.stage}, but nothing goes into it"
            findings.add(f"parts.{part.id}", why, "give its components, or leave out 'stage' if it is bought")


def _tell_cycle(findings: Findings, error: CycleError) -> None:
    """Name every line of a cycle with its place; the problem stands at the line that closes it."""
    parts = findings.programme.part_of
    told = []
    path = ""
    for parent, child in pairwise(error.cycle):
        keys = item_keys(parts[parent].components)
        key = next(key for key, line in zip(keys, parts[parent].components, strict=True) if line.part == child)
        path = f"parts.{parent}.components.{key}"
        told.append(f"{child} goes into {parent} at {findings.place(path)}")
    why = f"a part goes into itself: {' <- '.join(error.cycle)}"
    findings.add(path, why, f"take one of these lines out: {'; '.join(told)}")


def _racks(findings: Findings) -> None:
    parts = findings.programme.part_of
    for generation in findings.programme.generations:
        rack = parts[generation.rack]
        path = f"generations.{generation.id}.rack"
        if rack.family != "rack":
            why = f"'{rack.id}' is of the family '{rack.family}', but a rack is due"
            findings.add(path, why, "name the top of the bill of materials, a part with 'family: rack'")
        elif rack.stage is None:
            why = f"the rack '{rack.id}' has no stage that makes it"
            findings.add(path, why, f"give the part '{rack.id}' 'stage: L11' and its components")


def _shares(findings: Findings) -> None:
    workloads = findings.programme.workloads
    total = sum(float(workload.share) for workload in workloads)
    if total > 1.0 + 1e-9:
        listed = ", ".join(f"{workload.id} {workload.share}" for workload in workloads)
        why = f"the shares of the workloads add up to {total * 100:.4g} %"
        findings.add(f"workloads.{workloads[-1].id}.share", why, f"at most 100 % of the time can be used: {listed}")


def _succession(findings: Findings, section: str, successor: Mapping[str, str | None]) -> None:
    """Check that no record supersedes itself, not even by way of others."""
    told: set[str] = set()
    for start in successor:
        way: list[str] = []
        here: str | None = start
        while here is not None and here not in way and here not in told:
            way.append(here)
            here = successor.get(here)
        if here is not None and here in way:
            cycle = [*way[way.index(here) :], here]
            findings.add(f"{section}.{cycle[-2]}.supersedes", f"'{here}' supersedes itself: {' -> '.join(cycle)}")
        told.update(way)
