"""Transformers of the catalogue: published shapes by id, or by the name that a published result gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from typing import TYPE_CHECKING

from gigaloop.design.transformer.shape import Transformer

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.catalogue.kinds import LanguageModel

_TRUNCATED = re.compile(r"^(?P<name>.*?)\s+truncated to\s+(?P<layers>\d+)\s+layers?$", re.IGNORECASE)
_TUNING = re.compile(r"[-_ ](?:lora|qlora|sft|base|instruct|chat)$", re.IGNORECASE)


def preset(catalogue: Catalogue, id_: str) -> Transformer:
    """Give a language model of the catalogue by its id.

    Raises
    ------
    CatalogueError
        If the catalogue has no such language model.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> from gigaloop.design.transformer import active_parameters, parameters
    >>> v3 = preset(load_catalogue(), "deepseek-v3")
    >>> round(int(active_parameters(v3)) / 1e9, 2)
    37.55
    """
    return transformer_of(catalogue.language_model(id_))


def transformer_of(entry: LanguageModel) -> Transformer:
    """Give the shape of a language model's entry; fields that it leaves out take their defaults."""
    shape: dict[str, int | bool] = {}
    for each in fields(Transformer):
        value = getattr(entry, each.name)
        if each.name == "name" or (value is None and each.default is not MISSING):
            continue
        shape[each.name] = value if isinstance(value, bool) else int(float(value or 0))
    return Transformer(name=entry.name, **shape)  # type: ignore[arg-type]


def find_preset(catalogue: Catalogue, name: str, shape: Mapping[str, int] | None = None) -> Transformer | None:
    """Give the language model that a published result names, or None where the catalogue has none of that name.

    Letters' case and the separators between words do not matter. ``... truncated to 12 layers`` gives the model with
    that many layers, of which as many as before are dense; endings such as ``-LoRA`` or ``-Instruct`` are left out of
    the name. Where several entries share a name, the one that agrees with most of ``shape`` (names and values of
    fields of :class:`Transformer`) is taken, the first of them where it says nothing.

    Examples
    --------
    >>> from gigaloop.catalogue import load_catalogue
    >>> catalogue = load_catalogue()
    >>> find_preset(catalogue, "Llama-3/3.1-70B truncated to 12 layers").layers
    12
    >>> find_preset(catalogue, "GPT-1.7B").hidden, find_preset(catalogue, "GPT-1.7B", {"hidden": 2048}).hidden
    (2304, 2048)
    """
    truncated = _TRUNCATED.match(name.strip())
    plain = _plain(truncated["name"] if truncated else name)
    found = [
        transformer_of(entry)
        for entry in map(catalogue.language_model, catalogue.ids("language_model"))
        if plain in (_plain(known) for known in (entry.id, entry.name, *entry.aliases))
    ]
    if not found:
        return None
    stated = shape or {}
    best = max(found, key=lambda model: sum(getattr(model, field) == value for field, value in stated.items()))
    return _truncated(best, int(truncated["layers"])) if truncated else best


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "", _TUNING.sub("", name.strip()).casefold())


def _truncated(model: Transformer, layers: int) -> Transformer:
    share = layers / int(model.layers)  # windowed layers take turns with others
    return replace(
        model,
        name=f"{model.name}, {layers} layers",
        layers=layers,
        dense_layers=min(int(model.dense_layers), layers),
        window_layers=round(int(model.window_layers) * share),
    )
