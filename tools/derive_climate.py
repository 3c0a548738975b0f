"""Derive the climate stations of the catalogue from EPW files: ``python tools/derive_climate.py FOLDER``.

Reads every ``*.epw`` and ``*.epw.gz`` below the folder, one per station, and writes the entries
(``climate_station.yaml``) and the joint bins of every station (``climate_station/WMO.csv``) of the package. The same
files give the same bytes. The bundled stations are those of TMY3, by which the text on their source is meant; the files
are public, for instance with EnergyPlus.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

from gigaloop.design.climate import Weather, bin_weather, read_epw

DATA = Path(__file__).parent.parent / "src" / "gigaloop" / "catalogue" / "data"
HEAD = """\
# Typical years of TMY3: each month is that of the year, out of the period, that was the most typical. Written by
# tools/derive_climate.py, with the bins of climate_station/; wet bulbs are those of gigaloop.design.climate.
kind: climate_station
sources:
  tmy3:
    source: "NREL TMY3 in EPW form (Wilcox and Marion 2008, NREL/TP-581-43156, \
https://docs.nrel.gov/docs/fy08osti/43156.pdf; U.S. Government work, public domain); \
means, extremes and bins of its hours"
    date: 2008
    kind: measured

entries:
"""
POOL = 1991
"""First year of the shorter of the two periods out of which TMY3 takes its months (Wilcox and Marion 2008)."""


def main(folder: str) -> None:
    """Write the stations of a folder."""
    paths = sorted(path for path in Path(folder).rglob("*.epw*") if path.name.endswith((".epw", ".epw.gz")))
    stations = sorted(((read_epw(path), path) for path in paths), key=lambda item: item[0].station)
    bins = DATA / "climate_station"
    bins.mkdir(exist_ok=True)
    for old in bins.glob("*.csv"):
        old.unlink()
    entries = []
    for weather, path in stations:
        text = bins_text(bin_weather(weather))
        (bins / f"{weather.station}.csv").write_text(text, encoding="ascii", newline="\n")
        entries.append(entry_text(weather, path, text))
    (DATA / "climate_station.yaml").write_text(HEAD + "\n".join(entries), encoding="utf-8", newline="\n")


def bins_text(weather: Weather) -> str:
    """Give the bins of a station as CSV."""
    rows = ["month,hours,dry_bulb_C,wet_bulb_C,pressure_Pa"]
    columns = (weather.month, weather.hours, weather.dry_bulb - 273.15, weather.wet_bulb - 273.15, weather.pressure)
    rows += [f"{m},{h:.0f},{t:.2f},{s:.2f},{p:.0f}" for m, h, t, s, p in zip(*columns, strict=True)]
    return "\n".join(rows) + "\n"


def entry_text(weather: Weather, path: Path, bins: str) -> str:
    """Give the entry of a station as YAML."""
    name, _, state = weather.name.rpartition(", ")
    years = month_years(path)
    period = "1976-2005" if min(years) < POOL else "1991-2005"

    def celsius(kelvin: float) -> str:
        return f"{kelvin - 273.15:.1f} degC"

    dry, wet = weather.dry_bulb, weather.wet_bulb
    facts = {
        "name": " ".join(name.split()),
        "source": "tmy3",
        "state": state,
        "country": "US",
        "latitude": f"{weather.latitude:g}",
        "longitude": f"{weather.longitude:g}",
        "elevation": f"{weather.elevation:g} m",
        "period": f"'{period}'",
        "months_of": f"'{' '.join(map(str, years))}'",
        "dry_bulb_mean": celsius(weather.mean(dry)),
        "dry_bulb_max": celsius(dry.max()),
        "dry_bulb_high": celsius(np.percentile(dry, 99.6)),
        "dry_bulb_min": celsius(dry.min()),
        "wet_bulb_mean": celsius(weather.mean(wet)),
        "wet_bulb_max": celsius(wet.max()),
        "wet_bulb_high": celsius(np.percentile(wet, 99.6)),
        "pressure": f"{weather.mean(weather.pressure) / 1e3:.2f} kPa",
        "bins": bins.count("\n") - 1,
        "digest": hashlib.sha256(bins.encode()).hexdigest(),
    }
    return f"  {weather.station}:\n" + "".join(f"    {key}: {value}\n" for key, value in facts.items())


def month_years(path: Path) -> list[int]:
    """Give the year that each month of a file was taken from."""
    import gzip

    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode("latin-1")
    rows = [line.split(",", 2) for line in text.splitlines()[8:] if line.strip()]
    return [int(next(year for year, month, _ in rows if int(month) == number)) for number in range(1, 13)]


if __name__ == "__main__":
    main(sys.argv[1])
