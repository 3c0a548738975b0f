"""The page model of a report: headline cards, sections, and the blocks that sections are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gigaloop.report.figures import Figure
from gigaloop.report.numbers import Number
from gigaloop.report.tables import CellLike, Table, Text, slug

Tone = Literal["note", "binds", "good", "warning"]


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to another block or section of the report, by its ``id``."""

    text: str
    to: str


Inline = str | Number | Text | Link
Prose = str | Sequence[Inline]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; numbers inside it may carry evidence: ``Paragraph(["Draws ", Number(132, "kW", e), "."])``."""

    prose: Prose


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Callout:
    """A sentence that must not be missed, such as what binds, with an optional list of particulars."""

    title: str
    prose: Prose = ""
    tone: Tone = "note"
    points: Sequence[Prose] = ()


@dataclass(frozen=True, slots=True)
class KeyValues:
    """A card of named values: ``rows`` are (name, value) or (name, value, remark)."""

    title: str
    rows: Sequence[tuple[str, CellLike] | tuple[str, CellLike, str]]


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side where the page is wide enough."""

    blocks: Sequence[Block]


Block = Figure | Table | Paragraph | Heading | Callout | KeyValues | Columns | str


@dataclass(frozen=True, slots=True)
class Kpi:
    """A headline card: a number or a few words, and the basis on which it stands."""

    label: str
    value: Number | Text | str
    basis: Prose = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report: the question it answers, the answer in a paragraph or two, then its blocks."""

    id: str
    title: str
    lead: Sequence[Prose] | str = ()
    blocks: Sequence[Block] = ()

    @property
    def paragraphs(self) -> tuple[Prose, ...]:
        """The lead as paragraphs."""
        return (self.lead,) if isinstance(self.lead, str) else tuple(self.lead)


@dataclass(frozen=True, slots=True)
class Report:
    """A report: what it is about, its headline, its sections.

    ``meta`` names what the numbers stand on (programme, key, engine version, date of the catalogue).
    """

    title: str
    subtitle: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    headline: Sequence[Kpi] = ()
    summary: Sequence[Prose] | str = ()
    sections: Sequence[Section] = ()

    @property
    def paragraphs(self) -> tuple[Prose, ...]:
        """The summary as paragraphs."""
        return (self.summary,) if isinstance(self.summary, str) else tuple(self.summary)

    def blocks(self) -> Iterator[Block]:
        """Go through all blocks in reading order, those inside columns too."""
        for section in self.sections:
            yield from _flat(section.blocks)

    def figures(self) -> tuple[Figure, ...]:
        """Give the figures in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Figure))


def _flat(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Columns):
            yield from _flat(block.blocks)
        else:
            yield block


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a block stands: its link and its numbered name."""

    id: str
    name: str


def anchors(report: Report) -> dict[int, Anchor]:
    """Give each section, figure and table its link, and number figures and tables in reading order.

    Returns
    -------
    dict
        From ``id()`` of each object to its anchor.

    Raises
    ------
    ValueError
        If two of them have the same id.
    """
    found: dict[int, Anchor] = {}
    seen: set[str] = set()
    count = {"Figure": 0, "Table": 0}

    def add(thing: Section | Figure | Table, wanted: str, name: str) -> None:
        link = slug(wanted)
        if link in seen:
            raise ValueError(f"two parts of the report have the id '{link}'")
        seen.add(link)
        found[id(thing)] = Anchor(link, name)

    for section in report.sections:
        add(section, section.id, section.title)
        for block in _flat(section.blocks):
            if isinstance(block, Figure | Table):
                word = "Figure" if isinstance(block, Figure) else "Table"
                count[word] += 1
                name = f"{word} {count[word]}"
                add(block, block.id or f"{section.id}-{name}", name)
    return found
