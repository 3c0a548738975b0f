"""Errors of the engines, with the place in the programme of what they are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gigaloop.core.errors import GigaloopError, UsageError


@contextmanager
def placed(where: str) -> Iterator[None]:
    """Say where what goes wrong within stands in the programme, if the error does not know.

    Parameters
    ----------
    where
        Path of the value.

    Examples
    --------
    >>> with placed("sites.here.facility"):
    ...     raise GigaloopError("too warm")
    Traceback (most recent call last):
    gigaloop.core.errors.GigaloopError: sites.here.facility: too warm
    """
    try:
        yield
    except GigaloopError as error:
        if type(error) not in (GigaloopError, UsageError) or error.where is not None:
            raise
        raise GigaloopError(error.why, where=where, hint=error.hint) from error
