"""``gigaloop design calibrate``: what measured steps of one's own change, as shown and as facts for the catalogue."""

import pytest

HEAD = "id,model,seq,global_batch,gpu,n_gpus,tp,pp,cp,mbs,precision,step_time_s\n"
ROWS = (
    "acme-1,Llama-3/3.1-8B,8192,128,H100-SXM,8,1,1,1,1,BF16,16.2\n"
    "acme-2,Llama-3/3.1-8B,8192,128,H100-SXM,16,1,1,1,1,BF16,8.2\n"
    "acme-3,Llama-3/3.1-8B,8192,256,H100-SXM,16,2,1,1,1,BF16,17.2\n"
)


@pytest.fixture
def calibrate(gigaloop, tmp_path):
    def run(rows, *words, head=HEAD):
        table = tmp_path / "mine.csv"
        table.write_text(head + rows, encoding="utf-8")
        return gigaloop("design", "calibrate", table, *words)

    return run


def test_rows_are_shown_before_and_from_each_other(calibrate):
    found = calibrate(ROWS, "--json").json
    assert [row["id"] for row in found["rows"]] == ["acme-1", "acme-2", "acme-3"]
    for row in found["rows"]:
        low, high = row["from_others_80"]
        before = row["before_80"]
        assert before[0] < row["before"] < before[1]
        assert low < row["from_others"] < high
        assert high / low < before[1] / before[0]
    assert found["mean_abs_error_from_others"] < found["mean_abs_error_before"]


def test_people_read_the_error_before_and_after(calibrate):
    shown = calibrate(ROWS)
    assert shown.code == 0
    assert "3 rows: mean error" in shown.out


def test_the_stack_becomes_facts_that_design_takes(calibrate, gigaloop, tmp_path):
    folder = tmp_path / "facts"
    assert calibrate(ROWS, "--write", folder).code == 0
    listed = gigaloop("catalogue", "list", "software_stack", "--catalogue", folder)
    assert listed.code == 0
    assert "own" in listed.out


def test_a_table_that_teaches_nothing_says_why_and_what_a_row_needs(calibrate):
    shown = calibrate("acme-1,Llama-3/3.1-8B,8192,128,H100-SXM,8,,,,,BF16,16.2\n")
    assert shown.code == 2
    assert "no strategy is given: tp and pp" in shown.err
    assert "step_time_s" in shown.err
