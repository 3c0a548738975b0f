"""The cut sheet: what is written is read back, and what is wrong in a file is said."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from tests.exchange.cablings import cabling_from, cablings

from gigaloop.core.errors import Place, StoreError
from gigaloop.exchange.fabric.cabling import Cabling
from gigaloop.exchange.fabric.cutsheet import HEADER, cut_sheet, read_cut_sheet


def written(cabling: Cabling, folder: Path) -> Path:
    path = folder / "cables.csv"
    path.write_bytes(b"".join(cut_sheet(cabling)))
    return path


@given(cablings)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, cabling: Cabling) -> None:
    path = written(cabling, tmp_path_factory.mktemp("sheet"))
    assert read_cut_sheet(path).same(cabling)


def test_a_cord_with_two_links_is_one_row_and_names_both_its_ports(tmp_path: Path) -> None:
    ends = (2, 5, 0, 40, 4, 250)
    cabling = cabling_from([(0, 6, 3, 16, 1, 0, *ends), (0, 6, 3, 17, 1, 1, *ends)])
    with written(cabling, tmp_path).open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row == dict(
        zip(
            HEADER,
            [
                "0000007", "2", "2", "scale-out", "1", "leaf-spine", "single mode", "e-dr4", "2.50", "3.00",
                "hall-2", "2", "12", "hall-2.f2.r0012.p07", "5", "leaf-p1-00004", "17-18",
                "hall, one", "1", "1", "hall, one.f1.r0001.p01", "40", "spine-p1-00002", "1-2",
                "0000007 leaf-p1-00004:17-18 / spine-p1-00002:1-2",
            ],
            strict=True,
        )
    )  # fmt: skip


def test_cords_between_the_same_racks_follow_each_other(tmp_path: Path) -> None:
    rows = [(1, n, n, 0, 0, n, n % 2, 1, 2 + n // 2 % 2, 40, 0, 100) for n in range(8)]
    with written(cabling_from(rows), tmp_path).open(newline="", encoding="utf-8") as file:
        pairs = [(row["b rack"], row["a rack"]) for row in csv.DictReader(file)]
    assert pairs == sorted(pairs)


def one_row(**changes: str) -> dict[str, str]:
    row = dict.fromkeys(HEADER, "")
    row |= {"cable": "1", "links": "1", "layer": "node-leaf", "run [m]": "2", "ordered [m]": "3"}
    row |= {"a device": "node-000001", "a port": "p1r1", "b device": "leaf-p1-00001", "b port": "1"}
    return row | changes


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"a device": "node-0"}, "'node-0' is no name of a device"),
        ({"b device": "leaf-00001"}, "'leaf-00001' is no name of a device"),
        ({"b device": "reef-p1-00001"}, "'reef-p1-00001' is no name of a device"),
        ({"a port": "r1"}, "'r1' is no name of a port"),
        ({"a port": "1"}, "the port of the a end does not belong to such a device"),
        ({"b port": "1-2"}, "one end has more ports than the other"),
        ({"b device": "leaf-p2-00001"}, "the ends are of different networks or planes"),
        ({"b device": "storage.leaf-p1-00001"}, "the ends are of different networks or planes"),
        ({"run [m]": "long"}, "'long' in column 'run [m]' is no length in metres"),
        ({"ordered [m]": "-3"}, "'-3' in column 'ordered [m]' is no length in metres"),
        ({"run [m]": "nan"}, "'nan' in column 'run [m]' is no length in metres"),
        ({"cable": "0"}, "'0' in column 'cable' is no whole number from 1 on"),
        ({"cable": "99999999999"}, "'99999999999' in column 'cable' is no whole number"),
        ({"a unit": "1.5"}, "'1.5' in column 'a unit' is no whole number"),
        ({"sku": "x", "cords": "0"}, "'0' cords of a link are no whole number"),
        ({"sku": "x", "cords": "two"}, "'two' cords of a link are no whole number"),
        ({"a rack": "rack 9"}, "'rack 9' is no name of a rack"),
    ],
)
def test_a_wrong_cell_is_told_with_file_line_and_reason(tmp_path: Path, changes: dict[str, str], why: str) -> None:
    path = tmp_path / "cables.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows([one_row(), one_row(**changes)])
    with pytest.raises(StoreError) as error:
        read_cut_sheet(path)
    assert error.value.why.startswith(why)
    assert error.value.where == Place(str(path), 3)


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b"", "the file is empty", 1),
        (b"cable,medium\n", "there is no column 'cords'", 1),
        (",".join(HEADER).encode() + b"\n1,2\n", "the row has 2 cells, the header 25", 2),
        (",".join(HEADER).encode() + b"\n", "there is no cable in it", 0),
        (b"\xff\xfe", "this is not UTF-8: byte 0 cannot be read", 0),
        (",".join(HEADER).encode() + b'\n"open', "this is not CSV: unexpected end of data", 2),
    ],
)
def test_a_broken_file_is_told(tmp_path: Path, data: bytes, why: str, line: int) -> None:
    path = tmp_path / "cables.csv"
    path.write_bytes(data)
    with pytest.raises(StoreError) as error:
        read_cut_sheet(path)
    assert error.value.where is not None
    assert (error.value.why, error.value.where.line) == (why, line)
    with pytest.raises(StoreError, match="cannot be read"):
        read_cut_sheet(tmp_path / "not there.csv")
