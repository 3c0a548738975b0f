"""Measured sweeps of layouts against their ranking by the model."""

from __future__ import annotations

import numpy as np
import pytest

from gigaloop.validation import validate
from gigaloop.validation.strategies import correlation, regret


@pytest.fixture(scope="module")
def rows():
    return {row.id: row for row in validate("strategies").rows}


def test_every_sweep_is_ranked(rows):
    assert len(rows) == 11
    assert all(row.computed is not None for row in rows.values())


def test_layouts_of_small_models_on_a_node_are_ranked_by_one_number_learnt_elsewhere(rows):
    assert rows["vtrain-node-correlation"].computed > 0.85
    assert rows["vtrain-node-error"].computed < 0.12
    assert "1116 rows" in rows["vtrain-node-error"].note


def test_correlation_is_that_of_ranks():
    steps = np.array([3.0, 1.0, 2.0, 5.0])
    assert correlation(steps, np.exp(steps)) == pytest.approx(1.0)
    assert correlation(steps, -steps) == pytest.approx(-1.0)


def test_regret_is_what_the_choice_costs():
    assert regret(np.array([1.0, 2.0]), np.array([3.0, 2.0])) == pytest.approx(0.5)
    assert regret(np.array([2.0, 1.0]), np.array([3.0, 2.0])) == 0.0


def test_a_sweep_that_there_is_not_is_said(tmp_path):
    table = tmp_path / "strategies.csv"
    table.write_text("id,quantity,unit,published,method,inputs\na,regret,1,0,sweep,rows=nobody-; of=regret\n")
    assert "0 measured layouts start with 'nobody-'" in validate("strategies", table).rows[0].note
