"""Constants fitted on several machines: they come back from times that they made, and one machine does not rule."""

from dataclasses import astuple, replace

import numpy as np
import pytest

from gigaloop.design.collectives import Measurements, System, priors
from gigaloop.design.collectives.measurements import Observed
from gigaloop.design.collectives.pooling import fit_machine, model_times, pool, population
from gigaloop.design.collectives.priors import PRIOR
from gigaloop.design.collectives.regimes import LIBRARY

SIZES = 2.0 ** np.arange(12, 34)
FORCED = (LIBRARY, ("ring",))


def machine(name, constants, group, **links):
    """A machine whose times are those of constants, with the library's choice and with rings alone."""
    system = System(name, scale_out=50e9, **links)
    count = len(SIZES)
    run = Measurements(
        ("all_reduce",) * 2 * count, np.tile(SIZES, 2), np.full(2 * count, float(group)), np.ones(2 * count),
        (FORCED[0],) * count + (FORCED[1],) * count, name,
    )  # fmt: skip
    observed = Observed(system, run)
    return Observed(system, replace(run, time=model_times([observed], constants)))


def machines(constants):
    return {
        "a": [machine("a", constants, 8, domain=8.0, scale_up=450e9, in_switch_reduction=True)],
        "b": [machine("b", constants, 72, domain=72.0, scale_up=900e9, in_switch_reduction=True)],
        "c": [machine("c", constants, 32, domain=8.0, scale_up=450e9, in_switch_reduction=True)],
        "d": [machine("d", constants, 8, domain=8.0, scale_up=300e9)],
    }


def test_a_machine_moves_its_constants_from_the_prior_to_those_that_made_its_times():
    made = replace(PRIOR, launch=20e-6, ring=0.75, switch=0.72)
    found = np.exp(fit_machine(machines(made)["a"]).logs)
    for name, value in zip(astuple_names(), found, strict=True):
        before, should = getattr(PRIOR, name), getattr(made, name)
        if before != should:
            assert abs(np.log(value / should)) < 0.7 * abs(np.log(before / should))


def test_a_machine_with_the_constants_of_the_prior_keeps_them():
    assert np.exp(fit_machine(machines(PRIOR)["a"]).logs) == pytest.approx(astuple(PRIOR), rel=1e-6)


def astuple_names():
    return list(vars(PRIOR))


def test_what_a_machine_has_no_part_of_stays_at_the_prior():
    found = fit_machine(machines(replace(PRIOR, ring=0.7))["d"])
    logs = dict(zip(astuple_names(), found.logs, strict=True))
    for name in ("network_ring", "network_tree", "ports", "across", "switch"):
        assert np.exp(logs[name]) == pytest.approx(getattr(PRIOR, name), rel=1e-6)


def test_a_population_lies_between_its_prior_and_what_its_machines_say():
    fits = [fit_machine(each) for each in machines(replace(PRIOR, ring=0.7)).values()]
    rings = [population(fits[:count]).ring for count in range(len(fits) + 1)]
    assert rings[0] == pytest.approx(PRIOR.ring)
    assert rings == sorted(rings, reverse=True)
    assert 0.7 < rings[-1] < 0.5 * (0.7 + PRIOR.ring) + 0.02


def test_one_machine_moves_the_population_by_no_more_than_half():
    # As many as the prior counts for, however many sizes were measured.
    far = fit_machine(machines(replace(PRIOR, across=8.0))["c"])
    assert 1.0 < population([far]).across <= 8.0**0.5 * 1.02


def test_machines_alike_have_a_narrow_spread_and_machines_unlike_a_wide_one():
    alike = machines(PRIOR)
    unlike = alike | {"d": machines(replace(PRIOR, ring=0.4, inside=4.0))["d"]}
    spread = {}
    for name, group in (("alike", alike), ("unlike", unlike)):
        spread[name] = np.array(pool(group, {each: fit_machine(own) for each, own in group.items()}).spread)
    assert (spread["unlike"] >= spread["alike"] - 0.02).all()
    assert spread["unlike"][0].max() > 1.3 * spread["alike"][0].max()


def test_every_constant_has_a_prior_and_a_spread_above_zero():
    assert all(value > 0.0 for value in (*astuple(PRIOR), *astuple(priors.SPREAD)))
