import errno
import json
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import pytest

from gigaloop.core.errors import StoreError
from gigaloop.study import cache as cache_module
from gigaloop.study.cache import Cache, digest, write_atomic
from gigaloop.study.store import MANIFEST, list_runs, open_run, write_run

TABLES = {
    "online": {
        "site": np.array(["a", "b", "b"]),
        "week": np.array(["2026-01-05", "2026-01-12", "2026-01-19"], dtype="datetime64[D]"),
        "mw": np.array([1.0, 2.5, np.nan]),
    },
    "empty": {"site": np.array([], dtype="U4")},
}


def test_digest_ignores_the_order_of_keys_and_sees_every_change():
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})


def test_a_result_is_found_again_by_another_process_s_cache(tmp_path):
    Cache(tmp_path).put("plan", "k", {"x": np.arange(3.0)})
    found = Cache(tmp_path).get("plan", "k")
    assert found is not None
    assert np.array_equal(found["x"], [0, 1, 2])
    assert Cache(tmp_path).get("plan", "other") is None


@pytest.mark.parametrize("damage", [b"", b"half", b"PK\x03\x04 broken"])
def test_a_half_written_entry_counts_as_missing_and_is_replaced(tmp_path, damage):
    cache = Cache(tmp_path)
    cache.put("plan", "k", [1])
    (entry,) = tmp_path.glob("*.npz")
    entry.write_bytes(damage)
    again = Cache(tmp_path)
    assert again.get("plan", "k") is None
    again.put("plan", "k", [1])
    assert Cache(tmp_path).get("plan", "k") == [1]


def test_a_full_disk_is_a_warning_for_the_cache_and_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    cache = Cache(tmp_path)
    cache.put("plan", "k", [1])
    assert cache.get("plan", "k") == [1]
    assert "No space left" in cache.warnings[0]
    assert list(tmp_path.iterdir()) == []


def test_write_atomic_keeps_the_old_file_when_writing_fails(tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    write_atomic(path, b"old")

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_old_entries_go_when_the_cache_grows_past_its_limit(tmp_path, monkeypatch):
    cache = Cache(tmp_path)
    for number in range(3):
        cache.put("plan", f"k{number}", np.zeros(1000))
        entry = tmp_path / f"plan-k{number}.npz"
        os.utime(entry, (number, number))
    monkeypatch.setattr(cache_module, "_DISK_LIMIT", entry.stat().st_size * 2)
    cache.put("plan", "k3", np.zeros(1000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan-k2.npz", "plan-k3.npz"]


def test_a_run_is_written_whole_and_read_back_through_duckdb(tmp_path):
    folder = write_run(tmp_path, "abc123", TABLES, {"programme": "p", "written": "2026-01-01"}, {"r.html": b"<p>"})
    run = open_run(tmp_path, "abc")
    assert run.tables == ("online", "empty")
    assert run.manifest["tables"] == {"online": 3, "empty": 0}
    rows = run.connect().sql("select site, week::varchar, mw from online order by week").fetchall()
    assert rows[:2] == [("a", "2026-01-05", 1.0), ("b", "2026-01-12", 2.5)]
    assert (folder / "r.html").read_bytes() == b"<p>"
    assert run.connect().sql("select count(*) from empty").fetchall() == [(0,)]


def test_a_run_that_fails_to_write_leaves_the_earlier_one_untouched(tmp_path, monkeypatch):
    write_run(tmp_path, "abc", TABLES, {"n": 1}, {})

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StoreError, match="No space left") as caught:
        write_run(tmp_path, "abc", TABLES, {"n": 2}, {})
    assert caught.value.hint
    assert open_run(tmp_path).manifest["n"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


def test_what_a_killed_run_left_is_ignored_and_swept_away(tmp_path):
    part = tmp_path / ".part-dead"
    part.mkdir()
    (part / MANIFEST).write_text(json.dumps({"key": "x", "tables": {}}))
    assert list_runs(tmp_path) == ()
    long_ago = time.time() - 10 * 3600
    os.utime(part, (long_ago, long_ago))
    write_run(tmp_path, "abc", TABLES, {}, {})
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


def test_asking_for_a_run_that_is_not_there_says_which_are(tmp_path):
    with pytest.raises(StoreError, match="no runs yet"):
        open_run(tmp_path)
    write_run(tmp_path, "abc", TABLES, {}, {})
    with pytest.raises(StoreError) as caught:
        open_run(tmp_path, "zzz")
    assert "abc" in caught.value.hint


def _write_many(folder, number):
    for _ in range(5):
        write_run(Path(folder), "same", TABLES, {"writer": number}, {})


def test_two_processes_writing_the_same_run_leave_one_whole_run(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(str(tmp_path), number)) for number in (1, 2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    run = open_run(tmp_path)
    assert run.manifest["writer"] in {1, 2}
    assert run.connect().sql("select count(*) from online").fetchall() == [(3,)]
    assert [path.name for path in tmp_path.iterdir()] == ["same"]
