"""Results to bytes and back, without code in the bytes: JSON for the structure, NumPy arrays beside it.

Pickle would let a downloaded programme folder run code through its cache; here only frozen dataclasses of gigaloop
itself can be made, from plain data.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import io
import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

import numpy as np
from pydantic import BaseModel

from gigaloop.core.quantity import BARE, Quantity
from gigaloop.core.units import UNITS

_TAG = "$"


def dumps(value: object) -> bytes:
    """Write a result record to bytes.

    Raises
    ------
    TypeError
        If it holds something that is no plain data, array, date, enum, quantity or record of gigaloop.
    """
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    tree = _encode(value, arrays)
    text = json.dumps(tree, separators=(",", ":"), allow_nan=True).encode()
    buffer = io.BytesIO()
    np.savez(buffer, tree=np.frombuffer(text, dtype=np.uint8), **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def loads(data: bytes) -> Any:  # noqa: ANN401
    """Read back what :func:`dumps` wrote.

    Raises
    ------
    ValueError
        If the bytes are damaged, or name something that is no record of gigaloop.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            tree = json.loads(archive["tree"].tobytes())
            return _decode(tree, archive)
    except (KeyError, OSError, TypeError, AttributeError, ImportError, EOFError) as error:
        raise ValueError(f"damaged result: {error}") from error
    except Exception as error:
        if type(error).__module__ in {"zipfile", "zlib", "json.decoder", "struct"}:
            raise ValueError(f"damaged result: {error}") from error
        raise


def _encode(value: object, arrays: dict[str, np.ndarray[Any, Any]]) -> object:
    if isinstance(value, Quantity):
        return {_TAG: "q", "v": [float(value), value.unit.symbol, value.year, _encode(value.evidence, arrays)]}
    if isinstance(value, Enum):
        return {_TAG: "e", "t": _name(type(value)), "v": value.value}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            raise TypeError("an array of objects cannot be stored")
        key = f"a{len(arrays)}"
        arrays[key] = value
        return {_TAG: "a", "v": key}
    if isinstance(value, np.generic):
        return _encode(value.item(), arrays)
    if isinstance(value, dt.date):
        return {_TAG: "d", "v": value.isoformat()}
    if isinstance(value, tuple | list):
        items = [_encode(item, arrays) for item in value]
        return items if isinstance(value, list) else {_TAG: "t", "v": items}
    if isinstance(value, Mapping):
        return {_TAG: "m", "v": [[_encode(key, arrays), _encode(item, arrays)] for key, item in value.items()]}
    if isinstance(value, BaseModel):
        return {_TAG: "p", "t": _name(type(value)), "v": value.model_dump(mode="json", by_alias=True)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _encode(getattr(value, f.name), arrays) for f in dataclasses.fields(value) if f.init}
        return {_TAG: "r", "t": _name(type(value)), "v": fields}
    raise TypeError(f"a {type(value).__name__} cannot be stored")


def _name(kind: type) -> str:
    if not kind.__module__.startswith("gigaloop."):
        raise TypeError(f"{kind.__module__}.{kind.__qualname__} is no record of gigaloop")
    return f"{kind.__module__}:{kind.__qualname__}"


def _kind(name: str) -> type:
    module, _, qualname = name.partition(":")
    if not module.startswith("gigaloop."):
        raise ValueError(f"'{name}' is no record of gigaloop")
    kind = getattr(importlib.import_module(module), qualname)
    if not isinstance(kind, type) or not (
        dataclasses.is_dataclass(kind) or issubclass(kind, Enum) or issubclass(kind, BaseModel)
    ):
        raise ValueError(f"'{name}' is no record of gigaloop")
    return kind


def _decode(node: Any, archive: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if isinstance(node, list):
        return [_decode(item, archive) for item in node]
    if not isinstance(node, dict):
        return node
    tag, value = node[_TAG], node["v"]
    if tag == "q":
        number, symbol, year, evidence = value
        return Quantity(number, UNITS.get(symbol, BARE), year, _decode(evidence, archive))
    if tag == "a":
        return archive[value]
    if tag == "d":
        return dt.date.fromisoformat(value)
    if tag == "t":
        return tuple(_decode(item, archive) for item in value)
    if tag == "m":
        return {_decode(key, archive): _decode(item, archive) for key, item in value}
    kind = _kind(node["t"])
    if tag == "e":
        return kind(value)
    if tag == "p":
        return kind.model_validate(value)  # type: ignore[attr-defined]
    return kind(**{name: _decode(item, archive) for name, item in value.items()})
