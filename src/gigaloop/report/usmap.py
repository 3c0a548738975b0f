"""The Albers USA projection that the bundled map of the states is drawn in."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt

WIDTH = 975.0
HEIGHT = 610.0
_EDGE = 1e-6
_INSETS = 400.0  # right end of the insets of Alaska and Hawaii


@dataclass(frozen=True, slots=True)
class _Conic:
    """One conic equal-area piece of the map, placed at an offset (units of the scale) and kept inside a box."""

    parallels: tuple[float, float]
    meridian: float
    centre: tuple[float, float]
    offset: tuple[float, float]
    box: tuple[float, float, float, float]
    shrink: float = 1.0

    def project(self, lon: float, lat: float) -> tuple[float, float] | None:
        """Give x to the right and y downwards in units of the scale, or None outside the piece's box."""
        x, y = self.unbounded(lon, lat)
        left, top, right, bottom = self.box
        inside = left + _EDGE <= x <= right - _EDGE and top + _EDGE <= y <= bottom - _EDGE
        return (x, y) if inside else None

    def unbounded(self, lon: float, lat: float) -> tuple[float, float]:
        """Give x to the right and y downwards in units of the scale, wherever the place lies."""
        x, y = self._raw(lon - self.meridian, lat)
        x0, y0 = self._raw(*self.centre)
        return self.offset[0] + self.shrink * (x - x0), self.offset[1] - self.shrink * (y - y0)

    def _raw(self, lon: float, lat: float) -> tuple[float, float]:
        """Project with both standard parallels on one side of the equator (Snyder 1987, eq. 14-1 to 14-6)."""
        first, second = (sin(radians(parallel)) for parallel in self.parallels)
        n = (first + second) / 2
        c = 1 + first * (2 * n - first)
        rho, rho0 = sqrt(c - 2 * n * sin(radians(lat))) / n, sqrt(c) / n
        theta = n * ((radians(lon) + pi) % (2 * pi) - pi)
        return rho * sin(theta), rho0 - rho * cos(theta)


# Parallels, centres, scales and clip boxes of d3.geoAlbersUsa (d3-geo 3.1, src/projection/albersUsa.js, ISC licence).
_PIECES = (
    _Conic((29.5, 45.5), -96.0, (-0.6, 38.7), (0.0, 0.0), (-0.455, -0.238, 0.455, 0.238)),
    _Conic((55.0, 65.0), -154.0, (-2.0, 58.5), (-0.307, 0.201), (-0.425, 0.120, -0.214, 0.234), shrink=0.35),
    _Conic((8.0, 18.0), -157.0, (-3.0, 19.9), (-0.205, 0.212), (-0.214, 0.166, -0.115, 0.234)),
)


def project(
    lon: float, lat: float, *, scale: float = 1300.0, translate: tuple[float, float] = (487.5, 305.0)
) -> tuple[float, float] | None:
    """Project a place in the United States to the plane of the map, y downwards.

    Parameters
    ----------
    lon, lat
        Longitude and latitude [deg].
    scale, translate
        Scale and the place of the map's centre; the defaults are those of us-atlas (a viewport of 975 x 610).

    Returns
    -------
    tuple of float, or None
        ``(x, y)``, or None where the place lies outside the fifty states' boxes.

    Notes
    -----
    Albers' equal-area conic with two standard parallels: Snyder, "Map Projections: A Working Manual", USGS
    Professional Paper 1395 (1987), equations 14-1 to 14-6, on the sphere. The composition with Alaska at 0.35 of
    the scale and Hawaii beside it is that of d3-geo.

    >>> x, y = project(-74.0059, 40.7128, scale=1070, translate=(480, 250))  # New York
    >>> round(x, 1), round(y, 1)
    (794.6, 176.5)
    """
    for piece in _PIECES:
        place = piece.project(lon, lat)
        if place is not None:
            return translate[0] + scale * place[0], translate[1] + scale * place[1]
    return None


def project_near(lon: float, lat: float) -> tuple[float, float] | None:
    """Project a place in North America, drawing one just beyond the map to its edge; None for one overseas.

    >>> project_near(-103.35, 20.67) is not None, project_near(121.0, 24.8)  # Guadalajara, Hsinchu
    (True, None)
    """
    place = project(lon, lat)
    if place is not None or not (-168 <= lon <= -52 and 14 <= lat <= 72):
        return place
    piece = _PIECES[0]
    x, y = piece.unbounded(lon, lat)
    x, y = 487.5 + 1300 * x, 305 + 1300 * y
    x, y = min(max(x, 12.0), WIDTH - 12), min(max(y, 12.0), HEIGHT - 12)
    return (max(x, _INSETS) if y > HEIGHT - 100 else x), y
