"""The reference in the documentation is that of the schema, and its examples hold."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gigaloop.core.quantity import parse
from gigaloop.programme.reference import reference_tables
from gigaloop.programme.scenario import apply_patches
from gigaloop.programme.schema import Patch

PAGE = Path(__file__).parents[2] / "docs" / "programme.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_schema(page):
    assert page.endswith(reference_tables()), "run: python tools/write_reference.py"


def test_every_record_that_is_linked_has_a_table():
    tables = reference_tables()
    headings = {line.removeprefix("### ").lower() for line in tables.splitlines() if line.startswith("### ")}
    linked = {part.split(")")[0] for part in tables.split("](#")[1:]}
    assert linked
    assert linked <= headings


def test_the_scenario_of_the_page_can_be_applied(page, starter):
    block = page.split("```yaml\nscenarios:")[1].split("```")[0]
    patches = [Patch(**patch) for patch in yaml.safe_load("scenarios:" + block)["scenarios"][0]["patches"]]
    patched = apply_patches(starter, patches)
    assert patched.site_of["milam"].pue == parse("1.15", "number")
    assert "milam-2" not in {demand.id for demand in patched.demands}
