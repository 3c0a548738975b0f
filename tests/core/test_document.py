"""Files: unreadable, too large, not text; each is told with its place, and none is raised."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigaloop.core.document import CSV_LIMIT, YAML_LIMIT, Document, decode, read_csv, read_yaml


def _told(document: Document) -> tuple[str, str]:
    assert document.data is None
    (problem,) = document.problems
    return str(problem.where), problem.why


def test_a_byte_order_mark_is_accepted(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfname: caf\xc3\xa9\n")
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfid,n\r\na,1\r\n")
    assert read_yaml(tmp_path / "a.yaml", "a.yaml").data == {"name": "café"}
    assert read_csv(tmp_path / "a.csv", "a.csv").data == [{"id": "a", "n": "1"}]


@pytest.mark.parametrize(
    ("raw", "where", "why"),
    [
        (b"a: 1\nname: caf\xe9\n", "a.yaml:2:10", "the byte 0xe9 is not UTF-8"),
        ("über: 1\nname: ".encode() + b"\xff", "a.yaml:2:7", "the byte 0xff is not UTF-8"),
        (b"\xef\xbb\xbfab\xff", "a.yaml:1:3", "the byte 0xff is not UTF-8"),
        (b"\xff\xfea\x00", "a.yaml:1:1", "the file is UTF-16, not UTF-8"),
        (b"a: 1\nb\x00c: 2\n", "a.yaml:2:2", "the control character U+0000 is not allowed"),
        (b"a: x\x1b[0m\n", "a.yaml:1:5", "the control character U+001B is not allowed"),
    ],
)
def test_what_is_not_text_is_told_at_its_place(tmp_path, raw, where, why):
    (tmp_path / "a.yaml").write_bytes(raw)
    assert _told(read_yaml(tmp_path / "a.yaml", "a.yaml")) == (where, why)


@pytest.mark.parametrize(("read", "limit"), [(read_yaml, YAML_LIMIT), (read_csv, CSV_LIMIT)])
def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path, read, limit, monkeypatch):
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(100_000_000)  # sparse: takes no space
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("the file was opened"))
    document = read(path, "big")
    assert _told(document) == ("big", f"the file has 100 MB; at most {limit / 1e6:.0f} MB are read")
    assert document.problems[0].hint


def test_what_is_no_file_is_told(tmp_path):
    assert _told(read_yaml(tmp_path / "none.yaml", "none.yaml")) == ("none.yaml", "there is no such file")
    assert _told(read_yaml(tmp_path, "folder")) == ("folder", "this is not a file")
    assert _told(read_yaml(Path("bad\0name"), "bad"))[1].startswith("the file cannot be read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_does_not_hang_the_reader(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert _told(read_yaml(tmp_path / "pipe.yaml", "pipe.yaml")) == ("pipe.yaml", "this is not a file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_told(tmp_path):
    (tmp_path / "a.yaml").write_text("a: 1")
    (tmp_path / "a.yaml").chmod(0)
    assert _told(read_yaml(tmp_path / "a.yaml", "a.yaml"))[1].startswith("the file cannot be read")


@given(st.binary(max_size=300))
def test_no_bytes_raise_in_decoding(raw):
    text = decode(raw, "a")
    assert isinstance(text, str) or text.problems[0].where is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_raise_in_reading(tmp_path, raw):
    path = tmp_path / "any"
    path.write_bytes(raw)
    for document in (read_yaml(path, "any"), read_csv(path, "any")):
        assert document.problems or document.data is not None
