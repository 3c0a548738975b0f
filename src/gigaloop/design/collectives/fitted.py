"""The constants of collectives as fitted on published measurements, and how far such a model is off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gigaloop.design.collectives import priors
from gigaloop.design.collectives.priors import Constants, FloatArray

SIZES = (2.0**20, 2.0**28)
"""Messages [B] that part small, middle and large: 1 MiB and 256 MiB, the classes that figures are stated for.
Source: a choice of this project."""

FEW_DOMAINS = 8.0
"""Domains up to which measurements of several systems exist."""


@dataclass(frozen=True)
class Pool:
    """Constants and spreads from systems other than the one asked about.

    Parameters
    ----------
    constants
        Of the model.
    spread
        Standard deviation of the logarithm of time for small, middle and large messages, within a domain, on 2 to 8
        domains and beyond (3, 3).
    collectives
        Those of which there are measurements enough; the spread of others is wider by ``UNMEASURED``.
    basis
        What was fitted, with source.
    """

    constants: Constants
    spread: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    collectives: tuple[str, ...]
    basis: tuple[str, ...]

    def spread_of(self, collective: str, size: FloatArray, group: FloatArray, domain: FloatArray) -> FloatArray:
        """Give the spread at messages [B] and groups (...); it widens by tenths with each doubling of domains."""
        domains = np.ceil(group / domain)
        place = (domains > 1.0).astype(np.int8) + (domains > FEW_DOMAINS)
        kind = np.searchsorted(SIZES, size, side="right")
        beyond = np.log2(np.maximum(domains / FEW_DOMAINS, 1.0))
        other = 0.0 if collective in self.collectives else priors.UNMEASURED
        return np.asarray(np.asarray(self.spread)[place, kind] + priors.WIDENING * beyond + other)


SOURCES = (
    "https://github.com/Azure/AI-benchmarking-guide",
    "https://github.com/stas00/ml-engineering",
    "https://github.com/coreweave/nccl-tests",
)
"""Of the measurements that the constants are fitted on."""

# Source: least squares on https://github.com/Azure/AI-benchmarking-guide @8fd0c6e,
# https://github.com/stas00/ml-engineering @744d01e and https://github.com/coreweave/nccl-tests of 2026-05-27:
# 145 measurements of 8 machines, as `gigaloop validate collectives` fits them.
POOLED = Pool(
    constants=Constants(
        launch=1.5325e-05,
        inside=1.3237,
        across=3.3899,
        ring=0.79234,
        switch=0.79054,
        switch_growth=1.0416,
        switch_fill=3.5243,
        network_ring=0.93615,
        network_tree=0.7847,
        ports=8.7019,
    ),
    spread=((0.257, 0.232, 0.121), (1.045, 1.045, 0.121), (1.045, 1.045, 0.278)),
    collectives=("all_reduce",),
    basis=(
        f"constants fitted on 145 measurements of 8 machines: {'; '.join(SOURCES)}",
        f"latencies and shares of protocols: {priors.TUNER}",
    ),
)
"""Of all published machines together: what stands in where a machine has no measurements of its own."""
