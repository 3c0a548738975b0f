"""Errors say what, where, why and what to do; evidence refuses to be empty."""

from __future__ import annotations

import json

import pytest

from gigaloop.core.errors import (
    GigaloopError,
    InfeasibleError,
    Place,
    Problem,
    ProgrammeError,
    QuantityError,
    UsageError,
)
from gigaloop.core.evidence import Evidence, EvidenceKind, is_evidence_date


def test_a_problem_reads_as_place_path_reason_and_hint():
    problem = Problem("unknown key 'pu'", Place("sites.yaml", 12, 5), "sites.abilene.pu", "did you mean 'pue'?")
    assert str(problem) == "sites.yaml:12:5: sites.abilene.pu: unknown key 'pu'\n    hint: did you mean 'pue'?"
    assert json.loads(json.dumps(problem.as_dict()))["line"] == 12


def test_places_are_written_as_far_as_they_are_known_and_sort_by_file_and_line():
    assert [str(place) for place in (Place("a"), Place("a", 3), Place("a", 3, 4))] == ["a", "a:3", "a:3:4"]
    assert sorted([Place("b", 1), Place("a", 10), Place("a", 9)]) == [Place("a", 9), Place("a", 10), Place("b", 1)]


def test_an_error_carries_every_problem_and_counts_them():
    error = ProgrammeError([Problem("one"), Problem("two")])
    assert "2 problems" in str(error)
    assert [problem.why for problem in error.problems] == ["one", "two"]
    assert str(ProgrammeError([Problem("one")])).startswith("the programme has 1 problem\n")


def test_exit_codes():
    assert GigaloopError("x").exit_code == 1
    assert UsageError("x").exit_code == 2
    assert InfeasibleError([Problem("x")], ways_out=["y"]).ways_out == ("y",)
    assert isinstance(QuantityError("x"), ValueError)


@pytest.mark.parametrize("date", ["2025", "2025-Q2", "2025Q2", "2025-10", "2025-10-31"])
def test_dates_of_evidence_may_be_coarse(date):
    assert is_evidence_date(date)


@pytest.mark.parametrize("date", ["", "25", "2025-13", "2025-1-1", "Oct 2025", "2025-Q5", "2025-10-32"])
def test_what_is_no_date_of_evidence_is_refused(date):
    with pytest.raises(ValueError, match="no date of evidence"):
        Evidence("x", date, EvidenceKind.REPORTED)


def test_evidence_needs_a_source_and_writes_only_what_it_has():
    with pytest.raises(ValueError, match="needs a source"):
        Evidence("  ", "2025", EvidenceKind.REPORTED)
    evidence = Evidence("a filing", "2025", EvidenceKind.FILING).at(Place("a.yaml", 2, 3))
    assert evidence.as_dict() == {"source": "a filing", "date": "2025", "kind": "filing", "place": "a.yaml:2:3"}
    assert not evidence.is_assumption
