"""Choices: the values that a generation leaves free, as they are written."""

import pytest

from gigaloop.core.errors import UsageError
from gigaloop.design.codesign.choices import MOST_VARIANTS, Base, axes_of, require_some
from gigaloop.design.codesign.marginals import stated_marginals


@pytest.fixture(scope="module")
def base(programme, catalogue):
    generation = programme.generations[0]
    return Base(generation, catalogue.accelerator(generation.accelerator), programme.sites[0])


def axis(base, name, *values):
    return next(each for each in axes_of(base, {name: values}) if each.name == name)


def test_every_choice_has_the_generation_itself_among_its_values(base):
    for each in axes_of(base, {}):
        assert list(each.values) == sorted(set(each.values))
        assert len(each.labels) == len(each.values)
    own = {each.name: each.values[each.stated] for each in axes_of(base, {})}
    assert own["domain"] == float(base.generation.scale_up.domain)
    assert own["hbm"] == float(base.accelerator.hbm)
    assert own["coolant"] == float(base.generation.cooling.inlet_limit)


def test_choices_that_are_not_named_stay_as_they_are_once_one_is(base):
    sizes = {each.name: len(each.values) for each in axes_of(base, {"hbm": ["2x"]})}
    assert sizes.pop("hbm") == 2
    assert set(sizes.values()) == {1}


def test_half_same_and_double_are_tried_where_nothing_is_given(base):
    found = next(each for each in axes_of(base, {}) if each.name == "scale_out")
    own = found.values[found.stated]
    assert found.values == pytest.approx((own / 2, own, own * 2))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("hbm", "576 GB", 576e9),
        ("scale-out", "1600 Gb/s", 1600e9),
        ("Domain", "144", 144.0),
        ("coolant", "40 degC", 313.15),
        ("redundancy", "2n", 2.0),
        ("oversubscription", "3", 3.0),
    ],
)
def test_values_are_read_with_their_units(base, name, text, expected):
    found = axes_of(base, {name: [text]})
    values = next(each.values for each in found if each.name == name.casefold().replace("-", "_"))
    assert any(value == pytest.approx(expected) for value in values)


def test_a_range_has_as_many_values_as_it_says(base):
    found = axis(base, "hbm", "100 GB to 400 GB in 4")
    assert set(found.values) >= {100e9, 200e9, 300e9, 400e9}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("domian", "72", "did you mean 'domain'?"),
        ("hbm", "576 W", "write it like"),
        ("hbm", "a lot", "or '2x' for twice"),
        ("coolant", "90 degC", "10 to 65 degC"),
        ("tiers", "4", "1 to 3 tiers"),
        ("domain", "72.5", "72 or 73"),
        ("power_cap", "1 W", "50 W to 20,000 W"),
        ("hbm", "100 GB to 400 GB", "in 3"),
        ("redundancy", "some", "there are: N, N+1, 2N"),
    ],
)
def test_what_cannot_be_says_what_can(base, name, text, said):
    with pytest.raises(UsageError) as caught:
        axes_of(base, {name: [text]})
    assert said in caught.value.hint


def test_more_variants_than_a_search_takes_are_refused(base):
    axes = axes_of(base, {name: ["0.5x to 2x in 50"] for name in ("hbm", "hbm_bandwidth", "scale_up", "scale_out")})
    with pytest.raises(UsageError, match=f"takes {MOST_VARIANTS:,}"):
        require_some(axes)


def test_marginals_are_read_for_one_base_unit_of_their_choice(programme):
    found = stated_marginals(programme, {"hbm": ["24 USD (2026) per 1 GB", "8 W per 16 GB", "26 weeks"]})["hbm"]
    assert found.cost == pytest.approx(24e-9)
    assert found.power == pytest.approx(0.5e-9)
    assert found.delay == pytest.approx(26 * 7 * 86400)
    assert stated_marginals(programme, {"domain": ["100 USD (2026) per 72"]})["domain"].cost == pytest.approx(100 / 72)


@pytest.mark.parametrize("text", ["24", "24 USD (2026) per 1 W", "24 USD (2026) per 0 GB", "much per 1 GB"])
def test_a_marginal_that_cannot_be_read_is_refused(programme, text):
    with pytest.raises(UsageError) as caught:
        stated_marginals(programme, {"hbm": [text]})
    assert caught.value.hint


def test_what_the_models_know_takes_no_marginal(programme):
    with pytest.raises(UsageError, match="engineered"):
        stated_marginals(programme, {"power_cap": ["1 USD (2026) per 1 W"]})
