"""Spares: k of n units in service."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gigaloop.core.errors import UsageError
from gigaloop.design.goodput import short_share, spares_for
from gigaloop.design.goodput.spares import out_of_service


@given(st.integers(1, 20_000), st.integers(0, 200), st.floats(1e-6, 0.2))
def test_short_share_is_the_tail_of_a_binomial(needed, spares, out):
    tail = stats.binom.sf(spares, needed + spares, out)
    assert float(short_share(needed, spares, out)) == pytest.approx(tail, rel=1e-6, abs=1e-10)


@given(st.integers(1, 50_000), st.floats(1e-5, 0.05), st.sampled_from([0.05, 1e-3]))
def test_spares_are_the_fewest_that_do(needed, out, short):
    spares = spares_for(needed, out, short)
    assert short_share(needed, spares, out) <= short
    assert spares == 0 or short_share(needed, spares - 1, out) > short


def test_units_that_never_fail_need_no_spare():
    assert spares_for(1000, 0.0, 1e-3) == 0


def test_a_unit_that_fails_as_often_as_it_is_repaired_is_out_half_the_time():
    assert float(out_of_service(1 / 3600.0, 3600.0)) == pytest.approx(0.5)


def test_units_that_are_nearly_always_out_are_refused_with_a_way_out():
    with pytest.raises(UsageError, match="spares") as caught:
        spares_for(10_000, 0.999, 1e-3)
    assert "repair" in str(caught.value.hint)
