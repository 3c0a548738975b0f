"""Stages memoised by content key, in memory and on disk.

A file is written beside its place and renamed into it, so two processes or a killed one never leave half an entry;
an entry that cannot be read counts as missing; a cache that cannot be written (full disk, read-only folder) is a
warning, not a failure.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from functools import cache as memoised
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gigaloop.study import codec

_ENGINES = ("core", "catalogue", "programme", "solve", "design", "plan", "value", "watch")
_KEEP = 96
"""Results kept in memory; a programme has a handful of stages."""
_DISK_LIMIT = 512 * 2**20
"""Bytes of cached results kept on disk; the least recently used go first."""


def digest(value: object) -> str:
    """Give the content hash of plain data (what JSON can hold), independent of the order of mapping keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def file_digest(path: Path) -> str:
    """Give the content hash of a file that a programme names."""
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


@memoised
def engine_digest() -> str:
    """Give the content hash of the engines' own code and of the solver's version.

    A changed engine never meets old results.
    """
    package = Path(__file__).resolve().parent.parent
    code = hashlib.blake2b(version("highspy").encode(), digest_size=16)
    for layer in _ENGINES:
        for path in sorted((package / layer).rglob("*.py")):
            code.update(path.relative_to(package).as_posix().encode())
            code.update(path.read_bytes())
    return code.hexdigest()


class Cache:
    """Results by stage and key."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.warnings: list[str] = []
        self._memory: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def get(self, stage: str, key: str) -> Any | None:  # noqa: ANN401
        """Give the stored result, or None."""
        found = self._memory.get((stage, key))
        if found is not None:
            self._memory.move_to_end((stage, key))
            return found
        if self.folder is None:
            return None
        path = self._path(stage, key)
        try:
            result = codec.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        self._remember(stage, key, result)
        return result

    def put(self, stage: str, key: str, result: object) -> None:
        """Store a result; what goes wrong on disk is noted in ``warnings``."""
        self._remember(stage, key, result)
        if self.folder is None:
            return
        try:
            write_atomic(self._path(stage, key), codec.dumps(result))
            self._trim()
        except OSError as error:
            reason = error.strerror or str(error)
            self.warnings.append(f"results are not cached on disk: {reason} ({self.folder})")
            self.folder = None

    def _remember(self, stage: str, key: str, result: object) -> None:
        self._memory[stage, key] = result
        while len(self._memory) > _KEEP:
            self._memory.popitem(last=False)

    def _path(self, stage: str, key: str) -> Path:
        folder = self.folder or Path()
        return folder / f"{stage}-{key}.npz"

    def _trim(self) -> None:
        if self.folder is None:
            return
        entries = []
        for path in self.folder.glob("*.npz"):
            with contextlib.suppress(OSError):
                state = path.stat()
                entries.append((state.st_mtime, state.st_size, path))
        entries.sort(key=lambda entry: entry[0], reverse=True)
        total = 0
        for _, size, path in entries:
            total += size
            if total > _DISK_LIMIT:
                with contextlib.suppress(OSError):
                    path.unlink()


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; the folder is made where it is missing.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; nothing is left behind then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
