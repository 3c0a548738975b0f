"""The figures that say when things run, where racks stand, what is missing and why: they add up to the plan."""

from typing import Any

import numpy as np
import pytest

from gigaloop.plan.explain.path import critical_path
from gigaloop.plan.pegging import peg_plan
from gigaloop.report.content.basis import Basis
from gigaloop.report.content.loads import utilisation
from gigaloop.report.content.schedule import LEAST, generation_of_parts, racks_on_the_way

GW_WEEK = 1e9 * 7 * 86400.0


@pytest.fixture(scope="module")
def figures(bundled_report) -> dict[str, Any]:
    return {figure.id: figure for figure in bundled_report.figures()}


@pytest.mark.parametrize("name", ["campaigns", "on-the-way", "short", "late-causes", "chain", "utilisation"])
def test_the_figure_is_in_the_report_with_a_table_behind_it(figures, name):
    assert len(figures[name].table().rows) > 3


def test_the_causes_of_lateness_add_up_to_all_power_late_over_time(bundled, figures):
    steps = figures["late-causes"].steps
    late = bundled.plan.late_power.sum() * 7 * 86400.0 / GW_WEEK
    assert steps[-1].is_total
    assert steps[-1].value.value == pytest.approx(late, rel=1e-6)
    assert sum(step.value.value for step in steps[:-1]) == pytest.approx(late, rel=1e-6)
    assert all(step.value.value > 0.0 for step in steps)


def test_racks_on_their_way_and_online_are_all_that_were_ever_begun(bundled):
    programme, plan = bundled.programme, bundled.plan
    racks = {generation.rack for generation in programme.generations}
    lanes = [under_way for lane in programme.lanes for under_way in lane.in_transit if lane.destination in plan.sites]
    begun = np.zeros(plan.calendar.weeks)
    begun += sum(float(each.quantity) for each in lanes if each.part in racks) + plan.standing_at_start.sum()
    begun += sum(float(each.quantity) for f in programme.factories for each in f.stock if each.part in racks)
    for row, line in enumerate(plan.production.lines):
        if line and plan.production.parts[row] in racks:
            factory, _, name = line.partition(".")
            made_on = next(each for f in programme.factories if f.id == factory for each in f.lines if each.id == name)
            cycle = int(np.ceil(float(made_on.cycle_time) / (7 * 86400.0) - 1e-9))
            started = np.cumsum(plan.production.started[row])
            begun += plan.production.given[row].sum() + np.append(started[cycle:], [started[-1]] * cycle)
    found = racks_on_the_way(programme, plan)
    assert sum(found.values()) + plan.online_racks.sum(axis=(0, 1)) == pytest.approx(begun, rel=1e-6, abs=1e-3)


def test_racks_on_their_way_are_drawn_as_the_plan_has_them(bundled, figures):
    plan = bundled.plan
    racks = {generation.rack for generation in bundled.programme.generations}
    series = {each.name: np.array(each.floats) for each in figures["on-the-way"].series}
    at = [plan.calendar.index(date) for date in figures["on-the-way"].periods]
    held = sum(pieces for part, pieces in zip(plan.stock.parts, plan.stock.pieces, strict=True) if part in racks)
    assert series["finished, at the factory"] == pytest.approx(held[at])
    standing = plan.standing_at_start.sum() + np.cumsum(plan.installs.sum(axis=(0, 1)))
    online = plan.online_racks.sum(axis=(0, 1))
    assert series["installed, not online"] == pytest.approx((standing - online)[at], abs=1e-6)
    sent = sum(
        pieces[max(at[3] + 1 - transit, 0) : at[3] + 1].sum()
        for part, transit, pieces in zip(
            plan.shipments.parts, plan.shipments.transit, plan.shipments.pieces, strict=True
        )
        if part in racks
    )
    assert series["on the road"][3] == pytest.approx(sent)
    assert all((values >= -1e-6).all() for values in series.values())


def test_what_is_missing_is_what_was_asked_less_what_is_online(bundled, figures):
    plan, short = bundled.plan, figures["short"]
    name_of = {Basis(bundled).site(site): s for s, site in enumerate(plan.sites)}
    factor = np.where(np.array(plan.basis) == "facility", 1.0, plan.pue)
    asked = plan.at_ends(plan.asked_power * factor[:, None], "quarter") / 1e6
    online = plan.at_ends(plan.online_facility_power.sum(axis=1), "quarter") / 1e6
    for row, values in zip(short.rows, short.values, strict=True):
        s = name_of[row]
        drawn = [number.value for number in values]
        assert drawn == pytest.approx(np.maximum(asked[s] - online[s], 0.0), abs=1e-6), row
    left_out = [s for name, s in name_of.items() if name not in short.rows]
    assert (asked[left_out] - online[left_out] <= 0.5).all()


def test_campaigns_hold_what_lines_of_one_generation_make(bundled, figures):
    plan, basis = bundled.plan, Basis(bundled)
    drawn: dict[str, float] = {}
    phases: dict[str, set[str]] = {}
    for task in figures["campaigns"].tasks:
        drawn[task.row] = drawn.get(task.row, 0.0) + float(task.label.removesuffix(" pcs").replace(",", ""))
        phases.setdefault(task.row, set()).add(task.phase)
    made: dict[str, dict[str, Any]] = {}
    generation_of = generation_of_parts(basis)
    for row, line in enumerate(plan.production.lines):
        if line:
            factory, _, name = line.partition(".")
            full = basis.resource(f"factories.{factory}.lines.{name}", line)
            own = generation_of.get(plan.production.parts[row], "shared by generations")
            phase = basis.generation(own) if own in plan.generations else own
            pieces = plan.production.pieces[row] + plan.production.given[row]
            of_row = made.setdefault(full, {})
            of_row[phase] = of_row.get(phase, 0.0) + pieces
    assert {row for row, of_row in made.items() if sum(of_row.values()).sum() > 1.0} <= drawn.keys()
    alone = [row for row in made if row in drawn and len(phases[row]) == 1]
    assert alone
    for name in alone:  # of a generation that never takes most of a line's time there is no campaign
        pieces = made[name][phases[name].pop()]
        slow = pieces[pieces < LEAST * pieces.max()].sum()  # weeks that count as without output
        assert pieces.sum() - slow - 2.0 <= drawn[name] <= pieces.sum() + 2.0, name


def test_the_chain_ends_online_at_the_latest_site_and_every_link_waits_for_the_one_before(bundled, figures):
    plan, chain = bundled.plan, figures["chain"]
    late: dict[str, float] = {}
    for each in plan.late:
        late[each.site] = late.get(each.site, 0.0) + each.energy
    site = max(late, key=lambda each: late[each])
    path = critical_path(bundled.programme, plan, peg_plan(bundled.programme, plan), site)
    critical = [each for each in chain.activities if each.slack == 0.0]
    assert len(critical) >= len(path.chain)
    end = max(each.end for each in chain.activities)
    assert f"online at {Basis(bundled).site(site)}" in {each.name for each in critical if each.end == end}
    for before, after in chain.ties:
        assert chain.activities[before].end <= chain.activities[after].end
    after_some = {after for _, after in chain.ties}
    assert all(
        i in after_some or each.name.startswith(("on order", "at hand")) for i, each in enumerate(chain.activities)
    )


def test_utilisation_shows_every_kind_and_never_more_than_is_there(bundled, figures):
    drawn = figures["utilisation"]
    every = utilisation(Basis(bundled))
    assert len(drawn.rows) <= 30
    name_of = {f"{kind}: {name}" if kind else name: (kind, name) for kind, name in every}
    shown = {name_of[row][0] for row in drawn.rows}
    assert shown == {kind for kind, _ in every}
    assert shown >= {"", "burn-in", "staff", "crews", "commissioning", "equipment"}
    for row, values in zip(drawn.rows, drawn.values, strict=True):
        assert [number.value for number in values] == pytest.approx(every[name_of[row]])
        assert 1.0 < max(number.value for number in values) <= 100.0 + 1e-3, row
    top = {kind: max(share.max() for (each, _), share in every.items() if each == kind) for kind in shown}
    drawn_names = {name_of[row] for row in drawn.rows}
    least = min(every[name].max() for name in drawn_names if every[name].max() < top[name[0]])
    assert all(share.max() <= least for name, share in every.items() if name not in drawn_names)
