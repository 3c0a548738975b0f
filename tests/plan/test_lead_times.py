"""Lead times that scatter: samples belong to their scenario, and keep to their distribution."""

import numpy as np
import pytest
from benchmarks.plan_programmes import small, supplier, supply

from gigaloop.core.units import WEEK
from gigaloop.plan.inputs.data import gather
from gigaloop.plan.inputs.lead_times import distribution_of, sample_lead_times, with_lead_times

SPREAD = {"kind": "triangular", "low": "4 weeks", "high": "16 weeks"}
PATH = "suppliers.s1.supplies.gpu"


def one(**offer):
    return small(30, suppliers=[supplier("s1", supply("gpu", 720, lead_weeks=8, **offer))])


def samples(made, count=4000, seed=0):
    return np.array([sample_lead_times(made, index, seed)[PATH] for index in range(count)]) / WEEK


def test_a_triangle_keeps_its_ends_and_its_mean():
    drawn = samples(one(lead_time_distribution=SPREAD)[0])
    assert drawn.min() >= 4.0
    assert drawn.max() <= 16.0
    assert drawn.mean() == pytest.approx((4 + 8 + 16) / 3, rel=0.02)


def test_a_lognormal_has_its_median_and_its_high_quantile():
    made, _ = one(lead_time_distribution={"kind": "lognormal", "high": "20 weeks"})
    drawn = samples(made)
    assert np.median(drawn) == pytest.approx(8.0, rel=0.03)
    assert (drawn > 20.0).mean() == pytest.approx(0.05, abs=0.01)


def test_nothing_is_below_the_low_end_of_a_lognormal():
    made, _ = one(lead_time_distribution={"kind": "lognormal", "low": "7 weeks", "high": "20 weeks"})
    assert samples(made, 300).min() == 7.0


def test_the_range_of_the_evidence_is_a_triangle():
    lead = {"value": "8 weeks", "kind": "assumption", "low": "6 weeks", "high": "20 weeks"}
    made, _ = small(30, suppliers=[supplier("s1", supply("gpu", 720) | {"lead_time": lead})])
    spread = distribution_of(made.suppliers[0].supplies[0])
    assert spread is not None
    assert (spread.kind, float(spread.low) / WEEK, float(spread.high) / WEEK) == ("triangular", 6.0, 20.0)


def test_a_lead_time_without_a_range_does_not_scatter():
    assert sample_lead_times(one()[0], 3) == {}


def test_a_sample_belongs_to_its_index_and_seed_and_not_to_the_other_supplies():
    made, _ = one(lead_time_distribution=SPREAD)
    other = supplier("a0", supply("gpu", 1, lead_time_distribution=SPREAD))
    more, _ = small(30, suppliers=[other, supplier("s1", supply("gpu", 720, 8, lead_time_distribution=SPREAD))])
    assert sample_lead_times(made, 5)[PATH] == sample_lead_times(more, 5)[PATH]
    assert sample_lead_times(made, 5) != sample_lead_times(made, 6)
    assert sample_lead_times(made, 5) != sample_lead_times(made, 5, seed=1)


def test_other_lead_times_change_what_arrives_and_nothing_else():
    made, facts = one()
    data = gather(made, tuple(facts.values()), (50 / 3.6e9,), 26)
    later = with_lead_times(made, data.sourcing, {PATH: 10 * WEEK})
    assert later.pools is data.sourcing.pools
    assert np.argmax(data.sourcing.sources[0].arrivals > 0) == 8
    assert np.argmax(later.sources[0].arrivals > 0) == 10
    assert later.sources[0].arrivals[10:].tolist() == data.sourcing.sources[0].arrivals[10:].tolist()
