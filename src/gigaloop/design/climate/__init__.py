"""Climate: weather files, psychrometrics, and the weather of a site by the hour or in bins."""

from gigaloop.design.climate.bins import bin_weather
from gigaloop.design.climate.epw import read_epw
from gigaloop.design.climate.psychrometrics import (
    air_density,
    enthalpy,
    humidity_ratio,
    humidity_ratio_of_wet_bulb,
    saturated_enthalpy,
    saturated_humidity_ratio,
    saturation_pressure,
    standard_pressure,
    wet_bulb,
)
from gigaloop.design.climate.stations import near_stations, site_weather, station_weather
from gigaloop.design.climate.weather import Weather, design_states, warmed, weather_note

__all__ = [
    "Weather",
    "air_density",
    "bin_weather",
    "design_states",
    "enthalpy",
    "humidity_ratio",
    "humidity_ratio_of_wet_bulb",
    "near_stations",
    "read_epw",
    "saturated_enthalpy",
    "saturated_humidity_ratio",
    "saturation_pressure",
    "site_weather",
    "standard_pressure",
    "station_weather",
    "warmed",
    "weather_note",
    "wet_bulb",
]
