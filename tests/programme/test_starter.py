"""New programmes: the starter passes its check, nothing is overwritten, and nothing half-written stays."""

from __future__ import annotations

import shutil

import pytest

from gigaloop.core.errors import StoreError, UsageError
from gigaloop.programme import starter as module
from gigaloop.programme.bom import explode
from gigaloop.programme.loader import load_programme
from gigaloop.programme.starter import bundled_programmes, new_programme


def test_the_starter_is_commented_and_loads(tmp_path, catalogue):
    folder = new_programme(tmp_path / "a" / "b")
    assert sorted(path.name for path in folder.iterdir()) == [
        "lanes.csv", "product.yaml", "programme.yaml", "sites.yaml", "supply.yaml",
    ]  # fmt: skip
    for path in folder.glob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("# ")
    programme = load_programme(folder, catalogue)
    assert (len(programme.generations), len(programme.factories), len(programme.sites)) == (2, 1, 2)
    assert programme.scenarios


def test_the_racks_of_the_starter_are_like_the_published_ones(starter, catalogue):
    # Power and mass of the racks against the catalogue's published figures, within their range.
    for generation in starter.generations:
        explosion = explode(starter.part_of, generation.rack, generation.effectivity.volume)
        power = sum(n * float(starter.part_of[part].power or 0.0) for part, n in explosion.per_part.items())
        mass = sum(n * float(starter.part_of[part].mass or 0.0) for part, n in explosion.per_part.items())
        published = catalogue.rack(generation.id)
        assert power == pytest.approx(published.power, rel=0.05)
        assert mass == pytest.approx(published.mass, rel=0.05)


@pytest.mark.parametrize("name", bundled_programmes())
def test_a_bundled_programme_is_copied_as_it_is(tmp_path, name):
    folder = new_programme(tmp_path / "copy", name)
    for path in bundled_programmes()[name].glob("*.*"):
        if path.is_file() and not path.name.startswith("."):
            assert (folder / path.name).read_bytes() == path.read_bytes()
    assert not list(folder.glob(".*"))


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    before = folder.stat().st_ino
    new_programme(folder)
    assert folder.stat().st_ino == before
    assert (folder / "programme.yaml").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        new_programme(tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        new_programme(tmp_path / "notes.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_unknown_bundled_programme_is_told(tmp_path):
    with pytest.raises(UsageError, match="no bundled programme 'us-build'"):
        new_programme(tmp_path / "x", "us-build")
    assert not (tmp_path / "x").exists()


def test_nothing_stays_when_the_disk_is_full(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StoreError, match="No space left on device"):
        new_programme(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_the_starter_travels_with_the_package():
    assert module._STARTER.is_dir()
