"""What a link can be made of: supported reach, cages, break-out, splitters, and what is refused and why."""

import pytest

from gigaloop.core.errors import GigaloopError
from gigaloop.design.cables import media_of, network_media, refused_media
from gigaloop.design.cables.media import KINDS


def usd(amount):
    return float(amount)


def serving(media, *, node):
    return [each for each in media["scale-out"] if (each.node is not None) == node]


def given(make_programme, catalogue, **network):
    base = {"switch_radix": None, "switch_power": None, "transceiver_power": None}
    generation = make_programme(generation={"scale_out": base | network}).generations[0]
    return generation, media_of(catalogue, generation, usd)


def test_media_of_a_quantum_2_switch_are_those_that_its_maker_supports(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="qm9700")
    to_nodes = serving(media, node=True)
    assert [(each.kind, each.reach) for each in to_nodes[:4]] == [
        ("passive copper", 3.0),
        ("active copper", 5.0),
        ("multimode", 50.0),
        ("single mode", 100.0),
    ]
    assert {each.links for each in to_nodes} == {2}, "a cage of the switch holds two links"
    assert all(each.node.links == 1 for each in to_nodes)


def test_the_order_is_by_kind_and_within_a_kind_by_reach(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="qm9700")
    for node in (True, False):
        ranks = [(KINDS.index(each.kind), each.reach) for each in serving(media, node=node)]
        assert ranks == sorted(ranks)


def test_the_supported_reach_of_a_dr4_module_is_a_fifth_of_its_standard(make_programme, catalogue):
    """NVIDIA supports 100 m with MMS4X00-NS, where 400GBASE-DR4 reaches 500 m."""
    _, media = given(make_programme, catalogue, switch="qm9700")
    module = next(each for each in serving(media, node=True) if each.id == "osfp-800g-dr8")
    assert (module.reach, module.standard_reach) == (100.0, 500.0)
    assert module.node.id == "osfp-400g-dr4"
    assert (module.cord, module.fibres) == ("fibre-smf-mpo12", 12)


def test_a_pair_of_modules_reaches_as_far_as_the_weaker_of_them(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="qm9700")
    long = [each for each in media["scale-out"] if each.id == "osfp-800g-dr8-500m"]
    assert {(each.node is not None, each.reach) for each in long} == {(True, 100.0), (False, 500.0)}


def test_a_splitter_serves_nodes_and_not_links_between_switches(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="qm9700")
    split = [each for each in media["scale-out"] if each.id == "dac-800g-split"]
    assert [each.node is not None for each in split] == [True]
    assert split[0].stock.tolist() == [1.0, 1.5, 2.0, 2.5, 3.0]


def test_a_port_of_a_node_broken_out_to_eight_planes_takes_one_module(make_programme, catalogue):
    _, media = given(
        make_programme,
        catalogue,
        switch="ufispace-s9321",
        link_rate="100 Gb/s",
        port_rate="800 Gb/s",
        planes=8,
    )
    to_nodes = serving(media, node=True)
    assert to_nodes
    assert {(each.links, each.node.links) for each in to_nodes} == {(8, 8)}
    assert not [each for each in to_nodes if not each.pluggable], "its links go to eight switches: no one cable"
    assert {each.fibres for each in to_nodes} == {2}, "a pair of fibres for each link"


def test_wavelengths_on_one_pair_of_fibres_cannot_be_broken_out(make_programme, catalogue):
    generation, media = given(make_programme, catalogue, switch="ufispace-s9321", link_rate="100 Gb/s")
    assert "osfp-800g-fr8" not in {each.id for each in media["scale-out"]}
    why = {each.id: each.why for each in refused_media(catalogue, generation, usd)}
    assert "broken out to 8 links of 100 Gb/s" in why["osfp-800g-fr8"]


def test_a_link_over_both_ports_of_a_module_takes_two_cords(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="sn5600", link_rate="800 Gb/s")
    twin = next(each for each in serving(media, node=False) if each.id == "osfp-800g-dr8")
    average = catalogue.interconnect("optical-cable")
    assert (twin.links, twin.cords, twin.fibres) == (1, 2, 12)
    assert twin.density == pytest.approx(2 * float(average.linear_density))
    assert twin.diameter**2 == pytest.approx(2 * float(average.diameter) ** 2)


def test_half_of_a_module_lit_serves_a_port_of_half_its_rate(make_programme, catalogue):
    """A 400G module runs at 200G on two of its four lanes: NVIDIA, MMS4X00-NS400 overview."""
    _, media = given(make_programme, catalogue, switch="sn5600", link_rate="200 Gb/s")
    modules = [each for each in serving(media, node=True) if each.pluggable]
    assert {each.node.id for each in modules} == {"osfp-400g-sr4", "osfp-400g-dr4"}
    assert {each.links for each in modules} == {4}


def test_ends_of_different_lane_rates_do_not_talk(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="q3400", link_rate="800 Gb/s")
    assert {each.node.id for each in serving(media, node=True) if each.pluggable} == {"osfp-800g-dr4"}


def test_a_module_that_the_cage_cannot_power_is_refused_with_the_reason(make_programme, own_catalogue):
    hot = """
  hot-800g:
    name: Hot module
    source: quote
    form: transceiver
    vendor: NVIDIA
    medium: single mode
    reach_class: DR
    rate: 800 Gb/s
    ports: 2
    lanes: 8
    power: 25 W
    reach: 500 m
"""
    catalogue = own_catalogue(interconnect=hot)
    generation, media = given(make_programme, catalogue, switch="qm9700")
    assert "hot-800g" not in {each.id for each in media["scale-out"]}
    why = {each.id: each.why for each in refused_media(catalogue, generation, usd)}
    assert why["hot-800g"] == "it draws 25 W and a cage of the switch supplies 17 W"
    with pytest.raises(GigaloopError, match="supplies 17 W") as caught:
        given(make_programme, catalogue, switch="qm9700", media=["hot-800g"])
    assert "osfp-800g-dr8" in caught.value.hint


def test_media_that_are_named_are_the_only_ones(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="qm9700", media=["osfp-800g-sr8", "osfp-400g-sr4"])
    assert {each.id for each in media["scale-out"]} == {"osfp-800g-sr8"}


def test_a_medium_of_another_rate_gets_an_error_that_says_what_would_serve(make_programme, catalogue):
    with pytest.raises(GigaloopError, match="osfp-1600g-dr8 does not serve the links") as caught:
        given(make_programme, catalogue, switch="qm9700", media=["osfp-1600g-dr8"])
    assert "osfp-800g-dr8" in caught.value.hint


def test_a_switch_with_co_packaged_optics_takes_no_modules(make_programme, catalogue):
    generation, media = given(make_programme, catalogue, switch="q3450", link_rate="800 Gb/s")
    assert {each.id for each in media["scale-out"]} == {"cpo-800g-dr4"}
    assert {each.node.id for each in serving(media, node=True)} == {"osfp-800g-dr4"}
    why = {each.id: each.why for each in refused_media(catalogue, generation, usd)}
    assert why["osfp-1600g-dr8"] == "the optics of the switch are co-packaged"


def test_linear_optics_are_used_only_where_they_are_named(make_programme, catalogue):
    """Without a signal processor a module of 800G draws 8 to 9 W for 14 to 16 W (axiomupgrades.com)."""
    network = {"switch": "ufispace-s9321", "link_rate": "800 Gb/s"}
    generation, media = given(make_programme, catalogue, **network)
    assert "osfp-800g-dr8-lpo" not in {each.id for each in media["scale-out"]}
    why = {each.id: each.why for each in refused_media(catalogue, generation, usd)}
    assert "signal processing" in why["osfp-800g-dr8-lpo"]
    _, named = given(make_programme, catalogue, media=["osfp-800g-dr8-lpo"], **network)
    assert {each.power for each in named["scale-out"]} == {8.5}
    assert {each.node.id for each in serving(named, node=True)} == {"osfp-800g-dr8-lpo"}


def test_power_that_the_programme_states_holds_for_every_module(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch="qm9700", transceiver_power="7 W")
    module = next(each for each in serving(media, node=True) if each.id == "osfp-800g-dr8")
    assert (module.power, module.node.power) == (14.0, 7.0)
    copper = next(each for each in serving(media, node=True) if each.kind == "passive copper")
    assert copper.power == pytest.approx(0.1)


def test_a_switch_that_is_not_named_is_taken_to_have_twin_port_cages(make_programme, catalogue):
    _, media = given(make_programme, catalogue, switch_radix=64)
    assert {each.rate for each in media["scale-out"]} == {800e9}


def test_a_rate_that_nothing_has_gives_no_media(make_programme, catalogue):
    generation, media = given(make_programme, catalogue, switch_radix=64, link_rate="3 Gb/s")
    assert media == {"scale-out": ()}
    assert network_media(catalogue, "scale-out", generation.scale_out, usd, every=True)[0] == ()


def test_prices_keep_their_range(make_programme, own_catalogue):
    price = "{value: 900 USD (2026), low: 600 USD (2026), high: 1500 USD (2026)}"
    priced = f"  osfp-800g-dr8:\n    source: quote\n    price: {price}\n"
    _, media = given(make_programme, own_catalogue(interconnect=priced), switch="qm9700")
    module = next(each for each in media["scale-out"] if each.id == "osfp-800g-dr8")
    assert module.price == pytest.approx((600.0, 900.0, 1500.0))
    assert module.node.price is None, "nobody has given the price of the node's module"


def test_a_port_that_does_not_split_into_links_gets_an_error_that_says_what_would(make_programme, catalogue):
    with pytest.raises(GigaloopError, match="800 Gb/s do not split into links of 300 Gb/s") as caught:
        given(make_programme, catalogue, switch_radix=64, link_rate="300 Gb/s", port_rate="800 Gb/s")
    assert "900 Gb/s" in caught.value.hint
