"""A programme to break: the starter, written into a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import Problem, ProgrammeError
from gigaloop.programme.loader import load_programme
from gigaloop.programme.starter import new_programme


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="session")
def starter(tmp_path_factory, catalogue):
    """The starter, loaded; do not change its folder."""
    return load_programme(new_programme(tmp_path_factory.mktemp("starter") / "programme"), catalogue)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A fresh copy of the starter's folder."""
    return new_programme(tmp_path / "programme")


class Broken:
    """A copy of the starter in which texts are replaced, and what the loader says of it."""

    def __init__(self, folder: Path, load: Callable[[Path], object]) -> None:
        self.folder = folder
        self._load = load

    def replace(self, file: str, old: str, new: str) -> Broken:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} does not stand in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self

    def append(self, file: str, text: str) -> Broken:
        with (self.folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)
        return self

    def place(self, file: str, text: str, offset: int = 0) -> str:
        """Give the place of the first occurrence of a text, so that no test counts lines."""
        content = (self.folder / file).read_text(encoding="utf-8")
        at = content.index(text) + offset
        return f"{self.folder / file}:{content.count(chr(10), 0, at) + 1}:{at - content.rfind(chr(10), 0, at)}"

    @property
    def problems(self) -> tuple[Problem, ...]:
        with pytest.raises(ProgrammeError) as error:
            self._load(self.folder)
        return error.value.problems

    @property
    def problem(self) -> Problem:
        problems = self.problems
        assert len(problems) == 1, "\n".join(map(str, problems))
        return problems[0]


@pytest.fixture
def broken(folder, catalogue) -> Broken:
    return Broken(folder, lambda path: load_programme(path, catalogue))


@pytest.fixture
def copy_of(folder):
    def copied(name: str) -> Path:
        return Path(shutil.copytree(folder, folder.parent / name))

    return copied
