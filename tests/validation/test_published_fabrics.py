"""Published fabrics: every count exact, misprints flagged, and what a row does not say told."""

from pathlib import Path

import pytest

from gigaloop.core.errors import ProgrammeError
from gigaloop.validation import run, validate
from gigaloop.validation.fabric import validate_fabric
from gigaloop.validation.fabric_rows import read_fabrics

DATA = Path(run.__file__).parent / "data" / "fabric.csv"
ROWS = {row.name: row for row in read_fabrics(DATA)}
CHECKED = validate("fabric")
COLUMNS = (
    "source,name,topology,gpus,nodes,nic_per_gpu,nic_gbps,switch_radix,leafs,spines,cores,cables_node_leaf,"
    "cables_leaf_spine,cables_spine_core,cost,closed_form_check,notes"
)


def own(folder: Path, *rows: str, columns: str = COLUMNS) -> Path:
    table = folder / "fabrics.csv"
    table.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return table


def only(folder: Path, row: str, **options: str):
    return validate_fabric(own(folder, row, **options)).rows


@pytest.mark.parametrize("name", [row.name for row in ROWS.values() if row.counts])
def test_every_published_count_is_met_exactly(name):
    found = [each for each in CHECKED.rows if each.id == name and each.error is not None]
    assert len(found) == len(ROWS[name].counts)
    assert all(each.within and each.computed == each.published for each in found)


def test_every_bundled_row_has_a_source_and_a_name_of_its_own():
    assert len(ROWS) == len(read_fabrics(DATA)) >= 30
    assert all(len(row.source) > 20 for row in ROWS.values())


def test_a_misprint_is_flagged_and_not_copied():
    (found,) = (each for each in CHECKED.rows if "misprint" in each.note)
    assert (found.quantity, found.published, found.computed, found.within) == ("GPUs", 9216, 10368, False)
    assert "10,368 cables to nodes are 8 to a node" in found.note
    assert any("1 misprint of a source" in remark for remark in CHECKED.remarks)


def test_rows_without_counts_are_listed_with_the_reason():
    silent = [each for each in CHECKED.rows if each.published is None]
    assert {each.id for each in silent} >= {"xAI Colossus", "Microsoft Fairwater"}
    assert all(each.note == "the row publishes no count" and each.computed is None for each in silent)


def test_what_no_source_prints_says_so():
    notes = {each.id: each.note for each in reversed(CHECKED.rows)}
    assert notes["OpenAI and Microsoft, MRC"].startswith("derived from what the source says")
    assert notes["DGX Rubin NVL8 SuperPOD, 8 SU"].startswith("predicted from like fabrics")
    assert "no such graph exists" in notes["DeepSeek, SF"]


def test_transceivers_are_the_switch_ends_of_three_tiers():
    (found,) = (each for each in CHECKED.rows if each.unit == "modules")
    assert (found.published, found.computed, found.within) == (655_000, 5 * 128 * 1024, True)
    assert "with 128,000 GPUs there would be 640,000" in found.note


def test_texts_of_a_row_say_units_rails_and_planes(tmp_path):
    """The texts of a row alone, without the columns that say it outright."""
    rows = only(
        tmp_path,
        "x,Pod 4 SU,rail-optimised twin-plane,2048,256,1,2x400,128x400G (64x800G cages),64,32,0,2048,2048,0,,,"
        "cables counted as 800G twin-port",
    )
    assert [each.within for each in rows] == [True] * 6
    assert "a cable carries 2 links" in rows[0].note


@pytest.mark.parametrize(
    ("nic", "switch", "leafs"),
    [
        ("400", "64", 32),
        ("400", "64x800G", 16),
        ("400", "25.6T", 32),
        ("100", "512\N{MULTIPLICATION SIGN}100G", 8),
        ("", "64x800G", 16),
    ],
)
def test_ports_of_a_switch_are_those_at_the_link_rate(tmp_path, nic, switch, leafs):
    rows = only(tmp_path, f"x,y,rail-optimised 2-tier,1024,128,1,{nic},{switch},{leafs},,,,,,,,")
    assert [each.computed for each in rows] == [leafs]
    assert ("link rate is not stated" in rows[0].note) == (nic == "")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("x,y,2-tier,many,8,1,400,64,9,,,,,,,,", "states no number of GPUs"),
        ("x,y,2-tier,64,8,1,400,,9,,,,,,,,", "neither the ports of a switch nor one leaf switch to a rack"),
        ("x,y,2-tier,65,8,1,400,64,9,,,,,,,,", "no whole number of rails"),
        ("x,0 SU,2-tier,64,8,1,400,64,9,,,,,,,,", "of the row is 0"),
        ("x,y,2-tier,64,8,1,0x400,64,9,,,,,,,,", "of the row is 0"),
        ("x,y,2-tier,64,8,1,,51.2T,9,,,,,,,,", "states no link rate"),
        ("x,y,2-tier,64,8,1,400,many,9,,,,,,,,", "'many' is not understood"),
        ("x,y,2-tier,64,8,1,800,1x400G,9,,,,,,,,", "no port of 800 Gb/s"),
        ("x,y,2-tier,64,8,1,200,10T: 128x200G down + 60x400G up,9,,,,,,,,", "more ports than its capacity"),
        ("x,y,2-tier,65536,8192,1,400,64,9,,,,,,,,", "two tiers of 64-port switches serve 64 leafs"),
        ("x,y,slim fly,64,,1,400,64,,9,,,,,,,", "does not state q"),
        ("x,y,dragonfly p=1 a=2,64,,1,400,64,,9,,,,,,,", "does not state h, g"),
        ("x,y,torus,64,,6,400,136 ports,,9,,,,,,,", "does not state its cubes"),
        ("x,y,torus of 4x4x4 cubes,65,,6,400,136 ports,,9,,,,,,,", "no whole cubes"),
    ],
)
def test_a_row_that_cannot_be_computed_says_why(tmp_path, row, why):
    (found,) = only(tmp_path, row)
    assert (found.computed, found.within, found.published) == (None, False, 9)
    assert why in found.note


def test_a_count_that_is_off_is_shown_with_its_error(tmp_path):
    rows = only(tmp_path, "x,y,rail-optimised,1024,128,1,400,64,40,,,,,,,,")
    assert [(each.computed, each.error, each.within) for each in rows] == [(32, 32 / 40 - 1, False)]


def test_columns_of_ones_own_say_it_outright(tmp_path):
    row = "x,y,fat tree,1016,127,1,400,64,32,16,0,1020,1024,0,,,,32,8,1,4"
    rows = only(tmp_path, row, columns=f"{COLUMNS},nodes_per_su,rails,planes,extra_node_leaf")
    assert [each.within for each in rows] == [True] * 6


def test_a_table_that_is_wrong_names_every_cell(tmp_path):
    table = own(tmp_path, "x,y,fat tree,64,8,1,400,64,many,,,,,,,,", ",,,64,8,1,400,64,1,,,,,,,,")
    with pytest.raises(ProgrammeError) as caught:
        validate_fabric(table)
    whys = [problem.why for problem in caught.value.problems]
    assert {"'many' is no whole number", "the fabric has no name"} <= set(whys)
    assert all(problem.where is not None for problem in caught.value.problems)
    with pytest.raises(ProgrammeError, match="there is no column 'leaves'"):
        validate_fabric(own(tmp_path, "y,2-tier,9", columns="name,topology,leaves"))


def test_a_column_that_is_not_known_is_told_once(tmp_path):
    with pytest.raises(ProgrammeError) as caught:
        validate_fabric(own(tmp_path, *["y,2-tier,9"] * 3, columns="name,topology,leaves"))
    assert [problem.why for problem in caught.value.problems].count("there is no column 'leaves'") == 1
