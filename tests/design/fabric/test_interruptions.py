import dataclasses

import pytest

from gigaloop.core.errors import UsageError
from gigaloop.design.fabric import RATES, Clos, interruptions, size_clos
from gigaloop.design.fabric.interruptions import Range
from gigaloop.design.records.fabric import Fabric, NetworkDesign, ScaleUpDomain

HOUR = 3600.0
LLAMA_TIME = 54 * 24 * HOUR


def fabric(plane, planes=1, accelerators=8.0):
    network = NetworkDesign("scale-out", "scale-out", plane, planes, None, 1.0)
    domain = ScaleUpDomain(8, 450e9, True)
    return Fabric("test", 1, plane.nodes, plane.nodes, 1, accelerators, domain, (network,), "ecmp")


# Meta's 24,576-accelerator RoCE cluster, the part under 16,384 of them: leafs of one rack of 16 with 18 uplinks, pods
# of 192 racks, 7:1 above the pods. arXiv:2407.21783; https://glennklockwood.com/garden/systems/meta's-h100-clusters.
META = fabric(
    Clos(
        nodes=16384,
        nodes_per_su=16,
        sus=1024,
        rails=1,
        rate=400e9,
        uplink_rate=400e9,
        radix=576,
        tiers=3,
        down=16,
        up=18,
        spine_down=192,
        spine_up=28,
    ),
    accelerators=1.0,
)


def test_the_network_interrupts_llama_3_as_often_as_the_model_allows():
    """35 interruptions by switches and cables in 54 days on 16,384 accelerators, one in 37 h: arXiv:2407.21783.

    No rate of the model rests on that run. The range is as wide as the sources disagree: less than five to one.
    """
    found = interruptions(META)
    published = LLAMA_TIME / 35
    low, high = found.interval_range
    assert low < published < high
    assert high / low < 5.0
    few, many = found.count_range(LLAMA_TIME)
    assert few <= 35 <= many
    # The base alone is within a factor of two.
    assert 0.5 < found.interval / published < 2.0


def test_links_to_nodes_interrupt_most_where_a_port_has_one_way():
    found = interruptions(META)
    by_name = {cause.name: cause.interruptions for cause in found.causes}
    assert max(by_name, key=by_name.__getitem__) == "links node-leaf"
    assert sum(by_name.values()) == pytest.approx(found.rate)


def test_a_second_plane_doubles_failures_and_takes_most_interruptions_away():
    one = fabric(size_clos(nodes=2048, rails=8, rate=400e9, radix=64, nodes_per_su=32))
    two = fabric(size_clos(nodes=2048, rails=8, rate=200e9, radix=64, nodes_per_su=32), planes=2)
    single, twin = interruptions(one), interruptions(two)
    assert twin.causes[0].failures == pytest.approx(2 * single.causes[0].failures)
    assert twin.causes[0].interruptions < 0.2 * single.causes[0].interruptions
    assert twin.interval > single.interval


def test_half_the_accelerators_are_interrupted_half_as_often():
    whole, half = interruptions(META), interruptions(META, accelerators=8192)
    assert half.rate == pytest.approx(whole.rate / 2)
    assert half.interval_range == pytest.approx([2 * each for each in whole.interval_range])


def test_links_of_nodes_fail_as_often_as_was_measured():
    """Alibaba HPN: 0.057 % of the links from NICs to leafs in a month, doi:10.1145/3651890.3672265."""
    month = 365.25 / 12 * 24 * HOUR
    cause = interruptions(META).causes[0]
    assert cause.failures * month == pytest.approx(0.00057 * 16384)


def test_known_rates_narrow_the_range():
    certain = {
        field.name: Range(each.base, each.base, each.base, each.evidence)
        for field in dataclasses.fields(RATES)
        for each in (getattr(RATES, field.name),)
    }
    found = interruptions(META, dataclasses.replace(RATES, **certain))
    assert found.interval_range == pytest.approx((found.interval, found.interval))
    few, many = found.count_range(LLAMA_TIME)
    mean = found.rate * LLAMA_TIME
    # 90 % of a Poisson count are within 1.64 standard deviations.
    assert few == pytest.approx(mean - 1.64 * mean**0.5, abs=2.0)
    assert many == pytest.approx(mean + 1.64 * mean**0.5, abs=2.0)


def test_every_rate_has_its_evidence_in_order():
    for field in dataclasses.fields(RATES):
        each = getattr(RATES, field.name)
        assert each.low <= each.base <= each.high
        assert each.evidence
    assert interruptions(META).unknown == ("network adapters",)


def test_more_accelerators_than_there_are_is_told():
    with pytest.raises(UsageError, match="16,385 accelerators are not in a fabric of 16,384"):
        interruptions(META, accelerators=16385)
