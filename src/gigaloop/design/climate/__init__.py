"""Climate: weather files, psychrometrics, and the weather of a site by the hour or in bins."""

from gigaloop.design.climate.weather import Weather

__all__ = ["Weather"]
