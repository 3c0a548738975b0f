"""Compute of published trainings, from the shapes of the catalogue."""

from __future__ import annotations

import pytest

from gigaloop.design.transformer import matrix_flops, preset, training_flops


def test_gpt_3_took_the_published_compute(oracle, catalogue):
    row = next(row for row in oracle("design") if row["id"] == "gpt3-training")
    # The table counts 6 N D; matrices without the embedding are N but for what attention and norms add.
    total = 3.0 * float(matrix_flops(preset(catalogue, "gpt-3-175b"))) * 300e9
    assert total == pytest.approx(float(row["value"]), rel=float(row["tolerance"]))


def test_palm_s_model_flops_utilisation_is_as_published(oracle, catalogue):
    rows = {row["id"]: row for row in oracle("design")}
    palm = preset(catalogue, "palm-540b")
    rate, peak = 238.3e3, 6144 * 275e12
    whole = rate * float(training_flops(palm, 2048, causal=False)) / peak
    dense = rate * 3.0 * float(matrix_flops(palm)) / peak
    for found, id_ in ((whole, "palm-mfu"), (dense, "palm-mfu-dense")):
        assert found == pytest.approx(float(rows[id_]["value"]), rel=float(rows[id_]["tolerance"]))
