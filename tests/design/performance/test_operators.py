"""Operators one by one take as long as the step takes for them together, and stay below their roofs."""

import numpy as np
import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.design.performance import Constants, machine_of
from gigaloop.design.performance.clocks import clock_share
from gigaloop.design.performance.layers import layer_work
from gigaloop.design.performance.operators import training_operators
from gigaloop.design.performance.strategies import Job
from gigaloop.design.strategy import search_strategies
from gigaloop.design.transformer import preset
from gigaloop.design.workload.energy import strategies_of

CATALOGUE = load_catalogue()
MACHINE = machine_of(CATALOGUE.accelerator("h100"), scale_out=5e10)
MODELS = ("gpt-3-175b", "llama-3-1-70b", "qwen3-235b-a22b", "mixtral-8x7b", "deepseek-v2")


@pytest.fixture(scope="module", params=MODELS)
def laid_out(request):
    model, job = preset(CATALOGUE, request.param), Job(sequence=4096, batch=1024, precision=0)
    return model, job, search_strategies(model, MACHINE, job, 512).best


def a_layer(model, best, found, what, groups):
    """Add up what the operators of an average layer take."""
    own = [each for each in found if each.group in groups and each.name != "head"]
    return sum(getattr(each, what) * each.count for each in own) * best.pp / float(model.layers)


def test_matrix_products_take_as_long_as_those_of_a_layer(laid_out):
    model, job, best = laid_out
    found = training_operators(model, MACHINE, job, strategies_of(best))
    own = a_layer(model, best, found, "seconds", ("matrix products",))
    whole = layer_work(model, MACHINE, job, strategies_of(best), Constants(), clock_share(MACHINE))
    assert own == pytest.approx(float(np.ravel(whole.matrix_forward)[0]))
    head = next(each for each in found if each.name == "head")
    assert (head.seconds == pytest.approx(float(np.ravel(whole.end_matrix_forward)[0]))) or model.mtp_layers


def test_attention_takes_as_long_as_that_of_a_layer_and_their_flops_are_those_of_its_forward_pass(laid_out):
    model, job, best = laid_out
    found = training_operators(model, MACHINE, job, strategies_of(best))
    whole = layer_work(model, MACHINE, job, strategies_of(best), Constants(), clock_share(MACHINE))
    (attention,) = (each for each in found if each.group == "attention")
    assert attention.seconds == pytest.approx(float(np.ravel(whole.attention_forward)[0]))
    counted = a_layer(model, best, found, "flops", ("matrix products", "attention"))
    assert counted == pytest.approx(float(np.ravel(whole.flops)[0]))


def test_no_operator_lies_above_the_peak_or_the_bandwidth(laid_out):
    model, job, best = laid_out
    for each in training_operators(model, MACHINE, job, strategies_of(best)):
        assert each.rate < float(MACHINE.bf16)
        assert each.bytes / each.seconds < float(MACHINE.hbm_bandwidth)
        assert each.rate == pytest.approx(each.intensity * each.bytes / each.seconds)


def test_a_stage_runs_its_share_of_the_layers(laid_out):
    model, job, best = laid_out
    found = {each.name: each.count for each in training_operators(model, MACHINE, job, strategies_of(best))}
    assert found["attention"] == pytest.approx(float(model.layers) / best.pp)
    networks = found.get("feed-forward in", 0.0) + found.get("experts in", 0.0)
    assert networks == pytest.approx(float(model.layers) / best.pp)
