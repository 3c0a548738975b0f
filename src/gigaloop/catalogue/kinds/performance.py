"""What accelerators reach of their data sheets on transformers, and how far software stacks depart from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from gigaloop.catalogue.entry import CoarseDate, Entry
from gigaloop.core.quantity import Number


class PerformanceConstant(Entry):
    """A constant of the equations of a training step, or the spread of an effect that they leave out, as fitted."""

    kind: ClassVar[str] = "performance_constant"

    use: Literal["equations", "effects"]
    """Whether it stands in the equations, or is a standard deviation of the log of a step or of a throughput."""
    constant: str
    """Its name in the equations, or of the effect."""
    value: Number
    """As fitted on all rows; the range is that of eight fits in ten."""
    prior: Number
    """What was known before any row."""
    unit: str = ""
    without: str = ""
    """As fitted without some rows: those of a fold, of a family of software, or of newer machines: ``fold 0: 0.81``."""

    @property
    def held_out(self) -> Mapping[str, float]:
        """The values without some rows, by what is left out."""
        pairs = (each.rsplit(":", 1) for each in self.without.split(";") if each.strip())
        return {name.strip(): float(value) for name, value in pairs}


class SoftwareStack(Entry):
    """How much longer steps take under a software stack than by the equations with their constants."""

    kind: ClassVar[str] = "software_stack"

    family: str
    """Who wrote it, such as ``megatron-bridge``; ``unseen`` for any that was not measured."""
    release: CoarseDate
    """The release that it holds for."""
    architecture: str = ""
    """Of the accelerators; any where empty."""
    precision: str = ""
    """Of matrix products; any where empty."""
    model: str = ""
    """Kind of model: ``dense``, ``mixture`` or ``adapters``; any where empty."""
    factor: Number
    """Measured over computed step; the range holds eight measurements in ten."""
    rows: Number
    """Measurements that it rests on."""


class ServingConstant(PerformanceConstant):
    """A constant of the equations of serving, or the spread of an effect that they leave out, as fitted."""

    kind: ClassVar[str] = "serving_constant"


class ServingStack(SoftwareStack):
    """How much longer a token takes under a library that serves than by the equations with their constants."""

    kind: ClassVar[str] = "serving_stack"
