"""The weather of a site: its own EPW file first, else the bundled bins of its climate station."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import ClimateStation
from gigaloop.core.errors import CatalogueError, Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.units import FREEZING
from gigaloop.design.climate.epw import read_epw
from gigaloop.design.climate.weather import Weather, warmed
from gigaloop.programme import programme_file
from gigaloop.programme.schema import Programme, Site

_EARTH = 6_371_008.8
"""Mean radius of the Earth [m], IUGG; Moritz, Geodetic Reference System 1980, https://doi.org/10.1007/s001900050278."""

_NEAR = 3


def station_weather(catalogue: Catalogue, wmo: str) -> Weather:
    """Give the typical year of a bundled station, in bins of 2 K by 2 K and month.

    Parameters
    ----------
    catalogue
        Where the station is an entry.
    wmo
        Its WMO number.

    Raises
    ------
    CatalogueError
        If the catalogue has no such station, or no bins of it.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> abilene = station_weather(load_catalogue(), "722660")
    >>> round(float(abilene.hours.sum())), abilene.period
    (8760, 'typical months of 1976-2005')
    """
    station = catalogue.climate_station(wmo)
    month, hours, dry, wet, pressure = np.ascontiguousarray(station.read_bins().T)
    return Weather(
        dry_bulb=dry + FREEZING,
        wet_bulb=wet + FREEZING,
        pressure=pressure,
        hours=hours,
        month=month.astype(np.int64),
        station=station.id,
        name=f"{station.name}, {station.state or station.country}",
        period=f"typical months of {station.period}",
        source="NREL TMY3 (Wilcox and Marion 2008, NREL/TP-581-43156), public domain",
        grain="bins",
        latitude=float(station.latitude),
        longitude=float(station.longitude),
        elevation=float(station.elevation),
        dry_bulb_max=float(station.dry_bulb_max),
        wet_bulb_max=float(station.wet_bulb_max),
    )


def site_weather(programme: Programme, site: Site, catalogue: Catalogue) -> Weather:
    """Give the weather of a site, warmed as the site asks for.

    The site's ``facility.weather_file`` comes first and is given by the hour; else its ``climate_station``, in bins.

    Parameters
    ----------
    programme
        The programme; its folder is where a weather file's path begins.
    site
        One of its sites.
    catalogue
        Where climate stations are entries.

    Raises
    ------
    ProgrammeError
        If the site names neither, a station that the catalogue does not have, or a file that is not there or wrong.
    """
    facility, path = site.facility, f"sites.{site.id}"
    if facility.weather_file:
        file = programme_file(programme, facility.weather_file, f"{path}.facility.weather_file")
        weather = replace(read_epw(file, shown_as=str(file)), source=facility.weather_file)
    elif not site.climate_station:
        hint = (
            f"give its 'climate_station' ({_nearest(site, catalogue)}) or its own EPW file as 'facility.weather_file'"
        )
        raise ProgrammeError([Problem(f"the weather of '{site.id}' is not known", programme.place(path), path, hint)])
    elif site.climate_station not in catalogue.ids("climate_station"):
        why = f"the catalogue has no climate station '{site.climate_station}'"
        slip = did_you_mean(site.climate_station, catalogue.ids("climate_station"))
        hint = f"{slip + ' ' if slip else ''}near it are {_nearest(site, catalogue)}; or give its own EPW file"
        path = f"{path}.climate_station"
        raise ProgrammeError([Problem(why, programme.place(path), path, f"{hint} as 'facility.weather_file'")])
    else:
        try:
            weather = station_weather(catalogue, site.climate_station)
        except CatalogueError as error:
            path = f"{path}.climate_station"
            raise ProgrammeError([Problem(error.why, programme.place(path), path, error.hint)]) from error
    return warmed(weather, float(facility.warming))


def near_stations(catalogue: Catalogue, latitude: float, longitude: float) -> tuple[tuple[ClimateStation, float], ...]:
    """Give the bundled stations by their distance [m] from a place, the nearest first.

    Parameters
    ----------
    catalogue
        Where stations are entries.
    latitude, longitude
        Of the place [deg].
    """
    stations = [each for each in catalogue.of_kind("climate_station") if isinstance(each, ClimateStation)]
    found = [(each, _distance(latitude, longitude, float(each.latitude), float(each.longitude))) for each in stations]
    return tuple(sorted(found, key=lambda item: item[1]))


def _nearest(site: Site, catalogue: Catalogue) -> str:
    near = near_stations(catalogue, float(site.latitude), float(site.longitude))[:_NEAR]
    return ", ".join(f"{each.id} {each.name}, {away / 1e3:.0f} km" for each, away in near)


def _distance(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Give the distance on the sphere [m] by the haversine."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    half = math.radians(other_longitude - longitude) / 2.0
    chord = math.sin((b - a) / 2.0) ** 2 + math.cos(a) * math.cos(b) * math.sin(half) ** 2
    return 2.0 * _EARTH * math.asin(min(1.0, math.sqrt(chord)))
