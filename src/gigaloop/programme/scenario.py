"""Scenarios: patches on the document of a programme, checked and applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.marks import Mark, Steps
from gigaloop.core.suggest import did_you_mean
from gigaloop.programme.assemble import Origin, assemble, origin_of, refuse
from gigaloop.programme.facts import resolve_facts
from gigaloop.programme.patches import PatchError, changed_value, patch_targets
from gigaloop.programme.schema import Patch, Programme, Scenario


def apply_scenario(programme: Programme, scenario_id: str) -> Programme:
    """Give the programme as a scenario of its own changes it.

    Parameters
    ----------
    programme
        A loaded programme.
    scenario_id
        The id of one of its scenarios.

    Raises
    ------
    ProgrammeError
        If there is no such scenario, a patch finds nothing to change, or the programme is wrong afterwards.
    """
    for index, scenario in enumerate(programme.scenarios):
        if scenario.id == scenario_id:
            mark = _mark_at(origin_of(programme).mark, ("scenarios", index, "patches"))
            marks = [_mark_at(mark, (step,)) for step in range(len(scenario.patches))]
            return _apply(programme, scenario.patches, marks, f"scenarios.{scenario.id}.patches")
    known = [scenario.id for scenario in programme.scenarios]
    hint = did_you_mean(scenario_id, known, f"it has {', '.join(known)}" if known else "it has none")
    raise ProgrammeError([Problem(f"the programme has no scenario '{scenario_id}'", hint=hint)])


def apply_patches(programme: Programme, patches: Sequence[Patch]) -> Programme:
    """Give the programme as patches change it, one after the other.

    Parameters
    ----------
    programme
        A loaded programme.
    patches
        What to set, scale, shift or remove, as in a scenario.

    Raises
    ------
    ProgrammeError
        If a patch finds nothing to change, or the programme is wrong afterwards.
    """
    marks = [Mark(f"patch {number} ({patch.path})", 0, 0) for number, patch in enumerate(patches, 1)]
    return _apply(programme, patches, marks, "patches")


def check_scenarios(programme: Programme) -> list[Problem]:
    """Apply every scenario of a programme and say what is wrong with it; problems point into the scenario."""
    found: list[Problem] = []
    for index, scenario in enumerate(programme.scenarios):
        try:
            apply_scenario(programme, scenario.id)
        except ProgrammeError as error:
            mark = _mark_at(origin_of(programme).mark, ("scenarios", index))
            found += [_told_of(scenario, mark, problem) for problem in error.problems]
    return found


def _told_of(scenario: Scenario, mark: Mark, problem: Problem) -> Problem:
    """Say that a problem arises in a scenario, at a place inside of it."""
    why = f"in the scenario '{scenario.id}': {problem.why}"
    if problem.where is not None and problem.where in set(_all_places(mark)):
        return replace(problem, why=why)
    first = _mark_at(mark, ("patches", 0))
    return replace(problem, why=f"{why} (at {problem.where})" if problem.where else why, where=first.place)


def _all_places(mark: Mark) -> Iterator[Place]:
    yield mark.place
    children = mark.children
    for child in children.values() if isinstance(children, dict) else children or ():
        yield from _all_places(child)


def _mark_at(mark: Mark, path: Steps) -> Mark:
    """Give the mark at a path, or the nearest above it."""
    for step in path:
        inner = mark.child(step)
        if inner is None:
            return mark
        mark = inner
    return mark


def _apply(programme: Programme, patches: Sequence[Patch], marks: Sequence[Mark], path: str) -> Programme:
    origin = origin_of(programme)
    copy = _Copy.of(origin)
    problems: list[Problem] = []
    for index, (patch, mark) in enumerate(zip(patches, marks, strict=True)):
        try:
            _patch(copy, patch, mark, origin)
        except PatchError as error:
            problems.append(Problem(error.why, _mark_at(mark, (error.key,)).place, f"{path}.{index}", error.hint))
        except ProgrammeError as error:
            problems += error.problems
    refuse(problems)
    return assemble(copy.data, copy.mark, origin.catalogue, base=programme)


def _patch(copy: _Copy, patch: Patch, mark: Mark, origin: Origin) -> None:
    targets = patch_targets(copy.data, patch)
    if patch.remove:
        # From the end, so that the numbers of what remains in a list hold.
        for target in reversed(targets):
            parent, children = copy.parent(target[:-1])
            del parent[target[-1]]
            del children[target[-1]]
        return
    kind = "set" if patch.set is not None else "scale" if patch.scale is not None else "shift"
    place = _mark_at(mark, (kind,))
    for target in targets:
        parent, children = copy.parent(target[:-1])
        step = target[-1]
        exists = step in parent if isinstance(parent, dict) else step in range(len(parent))
        value = changed_value(parent[step] if exists else None, patch)
        problems: list[Problem] = []
        value, new = resolve_facts(value, _marked(value, place), origin.catalogue, problems)
        refuse(problems)
        if exists or isinstance(parent, dict):
            parent[step], children[step] = value, new
        else:
            parent.append(value)
            children.append(new)


def _marked(value: object, place: Mark) -> Mark:
    """Give marks for a value of a patch: its own where the file has them, else the place of the patch."""
    children: Any = None
    if isinstance(value, dict):
        children = {key: _marked(inner, place.child(key) or place) for key, inner in value.items()}
    elif isinstance(value, list):
        children = [_marked(inner, place.child(index) or place) for index, inner in enumerate(value)]
    return replace(place, children=children)


@dataclass(slots=True)
class _Copy:
    """A document that is copied only along the paths that change."""

    data: dict[str, Any]
    mark: Mark
    fresh: dict[int, object]

    @classmethod
    def of(cls, origin: Origin) -> _Copy:
        return cls(dict(origin.data), _copied(origin.mark), {})

    def parent(self, path: Steps) -> tuple[Any, Any]:
        """Give the container at a path and the marks of what it holds, free to change; make it where it is missing."""
        here: Any = self.data
        mark = self.mark
        for step in path:
            marks: Any = mark.children
            if isinstance(here, dict) and step not in here:
                here[step], marks[step] = {}, Mark(mark.file, mark.line, mark.column, children={})
                self.fresh[id(here[step])] = here[step]
            elif id(here[step]) not in self.fresh:
                inner = here[step]
                here[step], marks[step] = dict(inner) if isinstance(inner, dict) else list(inner), _copied(marks[step])
                self.fresh[id(here[step])] = here[step]
            here, mark = here[step], marks[step]
        return here, mark.children


def _copied(mark: Mark) -> Mark:
    children = mark.children
    own = dict(children) if isinstance(children, dict) else list(children) if children is not None else None
    return replace(mark, children=own)
