"""ASTRA-sim: dimensions of a fabric, its own example read, what is written read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import StoreError
from gigaloop.design.fabric import size_clos, size_torus
from gigaloop.design.records import Fabric, NetworkDesign, ScaleUpDomain
from gigaloop.exchange.fabric.astrasim import TOPOLOGIES, Dimension, astra_sim, dimensions_of, read_astra_sim

numbers = st.floats(1e-3, 1e6).map(lambda value: float(f"{value:.9g}"))
dimensions = st.lists(
    st.tuples(st.sampled_from(TOPOLOGIES), st.integers(2, 9999), numbers, numbers), min_size=1, max_size=5
)


@given(dimensions, st.sampled_from(["", "two\nlines"]))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[str, int, float, float]], comment: str
) -> None:
    path = tmp_path_factory.mktemp("astra") / "network.yml"
    written = tuple(Dimension(t, n, float(round(b * 1e9)), s * 1e-9) for t, n, b, s in made)
    path.write_bytes(b"".join(astra_sim(written, comment)))
    assert read_astra_sim(path) == written


def test_a_file_of_three_dimensions_as_the_simulator_ships_them_is_read(tmp_path: Path) -> None:
    """As in its inputs/network/analytical/Ring_FullyConnected_Switch.yml."""
    path = tmp_path / "network.yml"
    path.write_text(
        "# comment\ntopology: [ Ring, FullyConnected, Switch ]  # of each\nnpus_count: [ 2, 8, 4 ]\n"
        "bandwidth: [ 200.0, 100.0, 50.0 ]  # GB/s\nlatency: [ 50.0, 500.0, 2000.0 ]  # ns\n",
        encoding="utf-8",
    )
    second = read_astra_sim(path)[1]
    assert second == Dimension("FullyConnected", 8, 1e11, second.latency)
    assert second.latency == pytest.approx(5e-7)


def fabric(**of: object) -> Fabric:
    plane = size_clos(nodes=512, rails=8, rate=4e11, radix=64, nodes_per_su=32, sus=16, **of)  # type: ignore[arg-type]
    network = NetworkDesign("scale-out", "scale-out", plane, 1, None, 1.0)
    return Fabric("h100", 16, 128, 8, 4, 8.0, ScaleUpDomain(8, 4.5e11, True), (network,), "spraying")


def test_npus_of_all_dimensions_multiply_to_the_accelerators() -> None:
    found = dimensions_of(fabric())
    assert [(each.topology, each.npus, each.bandwidth) for each in found] == [
        ("Switch", 8, 4.5e11),
        ("Switch", 32, 5e10),
        ("Switch", 16, 5e10),
    ]


def test_oversubscription_slows_the_outer_dimension_alone() -> None:
    over = dimensions_of(fabric(oversubscription=3.0))
    assert over[1].bandwidth == 5e10
    assert over[2].bandwidth == pytest.approx(5e10 / 3.0, rel=0.02)


def test_a_torus_is_rings() -> None:
    plane = size_torus(nodes=512, rails=6, rate=4e11, radix=136)
    network = NetworkDesign("scale-out", "scale-out", plane, 1, None, 1.0)
    found = dimensions_of(Fabric("tpu", 1, 128, 128, 4, 1.0, ScaleUpDomain(1, 1e12, False), (network,), "spraying"))
    assert [(each.topology, each.npus) for each in found] == [("Ring", size) for size in plane.dims if size > 1]


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("", "this is no network file of ASTRA-sim", 1),
        ("topology: [ Mesh ]\n", "'Mesh' is no topology", 1),
        ("topology: [ Ring ]\nnpus_count: [ 4, 2 ]\n", "'npus_count' has 2 entries, topology 1", 2),
        ("topology: [ Ring ]\nnpus_count: [ 4.5 ]\n", "'4.5' in 'npus_count' is no such number", 2),
        ("topology: [ Ring ]\nnpus_count: [ 4 ]\nbandwidth: [ fast ]\n", "'fast' in 'bandwidth' is no such number", 3),
        ("topology: [ Ring ]\nnpus_count: [ 4 ]\nbandwidth: 3\n", "'bandwidth' is no list", 3),
        ("topology: [ Ring\n", "this is not YAML", 2),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, why: str, line: int) -> None:
    path = tmp_path / "network.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError) as error:
        read_astra_sim(path)
    assert error.value.where is not None
    assert (error.value.why, error.value.where.line) == (why, line)
