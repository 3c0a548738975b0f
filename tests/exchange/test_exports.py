"""Exports end to end: files that other programs read back, whole or not at all."""

import csv
import datetime as dt
import io
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import icalendar
import pytest
from benchmarks.plan_programmes import generated
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gigaloop.core.errors import StoreError, UsageError
from gigaloop.exchange import export_plan
from gigaloop.exchange.ical import escaped, folded
from gigaloop.exchange.writing import write_files
from gigaloop.plan import plan_programme


@pytest.fixture(scope="module")
def planned():
    programme, facts = generated(4, weeks=80, generations=2, factories=3, sites=4, own_parts=4, shared_parts=3)
    return programme, plan_programme(programme, facts, reliefs=0)


@pytest.fixture(scope="module")
def exported(planned, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exports") / "new" / "folder"
    files = export_plan(planned[0], planned[1], folder)
    assert sorted(files) == sorted(path for path in folder.rglob("*") if path.is_file())
    return Path(folder)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def test_erp_tables_hold_whole_pieces_iso_dates_and_ids_that_are_unique(exported):
    for path in sorted((exported / "erp").glob("*.csv")):
        table = rows(path)
        assert table, path.name
        if "id" in table[0]:
            assert len({row["id"] for row in table}) == len(table)
        for row in table:
            for name, value in row.items():
                if name.endswith("_date") and value:
                    assert dt.date.fromisoformat(value)
                if name == "quantity" and path.stem != "production_components":
                    assert value.isdigit()
                    assert int(value) > 0


def test_erp_quantities_are_those_of_the_plan_in_whole_pieces(planned, exported):
    programme, plan = planned
    racks = {generation.rack for generation in programme.generations}
    made: dict[str, float] = defaultdict(float)
    for part, pieces in zip(plan.production.parts, plan.production.pieces, strict=True):
        made[part] += pieces.sum()
    listed: dict[str, float] = defaultdict(float)
    for row in rows(exported / "erp" / "production_orders.csv"):
        listed[row["item"]] += float(row["quantity"])
    for rack in racks:
        assert made[rack] - 12 <= listed[rack] <= made[rack] + 1e-3
    paid = sum(float(row["amount"]) for row in rows(exported / "erp" / "purchase_orders.csv"))
    planned_cost = float((plan.orders.quantity * plan.orders.price).sum())
    assert paid == pytest.approx(planned_cost, rel=1e-2)
    units = rows(exported / "erp" / "scalable_units.csv")
    assert [row["id"] for row in units] == list(plan.units.ids)
    shipped = rows(exported / "erp" / "shipments.csv")
    ids = {row["id"] for row in units}
    assert all(row["first_unit"] in ids and row["last_unit"] in ids for row in shipped if row["kind"] == "to site")


def test_the_workbook_holds_the_same_tables(exported):
    book = CalamineWorkbook.from_path(str(exported / "generated.xlsx"))
    names = sorted(path.stem for path in (exported / "erp").glob("*.csv"))
    assert sorted(book.sheet_names) == sorted(["columns", *names])
    for name in names:
        sheet = book.get_sheet_by_name(name).to_python()
        table = rows(exported / "erp" / f"{name}.csv")
        assert sheet[0] == list(table[0])
        assert len(sheet) == len(table) + 1
        for cells, row in list(zip(sheet[1:], table, strict=True))[:: max(len(table) // 50, 1)]:
            for cell, text in zip(cells, row.values(), strict=True):
                if isinstance(cell, dt.date):
                    assert cell.isoformat()[:10] == text
                elif isinstance(cell, float):
                    assert cell == pytest.approx(float(text))
                else:
                    assert cell == text


def test_the_same_plan_gives_the_same_bytes(planned, exported, tmp_path):
    for path in export_plan(planned[0], planned[1], tmp_path, ["ical", "erp", "frepple"]):
        assert path.read_bytes() == (exported / path.relative_to(tmp_path)).read_bytes()


def test_the_calendar_is_one_that_others_read(planned, exported):
    programme, plan = planned
    data = (exported / "generated.ics").read_bytes()
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in data.replace(b"\r\n", b"")
    calendar = icalendar.Calendar.from_ical(data)
    events: Any = calendar.walk("VEVENT")
    assert len({str(event["UID"]) for event in events}) == len(events)
    found = {str(event["UID"]).split("@")[0]: event for event in events}
    for event in events:
        assert event["DTSTAMP"].dt.date() == programme.as_of
        assert event["DTEND"].dt - event["DTSTART"].dt == dt.timedelta(days=1)
    for demand in programme.demands:
        if programme.horizon.start <= demand.by <= programme.horizon.end:
            assert found[f"due-{demand.id}"]["DTSTART"].dt == demand.by
            assert str(found[f"due-{demand.id}"]["SUMMARY"]) == f"Due: {demand.name}"
    for late in plan.late:
        if late.met is not None:
            assert found[f"met-{late.demand}"]["DTSTART"].dt == late.met
            assert str(found[f"met-{late.demand}"]["DESCRIPTION"]) == late.sentence
    for first in plan.first_units:
        if first.date is not None:
            assert found[f"first-units-{first.generation}"]["DTSTART"].dt == first.date


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=300))
def test_folded_lines_unfold_to_what_they_were(text):
    data = folded(f"SUMMARY:{escaped(text)}")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    unfolded = re.sub(b"\r\n ", b"", data).decode()
    plain = re.sub(r"\\(.)", r"\1", unfolded[len("SUMMARY:") : -2])
    assert plain == text


def test_frepple_tables_refer_to_one_another(planned, exported):
    programme, _ = planned
    tables = {path.stem: rows(path) for path in (exported / "frepple").glob("*.csv")}
    named = ("item", "location", "supplier", "calendar", "resource", "operation", "customer")
    keys = {name: {row["name"] for row in tables[name]} for name in named}
    refers = {
        "calendarbucket": {"calendar": "calendar"},
        "resource": {"location": "location", "maximum_calendar": "calendar"},
        "operation": {"item": "item", "location": "location"},
        "operationmaterial": {"operation": "operation", "item": "item"},
        "operationresource": {"operation": "operation", "resource": "resource"},
        "itemsupplier": {"item": "item", "location": "location", "supplier": "supplier", "resource": "resource"},
        "itemdistribution": {"item": "item", "location": "location", "origin": "location", "resource": "resource"},
        "buffer": {"item": "item", "location": "location"},
        "purchaseorder": {"item": "item", "location": "location", "supplier": "supplier"},
        "demand": {"item": "item", "location": "location", "customer": "customer"},
    }
    parameters = {row["name"]: row["value"] for row in tables["parameter"]}
    assert parameters["currentdate"] == f"{programme.calendar.start} 00:00:00"
    assert parameters["WIP.consume_capacity"] == "false"
    for name, fields in refers.items():
        assert tables[name], name
        for row in tables[name]:
            for field, section in fields.items():
                assert not row[field] or row[field] in keys[section], (name, field, row)
    for name, unique in {
        "operationmaterial": ("operation", "item", "effective_start"),
        "operationresource": ("operation", "resource"),
        "itemsupplier": ("item", "location", "supplier"),
        "itemdistribution": ("item", "location", "origin"),
        "buffer": ("item", "location"),
        "purchaseorder": ("reference",),
        "demand": ("name",),
    }.items():
        assert len({tuple(row[field] for field in unique) for row in tables[name]}) == len(tables[name]), name
    for row in tables["demand"]:
        assert dt.datetime.fromisoformat(row["due"])
        assert float(row["quantity"]) > 0
    # Every item that somebody uses is made, bought, or brought there.
    made = {(row["item"], row["location"]) for row in tables["operation"]}
    brought = {
        (row["item"], row["location"])
        for row in (*tables["itemdistribution"], *tables["itemsupplier"], *tables["purchaseorder"])
    }
    at = {row["name"]: row["location"] for row in tables["operation"]}
    for row in tables["operationmaterial"]:
        if float(row["quantity"]) < 0:
            assert (row["item"], at[row["operation"]]) in made | brought
    asked = sum(float(row["quantity"]) for row in tables["demand"])
    assert asked > 0
    assert len(tables["calendarbucket"]) == len(tables["calendar"]) * programme.calendar.weeks


def test_an_unknown_format_is_refused_with_those_there_are(planned, tmp_path):
    with pytest.raises(UsageError, match="no format 'frepl'"):
        export_plan(planned[0], planned[1], tmp_path / "out", ["frepl"])
    assert not (tmp_path / "out").exists()


def test_where_one_file_cannot_be_written_none_is_and_the_old_ones_stay(tmp_path):
    write_files(tmp_path, {"a.csv": b"old a"})
    (tmp_path / "b").write_bytes(b"in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        write_files(tmp_path, {"a.csv": b"new a", "b/c.csv": b"new c"})
    assert (tmp_path / "a.csv").read_bytes() == b"old a"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b"]
    new = tmp_path / "b" / "x" / "y"
    with pytest.raises(StoreError):
        write_files(new, {"a.csv": b""})
    write_files(tmp_path, {"a.csv": b"new a", "d/c.csv": b"new c"})
    assert (tmp_path / "a.csv").read_bytes() == b"new a"
    assert (tmp_path / "d" / "c.csv").read_bytes() == b"new c"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b", "d"]
