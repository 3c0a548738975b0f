"""Published allocations of training jobs against the closed form."""

from __future__ import annotations

import pytest

from gigaloop.validation import validate


@pytest.fixture(scope="module")
def rows():
    return validate("memory").rows


def test_every_row_is_computed(rows):
    assert len(rows) >= 36
    assert all(row.computed is not None for row in rows)


def test_what_programs_allocate_is_met_within_five_per_cent(rows):
    allocated = [abs(row.error) for row in rows if row.quantity == "peak memory allocated"]
    assert len(allocated) >= 19
    assert max(allocated) <= 0.05
    assert sum(allocated) / len(allocated) <= 0.02


def test_a_plain_loss_and_full_recompute_is_met_within_five_per_cent(rows):
    found = [abs(row.error) for row in rows if row.id.startswith("torchtitan-8b-cp")]
    assert len(found) == 4
    assert max(found) <= 0.05


def test_a_case_that_cannot_be_used_says_why(tmp_path):
    table = tmp_path / "memory.csv"
    table.write_text(
        "id,quantity,unit,published,method,inputs\n"
        "a,peak,GiB,10,peak,model=gpt-9; accelerator=h100; sequence=1; batch=1\n"
        "b,peak,GiB,10,peak,model=llama-3-1-8b; accelerator=h100; sequence=1; batch=1; recompute=some\n"
    )
    first, second = validate("memory", table).rows
    assert "no language model 'gpt-9'" in first.note
    assert "recompute 'some' is not known" in second.note
