"""Measured facilities against the engine: what architecture and climate give, with bands, and what was published."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import GigaloopError
from gigaloop.design.cooling.water import LITRES_PER_KWH
from gigaloop.design.facility.uncertainty import SAMPLES, band, drivers
from gigaloop.design.records import Band
from gigaloop.validation.frontier import chain_efficiency
from gigaloop.validation.measured import Measured, read_measured
from gigaloop.validation.records import Checked, Validation
from gigaloop.validation.sites import Subject
from gigaloop.validation.weather import Weathers
from gigaloop.validation.years import Together, Years, together, with_weather

CONSTANT = 1.09
"""PUE that a forecast without any engine would state for every campus of its operator: the operator's own fleet average
of 2024. Source: Google, https://datacenters.google/efficiency."""

_MWH, _YEAR = 3.6e9, 8760 * 3600.0
"""[J] and [s]: definitions of the units, BIPM SI Brochure."""
_LITRES: Mapping[str, float] = MappingProxyType(
    {"l": 1.0, "m3": 1e3, "ml": 1e6, "gal": 3.785411784, "mgal": 3785411.784}
)
"""Litres in units of water as they are published: megalitres, and US gallons by NIST SP 811, B.8."""

_KWH: Mapping[str, float] = MappingProxyType({"kWh": 1.0, "MWh": 1e3, "GWh": 1e6})
_RATIOS: Mapping[str, float] = MappingProxyType({"": 1.0, "%": 100.0, "ratio": 1.0, "w/w": 1.0, "kwh/kwh": 1.0})

NOT_MODELLED: Mapping[str, str] = MappingProxyType(
    {
        "electricity": "the electricity of a year follows from how much IT runs, which is not published beside it",
        "it power": "the power of the IT follows from its work, which is an input here",
        "installed capacity": "installed capacity is a choice of the owner, with its reserves, and is not computed",
        "mean it power": "the power of the IT follows from its work, which is an input here",
        "cooling energy saving": "a saving by other control of the same plant is not modelled",
        "component": "components are compared as a whole, not one by one",
        "closed-loop": "which share of a campus is on a closed loop is a choice of its owner, an input here",
    }
)
"""Why a metric cannot be computed, by words in its name."""


@dataclass(frozen=True)
class Computed:
    """What was computed for a row, in its unit: the band, or a value alone, and what is to be said."""

    band: Band
    note: str


def validate_facility(rows: Path, weather: Path | None = None, *, samples: int = SAMPLES) -> Validation:
    """Compute measured facilities and hold the results against what was published.

    Parameters
    ----------
    rows
        The table: see docs/validation.md.
    weather
        A folder with EPW files of one's own, which come before the bundled bins.
    samples
        Of each band.

    Raises
    ------
    ProgrammeError
        If the table or an EPW file is wrong.
    UsageError
        If the folder has no EPW file.
    """
    years = Years(Weathers(load_catalogue(), weather), samples)
    measured = read_measured(rows)
    checked = tuple(_checked(row, years) for row in measured)
    return Validation("facility", checked, tuple(_summary(measured, checked, years)))


def compute(row: Measured, years: Years) -> Computed:
    """Compute the figure of a row.

    Raises
    ------
    LookupError
        With the reason for which it cannot be computed.
    """
    metric = row.metric.casefold()
    for words, why in NOT_MODELLED.items():
        if words in metric:
            raise LookupError(why)
    if "efficiency" in metric and "ac-dc" in metric:
        return _conversion(row, years)
    method = next((each for words, each in _METHODS if re.search(words, metric)), None)
    if method is None:
        raise LookupError(f"'{row.metric}' is not modelled; PUE, WUE, water withdrawal and conversion efficiency are")
    about = with_weather(row, years)
    return method(row, together(about, years), about)


def _pue(row: Measured, figures: Together, about: Subject) -> Computed:
    scale = _ratio(row)
    if row.published is not None and row.published.value < scale:
        raise LookupError(f"a PUE of {row.stated} cannot be: a facility takes no less than its IT")
    found = band(scale * figures.pue)
    if "quarter" not in row.period.casefold():
        return Computed(found, about.note)
    low, high = scale * float(figures.quarters.min()), scale * float(figures.quarters.max())
    wide = Band(found.value, found.p10 + min(low - found.value, 0.0), found.p90 + max(high - found.value, 0.0))
    return Computed(wide, f"which quarter is not said: the year stands for it, the band spans all four; {about.note}")


def _peak(row: Measured, figures: Together, about: Subject) -> Computed:
    return Computed(band(_ratio(row) * figures.peak), f"at the design day of the station, all IT at work; {about.note}")


def _ratio(row: Measured) -> float:
    """Give what a ratio is multiplied by in the unit of a row."""
    unit = row.unit.casefold().replace(" ", "")
    if unit not in _RATIOS:
        raise LookupError(f"a ratio in '{row.unit}' is not known; write - or %")
    return _RATIOS[unit]


def _wue(row: Measured, figures: Together, about: Subject) -> Computed:
    volume, _, energy = re.sub(r"[\s()]", "", row.unit).partition("/")
    litres, kwh = _LITRES.get(volume.casefold()), _KWH.get(energy)
    if litres is None or kwh is None:
        raise LookupError(f"a WUE in '{row.unit}' is not known; L/kWh, m3/MWh and gal/kWh are")
    return Computed(band(figures.wue * LITRES_PER_KWH * kwh / litres), about.note)


def _withdrawal(row: Measured, figures: Together, about: Subject) -> Computed:
    """Give the water of a year: WUE by the IT's energy, from its mean power or what a fleet's electricity leaves."""
    litres = _LITRES.get(row.unit.casefold().replace(" ", "").removesuffix("/yr").removesuffix("/year"))
    if litres is None:
        raise LookupError(f"water in '{row.unit}' is not known; {', '.join(_LITRES)} a year are")
    stated = re.search(r"([\d,.]+) MWh(?: incl\. ([\d,.]+) leased)?", row.conditions)
    if stated is not None:
        owned = float(stated[1].replace(",", "")) - float((stated[2] or "0").replace(",", ""))
        used, how = owned * _MWH / figures.pue, "WUE by the IT energy of what is owned"
    elif about.it_power is not None:
        used, how = about.it_power * _YEAR * np.ones_like(figures.pue), f"at {about.it_power / 1e6:g} MW of IT"
    else:
        raise LookupError("water follows from the electricity of the same year, which the row does not state")
    return Computed(band(figures.wue * 1e3 * used / litres), f"{how}; {about.note}")


def _conversion(row: Measured, years: Years) -> Computed:
    """Give the conversion efficiency of a machine of Cray EX cabinets at the stated load."""
    load = re.search(r"([\d.]+)(?:\s*-\s*([\d.]+))? MW", f"{row.period}; {row.conditions}")
    if "frontier" not in row.site.casefold() or load is None:
        raise LookupError("the conversion chain is that of Frontier's cabinets, at a load in MW stated as a condition")
    power = 0.5 * (float(load[1]) + float(load[2] or load[1])) * 1e6
    percent = 100.0 * chain_efficiency(years.catalogue, power)
    return Computed(Band(percent, percent - 0.5, percent + 0.5), f"at {power / 1e6:.4g} MW; tolerance half a point")


_METHODS: tuple[tuple[str, Callable[[Measured, Together, Subject], Computed]], ...] = (
    (r"(peak|highest|design[- ]day|maximum) pue\b|\bpue at the design", _peak),
    (r"\bpue\b|power usage effectiveness", _pue),
    (r"\bwue\b|water usage effectiveness", _wue),
    (r"\bwater (withdrawal|use\b|usage\b|consumption)|make-?up water", _withdrawal),
)


def _checked(row: Measured, years: Years) -> Checked:
    """Compute a row; whatever is wrong with it is said in its note, and it never disappears."""
    value = None if row.published is None else row.published.value
    try:
        if row.published is None:
            stated = f"'{row.stated}' is no number and no range" if row.stated else "the row states no figure"
            raise LookupError(stated)
        found = compute(row, years)
    except (LookupError, GigaloopError) as error:
        why = str(error.why) if isinstance(error, GigaloopError) else str(error.args[0])
        return Checked(row.id, row.quantity, row.unit, value, None, None, False, why)
    return _held(row, found)


def _held(row: Measured, found: Computed) -> Checked:
    """Hold what was computed against what was published: inside the published range, else inside the band."""
    published, computed = row.published, found.band.value
    if published is None:
        raise LookupError(f"'{row.stated}' is no number and no range")
    error = computed - published.value if row.unit in ("", "%") else computed / published.value - 1.0
    said = f"P10-P90 {found.band.p10:.4g} to {found.band.p90:.4g}"
    if published.low is not None and published.high is not None:
        within = published.low <= computed <= published.high
        shown = "its upper end shown" if published.value == published.high else "its middle shown"
        said = f"published {published.low:g} to {published.high:g}, {shown}; {said}"
    else:
        within = found.band.p10 <= published.value <= found.band.p90
    error = error / 100.0 if row.unit == "%" else error
    return Checked(row.id, row.quantity, row.unit, published.value, computed, error, within, f"{said}; {found.note}")


def _summary(measured: tuple[Measured, ...], checked: tuple[Checked, ...], years: Years) -> Iterator[str]:
    """Say what the rows amount to, group by group."""
    pairs = [(row, found) for row, found in zip(measured, checked, strict=True) if found.error is not None]
    campuses = [(row, found) for row, found in pairs if _is_campus(row, years)]
    if campuses:
        yield from _campuses(campuses, years)
    for name, metric in (("PUE", r"\bpue\b"), ("WUE", r"\bwue\b")):
        modelled = [f for row, f in pairs if row.kind == "model_reference" and re.search(metric, row.metric.casefold())]
        if modelled:
            inside = sum(found.within for found in modelled)
            yield f"{name} of published models: {inside} of {len(modelled)} inside their 5 to 95 %"


def _is_campus(row: Measured, years: Years) -> bool:
    """Say whether a row is the measured annual PUE of one hyperscale campus with a station of its own in the US."""
    if (
        row.kind != "measured"
        or row.metric.casefold() != "pue"
        or not row.station
        or not re.fullmatch("[A-Z]{2}", row.state)
    ):
        return False
    if "quarter" in row.period.casefold() or "region" in row.conditions.casefold() or "fleet" in row.site.casefold():
        return False
    classes = {
        years.catalogue.facility_architecture(h.architecture).operator_class for h in with_weather(row, years).halls
    }
    return classes == {"hyperscale"}


def _campuses(pairs: list[tuple[Measured, Checked]], years: Years) -> Iterator[str]:
    about = [with_weather(row, years) for row, _ in pairs]
    bands = [band(together(each, years).pue) for each in about]
    published = [(found.published or 0.0) / _ratio(row) for row, found in pairs]
    ours = statistics.fmean(abs(found.error or 0.0) for _, found in pairs)
    constant = statistics.fmean(abs(CONSTANT - value) for value in published)
    held = sum(found.within for _, found in pairs)
    width = statistics.fmean(each.p90 - each.p10 for each in bands)
    yield (
        f"US campuses with a station: {len(pairs)}; mean absolute error of PUE {ours:.4f} (a constant of {CONSTANT}: "
        f"{constant:.4f}); P10-P90 holds {held} of {len(pairs)} at a mean width of {width:.3f}"
    )
    shares: dict[str, float] = {}
    for each in about:
        for hall in each.halls:
            year = years.get(hall.architecture, hall.station)
            for driver in drivers(year.drawn.values, year.pue):
                shares[driver.name] = shares.get(driver.name, 0.0) + driver.share * hall.share / len(about)
    first = sorted(shares.items(), key=lambda item: -item[1])[:5]
    yield "what makes these bands wide: " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in first)
