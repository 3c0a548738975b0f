"""The facts of an entry as a list: name, value as text, and the evidence of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gigaloop.catalogue.entry import Entry, Record
from gigaloop.core.evidence import Evidence
from gigaloop.core.marks import item_keys
from gigaloop.core.quantity import Quantity

_NOT_FACTS = frozenset({"id", "name", "aliases", "note", "evidence"})


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name (a path inside the entry), the value as text, and where it came from."""

    name: str
    value: str
    evidence: Evidence
    quantity: Quantity | None = None
    """The value as a quantity; none for texts and dates."""

    def as_dict(self) -> dict[str, object]:
        """Give the fact as plain data, for ``--json``."""
        return {"name": self.name, "value": self.value, "evidence": self.evidence.as_dict()}


def facts_of(entry: Entry) -> list[Fact]:
    """Give the facts of an entry in the order of its model; its texts and dates rest on its first source.

    Parameters
    ----------
    entry
        The entry.
    """
    return list(_facts(entry, "", entry.evidence[0]))


def _facts(record: Record, prefix: str, default: Evidence) -> Iterator[Fact]:
    for name in type(record).model_fields:
        value = getattr(record, name)
        if value is None or value in ("", ()) or (not prefix and name in _NOT_FACTS):
            continue
        path = f"{prefix}{name}"
        if isinstance(value, Quantity):
            yield Fact(path, str(value), value.evidence or default, value)
        elif isinstance(value, tuple) and isinstance(value[0], Record):
            keys = item_keys([dict(item) for item in value])
            for key, item in zip(keys, value, strict=True):
                for fact in _facts(item, f"{path}.{key}.", _first_evidence(item) or default):
                    if fact.value != key:
                        yield fact
        else:
            text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            yield Fact(path, text, default)


def _first_evidence(record: Record) -> Evidence | None:
    """Give the evidence of the first number of a list item, on which its texts and dates rest."""
    values = (getattr(record, name) for name in type(record).model_fields)
    return next((value.evidence for value in values if isinstance(value, Quantity)), None)
