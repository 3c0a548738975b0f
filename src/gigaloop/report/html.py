"""One report as one HTML page that holds everything it needs and asks nothing of any network."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gigaloop.core.errors import StoreError
from gigaloop.report.document import Callout, Columns, Heading, KeyValues, Link, Paragraph, Report, anchors
from gigaloop.report.drawing import draw, is_drawing
from gigaloop.report.echarts import chart
from gigaloop.report.figures import Figure
from gigaloop.report.numbers import Number
from gigaloop.report.palette import palette_for
from gigaloop.report.register import Register, linked, plain, range_of
from gigaloop.report.tables import Cell, CellLike, Table, Text, slug
from gigaloop.study.cache import write_atomic

if TYPE_CHECKING:
    from jinja2 import Environment

_IN_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
_UNBROKEN = 22
"""Longest text without spaces [characters] that a table does not break over lines."""

_KINDS: dict[type, str] = {
    Callout: "callout",
    Columns: "columns",
    Figure: "figure",
    Heading: "heading",
    KeyValues: "keyvalues",
    Link: "link",
    Number: "number",
    Paragraph: "paragraph",
    Table: "table",
    Text: "text",
    str: "words",
}


def render(report: Report) -> str:
    """Give a report as a self-contained HTML page.

    Parameters
    ----------
    report
        The report; any text in it may come from a user and is escaped.

    Returns
    -------
    str
        The page. Its content security policy forbids every request and every script but its own.

    Raises
    ------
    ValueError
        If two parts of the report have the same id, or a link leads nowhere.
    """
    figures = report.figures()
    palette = palette_for(figure.entities() for figure in figures)
    links = anchors(report)
    charts = {links[id(figure)].id: chart(figure, palette) for figure in figures if not is_drawing(figure)}
    drawings = {links[id(figure)].id: draw(figure) for figure in figures if is_drawing(figure)}
    library = [_asset("assets", "echarts.min.js")] if charts else []
    scripts = [*library, _asset("templates", "report.js")]
    page = _environment().get_template("report.html.j2")
    has_map = any(figure.kind == "map" for figure in figures)
    return page.render(
        report=report,
        anchor=lambda thing: links[id(thing)],
        address=lambda link: _address(link, {each.id for each in links.values()}),
        charts=charts,
        drawings=drawings,
        data=script_json({name: each.as_dict() for name, each in charts.items()}),
        states=_asset("assets", "us-states.json").strip() if has_map else "",
        register=Register(),
        scripts=scripts,
        policy=_policy(scripts),
        style=_asset("templates", "report.css"),
    )


def write(report: Report, path: str | os.PathLike[str]) -> Path:
    """Write a report to a file, whole or not at all, and give its path.

    Raises
    ------
    StoreError
        If the file cannot be written; what stood there before is kept.
    """
    target = Path(path)
    content = render(report).encode("utf-8", "replace")
    try:
        write_atomic(target, content)
    except OSError as error:
        why = f"the report cannot be written: {error.strerror or error}"
        raise StoreError(why, where=str(target), hint="choose another folder with --out") from error
    return target


def script_json(data: object) -> str:
    r"""Give data as JSON that may stand inside a script element, whatever texts it holds.

    >>> print(script_json({"name": "</script>"}))
    {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_IN_SCRIPT)


def _address(link: Link, known: set[str]) -> str:
    if slug(link.to) not in known:
        raise ValueError(f"the link '{link.text}' leads to '{link.to}', which is no part of the report")
    return "#" + slug(link.to)


def _policy(scripts: list[str]) -> str:
    """Give a content security policy that lets nothing run but the page's own scripts."""
    hashes = (b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    own = " ".join(f"'sha256-{value}'" for value in hashes)
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {own}"


@cache
def _asset(folder: str, name: str) -> str:
    """Read a file of this package; no file may end the element it is set into."""
    text = files("gigaloop.report").joinpath(folder, name).read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script").replace("</style", "<\\/style")


@cache
def _environment() -> Environment:
    """Give the templates with the few words they need."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("gigaloop.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words: dict[str, Callable[..., Any]] = {
        "kind": kind,
        "linked": linked,
        "range_of": range_of,
        "as_cell": as_cell,
        "slug": slug,
        "plain": plain,
    }
    environment.filters.update(words)
    environment.tests["short"] = is_short
    return environment


def is_short(cell: object) -> bool:
    """Say whether a cell is a date or another text without spaces that is better not broken."""
    return isinstance(cell, Text) and len(cell.text) <= _UNBROKEN and " " not in cell.text


def kind(thing: object) -> str:
    """Say what a block or a piece of prose is, as the templates name it."""
    for known, name in _KINDS.items():
        if isinstance(thing, known):
            return name
    raise TypeError(f"a report cannot show a {type(thing).__name__}: {thing!r}")


def as_cell(value: CellLike) -> Cell:
    """Give a loose value as a cell."""
    return Table("", ["value"], [[value]]).rows[0][0]


__all__ = ["render", "write"]
