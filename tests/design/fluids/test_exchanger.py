import ht
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigaloop.core.errors import GigaloopError
from gigaloop.design.fluids.exchanger import Arrangement, effectiveness, mean_difference, most_effective, ntu

SUBTYPES: dict[Arrangement, str] = {
    "counterflow": "counterflow",
    "parallel": "parallel",
    "crossflow": "crossflow",
    "crossflow, Cmax mixed": "crossflow, mixed Cmax",
    "crossflow, Cmin mixed": "crossflow, mixed Cmin",
    "shell and tube": "S&T",
    "phase change": "boiler",
}
NTUS = (1e-6, 1e-3, 0.1, 0.5, 1.0, 2.5, 6.0)
RATIOS = (1e-3, 0.1, 0.5, 0.9, 0.999, 0.999999, 1.0)


@pytest.mark.parametrize("arrangement", SUBTYPES)
def test_effectiveness_is_that_of_ht(arrangement):
    ratios = np.array([0.0] if arrangement == "phase change" else RATIOS)
    found = effectiveness(np.array(NTUS)[:, None], ratios, arrangement)
    published = [[ht.effectiveness_from_NTU(n, r, SUBTYPES[arrangement]) for r in ratios] for n in NTUS]
    # ht loses digits by cancellation where NTU (1 - ratio) is near 1e-12, hence the absolute tolerance.
    np.testing.assert_allclose(found, published, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("arrangement", SUBTYPES)
def test_transfer_units_are_those_of_ht(arrangement):
    for ratio in (0.0,) if arrangement == "phase change" else (0.05, 0.5, 0.95, 0.999):
        most = float(most_effective(ratio, arrangement))
        for share in (0.01, 0.3, 0.7, 0.95):
            published = ht.NTU_from_effectiveness(share * most, ratio, SUBTYPES[arrangement])
            assert float(ntu(share * most, ratio, arrangement)) == pytest.approx(published, rel=1e-6)


def test_counterflow_keeps_its_digits_beside_its_limit():
    # (1 - x) / (1 - r x) with x = exp(-NTU (1 - r)) in 40 digits.
    assert float(effectiveness(1e-6, 0.999999)) == pytest.approx(9.999990000014999527e-7, rel=1e-12)
    assert float(effectiveness(0.1, 0.999999)) == pytest.approx(0.09090909504132243771, rel=1e-12)
    assert float(effectiveness(3.0, 1.0 - 1e-13)) == pytest.approx(0.75, rel=1e-9)


@pytest.mark.parametrize("arrangement", SUBTYPES)
@given(n=st.floats(0.0, 8.0), r=st.floats(0.0, 1.0))
def test_transfer_units_come_back_from_the_effectiveness(arrangement, n, r):
    eff = effectiveness(n, r, arrangement)
    assert 0.0 <= eff <= 1.0
    if eff < 0.999 * most_effective(r, arrangement):
        assert float(effectiveness(ntu(eff, r, arrangement), r, arrangement)) == pytest.approx(float(eff), rel=1e-9)


@given(n=st.floats(1e-3, 6.0), r=st.floats(0.0, 1.0))
def test_no_arrangement_beats_counterflow_and_all_agree_where_one_side_keeps_its_temperature(n, r):
    best = effectiveness(n, r)
    for arrangement in SUBTYPES:
        if arrangement != "phase change":
            assert effectiveness(n, r, arrangement) <= best + 1e-9
        assert float(effectiveness(n, 0.0, arrangement)) == pytest.approx(1.0 - np.exp(-n), rel=1e-9)


def test_the_mean_difference_is_that_of_ht_and_has_a_limit_at_equal_ends():
    for ends in ((10.0, 3.0), (3.0, 10.0), (5.0, 5.0 + 1e-5), (5.0, 5.001)):
        published = ht.LMTD(Thi=100.0 + ends[0], Tho=50.0 + ends[1], Tci=50.0, Tco=100.0)
        assert float(mean_difference(*ends)) == pytest.approx(published, rel=1e-6)
    assert float(mean_difference(4.0, 4.0)) == 4.0


def test_effectiveness_and_mean_difference_tell_the_same_heat():
    ua, hot, cold = 4e5, 1.3e5, 1.5e5
    eff = float(effectiveness(ua / hot, hot / cold))
    heat = eff * hot * 13.0
    assert ua * float(mean_difference(13.0 - heat / cold, 13.0 - heat / hot)) == pytest.approx(heat)


@pytest.mark.parametrize(("n", "r"), [(-0.1, 0.5), (1.0, -0.1), (1.0, 1.1)])
def test_numbers_that_no_exchanger_has_are_refused(n, r):
    with pytest.raises(GigaloopError, match="transfer units of 0 or more"):
        effectiveness(n, r)


def test_an_effectiveness_beyond_the_arrangement_is_refused_with_its_limit():
    with pytest.raises(
        GigaloopError, match=r"no parallel heat exchanger has an effectiveness of 0\.6: it is below 0\.5"
    ):
        ntu(0.6, 1.0, "parallel")


def test_a_crossing_of_the_streams_is_refused():
    with pytest.raises(GigaloopError, match="must be above 0 K, not -1 K"):
        mean_difference(5.0, -1.0)
