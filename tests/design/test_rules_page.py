from pathlib import Path

from gigaloop.design.rules import every_rule
from gigaloop.design.rules.reference import rules_table

PAGE = Path(__file__).parents[2] / "docs" / "facility.md"


def test_the_page_lists_the_rules_as_they_are():
    assert rules_table() in PAGE.read_text(encoding="utf-8"), "run: python tools/write_rules.py"


def test_the_table_has_a_row_for_each_rule_with_its_source():
    rows = [line for line in rules_table().splitlines() if line.startswith("| `")]
    assert len(rows) == len(every_rule()) >= 40
    for row, rule in zip(rows, every_rule(), strict=True):
        assert row.count("|") - row.count("\\|") == 5
        assert f"`{rule.id}`" in row
