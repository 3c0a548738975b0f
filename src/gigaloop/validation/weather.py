"""The weather of a row: an EPW file out of a folder of one's own, else the bundled bins of its station."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from gigaloop.catalogue import Catalogue
from gigaloop.core.errors import UsageError
from gigaloop.design.climate import Weather, bin_weather, read_epw, station_weather

_STATION = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Weathers:
    """Weather by WMO number, each read once.

    Parameters
    ----------
    catalogue
        With the bundled stations.
    folder
        EPW files (``.epw`` or ``.epw.gz``) that come before these, by the WMO number in their name or first line.

    Raises
    ------
    UsageError
        If the folder is none, or holds no such file.
    """

    def __init__(self, catalogue: Catalogue, folder: Path | None = None) -> None:
        self.catalogue = catalogue
        self.files = {} if folder is None else _files(folder)
        self._known: dict[str, Weather | None] = {}

    def get(self, wmo: str) -> Weather | None:
        """Give the weather of a station in bins; none where there is neither a file nor bundled bins of it."""
        if wmo not in self._known:
            self._known[wmo] = self._read(wmo)
        return self._known[wmo]

    def _read(self, wmo: str) -> Weather | None:
        if wmo in self.files:
            return bin_weather(read_epw(self.files[wmo], shown_as=self.files[wmo].name))
        if wmo in self.catalogue.ids("climate_station"):
            return station_weather(self.catalogue, wmo)
        return None


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise UsageError(f"there is no folder '{folder}'", hint="name a folder with EPW files")
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.name.casefold().endswith((".epw", ".epw.gz")) and path.is_file():
            number = _STATION.search(path.name) or _STATION.search(_header(path))
            if number:
                files.setdefault(number[0], path)
    if not files:
        hint = "files end in .epw or .epw.gz and have a station's WMO number in their name or first line"
        raise UsageError(f"there is no EPW file in '{folder}'", hint=hint)
    return files


def _header(path: Path) -> str:
    try:
        if path.name.casefold().endswith(".gz"):
            with gzip.open(path, "rt", encoding="latin-1") as packed:
                return packed.readline(4096)
        with path.open(encoding="latin-1") as plain:
            return plain.readline(4096)
    except (OSError, EOFError):
        return ""
