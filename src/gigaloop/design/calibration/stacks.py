"""The software stack of a measurement: who wrote it, which release, and what was switched on in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNKNOWN = "unknown"
"""Family of a stack that nothing tells."""

NEWEST = 2026.5
"""Date taken for a stack that has none [year]: that of the newest releases measured. Source: a choice."""

_FAMILIES = (
    (re.compile(r"^bridge-"), "megatron-bridge"),
    (re.compile(r"^mlperf-.*(?:maxtext|TPU|tpu)"), "maxtext"),
    (re.compile(r"^mlperf-"), "mlperf"),
    (re.compile(r"^(?:ironwood|tpu|maxtext)-"), "maxtext"),
    (re.compile(r"^nemo-"), "nemo"),
    (re.compile(r"^mpt-"), "llm-foundry"),
    (re.compile(r"^torchtitan-"), "torchtitan"),
    (re.compile(r"^simumax-"), "simumax"),
    (re.compile(r"^vtrain-"), "vtrain"),
    (re.compile(r"^sc21-"), "megatron-lm-2021"),
    (re.compile(r"^korthikanti-"), "megatron-lm-2022"),
    (re.compile(r"^megatron-readme-"), "megatron-lm-2022"),
    (re.compile(r"^megascale-megatron-"), "megascale-baseline"),
    (re.compile(r"^megascale-"), "megascale"),
    (re.compile(r"^mcore-"), "megatron-core"),
)
"""Families by the first words of a row's id. Source: what the sources of the bundled rows say they ran."""

DATES = {
    "megatron-lm-2021": 2021.3, "megatron-lm-2022": 2022.4, "vtrain": 2022.9, "megascale-baseline": 2023.1,
    "megascale": 2023.6, "llm-foundry": 2023.9, "megatron-core": 2024.5, "nemo": 2025.3, "simumax": 2026.0,
    "llama3": 2024.5, "deepseek": 2024.9, "palm": 2022.3, "maxtext": 2025.0,
}  # fmt: skip
"""Year in which a family was measured, where its rows do not say. Source: the dates of the publications."""

_ROUNDS = {"v4.0": 2024.4, "v4.1": 2024.8, "v5.0": 2025.4, "v5.1": 2025.8, "v6.0": 2026.4}
"""Rounds of MLPerf Training, by when they were submitted. Source: https://mlcommons.org/benchmarks/training."""

_CONTAINER = re.compile(r"(?:container |ngc|^bridge-|^nemo-)(\d{2})\.(\d{2})(?:\.(\d{2}))?")
_MONTH = re.compile(r"_(20\d{2})-?(\d{2})_")
_ROUND = re.compile(r"^mlperf-(v\d\.\d)-")
_WRITTEN = re.compile(r"(20\d{2})(?:-(0[1-9]|1[0-2])(?:-([0-3]\d))?)?")

_VARIANTS = (
    (re.compile(r"cudnn regression|known regression", re.IGNORECASE), "regression"),
    (re.compile(r"token-?drop", re.IGNORECASE), "token-drop"),
    (re.compile(r"async TP", re.IGNORECASE), "async-tp"),
    (re.compile(r"compile", re.IGNORECASE), "compile"),
    (re.compile(r"amp_bf16"), "mixed"),
)


@dataclass(frozen=True)
class Stack:
    """A software stack."""

    family: str
    """Who wrote it, such as ``megatron-bridge``."""
    date: float
    """Of the release, or of the measurement [year]."""
    variant: str = ""
    """What was switched on or broken in it, such as ``compile`` or ``regression``."""
    site: str = ""
    """Who ran it, where several did."""

    @property
    def said(self) -> str:
        """For people."""
        extra = "".join(f", {each}" for each in (self.variant, self.site) if each)
        return f"{self.family} {shown_date(self.date)[:7]}{extra}"


def stack_of(id_: str, source: str, notes: str) -> Stack:
    """Tell the stack of a measurement by how its row is called and what is noted in it.

    Parameters
    ----------
    id_, source, notes
        As in the tables of published measurements.

    Examples
    --------
    >>> stack_of("bridge-25.09-LLAMA3_8B-H100-SXM-8-FP8-1", "", "container 25.09; token-drop").said
    'megatron-bridge 2025-09, token-drop'
    """
    family = next((name for pattern, name in _FAMILIES if pattern.search(id_)), UNKNOWN)
    if family == UNKNOWN and id_:
        family = id_.split("-")[0].lower()
    variant = next((name for pattern, name in _VARIANTS if pattern.search(f"{notes} {id_}")), "")
    site = id_.split("-")[2] if family == "mlperf" and id_.count("-") > 2 else ""
    return Stack(family, _date(family, id_, source, notes), variant, site)


def written_date(text: str) -> float | None:
    """Read a date such as 2025, 2025-09 or 2025-09-30 as a year; none where it is no date.

    Examples
    --------
    >>> written_date("2025-07")
    2025.5
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        return None
    return int(match[1]) + (int(match[2] or 1) - 1) / 12.0 + (int(match[3] or 1) - 1) / 365.0


def shown_date(date: float) -> str:
    """Write a date for ``written_date``, to the day.

    Examples
    --------
    >>> shown_date(2025.5)
    '2025-07-01'
    """
    months, rest = divmod(date * 12.0 + 1e-6, 1.0)
    year, month = divmod(int(months), 12)
    return f"{year}-{month + 1:02d}-{1 + round(rest / 12.0 * 365.0):02d}"


def _date(family: str, id_: str, source: str, notes: str) -> float:
    # A patch comes two weeks later. Source: an estimate; containers are named by year and month of this century.
    for text in (id_, notes, source):
        if match := _CONTAINER.search(text):
            patch = 0.04 * int(match[3]) if match[3] else 0.0
            return 2000.0 + int(match[1]) + (int(match[2]) - 1) / 12.0 + patch
    if match := _ROUND.search(id_):
        return _ROUNDS.get(match[1], NEWEST)
    if match := _MONTH.search(source) or re.search(r"_(20\d{2})(\d{2})_", source):
        return int(match[1]) + (int(match[2]) - 1) / 12.0
    return DATES.get(family, NEWEST)
