"""CSV: every cell with its place, units in the header, and no text that brings the reader down."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.csv_reader import parse_csv
from gigaloop.core.document import Document


def _problems(text: str) -> list[tuple[str, str]]:
    return [(str(problem.where), problem.why) for problem in parse_csv(text, "f.csv").problems]


def test_units_lists_and_nested_keys_come_from_the_header():
    text = (
        "id,power.value [MW],power.kind,price [MUSD (2025)],sites [],note\n"
        'a,5,measured,"1,200",x; y,"one, two"\n'
        "b,600 kW,,,,\n"
    )
    assert parse_csv(text, "f.csv").data == [
        {
            "id": "a",
            "power": {"value": "5 MW", "kind": "measured"},
            "price": "1,200 MUSD (2025)",
            "sites": ["x", "y"],
            "note": "one, two",
        },
        {"id": "b", "power": {"value": "600 kW"}},
    ]


def test_every_cell_has_its_place_also_after_quotes_and_line_breaks():
    document = parse_csv('id,note,rate\na,"one\ntwo, three",5\n\nb,x,6\n', "f.csv")
    places = {path: str(place) for path, place in document.places.items() if len(path) == 2}
    assert places == {
        (0, "id"): "f.csv:2:1",
        (0, "note"): "f.csv:2:3",
        (0, "rate"): "f.csv:3:13",
        (1, "id"): "f.csv:5:1",
        (1, "note"): "f.csv:5:3",
        (1, "rate"): "f.csv:5:5",
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("f.csv:1:1", "the file is empty")]),
        ("\n\n", [("f.csv:1:1", "the file is empty")]),
        ("id,id\n", [("f.csv:1:4", "the column 'id' is given twice")]),
        ("id,\n", [("f.csv:1:4", "a column has no name")]),
        ("p,p.value\n", [("f.csv:1:3", "the columns 'p.value' and 'p' exclude each other")]),
        ("id,a]\n", [("f.csv:1:4", "'a]' is no name of a column")]),
        ("id;p\na;5\n", [("f.csv:1:1", "the columns are separated by ';', not by ','")]),
        ("id\tp\na\t5\n", [("f.csv:1:1", "the columns are separated by a tab, not by ','")]),
        ("a,b\n1,2,3\n4\n", [("f.csv:2:5", "the row has 3 cells, the header 2"), ("f.csv:3:1",
         "the row has 1 cell, the header 2")]),
        ('a,b\n1,2\n"q"z,1\n', [("f.csv:3:1", "this is not CSV: ',' expected after '\"'")]),
        ('a,b\n1,2\n"x', [("f.csv:3:1", "this is not CSV: unexpected end of data")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(text, found):
    assert _problems(text) == found


def test_quotes_inside_a_cell_are_text_and_do_not_move_places():
    document = parse_csv('a,b,c\n5" pipe,x"",1\n"say ""hi"", please",y,2\n', "f.csv")
    assert document.data == [{"a": '5" pipe', "b": 'x""', "c": "1"}, {"a": 'say "hi", please', "b": "y", "c": "2"}]
    assert [str(document.places[(row, "c")]) for row in (0, 1)] == ["f.csv:2:13", "f.csv:3:24"]


def test_good_rows_are_read_beside_ragged_ones():
    assert parse_csv("a,b\n1,2,3\n4,5\n", "f.csv").data == [{"a": "4", "b": "5"}]


def test_a_cell_beyond_the_limit_of_csv_is_told():
    assert "field larger" in _problems(f"a,b\n{'x' * 200_000},1\n")[0][1]


names = st.lists(st.text(alphabet="abcxyz", min_size=1, max_size=4), min_size=1, max_size=5, unique=True)
cells = st.text(alphabet=st.sampled_from('ab1 ,"\n;.é'), max_size=8)


@given(names, st.data())
def test_what_csv_writes_is_read_back_with_the_place_of_every_cell(header, data):
    rows = data.draw(st.lists(st.lists(cells, min_size=len(header), max_size=len(header)), max_size=5))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([header, *rows])
    text = buffer.getvalue()
    document = parse_csv(text, "f.csv")
    expected = [
        {name: cell.strip() for name, cell in zip(header, row, strict=True) if cell.strip()}
        for row in rows
        if any(cell.strip() for cell in row)
    ]
    assert document.problems == ()
    assert document.data == expected
    lines = text.split("\n")
    for path, place in document.places.items():
        if len(path) == 2:
            value = expected[path[0]][path[1]]  # type: ignore[index]
            rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
            assert rest.lstrip('" \n').startswith(value.split("\n")[0].split('"')[0].strip())


@given(st.text(alphabet=st.sampled_from('ab,;"\n\r\t []."\x00é'), max_size=60))
def test_no_text_raises(text):
    document = parse_csv(text, "f.csv")
    assert isinstance(document, Document)
    assert document.problems or isinstance(document.data, list)
