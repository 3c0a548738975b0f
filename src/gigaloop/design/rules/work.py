"""Rules of the workloads: memory, batch, shares."""

from __future__ import annotations

import math
from collections.abc import Iterator

from gigaloop.design.records import Sense, Severity
from gigaloop.design.rules.rule import Draft, Finding, Rule, shown


def _memory(draft: Draft) -> Iterator[Finding]:
    hbm = float(draft.accelerator.hbm)
    for result in draft.performance:
        subject = f"workloads.{result.workload}"
        least = math.ceil(result.memory_needed / hbm)
        yield Finding(
            shown(result.memory_needed, "TB"),
            shown(result.memory_available, "TB").with_evidence(draft.accelerator.hbm.evidence),
            f"{subject}.model.parameters",
            subject,
            way_out=f"spread it over at least {least} accelerators, or use a lower precision",
        )


def _batch(draft: Draft) -> Iterator[Finding]:
    for workload, result in zip(draft.programme.workloads, draft.performance, strict=True):
        if result.kind == "inference" and result.fits:
            subject = f"workloads.{result.workload}"
            limit = shown(math.floor(result.batch_limit), "1")
            yield Finding(workload.batch, limit, f"{subject}.batch", subject)


def _shares(draft: Draft) -> Iterator[Finding]:
    if draft.performance:
        total = math.fsum(result.share for result in draft.performance)
        yield Finding(shown(total, "%"), shown(1.0, "%"), f"workloads.{draft.performance[0].workload}.share")


RULES = (
    Rule(
        "workload.memory",
        "The model's states and one sequence fit into the accelerators' memory",
        Sense.AT_MOST,
        Severity.ERROR,
        "training: 16 B per parameter (Rajbhandari et al., arXiv:1910.02054); inference: weights and one cache",
        "more accelerators together, or a lower precision",
        _memory,
    ),
    Rule(
        "workload.batch",
        "The batch fits into memory with its key-value caches",
        Sense.AT_MOST,
        Severity.WARNING,
        "cache per sequence = bytes per token x context; the batch that fits is the one that is used",
        "a smaller batch or context, a smaller cache, or more accelerators together",
        _batch,
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
