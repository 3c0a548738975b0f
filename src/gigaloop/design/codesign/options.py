"""What a co-design search is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OBJECTIVES = ("power", "cost", "position", "date")
"""Tokens/s per facility power, tokens per annual cost, tokens/s per rack position, and the first date."""


@dataclass(frozen=True)
class SearchOptions:
    """What a search is asked for."""

    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values by choice, as they are written; all choices with their usual values where none is given."""
    marginals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What one more of a choice costs, draws and weighs, as it is written."""
    objectives: Sequence[str] = OBJECTIVES
    """What variants are held against each other by; the first decides what is called the best."""
    workers: int = 2
    """Threads; the results are the same for any number."""
    halls: bool = False
    """Whether racks must fit into the halls of the site."""
