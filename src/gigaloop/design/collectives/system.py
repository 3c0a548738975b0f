"""The machine under a collective: domains, rates and what its switches can do, from a fabric or as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gigaloop.core.errors import UsageError
from gigaloop.design.collectives.priors import FloatArray, switch_efficiency
from gigaloop.design.records import Fabric

Number = float | FloatArray
Flag = bool | NDArray[np.bool_]


@dataclass(frozen=True)
class Columns:
    """The links of a machine as arrays with a last axis for regimes, (..., 1)."""

    domain: FloatArray
    scale_up: FloatArray
    port: FloatArray
    """Scale-out bandwidth; not a number where there is none."""
    switch_share: FloatArray
    """Of the link that a reduction in the switches reaches by the library's own tuner."""
    mesh: NDArray[np.bool_] | None
    """None where no accelerators are joined one to one."""
    no_switch: NDArray[np.bool_]
    no_network: NDArray[np.bool_]


@dataclass(frozen=True)
class System:
    """A machine as a collective sees it; fields are scalars, or arrays (m,) for a column of machines.

    Parameters
    ----------
    name
        For messages and evidence.
    domain
        Accelerators that share one scale-up fabric.
    scale_up
        Bandwidth of an accelerator inside its domain, per direction [B/s].
    scale_out
        Bandwidth of an accelerator toward the network, all rails and planes, per direction [B/s]; 0 where the machine
        is one domain.
    in_switch_reduction
        Whether the switches of the domain add up what they forward (NVLink SHARP and its like).
    in_network_reduction
        Whether the switches of the scale-out network do (SHARP and its like).
    mesh
        Whether accelerators of a domain are joined one to one: a group of n then uses n - 1 of its domain - 1 links.
    """

    name: str
    domain: Number
    scale_up: Number
    scale_out: Number = 0.0
    in_switch_reduction: Flag = False
    in_network_reduction: Flag = False
    mesh: Flag = False

    def __post_init__(self) -> None:
        if np.any(np.asarray(self.domain) < 1):
            raise UsageError(f"{self.name}: a domain of {self.domain} accelerators cannot be", hint="1 or more")
        if np.any(np.asarray(self.scale_up) <= 0.0):
            raise UsageError(f"{self.name}: scale-up bandwidth has to be above zero", hint="e.g. 900 GB/s a direction")
        if np.any(np.asarray(self.scale_out) < 0.0):
            raise UsageError(f"{self.name}: scale-out bandwidth cannot be negative", hint="0 where there is none")

    @cached_property
    def columns(self) -> Columns:
        """The links as arrays."""
        port = np.asarray(self.scale_out, dtype=np.float64)
        mesh = np.asarray(self.mesh)[..., None]
        return Columns(
            domain=np.asarray(self.domain, dtype=np.float64)[..., None],
            scale_up=np.asarray(self.scale_up, dtype=np.float64)[..., None],
            port=np.where(port > 0.0, port, np.nan)[..., None],
            switch_share=switch_efficiency(np.asarray(self.scale_up, dtype=np.float64))[..., None],
            mesh=mesh if mesh.any() else None,
            no_switch=~np.asarray(self.in_switch_reduction)[..., None],
            no_network=~np.asarray(self.in_network_reduction)[..., None],
        )

    def links(self) -> str:
        """Say what joins the accelerators, in the terms of a data sheet."""
        inside = "joined one to one" if self.mesh else "switched"
        reduces = ", reduction in the switches" if self.in_switch_reduction else ""
        text = f"{self.domain:g} accelerators a domain at {np.asarray(self.scale_up) / 1e9:g} GB/s, {inside}{reduces}"
        if np.any(np.asarray(self.scale_out) > 0.0):
            text += f"; {np.asarray(self.scale_out) / 1e9:g} GB/s each toward the network"
        return text


def stacked(systems: tuple[System, ...]) -> System:
    """Give a column of machines (m,) as one record, for equations over rows of several machines."""
    columns = {
        each.name: np.array([getattr(system, each.name) for system in systems])
        for each in fields(System)
        if each.name != "name"
    }
    return System(name=f"{len(systems)} rows", **columns)


def system_of(fabric: Fabric) -> System:
    """Take the machine of a fabric: its scale-up domain, and rails by planes by rate of a node over its accelerators.

    Examples
    --------
    A node of four accelerators with four rails of 400 Gbit/s gives each of them 50 GB/s.
    """
    plane = fabric.scale_out.plane
    per_node = plane.rails * fabric.scale_out.planes * plane.rate / 8.0
    return System(
        name=fabric.generation,
        domain=float(fabric.scale_up.accelerators),
        scale_up=fabric.scale_up.bandwidth,
        scale_out=per_node / fabric.accelerators_per_node,
        in_switch_reduction=fabric.scale_up.in_switch_reduction,
        in_network_reduction=fabric.in_network_reduction,
    )
