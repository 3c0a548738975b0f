"""Reading a catalogue file: its sources, and its entries as drafts whose numbers carry their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import field_validator

from gigaloop.catalogue.entry import CoarseDate, Entry, Record
from gigaloop.catalogue.kinds import KINDS
from gigaloop.catalogue.layout import Field, layout
from gigaloop.core.document import Document, read_yaml
from gigaloop.core.errors import Place, Problem, QuantityError
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.marks import Mark, Places, item_keys
from gigaloop.core.quantity import Dim, parse, read
from gigaloop.core.suggest import did_you_mean
from gigaloop.core.validate import validate


class Source(Record):
    """A source as a file declares it: where, when, how firm, and what attribution it asks for."""

    source: str
    date: CoarseDate
    kind: EvidenceKind
    attribution: str = ""

    @field_validator("source")
    @classmethod
    def _stated(cls, value: str) -> str:
        if not value:
            raise ValueError("a source needs a link, a document or 'assumption ...'")
        return value


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as a file states it: quantities with evidence among plain data, before it is checked as a whole."""

    kind: str
    id: str
    data: dict[str, object]
    evidence: tuple[Evidence, ...]
    names_source: bool
    """Whether it says what it rests on, rightly or wrongly."""
    mark: Mark

    @property
    def model(self) -> type[Entry]:
        """The model of its kind."""
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """What a file holds."""

    drafts: tuple[Draft, ...]
    sources: Mapping[str, Source]
    problems: tuple[Problem, ...]


_FILE_KEYS = ("kind", "sources", "entries")
_FACT_KEYS = frozenset({"value", "source", "date", "kind", "low", "high", "note"})


def read_file(path: Path, shown_as: str, *, place_facts: bool) -> CatalogueFile:
    """Read a catalogue file; what is wrong with it comes back as problems.

    Parameters
    ----------
    path, shown_as
        The file, and how places name it.
    place_facts
        Whether the evidence of its facts says where in the file they stand (for a user's own file).
    """
    document = read_yaml(path, shown_as)
    if document.problems:
        return CatalogueFile((), {}, document.problems)
    reader = _Reader(place_facts)
    drafts = reader.read(document)
    return CatalogueFile(tuple(drafts), reader.sources, tuple(reader.problems))


class _Reader:
    """Reads one document; collects problems."""

    def __init__(self, place_facts: bool) -> None:
        self.place_facts = place_facts
        self.sources: dict[str, Source] = {}
        self.problems: list[Problem] = []

    def _wrong(self, why: str, where: Place | None, path: str = "", hint: str = "") -> None:
        self.problems.append(Problem(why, where, path, hint))

    def read(self, document: Document) -> list[Draft]:
        """Give the entries of a document as drafts."""
        data, mark = document.data, document.mark
        if not isinstance(data, dict):
            self._wrong("a catalogue file has the keys kind, sources and entries", mark.place)
            return []
        for key in data:
            if key not in _FILE_KEYS:
                hint = did_you_mean(key, _FILE_KEYS, f"the keys are {', '.join(_FILE_KEYS)}")
                self._wrong(f"unknown key '{key}'", _key_place(mark, key), key, hint)
        kind = data.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            hint = did_you_mean(str(kind), KINDS, f"kinds are {', '.join(KINDS)}")
            what = "the key 'kind' is missing" if kind is None else f"'{kind}' is no kind of entry"
            self._wrong(what, _place(mark, "kind"), "kind", hint)
            return []
        sources, entries = (self._section(data, mark, name) for name in ("sources", "entries"))
        for key, stated in sources.items():
            source_mark = _child(_child(mark, "sources"), key)
            source, problems = validate(Source, stated, Places(source_mark))
            self.problems.extend(replace(p, path=f"sources.{key}.{p.path}".rstrip(".")) for p in problems)
            if source is not None:
                self.sources[key] = source
        entries_mark = _child(mark, "entries")
        return [
            draft
            for key, stated in entries.items()
            if (draft := self._draft(kind, key, stated, _child(entries_mark, key))) is not None
        ]

    def _section(self, data: Mapping[str, object], mark: Mark, name: str) -> dict[str, object]:
        section = data.get(name, {})
        if not isinstance(section, dict):
            self._wrong(f"'{name}' holds records by their key", _place(mark, name), name)
            return {}
        return section

    def _draft(self, kind: str, key: str, stated: object, mark: Mark) -> Draft | None:
        if not isinstance(stated, dict):
            self._wrong("an entry with facts is due", mark.place, key, "write its facts as 'name: value'")
            return None
        default = self._default(stated.get("source"), _place(mark, "source"), f"{key}.source")
        data = self._facts(KINDS[kind], stated, mark, key, default[0] if default else None)
        if self.place_facts:
            default = tuple(evidence.at(mark.key_place) for evidence in default)
        return Draft(kind, key, data, default, "source" in stated, mark)

    def _default(self, named: object, where: Place, path: str) -> tuple[Evidence, ...]:
        """Give the evidence that ``source: key`` or ``source: [key, key]`` names."""
        if named is None:
            return ()
        keys = named if isinstance(named, list) else [named]
        found = [self._source(key, where, path) for key in keys]
        return tuple(Evidence(s.source, s.date, s.kind) for s in found if s is not None)

    def _source(self, key: object, where: Place, path: str) -> Source | None:
        source = self.sources.get(key) if isinstance(key, str) else None
        if source is None:
            hint = did_you_mean(str(key), self.sources, "declare it under 'sources' with source, date and kind")
            self._wrong(f"unknown source '{key}'", where, path, hint)
        return source

    def _facts(
        self, model: type[Record], stated: Mapping[str, object], mark: Mark, path: str, default: Evidence | None
    ) -> dict[str, object]:
        """Give the fields of a record with their quantities read."""
        fields = layout(model)
        data: dict[str, object] = {}
        for name, raw in stated.items():
            if name == "source":
                continue
            field = fields.get(name, _UNKNOWN)
            here = f"{path}.{name}"
            if field.dim is not None and (raw is None or isinstance(raw, str | int | float | dict)):
                data[name] = None if raw is None else self._quantity(field.dim, raw, _child(mark, name), here, default)
            elif field.dim is not None and isinstance(raw, list):
                marks = [_child(mark, name).child(index) or mark for index in range(len(raw))]
                data[name] = [
                    self._quantity(field.dim, item, at, f"{here}.{index}", default)
                    for index, (item, at) in enumerate(zip(raw, marks, strict=True))
                ]
            elif field.items is not None and isinstance(raw, list):
                data[name] = self._items(field.items, raw, _child(mark, name), here, default)
            else:
                data[name] = raw
        return data

    def _items(
        self, model: type[Record], stated: list[object], mark: Mark, path: str, default: Evidence | None
    ) -> list[object]:
        items: list[object] = []
        for index, (raw, key) in enumerate(zip(stated, item_keys(stated), strict=True)):
            if not isinstance(raw, dict):
                items.append(raw)
                continue
            item_mark, here = mark.child(index) or mark, f"{path}.{key}"
            own = self._default(raw.get("source"), _place(item_mark, "source"), f"{here}.source")
            items.append(self._facts(model, raw, item_mark, here, own[0] if own else default))
        return items

    def _quantity(self, dim: Dim, raw: object, mark: Mark, path: str, default: Evidence | None) -> object:
        """Read one fact; one that cannot be read is left out, with a problem."""
        stated: dict[str, object] = raw if isinstance(raw, dict) else {"value": raw}
        unknown = [key for key in stated if key not in _FACT_KEYS]
        if unknown or "value" not in stated:
            what = f"unknown key '{unknown[0]}'" if unknown else "no 'value'"
            hint = "keys are value, source, date, kind, low, high, note"
            self._wrong(f"a fact has {what}", mark.place, path, hint)
            return None
        evidence = self._evidence(stated, mark, path, default)
        try:
            value = read(stated["value"], dim.dimension)
            sides = (stated.get("low"), stated.get("high"))
            low, high = (None if side is None else parse(str(side), dim.dimension) for side in sides)
            value = dim.check(value)
        except QuantityError as error:
            self._wrong(error.why, mark.place, path, error.hint)
            return None
        if (low is not None and low > value) or (high is not None and high < value):
            self._wrong(f"'{value}' lies outside its range", mark.place, path, "low <= value <= high")
        if evidence is None:
            return None
        if low is not None or high is not None:
            evidence = replace(evidence, low="" if low is None else str(low), high="" if high is None else str(high))
        return value.with_evidence(evidence)

    def _evidence(
        self, stated: Mapping[str, object], mark: Mark, path: str, default: Evidence | None
    ) -> Evidence | None:
        """Give the evidence of a fact: that of its own source, else that of the record around it."""
        named = stated.get("source")
        base = default
        if isinstance(named, str) and named not in self.sources and "date" in stated and "kind" in stated:
            base = Evidence(named, "0000", EvidenceKind.ASSUMPTION)
        elif named is not None:
            source = self._source(named, _place(mark, "source"), f"{path}.source")
            base = None if source is None else Evidence(source.source, source.date, source.kind)
        elif base is None:
            # said once per entry, which is the place to name it
            hint = "name one for the fact or its entry: 'source: key', with the key declared under 'sources'"
            entry = path.partition(".")[0]
            if not any(problem.path == entry for problem in self.problems):
                self._wrong("the fact names no source", mark.place, entry, hint)
        if base is None or not (self.place_facts or {"date", "kind", "note"} & stated.keys()):
            return base
        try:
            return Evidence(
                base.source,
                str(stated.get("date", base.date)),
                EvidenceKind(str(stated.get("kind", base.kind))),
                note=str(stated.get("note", base.note)),
                place=mark.place if self.place_facts else None,
            )
        except ValueError as error:
            hint = f"kinds of evidence: {', '.join(EvidenceKind)}; dates as 2025, 2025-Q2, 2025-10 or 2025-10-31"
            self._wrong(str(error), mark.place, path, hint)
            return None


_UNKNOWN = Field()


def _child(mark: Mark, key: str) -> Mark:
    return mark.child(key) or mark


def _place(mark: Mark, key: str) -> Place:
    return _child(mark, key).place


def _key_place(mark: Mark, key: str) -> Place:
    return _child(mark, key).key_place
