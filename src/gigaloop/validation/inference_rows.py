"""Reading rows of measured serving: the load, its layout and stack, and what each row leaves open."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gigaloop.catalogue import Catalogue
from gigaloop.core.errors import GigaloopError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.calibration.measurements import recipe
from gigaloop.design.calibration.served import Served, ServedStack, serving_fold
from gigaloop.design.performance import machine_of
from gigaloop.design.performance.machine import PRECISIONS, Machine
from gigaloop.design.performance.matrix import VALUE_BYTES
from gigaloop.design.serving import ServingLayouts, ServingLoad
from gigaloop.design.serving.front import check_precision
from gigaloop.design.transformer import Transformer, find_preset, parameters
from gigaloop.validation.inference_loads import MLPERF, requests_of
from gigaloop.validation.rows import TextRow, read_rows

NEEDED = ("id", "model", "gpu")
COLUMNS = (
    "id", "source", "model", "params_b", "layers", "hidden", "heads", "kv_heads", "ffn", "vocab", "seq",
    "global_batch", "gpu", "n_gpus", "tp", "pp", "dp", "ep", "cp", "vp", "precision", "recompute", "step_time_s",
    "tflops_per_gpu", "mfu", "tokens_per_s_per_gpu", "minutes_to_train", "notes", "isl", "osl", "scenario",
    "tok_s_per_user", "total_tokens_per_s", "token_kind", "concurrency", "evidence", "fold", "correction",
)  # fmt: skip

_WHOLE = ("n_gpus", "tp", "pp", "dp", "ep", "fold")
_NUMBERS = ("isl", "osl", "tok_s_per_user")
_NAME = re.compile(r"^([a-z]+\d+x?)", re.IGNORECASE)
_DATASET = re.compile(r"(llama2-70b|llama3\.1-8b|llama3\.1-405b|mixtral-8x7b|deepseek-r1|gpt-oss-120b)")
_ROUND = re.compile(r"mlperf-inf-v?(\d+\.\d+)-([A-Za-z0-9]+)-")

ROUNDS = {"4.0": 2024.2, "4.1": 2024.6, "5.0": 2025.2, "5.1": 2025.6, "6.0": 2026.2, "6.1": 2026.6}
"""Year in which a round of MLPerf Inference was submitted. Source: https://mlcommons.org/benchmarks/inference-datacenter."""

DATES = {"trtllm": 2025.8, "inferencex": 2026.1, "deepseek": 2025.1, "infersim": 2025.8}
"""Year of the other families' measurements. Source: the dates of the publications, to a few months."""

NEWEST = 2026.6
"""Date taken for a stack that has none [year]. Source: the newest round that was measured."""

DRAFT, ACCEPTANCE = 3.0, 0.7
"""Tokens drafted by multi-token prediction where it is on, and the chance of each. Source: DeepSeek-V3,
arXiv:2412.19437, 5.4.3, 85 to 90 % of the second token; chains of three accept less each: an estimate."""


@dataclass(frozen=True)
class Row:
    """A row: what is published, and the measurement that it makes, or why it makes none."""

    id: str
    model: str
    gpu: str
    published: float | None
    measurement: Served | None
    why_not: str = ""
    correction: str = ""


def read_inference(path: Path, catalogue: Catalogue) -> tuple[Row, ...]:
    """Read rows of measured serving: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the table, each with its place.
    """
    return read_rows(path, COLUMNS, NEEDED, lambda row: _row(row, catalogue), row="row", table="serving throughput")


def _row(row: TextRow, catalogue: Catalogue) -> Row:
    given = {key: _number(row, key, whole=True) for key in _WHOLE}
    given |= {key: _number(row, key) for key in _NUMBERS}
    value = _number(row, "tokens_per_s_per_gpu")
    made, why = None, "" if value else "no throughput is published"
    if value and not row.problems:
        try:
            made = _measurement(row, given, value, catalogue)
        except LookupError as error:
            why = str(error.args[0])
        except GigaloopError as error:
            why = str(error.why)
    return Row(row.text("id"), row.text("model"), row.text("gpu"), value, made, why, row.text("correction"))


def _number(row: TextRow, key: str, *, whole: bool = False) -> float | None:
    text = row.text(key)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    least = 0.0 if key == "fold" else 1e-9
    if math.isfinite(value) and value >= least and (not whole or value.is_integer()):
        return value
    kind = "a whole number" if whole else "a number"
    row.complain(key, f"'{text}' is not {kind} above 0", "write a plain number such as 8, or leave the cell empty")
    return None


def _measurement(row: TextRow, given: dict[str, float | None], value: float, catalogue: Catalogue) -> Served:
    """Make the measurement of a row.

    Raises
    ------
    LookupError
        If the row leaves open what nothing can stand in for.
    """
    text, assumed = row.text, []
    model = find_preset(catalogue, text("model"))
    if model is None:
        raise LookupError(f"the catalogue has no language model '{text('model')}'")
    entry = _accelerator(text("gpu"), catalogue)
    machine = machine_of(catalogue.accelerator(entry))
    precision = recipe(text("precision"))
    if not precision:
        raise LookupError(f"precision '{text('precision')}' is none that is known: {', '.join(PRECISIONS)}")
    scenario = text("scenario").lower() or "offline"
    stack = _stack(text("id"), text("source"), text("notes"))
    isl, osl, limits, note = _lengths(text, scenario, given)
    if note:
        assumed.append(note)
    speed, ttft = given["tok_s_per_user"] or 0.0, math.inf
    if limits is not None and not speed:
        speed, ttft = 1.0 / limits[1], limits[0]
    quantity = _quantity(text("token_kind").lower(), scenario, stack.family)
    count = int(given["n_gpus"] or 0)
    if not count:
        count = _least(model, machine, precision)
        assumed.append(f"{count} accelerators")
    layout = _layout(text, given, scenario, count)
    if layout is None:
        assumed.append("layout searched")
    load = _load(model.name, precision, str(machine.architecture), isl, osl, text)
    if stack.family == "trtllm":
        load = ServingLoad(**{**vars(load), "requests": requests_of(isl, osl)})
    check_precision(machine, load)
    parts = [text(each) for each in ("model", "gpu", "n_gpus", "precision", "isl", "osl", "scenario", "tp", "ep")]
    fold = given["fold"]
    return Served(
        id=text("id"),
        model=model,
        accelerator=entry,
        machine=machine,
        accelerators=_pool(count, model, machine, precision),
        load=load,
        layout=layout,
        scenario=_scenario(scenario),
        quantity=quantity,
        value=value,
        speed=speed,
        ttft=ttft,
        tail=limits is not None,
        interpolated=stack.family == "inferencex",
        stack=stack,
        fold=int(fold) if fold is not None else serving_fold(*parts, text("tok_s_per_user")),
        assumed=tuple(assumed),
    )


def _least(model: Transformer, machine: Machine, precision: str) -> int:
    """Domains whose memory holds the weights with some room, as accelerators."""
    weights = float(parameters(model)) * float(VALUE_BYTES[PRECISIONS.index(precision)])
    domain, count = int(machine.domain), int(machine.domain)
    while weights > _ROOM * count * float(machine.hbm):
        count += domain
    return count


_ROOM = 0.8
"""Share of memory that weights may take where a row does not state its accelerators. Source: a choice of this
project."""


def _pool(count: int, model: Transformer, machine: Machine, precision: str) -> int:
    """Accelerators among which an instance is laid out: a domain where the model fits into one, and all otherwise."""
    domain = int(machine.domain)
    return domain if count % domain == 0 and _least(model, machine, precision) <= domain else count


def _accelerator(name: str, catalogue: Catalogue) -> str:
    """Give the entry of an accelerator by its published name, such as ``GB200-NVL72`` or ``H100-SXM``."""
    known = {each.id: each.id for each in catalogue.of_kind("accelerator")}
    plain = name.strip().lower()
    stem = _NAME.match(plain)
    for each in (plain, str(stem[1]) if stem else "", "vr200" if _RUBIN.match(plain) else ""):
        if each in known:
            return each
    hint = did_you_mean(plain, known, f"it has {', '.join(known)}")
    raise LookupError(f"the catalogue has no accelerator '{name}': {hint}")


_RUBIN = re.compile(r"^(?:vera|vr|rubin)(?!.*ultra)")
"""Of the names under which the accelerator of a Vera Rubin rack goes."""


def _stack(id_: str, source: str, notes: str) -> ServedStack:
    """Tell the software of a row by its id, source and notes."""
    family = id_.split("-")[0].lower() or "unknown"
    found = _ROUND.match(id_)
    said = f"{notes} {source}".lower()
    site = "" if found is None else notes.split(" ")[0] if found[2].isdigit() else str(found[2])
    library = next((name for word, name in _LIBRARIES if word in said), "unknown")
    if family == "mlperf" and library == "unknown":
        library = "vllm" if site == "AMD" or "mi3" in id_.lower() else "tensorrt"
    date = ROUNDS.get(found[1], NEWEST) if found else DATES.get(family, NEWEST)
    return ServedStack(family, library, date, site.lower())


_LIBRARIES = (
    ("vllm", "vllm"),
    ("tensorrt", "tensorrt"),
    ("trt-llm", "tensorrt"),
    ("sglang", "sglang"),
    ("deepseek-ai", "deepseek"),
)


def _lengths(
    text: Callable[[str], str], scenario: str, given: dict[str, float | None]
) -> tuple[float, float, tuple[float, float] | None, str]:
    """Give mean lengths, limits of latency, and what of it is assumed."""
    dataset = None
    found = _DATASET.search(text("id")) or _DATASET.search(text("notes"))
    if found and text("id").startswith("mlperf"):
        dataset = MLPERF[found[1]]
    isl, osl = given["isl"], given["osl"]
    if dataset is not None:
        limits = dataset.limits.get(scenario)
        if limits is None and scenario in ("server", "interactive"):
            raise LookupError(f"the benchmark has no limits for '{scenario}'")
        return isl or dataset.isl, osl or dataset.osl, limits, "" if isl else dataset.note
    if isl is None:
        raise LookupError("it states no length of prompts")
    if osl is None and "decode" not in scenario and "prefill" not in scenario:
        raise LookupError("it states no length of answers")
    return isl, osl or 1.0, None, ""


def _quantity(kind: str, scenario: str, family: str) -> str:
    if family == "inferencex":
        return "total"
    if "prefill" in scenario:
        return "input"
    if "decode" in scenario:
        return "decode"
    return "total" if kind.startswith("total") else "input" if kind.startswith("input") else "output"


_SCENARIOS = ("offline", "server", "interactive", "interactivity", "prefill", "decode")


def _scenario(text: str) -> str:
    return next(
        (each for each in _SCENARIOS if each in text),
        text,
    )


def _layout(
    text: Callable[[str], str], given: dict[str, float | None], scenario: str, count: int
) -> ServingLayouts | None:
    """Give the layout of a row, with as many sequences as it states or memory holds; none where it states none."""
    tp, dp, ep, pp = (int(given[each] or 0) for each in ("tp", "dp", "ep", "pp"))
    if not tp and not ep:
        return None
    tp = tp or 1
    pp = pp or 1
    dp = max(count // (tp * pp), 1) if ep else 1
    ep = ep or 1
    if ep > tp * dp:
        raise LookupError(f"experts are spread over {ep} accelerators, of which it states {tp * dp}")
    each = re.match(r"(\d+)(/GPU)?$", text("concurrency"))
    batch = float(each[1]) * (count if each[2] else 1.0) if each else 1e9
    apart = "decode" in scenario or "prefill" in scenario
    return ServingLayouts(tp=tp, dp=dp, ep=ep, pp=pp, batch=np.array([batch]), disaggregated=apart)


def _load(
    name: str, precision: str, architecture: str, isl: float, osl: float, text: Callable[[str], str]
) -> ServingLoad:
    """Give the load, with what the published weights of a model are known to be in."""
    index = PRECISIONS.index(precision)
    said = f"{text('notes')} {text('id')}"
    mtp = "MTP" in said or ("deepseek" in name.lower() and "Interactive" in said and "mlperf" in said)
    attention, weight, cache = None, 0.0, 1.0
    if "gpt-oss" in name.lower():
        attention, weight = PRECISIONS.index("bf16"), _MXFP4_BYTES
        cache = 2.0 if architecture == "hopper" else 1.0
    elif "deepseek" in name.lower() and precision == "fp4":
        attention = PRECISIONS.index("fp8")
    return ServingLoad(
        isl=isl,
        osl=osl,
        precision=index,
        attention_precision=attention,
        weight_bytes=weight,
        cache_bytes=cache,
        draft=DRAFT if mtp else 0.0,
        acceptance=ACCEPTANCE,
    )


_MXFP4_BYTES = 0.53125
"""Of an expert's weight of GPT-OSS, 4 bits and a scale of 8 for 32, whatever multiplies it; its attention is in 16
bits. Source: OpenAI, gpt-oss model card, arXiv:2508.10925; caches in 16 bits on Hopper: NVIDIA,
https://github.com/NVIDIA/TensorRT-LLM docs/source/developer-guide/perf-overview.md @03e27c7d."""
