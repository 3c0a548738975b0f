"""Which facility a row speaks of: its entry of the catalogue, else a class that stands for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import Facility
from gigaloop.catalogue.kinds.facility import ends
from gigaloop.validation.measured import Measured

ZONES: Mapping[str, str] = MappingProxyType(
    {"2A": "722430", "3A": "722190", "3B": "723860", "4A": "724030", "5A": "724280", "5B": "724666", "6A": "726400"}
)
"""Stations that stand for climate zones: those in or nearest to the representative cities of ASHRAE 169-2020."""

ARCHITECTURES: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"large", "airside"}), frozenset({"chiller"}), "reference-outside-air"),
    (frozenset({"large", "waterside"}), frozenset(), "reference-towers"),
    (frozenset({"midsize", "air-cooled"}), frozenset({"airside"}), "reference-air-chillers"),
)
"""Words that name the plant of a published model, words that name another one, and the architecture with the same
components; models of other sizes and plants have components that are not in the catalogue."""

DEFAULT = "industry-average"
"""Facility that stands for those of operators that nothing is known of."""


@dataclass(frozen=True)
class Hall:
    """A part of a facility: its architecture, its share of the IT power with the range of that, and its climate."""

    architecture: str
    share: float
    low: float
    high: float
    station: str


@dataclass(frozen=True)
class Subject:
    """What a row speaks of: halls, what is to be said of the choice, and whether only one of the halls is meant."""

    halls: tuple[Hall, ...]
    note: str
    one_of: bool = False
    it_power: float | None = None
    """Mean [W]."""


def subject(catalogue: Catalogue, row: Measured) -> Subject:
    """Find how the facility of a row is built.

    Rows whose operator is ``model: ...`` or ``architecture: ...`` name an architecture and, in their site, a climate
    zone. Facilities are found by operator and name. For others a fleet of the same operator, or the average of the
    industry, gives the architectures that it may have: one of them, which makes the band wider.
    """
    named, _, words = row.operator.partition(":")
    if named in ("model", "architecture"):
        return _architecture(catalogue, row, named, words.strip().casefold())
    found = _known(catalogue, row)
    if found is not None:
        power = None if found.it_power is None else float(found.it_power)
        return Subject(_halls(found, row.station), _built(found), it_power=power)
    fleets = [f for f in _of_operator(catalogue, row.operator) if "fleet" in f.aliases]
    stand_in = fleets[-1] if fleets else catalogue.facility(DEFAULT)
    halls = tuple(Hall(h.architecture, h.share, h.low, h.high, row.station) for h in _halls(stand_in, ""))
    what = f"{row.operator} {row.site}".strip()
    return Subject(halls, f"how {what} is built is not known: one of the halls of '{stand_in.id}' stands for it", True)


def _architecture(catalogue: Catalogue, row: Measured, named: str, words: str) -> Subject:
    zone = re.search(r"\b(\d[ABC]?)\b", row.site)
    station = row.station or (ZONES.get(zone[1], "") if zone else "") or _by_city(catalogue, row.site)
    if named == "architecture":
        id_ = words
    else:
        id_ = next((id_ for has, lacks, id_ in ARCHITECTURES if _speaks(words, has, lacks)), "")
    if id_ not in catalogue.ids("facility_architecture"):
        raise KeyError(f"there is no architecture for '{row.operator}'")
    return Subject((Hall(id_, 1.0, 1.0, 1.0, station),), f"built as '{id_}'")


def _speaks(words: str, has: frozenset[str], lacks: frozenset[str]) -> bool:
    return all(word in words for word in has) and not any(word in words for word in lacks)


def _by_city(catalogue: Catalogue, site: str) -> str:
    """Give the station whose name holds a word of a site; none where there is no such."""
    words = {word for word in _key(site).split() if len(word) > len("zone")}
    stations = (station for station in catalogue.of_kind("climate_station"))
    return next((station.id for station in stations if words & set(_key(station.name).split())), "")


def _known(catalogue: Catalogue, row: Measured) -> Facility | None:
    operated = _of_operator(catalogue, row.operator)
    candidates = [f for f in operated if _matches(f, row.site)] or [f for f in operated if _named_in(f, row.site)]
    if not candidates and _key(row.site):
        part = [f for f in operated if f" {_key(row.site)} " in f" {_key(f.name)} "]
        candidates = part if len(part) == 1 else []
    if not operated:
        # A brand in place of the operator, such as Azure, stands in the names of its facilities.
        named = f"{row.operator} {row.site}"
        candidates = [f for f in catalogue.of_kind("facility") if isinstance(f, Facility) and _named_in(f, named)]
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    candidates.sort(key=lambda f: str(f.as_of or ""))
    for text in (row.metric, row.period, row.site, row.conditions):
        before, after = (
            re.search(rf"\b{word}\b", text.casefold()) for word in ("before|until|without", "after|since|with")
        )
        if before and not (after and after.start() < before.start()):
            return candidates[0]
        if after:
            return candidates[-1]
    years = [int(year) for year in re.findall(r"(?<!\d)(20\d\d)(?!\d)", row.period)] or [dt.MAXYEAR]
    past = [f for f in candidates if int(str(f.as_of or "0")[:4]) <= max(years)]
    return past[-1] if past else candidates[0]


def _of_operator(catalogue: Catalogue, operator: str) -> list[Facility]:
    key = _key(operator)
    facilities = [f for f in catalogue.of_kind("facility") if isinstance(f, Facility)]
    return [f for f in facilities if key and (_key(f.operator) == key or key.startswith(_key(f.operator)))]


def _matches(facility: Facility, site: str) -> bool:
    names = {_key(name) for name in (facility.name, *facility.aliases)}
    short = re.sub(r"\(.*?\)", " ", site)
    return any(_key(each) in names for each in (site, short, re.sub(r"\d+\s*$", "", short.strip())))


def _named_in(facility: Facility, site: str) -> bool:
    """Say whether one of its names stands among the words of a site."""
    return any(f" {_key(name)} " in f" {_key(site)} " for name in (facility.name, *facility.aliases))


def _key(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold()))


def _halls(facility: Facility, station: str) -> tuple[Hall, ...]:
    found = []
    for hall in facility.halls:
        low, high = ends(hall.share)
        found.append(Hall(hall.architecture, float(hall.share), low, high, hall.station or station or facility.station))
    return tuple(found)


def _built(facility: Facility) -> str:
    parts = [f"{100 * float(hall.share):.0f} % {hall.architecture}" for hall in facility.halls]
    return f"built as {', '.join(parts)}" if len(parts) > 1 else f"built as {facility.halls[0].architecture}"
