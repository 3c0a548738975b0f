"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from gigaloop.core.errors import StoreError


def write_files(folder: Path, files: Mapping[str, bytes | Iterable[bytes]]) -> tuple[Path, ...]:
    """Write files into a folder, all of them or none; older files of the same names are replaced.

    Parameters
    ----------
    folder
        Made where missing.
    files
        Bytes by path within the folder; those of a large file part by part.

    Raises
    ------
    StoreError
        If the disk is full or the folder cannot be written; what was there stays as it was.
    """
    made: Path | None = None
    try:
        made = _first_missing(folder)
        folder.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder))
    except OSError as error:
        raise _unwritable(folder, error) from error
    done = False
    try:
        for name, data in files.items():
            path = part / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.writelines((data,) if isinstance(data, bytes) else data)
        _move(part, folder, list(files))
        done = True
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if not done and made is not None:
            shutil.rmtree(made, ignore_errors=True)
    return tuple(folder / name for name in files)


def _first_missing(folder: Path) -> Path | None:
    """Give the topmost folder that has to be made; none where the folder is there."""
    missing = None
    for path in (folder, *folder.parents):
        if path.exists():
            break
        missing = path
    return missing


def _move(part: Path, folder: Path, names: list[str]) -> None:
    """Move new files into place, old ones aside first; put all back if one fails."""
    aside: list[str] = []
    moved: list[str] = []
    try:
        for name in names:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                old = part / "old" / name
                old.parent.mkdir(parents=True, exist_ok=True)
                target.rename(old)
                aside.append(name)
            (part / "new" / name).rename(target)
            moved.append(name)
    except OSError:
        for name in moved:
            with contextlib.suppress(OSError):
                (folder / name).unlink()
        for name in aside:
            with contextlib.suppress(OSError):
                os.replace(part / "old" / name, folder / name)  # noqa: PTH105 - replaces on every platform
        raise


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"the files cannot be written: {error.strerror or error}",
        where=str(folder),
        hint="free some space or write elsewhere; what was there is untouched",
    )
