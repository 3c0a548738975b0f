"""The register of evidence: every source that a report uses, once, numbered in the order of first use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gigaloop.core.evidence import Evidence

_URL = re.compile(r"https?://[^\s;,<>\"')\]]+[^\s;,<>\"')\].:]")


@dataclass(slots=True)
class Entry:
    """A source with its label (``A...`` for assumptions), what is remarked on it, and where it is used."""

    label: str
    evidence: Evidence
    remarks: list[str] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """The link of the entry."""
        return f"source-{self.label.lower()}"


@dataclass(frozen=True, slots=True)
class Card:
    """What opens at a number: the entries behind it, with what is said of this number alone."""

    id: str
    cited: tuple[tuple[Entry, Evidence], ...]
    note: str

    @property
    def labels(self) -> str:
        """The labels of the entries, as printed beside the number."""
        return ", ".join(entry.label for entry, _ in self.cited)

    @property
    def kinds(self) -> str:
        """The kinds of the evidence in words."""
        return ", ".join(dict.fromkeys(evidence.kind.value for _, evidence in self.cited))

    @property
    def is_assumption(self) -> bool:
        """Whether anything cited is an assumption."""
        return any(evidence.is_assumption for _, evidence in self.cited)


class Register:
    """Collects evidence while a report is written."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str, str], Entry] = {}
        self._cards: dict[tuple[object, ...], Card] = {}
        self._count = {"": 0, "A": 0}

    def cite(self, evidence: Sequence[Evidence], *, note: str = "", at: str = "", name: str = "") -> Card:
        """Give the card of one number's evidence; numbers with the same evidence share one.

        Parameters
        ----------
        evidence
            At least one piece of evidence.
        note
            A remark on the number.
        at, name
            Link and name of the block where the number stands.
        """
        entries = [self._entry(piece) for piece in evidence]
        for entry, piece in zip(entries, evidence, strict=True):
            if at:
                entry.used.setdefault(at, name)
            remark = "; ".join(part for part in (range_of(piece), piece.note) if part)
            if remark and remark not in entry.remarks:
                entry.remarks.append(remark)
        key = (
            note,
            *((entry.label, p.low, p.high, p.note, p.place) for entry, p in zip(entries, evidence, strict=True)),
        )
        if key not in self._cards:
            cited = tuple(zip(entries, evidence, strict=True))
            self._cards[key] = Card(f"evidence-{len(self._cards) + 1}", cited, note)
        return self._cards[key]

    def entries(self) -> list[Entry]:
        """Give the entries: sources first, then assumptions, each in the order of first use."""
        return sorted(self._entries.values(), key=lambda entry: entry.evidence.is_assumption)

    def cards(self) -> list[Card]:
        """Give the cards in the order in which they were made."""
        return list(self._cards.values())

    def _entry(self, evidence: Evidence) -> Entry:
        key = (evidence.source, evidence.date, evidence.kind.value)
        if key not in self._entries:
            letter = "A" if evidence.is_assumption else ""
            self._count[letter] += 1
            self._entries[key] = Entry(f"{letter}{self._count[letter]}", evidence)
        return self._entries[key]


def range_of(evidence: Evidence) -> str:
    """Give the range of a piece of evidence in words, or nothing."""
    if evidence.low and evidence.high:
        return f"range {evidence.low} to {evidence.high}"
    if evidence.low:
        return f"at least {evidence.low}"
    return f"at most {evidence.high}" if evidence.high else ""


def linked(source: str) -> list[tuple[str, str]]:
    """Split the text of a source into (text, address) parts; the address is empty for plain words.

    Only ``http`` and ``https`` addresses become links.

    >>> linked("Rack datasheet; https://example.org/a.pdf")
    [('Rack datasheet; ', ''), ('https://example.org/a.pdf', 'https://example.org/a.pdf')]
    """
    parts: list[tuple[str, str]] = []
    at = 0
    for match in _URL.finditer(source):
        if match.start() > at:
            parts.append((source[at : match.start()], ""))
        parts.append((match.group(), match.group()))
        at = match.end()
    if at < len(source):
        parts.append((source[at:], ""))
    return parts


def plain(source: str) -> str:
    """Give the text of a source without its addresses, or the site's name where it is nothing else.

    >>> plain("Rack datasheet; https://example.org/a.pdf"), plain("https://example.org/a.pdf")
    ('Rack datasheet', 'example.org')
    """
    words = "".join(text for text, address in linked(source) if not address).strip(" ;:,()")
    return words or source.split("/")[2]
