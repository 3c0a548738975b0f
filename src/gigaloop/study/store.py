"""Runs kept on disk: tables as Parquet with a manifest, read through DuckDB.

A run lies in ``<folder>/<key>/``. It is written to a folder of its own beside that and renamed, so that a run is
either whole or not there; what a killed run left is swept away by the next one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigaloop.core.errors import StoreError
from gigaloop.study.tables import connect

if TYPE_CHECKING:
    import duckdb
    import numpy as np

    Tables = Mapping[str, Mapping[str, np.ndarray[Any, Any]]]

MANIFEST = "manifest.json"
_PART = ".part-"
_STALE_SECONDS = 3600.0
"""A half-written run older than this belongs to a process that is gone."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run on disk."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The key of the run."""
        return str(self.manifest["key"])

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self.manifest["tables"])

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open an in-memory DuckDB with the tables of the run; queries reach no file."""
        import duckdb

        connection = duckdb.connect(":memory:")
        for name in self.tables:
            path = str(self.folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"create table \"{name}\" as select * from read_parquet('{path}')")  # noqa: S608
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection


def write_run(folder: Path, key: str, tables: Tables, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Path:
    """Write a run whole or not at all.

    Parameters
    ----------
    folder
        Folder that holds the runs; made where missing.
    key
        Name of the run's own folder; an older run of the same key is replaced.
    tables
        Columns by table; the columns of a table are one-dimensional and equally long.
    manifest
        What is to be known about the run; the tables and their row counts are added.
    files
        Further files by name, e.g. the report.

    Raises
    ------
    StoreError
        If the disk is full or the folder cannot be written; the runs already there stay as they are.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        part = Path(tempfile.mkdtemp(prefix=_PART, dir=folder))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        rows = _write_tables(part, tables)
        for name, data in files.items():
            (part / name).write_bytes(data)
        whole = {**manifest, "key": key, "tables": rows, "files": sorted(files)}
        (part / MANIFEST).write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        part.chmod(0o755)
        return _move_into_place(part, folder / key)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write_tables(part: Path, tables: Tables) -> dict[str, int]:
    import duckdb

    rows = {}
    with connect(tables) as connection:
        for name, columns in tables.items():
            path = str(part / f"{name}.parquet").replace("'", "''")
            try:
                connection.execute(f"copy \"{name}\" to '{path}' (format parquet, compression zstd)")
            except duckdb.IOException as error:
                raise OSError(str(error)) from error
            rows[name] = len(next(iter(columns.values()))) if columns else 0
    return rows


def _move_into_place(part: Path, target: Path) -> Path:
    for _ in range(5):
        try:
            part.rename(target)
        except OSError:
            if not target.exists():
                raise
            # Two processes may finish the same run at once: each moves the older one out of the way first.
            old = target.with_name(f"{_PART}{os.getpid()}-{time.monotonic_ns()}")
            with contextlib.suppress(FileNotFoundError):
                target.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        else:
            return target
    raise OSError(f"{target} is being written by another process")


def _sweep(folder: Path) -> None:
    limit = time.time() - _STALE_SECONDS
    for path in folder.glob(f"{_PART}*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < limit:
                shutil.rmtree(path, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"results cannot be written: {error.strerror or error}",
        where=str(folder),
        hint="free some space or name another folder with --out; earlier results are untouched",
    )


def list_runs(folder: Path) -> tuple[StoredRun, ...]:
    """Give the runs in a folder, newest first; folders that are no whole run are passed over."""
    runs = []
    for manifest in folder.glob(f"*/{MANIFEST}"):
        if manifest.parent.name.startswith(_PART):
            continue
        with contextlib.suppress(OSError, ValueError):
            data = json.loads(manifest.read_text(encoding="utf-8"))
            if isinstance(data, dict) and "key" in data and "tables" in data:
                runs.append(StoredRun(manifest.parent, data))
    return tuple(sorted(runs, key=lambda run: str(run.manifest.get("written", "")), reverse=True))


def open_run(folder: Path, key: str = "") -> StoredRun:
    """Give the run whose key starts with ``key``, the newest one when no key is given.

    Raises
    ------
    StoreError
        If there is no such run, or several begin so.
    """
    runs = list_runs(folder)
    if not runs:
        raise StoreError("there are no runs yet", where=str(folder), hint="make one with 'gigaloop run PROGRAMME'")
    found = [run for run in runs if run.key.startswith(key)]
    if not found or (len(found) > 1 and key):
        known = ", ".join(run.key[:12] for run in (found or runs)[:8])
        what = "no run" if not found else "more than one run"
        raise StoreError(f"{what} has a key that starts with '{key}'", where=str(folder), hint=f"there are: {known}")
    return found[0]


def now() -> str:
    """Give the time of writing for a manifest (UTC, ISO 8601, whole seconds)."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
