"""The search as a whole: what a choice does to the rack, its network and facility, and what it is worth."""

import dataclasses

import numpy as np
import pytest

from gigaloop.core.errors import GigaloopError, UsageError
from gigaloop.core.quantity import Quantity
from gigaloop.design.codesign import SearchOptions, programme_works, search_codesign
from gigaloop.design.workload import design_workload

CHOICES = {
    "scale_out": ["2x"],
    "hbm": ["2x"],
    "hbm_bandwidth": ["2x"],
    "power_cap": ["0.8x"],
    "coolant": ["35 degC"],
    "redundancy": ["N", "2N"],
}


def searched(programme, catalogue, mix, choices=None, generations=("gb300-nvl72",), site=None, **options):
    chosen = [programme.generation_of[name] for name in generations]
    asked = SearchOptions(choices=choices or CHOICES, **options)
    return search_codesign(programme, chosen, catalogue, mix, site or programme.sites[0], asked)


@pytest.fixture(scope="module")
def found(programme, catalogue, mix):
    return searched(programme, catalogue, mix)


def step(found, choice):
    """Give the rows of the generation as it is, and with one choice at its other end."""
    own = found.stated[0]
    axes = found.axes[found.generations[0]]
    column = next(at for at, axis in enumerate(axes) if axis.name == choice)
    wanted = found.choice[own].copy()
    last = len(axes[column].values) - 1
    wanted[column] = last if axes[column].stated != last else 0
    return own, int(np.flatnonzero((found.choice == wanted).all(axis=1))[0])


def test_every_combination_of_the_choices_is_a_variant_once(found):
    assert len(found) == 2 * 2 * 2 * 2 * 2 * 3
    assert len(np.unique(found.choice, axis=0)) == len(found)
    assert found.speed[found.stated[0]] == pytest.approx(1.0, abs=1e-3), "less what is out of service"


def test_more_scale_out_bandwidth_takes_a_larger_network(found):
    own, more = step(found, "scale_out")
    assert found.network_power[more] == pytest.approx(2.0 * found.network_power[own], rel=0.05)
    assert found.speed[more] >= found.speed[own]
    assert any(amount[more] > amount[own] for amount in found.unpriced.values()), "adapters have no price here"
    assert not found.priced[more]


def test_memory_costs_what_the_catalogue_says_and_nothing_of_the_rack_changes(found, catalogue):
    own, more = step(found, "hbm")
    added = float(catalogue.accelerator("gb300").hbm) * 72
    price = float(catalogue.part("hbm3e-gigabyte").cost) / 1e9
    assert found.rack_cost[more] - found.rack_cost[own] == pytest.approx(added * price)
    assert found.rack_power[more] == found.rack_power[own]
    assert found.facility_power[more] == found.facility_power[own]


def test_memory_bandwidth_has_no_price_and_is_marked(found):
    own, more = step(found, "hbm_bandwidth")
    assert found.unpriced["memory bandwidth"][more] > 0.0
    assert found.rack_cost[more] == found.rack_cost[own]
    assert not found.priced[more]
    assert found.rates[more, 1] > found.rates[own, 1], "serving waits for memory"


def test_a_lower_cap_takes_power_from_the_rack_and_speed_from_the_work(found):
    own, less = step(found, "power_cap")
    assert found.rack_power[less] < found.rack_power[own]
    assert found.facility_power[less] < found.facility_power[own]
    assert found.flow[less] < found.flow[own]
    assert found.speed[less] < found.speed[own]


def test_colder_coolant_takes_facility_power_alone(found):
    own, colder = step(found, "coolant")
    assert found.facility_power[colder] > found.facility_power[own]
    assert found.rack_power[colder] == found.rack_power[own]
    assert found.rates[colder].tolist() == found.rates[own].tolist()


def test_redundancy_costs_and_keeps_racks_running(found):
    axes = found.axes[found.generations[0]]
    column = next(at for at, axis in enumerate(axes) if axis.name == "redundancy")
    rows = [found.stated[0]] * 3
    for rank in range(3):
        wanted = found.choice[found.stated[0]].copy()
        wanted[column] = rank
        rows[rank] = int(np.flatnonzero((found.choice == wanted).all(axis=1))[0])
    assert found.speed[rows[0]] < found.speed[rows[1]] <= found.speed[rows[2]]


def test_the_worth_of_a_step_is_the_difference_of_two_variants(found):
    finding = next(each for each in found.findings if each.worths)
    for worth in finding.worths:
        before, after = finding.row, worth.row
        assert worth.work == pytest.approx(found.speed[after] / found.speed[before] - 1.0)
        assert worth.cost == pytest.approx(found.annual_cost[after] / found.annual_cost[before] - 1.0)
        assert worth.power == pytest.approx(found.facility_power[after] / found.facility_power[before] - 1.0)
        assert int((found.choice[after] != found.choice[before]).sum()) == 1
    assert {worth.choice for worth in finding.worths} == set(CHOICES)


def test_the_best_of_a_generation_is_the_largest_that_can_be_built(found):
    for each in found.findings:
        values = np.where(found.feasible, found.objectives[each.objective], -np.inf)
        if each.objective == "cost":
            values = np.where(found.priced, values, -np.inf)
        assert values[each.row] == values.max()


def test_the_front_holds_no_variant_that_another_beats(found):
    rows = np.flatnonzero(found.front)
    costs = np.stack([-each for each in found.objectives.values()] + list(found.unpriced.values()), axis=1)
    for row in rows:
        beats = np.all(costs <= costs[row] - 1e-7 * np.abs(costs[row]), axis=1) & found.feasible
        assert not beats.any()


def test_results_are_the_same_for_any_number_of_workers(programme, catalogue, mix, found):
    other = searched(programme, catalogue, mix, workers=1)
    for field in dataclasses.fields(found):
        mine, its = getattr(found, field.name), getattr(other, field.name)
        if isinstance(mine, np.ndarray):
            assert mine.tobytes() == its.tobytes(), field.name
    assert other.findings == found.findings


def test_bands_hold_the_change_where_constants_are_known_to_vary(programme, catalogue, mix):
    drawn = programme_works(programme, programme.generations[0], catalogue)[0].drawn()
    training = dataclasses.replace(mix(None, 72)[0], draws=tuple(getattr(each, "constants") for each in drawn))  # noqa: B009
    found = searched(programme, catalogue, lambda *_: (training,), {"power_cap": ["0.8x"]})
    worth = next(each for each in found.findings if each.worths).worths[0]
    assert worth.work_band[0] < worth.work_band[1]
    assert worth.work_band[0] - 0.05 < worth.work < worth.work_band[1] + 0.05


def test_the_programmes_own_training_is_as_the_design_of_a_workload_has_it(programme, catalogue):
    generation = programme.generations[0]
    found = searched(
        programme,
        catalogue,
        lambda each, domain: programme_works(programme, each, catalogue, domain),
        {"redundancy": ["N"]},
    )
    for column, work in enumerate(found.workloads):
        workload = next(each for each in programme.workloads if each.id == work.name)
        stated = design_workload(programme, generation, workload, catalogue).performance
        rate = found.rates[found.stated[0], column]
        if work.kind == "training":
            assert rate == pytest.approx(stated.tokens_per_s_per_accelerator, rel=1e-9)
        else:  # batches between those of the design are tried as well
            assert 0.999 <= rate / stated.tokens_per_s_per_accelerator < 1.15


def test_generations_are_held_against_each_other_on_one_mix(programme, catalogue, mix):
    found = searched(programme, catalogue, mix, {"redundancy": ["2N"]}, ("gb300-nvl72", "vr200-nvl72"))
    assert len(found.stated) == 2
    assert found.speed[found.stated[1]] > found.speed[found.stated[0]], "a newer accelerator"
    assert found.first[found.stated[1]] > found.first[found.stated[0]], "that comes later"
    common = {each.choice: each for each in found.common}
    assert common["redundancy"].loss <= 1e-9 or len(set(common["redundancy"].best)) > 1


def test_a_marginal_that_is_stated_prices_what_had_no_price(programme, catalogue, mix):
    marginals = {"hbm_bandwidth": ["1000 USD (2026) per 1 TB/s", "26 weeks"]}
    found = searched(programme, catalogue, mix, {"hbm_bandwidth": ["2x"]}, marginals=marginals)
    own, more = step(found, "hbm_bandwidth")
    assert "memory bandwidth" not in found.unpriced
    assert found.rack_cost[more] - found.rack_cost[own] == pytest.approx(8.0 * 72 * 1000.0)
    assert (found.first[more] - found.first[own]).days == 26 * 7


def test_nothing_that_can_be_built_says_what_is_in_the_way(programme, catalogue, mix):
    site = programme.sites[0]
    hall = site.halls[0].model_copy(update={"rack_power": Quantity.of(20.0, "kW")})
    small = site.model_copy(update={"halls": (hall,)})
    with pytest.raises(GigaloopError, match="no hall of milam feeds, cools and carries the rack") as caught:
        searched(programme, catalogue, mix, {"hbm": ["2x"]}, site=small, halls=True)
    assert "hall" in caught.value.hint


def test_a_mix_that_does_not_run_on_the_generation_says_so(programme, catalogue, mix):
    never = dataclasses.replace(mix(None, 72)[1], speed=1e6)
    with pytest.raises(GigaloopError, match="does not run on gb300-nvl72"):
        searched(programme, catalogue, lambda *_: (never,), {"hbm": ["2x"]})


def test_a_mix_without_shares_is_refused(programme, catalogue, mix):
    idle = dataclasses.replace(mix(None, 72)[0], share=0.0)
    with pytest.raises(UsageError, match="takes any of the accelerators' time"):
        searched(programme, catalogue, lambda *_: (idle,), {"hbm": ["2x"]})
