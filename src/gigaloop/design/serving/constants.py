"""Constants of serving that no specification states, with their priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class ServingConstants:
    """Constants of a step; every one is positive.

    Fitted ones come with the catalogue; these are the priors, each with its source beside it.
    """

    matrix: float = 1.0
    """Rate of matrix products over that of training's large ones. Source: libraries are the same."""
    bandwidth: float = 1.0
    """Memory bandwidth that operators reach over that in training. Source: the same."""
    cache: float = 0.65
    """Of memory bandwidth that attention reads the cache with. Source: FlashMLA reaches 3,000 of 3,350 GB/s at best,
    https://github.com/deepseek-ai/FlashMLA; paged, ragged batches reach less: an estimate."""
    attention: float = 0.85
    """Rate of fused attention over that of training's. Source: paged caches and short queries cost some: an estimate
    after FlashMLA, 660 of 989 TFLOP/s at best, https://github.com/deepseek-ai/FlashMLA."""
    operators: float = 10.0
    """Passes over the hidden state of a token by memory-bound operators of a layer (norms, residuals, rotary,
    activation, quantisation). Source: counted in Megatron-like layers, fused kernels: an estimate."""
    kernels: float = 10.0
    """Kernels of a layer that run one after the other. Source: traces of vLLM and TensorRT-LLM: an estimate."""
    kernel: float = 2.0e-6
    """Time between kernels of a captured graph [s]. Source: an estimate, 1 to 3 us."""
    routing: float = 15.0e-6
    """Time of a mixture's routing, sorting of tokens and their return, beyond its products, a layer [s]. Source: an
    estimate, five to ten small kernels."""
    host: float = 1.0e-3
    """Time of a step that the host is alone [s]. Source: an estimate; schedulers that overlap reach less than 1 ms."""
    sequence: float = 3.0e-6
    """Time of a step on the host by sequence in flight (sampling, detokenising, streaming) [s]. Source: an estimate."""
    reduce: float = 6.0e-6
    """Latency of an all-reduce of a small message within a domain [s]. Source: one-shot kernels of TensorRT-LLM and
    vLLM take 5 to 10 us on eight accelerators: an estimate."""
    exchange: float = 15.0e-6
    """Latency of a dispatch or a combine of experts within a domain [s]. Source: DeepEP low-latency kernels, 77 us of
    dispatch on 8 accelerators at 128 tokens, of which about a fifth is latency,
    https://github.com/deepseek-ai/DeepEP."""
    network: float = 20.0e-6
    """What such a latency grows by where the group leaves its domain [s]. Source: the same, across nodes."""
    link: float = 0.75
    """Of the link that such messages reach. Source: DeepEP, 153 of 160 GB/s within a node, 43 of 50 GB/s across."""
    imbalance: float = 1.15
    """Load of the fullest rank of experts over the mean, for many tokens. Source: an estimate for balanced routers with
    redundant experts, https://github.com/deepseek-ai/EPLB."""
    occupancy: float = 0.92
    """Of the sequences that memory holds, that a scheduler keeps in flight. Source: an estimate."""
    reserved: float = 0.80
    """Share of the answer that the scheduler keeps cache free for when it admits a request. Source: 1 where it never
    evicts, as by default in TensorRT-LLM, a half where it relies on the mean: an estimate between."""
    tail: float = 0.85
    """Share of limits on the 99th percentile that the equations' own may take: lengths spread as well, and schedulers
    keep away from limits. Source: an estimate."""
    utilised: float = 0.90
    """Of memory that weights, buffers and cache may take. Source: gpu_memory_utilization of vLLM,
    https://docs.vllm.ai."""


LOG_SPREAD: Mapping[str, float] = MappingProxyType(
    {
        "matrix": 0.15,
        "bandwidth": 0.10,
        "cache": 0.3,
        "attention": 0.3,
        "operators": 0.5,
        "kernels": 0.3,
        "kernel": 0.5,
        "routing": 0.7,
        "host": 1.0,
        "sequence": 1.0,
        "reduce": 0.5,
        "exchange": 0.5,
        "network": 0.7,
        "link": 0.2,
        "imbalance": 0.1,
        "occupancy": 0.05,
        "reserved": 0.2,
        "tail": 0.15,
        "utilised": 0.03,
    }
)
"""Standard deviation of the logarithm of each constant before anything is measured. Source: estimates; tenths for
shares, a factor of two for times, as far as published figures of one kind differ."""
