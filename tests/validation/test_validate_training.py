"""Published training steps: figures held out, what a table of one's own may hold, and what its faults say."""

import numpy as np
import pytest

from gigaloop.core.errors import ProgrammeError
from gigaloop.validation import validate
from gigaloop.validation.training import bundled_measurements

HEAD = "id,model,layers,hidden,heads,kv_heads,ffn,vocab,seq,global_batch,gpu,n_gpus,tp,pp,cp,precision,step_time_s\n"
LLAMA = "Llama-3/3.1-70B,80,8192,64,8,28672,128256,8192"


@pytest.fixture(scope="module")
def validation():
    return validate("training")


@pytest.fixture
def table(tmp_path):
    def write(*lines, head=HEAD):
        path = tmp_path / "rows.csv"
        path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


def errors(validation, keep=None):
    own = {each.id: each for each in bundled_measurements()}
    return np.array(
        [abs(row.error) for row in validation.rows if row.id in own and (keep is None or keep(own[row.id]))]
    )


def test_every_row_with_step_and_strategy_is_computed(validation):
    computed = {row.id for row in validation.rows if row.computed is not None}
    assert {row.id for row in bundled_measurements()} <= computed
    assert all(row.note for row in validation.rows)


def test_held_out_errors_stay_where_they_are_documented(validation):
    every = errors(validation)
    assert every.mean() < 0.066
    assert np.median(every) < 0.045
    assert errors(validation, lambda row: not row.moe).mean() < 0.055


def test_bands_hold_about_eight_in_ten(validation):
    own = {row.id for row in bundled_measurements()}
    inside = [row.within for row in validation.rows if row.id in own]
    assert 0.75 <= np.mean(inside) <= 0.85


def test_the_next_generation_is_predicted_without_it(validation):
    (line,) = [each for each in validation.remarks if each.startswith("GB300 by a fit")]
    assert float(line.split("mean ")[1].split(" %")[0]) < 15.0


def test_a_row_of_a_known_configuration_is_computed_without_it(table):
    found = validate("training", table(f"bridge-26.02-x,{LLAMA},256,GB200-NVL72,64,1,1,1,FP8-CS,8.1109"))
    (row,) = found.rows
    assert row.computed is not None
    assert "fold " in row.note
    assert "software stack megatron-bridge 2026-02" in row.note


def test_a_row_without_a_strategy_is_searched_for_and_says_so(table):
    found = validate("training", table(f"acme-1,{LLAMA},256,H100-SXM,64,,,,BF16,25"))
    (row,) = found.rows
    assert row.computed == pytest.approx(25.0, rel=0.6)
    assert "no strategy is published; searched: tp" in row.note


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (f"a,{LLAMA},256,H100-SXM,64,8,1,1,INT3,25", "precision is not known"),
        (f"a,{LLAMA},256,A100-80GB,64,8,1,1,FP8,25", "has no fp8"),
        (f"a,{LLAMA},256,H1000,64,8,1,1,BF16,25", "'H1000' is not known"),
        (f"a,{LLAMA},,H100-SXM,64,8,1,1,BF16,25", "global_batch is not published"),
        (f"a,{LLAMA},256,H100-SXM,60,8,1,1,BF16,25", "not a multiple of tp 8"),
        (f"a,{LLAMA},9,H100-SXM,64,8,1,1,BF16,25", "not a multiple of dp 8"),
        (f"a,{LLAMA},256,H100-SXM,64,8,1,1,BF16,", "no step time"),
        ("a,Novel-9B,,,,,,,8192,256,H100-SXM,64,8,1,1,BF16,25", "no known model"),
    ],
)
def test_what_cannot_be_computed_says_why(table, line, why):
    (row,) = validate("training", table(line)).rows
    assert row.computed is None
    assert why in row.note


def test_a_wrong_cell_has_its_place(table):
    with pytest.raises(ProgrammeError, match=r"'many' is not a whole number") as error:
        validate("training", table(f"a,{LLAMA},many,H100-SXM,64,8,1,1,BF16,25"))
    assert "rows.csv:2" in str(error.value)


def test_an_unknown_column_is_refused_with_the_one_meant(table):
    with pytest.raises(ProgrammeError, match="there is no column 'gpus'") as error:
        validate("training", table("a,Llama-3/3.1-8B,8,25", head="id,model,gpus,gpu\n"))
    assert any("gpu" in (problem.hint or "") for problem in error.value.problems)
