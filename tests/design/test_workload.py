import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import ProgrammeError
from gigaloop.design.workload import (
    decode_flops_per_token,
    parameters_read,
    training_flops_per_token,
    workload_performance,
)


@pytest.fixture(scope="module")
def perform(make_programme, catalogue):
    def run(workload, accelerator=None, **change):
        programme = make_programme(
            generation={"accelerator": accelerator} if accelerator else None,
            workloads=[{"id": workload, **change}],
        )
        generation = programme.generations[0]
        found = next(w for w in programme.workloads if w.id == workload)
        return workload_performance(programme, generation, catalogue.accelerator(generation.accelerator), found)

    return run


def test_gpt_3_took_the_published_compute(oracle):
    row = next(row for row in oracle("design") if row["id"] == "gpt3-training")
    total = training_flops_per_token(174.6e9, 0, 0, 0) * 300e9
    assert total == pytest.approx(float(row["value"]), rel=float(row["tolerance"]))


def test_palm_s_model_flops_utilisation_is_as_published(oracle):
    rows = {row["id"]: row for row in oracle("design")}
    rate, peak = 238.3e3, 6144 * 275e12
    whole = rate * training_flops_per_token(540.35e9, 118, 48 * 256, 2048) / peak
    dense = rate * training_flops_per_token(540.35e9, 118, 48 * 256, 0) / peak
    for found, id_ in ((whole, "palm-mfu"), (dense, "palm-mfu-dense")):
        assert found == pytest.approx(float(rows[id_]["value"]), rel=float(rows[id_]["tolerance"]))


def test_training_runs_at_its_utilisation_of_the_dense_peak(perform):
    result = perform("training")
    assert result.bound == "compute"
    used = result.tokens_per_s_per_accelerator * training_flops_per_token(37e9, 61, 7168, 4096)
    assert used == pytest.approx(0.35 * 4.9e15)
    assert result.tokens_per_s == pytest.approx(72 * result.tokens_per_s_per_accelerator)


def test_training_on_tiny_batches_is_bound_by_moving_its_states(perform):
    result = perform("training", batch=1, context="128 tokens")
    assert result.bound == "memory"
    assert result.tokens_per_s == result.memory_roof < result.compute_roof


def test_states_of_training_take_16_bytes_a_parameter(perform):
    result = perform("training", accelerators=57)
    assert result.memory_needed == 16 * 671e9
    assert not result.fits
    assert (result.bound, result.tokens_per_s) == ("capacity", 0.0)
    assert perform("training", accelerators=58).fits


def test_training_without_a_stated_job_takes_the_least_that_holds_it(perform):
    assert perform("training", accelerators=None).accelerators == 58


def test_decode_by_hand(perform):
    """A batch of 4,608 reads all of the weights once and each cache of 70 kB x 8,192; memory decides."""
    result = perform("serving")
    time = (671e9 + 4608 * 70e3 * 8192) / (72 * 8e12 * 0.70)
    assert result.bound == "memory"
    assert result.tokens_per_s == pytest.approx(4608 / time, rel=1e-9)


def test_a_batch_beyond_memory_is_cut_to_what_fits(perform):
    result = perform("serving", batch=1e6)
    limit = (72 * 186e9 - 671e9) / (70e3 * 8192)
    assert result.batch_limit == pytest.approx(limit)
    assert result.batch == int(limit)
    assert result.fits


def test_a_model_that_does_not_fit_gives_nothing_and_says_so(perform):
    result = perform("serving", accelerators=3)
    assert (result.bound, result.tokens_per_s, result.batch) == ("capacity", 0.0, 0.0)


@given(small=st.integers(1, 20_000), large=st.integers(1, 20_000))
def test_a_larger_batch_never_generates_less(perform, small, large):
    small, large = sorted((small, large))
    assert perform("serving", batch=small).tokens_per_s <= perform("serving", batch=large).tokens_per_s * (1 + 1e-12)


@given(batch=st.integers(1, 5000))
def test_neither_roof_is_broken(perform, batch):
    result = perform("serving", batch=batch)
    assert result.tokens_per_s == min(result.compute_roof, result.memory_roof)


@given(total=st.floats(1e9, 1e13), share=st.floats(0.01, 1.0), batch=st.integers(1, 100_000))
def test_parameters_read_lie_between_the_active_and_all(total, share, batch):
    read = parameters_read(total, share * total, batch)
    assert share * total * (1 - 1e-9) <= read <= total
    assert parameters_read(total, total, batch) == total


def test_a_forward_pass_is_a_third_of_training():
    assert 3 * decode_flops_per_token(37e9, 61, 7168, 8192) == training_flops_per_token(37e9, 61, 7168, 8192)


def test_a_precision_that_no_source_states_names_those_that_are_known(perform):
    with pytest.raises(ProgrammeError) as caught:
        perform("training", accelerator="vr200", precision="bf16")
    (problem,) = caught.value.problems
    assert problem.path == "workloads.training.precision"
    assert "no dense peak at bf16" in problem.why
    assert "fp8, fp4" in problem.hint


def test_lower_precision_is_faster_and_smaller(perform):
    fp8, fp4 = perform("serving"), perform("serving", precision="fp4")
    assert fp4.tokens_per_s > fp8.tokens_per_s
    assert fp4.memory_needed < fp8.memory_needed
