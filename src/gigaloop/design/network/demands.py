"""What the workloads of a programme ask of a fabric: collectives, message sizes, groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gigaloop.core.errors import UsageError
from gigaloop.core.quantity import parse
from gigaloop.core.suggest import find
from gigaloop.design.records.fabric_search import Demand
from gigaloop.design.records.service import COLLECTIVES
from gigaloop.design.transformer import Transformer, parameters
from gigaloop.design.transformer.workload import workload_model
from gigaloop.programme.schema import Generation, Programme, Workload

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema.workload import Training

GRADIENT_BYTES = 2.0
"""Of one parameter's gradient as it is reduced: 16 bit. Source: Rajbhandari et al., ZeRO, arXiv:1910.02054, 3."""

DISPATCH_BYTES, COMBINE_BYTES = 1.0, 2.0
"""Of one activation on its way to an expert, in FP8, and back, in BF16. Source: arXiv:2412.19437, section 3.3."""

REFERENCE_BYTES = 1 << 30
"""Message that fabrics are compared by where no workload leaves its scale-up domain [B]: the size from which measured
bandwidth is flat. Source: nccl-tests series of https://github.com/stas00/ml-engineering."""


def workload_demands(
    programme: Programme, generation: Generation, catalogue: Catalogue, accelerators: int
) -> tuple[Demand, ...]:
    """Give the collectives with which the workloads leave their scale-up domains, for one step of each.

    Training reduces all gradients once a step: the model is sharded over a scale-up domain of ``D`` accelerators, so
    each of them reduces ``2 B * parameters / D`` with its peers in the other domains. A mixture of experts sends each
    token's activations to the experts that it is routed to and back in every layer that has them, backward again;
    experts lie one to an accelerator on as many whole domains as hold them, at most on all of the job. Serving stays in
    its domain and asks nothing of the fabric, nor does a job of one domain. If none asks, an all-reduce of 1 GiB over
    all accelerators stands in.

    Parameters
    ----------
    programme, generation, catalogue
        The programme, its generation, and the language models that workloads name.
    accelerators
        That the fabric joins; no job is larger.
    """
    domain = int(generation.scale_up.domain)
    found = [
        demand
        for workload in programme.workloads
        if workload.training is not None and min(int(workload.training.accelerators), accelerators) > domain
        for demand in _of(
            workload, workload.training, workload_model(programme, workload, catalogue), domain, accelerators
        )
    ]
    if found:
        return tuple(found)
    basis = "no workload leaves its scale-up domain: an all-reduce over all accelerators stands in"
    return (Demand("", "all_reduce", float(REFERENCE_BYTES), accelerators, False, 1.0, 1.0, basis),)


def _of(workload: Workload, training: Training, model: Transformer, domain: int, most: int) -> list[Demand]:
    job = min(int(training.accelerators), most)
    size = GRADIENT_BYTES * float(parameters(model)) / domain
    basis = f"gradients, {GRADIENT_BYTES:g} B a parameter, sharded over a domain of {domain}, once a step"
    found = [_demand(workload, "all_reduce", size, job // domain, True, 1.0, basis)]
    experts, routed = int(model.experts), int(model.top_k)
    group = min(math.ceil(experts / domain), job // domain) * domain
    if experts and group > domain:
        tokens = float(training.batch) * float(training.sequence) / job
        calls = 2.0 * float(model.moe_layers)
        for way, width in (("to", DISPATCH_BYTES), ("from", COMBINE_BYTES)):
            size = tokens * float(model.expert_latent or model.hidden) * routed * width
            basis = f"{tokens:,.0f} tokens of an accelerator {way} {routed} experts each, {width:g} B an activation"
            found.append(
                _demand(workload, "all_to_all", size, group, False, calls, f"{basis}, every layer with experts")
            )
    return found


def _demand(
    workload: Workload, collective: str, size: float, group: int, per_domain: bool, calls: float, basis: str
) -> Demand:
    return Demand(workload.id, collective, size, group, per_domain, calls, float(workload.share), basis)


def stated_demands(messages: Sequence[str], accelerators: int) -> tuple[Demand, ...]:
    """Read messages like ``all_reduce 1 GiB`` or ``all_to_all 64 MiB 512``: collective, size, accelerators of a group.

    Raises
    ------
    UsageError
        If one is written otherwise, names no collective, or a group that the fabric does not hold.

    Examples
    --------
    >>> demand, = stated_demands(["all_to_all 64 MiB 512"], 4096)
    >>> demand.collective, demand.bytes, demand.group
    ('all_to_all', 67108864.0, 512)
    """
    return tuple(_stated(message, accelerators) for message in messages)


def _stated(message: str, accelerators: int) -> Demand:
    words = message.replace(":", " ").split()
    if len(words) not in (3, 4):
        raise UsageError(
            f"--message '{message}' is not a collective, a size and perhaps a group",
            hint="write it like --message 'all_reduce 1 GiB' or --message 'all_to_all 64 MiB 512'",
        )
    name = words[0].casefold().replace("-", "_").replace("alltoall", "all_to_all").replace("allreduce", "all_reduce")
    collective = find("collective", name, ((each, each) for each in COLLECTIVES))
    size = float(parse(f"{words[1]} {words[2]}", "data"))
    group = _group(words[3], message) if len(words) == 4 else accelerators
    if size <= 0.0 or not 2 <= group <= accelerators:
        raise UsageError(
            f"--message '{message}' needs a size above zero and a group of 2 to {accelerators:,} accelerators",
            hint="write it like --message 'all_to_all 64 MiB 512'",
        )
    return Demand("", collective, size, group, False, 1.0, 1.0, "as stated")


def _group(text: str, message: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"--message '{message}': '{text}' is no number of accelerators", hint="give a whole number")
    return int(text)
