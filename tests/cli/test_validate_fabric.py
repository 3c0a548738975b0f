"""``gigaloop validate fabric``: a line for each fabric, what was read into it once, and tables of one's own."""

import re

import pytest

HEADER = (
    "source,name,topology,gpus,nodes,nic_per_gpu,nic_gbps,switch_radix,leafs,spines,cores,cables_node_leaf,"
    "cables_leaf_spine,cables_spine_core,cost,closed_form_check,notes\n"
)
EXACT = "x,Pod,rail-optimised,1024,128,1,400,64,32,16,0,1024,1024,0,,,\n"
OFF = "x,Other pod,rail-optimised,1024,128,1,400,64,40,,,,,,,,derived\n"


@pytest.fixture
def validate(gigaloop, tmp_path):
    def run(*rows, words=()):
        table = tmp_path / "mine.csv"
        table.write_text(HEADER + "".join(rows), encoding="utf-8")
        return gigaloop("validate", "fabric", "--rows", table, *words)

    return run


def test_every_published_fabric_has_one_line_and_a_note_is_said_once(gigaloop):
    shown, rows = gigaloop("validate", "fabric"), gigaloop("validate", "fabric", "--json").json["rows"]
    assert shown.code == 0
    computed = dict.fromkeys(row["id"] for row in rows if row["computed"] is not None)
    lines = shown.out.splitlines()
    for name in computed:
        assert sum(line.startswith(f"{name}  ") for line in lines) == 1, name
    assert "leafs 24=24, spines 16=16, cores 0=0, node-leaf 764=764, leaf-spine 768=768" in shown.out
    assert "GPUs 9,216\N{NOT EQUAL TO}10,368" in shown.out
    assert "transceivers at switches 655,000\N{ALMOST EQUAL TO}655,360" in shown.out
    assert shown.out.count("a cable carries 2 links") == 1
    assert "all counts exact of 35; 5 without a published count; 1 misprint of a source" in shown.out


def test_the_number_behind_a_fabric_is_that_of_its_note(validate):
    shown = validate(EXACT, OFF).out
    assert re.search(r"^Pod .*leafs 32=32, .* yes +1 *$", shown, re.M)
    assert re.search(r"^Other pod .*leafs 40\N{NOT EQUAL TO}32 +no +2 *$", shown, re.M)
    assert "  1  its scalable units are not stated" in shown
    assert "  2  derived from what the source says" in shown


def test_two_rows_of_one_name_are_two_fabrics(validate):
    shown = validate(EXACT, EXACT).out
    assert len(re.findall(r"^Pod  ", shown, re.M)) == 2
    assert "2 fabrics: 2 computed, all counts exact of 2" in shown


def test_json_stays_row_by_row(validate):
    rows = validate(EXACT, words=["--json"]).json["rows"]
    assert [(row["quantity"], row["published"], row["computed"]) for row in rows][:2] == [
        ("leaf switches", 32, 32),
        ("spine switches", 16, 16),
    ]
    assert len(rows) == 6


def test_a_table_of_which_nothing_can_be_computed_shows_no_empty_table(validate):
    shown = validate("x,Pod,torus,64,,6,400,136 ports,,9,,,,,,,\n")
    assert shown.code == 0
    assert "Published counts" not in shown.out
    assert "does not state its cubes" in shown.out
    assert "1 fabric: 0 computed" in shown.out
