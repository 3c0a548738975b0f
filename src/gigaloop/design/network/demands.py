"""What the workloads of a programme ask of a fabric: collectives, message sizes, groups."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gigaloop.core.errors import UsageError
from gigaloop.core.quantity import parse
from gigaloop.core.suggest import find
from gigaloop.design.records.fabric_search import Demand
from gigaloop.design.records.service import COLLECTIVES
from gigaloop.programme.schema import Generation, Programme, Workload

GRADIENT_BYTES = 2.0
"""Of one parameter's gradient as it is reduced: 16 bit. Source: Rajbhandari et al., ZeRO, arXiv:1910.02054, 3."""

EXPERTS, ACTIVE_EXPERTS = 256, 8
"""Routed experts of a layer and how many of them a token goes to, where a model activates a part of its parameters.
Source: DeepSeek-V3 technical report, arXiv:2412.19437, section 4.2."""

DISPATCH_BYTES, COMBINE_BYTES = 1.0, 2.0
"""Of one activation on its way to an expert, in FP8, and back, in BF16. Source: arXiv:2412.19437, section 3.3."""

REFERENCE_BYTES = 1 << 30
"""Message that fabrics are compared by where no workload leaves its scale-up domain [B]: the size from which measured
bandwidth is flat. Source: nccl-tests series of https://github.com/stas00/ml-engineering."""


def workload_demands(programme: Programme, generation: Generation, accelerators: int) -> tuple[Demand, ...]:
    """Give the collectives with which the workloads leave their scale-up domains, for one step of each.

    Training reduces all gradients once a step: the model is sharded over a scale-up domain of ``D`` accelerators, so
    each of them reduces ``2 B * parameters / D`` with its peers in the other domains. A model that activates only a
    part of its parameters sends each token's activations to ``ACTIVE_EXPERTS`` experts and back in every layer,
    backward again where it is trained; experts lie one to an accelerator on as many whole domains as hold ``EXPERTS``,
    at most on all of the job. A workload whose job is one domain asks nothing of the fabric. If none asks, an
    all-reduce of 1 GiB over all accelerators stands in.

    Parameters
    ----------
    programme, generation
        The programme and its generation.
    accelerators
        That the fabric joins; no job is larger.
    """
    domain = int(generation.scale_up.domain)
    found = [
        demand
        for workload in programme.workloads
        for demand in _of(workload, domain, min(int(workload.accelerators or domain), accelerators))
    ]
    if found:
        return tuple(found)
    basis = "no workload leaves its scale-up domain: an all-reduce over all accelerators stands in"
    return (Demand("", "all_reduce", float(REFERENCE_BYTES), accelerators, False, 1.0, 1.0, basis),)


def _of(workload: Workload, domain: int, job: int) -> list[Demand]:
    if job <= domain:
        return []
    model, training = workload.model, workload.kind == "training"
    found = []
    if training:
        size = GRADIENT_BYTES * float(model.parameters) / domain
        basis = f"gradients, {GRADIENT_BYTES:g} B a parameter, sharded over a domain of {domain}, once a step"
        found.append(_demand(workload, "all_reduce", size, job // domain, True, 1.0, basis))
    group = min(math.ceil(EXPERTS / domain), job // domain) * domain
    if model.active_parameters < model.parameters and group > domain:
        tokens = float(workload.batch) * float(workload.context) / job if training else float(workload.batch) / domain
        passes = 2.0 if training else 1.0
        for way, width in (("to", DISPATCH_BYTES), ("from", COMBINE_BYTES)):
            size = tokens * float(model.hidden) * ACTIVE_EXPERTS * width
            basis = (
                f"{tokens:,.0f} tokens of an accelerator {way} {ACTIVE_EXPERTS} experts each, {width:g} B an activation"
            )
            found.append(
                _demand(
                    workload, "all_to_all", size, group, False, passes * float(model.layers), f"{basis}, every layer"
                )
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
