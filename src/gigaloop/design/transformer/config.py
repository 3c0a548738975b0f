"""Reading a Hugging Face ``config.json``: the shape of the model that it describes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from gigaloop.core.errors import Place, Problem, ProgrammeError
from gigaloop.core.suggest import did_you_mean
from gigaloop.design.transformer.families import FAMILIES
from gigaloop.design.transformer.keys import Keys
from gigaloop.design.transformer.shape import Transformer

IN_MEMORY = "config"
"""How errors name a configuration that comes from no file."""


def read_config(source: Path | str | Mapping[str, object]) -> Transformer:
    """Read the shape of a model from its Hugging Face configuration.

    Parameters
    ----------
    source
        A ``config.json``, the folder that holds it, or what such a file holds.

    Raises
    ------
    ProgrammeError
        If the file cannot be read or is no JSON object, names a type of model that is not known, lacks a key, or holds
        a value that cannot be: each with file, line and key, and what would do.

    Examples
    --------
    >>> model = read_config({"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "vocab_size": 32000,
    ...                      "num_attention_heads": 32, "intermediate_size": 11008})
    >>> model.layers, model.kv_heads, model.head_dim
    (32, 32, 128)
    """
    if isinstance(source, Mapping):
        return _model(source, IN_MEMORY, "")
    path = Path(source)
    path = path / "config.json" if path.is_dir() else path
    shown = path.as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = f"the file cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8 text'}"
        raise _wrong(
            [Problem(why, Place(shown), hint="name a model's config.json, or the folder that holds it")]
        ) from error
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(shown, error.lineno, error.colno)
        raise _wrong([Problem(f"the file is no JSON: {error.msg}", place, hint="download it again")]) from error
    if not isinstance(data, dict):
        raise _wrong(
            [Problem("the file holds no JSON object", Place(shown, 1, 1), hint="a config.json maps keys to values")]
        )
    return _model(data, shown, text)


def _model(data: Mapping[str, object], shown: str, text: str) -> Transformer:
    inner = data.get("text_config")
    if isinstance(inner, Mapping) and data.get("hidden_size") is None:
        data = inner  # a model of several senses: its language model
    keys = Keys(data, shown, text)
    kind = data.get("model_type")
    family = FAMILIES.get(kind) if isinstance(kind, str) else None
    if family is None:
        known = f"known types are {', '.join(FAMILIES)}"
        hint = did_you_mean(kind, FAMILIES, known) if isinstance(kind, str) else known
        if isinstance(kind, str):
            hint += "; or state the shape as a language_model in a catalogue of your own"
        keys.wrong("model_type", f"'{kind}' is no known type of model" if kind else "the key is missing", hint)
        raise _wrong(keys.problems)
    shape = family(keys)
    _check(keys, shape)
    if keys.problems:
        raise _wrong(keys.problems)
    return Transformer(name=_name(data, shown, str(kind)), **shape)  # type: ignore[arg-type]


def _check(keys: Keys, shape: Mapping[str, int | bool]) -> None:
    """Find what cannot be, though each value can."""
    heads, kv_heads = shape["heads"], shape["kv_heads"]
    if heads % kv_heads:
        would = ", ".join(str(each) for each in range(1, heads + 1) if heads % each == 0)
        why = f"{heads} heads cannot share {kv_heads} key heads evenly"
        keys.wrong("num_key_value_heads", why, f"with {heads} heads, key heads can be {would}")
    experts, top_k = shape.get("experts", 0), shape.get("top_k", 0)
    if experts and not 0 < top_k <= experts:
        hint = f"a token can be sent to 1 to {experts} experts"
        keys.wrong("num_experts_per_tok", f"a token cannot be sent to {top_k} of {experts} experts", hint)
    layers = shape["layers"]
    for field, what in (("dense_layers", "dense layers"), ("window_layers", "windowed layers")):
        if shape.get(field, 0) > layers:
            why = f"there are {shape[field]} {what} of {layers} layers"
            keys.wrong("num_hidden_layers", why, f"state at most {layers} {what}, or more layers")


def _name(data: Mapping[str, object], shown: str, kind: str) -> str:
    stated = data.get("_name_or_path") or data.get("name")
    if isinstance(stated, str) and stated:
        return re.split(r"[/\\]", stated.rstrip("/\\"))[-1]
    parent = Path(shown).parent.name
    return parent or kind


def _wrong(problems: Sequence[Problem]) -> ProgrammeError:
    count = f"{len(problems)} problem" + ("" if len(problems) == 1 else "s")
    return ProgrammeError(problems, title=f"the configuration of the model has {count}")
