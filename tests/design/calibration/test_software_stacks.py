"""Stacks are told from how rows are called, and dates and recipes from how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.design.calibration.measurements import FOLDS, configuration, fold_of, recipe
from gigaloop.design.calibration.stacks import UNKNOWN, shown_date, stack_of, written_date


@pytest.mark.parametrize(
    ("id_", "notes", "family", "date", "variant"),
    [
        ("bridge-26.02.01-LLAMA3_70B-GB300-1", "container 26.02.01", "megatron-bridge", "2026-02", ""),
        (
            "bridge-26.06.01-GPT-1",
            "container 26.06.01; known cuDNN regression",
            "megatron-bridge",
            "2026-06",
            "regression",
        ),
        ("mlperf-v5.1-Acme-x8-llama31_405b", "", "mlperf", "2025-10", ""),
        ("mlperf-v5.0-NVIDIA-tyche_ngpu256_ngc25.04_nemo-llama31_405b", "", "mlperf", "2025-04", ""),
        ("mlperf-v4.1-Google-cloud-tpu-v5p-8192-maxtext-gpt3", "", "maxtext", "2024-10", ""),
        ("torchtitan-8b-128-compile", "FSDP+compile", "torchtitan", "", "compile"),
        ("acme-13b", "", "acme", "2026-07", ""),
    ],
)
def test_a_stack_is_told_from_its_row(id_: str, notes: str, family: str, date: str, variant: str) -> None:
    found = stack_of(id_, "", notes)
    assert found.family == family
    assert found.variant == variant
    if date:
        assert shown_date(found.date).startswith(date)


def test_a_row_without_a_name_has_an_unknown_stack() -> None:
    assert stack_of("", "", "").family == UNKNOWN


def test_who_ran_it_counts_in_a_benchmark_of_many_submitters() -> None:
    assert stack_of("mlperf-v5.0-Oracle-8xBM.GPU.B200.8-llama2_70b_lora", "", "").site == "Oracle"


def test_the_first_months_of_a_source_date_it() -> None:
    assert shown_date(stack_of("torchtitan-x", "benchmarks/llama3_h100_202412_torchtitan.md", "").date)[:7] == "2024-12"


@given(st.integers(2015, 2035), st.integers(1, 12), st.integers(1, 28))
def test_dates_are_read_as_they_are_written(year: int, month: int, day: int) -> None:
    text = f"{year}-{month:02d}-{day:02d}"
    date = written_date(text)
    assert date is not None
    assert abs((written_date(shown_date(date)) or 0.0) - date) < 1.1 / 365.0


@pytest.mark.parametrize("text", ["", "26.04", "April 2026", "2026-13"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert written_date(text) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("BF16", "bf16"), ("FP16", "bf16"), ("FP8-CS", "fp8"), ("FP8-CS (FP8-MX)", "fp8"), ("FP8-MX", "mxfp8"),
        ("MXFP8", "mxfp8"), ("NVFP4", "fp4"), ("MXFP4", "fp4"), ("fp8_full", "fp8"), ("bf16", "bf16"),
        ("INT4", ""), ("", ""),
    ],
)  # fmt: skip
def test_precisions_are_named_by_their_recipe(text: str, named: str) -> None:
    assert recipe(text) == named


def test_a_fold_depends_on_the_configuration_alone() -> None:
    key = configuration("Llama-3.1-405B", "GB300-NVL72", 256, 8192, "fp4", 4, 8, 1, 4)
    assert key == configuration(" llama-3.1-405b", "gb300-nvl72", 256, 8192, "fp4", 4, 8, 1, 4)
    assert 0 <= fold_of(key) < FOLDS
    assert {fold_of(f"{key}{i}") for i in range(100)} == set(range(FOLDS))
