"""What changed between two plans: what moved, by how much, and because of which change of the programme."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import InfeasibleError, ProgrammeError
from gigaloop.core.units import WEEK
from gigaloop.plan.explain.differences import Difference, Tables, plan_differences, say_difference
from gigaloop.plan.explain.mixing import Key, groups, mixed
from gigaloop.plan.records import Plan
from gigaloop.programme import Change, Programme, diff_programmes

FEW = 8
"""Most groups of changes whose effects are told apart by planning again."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a group of changes does to a plan when it is made after those before it.

    Parameters
    ----------
    path
        What the group has in common; its changes are listed.
    objective
        Change of the objective [USD]; a gain is negative.
    online
        Change of the compute online: facility power times time [J].
    late
        Change of the lateness: power times time [J].
    """

    path: str
    changes: tuple[Change, ...]
    objective: float
    online: float
    late: float
    sentence: str

    def as_dict(self) -> dict[str, object]:
        """Give the effect as plain data, for ``--json``."""
        return {
            "path": self.path,
            "changes": [change.as_dict() for change in self.changes],
            "objective_usd": self.objective,
            "online_mw_weeks": self.online / WEEK * 1e-6,
            "late_mw_weeks": self.late / WEEK * 1e-6,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What moved between two plans and why.

    Parameters
    ----------
    changes
        Changes of the programme; those that no plan depends on included.
    differences
        What moved; the costs add up to the change of the objective.
    effects
        Effects of groups of changes, made one after the other in this order; they add up to the change of the
        objective, of the compute online and of the lateness. Empty where there are too many groups, or there is no
        programme.
    """

    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]
    effects: tuple[Effect, ...]
    objective: float
    sentences: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Give the change as plain data, for ``--json``."""
        return {
            "objective_usd": self.objective,
            "changes": [change.as_dict() for change in self.changes],
            "differences": [each.as_dict() for each in self.differences],
            "effects": [each.as_dict() for each in self.effects],
            "sentences": list(self.sentences),
        }


Side = tuple[Programme, Plan]
Replan = Callable[[Programme, Plan], Plan]
"""Plans a programme, starting from a plan of one that is nearly the same."""


def explain_change(before: Side, after: Side, replan: Replan, *, few: int = FEW) -> PlanChange:
    """Say what moved between the plans of two programmes, by how much, and because of what.

    Parameters
    ----------
    before, after
        Two programmes, e.g. revisions or scenarios, with their plans.
    replan
        How a programme in between is planned.
    few
        Most groups of changes that are told apart.

    Notes
    -----
    The changes are made one after the other, in the order of the schema, and the programme is planned again after each:
    the effects add up to the difference by telescoping. Where changes work together, the effect of one depends on those
    made before it. A group with which there is no plan is made together with the next.
    """
    changes = diff_programmes(before[0], after[0])
    differences = plan_differences(before[1].tables(), after[1].tables())
    found = groups(changes, few)
    effects = tuple(_effects(before, after, found, replan)) if 0 < len(found) <= few else ()
    return _told(changes, differences, effects, after[0])


def compare_tables(before: Tables, after: Tables) -> PlanChange:
    """Say what moved between two plans of which only the tables are known.

    Parameters
    ----------
    before, after
        The tables of two plans.
    """
    return _told((), plan_differences(before, after), (), None)


def _effects(
    before: Side, after: Side, found: tuple[tuple[Key, tuple[Change, ...]], ...], replan: Replan
) -> list[Effect]:
    effects: list[Effect] = []
    plan, made, waiting = before[1], set[Key](), list[tuple[Key, tuple[Change, ...]]]()
    for number, group in enumerate(found, 1):
        waiting.append(group)
        made.add(group[0])
        if number == len(found):
            now = after[1]
        else:
            try:
                now = replan(mixed(before[0], after[0], made), plan)
            except (InfeasibleError, ProgrammeError):
                continue
        effects.append(_effect(waiting, plan, now))
        plan, waiting = now, []
    return effects


def _effect(made: list[tuple[Key, tuple[Change, ...]]], before: Plan, after: Plan) -> Effect:
    online, late = _online(after) - _online(before), _late(after) - _late(before)
    objective = after.objective - before.objective
    path = ", ".join(".".join(key) for key, _ in made)
    changes = tuple(change for _, members in made for change in members)
    gain = f"{'costs' if objective > 0 else 'gains'} {abs(objective) * 1e-6:,.4g} MUSD"
    power = f"{abs(online) / WEEK * 1e-6:,.4g} MW-weeks {'more' if online >= 0 else 'less'} online"
    lateness = f"{abs(late) / WEEK * 1e-6:,.4g} MW-weeks {'more' if late >= 0 else 'less'} late"
    told = str(changes[0]) if len(changes) == 1 else f"{path} ({len(changes)} changes)"
    return Effect(path, changes, objective, online, late, f"{told} {gain}: {power}, {lateness}.")


def _online(plan: Plan) -> float:
    return float(plan.online_facility_power.sum()) * WEEK


def _late(plan: Plan) -> float:
    return float(plan.late_power.sum()) * WEEK


def _told(
    changes: tuple[Change, ...],
    differences: tuple[Difference, ...],
    effects: tuple[Effect, ...],
    programme: Programme | None,
) -> PlanChange:
    costs = [each for each in differences if each.kind == "cost"]
    objective = float(np.sum([each.change for each in costs]))
    names: dict[str, str] = {}
    if programme is not None:
        for section in (programme.sites, programme.demands, programme.factories, programme.generations):
            names |= {record.id: record.name for record in section}
        names |= {record.id: record.name for record in (*programme.parts, *programme.suppliers)}
    moved = [each for each in differences if each.kind != "cost"]
    if not moved and abs(objective) < 1.0:
        sentences = ["The plans are the same."]
    else:
        word = "worse" if objective > 0 else "better"
        sentences = [f"The plan is {abs(objective) * 1e-6:,.4g} MUSD {word} in present value."]
        sentences += [each.sentence for each in effects]
        for kind, most in (("online", 3), ("late", 3), ("first units", 4)):
            own = [each for each in moved if each.kind == kind][:most]
            sentences += [say_difference(each, lambda part: names.get(part, part)) for each in own]
    return PlanChange(changes, differences, effects, objective, tuple(_begun(each) for each in sentences))


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:] if " " in sentence.split(".")[0] else sentence
