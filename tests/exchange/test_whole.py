"""Whole pieces: balances hold, nothing is ahead of the plan, and little is behind it."""

import numpy as np
import pytest
from benchmarks.plan_programmes import generated

from gigaloop.exchange.whole import whole_pieces
from gigaloop.plan import plan_programme
from gigaloop.plan.pegging import peg_plan


@pytest.fixture(scope="module")
def rounded():
    programme, facts = generated(4, weeks=80, generations=2, factories=3, sites=4, own_parts=4, shared_parts=3)
    pegging = peg_plan(programme, plan_programme(programme, facts, reliefs=0))
    planned = np.zeros((len(pegging.streams), pegging.calendar.weeks))
    weekly = np.array([stream.kind != "unit" for stream in pegging.streams])[pegging.lots.stream]
    planned[pegging.lots.stream[weekly], pegging.lots.week[weekly]] = pegging.lots.size[weekly]
    return pegging, planned, whole_pieces(pegging)


def at_stock(pegging, whole, streams, *, comes):
    weeks = whole.shape[1]
    total = np.zeros(weeks)
    for s in streams:
        shift = pegging.streams[s].comes if comes else pegging.streams[s].goes
        for week in np.flatnonzero(whole[s]):
            if week + shift < weeks:
                total[week + shift] += whole[s, week]
    return np.cumsum(total)


def test_no_stock_is_ever_negative(rounded):
    pegging, _, whole = rounded
    for come, go in pegging.stocks:
        left = at_stock(pegging, whole, come, comes=True) - at_stock(pegging, whole, go, comes=False)
        assert left.min() >= -1e-6


def test_all_but_components_in_fractions_are_whole_and_none_but_receipts_is_ahead(rounded):
    pegging, planned, whole = rounded
    for s, stream in enumerate(pegging.streams):
        if stream.kind in ("unit", "demand"):
            continue
        np.testing.assert_allclose(whole[s], np.round(whole[s]), atol=1e-6)
        ahead = (np.cumsum(whole[s]) - np.cumsum(planned[s])).max(initial=0.0)
        assert ahead <= (1.0 if stream.kind == "receipt" else 1e-3)


def test_racks_online_are_behind_the_plan_by_a_few_at_most(rounded):
    pegging, planned, whole = rounded
    online = [s for s, stream in enumerate(pegging.streams) if stream.kind == "online"]
    behind = np.cumsum(planned[online], axis=1) - np.cumsum(whole[online], axis=1)
    assert behind.max() < 6.0
    assert whole[online].sum() > 0.98 * planned[online].sum()
