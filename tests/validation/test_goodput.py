"""Published training runs against the model of goodput."""

import csv
from pathlib import Path

import pytest

from gigaloop import validation
from gigaloop.core.errors import UsageError
from gigaloop.validation.goodput import METHODS
from gigaloop.validation.records import Case
from gigaloop.validation.run import validate


@pytest.fixture(scope="module")
def rows():
    return {row.id: row for row in validate("goodput").rows}


def test_interruptions_of_llama_3_are_met_within_what_two_clusters_differ_by(rows):
    assert rows["llama-3-all"].within
    parts = ("accelerators", "memory", "hosts", "adapters", "network", "software")
    published = sum(rows[f"llama-3-{part}"].published for part in parts)
    computed = sum(rows[f"llama-3-{part}"].computed for part in parts)
    assert published == rows["llama-3-all"].published
    assert computed == pytest.approx(rows["llama-3-all"].computed)


@pytest.mark.parametrize("row", ["llama-3-effective", "megascale-effective"])
def test_runs_over_ninety_percent_effective_are_that(rows, row):
    assert rows[row].computed > 0.9


def test_a_run_whose_size_is_not_published_is_not_computed_and_says_so(rows):
    assert rows["gemini-goodput"].computed is None
    assert "accelerators" in rows["gemini-goodput"].note


def test_every_row_says_where_it_is_from():
    table = Path(validation.__file__).parent / "data" / "goodput.csv"
    with table.open(encoding="utf-8") as file:
        assert all("http" in row["source"] for row in csv.DictReader(file))


def test_an_unknown_cause_is_refused_with_the_known_ones(tmp_path):
    inputs = {"accelerators": "8", "days": "1", "memory": "80 GB", "causes": "gremlins"}
    case = Case("x", "x", "events", 1.0, 0.1, 0.0, "interruptions", inputs, "", tmp_path)
    with pytest.raises(UsageError, match="gremlins"):
        METHODS["interruptions"](case)
