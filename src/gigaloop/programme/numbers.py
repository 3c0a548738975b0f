"""Every number of a programme with its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel

from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.marks import item_keys
from gigaloop.core.quantity import UNDATED, Quantity
from gigaloop.programme.schema import Programme


def quantities(record: BaseModel, path: str = "") -> Iterator[tuple[str, Quantity]]:
    """Go through the quantities of a programme, or of any record of it, in the order of the schema.

    Parameters
    ----------
    record
        The programme or record.
    path
        Path of the record itself; what is given begins with it.
    """
    for name, value in record:
        here = f"{path}.{name}" if path else name
        if isinstance(value, Quantity):
            yield here, value
        elif isinstance(value, BaseModel):
            yield from quantities(value, here)
        elif isinstance(value, tuple):
            for key, item in zip(item_keys(value), value, strict=True):
                if isinstance(item, BaseModel):
                    yield from quantities(item, f"{here}.{key}")


def evidence_of(programme: Programme, quantity: Quantity, path: str = "") -> Evidence:
    """Give the evidence of a number of a programme, with the place where it stands.

    A number that its author states without evidence, and a default of the format that he leaves as it is, are
    assumptions of the programme as of its date.
    """
    as_of = programme.as_of.isoformat()
    evidence = quantity.evidence
    if evidence is None:
        return Evidence("default of the programme format", as_of, EvidenceKind.ASSUMPTION)
    if evidence.date == UNDATED:
        evidence = replace(evidence, source=f"stated in the programme {programme.id}", date=as_of)
    place = programme.place(path) if path else None
    return evidence if place is None else evidence.at(place)
