"""Measurements made of the bundled jobs, with steps that a test knows the truth of."""

from dataclasses import replace

import numpy as np
import pytest

from gigaloop.design.calibration.fit import steps_of
from gigaloop.validation.training import bundled_measurements


@pytest.fixture(scope="session")
def jobs():
    """Every fourth bundled row."""
    return bundled_measurements()[::4]


@pytest.fixture(scope="session")
def made():
    """Steps by constants, a factor for each family, and noise."""

    def make(rows, constants, factors, noise):
        random = np.random.default_rng(7)
        steps = steps_of(rows, constants) * np.exp(noise * random.standard_normal(len(rows)))
        return tuple(
            replace(row, step=float(step) * factors.get(row.stack.family, 1.0))
            for row, step in zip(rows, steps, strict=True)
        )

    return make
