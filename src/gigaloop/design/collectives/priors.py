"""What is known of collective libraries before anything is measured, each number with its source.

Latencies and shares are those with which NCCL's own tuner picks an algorithm. The constants that no specification
states (``Constants``) have a prior and a spread here, and are fitted on published measurements of other systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Protocol = Literal["LL", "LL128", "Simple"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)

TUNER = "NVIDIA NCCL, https://github.com/NVIDIA/nccl src/graph/tuning.cc @5067397c, Apache-2.0"
"""The vendor's own model of its library, from which latencies, shares and caps are taken as facts."""

# Source: NCCL tuner, base latencies of ring and tree by protocol [s].
BASE: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"ring": (6.6e-6, 14.0e-6, 8.4e-6), "tree": (6.8e-6, 14.0e-6, 8.4e-6)}
)

# Source: NCCL tuner, latency of a step over NVLink by protocol [s].
INSIDE: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"ring": (0.6e-6, 1.9e-6, 3.4e-6), "tree": (0.6e-6, 1.25e-6, 4.0e-6)}
)

# Source: NCCL tuner, latency of a step over the network by protocol [s].
ACROSS: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {"ring": (2.7e-6, 4.0e-6, 14.0e-6), "tree": (5.0e-6, 8.5e-6, 14.0e-6)}
)

SWITCH_LATENCY = 25e-6
"""Of a reduction in the switches of a domain [s]. Source: NCCL tuner, NVLS over NVLink."""

FILLED = 2.0**25
"""Message, 32 MiB, at which half of the pipeline of a reduction in the switches is filled [B]. Source: an estimate."""

SWITCH_TREE_LATENCY = 20.9e-6
"""Of a level of the tree between domains that reduce in their switches [s]. Source: NCCL tuner, NVLSTree, network."""

NETWORK_REDUCTION_LATENCY = 18e-6
"""Of a reduction in the network behind one in the switches [s]. Source: NCCL tuner, NVLS over the network."""

POST_OVERHEAD = 1e-6
"""Of posting a message to the network [s], one for each peer. Source: NCCL tuner, 1 to 2 us by processor."""

SWITCH_EFFICIENCY = ((0.85, 450e9), (0.74, 900e9))
"""Share of the link that a reduction in the switches reaches, and the scale-up bandwidth [B/s] of the generation that
it holds for. Source: NCCL tuner, nvlsEfficiency of Hopper and Blackwell."""

LL_SHARES = (141.0 / 450.0, 45.0 / 450.0, 35.0 / 450.0)
"""Share of the link that LL reaches on one, two, and more domains. Source: NCCL tuner, llMaxBws of Hopper; those of
Blackwell are twice as high, as are its links."""

LL128_SHARE = 0.92
"""Of the link that LL128 reaches. Source: NCCL tuner; 120 of 128 bytes are payload."""

PAYLOAD = (0.5, 0.92, 1.0)
"""Share of what is sent that is payload, by protocol. Source: NCCL tuner; LL sends a flag with every four bytes."""

TREE_SHARES = (1.0 / 3.8, 0.92 * 7.0 / 9.0, 0.92 * 0.85)
"""Of the link that a tree reaches by protocol. Source: NCCL tuner, factors of Tree on Hopper."""


@dataclass(frozen=True)
class Constants:
    """The free constants of the model; every one is positive.

    Parameters
    ----------
    launch
        Overhead of a call [s].
    inside, across
        Latency of steps within a domain and between domains, over those of the tuner.
    ring
        Share of the scale-up link that rings reach.
    switch
        Share that a reduction in the switches reaches, over the tuner's for the generation.
    switch_growth
        Loss of that share with the group: it falls with the power ``switch_growth - 1`` of (group / 8).
    switch_fill
        Latency of a reduction in the switches, over the tuner's.
    network_ring, network_tree
        Share of the network ports that rings and trees reach.
    ports
        Network ports of a domain that rings and trees use at once.
    """

    launch: float
    inside: float
    across: float
    ring: float
    switch: float
    switch_growth: float
    switch_fill: float
    network_ring: float
    network_tree: float
    ports: float

    def logs(self) -> FloatArray:
        """Give the natural logarithms (p,), on which constants are fitted."""
        return np.asarray(np.log(np.array(astuple(self), dtype=np.float64)), dtype=np.float64)

    @staticmethod
    def from_logs(logs: FloatArray) -> Constants:
        """Give the constants of their logarithms (p,)."""
        return Constants(*(float(value) for value in np.exp(logs)))


BAND = 1.2816
"""Standard deviations from the middle to the ends of a band, P10 and P90. Source: quantile of the normal
distribution."""

WIDENING = 0.1
"""By which the spread grows with every doubling of group or size beyond what was measured. Source: an estimate."""

UNMEASURED = 0.15
"""By which the spread is wider for a collective that was not measured on several systems. Source: an estimate."""

PRIOR = Constants(
    launch=12e-6,  # Source: estimate from small messages on H100 and H200, Azure/AI-benchmarking-guide @8fd0c6e
    inside=1.0,
    across=1.0,
    ring=0.82,  # Source: https://github.com/stas00/ml-engineering network/README.md @744d01e, 365 of 450 GB/s
    switch=0.8,  # Source: the same, NVLS on 5 to 8 H200 against the tuner's 0.85
    switch_growth=1.0,
    switch_fill=2.0,
    network_ring=0.93,  # Source: the same, 364.9 and 381.8 GB/s of eight ports of 50 GB/s
    network_tree=0.8,  # Source: the same, 310 GB/s of a forced NVLSTree on four nodes
    ports=8.0,
)
"""Before anything is fitted; estimates. Low and high are a factor of exp(+-SPREAD) away."""

# Source: estimates; a factor of two for latencies, tenths for shares: as far as public figures of one kind differ.
SPREAD = Constants(
    launch=0.5, inside=0.5, across=0.7, ring=0.08, switch=0.1, switch_growth=0.1, switch_fill=0.7,
    network_ring=0.05, network_tree=0.15, ports=0.3,
)  # fmt: skip
"""Standard deviations of the logarithms of the constants between systems, before anything is measured."""


def switch_efficiency(scale_up: float | FloatArray) -> FloatArray:
    """Give the tuner's share for a reduction in the switches by the scale-up bandwidth [B/s] of the generation.

    Source: NCCL tuner, nvlsEfficiency; between generations in the logarithm, constant beyond.

    >>> switch_efficiency(450e9).round(3), switch_efficiency(1800e9).round(3)
    (np.float64(0.85), np.float64(0.74))
    """
    shares, rates = zip(*SWITCH_EFFICIENCY, strict=True)
    return np.asarray(np.interp(np.log(scale_up), np.log(rates), shares))
