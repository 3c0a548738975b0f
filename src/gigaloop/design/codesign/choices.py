"""The free choices of a generation: what they are called, what they are today, and the values to try."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from gigaloop.core.errors import QuantityError, UsageError
from gigaloop.core.quantity import format_quantity, parse
from gigaloop.core.suggest import find
from gigaloop.core.units import FREEZING, UNITS
from gigaloop.design.records.codesign import Axis
from gigaloop.design.trade import Redundancy

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Accelerator
    from gigaloop.programme.schema import Generation, Site

REDUNDANCIES: tuple[Redundancy, ...] = ("N", "N+1", "2N")
"""From the least to the most; a choice counts by its rank."""

MOST_VARIANTS = 200_000
"""Variants of a generation beyond which a search asks for fewer values. Source: a choice of this project."""


@dataclass(frozen=True)
class Base:
    """Where the values of a generation stand before anything is chosen."""

    generation: Generation
    accelerator: Accelerator
    site: Site


@dataclass(frozen=True)
class Free:
    """A choice that a generation leaves free."""

    name: str
    what: str
    own: Callable[[Base], float]
    """What the generation has, in base units; an index of ``REDUNDANCIES`` for redundancy."""
    factors: tuple[float, ...] = (0.5, 1.0, 2.0)
    """Values tried unless others are given, over the generation's own."""
    unit: str = ""
    """To show values in; empty for a count."""
    low: float = 0.0
    high: float = math.inf
    """Validity, both included, in base units."""
    why: str = ""
    """What the range is, where its ends do not say it."""
    whole: bool = False


def _scale_out(base: Base) -> float:
    out = base.generation.scale_out
    ports = float(out.rails) * float(out.planes) * float(out.nodes_per_rack)
    return ports * float(out.link_rate) / float(base.generation.accelerators_per_rack)


def _hbm_bandwidth(base: Base) -> float:
    found = base.accelerator.hbm_bandwidth
    if found is None:
        raise UsageError(
            f"no memory bandwidth is known for accelerator '{base.accelerator.id}'",
            hint="state hbm_bandwidth with its source in a catalogue of your own",
        )
    return float(found)


def _power_cap(base: Base) -> float:
    cap, tdp = base.generation.power.power_cap, base.accelerator.tdp
    if cap is not None:
        return float(cap)
    if tdp is None:
        raise UsageError(
            f"no thermal design power is known for accelerator '{base.accelerator.id}'",
            hint="state tdp with its source in a catalogue of your own, or power.power_cap of the generation",
        )
    return float(tdp)


def _redundancy(base: Base) -> float:
    stated = base.site.facility.power.redundancy
    return float(REDUNDANCIES.index(stated)) if stated in REDUNDANCIES else 1.0


FREE: tuple[Free, ...] = (
    Free(
        "domain",
        "accelerators of a scale-up domain",
        lambda base: float(base.generation.scale_up.domain),
        low=1.0,
        high=4096.0,
        why="a domain has 1 to 4,096 accelerators",
        whole=True,
    ),
    Free(
        "scale_up",
        "scale-up bandwidth of an accelerator",
        lambda base: float(base.generation.scale_up.bandwidth),
        unit="GB/s",
        low=10e9,
        high=100e12,
    ),
    Free("scale_out", "scale-out bandwidth of an accelerator", _scale_out, unit="Gb/s", low=10e9, high=100e12),
    Free("hbm", "memory of an accelerator", lambda base: float(base.accelerator.hbm), unit="GB", low=1e9, high=16e12),
    Free("hbm_bandwidth", "memory bandwidth", _hbm_bandwidth, unit="TB/s", low=0.1e12, high=500e12),
    Free("power_cap", "power of an accelerator", _power_cap, (0.8, 0.9, 1.0), unit="W", low=50.0, high=20e3),
    Free(
        "coolant",
        "coolant at the inlet of the rack",
        lambda base: float(base.generation.cooling.inlet_limit),
        unit="degC",
        low=FREEZING + 10.0,
        high=FREEZING + 65.0,
        why="coolant of 10 to 65 degC is what the equations cover",
    ),
    Free("redundancy", "redundancy of power and cooling", _redundancy, high=2.0),
    Free(
        "tiers",
        "tiers of the scale-out fabric",
        lambda base: 0.0 if base.generation.scale_out.tiers is None else float(base.generation.scale_out.tiers),
        (1.0,),
        low=0.0,
        high=3.0,
        why="a fabric has 1 to 3 tiers; 0 is as few as serve",
        whole=True,
    ),
    Free(
        "planes",
        "planes of the scale-out fabric",
        lambda _: 0.0,
        (1.0,),
        low=0.0,
        high=64.0,
        why="a fabric has 1 to 64 planes; 0 is as many as its bandwidth asks of the own link rate",
        whole=True,
    ),
    Free(
        "oversubscription",
        "oversubscription of the scale-out fabric",
        lambda base: float(base.generation.scale_out.oversubscription),
        (1.0, 2.0),
        low=1.0,
        high=64.0,
        why="a leaf has 1 to 64 times the rate downward that it has upward",
    ),
)
"""Every choice that can be left free.

Source: values that are tried and ranges are choices of this project; nothing that is built is near their ends.
"""

_COOLER = (-10.0, -5.0, 0.0)
"""Coolant temperatures tried, below the generation's inlet limit [K]. Source: a choice of this project."""


def free(name: str) -> Free:
    """Find a free choice by its name, or say which there are."""
    plain = name.strip().replace("-", "_").casefold()
    return find("choice", plain if plain else name, ((each.name, each) for each in FREE))


def axes_of(base: Base, given: Mapping[str, Sequence[str]]) -> tuple[Axis, ...]:
    """Give the values of every choice, those of the generation itself among them.

    Parameters
    ----------
    base
        The generation.
    given
        Values by choice as they are written: ``72``, ``800 Gb/s``, ``2x`` for twice the own value, or a range with its
        number of values as ``400 Gb/s to 1600 Gb/s in 3``. A choice that is not given stays as it is, but where none
        is given at all, every choice has its usual values: half, same and double, and their like.

    Raises
    ------
    UsageError
        If a choice is not known, or a value is not of its dimension or outside of its validity.
    """
    wanted = {free(name).name: values for name, values in given.items()}
    return tuple(_axis(base, each, wanted.get(each.name), every=not wanted) for each in FREE)


def _axis(base: Base, of: Free, given: Sequence[str] | None, *, every: bool) -> Axis:
    own = of.own(base)
    if of.name == "redundancy":
        found = [own, *(_redundant(text) for text in given or (REDUNDANCIES if every else ()))]
    elif given is not None:
        found = [own, *(value for text in given for value in _values(of, text, own))]
    elif every:
        found = [own + each for each in _COOLER] if of.name == "coolant" else [own * each for each in of.factors]
    else:
        found = [own]
    values = _distinct([round(each) if of.whole else each for each in found])
    stated = min(range(len(values)), key=lambda row: abs(values[row] - own))
    labels = tuple(_label(of, value) for value in values)
    return Axis(of.name, of.what, of.unit, values, labels, stated)


def _distinct(values: Sequence[float]) -> tuple[float, ...]:
    """Give values from small to large, those that are equal but for rounding once."""
    ordered = sorted(float(value) for value in values)
    return (ordered[0], *(after for before, after in pairwise(ordered) if after > before * (1.0 + 1e-9) + 1e-12))


def _redundant(text: str) -> float:
    return float(find("redundancy", text.strip().upper(), ((each, row) for row, each in enumerate(REDUNDANCIES))))


def _values(of: Free, text: str, own: float) -> list[float]:
    """Read one value, a factor on the own value, or a range of values."""
    ends, _, count = text.partition(" in ")
    low, to, high = ends.partition(" to ")
    if not to:
        value = _checked(of, text, _value(of, text.strip(), own))
        if of.whole and not value.is_integer() and not text.strip().endswith("x"):
            raise UsageError(
                f"--choice {of.name}: {text.strip()} is no whole number",
                hint=f"write one, such as {math.floor(value)} or {math.ceil(value)}",
            )
        return [value]
    if not count.strip().isdecimal() or not 2 <= int(count) <= 100:
        raise UsageError(
            f"--choice {of.name}: '{text}' does not say how many values",
            hint=f"write it like '{low.strip()} to {high.strip()} in 3'",
        )
    first, last = (_checked(of, each, _value(of, each.strip(), own)) for each in (low, high))
    steps = int(count) - 1
    return [first + (last - first) * step / steps for step in range(steps + 1)]


def _value(of: Free, text: str, own: float) -> float:
    if text.endswith("x"):
        try:
            return own * float(text[:-1])
        except ValueError:
            pass
    try:
        if of.unit:
            return float(parse(text, UNITS[of.unit].dimension))
        return float(text)
    except (QuantityError, ValueError) as error:
        why = f": {error.why}" if isinstance(error, QuantityError) else ""
        example = format_quantity(own, UNITS[of.unit]) if of.unit else f"{own or 2.0:g}"
        raise UsageError(
            f"--choice {of.name}: '{text}' is no {of.what}{why}", hint=f"write it like '{example}', or '2x' for twice"
        ) from error


def _checked(of: Free, text: str, value: float) -> float:
    if not of.low * (1.0 - 1e-12) <= value <= of.high * (1.0 + 1e-12):
        hint = of.why or f"no accelerator is near that: {_label(of, of.low)} to {_label(of, of.high)}"
        raise UsageError(f"--choice {of.name}: {text.strip()} is outside of what can be", hint=hint)
    return value


def _label(of: Free, value: float) -> str:
    if of.name == "redundancy":
        return REDUNDANCIES[round(value)]
    if of.name in ("tiers", "planes") and not value:
        return "as few as serve" if of.name == "tiers" else "as its rate asks"
    if not of.unit:
        return f"{value:g}"
    unit = UNITS[of.unit]
    return f"{float(f'{(value - unit.offset) / unit.factor:.4g}'):,.10g} {unit.symbol}"


def require_some(axes: Sequence[Axis]) -> int:
    """Give how many variants the choices make.

    Raises
    ------
    UsageError
        If they are more than a search takes.
    """
    count = math.prod(len(axis.values) for axis in axes)
    if count > MOST_VARIANTS:
        longest = max(axes, key=lambda axis: len(axis.values))
        raise UsageError(
            f"the choices make {count:,} variants of a generation, and a search takes {MOST_VARIANTS:,}",
            hint=f"give fewer values, of '{longest.name}' for one, which has {len(longest.values)}",
        )
    return count
