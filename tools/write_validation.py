"""Write the table of measured facilities into docs/facility.md: ``python tools/write_validation.py``."""

from pathlib import Path

from gigaloop.validation import validate
from gigaloop.validation.page import facility_page

PAGE = Path(__file__).parent.parent / "docs" / "facility.md"
MARK = "<!-- made by tools/write_validation.py from the bundled rows -->\n"


def main() -> None:
    """Replace what follows the mark."""
    text = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(text + MARK + "\n" + facility_page(validate("facility")), encoding="utf-8")


if __name__ == "__main__":
    main()
