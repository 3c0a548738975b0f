"""A mix of workloads on variants: the work that an accelerator does in the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.design.codesign.work import Work
from gigaloop.design.records.codesign import Floats


@dataclass(frozen=True)
class Mix:
    """Workloads with their shares of an accelerator's time."""

    works: tuple[tuple[Work, ...], ...]
    """By generation, the same workloads in each."""
    shares: Floats
    """Adding up to 1 (w,)."""
    reference: Floats
    """Tokens/s of the accelerator that the shares are measured on (w,)."""


def mix_shares(works: Sequence[Work]) -> Floats:
    """Give the shares of the mix, so that they add up to 1 (w,).

    Raises
    ------
    UsageError
        If there is no workload, or none has a share.
    """
    shares = np.array([each.share for each in works], dtype=np.float64)
    if not shares.sum() > 0.0:
        raise UsageError(
            "no workload of the programme takes any of the accelerators' time",
            hint="give a workload a share above 0 %, for a search needs something that the racks are for",
        )
    return np.asarray(shares / shares.sum())


def speed_on(shares: Floats, reference: Floats, rates: Floats) -> Floats:
    """Give the work on a mix in the same time, over that of the accelerator that the shares are measured on.

    The shares are those of an accelerator's time on the reference, so they stand for amounts of work ``s r0``; another
    accelerator takes ``s r0 / r`` of the time for each: ``1 / sum(s r0 / r)``, the harmonic mean of the speeds.

    Parameters
    ----------
    shares
        Adding up to 1 (w,).
    reference
        Rates of the accelerator that they are measured on (w,).
    rates
        Rates of others (..., w); 0 where a workload does not fit, and then nor does the mix.

    Examples
    --------
    Twice as fast on half of the time: a third more work.

    >>> round(float(speed_on(np.array([0.5, 0.5]), np.array([1.0, 1.0]), np.array([2.0, 1.0]))), 3)
    1.333
    """
    used = shares > 0.0
    fits = (rates[..., used] > 0.0).all(axis=-1)
    safe = np.where(rates > 0.0, rates, 1.0)
    time = (shares[used] * reference[used] / safe[..., used]).sum(axis=-1)
    return np.where(fits, 1.0 / time, 0.0)
