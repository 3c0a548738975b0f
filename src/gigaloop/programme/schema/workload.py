"""What the racks are for: models, training and serving."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from gigaloop.core.quantity import Count, Dim, Duration, Fraction, Quantity, Tokens, WholeCount
from gigaloop.programme.schema.base import LanguageModelRef, LoadProfileRef, Named, Record

PositiveTokens = Annotated[Quantity, Dim("tokens", above=0.0, whole=True)]
Precision = Literal["bf16", "fp8", "mxfp8", "fp4"]


class ModelShape(Record):
    """The shape of a decoder in the terms of its configuration file, for a model that has none."""

    layers: WholeCount
    hidden: WholeCount
    heads: WholeCount
    kv_heads: WholeCount | None = None
    """Heads of keys and values: fewer than ``heads`` in grouped attention, 1 in multi-query; ``heads`` by default."""
    head_dim: WholeCount | None = None
    """Width of a head; ``hidden / heads`` by default."""
    ffn: WholeCount | None = None
    """Inner width of a dense feed-forward network."""
    vocab: WholeCount
    gated: bool = True
    """Whether feed-forward networks have a gate, three matrices in place of two."""
    tied: bool = False
    """Whether embedding and output head share their weights."""
    experts: Count = Quantity.count(0)
    top_k: Count = Quantity.count(0)
    """Experts that a token is routed to."""
    expert_ffn: Count = Quantity.count(0)
    """Inner width of an expert."""
    shared_ffn: Count = Quantity.count(0)
    """Inner width of all shared experts together."""
    dense_layers: Count = Quantity.count(0)
    """First layers of a mixture of experts that have a dense network."""
    q_rank: Count = Quantity.count(0)
    """Rank of the compressed query in latent attention."""
    kv_rank: Count = Quantity.count(0)
    """Rank of the compressed keys and values in latent attention; 0 for grouped attention."""
    rope_dim: Count = Quantity.count(0)
    """Rotary part of a head in latent attention, beside ``head_dim``."""
    v_head_dim: Count = Quantity.count(0)
    """Width of a value head where it is not ``head_dim``."""
    window: Count = Quantity.count(0)
    """Tokens that a windowed layer looks back."""
    window_layers: Count = Quantity.count(0)
    """Layers with windowed attention."""
    mtp_layers: Count = Quantity.count(0)
    """Extra layers that predict further tokens."""


class LanguageModel(Record):
    """A transformer: an entry of the catalogue, a configuration file, or a shape; exactly one of them."""

    FORMER: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("parameters", "active_parameters", "layers", "hidden", "kv_bytes_per_token"),
        "it was taken away: write 'model: {preset: ID}', or 'config', or 'shape', and it is computed",
    )
    """What to write in place of keys of former versions."""

    preset: LanguageModelRef | None = None
    """Entry of the catalogue's language models."""
    config: str = ""
    """A Hugging Face ``config.json``, relative to the programme's folder."""
    shape: ModelShape | None = None

    @model_validator(mode="after")
    def _one(self) -> LanguageModel:
        if (self.preset is not None) + bool(self.config) + (self.shape is not None) != 1:
            raise ValueError("a model is one of 'preset', 'config' and 'shape'; state exactly one of them")
        return self


class FixedStrategy(Record):
    """Choices of a layout that are settled; what is left out is searched."""

    tp: WholeCount | None = None
    """Tensor parallelism."""
    cp: WholeCount | None = None
    """Context parallelism."""
    pp: WholeCount | None = None
    """Pipeline stages."""
    vp: WholeCount | None = None
    """Chunks of layers per stage."""
    ep: WholeCount | None = None
    """Expert parallelism."""
    micro_batch: WholeCount | None = None
    """Sequences of a micro-batch."""
    recompute: Literal["none", "selective", "full"] | None = None
    zero: Annotated[Quantity, Dim("count", high=3.0, whole=True)] | None = None
    """What data parallelism shards: 0 nothing, 1 optimiser states, 2 gradients too, 3 weights too."""


class Recovery(Record):
    """How a training job goes on after the failures of its parts."""

    checkpoints: Literal["asynchronous", "blocking", "peer"] = "asynchronous"
    """The job stops until the memory of its hosts has them, until storage has them, or as the first with copies in the
    memory of other hosts."""
    storage: Annotated[Quantity, Dim("bandwidth", above=0.0)] | None = None
    """Most that storage takes in from the whole job; by the catalogue's share of an accelerator where not given."""
    spares: Count | None = None
    """Scale-up domains that stand by; where not given, as few as keep the job from waiting for repairs."""
    replicas: WholeCount = Quantity.count(1)
    """Parts of the job with all of the model each, that fail and come back one by one while the others go on; 1 where
    any failure restarts the whole job."""


class Training(Record):
    """A training job."""

    sequence: PositiveTokens
    """Tokens of a sequence."""
    batch: WholeCount
    """Sequences of a step, over all accelerators."""
    accelerators: WholeCount
    """Accelerators of the job."""
    tokens: Tokens | None = None
    """Tokens to train on."""
    adapters: bool = False
    """Whether only low-rank adapters are trained."""
    strategy: FixedStrategy = FixedStrategy()
    recovery: Recovery = Recovery()

    @model_validator(mode="after")
    def _replicas(self) -> Training:
        if int(self.accelerators) % int(self.recovery.replicas):
            said = f"{self.recovery.replicas:,.0f} replicas do not divide {self.accelerators:,.0f} accelerators"
            near = _divisor_near(int(self.accelerators), int(self.recovery.replicas))
            raise ValueError(f"{said}; {near:,} would, or 1 where any failure restarts the whole job")
        return self


def _divisor_near(number: int, wanted: int) -> int:
    """Give the divisor of a number nearest to another.

    >>> _divisor_near(36864, 70)
    72
    """
    low = range(1, math.isqrt(number) + 1)
    divisors = [each for one in low if number % one == 0 for each in (one, number // one)]
    return min(divisors, key=lambda each: (abs(each - wanted), each))


class Serving(Record):
    """A stream of requests."""

    input: PositiveTokens
    """Tokens of a prompt."""
    output: PositiveTokens
    """Tokens of an answer."""
    speed: Annotated[Quantity, Dim("token rate")] = Quantity.of(0.0, "tokens/s")
    """Tokens per second that a user must see at least."""
    first_token: Duration | None = None
    """Until when the first token must be there."""
    accelerators: WholeCount | None = None
    """Most accelerators that serve together; one scale-up domain by default."""
    kv_precision: Literal["bf16", "fp8"] = "fp8"
    """Of the key-value cache."""
    prefix_hits: Fraction = Quantity.of(0.0, "%")
    """Share of the prompts' tokens that a cache of prefixes holds: not computed again, but in memory as long as their
    answer is written."""
    draft_tokens: Count = Quantity.count(0)
    """Tokens proposed per step by speculative decoding."""
    acceptance: Fraction = Quantity.of(0.0, "%")
    """Probability that a proposed token is accepted."""
    disaggregated: bool = False
    """Whether prefill and decode run on accelerators of their own."""


class Workload(Named):
    """What the racks are for: training or serving of a model."""

    FORMER: ClassVar[Mapping[str, str]] = {
        "kind": "it was taken away: write 'training: {...}' or 'serving: {...}', which says it",
        **dict.fromkeys(
            ("compute_efficiency", "bandwidth_efficiency"), "it was taken away: efficiencies are computed; leave it out"
        ),
        "context": "it was moved: write 'training.sequence', or 'serving.input' and 'serving.output'",
        "batch": "it was moved: write 'training.batch'; the batch of serving is searched",
        "accelerators": "it was moved: write 'training.accelerators' or 'serving.accelerators'",
    }
    """What to write in place of keys of former versions."""

    model: LanguageModel
    precision: Precision
    """Of the matrix products: 16 bits, FP8 scaled by tensor, FP8 scaled by block (MX), FP4."""
    share: Fraction
    """Share of the accelerators' time."""
    software: str = ""
    """Family of software whose measured effect is taken: of ``software_stack`` for training, such as
    ``megatron-bridge``, of ``serving_stack`` for serving. Where empty, one's own measurements, else for training a
    stack that nobody measured, for serving the newest that was."""
    training: Training | None = None
    serving: Serving | None = None
    load_profile: LoadProfileRef | None = None
    """How it loads its racks over time; ``pre-training`` or ``serving`` by its kind where not given."""

    @model_validator(mode="after")
    def _one(self) -> Workload:
        if (self.training is None) == (self.serving is None):
            raise ValueError("a workload is 'training' or 'serving'; state exactly one of them")
        return self

    @property
    def kind(self) -> Literal["training", "inference"]:
        """What it is."""
        return "inference" if self.training is None else "training"
