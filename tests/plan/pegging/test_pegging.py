"""Pegging: quantities add up exactly, first in is first out, nothing is used before it comes, textbook cases."""

import numpy as np
import pytest
from benchmarks.plan_programmes import (
    day,
    demand,
    factory,
    generated,
    generation,
    line,
    part,
    site,
    small,
    supplier,
    supply,
)
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.plan import plan_programme
from gigaloop.plan.pegging import Reach, find_pegs, peg_plan, trace_back, trace_forward
from gigaloop.plan.pegging.overlap import overlap

lots = st.lists(st.floats(0.01, 1e4), max_size=12).map(np.array)


@given(lots, lots)
def test_overlaps_split_every_lot_without_remainder_and_keep_the_order(inflow, outflow):
    found = overlap(inflow.astype(float), outflow.astype(float))
    for lot, low, high, sizes in (
        (found.source, found.source_from, found.source_to, inflow),
        (found.target, found.target_from, found.target_to, outflow),
    ):
        share = np.bincount(lot[lot >= 0], (high - low)[lot >= 0], len(sizes)) if len(sizes) else np.zeros(0)
        kept = sizes > 2e-6 * max(inflow.sum(initial=0.0), outflow.sum(initial=0.0)) + 2e-2
        np.testing.assert_allclose(share[kept], 1.0, atol=1e-9)
        assert (np.diff(lot[lot >= 0]) >= 0).all()
    both = (found.source >= 0) & (found.target >= 0)
    given_ = ((found.source_to - found.source_from)[both] * inflow[found.source[both]]).sum() if both.any() else 0.0
    taken = ((found.target_to - found.target_from)[both] * outflow[found.target[both]]).sum() if both.any() else 0.0
    assert given_ == pytest.approx(taken, rel=1e-5, abs=0.05)
    assert given_ == pytest.approx(min(inflow.sum(), outflow.sum()), rel=1e-5, abs=0.05)


@pytest.fixture(scope="module")
def planned():
    programme, facts = generated(3, weeks=80, generations=2, factories=3, sites=4, own_parts=4, shared_parts=3)
    plan = plan_programme(programme, facts, reliefs=0)
    return programme, plan, peg_plan(programme, plan)


def kinds_of(pegging):
    return np.array([stream.kind for stream in pegging.streams])[pegging.lots.stream]


def test_what_feeds_a_lot_adds_up_to_it_and_comes_before_it_goes(planned):
    _, _, pegging = planned
    feed, sizes = pegging.material, pegging.lots.size
    assert (feed.source >= 0).all()
    quantity = (feed.target_to - feed.target_from) * sizes[feed.target]
    fed = np.bincount(feed.target, quantity, len(sizes))
    targets = np.isin(kinds_of(pegging), ["use", "need", "make", "move", "shipment", "install", "online"])
    targets &= sizes > 1e-3
    np.testing.assert_allclose(fed[targets], sizes[targets], rtol=1e-9)
    comes = np.array([stream.comes for stream in pegging.streams])[pegging.lots.stream]
    goes = np.array([stream.goes for stream in pegging.streams])[pegging.lots.stream]
    assert (
        pegging.lots.week[feed.source] + comes[feed.source] <= pegging.lots.week[feed.target] + goes[feed.target]
    ).all()


def test_first_in_is_first_out_at_every_stock(planned):
    _, _, pegging = planned
    feed, week = pegging.material, pegging.lots.week
    comes = np.array([stream.comes for stream in pegging.streams])[pegging.lots.stream]
    goes = np.array([stream.goes for stream in pegging.streams])[pegging.lots.stream]
    for come, go in pegging.stocks:
        here = np.isin(pegging.lots.stream[feed.target], go) & np.isin(pegging.lots.stream[feed.source], come)
        left = (week + goes)[feed.target[here]]
        came = (week + comes)[feed.source[here]]
        weeks = np.unique(left)
        # What leaves in a later week never came before what left in an earlier one.
        low = np.array([came[left == each].min() for each in weeks])
        high = np.array([came[left == each].max() for each in weeks])
        assert (low[1:] >= high[:-1]).all()


def test_a_unit_is_made_of_its_bill_of_materials_whatever_lots_it_comes_from(planned):
    programme, _, pegging = planned
    rack = {each.id: each.rack for each in programme.generations}
    for n in range(0, len(pegging.units.ids), max(len(pegging.units.ids) // 12, 1)):
        reach = trace_back(pegging, Reach.whole(pegging.units.lot[[n]]))
        quantity, kinds = reach.quantity(pegging), kinds_of(pegging)[reach.lot]
        held: dict[str, float] = {}

        def explode(part_id: str, pieces: float, into: dict[str, float]) -> None:
            for each in programme.part_of[part_id].components:
                into[each.part] = into.get(each.part, 0.0) + pieces * float(each.quantity)
                explode(each.part, pieces * float(each.quantity), into)

        explode(rack[pegging.units.generations[n]], float(pegging.units.racks[n]), held)
        parts = np.array([pegging.streams[s].part for s in pegging.lots.stream[reach.lot]])
        for part_id, pieces in held.items():
            if programme.part_of[part_id].stage is None:
                received = quantity[(kinds == "receipt") & (parts == part_id)].sum()
                assert received == pytest.approx(pieces, rel=1e-4), part_id


def test_back_and_forward_agree(planned):
    _, _, pegging = planned
    receipts = pegging.of_kind("receipt")
    back = trace_back(pegging, Reach.whole(pegging.units.lot))
    of = kinds_of(pegging)[back.lot] == "receipt"
    pairs = {(int(lot), int(root)) for lot, root in zip(back.lot[of], back.root[of], strict=True)}
    for lot in receipts[:: max(len(receipts) // 20, 1)]:
        forward = trace_forward(pegging, Reach.whole(np.array([lot])))
        units = {int(each) for each in forward.lot[kinds_of(pegging)[forward.lot] == "unit"]}
        assert units == {int(pegging.units.lot[unit]) for own, unit in pairs if own == lot}


def test_every_rack_online_belongs_to_a_unit_and_serves_a_demand(planned):
    _, plan, pegging = planned
    assert pegging.units.racks.sum() == pytest.approx(plan.online_racks[:, :, -1].sum(), abs=0.01)
    kinds = kinds_of(pegging)
    served = pegging.lots.size[kinds == "demand"].sum()
    assert served == pytest.approx(plan.online_power[:, :, -1].sum(), rel=1e-4)


def awesome():
    """The speaker kit 'Awesome' (A) of J. Heizer, B. Render and C. Munson, Operations Management, 12th edition,
    Pearson 2017, chapter 14, examples 1 to 3: A holds 2 B and 3 C; B holds 2 D and 2 E; C holds 2 E and 2 F; F holds
    2 D and 1 G. 50 A are required in week 8; lead times are 1, 2, 1, 1, 2, 3, 2 weeks for A to G.
    """
    return small(
        12,
        policy={"early": "0 weeks"},
        parts=[
            part("a", "L11", {"b": 2, "c": 3}),
            part("b", "L10", {"d": 2, "e": 2}),
            part("c", "L10", {"e": 2, "f": 2}),
            part("f", "L6", {"d": 2, "g": 1}),
            part("d", cost=10),
            part("e", cost=10),
            part("g", cost=10),
        ],
        generations=[generation("g1", "a", racks_per_su=10)],
        suppliers=[supplier("s", supply("d", 1e4, 1), supply("e", 1e4, 2), supply("g", 1e4, 2))],
        factories=[
            factory(
                "f1",
                line("a", "L11", {"a": 1000}, cost=1000),
                line("b", "L10", {"b": 1000}, cost=100, cycle_time="2 weeks"),
                line("c", "L10", {"c": 1000}, cost=100),
                line("f", "L6", {"f": 1000}, cost=100, cycle_time="3 weeks"),
            )
        ],
        sites=[site("x", {0: 6.25})],
        demands=[demand("x", 8, 6.25)],
    )


def test_the_textbook_kit_is_pegged_as_the_textbook_plans_it():
    programme, facts = awesome()
    pegging = peg_plan(programme, plan_programme(programme, facts, reliefs=0))
    pegs = find_pegs(programme, pegging, "x-8").back
    found = {
        (peg.kind, peg.part, peg.week.isoformat(), round(peg.quantity, 3), str(peg.order_by))
        for peg in pegs
        if peg.kind in ("receipt", "make")
    }
    # Gross requirements and planned order releases of the book: quantity, week needed, week released.
    assert found == {
        ("make", "a", day(8), 50.0, "None"),
        ("make", "b", day(7), 100.0, "None"),
        ("make", "c", day(7), 150.0, "None"),
        ("make", "f", day(6), 300.0, "None"),
        ("receipt", "e", day(5), 200.0, day(3)),
        ("receipt", "e", day(6), 300.0, day(4)),
        ("receipt", "d", day(3), 600.0, day(2)),
        ("receipt", "d", day(5), 200.0, day(4)),
        ("receipt", "g", day(3), 300.0, day(1)),
    }
    # Pegging of the 800 D, by parent: 200 for B, 600 for F; each ends in A, ten to a unit.
    (early,) = [peg for peg in find_pegs(programme, pegging, f"s:d:{day(3)}").forward if peg.part == "f"]
    assert early.quantity == pytest.approx(300.0)
    late = find_pegs(programme, pegging, f"s:d:{day(5)}").forward
    assert {peg.part for peg in late if peg.kind == "make"} == {"b", "a"}
    assert [peg.id for peg in late if peg.kind == "unit"] == [f"x:g1:{n}" for n in range(1, 6)]


def test_a_unit_takes_the_racks_that_came_first():
    # 20 racks a week of which 10 come from each of two suppliers' parts, in units of 8.
    programme, facts = small(
        suppliers=[supplier("s1", supply("gpu", 720)), supplier("s2", supply("gpu", 720))],
        generations=[generation("g1", "rack", racks_per_su=8)],
        demands=[demand("x", 1, 5.0)],
    )
    pegging = peg_plan(programme, plan_programme(programme, facts, reliefs=0))
    units = pegging.units
    assert units.ids == tuple(f"x:g1:{n}" for n in range(1, 6))
    assert units.last.tolist() == [1, 1, 2, 2, 2]
    assert units.first.tolist() == [1, 1, 1, 2, 2]
    third = [
        (peg.place, peg.week.isoformat(), round(peg.quantity, 6))
        for peg in find_pegs(programme, pegging, "x:g1:3").back
        if peg.kind == "receipt"
    ]
    # Racks 17 to 24: four of the first week's 20, the latter half of which is the second supplier's; four of the next.
    assert third == [("s1", day(1), 288.0), ("s2", day(0), 288.0)]
    forward = find_pegs(programme, pegging, f"s2:gpu:{day(0)}").forward
    assert [(peg.id, round(peg.quantity, 6)) for peg in forward if peg.kind == "unit"] == [
        ("x:g1:2", 6.0),
        ("x:g1:3", 4.0),
    ]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("x:g1:99", "there are x:g1:1 to"),
        ("s1:nothing", "supplies no"),
        ("s1:gpu:2031-01-01", "outside the horizon"),
        ("s1:gpu:soon", "no week"),
        ("nobody", "nothing called"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(what, said):
    programme, facts = small()
    pegging = peg_plan(programme, plan_programme(programme, facts, reliefs=0))
    with pytest.raises(UsageError, match=said):
        find_pegs(programme, pegging, what)
