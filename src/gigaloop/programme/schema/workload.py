"""What the racks are for: models, training and serving."""

from __future__ import annotations

from typing import Annotated, Literal

from gigaloop.core.quantity import Dim, Fraction, PositiveCount, Quantity, Tokens
from gigaloop.programme.schema.base import LoadProfileRef, Named, Record


class LanguageModel(Record):
    """The shape of a transformer, as far as a roofline needs it."""

    parameters: PositiveCount
    active_parameters: PositiveCount
    layers: PositiveCount
    hidden: PositiveCount
    kv_bytes_per_token: Annotated[Quantity, Dim("data")]


class Workload(Named):
    """What the racks are for."""

    kind: Literal["training", "inference"]
    precision: Literal["bf16", "fp8", "fp4"]
    model: LanguageModel
    share: Fraction
    """Share of the accelerators' time."""
    compute_efficiency: Fraction
    """Share of dense peak reached by matrix products (model FLOPs utilisation for training)."""
    bandwidth_efficiency: Fraction
    context: Tokens
    batch: PositiveCount
    """Sequences decoded together per scale-up domain (inference) or per step (training)."""
    accelerators: PositiveCount | None = None
    """Accelerators of one job; for inference one scale-up domain where not given."""
    load_profile: LoadProfileRef | None = None
    """How it loads its racks over time; ``pre-training`` or ``serving`` by its kind where not given."""
