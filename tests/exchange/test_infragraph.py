"""InfraGraph: slices say every link once, what is written is read back, and the schema's rules hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from tests.exchange.cablings import cabling_from, cablings

from gigaloop.core.errors import StoreError
from gigaloop.exchange.fabric.cabling import Cabling
from gigaloop.exchange.fabric.infragraph import Machine, infragraph
from gigaloop.exchange.fabric.infragraph_read import read_infragraph

MACHINE = Machine("machine", "for tests", {}, {}, {}, 4, {("scale-out", "node-leaf"): 8e11}, 0)
NAME = re.compile(r"^[\sa-zA-Z0-9-_()><\[\]]+$")
"""What the schema allows in a name."""


def graph_of(cabling: Cabling, machine: Machine = MACHINE) -> dict[str, Any]:
    graph: dict[str, Any] = yaml.safe_load(b"".join(infragraph(machine, cabling)))
    return graph


def carried(cabling: Cabling) -> Cabling:
    """Give what the format carries: no number of a cable, no unit, no run, and one rack of a device."""
    nowhere = np.full(len(cabling), -1, np.int32)
    return replace(cabling, cable=nowhere, a_unit=nowhere, b_unit=nowhere, run=np.full(len(cabling), np.nan))


@given(cablings)
def test_what_is_written_is_read_back_from_yaml_and_json(
    tmp_path_factory: pytest.TempPathFactory, cabling: Cabling
) -> None:
    folder = tmp_path_factory.mktemp("graph")
    placed = replace(cabling, a_rack=(cabling.a % 4).astype(np.int32), b_rack=(cabling.b % 4).astype(np.int32))
    for suffix in ("yaml", "json"):
        path = folder / f"graph.{suffix}"
        path.write_bytes(b"".join(infragraph(MACHINE, placed, as_json=suffix == "json")))
        assert read_infragraph(path).same(carried(placed))


def leaf_spine(leafs: int, spines: int) -> Cabling:
    """Wire every leaf to every spine once: port-major, as a Clos spreads."""
    rows = [
        (0, n, n // spines, 64 + n % spines, n % spines, n // spines, 0, 1, 1, 1, 4, 3000)
        for n in range(leafs * spines)
    ]
    return cabling_from(rows)


def test_a_spread_of_leafs_over_spines_is_an_edge_for_each_spine() -> None:
    edges = graph_of(leaf_spine(64, 32))["infrastructure"]["edges"]
    assert len(edges) == 32
    assert edges[5] == {
        "ep1": {"instance": "leaf-p1[0:64]", "component": "port[69]"},
        "ep2": {"instance": "spine-p1[5]", "component": "port[0:64]"},
        "scheme": "one2one",
        "link": "scale-out-p1 leaf-spine e-dr4 3000cm",
    }


def test_steps_beyond_one_are_slices_too() -> None:
    rows = [(0, n, 64 * n, 3, 0, n, 0, 1, 1, 1, 4, 3000) for n in range(9)]
    (edge,) = graph_of(cabling_from(rows))["infrastructure"]["edges"]
    assert edge["ep1"] == {"instance": "leaf-p1[0:513:64]", "component": "port[3]"}


@given(cablings)
def test_names_are_those_that_the_schema_allows_and_all_that_is_referred_to_is_there(cabling: Cabling) -> None:
    graph = graph_of(cabling)["infrastructure"]
    devices = {device["name"]: {c["name"]: c["count"] for c in device["components"]} for device in graph["devices"]}
    links = {link["name"] for link in graph["links"]}
    instances = {each["name"]: each["device"] for each in graph["instances"]}
    assert len(links) == len(graph["links"])
    assert all(NAME.fullmatch(name) for name in (graph["name"], *devices, *links, *instances))
    for edge in graph["edges"]:
        assert edge["link"] in links
        for end in ("ep1", "ep2"):
            name = edge[end]["instance"].split("[")[0]
            assert edge[end]["component"].split("[")[0] in devices[instances[name]]


def test_a_machine_says_its_scale_up_domains() -> None:
    machine = replace(MACHINE, devices={"node": 36}, domain_nodes=18, scale_up=9e11)
    graph = graph_of(cabling_from([(1, 0, 35, 0, 0, 0, 0, 1, 1, 1, 0, 100)]), machine)["infrastructure"]
    inside = [edge for edge in graph["edges"] if edge["link"] == "scale-up"]
    assert [edge["ep1"]["instance"] for edge in inside] == ["node[0:18]", "node[18:36]"]
    assert inside[1]["ep2"] == {"instance": "scale-up[1]", "component": "port[0:72]"}


def broken(change: tuple[str, str]) -> bytes:
    text = b"".join(infragraph(MACHINE, leaf_spine(2, 2))).decode()
    assert change[0] in text
    return text.replace(*change, 1).encode()


def cases() -> Iterator[tuple[tuple[str, str], str]]:
    yield ("leaf-p1[0:2]", "reef-p1[0:2]"), "'reef-p1' is no device such as 'node' or 'leaf-p1'"
    yield ("leaf-p1[0:2]", "leaf-p1[0:3]"), "one end names 3 ports, the other 2"
    yield ("leaf-p1[0:2]", "leaf-p1[a]"), "'leaf-p1[a]' is no name with a slice such as 'node[0:8]'"
    yield ("leaf-p1[0:2]", "leaf-p1[0:999999999]"), "'leaf-p1[0:999999999]' names too many"
    yield ("leaf-p1[0:2]", "leaf-p2[0:2]"), "the ends are of different networks or planes"
    yield (
        ('"one2one", "link": "scale', '"ring", "link": "scale'),
        "the scheme 'ring' is not read; one2one and many2many are",
    )
    yield ('"component": "port[64]"', '"component": 64'), "infrastructure.edges.0.ep1.component is no text"
    yield ('"ep2": {"instance": "spine', '"ep3": {"instance": "spine'), "infrastructure.edges.0 has no 'ep2'"
    yield (
        ('"ordered_m", "value": "30.00"', '"ordered_m", "value": "long"'),
        ("the annotations of its link 'scale-out-p1 leaf-spine e-dr4 3000cm' hold no numbers"),
    )


@pytest.mark.parametrize(("change", "why"), list(cases()))
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    path = tmp_path / "graph.yaml"
    path.write_bytes(broken(change))
    with pytest.raises(StoreError) as error:
        read_infragraph(path)
    assert error.value.why == why
    first_edge = path.read_text(encoding="utf-8").split("  edges:")[0].count("\n") + 2
    assert error.value.where is not None
    assert error.value.where.line == first_edge


@pytest.mark.parametrize(
    ("name", "data", "why", "line"),
    [
        ("g.yaml", b"a: [1\nb: 2", "this is not YAML", 2),
        ("g.json", b'{\n"a" 1}', "this is not JSON", 2),
        ("g.yaml", b"", "the file has no 'annotations'", 1),
        ("g.json", b"[]", "the file has no 'annotations'", 1),
        ("g.yaml", b"annotations: {links: 3}\n", "annotations.links is no list", 1),
        ("g.yaml", b"\xff", "this is not UTF-8", 0),
    ],
)
def test_what_is_no_graph_is_told(tmp_path: Path, name: str, data: bytes, why: str, line: int) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(StoreError) as error:
        read_infragraph(path)
    assert error.value.why.startswith(why)
    assert error.value.where is not None
    assert error.value.where.line == line


def test_yaml_and_json_say_the_same() -> None:
    cabling = leaf_spine(4, 2)
    assert graph_of(cabling) == json.loads(b"".join(infragraph(MACHINE, cabling, as_json=True)))
