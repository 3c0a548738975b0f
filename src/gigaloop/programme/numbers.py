"""Every number of a programme with its path."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from gigaloop.core.marks import item_keys
from gigaloop.core.quantity import Quantity


def quantities(record: BaseModel, path: str = "") -> Iterator[tuple[str, Quantity]]:
    """Go through the quantities of a programme, or of any record of it, in the order of the schema.

    Parameters
    ----------
    record
        The programme or record.
    path
        Path of the record itself; what is given begins with it.
    """
    for name, value in record:
        here = f"{path}.{name}" if path else name
        if isinstance(value, Quantity):
            yield here, value
        elif isinstance(value, BaseModel):
            yield from quantities(value, here)
        elif isinstance(value, tuple):
            for key, item in zip(item_keys(value), value, strict=True):
                if isinstance(item, BaseModel):
                    yield from quantities(item, f"{here}.{key}")
