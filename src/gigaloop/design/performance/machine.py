"""The machine under a workload, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Number = float | NDArray[np.float64]
Flag = bool | NDArray[np.bool_]

PRECISIONS = ("bf16", "fp8", "mxfp8", "fp4")
"""Of matrix products: 16 bits (BF16, FP16), FP8 scaled by tensor, FP8 scaled by block (MX), FP4 (NVFP4, MXFP4)."""

ARCHITECTURES = ("ampere", "ada", "hopper", "blackwell", "rubin", "cdna3", "cdna4", "cdna5", "tpu")
"""Families of accelerators that share efficiencies; a new one starts from the newest like it, with a wider band."""


@dataclass(frozen=True)
class Machine:
    """Accelerators and their links; numbers are scalars, or arrays (n,) for a column of machines."""

    name: str
    architecture: str | NDArray[np.int64]
    """One of ``ARCHITECTURES``, or indices into it (n,)."""
    bf16: Number
    """Dense peak [FLOP/s]."""
    fp8: Number
    """Dense peak [FLOP/s]; not a number where the accelerator has none. MXFP8 runs at the same peak."""
    fp4: Number
    """Dense peak [FLOP/s]; not a number where the accelerator has none."""
    hbm: Number
    """[B]"""
    hbm_bandwidth: Number
    """[B/s]"""
    domain: Number
    """Accelerators that share a scale-up fabric."""
    scale_up: Number
    """Bandwidth of an accelerator inside its domain, per direction [B/s]."""
    scale_out: Number
    """Bandwidth of an accelerator toward the network, per direction [B/s]; 0 where there is none."""
    power: Number
    """Power that an accelerator is held to [W]."""
    tdp: Number
    """Thermal design power [W]."""
    in_switch_reduction: Flag = False
    in_network_reduction: Flag = False
    mesh: Flag = False
    """Whether accelerators of a domain are joined one to one."""
    host_link: Number = 0.0
    """Bandwidth of an accelerator toward its host, per direction [B/s]; 0 where it is not known."""
