"""Dragonfly, Slim Fly and torus: counts, ports, reach and diameter; and the fabric of a generation whole."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, shortest_path

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import GigaloopError, ProgrammeError
from gigaloop.core.quantity import Quantity
from gigaloop.design.fabric import (
    Clos,
    Dragonfly,
    SlimFly,
    Torus,
    broken_out,
    design_fabric,
    most_sus,
    size_dragonfly,
    size_slim_fly,
    size_torus,
)
from gigaloop.design.fabric.galois import field, prime_of
from gigaloop.design.records import Plane
from gigaloop.programme.schema.network import BesideNetwork

RATE = 400e9
POWERS = [q for q in range(3, 33) if prime_of(q) is not None and q % 4 != 2]


def require_sound(plane: Plane) -> None:
    """Counts are those of the links, and no port is used twice or beyond the ports of its device."""
    used: dict[str, list[np.ndarray]] = {}
    for layer, count in plane.link_counts.items():
        links = plane.links(layer)
        assert len(links) == count
        for kind, device, port in ((links.lower, links.a, links.a_port), (links.upper, links.b, links.b_port)):
            assert port.min(initial=0) >= 0
            assert port.max(initial=0) < (plane.rails if kind == "node" else plane.radix)
            assert device.max(initial=0) < (plane.nodes if kind == "node" else plane.switches[kind])
            used.setdefault(kind, []).append(device.astype(np.int64) * 10_000 + port)
    for each in used.values():
        ends = np.concatenate(each)
        assert len(np.unique(ends)) == len(ends)


def switch_matrix(plane: Plane) -> np.ndarray:
    """Links between any two switches, (switches, switches)."""
    count = plane.switches["switch"]
    table = np.zeros((count, count), int)
    for layer in ("local", "global"):
        links = plane.links(layer)
        np.add.at(table, (links.a, links.b), 1)
    return table + table.T


@given(order=st.sampled_from([2, *POWERS]), data=st.data())
def test_a_field_has_inverses_and_distributes(order, data):
    gf = field(order)
    a, b, c = (np.array([data.draw(st.integers(0, order - 1))], np.int32) for _ in range(3))
    assert sorted(gf.powers.tolist()) == list(range(1, order))
    assert (gf.minus(gf.times(a, b), gf.times(a, c)) == gf.times(a, gf.minus(b, c))).all()
    assert gf.minus(a, a)[0] == 0
    if a[0]:
        assert 1 in gf.times(np.full(order, a[0], np.int32), np.arange(order, dtype=np.int32))


@pytest.mark.parametrize("q", POWERS)
def test_a_slim_fly_has_diameter_two_and_its_degree_at_every_switch(q):
    """McKay-Miller-Siran graphs: 2 q^2 switches of (3 q - delta) / 2 links, none parallel, all within two hops."""
    plane = SlimFly(nodes=1, rails=1, rate=RATE, radix=64, q=q, p=1)
    require_sound(plane)
    table = switch_matrix(plane)
    assert table.max() == 1
    assert not table.diagonal().any()
    assert (table.sum(axis=0) == plane.degree).all()
    walks = table.astype(np.float32)
    assert (walks @ walks + walks > 0).all()


def test_a_q_that_is_no_power_of_a_prime_has_counts_but_no_links():
    """DeepSeek's table takes q = 28: 1,568 switches and 32,928 links, by formula."""
    plane = SlimFly(nodes=32928, rails=1, rate=RATE, radix=64, q=28, p=21)
    assert plane.switches["switch"] == 1568
    assert plane.link_counts["local"] + plane.link_counts["global"] == 32928
    assert len(plane.links("node-switch")) == 32928
    with pytest.raises(GigaloopError) as caught:
        plane.links("global")
    assert "q=28 is no power of a prime" in caught.value.why
    assert "q=27 or q=29" in caught.value.hint


@given(p=st.integers(1, 4), a=st.integers(1, 6), h=st.integers(1, 4), g=st.integers(1, 25), rails=st.integers(1, 3))
def test_a_dragonfly_joins_every_pair_of_groups_evenly(p, a, h, g, rails):
    assume(g <= a * h + 1 and p * a * g >= rails)
    plane = Dragonfly(p * a * g // rails, rails, RATE, p + a - 1 + h, p, a, h, g)
    require_sound(plane)
    table = switch_matrix(plane)
    groups = table.reshape(g, a, g, a).sum(axis=(1, 3))
    off = groups[~np.eye(g, dtype=bool)]
    if g > 1:
        assert 1 <= off.min() <= off.max() <= off.min() + 1
    assert (table.reshape(g, a, g, a)[np.arange(g), :, np.arange(g)] == 1 - np.eye(a, dtype=int)).all()
    free = g * a * h - 2 * plane.link_counts["global"]
    assert free in (0, g) or g == 1


def test_a_dragonfly_reaches_every_switch_in_three_hops_at_most():
    """One link within the group, one between groups, one within the other (Kim and others, ISCA 2008)."""
    plane = Dragonfly(nodes=72, rails=1, rate=RATE, radix=7, p=2, a=4, h=2, g=9)
    assert shortest_path(switch_matrix(plane) > 0, unweighted=True).max() == 3


@given(cubes=st.tuples(*[st.integers(1, 4)] * 3), side=st.integers(2, 4))
def test_a_torus_joins_every_node_to_six_neighbours_through_its_circuits(cubes, side):
    plane = Torus(cubes, side, RATE, 128)
    require_sound(plane)
    inner, outer = plane.links("node-node"), plane.links("node-ocs")
    upper = {(int(o), int(p)): int(n) for n, o, p in zip(outer.a, outer.b, outer.b_port, strict=True)}
    a, b = [inner.a], [inner.b]
    for axis in range(3):
        up, down = plane.circuits(axis)
        for switch in range(axis * side**2, (axis + 1) * side**2):
            a.append(np.array([upper[switch, int(port)] for port in up]))
            b.append(np.array([upper[switch, int(port)] for port in down]))
    one, other = np.concatenate(a), np.concatenate(b)
    assert len(one) == 3 * plane.nodes
    assert (np.bincount(np.concatenate([one, other]), minlength=plane.nodes) == 6).all()
    parts, _ = connected_components(coo_matrix((np.ones(len(one)), (one, other)), (plane.nodes,) * 2), directed=False)
    assert parts == 1
    # Every link leads one step along one axis of the whole torus.
    place = coordinates(plane)
    step = (place[:, other] - place[:, one]) % np.array(plane.dims)[:, None]
    assert (np.sort(step, axis=0)[:2] == 0).all()
    assert (step.sum(axis=0) == 1).all()


def coordinates(plane: Torus) -> np.ndarray:
    """Place of every node in the torus, (3, nodes): cubes are numbered along x first, as are nodes in a cube."""
    node = np.arange(plane.nodes)
    cube, within = np.divmod(node, plane.side**3)
    x, y, _ = plane.cubes
    side = plane.side
    base = np.stack([cube % x, cube // x % y, cube // (x * y)])
    place: np.ndarray = base * side + np.stack([within % side, within // side % side, within // side**2])
    return place


def test_sizes_follow_from_the_nodes_and_the_ports():
    assert size_dragonfly(nodes=1000, rails=1, rate=RATE, radix=64).g == 2
    assert (size_slim_fly(nodes=30000, rails=1, rate=RATE, radix=64).q, 2 * 27**2 * 21) == (27, 30618)
    assert size_torus(nodes=24 * 64, rails=6, rate=RATE, radix=136).dims == (8, 12, 16)


@pytest.mark.parametrize(
    ("make", "why", "hint"),
    [
        (lambda: size_dragonfly(nodes=300_000, rails=1, rate=RATE, radix=64), "join 513 groups, not 586", "larger"),
        (lambda: size_dragonfly(nodes=3, rails=1, rate=RATE, radix=2), "make no dragonfly", "at least 3"),
        (lambda: Dragonfly(9, 1, RATE, 64, 32, 32, 16, 5), "needs 79 ports", "h=16"),
        (lambda: Dragonfly(0, 1, RATE, 64, 1, 1, 1, 1), "needs nodes", "at least one"),
        (lambda: Dragonfly(999, 1, RATE, 64, 2, 4, 2, 9), "72 ports for nodes, not 999", "125 groups"),
        (lambda: size_slim_fly(nodes=36_000, rails=1, rate=RATE, radix=64), "at most 35,322", "2 times as many planes"),
        (lambda: size_slim_fly(nodes=9, rails=1, rate=RATE, radix=4), "make no Slim Fly", "at least 7"),
        (lambda: SlimFly(9, 1, RATE, 64, 6, 1), "no Slim Fly has q=6", "q=5 or q=7"),
        (lambda: SlimFly(9, 1, RATE, 64, 2, 1), "no Slim Fly has q=2", "q=3 has one"),
        (lambda: SlimFly(9, 1, RATE, 64, 43, 20), "needs 85 ports, not 64", "q=29 fits 64"),
        (lambda: SlimFly(900, 1, RATE, 64, 5, 4), "has 200 ports for nodes", "larger q"),
        (lambda: size_torus(nodes=100, rails=6, rate=RATE, radix=136), "no whole cubes of 4x4x4", "64 or 128 nodes"),
        (lambda: size_torus(nodes=64, rails=4, rate=RATE, radix=136), "has 6 ports, not 4", "6 rails"),
        (lambda: size_torus(nodes=8192, rails=6, rate=RATE, radix=136), "joins 68 cubes, not 128", "4,352 nodes"),
        (lambda: Torus((1, 1, 0), 4, RATE, 136), "cubes of at least two nodes", "give a cube"),
    ],
)
def test_what_cannot_be_says_what_would_fit(make, why, hint):
    with pytest.raises(GigaloopError) as caught:
        make()
    assert why in caught.value.why
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    "plane",
    [
        size_dragonfly(nodes=40, rails=1, rate=RATE, radix=8),
        size_slim_fly(nodes=40, rails=1, rate=RATE, radix=8),
        size_torus(nodes=64, rails=6, rate=RATE, radix=8),
    ],
)
def test_a_layer_that_there_is_not_is_named(plane):
    with pytest.raises(KeyError, match="has no layer 'leaf-spine'"):
        plane.links("leaf-spine")
    assert set(plane.rates) == set(plane.link_counts)


def changed(generation, **change):
    return generation.model_copy(update={"scale_out": generation.scale_out.model_copy(update=change)})


def test_a_generation_s_fabric_is_its_scalable_units(small):
    generation, catalogue = small.generations[0], load_catalogue()
    unit = design_fabric(small, generation, catalogue, 1)
    assert (unit.sus, unit.racks, unit.accelerators) == (1, 8, 576)
    assert dict(unit.scale_out.switch_counts) == {"leaf": 20, "spine": 16}
    assert dict(unit.scale_out.link_counts) == {"node-leaf": 576, "leaf-spine": 640}
    twin = design_fabric(small, changed(generation, planes=Quantity.count(2)), catalogue, 1)
    assert twin.scale_out.links == 2 * unit.scale_out.links
    assert twin.scale_out.switches == 2 * unit.scale_out.switches


def test_a_fabric_spans_what_is_stated_or_what_the_largest_site_has_places_for(small):
    generation, catalogue = small.generations[0], load_catalogue()
    assert design_fabric(small, changed(generation, span=Quantity.count(3)), catalogue).sus == 3
    largest = max(sum(float(hall.positions) for hall in site.halls) for site in small.sites)
    assert design_fabric(small, generation, catalogue).sus == min(
        max(1, int(largest // 8)), most_sus(generation, catalogue)
    )


def test_most_units_are_joined_and_one_more_says_where_and_what_would_fit(small):
    generation, catalogue = small.generations[0], load_catalogue()
    most = most_sus(generation, catalogue)
    assert isinstance(design_fabric(small, generation, catalogue, most).scale_out.plane, Clos)
    with pytest.raises(ProgrammeError) as caught:
        design_fabric(small, generation, catalogue, most + 1)
    (problem,) = caught.value.problems
    assert problem.path == f"generations.{generation.id}.scale_out"
    assert f"{most} scalable units fit" in problem.hint


def test_networks_beside_are_sized_with_it_and_told_together_where_they_do_not_fit(small):
    catalogue, generation = load_catalogue(), small.generations[0]
    storage = BesideNetwork(
        id="storage", purpose="storage", rails=2, link_rate="400 Gb/s", switch="ufispace-s9321", oversubscription=3
    )
    bands = BesideNetwork(id="oob", purpose="out-of-band", rails=1, link_rate="1 Gb/s", switch_radix=48)
    beside = generation.model_copy(update={"networks": (storage, bands)})
    fabric = design_fabric(small, beside, catalogue, 2)
    assert [each.name for each in fabric.networks] == ["scale-out", "storage", "oob"]
    _, first, second = fabric.networks
    assert (first.plane.radix, first.switch_power, first.switch_units) == (128, 913.0, 2.0)
    assert isinstance(first.plane, Clos)
    assert (first.plane.down, first.plane.up) == (96, 32)
    assert (second.purpose, second.switch_power, dict(second.switch_counts)) == (
        "out-of-band",
        None,
        {"leaf": 12, "spine": 6},
    )
    assert any(each.is_assumption for each in second.switch_evidence)
    single = bands.model_copy(update={"tiers": Quantity.count(1)})
    wrong = changed(beside.model_copy(update={"networks": (storage, single)}), tiers=Quantity.count(1))
    with pytest.raises(ProgrammeError) as caught:
        design_fabric(small, wrong, catalogue, 2)
    assert [problem.path.removeprefix(f"generations.{generation.id}.") for problem in caught.value.problems] == [
        "scale_out",
        "networks.oob",
    ]
    assert most_sus(wrong, catalogue) == 0


@pytest.mark.parametrize(("topology", "kind"), [("dragonfly", Dragonfly), ("slim fly", SlimFly)])
def test_a_generation_may_take_another_topology(small, topology, kind):
    generation = changed(small.generations[0], topology=topology)
    fabric = design_fabric(small, generation, load_catalogue(), 2)
    assert isinstance(fabric.scale_out.plane, kind)
    assert fabric.scale_out.plane.nodes == 288
    assert most_sus(generation, load_catalogue()) > 2


def test_ports_of_a_switch_follow_from_the_catalogue(small):
    catalogue = load_catalogue()
    generation = changed(small.generations[0], switch="sn5600", switch_radix=None, link_rate=Quantity.of(400.0, "Gb/s"))
    assert design_fabric(small, generation, catalogue, 1).scale_out.plane.radix == 128
    with pytest.raises(ProgrammeError, match="sn5600 has 128 ports of 400 Gb/s, not 256"):
        design_fabric(small, changed(generation, switch_radix=Quantity.count(256)), catalogue, 1)
    with pytest.raises(ProgrammeError, match="states no switch and no radix"):
        design_fabric(small, changed(generation, switch=None), catalogue, 1)
    assert broken_out(catalogue.switch("q3400"), 100e9) == 72 * 8, "a lane of 200G carries one link"
    assert broken_out(catalogue.switch("sn5600"), 300e9) == 64 * 2, "a cage splits into whole links"
    with pytest.raises(GigaloopError, match="does not state the ports of tomahawk-5"):
        broken_out(catalogue.switch("tomahawk-5"), 800e9)
    with pytest.raises(GigaloopError, match="carries 800 Gb/s, not 1600"):
        broken_out(catalogue.switch("sn5600"), 1600e9)


@pytest.mark.parametrize("size", [size_dragonfly, size_slim_fly])
@pytest.mark.parametrize(("radix", "cage"), [(64, 2), (128, 2), (62, 4)])
def test_no_module_cage_of_a_switch_holds_links_of_two_layers(size, radix, cage):
    plane = size(nodes=600, rails=1, rate=RATE, radix=radix, cage=cage)
    require_sound(plane)
    found: dict[str, set[int]] = {}
    for layer in plane.link_counts:
        links = plane.links(layer)
        for kind, port in ((links.lower, links.a_port), (links.upper, links.b_port)):
            if kind == "switch":
                found.setdefault(layer, set()).update((port // cage).tolist())
    assert sum(map(len, found.values())) == len(set().union(*found.values()))


def test_room_for_modules_is_that_of_the_one_stated_else_the_most_that_cages_supply(small):
    catalogue = load_catalogue()

    def optics(**change):
        generation = changed(small.generations[0], **{"switch_radix": None, "transceiver_power": None} | change)
        return design_fabric(small, generation, catalogue, 1).scale_out.optics_power

    assert optics(switch="qm9700") == pytest.approx(32 * 17.0)
    assert optics(switch="qm9700", transceiver_power=Quantity.of(9.0, "W")) == pytest.approx(64 * 9.0)
    assert optics(switch="q3400") is None
