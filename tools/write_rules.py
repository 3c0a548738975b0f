"""Write the table of the design rules into docs/facility.md: ``python tools/write_rules.py``."""

from pathlib import Path

from gigaloop.design.rules.reference import rules_table

PAGE = Path(__file__).parent.parent / "docs" / "facility.md"
BEGIN = "<!-- made by tools/write_rules.py from the rules -->\n"
END = "<!-- end of the rules -->\n"


def main() -> None:
    """Replace what stands between the marks."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{rules_table()}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
