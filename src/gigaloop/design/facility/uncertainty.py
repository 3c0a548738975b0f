"""How sure the figures of a year are: the ranges of a facility's components, sampled and sent through the kernel.

Each component lies between the ends of its range with a triangular density that peaks at its value. Components of one
facility are correlated, for who builds one well builds the others well too: a Gaussian copula with one common factor
does it. Samples are a Latin hypercube from a seed, so that equal inputs give equal bands.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import FacilityArchitecture
from gigaloop.catalogue.kinds.facility import ends
from gigaloop.core.errors import UsageError
from gigaloop.core.quantity import Quantity
from gigaloop.design.power.losses import ChainCurve, StageCurve, path_losses
from gigaloop.design.records import Band

Floats = NDArray[np.float64]

SAMPLES = 256
"""Of a band unless asked for otherwise; P10 and P90 then stand to about a tenth of the band's width. Source: a choice
of this project."""
SEED = 20_261_123
"""Of the samples. Source: arbitrary."""
QUALITY = 0.3
"""Correlation between the components of one facility, in the direction in which each costs energy. Source: assumption,
0 to 0.5; it widens bands by about a third against independent components."""

_WORSE: Mapping[str, int] = {
    "site_loss": 1,
    "supply": -1,
    "exchanger_approach": 1,
    "tower_approach": 1,
    "dry_approach": 1,
    "pad_effectiveness": -1,
    "fan_share": 1,
    "chiller_cop": -1,
    "water_rise": -1,
    "water_head": 1,
    "tower_rise": -1,
    "tower_head": 1,
    "pump_efficiency": -1,
    "cdu_share": 1,
    "air_supply": -1,
    "air_rise": -1,
    "fan_pressure": 1,
    "fan_efficiency": -1,
    "fan_exponent": -1,
    "operation": 1,
    "other": 1,
}
"""Direction in which a component costs energy; those not named are a matter of use or of water, and independent."""

STAGE = "path."
"""What the names of the power path's stages begin with: ``path.mv-transformer`` is where in the range of its losses the
stage lies, -1 the least and 1 the most."""


@dataclass(frozen=True)
class Range:
    """A component: value, and the ends between which it lies, in SI units."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Sample:
    """Components of facilities of one architecture, by the names of its fields, arrays (d,): the central ones first."""

    values: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))


@dataclass(frozen=True)
class Driver:
    """A component and its share in the variance of a figure."""

    name: str
    share: float


@dataclass(frozen=True)
class Bands:
    """Bands of a year's figures, and what makes the PUE uncertain, the largest first."""

    pue: Band
    wue: Band
    """[m3/J]"""
    peak_pue: Band
    drivers: tuple[Driver, ...]


def ranges(architecture: FacilityArchitecture, fixed: Collection[str] = ()) -> dict[str, Range]:
    """Give the components of an architecture with their ranges, stages of the power path among them.

    Parameters
    ----------
    architecture
        Entry of the catalogue.
    fixed
        Fields that a programme decides: they keep their value.
    """
    found: dict[str, Range] = {}
    for name in type(architecture).model_fields:
        value = getattr(architecture, name)
        if isinstance(value, Quantity):
            low, high = (float(value), float(value)) if name in fixed else ends(value)
            found[name] = Range(float(value), low, high)
    if "path" not in fixed:
        found |= {STAGE + stage.converter: Range(0.0, -1.0, 1.0) for stage in architecture.path}
    return found


def triangular(share: ArrayLike, of: Range) -> Floats:
    """Give the quantiles of the triangular density over a range that peaks at its value.

    Parameters
    ----------
    share
        Cumulated probability, 0 to 1.
    of
        The range.

    Examples
    --------
    >>> triangular([0.0, 0.5, 1.0], Range(1.0, 0.0, 2.0)).tolist()
    [0.0, 1.0, 2.0]
    """
    share = np.asarray(share, dtype=np.float64)
    width = of.high - of.low
    if width <= 0.0:
        return np.full(share.shape, of.value)
    rising = np.sqrt(np.maximum(share * width * (of.value - of.low), 0.0))
    falling = np.sqrt(np.maximum((1.0 - share) * width * (of.high - of.value), 0.0))
    peak = (of.value - of.low) / width
    return np.asarray(np.where(share < peak, of.low + rising, of.high - falling), dtype=np.float64)


def sample(components: Mapping[str, Range], samples: int = SAMPLES, seed: int = SEED, salt: int = 0) -> Sample:
    """Draw facilities from the ranges of their components, the central one first.

    Parameters
    ----------
    components
        By name.
    samples
        How many to draw, 0 or more.
    seed, salt
        Of the random numbers; the salt tells the parts of one facility apart, whose common factor is the same.

    Raises
    ------
    UsageError
        If the number of samples is negative.
    """
    if samples < 0:
        raise UsageError(f"{samples} samples cannot be drawn", hint="give 0 or more")
    common = _normal(_strata(np.random.default_rng([seed]), samples))
    random = np.random.default_rng([seed, salt])
    values: dict[str, Floats] = {}
    for name, component in components.items():
        own = _normal(_strata(random, samples))
        worse = 1 if name.startswith(STAGE) else _WORSE.get(name, 0)
        mixed = own if worse == 0 else worse * (QUALITY**0.5 * common + (1.0 - QUALITY) ** 0.5 * own)
        values[name] = np.concatenate([[component.value], triangular(_cumulated(mixed), component)])
    return Sample(values)


def _strata(random: np.random.Generator, samples: int) -> Floats:
    """Give one number from each of equal strata of 0 to 1, shuffled."""
    return (random.permutation(samples) + random.random(samples)) / max(samples, 1)


@cache
def _table() -> tuple[Floats, Floats]:
    """Give the standard normal distribution as a table, by its error function."""
    from math import erf

    at = np.linspace(-6.0, 6.0, 2048)
    return at, np.array([0.5 * (1.0 + erf(x / 2.0**0.5)) for x in at])


def _normal(share: Floats) -> Floats:
    at, cumulated = _table()
    return np.interp(share, cumulated, at)


def _cumulated(value: Floats) -> Floats:
    at, cumulated = _table()
    return np.interp(value, at, cumulated)


def path_loss(architecture: FacilityArchitecture, catalogue: Catalogue, drawn: Sample, loads: Floats) -> Floats:
    """Give the losses of sampled power paths over the power into the racks by design (d, m).

    Parameters
    ----------
    architecture, catalogue
        The path and its converters.
    drawn
        Where in the range of its losses each stage lies.
    loads
        Power into the racks over design (m,), rising from 0.
    """
    curve = path_losses([(catalogue.converter(s.converter), float(s.load)) for s in architecture.path], loads=loads)
    return curve_loss(curve, drawn)


def curve_loss(curve: ChainCurve, drawn: Sample) -> Floats:
    """Give the sampled losses of a power path's curve (d, m), over the power into the racks by design."""
    total = np.zeros((len(drawn), len(curve.load)))
    for stage in curve.stages:
        total += _stage_loss(stage, drawn.values.get(STAGE + stage.converter, np.zeros(len(drawn))))
    return total


def _stage_loss(stage: StageCurve, at: Floats) -> Floats:
    """Give the loss of a stage (d, m) from where in its range it lies (d,)."""
    above, below = np.maximum(at, 0.0)[:, None], np.maximum(-at, 0.0)[:, None]
    return np.asarray(stage.loss + above * (stage.high - stage.loss) - below * (stage.loss - stage.low))


def band(values: Floats) -> Band:
    """Give the band of a figure over samples whose first is the central one (d,): its 10th and 90th percentile.

    Source: a choice of this project, see :class:`~gigaloop.design.records.Band`.
    """
    if len(values) < 2:
        return Band(float(values[0]), float(values[0]), float(values[0]))
    low, high = np.quantile(values[1:], [0.1, 0.9])
    return Band(float(values[0]), float(low), float(high))


def drivers(drawn: Mapping[str, Floats], figure: Floats) -> tuple[Driver, ...]:
    """Say which components make a figure uncertain, the largest first.

    The share of a component is its squared standardised regression coefficient over the sum of all: what its own range
    brings, the others held, so that a component does not rank for those that merely move with it.

    Parameters
    ----------
    drawn
        Components by name (d,), the central ones first.
    figure
        (d,)
    """
    names = [name for name, values in drawn.items() if len(values) > 1 and np.ptp(values[1:]) > 0.0]
    if not names or np.ptp(figure[1:]) <= 0.0:
        return ()
    columns = np.stack([drawn[name][1:] for name in names], axis=1)
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    slopes = np.linalg.lstsq(columns, figure[1:] - figure[1:].mean(), rcond=None)[0] ** 2
    order = np.argsort(-slopes, kind="stable")
    return tuple(Driver(names[i], float(slopes[i] / slopes.sum())) for i in order)


Figures = Callable[[Sample], tuple[Floats, Floats, Floats]]
"""What gives PUE, WUE [m3/J] and PUE at the design day of sampled facilities, each (d,)."""


def bands(components: Mapping[str, Range], figures: Figures, *, samples: int = SAMPLES, seed: int = SEED) -> Bands:
    """Give the bands of a facility's figures from the ranges of its components.

    Parameters
    ----------
    components
        Of :func:`ranges`.
    figures
        What computes the figures of samples, all at once.
    samples, seed
        How many, and of which random numbers.
    """
    drawn = sample(components, samples, seed)
    pue, wue, peak = figures(drawn)
    return Bands(band(pue), band(wue), band(peak), drivers(drawn.values, pue))
