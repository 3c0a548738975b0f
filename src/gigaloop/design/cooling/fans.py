"""Fans with variable speed at part flow: affinity laws with what a drive and its least speed cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def fan_power(flow: ArrayLike, drive_loss: ArrayLike = 0.0, min_speed: ArrayLike = 0.0) -> Floats:
    """Give the power of fans with variable speed over their full power.

    Against the open air flow goes with speed and power with its cube; ``drive_loss`` of the full power does not fall
    with speed. Below ``min_speed`` fans are switched off one after the other, so that power goes with flow.

    Parameters
    ----------
    flow
        Air flow over that at full speed, 0 to 1, any shape.
    drive_loss
        Constant loss of drive and motor over the full power.
    min_speed
        Lowest speed over full speed.

    References
    ----------
    Fan laws: ASHRAE Handbook, HVAC Systems and Equipment 2020, chapter 21.

    Examples
    --------
    >>> fan_power([0.0, 0.5, 1.0]).tolist()
    [0.0, 0.125, 1.0]
    """
    flow, low = np.asarray(flow, dtype=np.float64), np.asarray(min_speed, dtype=np.float64)
    loss = np.asarray(drive_loss, dtype=np.float64)
    speed = np.maximum(flow, np.maximum(low, 1e-9))
    return np.asarray((loss + (1.0 - loss) * speed * speed * speed) * (flow / speed), dtype=np.float64)
