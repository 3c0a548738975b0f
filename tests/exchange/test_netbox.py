"""NetBox's bulk import: columns and choices that it takes, and cables read back."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from tests.exchange.cablings import cabling_from, cablings

from gigaloop.core.errors import StoreError
from gigaloop.exchange.fabric.cabling import Cabling
from gigaloop.exchange.fabric.netbox import netbox_cables, read_netbox


def rows_of(cabling: Cabling) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(netbox_cables(cabling)).decode(), newline="")))


@given(cablings)
def test_cables_are_read_back_but_for_racks_that_stand_in_another_file(
    tmp_path_factory: pytest.TempPathFactory, cabling: Cabling
) -> None:
    path = tmp_path_factory.mktemp("netbox") / "cables.csv"
    path.write_bytes(b"".join(netbox_cables(cabling)))
    nowhere = np.full(len(cabling), -1, np.int32)
    bare = replace(cabling, a_rack=nowhere, b_rack=nowhere, a_unit=nowhere, b_unit=nowhere)
    assert read_netbox(path).same(bare)


def test_a_cable_has_what_the_import_form_asks_for() -> None:
    (row,) = rows_of(cabling_from([(1, 0, 122, 2, 6, 16, 0, 5, 1, 40, 4, 3125)]))
    assert row == {
        "side_a_device": "node-000123", "side_a_type": "dcim.interface", "side_a_name": "p1r3",
        "side_b_device": "leaf-p1-00007", "side_b_type": "dcim.interface", "side_b_name": "17",
        "type": "smf-os2", "status": "planned", "label": "0000001", "color": "ffeb3b",
        "length": "32.00", "length_unit": "m", "description": "node-leaf; 2 x e-dr4; run 31.25 m",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("medium", "kind"), list(enumerate(["dac-passive", "dac-active", "aoc", "mmf-om4", "smf-os2", "cat6a"]))
)
def test_types_are_choices_of_netbox(medium: int, kind: str) -> None:
    (row,) = rows_of(cabling_from([(1, 0, 0, 0, 0, 0, 0, 1, 1, 1, medium, 100)]))
    assert row["type"] == kind


def test_what_nothing_reaches_has_neither_type_nor_length() -> None:
    (row,) = rows_of(cabling_from([(1, 0, 0, 0, 0, 0, 0, 1, 1, 1, -1, 99_999)]))
    assert (row["type"], row["length"], row["length_unit"]) == ("", "", "")
    assert row["description"] == "node-leaf; none reaches; run 999.99 m"


def test_a_cord_that_splits_is_a_cable_for_each_device_with_one_label() -> None:
    rows = rows_of(cabling_from([(1, 4, 0, 0, 0, 0, 0, 1, 1, 1, 0, 100), (1, 4, 1, 0, 0, 1, 0, 2, 1, 1, 0, 100)]))
    assert [(row["side_a_device"], row["side_b_name"], row["label"]) for row in rows] == [
        ("node-000001", "1", "0000005"),
        ("node-000002", "2", "0000005"),
    ]


def test_an_unknown_type_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cables.csv"
    text = b"".join(netbox_cables(cabling_from([(1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 100)]))).decode()
    path.write_text(text.replace("dac-passive", "coaxial"), encoding="utf-8")
    with pytest.raises(StoreError, match="'coaxial' in column 'type'") as error:
        read_netbox(path)
    assert error.value.where is not None
    assert error.value.where.line == 2
    with pytest.raises(StoreError, match="cannot be read"):
        read_netbox(tmp_path)
