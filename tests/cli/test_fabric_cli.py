"""``gigaloop design fabric``: what it shows, its JSON, files of cables, and what is told when something is wrong."""

import csv
import os
import re

import pytest

from gigaloop.exchange.fabric.formats import FORMATS, format_of

GENERATION = "gb300-nvl72"


@pytest.fixture
def fabric(starter, gigaloop):
    """Engineer the fabric of two scalable units of the starter programme."""

    def run(*words, su=2):
        return gigaloop("design", "fabric", starter, GENERATION, "--su", su, *words)

    return run


def test_counts_of_the_json_belong_together(fabric):
    answer = fabric("--json")
    assert answer.code == 0
    found = answer.json["fabric"]
    (network,) = (each for each in found["networks"] if each["name"] == "scale-out")
    assert found["accelerators"] == found["racks"] * found["nodes_per_rack"] * found["accelerators_per_node"]
    assert found["links"] == sum(each["links"] for each in found["networks"])
    assert found["links"] == sum(each["links"] for each in found["cables"])
    assert network["switches"] == sum(network["switches_by_tier"].values())
    nodes = found["racks"] * found["nodes_per_rack"]
    assert network["links_by_layer"]["node-leaf"] == nodes * network["rails"] * network["planes"]
    assert found["floor"]["racks"]["compute"] == found["racks"]
    known = [line["power_w"] or 0.0 for line in found["bill"] if not line["at_node"]]
    assert found["power_w"] == pytest.approx(sum(known))


def test_what_has_no_price_is_named_and_not_counted(fabric):
    found = fabric("--json").json["fabric"]
    priced = [line["cost_usd"] for line in found["bill"] if line["cost_usd"] and not line["at_node"]]
    for end in ("low", "base", "high"):
        assert found["cost_usd"][end] == pytest.approx(sum(cost[end] for cost in priced))
    assert len(found["unpriced"]) == sum(line["cost_usd"] is None for line in found["bill"])


def test_no_cable_of_a_feasible_fabric_is_longer_than_its_maker_supports(fabric):
    found = fabric("--json").json["fabric"]
    assert found["feasible"] == (not found["links_beyond_reach"] and not found["floor"]["unplaced"])
    for each in found["cables"]:
        if each["medium"]:
            assert each["longest_m"] <= each["reach_m"] + 1e-4


def test_the_card_says_every_part_with_its_unit(fabric):
    answer = fabric()
    assert answer.code == 0
    for text in (
        "Fabric of 2 scalable units", "scale-up domain", "GB/s each way", "Gb/s", "oversubscription", "rows", "compute",
        "beyond reach", "Switches", "Links at speed", "Cables", "Bill of materials", "modules", "Time of collectives",
        "When one fails", "is interrupted by the network every", "assumptions; sources:",
    ):  # fmt: skip
        assert text in answer.out, text
    assert not re.search(r"\b(nan|inf|None)\b", answer.out)


@pytest.mark.parametrize("name", ["c.csv", "c.yaml", "c.json", "c.yml", "c.dot", "c"])
def test_what_is_written_is_found_alike_when_it_is_held_against_the_same_fabric(fabric, tmp_path, name):
    path = tmp_path / "out" / name
    answer = fabric("--cables", path, "--against", path, "--json")
    assert answer.code == 0
    assert answer.json["compared"]["missing"] in (0, [])
    assert answer.json["compared"]["extra"] in (0, [])
    assert not answer.json["compared"].get("changed")
    assert answer.json["compared"]["same"] > 0
    assert all(each["bytes"] > 0 for each in answer.json["files"])
    assert len(answer.json["files"]) == (9 if name == "c" else 1)


def test_what_a_file_says_otherwise_is_told(fabric, tmp_path):
    path = tmp_path / "cables.csv"
    fabric("--cables", path)
    lines = path.read_text(encoding="utf-8").splitlines()
    moved = lines[2].split(",")
    moved[9] = "99.00"
    path.write_text("\n".join([lines[0], ",".join(moved), *lines[4:]]), encoding="utf-8")
    found = fabric("--against", path, "--json").json["compared"]
    assert (found["missing"], found["extra"], found["changed"]) == (2, 0, {"stock": 1})
    shown = fabric("--against", path).out
    assert "1 link with another ordered length" in shown
    assert re.search(r"only here: 2\n\s+node-0+1 port 1 to leaf-p1-0+1 port 1", shown)
    larger = fabric("--against", path, "--json", su=1).json["compared"]
    assert larger["extra"] > 0


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("--su", "0"), 2, "--su"),
        (("--site", "milan"), 2, "did you mean 'milam'?"),
        (("--cables", "cables.xls"), 2, "'.xls' of cables.xls says no format"),
        (("--cables", "a.csv", "--format", "netbx"), 2, "did you mean 'netbox'?"),
        (("--cables", ".", "--format", "cut-sheet"), 2, ". is a folder"),
        (("--cables", os.devnull, "--format", "cut-sheet"), 2, "is no file that can be replaced"),
        (("--cables", __file__, "--format", "netbox"), 2, "is a file, and those for NetBox fill a folder"),
        (("--format", "netbox"), 2, "--format netbox is of no file"),
        (("--against", "not there.csv"), 1, "the file cannot be read"),
        (("--cables", "/proc/none/cables.csv"), 1, "the files cannot be written"),
        (("--su", "9999999"), 1, "cannot be joined"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(fabric, words, code, why):
    answer = fabric(*words)
    assert answer.code == code
    assert why in answer.err
    assert "Traceback" not in answer.err
    assert len(answer.err.strip().splitlines()) > 1


def test_distances_and_interruptions_are_told(fabric):
    found = fabric("--json").json["fabric"]
    (leaf, spine) = found["distances"]
    assert (leaf["links"], leaf["equal_paths"], spine["links"]) == (2, 1.0, 4)
    assert leaf["share"] + spine["share"] == pytest.approx(1.0)
    often = found["interruptions"]
    low, high = often["in_30_days"]
    month = 30 * 86400
    assert low <= month / often["interval_high_s"] <= month / often["interval_low_s"] <= high
    shown = fabric().out
    assert "links between two ports on average" in shown
    assert f"{low} to {high} times in 30 days" in shown


def test_an_unknown_generation_is_refused(starter, gigaloop):
    answer = gigaloop("design", "fabric", starter, "gb300-nvl27")
    assert answer.code == 2
    assert "did you mean 'gb300-nvl72'" in answer.err


def test_a_file_that_cannot_be_finished_leaves_what_was_there(fabric, tmp_path, monkeypatch):
    path = tmp_path / "cables.csv"
    path.write_text("before", encoding="utf-8")

    def fails(_):
        yield b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gigaloop.exchange.fabric.formats.cut_sheet", fails)
    answer = fabric("--cables", path)
    assert answer.code == 1
    assert "No space left on device" in answer.err
    assert path.read_text(encoding="utf-8") == "before"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".part")] == []


def test_the_format_is_the_one_named_or_that_of_the_suffix(tmp_path):
    assert format_of(tmp_path) == "netbox"
    assert [format_of(tmp_path / name) for name in ("a.csv", "a", "a.yaml", "a.yml", "a.dot")] == list(FORMATS)
    assert format_of(tmp_path / "a.txt", "astra-sim") == "astra-sim"


def test_all_that_the_files_for_netbox_refer_to_is_in_a_file_that_is_imported_before(fabric, tmp_path):
    folder = tmp_path / "netbox"
    assert fabric("--cables", folder).code == 0
    texts = {path.stem[3:]: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}
    files = {name: list(csv.DictReader(text.splitlines())) for name, text in texts.items()}
    names = {name: {row.get("name") for row in rows} for name, rows in files.items()}
    assert list(files)[:5] == ["sites", "locations", "manufacturers", "device-types", "device-roles"]
    assert list(files)[5:] == ["racks", "devices", "interfaces", "cables"]
    assert {row["manufacturer"] for row in files["device-types"]} <= names["manufacturers"]
    assert {row["location"] for row in files["racks"]} <= names["locations"]
    types = {(row["manufacturer"], row["model"]): int(row["u_height"]) for row in files["device-types"]}
    height = {row["name"]: int(row["u_height"]) for row in files["racks"]}
    taken = set()
    for row in files["devices"]:
        low, units = int(row["position"]), types[row["manufacturer"], row["device_type"]]
        assert row["role"] in names["device-roles"]
        assert low + units - 1 <= height[row["rack"]]
        for unit in range(low, low + units):
            assert (row["rack"], unit) not in taken
            taken.add((row["rack"], unit))
    ports = {(row["device"], row["name"]) for row in files["interfaces"]}
    assert len(ports) == len(files["interfaces"])
    assert {device for device, _ in ports} <= names["devices"]
    ends = [(row[f"side_{end}_device"], row[f"side_{end}_name"]) for row in files["cables"] for end in "ab"]
    assert set(ends) == ports
    assert len(set(ends)) == len(ends)
    for rows in (files[name] for name in ("sites", "locations", "manufacturers", "device-types", "device-roles")):
        slugs = [row["slug"] for row in rows]
        assert len(set(slugs)) == len(slugs)
        assert all(re.fullmatch(r"[-a-z0-9_]+", slug) for slug in slugs)
