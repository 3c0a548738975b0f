"""What is served, and the ways to lay it out over accelerators, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Column = int | NDArray[np.int64]
Number = float | NDArray[np.float64]
Flag = bool | NDArray[np.bool_]


@dataclass(frozen=True)
class ServingLoad:
    """Requests; fields are scalars or columns (n,)."""

    isl: Number
    """Mean tokens of a prompt."""
    osl: Number
    """Mean tokens of an answer."""
    precision: Column
    """Of matrix products: index into :data:`~gigaloop.design.performance.machine.PRECISIONS`."""
    attention_precision: Column | None = None
    """Of the projections of attention where not ``precision``."""
    weight_bytes: Number = 0.0
    """Bytes of a weight of the experts (of the feed-forward network, in a dense model) where not those of the
    precision, as with 4-bit weights that are multiplied in 8 or 16 bits; 0 for those of the precision [B]."""
    cache_bytes: Number = 1.0
    """Bytes of a value of the key-value cache [B]."""
    cached: Number = 0.0
    """Share of the prompt whose keys and values are cached already (prefix caching); each sequence holds its own."""
    draft: Number = 0.0
    """Tokens drafted per step (speculative decoding, multi-token prediction)."""
    acceptance: Number = 0.0
    """Chance that a drafted token is accepted, given that those before it were."""
    chunk: Number = 8192.0
    """Most prompt tokens of an instance's data-parallel rank in a step (chunked prefill). Source: the default of
    TensorRT-LLM and of vLLM on large accelerators, https://docs.vllm.ai."""
    requests: Number = 0.0
    """Requests of a run of an instance, all there at its start; 0 for a stream that does not end."""


@dataclass(frozen=True)
class ServingLayouts:
    """Ways to lay a model out over the accelerators of an instance, as columns (n,).

    An instance has ``tp * dp * pp`` accelerators: attention is split ``tp`` ways and replicated ``dp`` times
    (attention data parallelism), the experts lie over all ``tp * dp`` ranks of a stage, ``ep`` of them apart.
    """

    tp: Column
    dp: Column
    """Data parallelism of attention within an instance; 1 where instances are independent."""
    ep: Column
    """Expert parallelism; divides ``tp * dp``."""
    pp: Column
    batch: Number
    """Sequences in flight on an instance; fewer are taken where memory holds fewer."""
    disaggregated: Flag = False
    """Whether prompts are prefilled on accelerators of their own, as many as decoding keeps up with."""
    prefill_tp: Column = 0
    """Layout of an instance that prefills; 0 for that of decoding."""
    prefill_dp: Column = 0
    prefill_ep: Column = 0

    @property
    def accelerators(self) -> Column:
        """Accelerators of an instance."""
        return self.tp * self.dp * self.pp
