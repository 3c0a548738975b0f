"""The published throughput of serving: what holds in the data, and that no row is computed by a fit that saw it."""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import Place, ProgrammeError
from gigaloop.design.calibration.served import Served, serving_fold, serving_key
from gigaloop.design.calibration.served_fit import (
    EFFECTS,
    NOISE,
    ServingFit,
    ServingSpreads,
    fit_serving,
    predict_serving,
)
from gigaloop.design.calibration.served_stored import serving_constants, serving_spreads, serving_stack
from gigaloop.design.calibration.splits import NEWER, fold_name
from gigaloop.design.serving import ServingConstants
from gigaloop.validation import validate
from gigaloop.validation.inference import bundled_served, served_predictions
from gigaloop.validation.inference_rows import COLUMNS
from gigaloop.validation.records import Validation

KEY = ("model", "gpu", "n_gpus", "precision", "isl", "osl", "scenario", "tp", "ep", "tok_s_per_user")


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    with as_file(files("gigaloop.validation") / "data" / "inference.csv") as path, path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def bundled() -> Validation:
    return validate("inference")


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_ids_are_unique_and_folds_are_those_of_the_configuration(table: list[dict[str, str]]) -> None:
    assert len({row["id"] for row in table}) == len(table)
    for row in table:
        assert int(row["fold"]) == serving_fold(*(row[key] for key in KEY)), row["id"]


def test_a_configuration_is_named_alike_however_its_numbers_and_precisions_are_written() -> None:
    one = serving_key("Llama-2-70B", "H200-SXM", "8", "NVFP4", "1024", "1024", "Server", "", "", "")
    other = serving_key("llama-2-70b", "h200-sxm", 8.0, "FP4", 1024.0, "1024.0", "server", "", "", "")
    assert one == other


def test_throughput_of_a_system_is_that_of_its_accelerators(table: list[dict[str, str]]) -> None:
    for row in table:
        if row["total_tokens_per_s"] and row["id"].startswith("mlperf"):
            each = float(row["total_tokens_per_s"]) / float(row["n_gpus"])
            assert float(row["tokens_per_s_per_gpu"]) == pytest.approx(each, rel=1e-3), row["id"]


def test_layouts_come_to_the_accelerators_that_are_stated(table: list[dict[str, str]]) -> None:
    for row in table:
        if row["tp"] and row["dp"]:
            assert int(row["n_gpus"]) == int(row["tp"]) * int(row["pp"] or 1) * int(row["dp"] or 1), row["id"]


def test_read_as_all_tokens_curves_come_to_whole_servers_and_racks(table: list[dict[str, str]]) -> None:
    """Sequences in flight by the tokens/s of each are the output of the system: 8 accelerators, or 72 of a rack."""
    found = {}
    for row in table:
        if row["id"].startswith("inferencex") and row["concurrency"].isdigit():
            isl, osl = float(row["isl"]), float(row["osl"])
            output = float(row["tokens_per_s_per_gpu"]) * osl / (isl + osl)
            found[row["id"]] = float(row["concurrency"]) * float(row["tok_s_per_user"]) / output
    servers = [count for name, count in found.items() if "MI300X" in name]
    assert servers
    assert all(8.0 <= count < 9.5 for count in servers)
    assert found["inferencex-ds-B200-HGX-FP8-1024-1024-u71-232"] == pytest.approx(8.0, rel=0.1)
    assert found["inferencex-ds-GB200-NVL72-FP8-8192-1024-u75-225"] == pytest.approx(72.0, rel=0.1)


def test_every_row_is_computed_or_says_why_not(bundled: Validation, table: list[dict[str, str]]) -> None:
    assert [row.id for row in bundled.rows] == [row["id"] for row in table]
    assert bundled.summary.computed >= 165
    assert all(row.note for row in bundled.rows if row.computed is None)


def test_held_out_rows_are_within_the_figures_that_are_claimed(bundled: Validation) -> None:
    summary = bundled.summary
    assert summary.mean_abs_error is not None
    assert summary.mean_abs_error <= 0.12
    assert 0.75 <= summary.within / summary.computed <= 0.85


def test_a_row_s_own_value_does_not_change_what_is_computed_for_it() -> None:
    learnt = bundled_served()
    catalogue = load_catalogue()
    row = next(each for each in learnt if each.id.startswith("trtllm-70b3-B200"))
    doubled = replace(row, value=2.0 * row.value)
    others = [each for each in learnt if each.id != row.id]
    before = served_predictions([row], [*others, row], catalogue)[row.id]
    after = served_predictions([doubled], [*others, doubled], catalogue)[row.id]
    assert after.rate == pytest.approx(before.rate)
    assert after.spread == pytest.approx(before.spread)


def test_stored_constants_of_a_fold_are_those_of_a_fit_without_it() -> None:
    rows = [row for row in bundled_served() if row.fold != 1]
    fit = fit_serving(rows)
    catalogue = load_catalogue()
    stored = serving_constants(catalogue, fold_name(1))
    for name, value in vars(fit.constants).items():
        assert getattr(stored, name) == pytest.approx(value, rel=1e-3), name
    spreads = serving_spreads(catalogue, fold_name(1))
    assert spreads.effects == pytest.approx(fit.spreads.effects, rel=1e-3)


def test_fits_differ_by_what_they_left_out() -> None:
    catalogue = load_catalogue()
    names = ("", fold_name(0), fold_name(4), NEWER)
    assert len({serving_constants(catalogue, name).matrix for name in names}) == len(names)
    assert len(serving_spreads(catalogue).effects) == len(EFFECTS)


def test_effects_find_a_stack_that_is_slower_by_a_third() -> None:
    rows = [row for row in bundled_served() if row.stack.family == "trtllm"]
    made: list[Served] = []
    rates = predict_serving(_unfitted(rows), rows).equations
    for row, rate in zip(rows, rates, strict=True):
        made.append(replace(row, value=float(rate) / 1.5))
    half = len(made) // 2
    fit = _unfitted(made[::2])
    predicted = predict_serving(fit, made[1::2])
    errors = np.log(predicted.rate / np.array([row.value for row in made[1::2]]))
    assert np.abs(errors).mean() < 0.08
    assert len(errors) == half


def _unfitted(rows: list[Served]) -> ServingFit:
    spreads = ServingSpreads(np.array([each.prior for each in EFFECTS]), NOISE)
    return ServingFit(ServingConstants(), spreads, np.zeros((0, 0)), tuple(rows))


def test_a_stack_has_a_factor_with_a_band_and_an_unknown_one_a_wider() -> None:
    catalogue = load_catalogue()
    known = serving_stack(catalogue, "blackwell", "fp4", "mixture")
    unknown = serving_stack(catalogue, "tpu", "bf16", "dense")
    assert known.low < known.factor < known.high
    assert unknown.spread > known.spread


def test_rows_of_one_s_own_are_computed_with_layout_and_without(tmp_path: Path, table: list[dict[str, str]]) -> None:
    row = {**dict.fromkeys(COLUMNS, ""), **next(each for each in table if each["id"].startswith("trtllm-q235-H200"))}
    mine = [
        {**row, "id": "mine-layout", "fold": ""},
        {**row, "id": "mine-open", "tp": "", "dp": "", "ep": "", "pp": "", "fold": ""},
        {**row, "id": "mine-empty", "isl": "", "fold": ""},
        {**row, "id": "mine-unknown", "model": "No-Such-Model", "fold": ""},
        {**row, "id": "mine-fp4", "precision": "FP4", "fold": ""},
        {**row, "id": "mine-heads", "tp": "", "dp": "", "ep": "", "n_gpus": "1", "fold": ""},
    ]
    found = {each.id: each for each in validate("inference", write(tmp_path / "mine.csv", mine)).rows}
    assert found["mine-layout"].computed is not None
    assert "layout: tp 1" in found["mine-layout"].note
    assert found["mine-open"].computed is not None
    assert "searched: " in found["mine-open"].note
    assert found["mine-empty"].note == "it states no length of prompts"
    assert "No-Such-Model" in found["mine-unknown"].note
    assert "does not compute in fp4" in found["mine-fp4"].note
    assert found["mine-heads"].computed is None
    assert "fits" in found["mine-heads"].note


def test_a_number_that_is_none_is_said_with_its_place(tmp_path: Path, table: list[dict[str, str]]) -> None:
    rows = [{**dict.fromkeys(COLUMNS, ""), **table[0], "n_gpus": "eight"}]
    with pytest.raises(ProgrammeError) as caught:
        validate("inference", write(tmp_path / "bad.csv", rows))
    (problem,) = caught.value.problems
    assert "'eight'" in problem.why
    assert isinstance(problem.where, Place)
    assert problem.where.line == 2
