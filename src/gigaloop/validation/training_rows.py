"""Reading rows of measured training steps: the job, its strategy and stack, and what each row leaves open."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from gigaloop.catalogue import Catalogue
from gigaloop.core.errors import GigaloopError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.calibration.measurements import SHAPE_TAKEN, Measurement, configuration, fold_of, recipe
from gigaloop.design.calibration.stacks import Stack, stack_of, written_date
from gigaloop.design.performance import machine_of
from gigaloop.design.performance.machine import PRECISIONS, Machine
from gigaloop.design.performance.strategies import Job
from gigaloop.design.transformer import Transformer, find_preset
from gigaloop.validation.rows import TextRow, read_rows
from gigaloop.validation.training_strategies import strategy_of

NEEDED = ("id", "model", "gpu")
COLUMNS = (
    "id", "source", "model", "params_b", "layers", "hidden", "heads", "kv_heads", "ffn", "vocab", "seq",
    "global_batch", "gpu", "n_gpus", "tp", "pp", "dp", "ep", "cp", "vp", "precision", "recompute", "step_time_s",
    "tflops_per_gpu", "mfu", "tokens_per_s_per_gpu", "minutes_to_train", "notes", "mbs", "n_experts", "top_k",
    "moe_ffn", "step_basis", "evidence", "stack", "stack_date", "fold", "correction",
)  # fmt: skip

_WHOLE = (
    "layers", "hidden", "heads", "kv_heads", "ffn", "vocab", "seq", "global_batch", "n_gpus", "tp", "pp", "dp", "ep",
    "cp", "vp", "mbs", "n_experts", "top_k", "moe_ffn",
)  # fmt: skip

ACCELERATORS: dict[str, str] = {
    "A100-80GB": "a100-80",
    "A100-class (Ampere)": "a100-80",
    "A100-40GB": "a100-40",
    "H100-SXM": "h100",
    "H100-96GB-500W": "h100-96",
    "H800": "h800",
    "H200-SXM": "h200",
    "B200-HGX": "b200",
    "B300-HGX": "b300",
    "GB200-NVL72": "gb200",
    "GB300-NVL72": "gb300",
    "MI300X": "mi300x",
    "MI325X": "mi325x",
    "MI350X": "mi350x",
    "MI355X": "mi355x",
    "TPU-v4": "tpu-v4",
    "TPU-v5p": "tpu-v5p",
    "TPU-v6e": "tpu-v6e",
    "TPU-v7-Ironwood": "tpu-v7",
}
"""Entries of the catalogue by published name."""

_PORT = re.compile(r"(\d+) Gb/s (per GPU|per node|RoCE node)")
_TRUNCATED = re.compile(r"\s+truncated to \d+ layers$")
_ADAPTERS = re.compile(r"lora", re.IGNORECASE)
_FINE_TUNED = re.compile(r"-(?:LoRA|SFT)$", re.IGNORECASE)
_WITHOUT_MTP = re.compile(r"w/o MTP|without MTP", re.IGNORECASE)
_PLAIN = re.compile(r"^(?:GPT|MPT|PaLM)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A row: what is published, and the measurement that it makes, or why it makes none."""

    id: str
    model: str
    gpu: str
    step: float | None
    """[s]"""
    measurement: Measurement | None
    why_not: str = ""
    correction: str = ""


def read_training(path: Path, catalogue: Catalogue) -> tuple[Row, ...]:
    """Read rows of measured training steps: see docs/validation.md.

    Raises
    ------
    ProgrammeError
        With everything that is wrong in the table, each with its place.
    """
    return read_rows(path, COLUMNS, NEEDED, lambda row: _row(row, catalogue), row="row", table="training steps")


def _row(row: TextRow, catalogue: Catalogue) -> Row:
    text = row.text
    numbers = {key: _number(row, key, whole=True) for key in _WHOLE}
    step, fold = _number(row, "step_time_s"), _number(row, "fold", least=0.0, whole=True)
    published = text("step_time_s") != ""
    date = written_date(text("stack_date")) if text("stack_date") else None
    if text("stack_date") and date is None:
        row.complain("stack_date", f"'{text('stack_date')}' is no date", "write a year, or year and month as 2026-04")
    stack = stack_of(text("id"), text("source"), text("notes"))
    stack = replace(stack, family=text("stack") or stack.family, date=date or stack.date)
    given = {key: int(value) for key, value in numbers.items() if value is not None}
    made: Measurement | None = None
    why = "" if published else "no step time is published"
    if published and not row.problems:
        try:
            made = _measurement(text, given, float(step or 0.0), stack, fold, catalogue)
        except LookupError as error:
            why = str(error.args[0])
        except GigaloopError as error:
            why = error.problems[0].why
    return Row(text("id"), text("model"), text("gpu"), step if published else None, made, why, text("correction"))


def _number(row: TextRow, key: str, *, least: float = 1e-9, whole: bool = False) -> float | None:
    text = row.text(key)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and value >= least and (not whole or value.is_integer()):
        return value
    kind = "a whole number" if whole else "a number"
    row.complain(key, f"'{text}' is not {kind} above 0", "write a plain number such as 8, or leave the cell empty")
    return None


def _measurement(
    text: Callable[[str], str],
    given: dict[str, int],
    step: float,
    stack: Stack,
    fold: float | None,
    catalogue: Catalogue,
) -> Measurement:
    missing = [key for key in ("seq", "global_batch", "n_gpus") if key not in given]
    if missing:
        raise LookupError(f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not published")
    precision = recipe(text("precision"))
    if not precision:
        raise LookupError(f"the precision is {'not published' if not text('precision') else 'not known'}")
    model = model_of(text("model"), given, text("notes"), catalogue)
    machine, accelerator = machine_of_row(text("gpu"), text("notes"), catalogue)
    if math.isnan(float(getattr(machine, "fp8" if precision == "mxfp8" else precision))):
        raise LookupError(f"{text('gpu')} has no {precision}")
    job = Job(
        sequence=given["seq"],
        batch=given["global_batch"],
        precision=PRECISIONS.index(precision),
        adapters=bool(_ADAPTERS.search(text("model"))),
    )
    strategy, assumed = strategy_of(text, given, model, machine, job, stack)
    key = configuration(
        text("model"), text("gpu"), given["n_gpus"], given["seq"], precision,
        given.get("tp", 0), given.get("pp", 0), given.get("cp", 1), given.get("vp", 1),
    )  # fmt: skip
    return Measurement(
        id=text("id"),
        model=model,
        accelerator=accelerator,
        machine=machine,
        job=job,
        strategy=strategy,
        accelerators=given["n_gpus"],
        step=step,
        stack=stack,
        configuration=key,
        fold=fold_of(key) if fold is None else int(fold),
        assumed=assumed if "layers" in given else (SHAPE_TAKEN, *assumed),
    )


def model_of(name: str, given: dict[str, int], notes: str, catalogue: Catalogue) -> Transformer:
    """Give the model of a row: the preset of its name with what the row states, or what the row states alone.

    Raises
    ------
    LookupError
        If there is no preset of that name and the row does not state the shape.
    """
    plain = _FINE_TUNED.sub("", _TRUNCATED.sub("", name))
    stated = {
        field: given[key]
        for field, key in {
            "layers": "layers", "hidden": "hidden", "heads": "heads", "kv_heads": "kv_heads", "ffn": "ffn",
            "vocab": "vocab", "experts": "n_experts", "top_k": "top_k", "expert_ffn": "moe_ffn",
        }.items()
        if key in given
    }  # fmt: skip
    preset = find_preset(catalogue, plain, stated)
    if preset is None and "layers" not in stated:
        raise LookupError(f"{name} is no known model, and its shape is not published in the row")
    if preset is not None and (preset.hidden == stated.get("hidden", preset.hidden)):
        heads = stated.get("heads", int(preset.heads))
        kept = {key: value for key, value in stated.items() if not (preset.kv_rank and key == "kv_heads")}
        if not preset.experts and preset.heads == preset.kv_heads:
            kept.setdefault("kv_heads", heads)
        if heads != preset.heads:
            kept["head_dim"] = int(preset.hidden) // heads
        if stated.get("layers", int(preset.layers)) < int(preset.layers):
            # One dense layer of four: with three, the 104 GiB published would be 60. Source: SimuMax, docs/b200,
            # https://github.com/MooreThreads/SimuMax.
            kept["dense_layers"] = min(int(preset.dense_layers), 1)
            kept["mtp_layers"] = 0
        if preset.positions:
            kept["positions"] = given.get("seq", int(preset.positions))
        if _WITHOUT_MTP.search(notes):
            kept["mtp_layers"] = 0
        return replace(preset, name=name, **kept)  # type: ignore[arg-type]
    missing = [key for key in ("hidden", "heads", "ffn", "vocab") if key not in stated]
    if missing:
        raise LookupError(f"{name} is no known model, and {' and '.join(missing)} of it are not published")
    plain_ffn = bool(_PLAIN.search(plain)) or stated["ffn"] == 4 * stated["hidden"]
    biased = bool(re.search("^GPT", plain, re.IGNORECASE))
    return Transformer(
        name=name,
        head_dim=stated["hidden"] // stated["heads"],
        gated=not plain_ffn,
        tied=plain_ffn,
        positions=given["seq"] if biased else 0,
        attention_bias=biased,
        ffn_bias=biased,
        norm_bias=biased,
        **{"kv_heads": stated["heads"], **stated},  # type: ignore[arg-type]
    )


def machine_of_row(gpu: str, notes: str, catalogue: Catalogue) -> tuple[Machine, str]:
    """Give the machine of a row and its entry: its data sheet, and the network ports where the row states them.

    Raises
    ------
    LookupError
        If the accelerator, or what a step needs of it, is not known.
    """
    known = {**ACCELERATORS, **{each: each for each in catalogue.ids("accelerator")}}
    if gpu not in known:
        hint = did_you_mean(gpu, ACCELERATORS, "write the id of an accelerator of the catalogue")
        raise LookupError(f"the accelerator '{gpu}' is not known; {hint}")
    entry = known[gpu]
    machine = replace(machine_of(catalogue.accelerator(entry)), name=gpu)
    if (match := _PORT.search(notes)) is not None:
        per = 1.0 if match[2] == "per GPU" else min(8.0, float(machine.domain))
        machine = replace(machine, scale_out=float(match[1]) * 1e9 / 8.0 / per)
    for field, what in (("bf16", "peak"), ("hbm_bandwidth", "memory bandwidth"), ("scale_up", "scale-up bandwidth")):
        value = float(getattr(machine, field))
        if not value > 0.0:
            raise LookupError(f"the {what} of {gpu} is not known")
    return machine, entry
