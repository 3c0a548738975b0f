"""Tables as one workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

from gigaloop.exchange.tables import Table

_WIDEST = 42


def workbook(tables: Sequence[Table], title: str, on: dt.date) -> bytes:
    """Write tables as sheets of an XLSX workbook: dates as dates, numbers as numbers, the heading fixed.

    Parameters
    ----------
    tables
        The tables; one sheet each, and one in front that says what the columns mean.
    title
        Title in the properties of the workbook.
    on
        Its day of making, so that the same plan gives the same bytes.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": title, "created": dt.datetime.combine(on, dt.time())})
        bold = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        about = book.add_worksheet("columns")
        about.write_row(0, 0, ["sheet", "column", "meaning"], bold)
        lines = [(each.name, column.name, column.meaning) for each in tables for column in each.columns]
        for number, line in enumerate(lines, 1):
            about.write_row(number, 0, line)
        about.set_column(0, 1, 24)
        about.set_column(2, 2, 80)
        for each in tables:
            sheet = book.add_worksheet(each.name)
            sheet.write_row(0, 0, [column.name for column in each.columns], bold)
            sheet.freeze_panes(1, 1)
            for number, row in enumerate(each.rows, 1):
                for at, value in enumerate(row):
                    if isinstance(value, dt.date):
                        sheet.write_datetime(number, at, dt.datetime.combine(value, dt.time()), day)
                    elif isinstance(value, str):
                        sheet.write_string(number, at, value)
                    elif value is not None:
                        sheet.write_number(number, at, value)
            sheet.autofilter(0, 0, len(each.rows), len(each.columns) - 1)
            for at, column in enumerate(each.columns):
                shown = [len(column.name), *(len(str(row[at])) for row in each.rows[:200])]
                sheet.set_column(at, at, min(max(shown) + 2, _WIDEST))
    return buffer.getvalue()
