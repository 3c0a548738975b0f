"""The catalogue: the facts inside the package, read kind by kind when asked for, under those of a user's folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gigaloop.catalogue.entries import make_entry, overlay
from gigaloop.catalogue.entry import Entry
from gigaloop.catalogue.errors import CatalogueFilesError
from gigaloop.catalogue.facts import Fact, facts_of
from gigaloop.catalogue.files import CatalogueFile, Draft, Source, read_file
from gigaloop.catalogue.kinds import KINDS
from gigaloop.catalogue.layout import layout
from gigaloop.catalogue.typed import E, TypedAccess
from gigaloop.core.document import read_yaml
from gigaloop.core.errors import CatalogueError, Problem
from gigaloop.core.quantity import Quantity
from gigaloop.core.suggest import did_you_mean

_DATA = Path(__file__).parent / "data"
_SHOWN = "gigaloop/catalogue/data"
_ENTRY_KEY = re.compile(r"^  ([a-z0-9][a-z0-9_-]*):", re.MULTILINE)


class Catalogue(TypedAccess):
    """Sourced facts by kind and id. Made by :func:`load_catalogue`.

    Attributes
    ----------
    as_of
        The month up to which the facts inside the package are known.
    digest
        Hash of the content of all files: two catalogues with one digest hold the same facts.
    """

    def __init__(self, as_of: str, digest: str, ids: Mapping[str, tuple[str, ...]]) -> None:
        self.as_of = as_of
        self.digest = digest
        self._ids = {kind: list(ids.get(kind, ())) for kind in KINDS}
        self._kind_of = {id_: kind for kind, members in self._ids.items() for id_ in members}
        self._entries: dict[str, dict[str, Entry]] = {}
        self._sources: list[Source] = []

    def __repr__(self) -> str:
        return f"Catalogue({len(self)} entries as of {self.as_of}, digest {self.digest[:12]})"

    def __getitem__(self, id_: str) -> Entry:
        return self._of_kind(self.kind_of(id_))[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._kind_of

    def __iter__(self) -> Iterator[Entry]:
        return (entry for kind in KINDS for entry in self._of_kind(kind).values())

    def __len__(self) -> int:
        return len(self._kind_of)

    def kind_of(self, id_: str) -> str:
        """Give the kind of an entry."""
        kind = self._kind_of.get(id_)
        if kind is None:
            hint = did_you_mean(id_, self._kind_of, "see 'gigaloop catalogue list'")
            raise CatalogueError(f"the catalogue has no entry '{id_}'", hint=hint)
        return kind

    def kinds(self) -> tuple[str, ...]:
        """Give the names of the kinds."""
        return tuple(KINDS)

    def ids(self, kind: str | None = None) -> tuple[str, ...]:
        """Give the ids of a kind, or of all."""
        if kind is None:
            return tuple(self._kind_of)
        return tuple(self._ids[_known(kind)])

    def of_kind(self, kind: str) -> tuple[Entry, ...]:
        """Give the entries of a kind."""
        return tuple(self._of_kind(_known(kind)).values())

    def get(self, model: type[E], id_: str) -> E:
        """Give the entry of a kind with an id.

        Raises
        ------
        CatalogueError
            If there is no such entry, or it is of another kind.
        """
        known = self._ids[model.kind]
        if id_ not in self._kind_of:
            hint = did_you_mean(id_, known, f"see 'gigaloop catalogue list {model.kind}'")
            raise CatalogueError(f"the catalogue has no {_words(model.kind)} '{id_}'", hint=hint)
        entry = self[id_]
        if not isinstance(entry, model):
            hint = did_you_mean(id_, known, f"see 'gigaloop catalogue list {model.kind}'")
            why = f"'{id_}' is of the kind {_words(entry.kind)}, but one of the kind {_words(model.kind)} is due"
            raise CatalogueError(why, hint=hint)
        return entry

    def facts(self, entry: Entry) -> list[Fact]:
        """Give the facts of an entry with their evidence; texts and dates rest on its first source."""
        return facts_of(entry)

    def fact(self, path: str) -> Quantity:
        """Give one number by its path, the id of the entry and the name of the fact: ``gb300.tdp``.

        Raises
        ------
        CatalogueError
            If there is no such entry, or it has no such number.
        """
        id_, _, name = path.partition(".")
        numbers = {fact.name: fact.quantity for fact in facts_of(self[id_]) if fact.quantity is not None}
        found = numbers.get(name)
        if found is None:
            hint = did_you_mean(name, numbers, f"its numbers are {', '.join(numbers)}")
            raise CatalogueError(f"'{id_}' has no number '{name}'", hint=hint)
        return found

    def find(self, text: str) -> tuple[Entry, ...]:
        """Give the entries whose id, name, aliases or note hold every word of a text; ids and names come first."""
        words = text.casefold().split()
        ranked = []
        for entry in self:
            head = " ".join((entry.id, entry.name, *entry.aliases)).casefold()
            everything = f"{head} {entry.note.casefold()}"
            if words and all(word in everything for word in words):
                exact = text.casefold() in (entry.id, entry.name.casefold(), *(a.casefold() for a in entry.aliases))
                ranked.append((not exact, not all(word in head for word in words), entry))
        return tuple(entry for _, _, entry in sorted(ranked, key=lambda item: item[:2]))

    def attributions(self) -> tuple[str, ...]:
        """Give the attributions that sources ask for, each once."""
        for kind in KINDS:
            self._of_kind(kind)
        return tuple(dict.fromkeys(source.attribution for source in self._sources if source.attribution))

    def _of_kind(self, kind: str) -> dict[str, Entry]:
        entries = self._entries.get(kind)
        if entries is None:
            file = read_file(_DATA / f"{kind}.yaml", f"{_SHOWN}/{kind}.yaml", place_facts=False)
            entries, problems = _made(file.drafts, {})
            _raise(f"the catalogue file of the kind {_words(kind)} is wrong", [*file.problems, *problems])
            self._sources.extend(file.sources.values())
            self._entries[kind] = entries
        return entries

    def _extend(self, files: Iterable[CatalogueFile]) -> None:
        """Lay the files of a user over what is known."""
        problems: list[Problem] = []
        drafts: dict[str, Draft] = {}
        for file in files:
            problems.extend(file.problems)
            self._sources.extend(file.sources.values())
            for draft in file.drafts:
                problems.extend(self._clashes(draft, drafts.get(draft.id)))
                drafts.setdefault(draft.id, draft)
        sound = [draft for draft in drafts.values() if self._kind_of.get(draft.id, draft.kind) == draft.kind]
        for draft in sound:
            if draft.id not in self._kind_of:
                self._kind_of[draft.id] = draft.kind
                self._ids[draft.kind].append(draft.id)
        for kind in dict.fromkeys(draft.kind for draft in sound):
            entries, wrong = _made([draft for draft in sound if draft.kind == kind], self._of_kind(kind))
            said = {problem.path for problem in problems}
            problems.extend(problem for problem in wrong if problem.path not in said)
            self._entries[kind] = entries
        problems.extend(problem for draft in sound for problem in self._dangling(draft))
        count = f"{len(problems)} problem" + ("" if len(problems) == 1 else "s")
        _raise(f"the catalogue folder has {count}", problems)

    def _clashes(self, draft: Draft, earlier: Draft | None) -> Iterator[Problem]:
        where = draft.mark.key_place
        if earlier is not None:
            hint = f"the first is at {earlier.mark.key_place}; keep one of them"
            yield Problem(f"the entry '{draft.id}' is given twice", where, draft.id, hint)
        kind = self._kind_of.get(draft.id, draft.kind)
        if kind != draft.kind:
            why = f"'{draft.id}' is an entry of the kind {_words(kind)}, not {_words(draft.kind)}"
            yield Problem(why, where, draft.id, f"choose another id, or put it into a file of 'kind: {kind}'")

    def _dangling(self, draft: Draft) -> Iterator[Problem]:
        """Find references of a draft to entries that are not there."""
        for name, field in layout(draft.model).items():
            target = draft.data.get(name)
            if field.refers and isinstance(target, str) and target not in self._ids[field.refers]:
                hint = did_you_mean(target, self._ids[field.refers])
                mark = draft.mark.child(name) or draft.mark
                yield Problem(f"there is no {_words(field.refers)} '{target}'", mark.place, f"{draft.id}.{name}", hint)


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Load the catalogue of the package, under the files of a user's own folder.

    Parameters
    ----------
    extra
        A folder of catalogue files (``*.yaml``); their entries replace facts of entries known, or are new.

    Raises
    ------
    CatalogueError
        If the folder cannot be read or its files are wrong; ``problems`` then holds all that is wrong with them.

    Examples
    --------
    >>> catalogue = load_catalogue()
    >>> gb300 = catalogue.accelerator("gb300")
    >>> str(gb300.tdp), gb300.tdp.evidence.kind.value
    ('1400 W', 'datasheet')
    """
    paths = sorted(_DATA.glob("*.yaml"))
    own = _own_files(extra) if extra is not None else []
    digest = hashlib.sha256()
    ids: dict[str, tuple[str, ...]] = {}
    for path in [*paths, *own]:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CatalogueError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
        if path.stem in KINDS and path.parent == _DATA:
            _, _, entries = content.decode().partition("\nentries:")
            ids[path.stem] = tuple(_ENTRY_KEY.findall(entries))
    about = read_yaml(_DATA / "about.yaml", f"{_SHOWN}/about.yaml").data
    as_of = str(about["as_of"]) if isinstance(about, dict) else ""
    catalogue = Catalogue(as_of, digest.hexdigest(), ids)
    if own:
        catalogue._extend(read_file(path, path.as_posix(), place_facts=True) for path in own)
    return catalogue


def _own_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise CatalogueError("there is no such catalogue folder", where=str(folder))
    found = sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml") and path.is_file())
    if not found:
        hint = "put catalogue files into it, e.g. accelerator.yaml with 'kind: accelerator'"
        raise CatalogueError("the catalogue folder holds no YAML file", where=str(folder), hint=hint)
    return found


def _made(drafts: Iterable[Draft], known: Mapping[str, Entry]) -> tuple[dict[str, Entry], list[Problem]]:
    """Make entries of drafts over those known."""
    entries = dict(known)
    problems: list[Problem] = []
    for draft in drafts:
        base = known.get(draft.id)
        entry, wrong = make_entry(draft) if base is None else overlay(base, draft)
        problems.extend(wrong)
        if entry is not None:
            entries[draft.id] = entry
    return entries, problems


def _raise(title: str, problems: list[Problem]) -> None:
    if problems:
        raise CatalogueFilesError(problems, title=title)


def _known(kind: str) -> str:
    if kind not in KINDS:
        hint = did_you_mean(kind, KINDS, f"kinds are {', '.join(KINDS)}")
        raise CatalogueError(f"'{kind}' is no kind of entry", hint=hint)
    return kind


def _words(kind: str) -> str:
    return kind.replace("_", " ")
