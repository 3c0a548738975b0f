"""Validation: every error at once, in plain words, at its place."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gigaloop.core.evidence import EvidenceKind
from gigaloop.core.quantity import Count, Power, Quantity
from gigaloop.core.validate import validate
from gigaloop.core.yaml_reader import parse_yaml


class Stage(StrEnum):
    L10 = "L10"
    L11 = "L11"


class Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    start: dt.date
    power: Power


class Site(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(alias="schema", default=1)]
    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=8)] = "x"
    name: str = ""
    power: Power | None = None
    racks: Count = Quantity.count(4)
    stage: Stage | None = None
    basis: Literal["facility", "it"] = "it"
    open: bool = False
    by: dt.date | None = None
    priority: Annotated[int, Field(ge=1, le=9)] = 5
    steps: tuple[Step, ...] = ()
    first: Step | None = None


def _problems(text: str) -> list[tuple[str, str, str, str]]:
    document = parse_yaml(text, "f.yaml")
    assert document.problems == ()
    record, problems = validate(Site, document.data, document.places)
    assert (record is None) == bool(problems)
    return [(str(p.where), p.path, p.why, p.hint) for p in problems]


@pytest.mark.parametrize(
    ("text", "where", "path", "why", "hint"),
    [
        ("power: 5 kg", "f.yaml:1:8", "power", "'5 kg' is a mass, but a power is due", "write it like '132 kW'"),
        ("power: 5", "f.yaml:1:8", "power", "'5' needs a unit", "write it like '132 kW'"),
        ("power: -5 W", "f.yaml:1:8", "power", "'-5 W' must not be negative", "e.g. '132 kW'"),
        ("pwer: 5 W", "f.yaml:1:1", "pwer", "unknown key 'pwer'", "did you mean 'power'?"),
        ("first: {power: 5 W}", "f.yaml:1:8", "first.start", "the key 'start' is missing",
         "write e.g. 'start: 2027-03-31'"),
        ("first: {start: 2027-01-01}", "f.yaml:1:8", "first.power", "the key 'power' is missing",
         "write e.g. 'power: 132 kW'"),
        ("name: 5", "f.yaml:1:7", "name", "a text is due, not the number 5", "put it into quotes: '5'"),
        ("name: true", "f.yaml:1:7", "name", "a text is due, not true", "put it into quotes: 'true'"),
        ("name: [a]", "f.yaml:1:7", "name", "a text is due, not a list", ""),
        ("id: A B", "f.yaml:1:5", "id", "'A B' does not fit",
         "an id has lower-case letters, digits, '-' and '_', e.g. 'gb300-nvl72'"),
        ("id: abcdefghi", "f.yaml:1:5", "id", "the text has 9 characters, at most 8 are allowed", ""),
        ("stage: L12", "f.yaml:1:8", "stage", "'L12' is not one of L10, L11", "did you mean 'L11' or 'L10'?"),
        ("basis: IT", "f.yaml:1:8", "basis", "'IT' is not one of facility, it", "did you mean 'it'?"),
        ("basis: gross", "f.yaml:1:8", "basis", "'gross' is not known here", "write one of facility, it"),
        ("open: maybe", "f.yaml:1:7", "open", "true or false is due, not 'maybe'", "write true or false"),
        ("by: 2027-13-01", "f.yaml:1:5", "by", "'2027-13-01' is no date", "write it like 2027-03-31"),
        ("by: 2027", "f.yaml:1:5", "by", "the number 2027 is no date", "write it like 2027-03-31"),
        ("by: 86400", "f.yaml:1:5", "by", "a date is due, not the number 86400", "write it like 2027-03-31"),
        ("priority: 10", "f.yaml:1:11", "priority", "the number 10 must be at most 9", ""),
        ("priority: x", "f.yaml:1:11", "priority", "a whole number is due, not 'x'", ""),
        ("steps: 5", "f.yaml:1:8", "steps", "a list is due, not the number 5",
         "write its items as lines that begin with '- '"),
        ("first: 5", "f.yaml:1:8", "first", "a record with keys is due, not the number 5",
         "write its keys on lines of their own, as 'key: value'"),
        ("steps: [{start: 2027-01-01, power: 5}]", "f.yaml:1:36", "steps.2027-01-01.power", "'5' needs a unit",
         "write it like '132 kW'"),
        ("racks: null", "f.yaml:1:8", "racks", "a count is due, not nothing",
         "write it like '72', or leave the key out"),
    ],
)  # fmt: skip
def test_an_error_is_told_in_plain_words_at_its_place(text, where, path, why, hint):
    assert _problems(text) == [(where, path, why, hint)]


def test_all_errors_are_told_at_once():
    found = _problems("power: 5\nname: 5\nsteps:\n  - {start: x, power: 1 MW}\n  - {power: 1 MW}\n")
    assert [item[0] for item in found] == ["f.yaml:2:7", "f.yaml:1:8", "f.yaml:4:13", "f.yaml:5:5"]


def test_quantities_know_their_place_and_defaults_do_not():
    text = (
        "power: {value: 5 MW, source: a brochure, date: 2025, kind: datasheet}\n"
        "steps: [{start: 2027-01-01, power: 5 W}]"
    )
    document = parse_yaml(text, "f.yaml")
    site, problems = validate(Site, document.data, document.places)
    assert problems == []
    assert site is not None
    assert site.power is not None
    assert site.power.evidence is not None
    assert (str(site.power.evidence.place), site.power.evidence.kind) == ("f.yaml:1:8", EvidenceKind.DATASHEET)
    stated = site.steps[0].power.evidence
    assert stated is not None
    assert (str(stated.place), stated.kind) == ("f.yaml:2:36", EvidenceKind.ASSUMPTION)
    assert site.racks.evidence is None


def test_a_quantity_among_the_data_is_taken_as_it_is():
    given = Quantity.of(5, "MW")
    document = parse_yaml("power: 1 W", "f.yaml")
    site, _ = validate(Site, {"power": given}, document.places)
    assert site is not None
    assert site.power is given
    assert given.evidence is None


def test_what_is_missing_at_the_top_is_left_unsaid_when_more_would_follow():
    document = parse_yaml("power: 5 W", "f.yaml")
    assert [p.why for p in validate(Step, document.data, document.places)[1]] == ["the key 'start' is missing"]
    assert validate(Step, document.data, document.places, partial=True) == (None, [])
