"""Loading: files are merged, tables and facts resolved, and every value knows where it stands."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError, ProgrammeError
from gigaloop.core.evidence import EvidenceKind
from gigaloop.programme import assemble
from gigaloop.programme.loader import load_programme, own_catalogue
from gigaloop.programme.schema import Programme


def test_the_starter_loads_with_its_tables_and_facts(starter, catalogue):
    assert isinstance(starter, Programme)
    assert [lane.id for lane in starter.lanes] == ["austin-to-milam", "austin-to-licking"]
    assert str(starter.lanes[0].transit) == "2 days"
    assert str(starter.lanes[0].cost) == "2000 USD (2026)"
    limit: Any = starter.generation_of["gb300-nvl72"].cooling.inlet_limit
    fact = catalogue.fact("gb300-nvl72.inlet_limit")
    assert float(limit) == float(fact)
    assert limit.evidence.source == fact.evidence.source


def test_every_quantity_knows_its_place_and_whether_it_is_an_assumption(broken, starter):
    shelf = starter.generation_of["gb300-nvl72"].power.shelf_rating
    stated = starter.site_of["milam"].pue
    cost = starter.lanes[1].cost
    text = "{from: gb300-nvl72.shelf_rating}"
    assert _name(shelf.evidence.place) == _name_of(broken.place("product.yaml", text, len("{from: ")))
    assert _name(stated.evidence.place) == _name_of(broken.place("sites.yaml", "pue: 1.2", len("pue: ")))
    assert _name(cost.evidence.place) == _name_of(broken.place("lanes.csv", ",6200", 1))
    assert stated.evidence.kind is EvidenceKind.ASSUMPTION
    assert shelf.evidence.kind is not EvidenceKind.ASSUMPTION


def _name(place) -> str:
    return _name_of(str(place))


def _name_of(place: str) -> str:
    return place.replace("\\", "/").rsplit("/", 1)[1]


def test_places_are_found_by_path_and_fall_back_to_the_record(broken, starter):
    for path, file, text, offset in (
        ("sites.milam", "sites.yaml", "id: milam", 0),
        ("sites.milam.pue", "sites.yaml", "pue: 1.2", 5),
        ("sites.milam.energisation.2027-07-05.power", "sites.yaml", "60 MW}", 0),
        ("sites.milam.energisation.1.power", "sites.yaml", "60 MW}", 0),
        ("parts.gb300-rack.components.power-shelf-33kw.quantity", "product.yaml", "quantity: 8}", 10),
        ("lanes.austin-to-licking.transit", "lanes.csv", "4,6200", 0),
        ("policy.availability", "programme.yaml", "92 %", 0),
        ("sites.milam.nothing.here", "sites.yaml", "id: milam", 0),
    ):
        assert _name(starter.place(path)) == _name_of(broken.place(file, text, offset)), path
    assert starter.place("nothing") is None


def test_every_path_of_the_programme_has_a_place(starter):
    paths = list(starter._places)
    assert len(paths) == len(starter._places) > 500
    assert all(starter._places[path].line for path in paths if "." in path)


def test_the_spread_of_sections_over_files_does_not_matter(folder, starter, catalogue):
    (folder / "more.yaml").write_text(
        "sites: []\nclaims:\nparts:\n  - {id: spare, name: Spare, family: structure}\n", encoding="utf-8"
    )
    (folder / ".hidden.yaml").write_text("{", encoding="utf-8")
    (folder / "notes.md").write_text("{", encoding="utf-8")
    programme = load_programme(folder, catalogue)
    assert len(programme.parts) == len(starter.parts) + 1
    assert programme.sites == starter.sites


def test_a_table_may_stand_for_a_list_at_any_depth(broken, catalogue):
    inner = "[{start: 2027-01-04, rate: 16 racks/week}]"
    broken.replace("sites.yaml", inner, "{csv: tables/crews.csv}")
    (broken.folder / "tables").mkdir()
    (broken.folder / "tables" / "crews.csv").write_text("start,rate [racks/week]\n2027-01-04,16\n2027-06-07,20\n")
    site = load_programme(broken.folder, catalogue).site_of["milam"]
    assert [str(step.rate) for step in site.install_crews] == ["16 racks/week", "20 racks/week"]


def test_a_cell_that_is_wrong_is_told_at_its_place(broken):
    broken.replace("lanes.csv", "milam,2,2000", "milam,2,2000 USD")
    problem = broken.problem
    assert str(problem.where) == broken.place("lanes.csv", "2000 USD")
    assert problem.path == "lanes.austin-to-milam.cost"
    assert "price year" in problem.why


def test_the_own_catalogue_is_a_folder_inside(folder, catalogue):
    assert own_catalogue(folder) is None
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "broken.yaml").write_text("{", encoding="utf-8")
    assert own_catalogue(folder) == folder / "catalogue"
    load_programme(folder, catalogue)


def test_problems_of_all_files_come_at_once_in_order(broken):
    broken.replace("sites.yaml", "pue: 1.2", "pue: 0.2")
    broken.replace("product.yaml", "mass: 21.5 kg", "mass: 21.5 kW")
    broken.replace("supply.yaml", "part: tray-kit", "part: tray-kits")
    broken.replace("programme.yaml", "92 %", "192 %")
    broken.replace("lanes.csv", "milam,2,", "milan,2,")
    found = [(_name(problem.where), problem.path) for problem in broken.problems]
    assert [path for _, path in found] == [
        "lanes.austin-to-milam.destination",
        "parts.gb300-tray.mass",
        "policy.availability",
        "sites.milam.pue",
        "suppliers.rack-supplier.supplies.tray-kits.part",
    ]


def test_a_broken_file_does_not_hide_what_is_wrong_in_the_others(broken):
    broken.replace("sites.yaml", "sites:", "sites: [")
    broken.replace("programme.yaml", "92 %", "192 %")
    assert [problem.path for problem in broken.problems] == ["policy.availability", ""]


def test_more_than_two_hundred_problems_are_counted(broken):
    broken.append("product.yaml", "".join(f"  - {{id: p{i}, name: P, family: none}}\n" for i in range(300)))
    problems = broken.problems
    assert len(problems) == assemble.PROBLEMS_LIMIT + 1
    assert problems[-1].why == "and 100 more problems"


def test_a_section_that_is_no_list_may_stand_once(broken):
    broken.append("sites.yaml", "\nhorizon: {start: 2027-01-04, end: 2028-12-31}\n")
    problem = broken.problem
    assert str(problem.where) == broken.place("sites.yaml", "horizon:")
    assert problem.why == "'horizon' is given twice"
    assert broken.place("programme.yaml", "horizon:") in problem.hint


@pytest.mark.parametrize(
    ("version", "hint"), [(2, "upgrade gigaloop"), (0, "schema: 1"), (-3, "schema: 1")]
)  # fmt: skip
def test_another_version_of_the_schema_is_told_before_all_else(broken, version, hint):
    broken.replace("programme.yaml", "schema: 1", f"schema: {version}")
    broken.replace("programme.yaml", "92 %", "192 %")
    problem = broken.problem
    assert problem.path == "schema"
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda _: None, "there is no such folder"),
        (lambda path: path.write_text("a: 1"), "this is not a folder"),
        (lambda path: path.mkdir(), "the folder holds no *.yaml file"),
        (lambda path: (path.mkdir(), (path / "a.yml").write_text("a: 1")), "files of a programme end in .yaml"),
        (lambda path: (path.mkdir(), (path / "a.yaml").mkdir()), "this is not a file"),
        (lambda path: (path.mkdir(), (path / "a.yaml").write_text("- 1")), "the file holds no sections"),
        (lambda path: (path.mkdir(), (path / "a.yaml").write_text("")), "the file is empty"),
    ],
)
def test_a_folder_that_is_no_programme_is_told(tmp_path, catalogue, prepare, why):
    path = tmp_path / "folder"
    prepare(path)
    with pytest.raises(ProgrammeError) as error:
        load_programme(path, catalogue)
    assert [problem.why for problem in error.value.problems] == [why]
    assert str(path) in str(error.value.problems[0].where)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_without_permission_is_told(folder, catalogue):
    folder.chmod(0)
    try:
        with pytest.raises(ProgrammeError, match="cannot be read"):
            load_programme(folder, catalogue)
    finally:
        folder.chmod(0o700)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["programme.yaml", "product.yaml", "supply.yaml", "sites.yaml", "lanes.csv"]), st.data())
def test_no_damage_to_a_file_gives_anything_but_an_error_of_ours(folder, catalogue, name, data):
    path = folder / name
    whole = path.read_bytes()
    told = ["fine"]
    try:
        at = data.draw(st.integers(0, len(whole)))
        cut = data.draw(st.integers(0, 40))
        path.write_bytes(whole[:at] + data.draw(st.binary(max_size=20)) + whole[at + cut :])
        load_programme(folder, catalogue)
    except GigaloopError as error:
        told = [problem.why for problem in error.problems]
    finally:
        path.write_bytes(whole)
    assert told
    assert all(told)


sections = st.sampled_from([*Programme.model_fields, "schema", "x"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["5 kW", "a", "yes", "2027-01-01", "{from: x.y}"])
    | st.just({"from": "gb300.tdp"}) | st.just({"csv": "lanes.csv"}) | st.just({"csv": "/etc/passwd"}),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["id", "name", "part", "from", "csv", "start", "value",
    "path"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(sections, anything, max_size=6))
def test_no_values_give_anything_but_an_error_of_ours(folder, catalogue, data):
    import json

    for path in folder.glob("*.yaml"):
        path.unlink()
    (folder / "a.yaml").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ProgrammeError) as error:
        load_programme(folder, catalogue)
    assert error.value.problems
