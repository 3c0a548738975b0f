"""Write tables of published cases into the documentation: ``python tools/write_validation.py [facility|training]``."""

import sys
from pathlib import Path

from gigaloop.validation import validate
from gigaloop.validation.page import facility_page, training_page

DOCS = Path(__file__).parent.parent / "docs"
MARK = "<!-- made by tools/write_validation.py from the bundled rows -->\n"
PAGES = {
    "facility": (DOCS / "facility.md", facility_page),
    "training": (DOCS / "training_rows.md", training_page),
}


def main() -> None:
    """Replace what follows the mark of each page."""
    for kind in sys.argv[1:] or PAGES:
        path, page = PAGES[kind]
        text = path.read_text(encoding="utf-8").split(MARK)[0]
        path.write_text(text + MARK + "\n" + page(validate(kind)), encoding="utf-8")


if __name__ == "__main__":
    main()
