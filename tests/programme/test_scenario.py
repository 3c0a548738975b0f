"""Scenarios: patches on the document, with the unit kept, the evidence told, and mistakes pointed at."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import ProgrammeError
from gigaloop.core.evidence import EvidenceKind
from gigaloop.core.quantity import parse
from gigaloop.programme.diff import diff_programmes
from gigaloop.programme.patches import changed_value
from gigaloop.programme.scenario import apply_patches, apply_scenario
from gigaloop.programme.schema import Patch, Programme


def _patched(programme: Programme, *patches: dict[str, Any]) -> Programme:
    return apply_patches(programme, [Patch(**patch) for patch in patches])


def _refused(programme: Programme, **patch: Any) -> str:
    with pytest.raises(ProgrammeError) as error:
        _patched(programme, patch)
    (problem,) = error.value.problems
    return f"{problem.why} | {problem.hint}"


def test_a_scenario_of_the_programme_is_applied(starter):
    late = apply_scenario(starter, "substation-late")
    moved = [
        (b.start - a.start).days
        for a, b in zip(starter.site_of["licking"].energisation, late.site_of["licking"].energisation, strict=True)
    ]
    assert moved == [119, 119]
    more = apply_scenario(starter, "second-cartridge-line")
    rates = [str(step.rate) for step in more.suppliers[1].supplies[0].allocation]
    assert rates == ["66 pcs/week", "96 pcs/week"]


def test_what_is_not_patched_is_taken_over_and_the_base_stays_as_it_is(starter):
    before = starter.model_dump_json()
    late = apply_scenario(starter, "substation-late")
    assert starter.model_dump_json() == before
    assert all(a is b for a, b in zip(starter.suppliers, late.suppliers, strict=True))
    assert starter.site_of["milam"] is late.site_of["milam"]
    assert starter.site_of["licking"] is not late.site_of["licking"]


def test_values_of_a_scenario_stand_at_their_patch(starter):
    late = apply_scenario(starter, "substation-late")
    place = late.place("sites.licking.energisation.2028-01-03.start")
    assert place is not None
    assert place.file.endswith("programme.yaml")
    more = apply_scenario(starter, "second-cartridge-line")
    evidence = more.suppliers[1].supplies[0].allocation[0].rate.evidence
    assert evidence is not None
    assert evidence.place is not None
    assert evidence.place.file.endswith("programme.yaml")
    assert more.place("sites.milam.pue") == starter.place("sites.milam.pue")


def test_scaling_a_sourced_value_makes_it_an_assumption_that_names_its_source(starter):
    patched = _patched(starter, {"path": "generations.gb300-nvl72.power.shelf_rating", "scale": 1.5})
    rating = patched.generation_of["gb300-nvl72"].power.shelf_rating
    assert str(rating) == "49.5 kW"
    assert rating.evidence is not None
    assert rating.evidence.kind is EvidenceKind.ASSUMPTION
    assert rating.evidence.source.startswith("1.5 times 33 kW of ")


def test_a_star_stands_for_every_record_that_has_what_is_named(starter):
    patched = _patched(starter, {"path": "parts.*.power", "scale": 2})
    for before, after in zip(starter.parts, patched.parts, strict=True):
        assert (before.power is None) == (after.power is None)
        if before.power is not None:
            assert after.power == pytest.approx(2 * before.power)


def test_keys_and_records_can_be_set_added_and_removed(starter):
    patched = _patched(
        starter,
        {"path": "sites.milam.pue", "set": 1.1},
        {"path": "sites.milam.online_at_start", "set": "5 MW"},
        {"path": "contracts.second-phase-option.firm.racks", "set": "12 racks"},
        {"path": "parts.spare", "set": {"id": "spare", "name": "Spare", "family": "structure", "mass": "5 kg"}},
        {"path": "parts.cdu.mass", "set": {"from": "gb300-nvl72.mass"}},
        {"path": "claims.licking-announced", "remove": True},
        {"path": "workloads.training.training.tokens", "remove": True},
    )
    assert patched.site_of["milam"].pue == 1.1
    assert str(patched.site_of["milam"].online_at_start) == "5 MW"
    assert str(patched.contracts[0].firm.racks) == "12 racks"
    assert str(patched.part_of["spare"].mass) == "5 kg"
    assert patched.part_of["cdu"].mass == 1360.0
    assert patched.claims == ()
    training = patched.workloads[0].training
    assert training is not None
    assert training.tokens is None


def test_every_record_of_a_section_can_be_removed(starter):
    patched = _patched(starter, {"path": "contracts.*", "remove": True}, {"path": "claims.*", "remove": True})
    assert (patched.contracts, patched.claims) == ((), ())


def test_patches_follow_each_other_and_a_patched_programme_can_be_patched(starter):
    once = _patched(starter, {"path": "sites.milam.pue", "set": 1.1}, {"path": "sites.milam.pue", "scale": 1.1})
    assert once.site_of["milam"].pue == pytest.approx(1.21)
    twice = _patched(once, {"path": "sites.milam.pue", "scale": 1.1})
    assert twice.site_of["milam"].pue == pytest.approx(1.331)
    assert apply_scenario(twice, "substation-late").site_of["milam"].pue == twice.site_of["milam"].pue


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ({"path": "sites.milm.pue", "set": 1.1}, "there is no 'milm' in 'sites' | did you mean 'sites.milam'?"),
        ({"path": "sites.milam.pu", "set": 1.1}, "there is no 'pu' in 'sites.milam' | did you mean 'sites.milam.pue'?"),
        ({"path": "site.milam", "scale": 2}, "there is no 'site' in the programme | did you mean 'sites'?"),
        ({"path": "sites.milam.pue.x", "set": 1}, "'sites.milam.pue' is a single value; there is no 'x' in it"),
        ({"path": "sites.*.nothing", "scale": 2}, "nothing stands at 'sites.*.nothing'"),
        ({"path": "contracts.second-phase-option.frm.racks", "set": "5 racks"}, "there is no 'frm'"),
        ({"path": "lanes.new", "set": {"id": "x"}}, "there is no 'new' in 'lanes' | a new record needs an id"),
        ({"path": "sites.milam.note", "scale": 2}, "'note' in 'sites.milam' has no value to change"),
        ({"path": "sites.milam.name", "scale": 2}, "no number or quantity"),
        ({"path": "sites.milam", "scale": 2}, "no number or quantity"),
        ({"path": "sites.milam.pue", "scale": float("inf")}, "inf is no factor"),
        ({"path": "generations.gb300-nvl72.cooling.inlet_limit", "scale": 2}, "a temperature cannot be scaled"),
        ({"path": "sites.milam.pue", "scale": -5}, "'-6' must be at least 1"),
        ({"path": "sites.milam.name", "shift": "5 days"}, "what stands there is no date"),
        ({"path": "horizon.end", "shift": "5 dys"}, "unknown unit 'dys'"),
        ({"path": "horizon.end", "shift": "5 kW"}, "is a power"),
        ({"path": "horizon.end", "shift": "99999 years"}, "leads out of the calendar"),
        ({"path": "schema", "set": 2}, "'schema' cannot be patched"),
        ({"path": "scenarios.substation-late", "remove": True}, "'scenarios' cannot be patched"),
        ({"path": "sites.milam.pue",
         "set": {"from": "gb300.tpd"}}, "'gb300' has no number 'tpd' | did you mean 'tdp'?"),
        ({"path": "sites.milam.electricity", "set": "elec-t"}, "the catalogue has no electricity 'elec-t'"),
        ({"path": "horizon.end", "shift": "-2 years"}, "before"),
    ],
)  # fmt: skip
def test_a_patch_that_cannot_be_applied_is_told(starter, patch, told):
    if patch["path"] == "horizon.end" and patch.get("shift") == "-2 years":
        with pytest.raises(ProgrammeError, match=told):
            _patched(starter, patch)
        return
    assert told in _refused(starter, **patch)


def test_what_a_patch_breaks_elsewhere_is_told(starter):
    with pytest.raises(ProgrammeError) as error:
        _patched(starter, {"path": "parts.gb300-tray", "remove": True})
    paths = {problem.path for problem in error.value.problems}
    assert "parts.gb300-rack.components.gb300-tray.part" in paths


def test_an_unknown_scenario_is_told(starter):
    with pytest.raises(ProgrammeError, match="did you mean 'substation-late'"):
        apply_scenario(starter, "substation-lat")


def test_a_programme_that_was_not_loaded_cannot_be_patched(starter):
    bare = Programme.model_validate(starter.model_dump(by_alias=True))
    with pytest.raises(ProgrammeError, match="was not loaded from files"):
        _patched(bare, {"path": "sites.milam.pue", "set": 1.1})


def test_mistakes_in_scenarios_are_found_when_loading_and_stand_at_the_patch(broken):
    broken.replace(
        "programme.yaml", "path: sites.licking.energisation.*.start", "path: sites.likking.energisation.*.start"
    )
    problem = broken.problem
    assert str(problem.where) == broken.place("programme.yaml", "sites.likking")
    assert "in the scenario 'substation-late'" in problem.why
    assert "did you mean 'sites.licking'" in problem.hint


def test_values_that_a_scenario_makes_wrong_are_told_at_the_patch(broken):
    broken.replace("programme.yaml", "scale: 1.5", "scale: -1.5")
    first, second = broken.problems
    assert str(first.where) == str(second.where) == broken.place("programme.yaml", "-1.5")
    assert "must not be negative" in first.why


def test_what_a_scenario_breaks_elsewhere_is_told_at_the_scenario(broken):
    broken.replace("programme.yaml", "{path: sites.licking.energisation.*.start, shift: 17 weeks}",
                   "{path: parts.cable-cartridge, remove: true}")  # fmt: skip
    problems = broken.problems
    assert {str(problem.where) for problem in problems} == {broken.place("programme.yaml", "{path: parts.cable")}
    assert any(broken.place("supply.yaml", "cable-cartridge") in problem.why for problem in problems)


@given(st.floats(0.001, 1000), st.sampled_from(["kW", "MW", "W"]), st.floats(0.01, 100))
def test_scaling_keeps_the_unit_and_multiplies(number, unit, factor):
    text = changed_value(f"{number!r} {unit}", Patch(path="x", scale=factor))
    assert text.endswith(f" {unit}")
    assert float(parse(text, "power")) == pytest.approx(factor * parse(f"{number!r} {unit}", "power"), rel=1e-11)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("3.4 MUSD (2025)", "6.8 MUSD (2025)"),
        ("1,200 racks/week", "2400 racks/week"),
        (".5kW", "1kW"),
        (3, 6),
        (1.5, 3.0),
        ({"value": "5 W", "source": "x", "date": "2025", "kind": "datasheet", "low": "4 W"},
         {"value": "10 W", "source": "2 times 5 W of x", "date": "2025", "kind": "assumption"}),
    ],
)  # fmt: skip
def test_scaling_by_two(before, after):
    assert changed_value(before, Patch(path="x", scale=2)) == after


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(-5000, 5000))
def test_shifting_forth_and_back_gives_the_day_again(day, days):
    there = changed_value(day.isoformat(), Patch(path="x", shift=f"{days} days"))
    assert dt.date.fromisoformat(there) - day == dt.timedelta(days=days)
    assert changed_value(there, Patch(path="x", shift=f"{-days} days")) == day.isoformat()


def test_a_scenario_changes_only_what_it_names(starter):
    changes = diff_programmes(starter, _patched(starter, {"path": "sites.milam.pue", "set": 1.1}))
    assert [change.path for change in changes] == ["sites.milam.pue"]
