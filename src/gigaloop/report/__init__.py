"""Reports: figures and tables as data, and the one self-contained HTML page that shows them.

Nothing here knows an engine. A report is made of records (:class:`~gigaloop.report.document.Report` of sections of
figures, tables and words) and drawn by :func:`~gigaloop.report.html.render`.
"""

from gigaloop.report.document import (
    Block,
    Callout,
    Columns,
    Heading,
    KeyValues,
    Kpi,
    Link,
    Paragraph,
    Prose,
    Report,
    Section,
)
from gigaloop.report.html import render, write
from gigaloop.report.numbers import Number, Value
from gigaloop.report.tables import CellLike, Column, Row, Table, Text

__all__ = [
    "Block",
    "Callout",
    "CellLike",
    "Column",
    "Columns",
    "Heading",
    "KeyValues",
    "Kpi",
    "Link",
    "Number",
    "Paragraph",
    "Prose",
    "Report",
    "Row",
    "Section",
    "Table",
    "Text",
    "Value",
    "render",
    "write",
]
