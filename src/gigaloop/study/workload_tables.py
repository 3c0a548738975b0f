"""The workloads of a run as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigaloop.design.workload.serving import layout_name
from gigaloop.study.columns import Columns, table
from gigaloop.study.workloads import facility_power

if TYPE_CHECKING:
    from gigaloop.study.chain import Result


def workload_tables(result: Result) -> dict[str, Columns]:
    """Give what generations do on workloads, and for the generation with most racks what was searched.

    ``performance`` has a row for each generation and workload, ``performance_parts`` where its step and its memory go;
    ``strategies`` are the best layouts of training jobs, ``serving_points`` the fronts of what is served.
    """
    designs = result.designs.values()
    cost = {(each.generation, each.workload): each.usd_per_million for each in result.value.tokens}
    megawatts = {each.generation: facility_power(result, each.generation) / 1e6 for each in designs}
    return {
        "performance": table(
            (
                "generation", "workload", "kind", "precision", "model", "parameters", "active_parameters", "fits",
                "layout", "accelerators", "tokens_per_s", "tokens_per_s_low", "tokens_per_s_high",
                "tokens_per_s_per_facility_mw", "usd_per_million_tokens", "mfu", "goodput", "step_s", "first_token_s",
                "batch", "bound", "memory_b", "memory_available_b", "share", "note",
            ),
            (
                (
                    d.generation, p.workload, p.kind, p.precision, p.model, p.parameters, p.active_parameters, p.fits,
                    p.layout, p.accelerators, p.tokens_per_s, p.tokens_per_s_low, p.tokens_per_s_high,
                    p.tokens_per_s / megawatts[d.generation], cost.get((d.generation, p.workload)), p.mfu, p.goodput,
                    p.step, p.first_token, p.batch, p.bound, p.memory_needed, p.memory_available, p.share, p.note,
                )
                for d in designs
                for p in d.performance
            ),
        ),
        "performance_parts": table(
            ("generation", "workload", "of", "part", "value", "unit"),
            (
                (d.generation, p.workload, of, part, value, unit)
                for d in designs
                for p in d.performance
                for of, unit, parts in (("step", "s", p.parts), ("memory", "B", p.memory_parts))
                for part, value in parts
            ),
        ),
        "strategies": table(
            (
                "generation", "workload", "rank", "name", "tp", "cp", "pp", "vp", "dp", "ep", "micro_batch",
                "recompute", "zero", "schedule", "step_s", "tokens_per_s_per_accelerator", "mfu", "memory_b",
            ),
            (
                (
                    w.generation, w.workload, rank, s.name, s.tp, s.cp, s.pp, s.vp, s.dp, s.ep, s.micro_batch,
                    s.recompute, s.zero, s.schedule, s.step, s.tokens_per_s_per_accelerator, s.mfu, s.memory,
                )
                for w in result.work
                if w.found.search is not None
                for rank, s in enumerate((w.found.search.best, *w.found.search.runners_up), 1)
            ),
        ),
        "serving_points": table(
            (
                "generation", "workload", "layout", "accelerators", "batch", "prefill_share", "tokens_per_s_per_user",
                "tokens_per_s_per_accelerator", "ttft_s", "tpot_s", "power_w", "best",
            ),
            (
                (
                    w.generation, w.workload, layout_name(front, i), p.accelerators[i], p.batch[i], p.prefill_share[i],
                    p.tokens_per_s_per_user[i], p.tokens_per_s_per_accelerator[i], p.ttft[i], p.tpot[i], p.power[i],
                    i == front.best,
                )
                for w in result.work
                for front in (w.found.front,)
                if front is not None
                for p in (front.points,)
                for i in front.front.tolist()
            ),
        ),
    }  # fmt: skip
