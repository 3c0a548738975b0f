"""Climate stations: where they stand, over which years, and what their typical year is like."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import StringConstraints

from gigaloop.catalogue.entry import Entry, Latitude, Longitude
from gigaloop.catalogue.kinds.places import Country, State
from gigaloop.core.errors import CatalogueError
from gigaloop.core.quantity import Count, Length, Pressure, Temperature

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BIN_COLUMNS = ("month", "hours", "dry_bulb_C", "wet_bulb_C", "pressure_Pa")
"""Columns of a station's bins."""

_FOLDER = Path(__file__).parent.parent / "data" / "climate_station"


class ClimateStation(Entry):
    """A weather station with a typical year in joint bins of 2 K of dry bulb by 2 K of wet bulb, month by month."""

    kind: ClassVar[str] = "climate_station"

    state: State | None = None
    country: Country
    latitude: Latitude
    longitude: Longitude
    elevation: Length
    period: str
    """Years out of which the typical months were chosen."""
    months_of: str = ""
    """The year of every month, January first."""
    dry_bulb_mean: Temperature
    dry_bulb_max: Temperature
    dry_bulb_high: Temperature
    """That 0.4 % of the hours exceed."""
    dry_bulb_min: Temperature
    wet_bulb_mean: Temperature
    wet_bulb_max: Temperature
    wet_bulb_high: Temperature
    """That 0.4 % of the hours exceed."""
    pressure: Pressure
    """Mean."""
    bins: Count
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the file with its bins, by which the digest of the catalogue covers them."""

    def read_bins(self) -> NDArray[np.float64]:
        """Read the bins of the typical year: (n, 5), with the columns ``BIN_COLUMNS``, in h, degC and Pa.

        Raises
        ------
        CatalogueError
            If the package has no such bins, or the file is not the one that the entry was made with.
        """
        import numpy as np

        path = _FOLDER / f"{self.id}.csv"
        hint = "the package knows the bins of its own stations; give a site's EPW file as its 'facility.weather_file'"
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise CatalogueError(f"there are no bins of the climate station '{self.id}'", hint=hint) from error
        if hashlib.sha256(raw).hexdigest() != self.digest:
            why = f"the bins of the climate station '{self.id}' are not those that its entry was made with"
            raise CatalogueError(why, where=f"{path.parent.name}/{path.name}", hint="install gigaloop again")
        _, _, rows = raw.decode("ascii").strip().partition("\n")
        return np.fromstring(rows.replace("\n", ","), sep=",").reshape(-1, len(BIN_COLUMNS))
