import datetime as dt
import enum
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import Place, Problem
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.quantity import Quantity, parse
from gigaloop.programme.schema import BomLine
from gigaloop.study import codec
from gigaloop.watch import Total

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_data_comes_back_as_it_was(value):
    assert codec.loads(codec.dumps(value)) == value


def test_records_quantities_and_arrays_come_back():
    evidence = Evidence("a source", "2025-10", EvidenceKind.FILING, low="1 kW", place=Place("a.yaml", 3, 4))
    power = parse("132 kW", "power", evidence)
    array = np.arange(6.0).reshape(2, 3)
    days = np.array(["2026-01-05"], dtype="datetime64[D]")
    line = BomLine(part="tray", quantity=Quantity.count(18), effective_from=dt.date(2027, 1, 1))
    back = codec.loads(codec.dumps({"p": power, "a": array, "d": days, "l": line, "e": Problem("x", Place("f", 1))}))
    assert back["p"] == power
    assert str(back["p"]) == "132 kW"
    assert back["p"].evidence == evidence
    assert np.array_equal(back["a"], array)
    assert back["d"].dtype == days.dtype
    assert back["l"] == line
    assert back["e"] == Problem("x", Place("f", 1))


def test_a_foreign_class_is_refused_on_the_way_in_and_out():
    @dataclass
    class Foreign:
        x: int

    class Colour(enum.Enum):
        RED = 1

    for value in (Foreign(1), Colour.RED, object(), np.array([object()])):
        with pytest.raises(TypeError):
            codec.dumps(value)
    hostile = codec.dumps({"x": 1}).replace(b"x", b"y")
    with pytest.raises(ValueError, match="damaged"):
        codec.loads(hostile[:50])


@pytest.mark.parametrize("name", ["os:system", "gigaloop.study.codec:dumps", "subprocess:Popen", "gigaloop.nowhere:X"])
def test_bytes_cannot_name_anything_but_records_of_gigaloop(name, monkeypatch):
    data = codec.dumps(Total("firm", 1, 0.0, 0.0, 0.0))  # type: ignore[arg-type]
    assert codec.loads(data) == Total("firm", 1, 0.0, 0.0, 0.0)  # type: ignore[arg-type]
    monkeypatch.setattr(codec, "_name", lambda _kind: name)
    with pytest.raises(ValueError, match=r"no record of gigaloop|damaged"):
        codec.loads(codec.dumps(Total("firm", 1, 0.0, 0.0, 0.0)))  # type: ignore[arg-type]


@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_a_value_error(data):
    with pytest.raises(ValueError):  # noqa: PT011
        codec.loads(data)
