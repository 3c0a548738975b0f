"""New programmes: a small commented one to start from, or a copy of one that comes with gigaloop."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from gigaloop.core.errors import StoreError, UsageError
from gigaloop.core.suggest import did_you_mean

_STARTER = Path(__file__).parent / "starter"


def bundled_programmes() -> dict[str, Path]:
    """Give the folders of the programmes that come with gigaloop, by name."""
    package = Path(__file__).parent.parent
    for root in (package / "programmes", package.parent.parent / "programmes"):
        if root.is_dir():
            return {path.name: path for path in sorted(root.iterdir()) if any(path.glob("*.yaml"))}
    return {}


def new_programme(folder: str | Path, source: str | None = None) -> Path:
    """Write a new programme into a folder and give the folder.

    The files appear all at once: they are written beside the folder and moved.

    Parameters
    ----------
    folder
        Where to write: a folder that does not exist yet, or an empty one.
    source
        The name of a bundled programme to copy; the small starter where not given.

    Raises
    ------
    UsageError
        If the folder holds something already, or there is no such bundled programme.
    StoreError
        If it cannot be written.
    """
    target = Path(folder)
    origin = _STARTER if source is None else _bundled(source)
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            what = "is not empty" if target.is_dir() else "is a file"
            raise UsageError(f"'{folder}' {what}", hint="choose a folder that does not exist yet")
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gigaloop-new-", dir=target.parent) as temporary:
            written = Path(temporary) / "programme"
            _copy(origin, written)
            if target.exists():
                # It may be somebody's working directory, so it stays and is filled.
                for path in sorted(written.iterdir()):
                    path.rename(target / path.name)
            else:
                written.rename(target)
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(f"'{folder}' cannot be written: {why}", hint="choose another folder") from error
    return target


def _copy(origin: Path, target: Path) -> None:
    """Copy the files of a programme, without hidden ones, to which caches belong."""
    target.mkdir()
    for path in sorted(origin.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        if path.is_dir():
            _copy(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)


def _bundled(name: str) -> Path:
    known = bundled_programmes()
    if name not in known:
        listed = f"there are {', '.join(known)}" if known else "this installation has none"
        raise UsageError(f"there is no bundled programme '{name}'", hint=did_you_mean(name, known, listed))
    return known[name]
