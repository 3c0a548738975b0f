"""Power architectures compared: what each takes at medium voltage for the same power at the chips, stage by stage."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.design.power.losses import ENDS, ChainCurve, path_losses, stage_losses

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Converter
    from gigaloop.catalogue.kinds.power import End

UTILISATION = 0.8
"""Mean over design power at which architectures are compared, Source: assumption; GB200 NVL72 racks are reported at 115
to 120 kW of 132 kW, in halls that are not all full."""


class Converters(Protocol):
    """Where converters come from, such as a catalogue."""

    def converter(self, id_: str) -> Converter:
        """Give a converter by its id."""


@dataclass(frozen=True)
class Stage:
    """A stage of an architecture: its converter, and the load of its units at design power, redundancy counted."""

    converter: str
    load: float


@dataclass(frozen=True)
class Architecture:
    """A way from medium voltage to the chip."""

    id: str
    name: str
    stages: tuple[Stage, ...]


# Loads at design power, redundancy counted. Facility: four units make three (Source: distributed redundancy as of
# https://www.datacenterdynamics.com, 75 %). Shelves in the rack: 4 + 4 of 33 kW for 132 kW (NVIDIA, see the catalogue's
# power-shelf-33kw). Power racks: 600 kW of 7 x 110 kW, one of them spare (as the programme of Kyber racks assumes).
_FACILITY = 0.75
_SHELF = 0.5
_POWER_RACK = 600.0 / 770.0
_TRAY = 0.75
_VRM = 0.5
_AC = (Stage("mv-switchgear", _FACILITY), Stage("mv-transformer", _FACILITY))

ARCHITECTURES = (
    Architecture(
        "415vac",
        "415 VAC, double-conversion UPS, shelves of 54 VDC in the rack",
        (
            *_AC,
            Stage("ups-double-conversion", _FACILITY),
            Stage("busway-415v", _FACILITY),
            Stage("power-shelf-33kw", _SHELF),
            Stage("rack-busbar-54v", 1.0),
            Stage("dcdc-54v-12v", _TRAY),
            Stage("vrm-12v", _VRM),
        ),
    ),
    Architecture(
        "415vac-bbu",
        "415 VAC without UPS, shelves and batteries of 54 VDC in the rack",
        (
            *_AC,
            Stage("busway-415v", _FACILITY),
            Stage("power-shelf-33kw", _SHELF),
            Stage("bbu-shelf-54v", _TRAY),
            Stage("rack-busbar-54v", 1.0),
            Stage("dcdc-54v-12v", _TRAY),
            Stage("vrm-12v", _VRM),
        ),
    ),
    Architecture(
        "400vdc",
        "+/-400 VDC sidecar with batteries, 50 VDC on the tray",
        (
            *_AC,
            Stage("busway-415v", _FACILITY),
            Stage("diablo-sidecar", _POWER_RACK),
            Stage("bbu-800v", _TRAY),
            Stage("dcdc-800v-54v", _TRAY),
            Stage("dcdc-54v-12v", _TRAY),
            Stage("vrm-12v", _VRM),
        ),
    ),
    Architecture(
        "400vdc-12v",
        "+/-400 VDC sidecar with batteries, 12 VDC on the tray in one step",
        (
            *_AC,
            Stage("busway-415v", _FACILITY),
            Stage("diablo-sidecar", _POWER_RACK),
            Stage("bbu-800v", _TRAY),
            Stage("dcdc-800v-12v", _TRAY),
            Stage("vrm-12v", _VRM),
        ),
    ),
    Architecture(
        "800vdc-rectifier",
        "800 VDC rectifier sidecar with batteries, 12 VDC on the tray in one step",
        (
            *_AC,
            Stage("busway-415v", _FACILITY),
            Stage("rectifier-800v-sidecar", _POWER_RACK),
            Stage("bbu-800v", _TRAY),
            Stage("dcdc-800v-12v", _TRAY),
            Stage("vrm-12v", _VRM),
        ),
    ),
    Architecture(
        "800vdc-sst",
        "800 VDC from solid-state transformers, 12 VDC on the tray in one step",
        (
            Stage("mv-switchgear", _FACILITY),
            Stage("sst-34kv-800v", _FACILITY),
            Stage("bbu-800v", _TRAY),
            Stage("busway-800v", _FACILITY),
            Stage("dcdc-800v-12v", _TRAY),
            Stage("vrm-12v", _VRM),
        ),
    ),
)
"""The architectures that are compared; the first is the one that the others are compared with."""


def against(reference: str, architectures: Sequence[Architecture] = ARCHITECTURES) -> tuple[Architecture, ...]:
    """Give the architectures with another one first, so that all are compared with that.

    Published gains name no reference. A double-conversion UPS is what colocation halls have; operators with batteries
    in the rack already have none, and for them much of a gain over it is no gain.

    Parameters
    ----------
    reference
        Its id.
    architectures
        To compare.

    Raises
    ------
    UsageError
        If there is none of this id.
    """
    found = [each for each in architectures if each.id == reference]
    if not found:
        known = ", ".join(each.id for each in architectures)
        raise UsageError(f"there is no architecture '{reference}'", hint=f"take one of {known}")
    return (*found, *(each for each in architectures if each.id != reference))


@dataclass(frozen=True)
class Gain:
    """Power saved at medium voltage over that of the reference, for the same power at the chips."""

    architecture: Architecture
    efficiency: float
    """Medium voltage to chip."""
    to_rack: float
    """Medium voltage to the in-rack bus, shelves and sidecars counted; stages on trays left out."""
    gain: float
    """Power saved over the power of the reference."""
    low: float
    """With each stage that differs at the end of its range against the gain, the ranges added in quadrature."""
    high: float
    shares: Mapping[str, float]
    """Part of the gain by the role of stages: what the reference loses there less what the architecture does, over the
    power of the reference. They add up to the gain."""
    curve: ChainCurve


def compare_architectures(
    converters: Converters,
    architectures: Sequence[Architecture] = ARCHITECTURES,
    utilisation: float = UTILISATION,
) -> tuple[Gain, ...]:
    """Compare architectures by the power that they take at medium voltage for the same power at the chips.

    Every stage runs at the load that redundancy gives it at design power, times the utilisation, as
    :func:`~gigaloop.design.power.losses.path_losses` walks it. Cooling takes a share of all heat, and so falls with the
    losses: the gain of the facility's power is the same share.

    The range takes the efficiencies of the converters as independent of each other, each at the ends of its own range;
    a converter that both architectures have moves both, and so hardly the gain.

    Parameters
    ----------
    converters
        The catalogue.
    architectures
        The first is the reference.
    utilisation
        Mean over design power.

    Raises
    ------
    UsageError
        If there is nothing to compare, or the utilisation is not above 0 and at most 1.
    """
    if not architectures or not 0.0 < utilisation <= 1.0:
        raise UsageError(
            "architectures are compared at a utilisation above 0 and up to 1",
            hint="give architectures, the reference first, and a utilisation such as 0.8",
        )
    reference = architectures[0]
    base = _curve(converters, reference, utilisation)
    return tuple(_gain(converters, reference, base, other, utilisation) for other in architectures)


def _path(converters: Converters, architecture: Architecture) -> list[tuple[Converter, float]]:
    return [(converters.converter(stage.converter), stage.load) for stage in architecture.stages]


def _curve(converters: Converters, architecture: Architecture, utilisation: float) -> ChainCurve:
    return path_losses(_path(converters, architecture), loads=[utilisation])


def _gain(
    converters: Converters, reference: Architecture, base: ChainCurve, other: Architecture, utilisation: float
) -> Gain:
    curve = _curve(converters, other, utilisation)
    base_power, power = utilisation + float(base.loss[0]), utilisation + float(curve.loss[0])
    gain = 1.0 - power / base_power
    low, high = _range(converters, reference, other, utilisation, gain)
    shares: dict[str, float] = {}
    for sign, taken in ((1.0, base), (-1.0, curve)):
        for stage in taken.stages:
            role = converters.converter(stage.converter).role
            shares[role] = shares.get(role, 0.0) + sign * float(stage.loss[0]) / base_power
    tray = sum(float(s.loss[0]) for s in curve.stages if converters.converter(s.converter).role == "dc-dc")
    return Gain(
        architecture=other,
        efficiency=utilisation / power,
        to_rack=(utilisation + tray) / power,
        gain=gain,
        low=low,
        high=high,
        shares=shares,
        curve=curve,
    )


def _range(
    converters: Converters, reference: Architecture, other: Architecture, utilisation: float, gain: float
) -> tuple[float, float]:
    """Give the ends of the gain: each converter in turn at the ends of its range, in both architectures at once."""
    ids = {stage.converter for stage in (*reference.stages, *other.stages)}
    up = down = 0.0
    for id_ in sorted(ids):
        changes = [
            1.0
            - _power(converters, other, utilisation, id_, end) / _power(converters, reference, utilisation, id_, end)
            - gain
            for end in ENDS[1:]
        ]
        up += max(0.0, *changes) ** 2
        down += min(0.0, *changes) ** 2
    return gain - math.sqrt(down), gain + math.sqrt(up)


def _power(converters: Converters, architecture: Architecture, utilisation: float, id_: str, end: End) -> float:
    """Give the power at medium voltage over the design power at the chips, one converter at an end of its range."""
    path = _path(converters, architecture)
    ends: list[End] = [end if converter.id == id_ else "value" for converter, _ in path]
    lost = stage_losses(path, np.asarray(utilisation), ends)
    return utilisation + math.fsum(float(loss) for loss in lost)
