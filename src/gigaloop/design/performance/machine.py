"""The machine under a workload, as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from gigaloop.catalogue.kinds.compute import Architecture
from gigaloop.core.errors import UsageError

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Accelerator

Number = float | NDArray[np.float64]
Flag = bool | NDArray[np.bool_]

PRECISIONS = ("bf16", "fp8", "mxfp8", "fp4")
"""Of matrix products: 16 bits (BF16, FP16), FP8 scaled by tensor, FP8 scaled by block (MX), FP4 (NVFP4, MXFP4)."""

ARCHITECTURES: tuple[str, ...] = get_args(Architecture)
"""Families of accelerators that share efficiencies; a new one starts from the newest like it, with a wider band."""

USUAL_FUNCTIONS = 16.0
"""Exponentials that a multiprocessor evaluates in a clock where an accelerator's entry does not say.
Source: https://docs.nvidia.com/cuda/cuda-c-programming-guide, throughput of special functions, 7.x to 10.0."""


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
    special_functions: Number = USUAL_FUNCTIONS
    """Exponentials that a multiprocessor evaluates in a clock."""
    in_switch_reduction: Flag = False
    in_network_reduction: Flag = False
    mesh: Flag = False
    """Whether accelerators of a domain are joined one to one."""


IN_SWITCH = ("hopper", "blackwell", "rubin")
"""Architectures whose domains add up in their switches. Source: NVLink SHARP from the third generation of NVSwitch on,
https://developer.nvidia.com/blog/upgrading-multi-gpu-interconnectivity-with-the-third-generation-nvidia-nvswitch/."""

JOINED = ("cdna3", "cdna4")
"""Architectures whose eight accelerators are joined one to one.
Source: https://instinct.docs.amd.com, MI300X platform: seven links each."""


def machine_of(
    accelerator: Accelerator,
    *,
    domain: float | None = None,
    scale_up: float | None = None,
    scale_out: float | None = None,
    power_cap: float | None = None,
) -> Machine:
    """Give the machine that accelerators of the catalogue make.

    Parameters
    ----------
    accelerator
        Its entry.
    domain
        Accelerators that share a scale-up fabric; as in the entry where not given.
    scale_up, scale_out
        Bandwidths per direction [B/s]; as in the entry where not given, and 0 where it states none.
    power_cap
        Power that an accelerator is held to [W]; its thermal design power where not given.

    Raises
    ------
    UsageError
        Where the entry lacks what nothing can stand in for: architecture, memory bandwidth, every dense peak.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> machine_of(load_catalogue().accelerator("h100")).domain
    8.0
    """
    kind = accelerator.architecture
    lacks = {
        "architecture": kind,
        "hbm_bandwidth": accelerator.hbm_bandwidth,
        "bf16_dense or fp8_dense": accelerator.bf16_dense or accelerator.fp8_dense,
    }
    for what, value in lacks.items():
        if value is None:
            said = f"nothing that runs on accelerator '{accelerator.id}' can be computed: it states no {what}"
            raise UsageError(said, hint=f"state {what} with its source in a catalogue of your own")
    fp8 = _number(accelerator.fp8_dense)
    bf16 = _number(accelerator.bf16_dense)
    tdp = _number(accelerator.tdp)
    given = accelerator.network_rate
    return Machine(
        name=accelerator.name,
        architecture=str(kind),
        bf16=fp8 / 2.0 if np.isnan(bf16) else bf16,
        fp8=fp8,
        fp4=_number(accelerator.fp4_dense),
        hbm=float(accelerator.hbm),
        hbm_bandwidth=_number(accelerator.hbm_bandwidth),
        domain=float(domain or accelerator.scale_up_domain or 1),
        scale_up=float(scale_up if scale_up is not None else accelerator.scale_up_bandwidth or 0.0),
        scale_out=float(scale_out if scale_out is not None else (float(given) / 8.0 if given else 0.0)),
        power=power_cap if power_cap is not None else tdp,
        tdp=tdp,
        special_functions=float(accelerator.special_functions or USUAL_FUNCTIONS),
        in_switch_reduction=kind in IN_SWITCH,
        mesh=kind in JOINED,
    )


def stacked_machines(machines: Sequence[Machine]) -> Machine:
    """Give a column of machines (n,) as one record, for equations over rows of several machines."""
    columns = {
        each.name: np.array([getattr(machine, each.name) for machine in machines])
        for each in fields(Machine)
        if each.name not in ("name", "architecture")
    }
    kinds = np.array([ARCHITECTURES.index(str(machine.architecture)) for machine in machines], dtype=np.int64)
    return Machine(name=f"{len(machines)} machines", architecture=kinds, **columns)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
