"""Checks of the workloads: shapes that no transformer has, and jobs that no step can be made of."""

from __future__ import annotations

from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema.workload import ModelShape, Serving, Training


def check_workloads(findings: Findings) -> None:
    """Check the shape and the job of every workload."""
    for workload in findings.programme.workloads:
        here = f"workloads.{workload.id}"
        if workload.model.shape is not None:
            _heads(findings, workload.model.shape, f"{here}.model.shape")
            _network(findings, workload.model.shape, f"{here}.model.shape")
            _latent(findings, workload.model.shape, f"{here}.model.shape")
        if workload.training is not None:
            _training(findings, workload.training, f"{here}.training")
        if workload.serving is not None:
            _serving(findings, workload.serving, f"{here}.serving")


def _heads(findings: Findings, shape: ModelShape, path: str) -> None:
    heads, hidden = int(shape.heads), int(shape.hidden)
    kv_heads = heads if shape.kv_heads is None else int(shape.kv_heads)
    if heads % kv_heads:
        near = max(each for each in range(1, kv_heads + 1) if heads % each == 0)
        why = f"{heads} heads cannot share {kv_heads} heads of keys and values evenly"
        findings.add(f"{path}.kv_heads", why, f"give a divisor of {heads}, such as {near}")
    if shape.head_dim is None and hidden % heads:
        why = f"a hidden width of {hidden} is not {heads} heads of one width"
        findings.add(f"{path}.heads", why, "state 'head_dim', or heads that divide the hidden width")


def _network(findings: Findings, shape: ModelShape, path: str) -> None:
    experts, top_k = int(shape.experts), int(shape.top_k)
    if experts and not 0 < top_k <= experts:
        why = f"a token cannot be routed to {top_k} of {experts} experts"
        findings.add(f"{path}.top_k", why, f"give 1 to {experts}")
    if experts and not int(shape.expert_ffn):
        findings.add(f"{path}.expert_ffn", "experts need a width", "state 'expert_ffn', the inner width of one expert")
    if not experts and (top_k or int(shape.expert_ffn)):
        findings.add(f"{path}.experts", "there are no experts to route to", "state 'experts', or leave the rest out")
    dense = int(shape.layers) if not experts else int(shape.dense_layers)
    if dense and shape.ffn is None:
        findings.add(f"{path}.ffn", "dense layers need a width", "state 'ffn', the inner width of a dense layer")
    for name in ("dense_layers", "window_layers"):
        if int(getattr(shape, name)) > int(shape.layers):
            why = f"{getattr(shape, name)} of {shape.layers} layers cannot be"
            findings.add(f"{path}.{name}", why, f"give at most {shape.layers}")
    if bool(int(shape.window)) != bool(int(shape.window_layers)):
        why = "windowed attention needs both the window and the number of layers that have it"
        findings.add(f"{path}.window", why, "state 'window' and 'window_layers', or neither")


def _latent(findings: Findings, shape: ModelShape, path: str) -> None:
    for name in ("q_rank", "rope_dim"):
        if int(getattr(shape, name)) and not int(shape.kv_rank):
            why = f"'{name}' belongs to latent attention, and there is no 'kv_rank'"
            findings.add(f"{path}.{name}", why, "state 'kv_rank', or leave it out")


def _training(findings: Findings, job: Training, path: str) -> None:
    accelerators = int(job.accelerators)
    fixed = [("tp", job.strategy.tp), ("cp", job.strategy.cp), ("pp", job.strategy.pp)]
    stated = [(name, int(value)) for name, value in fixed if value is not None]
    product = 1
    for _, value in stated:
        product *= value
    if accelerators % product:
        said = " x ".join(f"{name} {value}" for name, value in stated) + (f" = {product}" if len(stated) > 1 else "")
        why = f"{said} does not divide {accelerators} accelerators"
        findings.add(f"{path}.strategy.{stated[0][0]}", why, f"give a multiple of {product} accelerators")


def _serving(findings: Findings, load: Serving, path: str) -> None:
    if float(load.acceptance) > 0.0 and not int(load.draft_tokens):
        why = "an acceptance without drafted tokens does nothing"
        findings.add(f"{path}.acceptance", why, "state 'draft_tokens', or leave the acceptance out")
    if float(load.prefix_hits) >= 1.0:
        why = "a cache that holds all of every prompt leaves nothing to prefill"
        findings.add(f"{path}.prefix_hits", why, "give less than 100 %")
