"""Explosion of bills of materials: conserving, independent of order, dated, and never endless."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.programme.bom import CycleError, depth, explode, find_cycles, is_effective, overlaps, roll_up
from gigaloop.programme.schema import BomLine, Part

DAY = dt.date(2027, 6, 1)
dates = st.none() | st.dates(dt.date(2027, 1, 1), dt.date(2027, 12, 31))


def _part(name: str, lines: list[BomLine]) -> Part:
    return Part(id=name, name=name, family="board", components=tuple(lines))


@st.composite
def bills(draw, *, dated: bool = False):
    """Parts of which each goes only into earlier ones, so that there is no cycle."""
    count = draw(st.integers(1, 9))
    names = [f"p{i}" for i in range(count)]
    parts = {}
    for index, name in enumerate(names):
        lower = names[index + 1 :]
        chosen = draw(st.lists(st.sampled_from(lower), max_size=5)) if lower else []
        lines = []
        for position, child in enumerate(chosen):
            window = {"effective_from": draw(dates), "effective_until": draw(dates)} if dated else {}
            lines.append(BomLine(part=child, quantity=draw(st.integers(1, 9)), position=f"at {position}", **window))
        parts[name] = _part(name, lines)
    return parts


def _by_recursion(parts: dict[str, Part], root: str, on: dt.date) -> dict[str, float]:
    """The quantity of each part by walking every way down, as one would by hand."""
    totals: dict[str, float] = {}

    def walk(name: str, quantity: float) -> None:
        totals[name] = totals.get(name, 0.0) + quantity
        for line in parts[name].components:
            if is_effective(line, on):
                walk(line.part, quantity * float(line.quantity))

    walk(root, 1.0)
    return totals


@given(bills(dated=True))
def test_quantities_are_those_of_walking_every_way_down(parts):
    assert explode(parts, "p0", DAY).per_part == _by_recursion(parts, "p0", DAY)


@given(bills(), st.randoms(use_true_random=False))
def test_the_order_of_parts_and_lines_does_not_matter(parts, random):
    names = list(parts)
    random.shuffle(names)
    shuffled = {}
    for name in names:
        lines = list(parts[name].components)
        random.shuffle(lines)
        shuffled[name] = _part(name, lines)
    first, second = explode(parts, "p0", DAY), explode(shuffled, "p0", DAY)
    assert first.parts == second.parts
    np.testing.assert_array_equal(first.quantity, second.quantity)
    np.testing.assert_array_equal(first.level, second.level)


@given(bills(), st.data())
def test_cost_is_conserved_from_the_bottom_up_and_from_the_top_down(parts, data):
    own = {name: float(data.draw(st.integers(0, 1000))) for name in parts}

    @lru_cache
    def whole(name: str) -> float:
        return own[name] + sum(float(line.quantity) * whole(line.part) for line in parts[name].components)

    assert roll_up(explode(parts, "p0", DAY), own) == whole("p0")


@given(bills(dated=True))
def test_what_flows_into_a_part_is_its_quantity_and_levels_fall(parts):
    explosion = explode(parts, "p0", DAY)
    into = np.zeros(len(explosion.parts))
    np.add.at(into, explosion.child, explosion.per_root)
    into[0] = 1.0
    np.testing.assert_array_equal(into, explosion.quantity)
    assert (explosion.level[explosion.parent] < explosion.level[explosion.child]).all()
    assert (explosion.parent < explosion.child).all()
    np.testing.assert_array_equal(explosion.per_root, explosion.quantity[explosion.parent] * explosion.per_parent)


@pytest.mark.parametrize(("day", "part"), [(dt.date(2027, 7, 4), "old"), (dt.date(2027, 7, 5), "new")])
def test_a_line_counts_from_its_first_day_until_the_day_before_its_last(day, part):
    change = dt.date(2027, 7, 5)
    lines = [
        BomLine(part="old", quantity=2, position="x", effective_until=change),
        BomLine(part="new", quantity=3, position="x", effective_from=change),
    ]
    parts = {"rack": _part("rack", lines), "old": _part("old", []), "new": _part("new", [])}
    assert list(explode(parts, "rack", day).per_part) == ["rack", part]
    assert list(overlaps(lines)) == []


@given(st.lists(st.tuples(dates, dates, st.sampled_from("xy")), max_size=6))
def test_lines_overlap_exactly_when_some_day_has_two_at_one_position(spans):
    spans = [(a, b, p) for a, b, p in spans if a is None or b is None or a < b]
    lines = [BomLine(part="p", quantity=1, position=p, effective_from=a, effective_until=b) for a, b, p in spans]
    days = [dt.date(2026, 12, 31) + dt.timedelta(days=i) for i in range(368)]
    twice = any(
        sum(is_effective(line, day) for line in lines if line.position == position) > 1
        for day in days
        for position in "xy"
    )
    assert bool(list(overlaps(lines))) == twice


@given(bills(), st.data())
def test_a_cycle_is_found_exactly_where_one_is_closed(parts, data):
    assert list(find_cycles(parts)) == []
    reached = [name for name in explode(parts, "p0", DAY).parts if name != "p0"]
    back = data.draw(st.sampled_from(reached)) if reached else "p0"
    closed = dict(parts)
    closed[back] = _part(back, [*parts[back].components, BomLine(part="p0", quantity=1)])
    cycles = list(find_cycles(closed))
    assert cycles
    for cycle in (error.cycle for error in cycles):
        assert cycle[0] == cycle[-1]
        for parent, child in pairwise(cycle):
            assert any(line.part == child for line in closed[parent].components)
    with pytest.raises(CycleError, match="goes into itself"):
        explode(closed, "p0", DAY)


def test_a_cycle_that_is_not_effective_does_no_harm_on_that_day():
    parts = {
        "a": _part("a", [BomLine(part="b", quantity=1)]),
        "b": _part("b", [BomLine(part="a", quantity=1, effective_until=dt.date(2027, 1, 1))]),
    }
    assert explode(parts, "a", DAY).per_part == {"a": 1.0, "b": 1.0}
    assert len(list(find_cycles(parts))) == 1


def test_depth_counts_levels_and_long_chains_do_not_exhaust_the_stack():
    count = 5000
    parts = {f"p{i}": _part(f"p{i}", [BomLine(part=f"p{i + 1}", quantity=1)]) for i in range(count)}
    parts[f"p{count}"] = _part(f"p{count}", [])
    assert depth(parts) == count + 1
    assert list(find_cycles(parts)) == []
    assert explode(parts, "p0", DAY).level[-1] == count


def test_an_unknown_part_is_a_key_error():
    with pytest.raises(KeyError):
        explode({"a": _part("a", [BomLine(part="b", quantity=1)])}, "a", DAY)
