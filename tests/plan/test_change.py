"""What changed between two plans: differences, effects that add up, and programmes in between."""

import numpy as np
import pytest
from benchmarks.plan_programmes import day, demand, factory, line, site, small, supplier, supply

from gigaloop.core.units import WEEK
from gigaloop.plan import plan_programme
from gigaloop.plan.explain.change import compare_tables, explain_change
from gigaloop.plan.explain.mixing import groups, mixed
from gigaloop.programme import diff_programmes


def side(**changes):
    programme, facts = small(**changes)
    return programme, plan_programme(programme, facts, reliefs=0), facts


def change_of(before, after, **options):
    def replan(programme, start):
        return plan_programme(programme, after[2], reliefs=0, start=start)

    return explain_change(before[:2], after[:2], replan, **options)


SLOW = {"factories": [factory("f1", line("l11", "L11", {"rack": 20}, cost=10000))]}
FEW_PARTS = {"suppliers": [supplier("s1", supply("gpu", 720))]}


def test_the_same_programme_changes_nothing():
    assert change_of(side(), side()).sentences == ("The plans are the same.",)


def test_what_moved_is_told_in_weeks_and_its_costs_add_up():
    before, after = side(), side(**FEW_PARTS)
    found = change_of(before, after)
    (online,) = [each for each in found.differences if each.kind == "online"]
    # 100 racks in week 1 become 10 a week from week 1 to week 10, or 11: 4.5 weeks later on average.
    assert online.weeks == pytest.approx(4.5)
    assert online.change == pytest.approx(-450 * 125e3 * WEEK)
    assert online.since.isoformat() == day(1)
    (late,) = [each for each in found.differences if each.kind == "late"]
    assert (late.name, late.before) == ("x-1", 0.0)
    assert late.after == pytest.approx(56.25e6 * WEEK)
    costs = sum(each.change for each in found.differences if each.kind == "cost")
    assert costs == pytest.approx(after[1].objective - before[1].objective) == pytest.approx(found.objective)


def test_effects_of_several_changes_add_up():
    before, after = side(), side(**SLOW, **FEW_PARTS)
    found = change_of(before, after)
    assert {each.path for each in found.effects} == {
        "suppliers.s1.supplies.gpu.allocation",
        "factories.f1.lines.l11.products",
    }
    assert sum(each.objective for each in found.effects) == pytest.approx(found.objective)
    online = after[1].online_facility_power.sum() - before[1].online_facility_power.sum()
    assert sum(each.online for each in found.effects) == pytest.approx(online * WEEK)
    late = after[1].late_power.sum() - before[1].late_power.sum()
    assert sum(each.late for each in found.effects) == pytest.approx(late * WEEK)
    # Parts for 10 racks a week leave nothing for the slower line, of 20, to spoil.
    slow = next(each for each in found.effects if each.path.startswith("factories"))
    assert slow.objective == pytest.approx(0.0, abs=1e5)


def test_too_many_groups_are_not_told_apart():
    before, after = side(), side(**SLOW, **FEW_PARTS)
    assert change_of(before, after, few=1).effects == ()


def test_stored_tables_tell_the_same_differences():
    before, after = side(), side(**FEW_PARTS)
    assert compare_tables(before[1].tables(), after[1].tables()).differences == change_of(before, after).differences


def test_a_programme_in_between_has_some_of_the_changes_and_all_of_them_make_the_other():
    before = small()[0]
    after = small(
        factories=SLOW["factories"],
        suppliers=[supplier("s1", supply("gpu", 720)), supplier("s2", supply("gpu", 72, 1))],
        sites=[site("x", {0: 50, 4: 100})],
        demands=[demand("x", 1, 12.5), demand("x", 5, 12.5)],
    )[0]
    changes = diff_programmes(before, after)
    found = groups(changes, 99)
    keys = [key for key, _ in found]
    assert ("suppliers", "s2") in keys
    assert ("sites", "x", "energisation") in keys
    half = mixed(before, after, [("suppliers", "s2"), ("sites", "x", "energisation")])
    assert [each.id for each in half.suppliers] == ["s1", "s2"]
    assert len(half.demands) == 1
    assert half.sites[0].energisation == after.sites[0].energisation
    assert half.factories == before.factories
    whole = mixed(before, after, keys)
    assert diff_programmes(whole, after) == ()
    assert diff_programmes(mixed(after, before, keys), before) == ()
    assert np.isclose(float(whole.calendar.weeks), after.calendar.weeks)


def test_groups_become_coarser_where_they_are_too_many():
    changes = diff_programmes(small()[0], small(sites=[site("x", {0: 50}, pue=1.4, latitude=40)])[0])
    assert {key for key, _ in groups(changes, 8)} == {
        ("sites", "x", "energisation"),
        ("sites", "x", "pue"),
        ("sites", "x", "latitude"),
    }
    assert {key for key, _ in groups(changes, 1)} == {("sites", "x")}
