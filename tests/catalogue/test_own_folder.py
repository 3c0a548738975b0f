"""A user's own folder: facts replaced one by one, entries added, and every mistake told with its place."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigaloop.catalogue import KINDS, load_catalogue
from gigaloop.core.errors import CatalogueError, Problem
from gigaloop.core.evidence import Evidence
from gigaloop.core.quantity import Quantity

SOURCES = """
sources:
  bench:
    source: our test bench, report 17
    date: 2026-09-30
    kind: measured
  quote:
    source: quotation 4711
    date: 2026-10
    kind: filing
"""


@pytest.fixture
def write(tmp_path):
    def write(**files: str):
        for name, text in files.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def line_of(problem: Problem) -> int:
    assert problem.where is not None
    return problem.where.line


def accelerators(entries: str) -> str:
    return f"kind: accelerator\n{SOURCES}\nentries:\n{entries}"


def evidence_of(value: Quantity | None) -> Evidence:
    assert value is not None
    assert value.evidence is not None
    return value.evidence


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return caught.value.problems


def test_one_fact_is_replaced_and_the_others_stay(write):
    known = load_catalogue().accelerator("gb300")
    folder = write(mine=accelerators("  gb300:\n    tdp: {value: 1365 W, source: bench, low: 1340 W, high: 1390 W}\n"))
    entry = load_catalogue(folder).accelerator("gb300")
    assert str(entry.tdp) == "1365 W"
    assert evidence_of(entry.tdp).source == "our test bench, report 17"
    assert evidence_of(entry.tdp).date == "2026-09-30"
    assert evidence_of(entry.tdp).kind == "measured"
    assert evidence_of(entry.tdp).low == "1340 W"
    for name in ("name", "vendor", "bf16_dense", "hbm", "evidence"):
        assert getattr(entry, name) == getattr(known, name)
    assert evidence_of(entry.bf16_dense) == evidence_of(known.bf16_dense)


def test_the_replaced_evidence_is_kept_with_the_value_that_was(write):
    known = load_catalogue().accelerator("gb300")
    folder = write(mine=accelerators("  gb300:\n    source: bench\n    tdp: 1365 W\n"))
    (earlier,) = evidence_of(load_catalogue(folder).accelerator("gb300").tdp).superseded
    assert earlier.source == evidence_of(known.tdp).source
    assert earlier.kind == evidence_of(known.tdp).kind
    assert earlier.note.startswith("was 1400 W")


def test_a_replaced_fact_says_where_in_the_users_file_it_stands(write):
    folder = write(mine="kind: accelerator\n" + SOURCES + "entries:\n  gb300:\n    source: bench\n    tdp: 1365 W\n")
    place = evidence_of(load_catalogue(folder).accelerator("gb300").tdp).place
    assert place is not None
    assert place.file.endswith("mine.yaml")
    assert (place.line, place.column) == (15, 10)


def test_a_replaced_list_keeps_the_evidence_of_the_whole_list(write):
    text = (
        f"kind: converter\n{SOURCES}\nentries:\n  ups-double-conversion:\n    source: bench\n    efficiency:\n"
        "      - {load: 50 %, efficiency: 96.8 %}\n      - {load: 100 %, efficiency: 96.2 %}\n"
    )
    ups = load_catalogue(write(mine=text)).converter("ups-double-conversion")
    assert [str(point.efficiency) for point in ups.efficiency] == ["96.8 %", "96.2 %"]
    old = {evidence_of(point.efficiency) for point in load_catalogue().converter("ups-double-conversion").efficiency}
    for point in ups.efficiency:
        assert evidence_of(point.efficiency).kind == "measured"
        assert {(e.source, e.low, e.high) for e in evidence_of(point.efficiency).superseded} >= {
            (e.source, e.low, e.high) for e in old
        }


def test_a_replaced_text_needs_a_source_and_keeps_the_old_one(write):
    folder = write(mine=accelerators("  gb300:\n    source: quote\n    status: ordered\n"))
    entry = load_catalogue(folder).accelerator("gb300")
    assert entry.status == "ordered"
    assert entry.evidence[0].source == "quotation 4711"
    assert entry.evidence[0].superseded == load_catalogue().accelerator("gb300").evidence
    folder = write(mine=accelerators("  gb300:\n    status: ordered\n"))
    (problem,) = problems_of(folder)
    assert "names no source" in problem.why


def test_a_new_entry_is_found_like_any_other(write):
    folder = write(
        mine=accelerators(
            "  our-chip:\n    name: Our chip\n    source: quote\n"
            "    vendor: Us\n    introduced: 2027\n    hbm: 512 GB\n"
        )
    )
    catalogue = load_catalogue(folder)
    assert catalogue.accelerator("our-chip").hbm == 512e9
    assert "our-chip" in catalogue.ids("accelerator")
    assert catalogue.find("our chip")[0].id == "our-chip"
    assert "our-chip" not in load_catalogue()


def test_a_file_may_bring_several_kinds_in_several_files(write):
    folder = write(
        chips=accelerators("  gb300:\n    source: bench\n    tdp: 1365 W\n"),
        times=f"kind: lead_time\n{SOURCES}\nentries:\n  lt-cdu:\n    source: quote\n    lead_time: 31 weeks\n",
    )
    catalogue = load_catalogue(folder)
    assert str(catalogue.lead_time("lt-cdu").lead_time) == "31 weeks"
    assert str(catalogue.accelerator("gb300").tdp) == "1365 W"


def test_the_digest_tells_catalogues_apart(write):
    plain = load_catalogue().digest
    one = load_catalogue(write(mine=accelerators("  gb300:\n    source: bench\n    tdp: 1365 W\n"))).digest
    other = load_catalogue(write(mine=accelerators("  gb300:\n    source: bench\n    tdp: 1366 W\n"))).digest
    assert len({plain, one, other}) == 3


def test_all_mistakes_are_told_at_once_with_their_places(write, tmp_path):
    text = accelerators(
        "  gb300:\n"  # 14
        "    source: benhc\n"  # 15
        "    tdp: 1365 kg\n"  # 16
        "    tpd: 1400 W\n"  # 17
        "  h100:\n"  # 18
        "    source: bench\n"  # 19
        "    hbm: {value: 80 GB, low: 90 GB}\n"  # 20
        "    hbm_bandwidth: {value: 3 TB/s, kind: guess}\n"  # 21
        "    scale_up_domain: {worth: 8}\n"  # 22
    )
    found = {(line_of(problem), problem.path): problem for problem in problems_of(write(mine=text))}
    assert (15, "gb300.source") in found
    assert "bench" in found[15, "gb300.source"].hint
    assert "power is due" in found[16, "gb300.tdp"].why
    assert "tdp" in found[17, "gb300.tpd"].hint
    assert "outside its range" in found[20, "h100.hbm"].why
    assert "guess" in found[21, "h100.hbm_bandwidth"].why
    assert "worth" in found[22, "h100.scale_up_domain"].why
    assert len(found) == len(problems_of(write(mine=text)))
    assert all(str(problem.where).startswith(str(tmp_path / "mine.yaml")) for problem in found.values())


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("kind: accelerators\nentries: {}\n", 1, "is no kind of entry"),
        ("entries: {}\n", 1, "'kind' is missing"),
        ("kind: part\nentrys: {}\n", 2, "unknown key 'entrys'"),
        ("kind: part\nentries: [1]\n", 2, "holds records by their key"),
        ("kind: part\nentries:\n  x: 7\n", 3, "an entry with facts is due"),
        ("- 1\n- 2\n", 1, "a catalogue file has the keys"),
        ("kind: part\nentries:\n  Bad Id:\n    name: x\n", 3, "names no source"),
        ("kind: part\nsources:\n  a: {source: x, date: 2026-13, kind: filing}\nentries: {}\n", 3, "is no date"),
        ("kind: part\nsources:\n  a: {source: x, date: 2026}\nentries: {}\n", 3, "'kind' is missing"),
        ("kind: part\nentries:\n  a:\n    cost: 5 USD (2025)\n", 4, "names no source"),
        ("kind: part\nkind: part\n", 2, "given twice"),
        ("kind: part\nentries:\n\tx: 1\n", 3, "tab"),
        ("", 1, "empty"),
    ],
)
def test_a_bad_file_says_where_and_why(write, text, line, why):
    problems = problems_of(write(mine=text))
    assert any(why in problem.why and line_of(problem) == line for problem in problems), problems


def test_an_id_that_does_not_fit_is_refused(write):
    text = accelerators(
        "  Our Chip:\n    name: x\n    source: quote\n    vendor: x\n    introduced: 2027\n    hbm: 1 GB\n"
    )
    (problem,) = problems_of(write(mine=text))
    assert "Our Chip" in problem.why
    assert line_of(problem) == 14


def test_an_id_known_as_another_kind_is_refused(write):
    folder = write(mine=f"kind: part\n{SOURCES}\nentries:\n  gb300:\n    name: x\n    source: quote\n")
    (problem,) = problems_of(folder)
    assert "'gb300' is an entry of the kind accelerator" in problem.why


def test_one_id_in_two_files_is_refused(write):
    entry = "  gb300:\n    source: bench\n    tdp: 1365 W\n"
    (problem,) = problems_of(write(one=accelerators(entry), two=accelerators(entry)))
    assert "given twice" in problem.why
    assert "one.yaml" in problem.hint


def test_a_reference_to_nothing_gets_a_suggestion(write):
    text = f"kind: rack\n{SOURCES}\nentries:\n  gb300-nvl72:\n    source: quote\n    accelerator: gb30\n"
    (problem,) = problems_of(write(mine=text))
    assert "no accelerator 'gb30'" in problem.why
    assert "gb300" in problem.hint
    assert line_of(problem) == 16


def test_a_folder_that_is_missing_or_empty_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match="no such catalogue folder"):
        load_catalogue(tmp_path / "nowhere")
    with pytest.raises(CatalogueError, match="no YAML file"):
        load_catalogue(tmp_path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_bytes(b"kind: part\nentries: {}\n# caf\xe9\n")
    (problem,) = problems_of(tmp_path)
    assert "UTF-8" in problem.why
    assert line_of(problem) == 3


def test_an_assumption_can_be_stated_in_place(write):
    fact = "{value: 1365 W, source: our guess, date: 2026-11, kind: assumption, low: 1300 W, high: 1400 W}"
    entry = load_catalogue(write(mine=accelerators(f"  gb300:\n    tdp: {fact}\n"))).accelerator("gb300")
    assert evidence_of(entry.tdp).source == "our guess"
    assert evidence_of(entry.tdp).is_assumption


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["1400 W", "bench", "2026", "-1 W", "x", "nan"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "source", "kind", "low", "load", "efficiency", "x"]), inner, max_size=4
        )
    ),
    max_leaves=6,
)
FACTS = st.dictionaries(
    st.sampled_from(["name", "source", "tdp", "efficiency", "lead_time", "timeline", "vendor", "aliases", "status"]),
    VALUES,
    max_size=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from([*KINDS, "x"]),
    entries=st.dictionaries(st.sampled_from(["gb300", "ups-eco", "lt-cdu", "new"]), FACTS | VALUES, max_size=3),
)
def test_whatever_a_file_holds_the_answer_is_a_catalogue_or_problems_with_places(tmp_path, kind, entries):
    sources = {"bench": {"source": "bench", "date": "2026", "kind": "measured"}}
    text = json.dumps({"kind": kind, "sources": sources, "entries": entries})
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    for problem in told_of(tmp_path):
        assert problem.where is not None
        assert problem.why


def told_of(folder: Path) -> tuple[Problem, ...]:
    """Give the problems of a folder, none where it is sound; any other exception passes through."""
    try:
        load_catalogue(folder)
    except CatalogueError as error:
        return error.problems
    return ()
