"""Write the tables of the file format into docs/programme.md: ``python tools/write_reference.py``."""

from pathlib import Path

from gigaloop.programme.reference import reference_tables

PAGE = Path(__file__).parent.parent / "docs" / "programme.md"
MARK = "<!-- made by tools/write_reference.py from the schema -->\n"


def main() -> None:
    """Replace what follows the mark."""
    text = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(text + MARK + "\n" + reference_tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
