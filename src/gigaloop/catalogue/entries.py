"""From drafts to entries: checked as a whole, and laid over entries that are known already, fact by fact."""

from __future__ import annotations

from dataclasses import replace

from gigaloop.catalogue.entry import Entry, Record
from gigaloop.catalogue.files import Draft
from gigaloop.catalogue.layout import layout
from gigaloop.core.errors import Problem
from gigaloop.core.evidence import Evidence
from gigaloop.core.marks import Places
from gigaloop.core.quantity import Quantity
from gigaloop.core.validate import validate


def make_entry(draft: Draft) -> tuple[Entry | None, list[Problem]]:
    """Make a new entry of a draft, or say what is wrong with it."""
    return _checked(draft, {"id": draft.id, "evidence": draft.evidence, **draft.data}, needs_source=True)


def overlay(known: Entry, draft: Draft) -> tuple[Entry | None, list[Problem]]:
    """Lay a draft over a known entry: its facts replace those of the entry, whose evidence it keeps as superseded."""
    data: dict[str, object] = {name: getattr(known, name) for name in known.model_fields_set}
    fields = layout(draft.model)
    texts = False
    for name, value in draft.data.items():
        old = getattr(known, name, None)
        field = fields.get(name)
        if isinstance(value, Quantity) and isinstance(old, Quantity):
            data[name] = _superseding(value, _was(old))
        elif field is not None and field.items is not None and isinstance(value, list):
            earlier = _evidence_of(old) if isinstance(old, tuple) else ()
            data[name] = [_item_superseding(item, earlier) for item in value]
        else:
            data[name] = value
            texts = texts or (field is not None and field.dim is None)
    if texts:
        data["evidence"] = tuple(replace(evidence, superseded=known.evidence) for evidence in draft.evidence)
    return _checked(draft, data, needs_source=texts)


def _checked(draft: Draft, data: dict[str, object], *, needs_source: bool) -> tuple[Entry | None, list[Problem]]:
    key = draft.mark.key_place
    mark = replace(draft.mark, line=key.line, column=key.column)
    entry, problems = validate(draft.model, data, Places(mark))
    problems = [replace(p, path=f"{draft.id}.{p.path}".rstrip(".")) for p in problems]
    if needs_source and not draft.names_source:
        hint = "write 'source: key' into the entry, with the key declared under 'sources'"
        problems.append(Problem("the entry names no source", key, draft.id, hint))
    return (None if problems else entry), problems


def _was(old: Quantity) -> tuple[Evidence, ...]:
    """Give the evidence of a replaced quantity, with the value in its note."""
    evidence = old.evidence
    if evidence is None:
        return ()
    note = f"was {old}" + (f"; {evidence.note}" if evidence.note else "")
    return (replace(evidence, note=note),)


def _evidence_of(items: tuple[object, ...]) -> tuple[Evidence, ...]:
    """Give the distinct evidence of the numbers of a replaced list."""
    numbers = (
        value
        for item in items
        if isinstance(item, Record)
        for name in type(item).model_fields
        if isinstance(value := getattr(item, name), Quantity)
    )
    return tuple(dict.fromkeys(number.evidence for number in numbers if number.evidence is not None))


def _superseding(value: Quantity, earlier: tuple[Evidence, ...]) -> Quantity:
    evidence = value.evidence
    return value if evidence is None else value.with_evidence(replace(evidence, superseded=earlier))


def _item_superseding(item: object, earlier: tuple[Evidence, ...]) -> object:
    if not isinstance(item, dict):
        return item
    return {key: _superseding(v, earlier) if isinstance(v, Quantity) else v for key, v in item.items()}
