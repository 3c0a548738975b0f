"""FLOPs that a served model needs for an output token."""

import pytest

from gigaloop.design.transformer import matrix_flops, preset
from gigaloop.design.workload import design_workload

INPUT, OUTPUT = 4096, 1024


@pytest.fixture
def served(make_programme, catalogue):
    """Serve Llama 3.1 70B with a share of the prompts cached."""

    def run(hits):
        serving = {"input": f"{INPUT} tokens", "output": f"{OUTPUT} tokens", "prefix_hits": f"{hits} %"}
        change = {"id": "serving", "model": {"preset": "llama-3-1-70b"}, "serving": serving}
        programme = make_programme(workloads=[change])
        job = next(each for each in programme.workloads if each.serving is not None)
        return design_workload(programme, programme.generations[0], job, catalogue).performance

    return run


@pytest.mark.parametrize("hits", [0, 50])
def test_flops_are_those_of_each_token_and_of_what_it_looks_at(served, catalogue, hits):
    matrices = float(matrix_flops(preset(catalogue, "llama-3-1-70b")))
    pair = 2 * 64 * (128 + 128) * 80  # of a token and one that it looks at, in all layers
    new = range(INPUT * hits // 100, INPUT)
    prompt = sum(matrices + pair * place for place in new)
    answer = sum(matrices + pair * place for place in range(INPUT, INPUT + OUTPUT))
    assert served(hits).flops_per_token == pytest.approx((prompt + answer) / OUTPUT, rel=1e-3)
