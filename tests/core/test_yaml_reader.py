"""YAML: every value with its place, nothing guessed, and no text that brings the reader down."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core import yaml_reader
from gigaloop.core.document import Document
from gigaloop.core.yaml_reader import parse_yaml


def _only_problem(text: str) -> tuple[str, str, str]:
    problems = parse_yaml(text, "f.yaml").problems
    assert len(problems) == 1, problems
    return str(problems[0].where), problems[0].why, problems[0].hint


@pytest.fixture(params=["C parser", "Python parser"])
def parser(request, monkeypatch):
    """Both parsers of PyYAML; the slow one is used where the fast one was not built."""
    if request.param == "Python parser":
        monkeypatch.setattr(yaml_reader, "_Loader", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("this PyYAML has no C parser")
    return request.param


@pytest.mark.usefixtures("parser")
def test_values_are_typed_as_in_json_and_dates_stay_text():
    text = """\
text: 132 kW
whole: 72
negative: -5
real: 1.5
small: 1e-3
point: .5
true: true
False: False
nothing: null
tilde: ~
empty:
date: 2027-03-31
time: 12:30:45
version: 1.2.3
quoted: 'yes'
double: "12"
list: [1, a, [b]]
mapping: {a: 1}
folded: >-
  one
  two
"""
    assert parse_yaml(text, "f.yaml").data == {
        "text": "132 kW",
        "whole": 72,
        "negative": -5,
        "real": 1.5,
        "small": 1e-3,
        "point": 0.5,
        "true": True,
        "False": False,
        "nothing": None,
        "tilde": None,
        "empty": None,
        "date": "2027-03-31",
        "time": "12:30:45",
        "version": "1.2.3",
        "quoted": "yes",
        "double": "12",
        "list": [1, "a", ["b"]],
        "mapping": {"a": 1},
        "folded": "one two",
    }


@pytest.mark.usefixtures("parser")
def test_every_value_and_key_has_its_place():
    document = parse_yaml("a: {x: 1, y: [2, 3]}\nl:\n  - id: p\n    v: 1\n", "f.yaml")
    places = {path: str(place) for path, place in document.places.items()}
    assert places == {
        (): "f.yaml:1:1",
        ("a",): "f.yaml:1:4",
        ("a", "x"): "f.yaml:1:8",
        ("a", "y"): "f.yaml:1:14",
        ("a", "y", 0): "f.yaml:1:15",
        ("a", "y", 1): "f.yaml:1:18",
        ("l",): "f.yaml:3:3",
        ("l", 0): "f.yaml:3:5",
        ("l", 0, "id"): "f.yaml:3:9",
        ("l", 0, "v"): "f.yaml:4:8",
    }
    assert str(document.places.key(("l", 0, "v"))) == "f.yaml:4:5"  # type: ignore[attr-defined]
    assert ("l", 1) not in document.places
    assert len(document.places) == len(places)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize("word", ["yes", "Yes", "YES", "no", "NO", "on", "Off", "y", "N"])
def test_words_that_old_yaml_reads_as_booleans_are_refused_unless_quoted(word):
    where, why, hint = _only_problem(f"a:\n  b: {word}\n")
    assert where == "f.yaml:2:6"
    assert word in why
    assert f"'{word}'" in hint
    assert "true" in hint or "false" in hint
    assert parse_yaml(f"b: '{word}'", "f.yaml").data == {"b": word}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("010", "two ways"),
        ("0x1F", "two ways"),
        ("0o17", "two ways"),
        (".inf", "not a finite number"),
        ("-.INF", "not a finite number"),
        (".nan", "not a finite number"),
        ("1e999", "too large"),
        ("9" * 5000, "too large"),
    ],
)
def test_numbers_that_can_be_misread_are_refused(value, why):
    where, told, _ = _only_problem(f"a: {value}\n")
    assert where == "f.yaml:1:4"
    assert why in told


@pytest.mark.usefixtures("parser")
def test_duplicate_keys_are_refused_with_both_places():
    problems = parse_yaml("a: 1\nb:\n  c: 2\n  c: 3\na: 4\n", "f.yaml").problems
    assert [(str(p.where), p.why, p.hint) for p in problems] == [
        ("f.yaml:4:3", "the key 'c' is given twice", "the first is at f.yaml:3:3; keep one of them"),
        ("f.yaml:5:1", "the key 'a' is given twice", "the first is at f.yaml:1:1; keep one of them"),
    ]


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        ("", "f.yaml:1:1", "the file is empty"),
        ("# only a comment\n", "f.yaml:1:1", "the file is empty"),
        ("~\n", "f.yaml:1:1", "the file is empty"),
        ("a: &x 1\n", "f.yaml:1:4", "anchors ('&x') are not allowed"),
        ("a: *x\n", "f.yaml:1:4", "aliases ('*x') are not allowed"),
        ("<<: {a: 1}\n", "f.yaml:1:1", "merge keys ('<<') are not allowed"),
        ("a: !!python/object:os.system 1\n", "f.yaml:1:4",
         "tags ('tag:yaml.org,2002:python/object:os.sy...') are not allowed"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1", "a second document begins here"),
        ("a:\n\tb: 1\n", "f.yaml:2:1", "a tab stands where spaces are due"),
        ("a: b: c\n", "f.yaml:1:5", "':' stands where no key can be"),
        ("a: 'abc\nb: 1\n", "f.yaml:1:4", "a quoted text is not closed"),
        ("a: {b: 1\nc: 2\n", "f.yaml:2:2", "',' or '}' is due"),
        ("a: [1, 2\n", "f.yaml:2:1", "',' or ']' is due"),
        ("a: @x\n", "f.yaml:1:4", "a value cannot begin with '@'"),
        ("? [a]\n: 1\n", "f.yaml:1:3", "a key must be a text"),
        ("- a\nb: 1\n", "f.yaml:2:1", "this does not fit the list around it"),
        ("'': 1\n", "f.yaml:1:1", "a key is empty"),
        ("[" * 100, "f.yaml:1:41", "values are nested more than 40 deep"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(text, where, why):
    told = _only_problem(text)
    assert told[0] == where
    assert told[1] == why


def test_aliases_that_explode_end_at_the_first_without_memory():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    tracemalloc.start()
    problems = parse_yaml("\n".join(lines), "f.yaml").problems
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [str(problem.where) for problem in problems] == ["f.yaml:1:5"]
    assert peak < 1_000_000


def test_a_flood_of_values_ends_at_the_limit(monkeypatch):
    monkeypatch.setattr(yaml_reader, "VALUES_LIMIT", 100)
    where, why, hint = _only_problem("- 1\n" * 200)
    assert (where, why) == ("f.yaml:100:3", "the file holds more than 100 values")
    assert "CSV" in hint


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"%@`#,?\n\t 019.~<\x00é\u2028"), max_size=80))
def test_no_text_of_yaml_signs_raises(text):
    _never_raises(text)


@given(st.text(max_size=200))
def test_no_text_raises(text):
    _never_raises(text)


def _never_raises(text: str) -> None:
    document = parse_yaml(text, "f.yaml")
    assert isinstance(document, Document)
    assert document.problems or document.data is not None
    assert all(problem.where is not None and problem.where.file == "f.yaml" for problem in document.problems)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff"), max_size=12)
    | st.dates().map(dt.date.isoformat),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(alphabet="abcdefg", min_size=1, max_size=3), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(alphabet="abcdefg", min_size=1, max_size=3), plain, min_size=1, max_size=4))
def test_json_is_read_as_it_is(data):
    document = parse_yaml(json.dumps(data, ensure_ascii=False), "f.yaml")
    assert document.problems == ()
    assert document.data == data
