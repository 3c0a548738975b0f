"""Years of architectures in climates, and facilities put together from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from gigaloop.design.facility.halls import HallYear, hall_year
from gigaloop.design.facility.uncertainty import SAMPLES, SEED, Floats, Range, triangular
from gigaloop.validation.measured import Measured
from gigaloop.validation.sites import Subject, subject
from gigaloop.validation.weather import Weathers


class Years:
    """A year of each architecture in each climate, computed once.

    Parameters
    ----------
    weathers
        By WMO number.
    samples
        Of each band.
    """

    def __init__(self, weathers: Weathers, samples: int = SAMPLES) -> None:
        self.catalogue = weathers.catalogue
        self.weathers = weathers
        self.samples = samples
        self._known: dict[tuple[str, str], HallYear] = {}

    def get(self, architecture: str, station: str) -> HallYear:
        """Give the year of an architecture at a station.

        Raises
        ------
        LookupError
            If the station has no weather.
        """
        if not station:
            raise LookupError("no weather station: the row names none, and none is known to stand for the site")
        weather = self.weathers.get(station)
        if weather is None:
            raise LookupError(
                f"no weather of station {station}: it is not among the bundled ones; name a folder with its EPW file"
            )
        key = (architecture, station)
        if key not in self._known:
            entry = self.catalogue.facility_architecture(architecture)
            self._known[key] = hall_year(
                entry, self.catalogue, weather, samples=self.samples, salt=crc32(architecture.encode())
            )
        return self._known[key]


@dataclass(frozen=True, eq=False)
class Together:
    """A facility of several halls: PUE, WUE [m3/J] and PUE at the design day, the central first (d,)."""

    pue: Floats
    wue: Floats
    peak: Floats
    quarters: Floats
    """PUE by quarter of the central case (4,)."""


def together(about: Subject, years: Years) -> Together:
    """Put the halls of a facility together by their shares of the IT power.

    Shares are drawn from their ranges like any component; where only one of the halls is meant, each sample has one.

    Raises
    ------
    LookupError
        If a hall has no weather.
    """
    found = [years.get(hall.architecture, hall.station) for hall in about.halls]
    random = np.random.default_rng([SEED, len(found)])
    central = np.array([hall.share for hall in about.halls])
    if about.one_of:
        picked = random.choice(len(found), size=years.samples, p=central / central.sum())
        shares = (picked[None, :] == np.arange(len(found))[:, None]).astype(np.float64)
    else:
        drawn = random.random((len(found), years.samples))
        shares = np.stack(
            [triangular(row, Range(h.share, h.low, h.high)) for row, h in zip(drawn, about.halls, strict=True)]
        )
    weights = np.concatenate([central[:, None], shares], axis=1)
    weights /= weights.sum(axis=0)
    return Together(
        np.asarray(np.sum([w * y.pue for w, y in zip(weights, found, strict=True)], axis=0)),
        np.asarray(np.sum([w * y.wue for w, y in zip(weights, found, strict=True)], axis=0)),
        np.asarray(np.sum([w * y.peak for w, y in zip(weights, found, strict=True)], axis=0)),
        np.asarray(np.sum([w[0] * y.quarters for w, y in zip(weights, found, strict=True)], axis=0)),
    )


def with_weather(row: Measured, years: Years) -> Subject:
    """Give what a row speaks of; where there is no weather of its station, that of the facility stands for it."""
    about = subject(years.catalogue, row)
    if not row.station or years.weathers.get(row.station) is not None:
        return about
    other = subject(years.catalogue, replace(row, station=""))
    if not all(hall.station for hall in other.halls):
        return about
    stations = ", ".join(dict.fromkeys(hall.station for hall in other.halls))
    return replace(other, note=f"no weather of station {row.station}: {stations} stands for it; {other.note}")
