"""The fitted constants, spreads and software stacks as the catalogue has them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gigaloop.catalogue import Catalogue
from gigaloop.catalogue.kinds import PerformanceConstant, ServingStack, SoftwareStack
from gigaloop.design.calibration.effects import EFFECTS
from gigaloop.design.calibration.fit import EIGHT_IN_TEN, NOISE, Spreads
from gigaloop.design.performance import Constants

NOISE_NAME, BAND_NAME = "noise", "band"
"""Entries of the noise, and of the factor on the width of bands."""

UNSEEN = "unseen"
"""Family of a stack that nobody measured."""


@dataclass(frozen=True)
class StackTerm:
    """How much longer steps take under a stack than by the equations."""

    said: str
    """The stack, for people."""
    factor: float
    low: float
    high: float
    """Ends of the range that holds eight of ten measurements."""

    @property
    def spread(self) -> float:
        """Standard deviation of the log of a step."""
        return math.log(self.high / self.low) / (2.0 * EIGHT_IN_TEN)


def constants_of(catalogue: Catalogue, without: str = "") -> Constants:
    """Give the constants of the equations as fitted on all rows, or without some: ``fold 0``, or a family.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> 0.5 < constants_of(load_catalogue()).bandwidth < 1.0
    True
    """
    start = Constants()
    known = start.flat()
    entries = [each for each in _entries(catalogue) if each.use == "equations" and each.constant in known]
    return start.with_values({each.constant: _value(each, without) for each in entries})


def spreads_of(catalogue: Catalogue, without: str = "") -> Spreads:
    """Give the spreads of effects and noise as fitted on all rows, or without some."""
    found = {each.constant: _value(each, without) for each in _entries(catalogue) if each.use == "effects"}
    effects = np.array([found.get(effect.name, effect.prior) for effect in EFFECTS])
    return Spreads(effects, found.get(NOISE_NAME, NOISE), found.get(BAND_NAME, 1.0))


def stack_of_catalogue(
    catalogue: Catalogue, architecture: str, precision: str, kind: str, family: str = ""
) -> StackTerm:
    """Give the term of a software stack: of the newest entry that fits, the most particular first.

    Where a family was measured on other accelerators alone, its factor of the same precision and kind stands in, with
    the spread of stacks that nobody measured.

    Parameters
    ----------
    catalogue
        Where entries of one's own precede: those of ``gigaloop design calibrate``.
    architecture, precision
        Of the accelerators, and of matrix products.
    kind
        ``dense``, ``mixture`` or ``adapters``.
    family
        A family; where empty, that of one's own measurements, else a stack that nobody measured.
    """
    entries = [each for each in catalogue.of_kind(SoftwareStack.kind) if isinstance(each, SoftwareStack)]
    wanted = family or next((each.family for each in entries if each.family.startswith("own")), UNSEEN)
    fitting = [
        each
        for each in entries
        if each.family == wanted
        and each.architecture in ("", architecture)
        and each.precision in ("", precision)
        and each.model in ("", kind)
    ]
    if fitting:
        best = max(
            fitting, key=lambda each: (sum(map(bool, (each.architecture, each.precision, each.model))), each.release)
        )
        low, high = best.factor.bounds
        return StackTerm(best.name, float(best.factor), low, high)
    unseen = next(each for each in entries if each.family == UNSEEN)
    near = [each for each in entries if each.family == wanted and (each.precision, each.model) == (precision, kind)]
    return taken_over(max(near, key=lambda each: each.release, default=unseen), unseen, architecture)


def taken_over(
    entry: SoftwareStack | ServingStack, unseen: SoftwareStack | ServingStack, architecture: str
) -> StackTerm:
    """Give the factor of a stack on accelerators on which nobody measured it, with the spread of unseen stacks."""
    low, high = (bound / float(unseen.factor) for bound in unseen.factor.bounds)
    factor = float(entry.factor)
    said = unseen.name if entry is unseen else f"{entry.name}, taken over for {architecture}"
    return StackTerm(said, factor, factor * low, factor * high)


def _entries(catalogue: Catalogue) -> list[PerformanceConstant]:
    return [each for each in catalogue.of_kind(PerformanceConstant.kind) if isinstance(each, PerformanceConstant)]


def _value(entry: PerformanceConstant, without: str) -> float:
    return entry.held_out.get(without, float(entry.value)) if without else float(entry.value)
