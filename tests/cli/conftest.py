import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gigaloop.cli import main
from gigaloop.programme.starter import new_programme


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def gigaloop(monkeypatch, capsys) -> Callable[..., Answer]:
    """Run a command in this process, as the console script does."""

    def call(*words: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["gigaloop", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "200")
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def pristine(tmp_path_factory) -> Path:
    """The starter programme, made once."""
    return new_programme(tmp_path_factory.mktemp("starter") / "mine")


@pytest.fixture
def starter(pristine, tmp_path) -> Path:
    """A copy of the starter programme to spoil."""
    return Path(shutil.copytree(pristine, tmp_path / "mine"))
