"""What published benchmarks of serving ask: lengths of prompts and answers, and limits on latency."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dataset:
    """Mean lengths of a benchmark's requests, and its limits by scenario."""

    isl: float
    osl: float
    limits: dict[str, tuple[float, float]]
    """Time to the first token and time per output token, 99th percentiles [s]."""
    note: str = ""
    """What of it is not published."""


MLPERF: dict[str, Dataset] = {
    "llama2-70b": Dataset(
        290.0, 294.45, {"server": (2.0, 0.2), "interactive": (0.45, 0.04)}, "length of its prompts estimated"
    ),
    "llama3.1-8b": Dataset(778.0, 73.0, {"server": (2.0, 0.1), "interactive": (0.5, 0.03)}),
    "llama3.1-405b": Dataset(9400.0, 684.68, {"server": (6.0, 0.175), "interactive": (4.5, 0.08)}),
    "mixtral-8x7b": Dataset(250.0, 144.84, {"server": (2.0, 0.2)}, "length of its prompts estimated"),
    "deepseek-r1": Dataset(800.0, 3886.2, {"server": (2.0, 0.08), "interactive": (1.5, 0.015)}),
    "gpt-oss-120b": Dataset(
        3800.0, 1278.2, {"server": (3.0, 0.08), "interactive": (2.0, 0.015)}, "length of its prompts estimated"
    ),
}
"""Benchmarks of MLPerf Inference.

Source: tokens of answers by the reference of each benchmark and limits by the submission checker, MLCommons,
https://github.com/mlcommons/inference @2e1a6995 language/gpt-oss-120b/README.md and tools/submission, 2026; prompts of
Llama 3.1 405B by https://mlcommons.org/2025/04/llm-inference-v5, of Llama 3.1 8B by
https://mlcommons.org/2025/09/small-llm-inference-5-1, of DeepSeek-R1 by
https://mlcommons.org/2025/09/deepseek-inference-5-1. Estimates: prompts of OpenOrca (at most 1,024 tokens), of the
three sets of Mixtral's, and of the long articles that GPT-OSS sums up.
"""


def requests_of(isl: float, osl: float) -> float:
    """Give the requests of a run of TensorRT-LLM's published throughput.

    Source: NVIDIA, https://github.com/NVIDIA/TensorRT-LLM docs/source/developer-guide/perf-overview.md @03e27c7d, table
    of requests by lengths; lengths between take those of the next longer.

    >>> requests_of(1000, 1000), requests_of(8192, 1024), requests_of(1024, 32768)
    (3000.0, 1500.0, 1000.0)
    """
    longest = max(isl, osl)
    return 3000.0 if longest <= 2048.0 else 1500.0 if longest <= 8192.0 else 1000.0
