"""Rules of the workloads: memory, speed, shares."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, shown


def _memory(draft: Draft) -> Iterator[Finding]:
    for result in draft.performance:
        subject = f"workloads.{result.workload}"
        yield Finding(
            shown(result.memory_needed, "GB"),
            shown(result.memory_available, "GB").with_evidence(draft.accelerator.hbm.evidence),
            f"{subject}.model",
            subject,
            way_out=result.note if not result.fits else "",
        )


def _speed(draft: Draft) -> Iterator[Finding]:
    for workload, result in zip(draft.programme.workloads, draft.performance, strict=True):
        if workload.serving is not None and result.fits and float(workload.serving.speed) > 0.0:
            subject = f"workloads.{result.workload}"
            seen = shown(1.0 / result.step, "tokens/s")
            yield Finding(seen, workload.serving.speed, f"{subject}.serving.speed", subject)


def _first_token(draft: Draft) -> Iterator[Finding]:
    for workload, result in zip(draft.programme.workloads, draft.performance, strict=True):
        if workload.serving is not None and workload.serving.first_token is not None and result.first_token is not None:
            subject = f"workloads.{result.workload}"
            seen = shown(result.first_token, "s")
            yield Finding(seen, workload.serving.first_token, f"{subject}.serving.first_token", subject)


def _shares(draft: Draft) -> Iterator[Finding]:
    if draft.performance:
        total = math.fsum(result.share for result in draft.performance)
        yield Finding(shown(total, "%"), shown(1.0, "%"), f"workloads.{draft.performance[0].workload}.share")


RULES = (
    Rule(
        "workload.memory",
        "The best layout of the model fits into an accelerator's memory",
        Sense.AT_MOST,
        Severity.ERROR,
        "weights, states, activations or caches, buffers and fragmentation of the fullest accelerator",
        "more accelerators together, or a lower precision",
        _memory,
    ),
    Rule(
        "workload.speed",
        "A user sees as many tokens per second as are asked for",
        Sense.AT_LEAST,
        Severity.WARNING,
        "the inverse of the mean time between tokens at the best point that serving has",
        "a slower speed, a lower precision, a larger scale-up domain, or speculative decoding",
        _speed,
    ),
    Rule(
        "workload.first-token",
        "The first token is there in time",
        Sense.AT_MOST,
        Severity.WARNING,
        "prefill of the prompt without a queue, at the best point that serving has",
        "more time, a shorter prompt, a cache of prefixes, or prefill on accelerators of its own",
        _first_token,
    ),
    Rule(
        "workload.shares",
        "Shares of the accelerators' time add up to at most 100 %",
        Sense.AT_MOST,
        Severity.ERROR,
        "an accelerator's hour is spent once",
        "lower the shares of some workloads",
        _shares,
    ),
)
