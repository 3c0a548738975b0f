"""Checks that things can flow: every part is bought or made, every rack is made, and every site is reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from gigaloop.core.marks import item_keys
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema import Demand, Generation, Programme, Stage


@dataclass(frozen=True, slots=True)
class _Net:
    """Who makes and supplies what, and where lanes lead."""

    makers: Mapping[str, frozenset[str]]
    supplied: frozenset[str]
    reach: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, programme: Programme) -> _Net:
        makers: dict[str, set[str]] = {}
        for factory in programme.factories:
            for line in factory.lines:
                for made in line.products:
                    makers.setdefault(made.part, set()).add(factory.id)
        onward: dict[str, set[str]] = {}
        for lane in programme.lanes:
            onward.setdefault(lane.origin, set()).add(lane.destination)
        return cls(
            makers={part: frozenset(factories) for part, factories in makers.items()},
            supplied=frozenset(supply.part for supplier in programme.suppliers for supply in supplier.supplies),
            reach={factory.id: _reached(factory.id, onward) for factory in programme.factories},
        )


def _reached(start: str, onward: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Give every place that lanes lead to from a place, itself included."""
    found = {start}
    stack = [start]
    while stack:
        for place in onward.get(stack.pop(), ()):
            if place not in found:
                found.add(place)
                stack.append(place)
    return frozenset(found)


def check_flows(findings: Findings) -> None:
    """Check that parts are bought or made, racks made, and sites reached by racks they can feed."""
    net = _Net.of(findings.programme)
    _lines(findings)
    _cells(findings)
    _lanes(findings)
    for generation in findings.programme.generations:
        _generation(findings, net, generation)
    _sources(findings, net)
    for demand in findings.programme.demands:
        _demand(findings, net, demand)


def _lines(findings: Findings) -> None:
    """Check that a line makes parts of its own stage; racks of L11 may also pass through L12."""
    parts = findings.programme.part_of
    for factory in findings.programme.factories:
        for line in factory.lines:
            for key, made in zip(item_keys(line.products), line.products, strict=True):
                stage = parts[made.part].stage
                path = f"factories.{factory.id}.lines.{line.id}.products.{key}.part"
                if stage is None:
                    why = f"the line makes '{made.part}', which has no stage: it is bought"
                    findings.add(path, why, f"give the part '{made.part}' 'stage: {line.stage}' and its components")
                elif stage is not line.stage and (stage, line.stage) != (Stage.L11, Stage.L12):
                    why = f"a line of stage {line.stage} makes '{made.part}', a part of stage {stage}"
                    findings.add(path, why, "mend the stage of the line or of the part")


def _cells(findings: Findings) -> None:
    """Check that racks which are tested are made where there are burn-in cells."""
    tested = {
        generation.rack: generation.test
        for generation in findings.programme.generations
        if float(generation.test.l11) + float(generation.test.l12) > 0.0
    }
    for factory in findings.programme.factories:
        for line in factory.lines if factory.test_cells is None else ():
            for key, made in zip(item_keys(line.products), line.products, strict=True):
                if made.part in tested:
                    path = f"factories.{factory.id}.lines.{line.id}.products.{key}.part"
                    why = f"'{made.part}' is burnt in for {tested[made.part].l11}, and the factory has no cells for it"
                    findings.add(path, why, "give the factory 'test_cells', or leave the product out")


def _lanes(findings: Findings) -> None:
    for lane in findings.programme.lanes:
        if lane.origin == lane.destination:
            findings.add(f"lanes.{lane.id}.destination", f"the lane leads from '{lane.origin}' to itself")


def _generation(findings: Findings, net: _Net, generation: Generation) -> None:
    makers = net.makers.get(generation.rack, frozenset())
    path = f"generations.{generation.id}"
    if not makers:
        why = f"no factory makes the rack '{generation.rack}'"
        findings.add(f"{path}.rack", why, "add it to the products of a line of stage L11, or leave the generation out")
    elif generation.evaluation is not None and generation.evaluation.factory not in makers:
        why = f"the factory '{generation.evaluation.factory}' does not make the rack '{generation.rack}'"
        findings.add(f"{path}.evaluation.factory", why, f"it is made in {', '.join(sorted(makers))}")


def _sources(findings: Findings, net: _Net) -> None:
    """Follow the racks down: a part is supplied, or made and its components come to where it is made."""
    parts = findings.programme.part_of
    stack = sorted({generation.rack for generation in findings.programme.generations})
    seen = set(stack)
    while stack:
        part = parts[stack.pop()]
        makers = net.makers.get(part.id, frozenset())
        if not makers:
            continue
        keys = item_keys(part.components)
        for key, line in zip(keys, part.components, strict=True):
            path = f"parts.{part.id}.components.{key}.part"
            inner = net.makers.get(line.part, frozenset())
            if line.part not in net.supplied:
                _made_where_needed(findings, net, path, part.id, line.part)
            if inner and line.part not in seen:
                seen.add(line.part)
                stack.append(line.part)


def _made_where_needed(findings: Findings, net: _Net, path: str, parent: str, part: str) -> None:
    """Say when a part that nobody supplies is not made, or cannot come to a factory that needs it."""
    makers = net.makers.get(part, frozenset())
    if not makers:
        hint = "add it to a supplier's 'supplies' or to the 'products' of a line"
        findings.add(path, f"nobody supplies '{part}' and no line makes it", hint)
        return
    cut_off = sorted(
        factory for factory in net.makers[parent] if not any(factory in net.reach[maker] for maker in makers)
    )
    if cut_off:
        why = f"'{part}' goes into '{parent}' at {', '.join(cut_off)}, but no lane leads there"
        findings.add(path, why, f"add a lane from {' or '.join(sorted(makers))}, where it is made")


def _demand(findings: Findings, net: _Net, demand: Demand) -> None:
    programme = findings.programme
    site = programme.site_of[demand.site]
    wanted = [programme.generation_of[name] for name in demand.generations] or list(programme.generations)
    if not wanted:
        findings.add(f"demands.{demand.id}", "the programme has no generation to serve the demand")
        return
    named = ", ".join(generation.id for generation in wanted)
    fed = [generation for generation, hall in product(wanted, site.halls) if generation.power.bus in hall.bus]
    if not fed:
        buses = sorted({bus for hall in site.halls for bus in hall.bus})
        why = f"no hall of '{site.id}' can feed {named}: its halls have {', '.join(buses) or 'no bus'}"
        hint = f"give a hall the bus {' or '.join(sorted({generation.power.bus for generation in wanted}))}"
        findings.add(f"demands.{demand.id}.site", why, hint)
        return
    makers = {maker for generation in fed for maker in net.makers.get(generation.rack, ())}
    if makers and not any(site.id in net.reach[maker] for maker in makers):
        why = f"no lane leads to '{site.id}' from a factory that makes {named}"
        findings.add(f"demands.{demand.id}.site", why, f"add a lane from {' or '.join(sorted(makers))}")
