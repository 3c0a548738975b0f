"""One language of paths, and names that are nearly right."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.core.marks import Names, item_keys, nearest
from gigaloop.core.suggest import closest, did_you_mean, find
from gigaloop.core.yaml_reader import parse_yaml

DATA = {
    "policy": {"rate": 1},
    "sites": [
        {"id": "abilene", "steps": [{"start": "2027-01-04", "power": 1}, {"start": dt.date(2027, 7, 5), "power": 2}]},
        {"id": "milam", "tags": ["x", "y"]},
    ],
    "lines": [{"part": "tray"}, {"part": "rack"}, {"part": "tray"}],
}


@pytest.mark.parametrize(
    ("steps", "dotted"),
    [
        (("policy", "rate"), "policy.rate"),
        (("sites", 0), "sites.abilene"),
        (("sites", 0, "steps", 0, "power"), "sites.abilene.steps.2027-01-04.power"),
        (("sites", 0, "steps", 1), "sites.abilene.steps.2027-07-05"),
        (("sites", 1, "tags", 1), "sites.milam.tags.1"),
        (("lines", 2), "lines.tray#2"),
    ],
)
def test_paths_are_written_and_found_by_what_identifies_records(steps, dotted):
    names = Names(DATA)
    assert names.dotted(steps) == dotted
    assert names.find(dotted) == steps


def test_list_items_are_also_found_by_number():
    names = Names(DATA)
    assert names.find("sites.1.tags.0") == ("sites", 1, "tags", 0)
    assert names.find("sites.abilene.steps.1.power") == ("sites", 0, "steps", 1, "power")


@pytest.mark.parametrize(
    "dotted", ["", "nothing", "sites.2", "sites.-1", "sites.abilene.x", "policy.rate.x", "sites.²"]
)
def test_what_does_not_stand_there_is_not_found(dotted):
    assert Names(DATA).find(dotted) is None


@given(st.lists(st.fixed_dictionaries({}, optional={"id": st.sampled_from("abc"), "part": st.sampled_from("ab")})))
def test_keys_of_a_list_are_distinct(items):
    keys = item_keys(items)
    assert len(set(keys)) == len(items)


def test_the_nearest_known_place_is_that_of_the_parent():
    places = parse_yaml("a:\n  b: 1\n", "f").places
    assert str(nearest(places, ("a", "b"))) == "f:2:6"
    assert str(nearest(places, ("a", "c", "d"))) == "f:2:3"
    assert str(nearest(places, ("z",))) == "f:1:1"


def test_near_names_are_told_and_far_ones_are_not():
    assert closest("abilne", ["abilene", "milam"]) == ["abilene"]
    assert closest("Power_Shelf", ["power-shelf", "power-shelves"])[0] == "power-shelf"
    assert did_you_mean("xyz", ["abilene"], otherwise="see the list") == "see the list"
    assert closest("a" * 1000, ["a" * 999]) == []


def test_a_thing_is_found_by_its_name_or_the_nearest_is_named():
    known = [("abilene", 1), ("milam", 2)]
    assert find("site", "milam", known) == 2
    with pytest.raises(UsageError, match="there is no site 'millam'") as near:
        find("site", "millam", known)
    assert near.value.hint == "did you mean 'milam'?"
    with pytest.raises(UsageError) as far:
        find("site", "x", known)
    assert far.value.hint == "there are: abilene, milam"
