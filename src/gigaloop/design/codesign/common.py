"""Which choices can be the same in all generations, and what that loses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.codesign.scores import Scored
from gigaloop.design.records.codesign import Common


def common_values(
    scored: Sequence[Scored], objectives: Sequence[str], allowed: NDArray[np.bool_], priced: NDArray[np.bool_]
) -> tuple[Common, ...]:
    """Give the value of each choice that all generations can share at the least loss.

    Parameters
    ----------
    scored
        The variants of each generation.
    objectives
        The first of them but the date decides.
    allowed, priced
        Which variants can be built, and take no more of what has no price than their generation (n,).
    """
    objective = next((name for name in objectives if name != "date"), objectives[0])
    values = [_values(each, objective, allowed, priced) for each in scored]
    if any(not np.isfinite(each).any() for each in values):
        return ()
    found = []
    for column, axis in enumerate(scored[0].variants.axes):
        labels = [each.variants.axes[column].labels for each in scored]
        shared = [label for label in labels[0] if all(label in each for each in labels[1:])]
        if max(len(each) for each in labels) < 2 or not shared:
            continue
        losses = {
            label: max(_loss(*pair, column, label) for pair in zip(scored, values, strict=True)) for label in shared
        }
        label = min(losses, key=lambda each: losses[each])
        best = tuple(
            each.variants.axes[column].labels[each.variants.choice[int(value.argmax()), column]]
            for each, value in zip(scored, values, strict=True)
        )
        found.append(Common(axis.name, axis.what, label, losses[label], best))
    return tuple(found)


def _values(
    scored: Scored, objective: str, allowed: NDArray[np.bool_], priced: NDArray[np.bool_]
) -> NDArray[np.float64]:
    rows = slice(scored.offset, scored.offset + len(scored.variants))
    counts = allowed[rows] & priced[rows] if objective == "cost" else allowed[rows]
    return np.where(counts, scored.objectives[objective], -np.inf)


def _loss(scored: Scored, values: NDArray[np.float64], column: int, label: str) -> float:
    index = scored.variants.axes[column].labels.index(label)
    held = np.where(scored.variants.choice[:, column] == index, values, -np.inf).max()
    return float(1.0 - held / values.max()) if np.isfinite(held) else 1.0
