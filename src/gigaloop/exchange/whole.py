"""Whole pieces of a plan: what can be ordered, built and shipped in ones, never ahead of the plan."""

from __future__ import annotations

import numpy as np

from gigaloop.plan.inputs.schedule import FloatArray, IntArray
from gigaloop.plan.pegging import Pegging
from gigaloop.plan.pegging.overlap import overlap

_ROUNDING = 1e-4
"""Pieces by which a sum may fall short of a whole number by the rounding of the solver."""


def whole_pieces(pegging: Pegging) -> FloatArray:
    """Give every stream of a plan in whole pieces by its own weeks (streams, weeks).

    Parameters
    ----------
    pegging
        The pegging of the plan.

    Notes
    -----
    Sums to date are rounded, so that nothing is lost: receipts up (less than a piece more), all else down. What leaves
    a stock waits, in the order in which it is planned to leave, until as much has come to it in whole pieces; work
    starts when the whole pieces of all its components are there. So no stock is ever negative and nothing but
    receipts is ahead of the plan.
    """
    planned = np.zeros((len(pegging.streams), pegging.calendar.weeks))
    lots = pegging.lots
    weekly = np.isin(lots.stream, [s for s, each in enumerate(pegging.streams) if each.kind != "unit"])
    planned[lots.stream[weekly], lots.week[weekly]] = lots.size[weekly]
    whole = np.floor(np.cumsum(planned, axis=1) + _ROUNDING)
    sources = [s for s, each in enumerate(pegging.streams) if each.kind in ("receipt", "opening")]
    receipts = [s for s in sources if pegging.streams[s].kind == "receipt"]
    whole[receipts] = np.ceil(np.cumsum(planned[receipts], axis=1) - _ROUNDING)
    whole = np.diff(whole, prepend=0.0, axis=1)
    done, left = set(sources), list(pegging.stocks)
    while left:
        ready = [stock for stock in left if done.issuperset(stock[0])] or left[:1]
        for come, go in ready:
            _leave(pegging, come, go, whole)
            done |= set(go)
            left.remove((come, go))
        for s, (begin, end) in enumerate(pegging.needs.tolist()):
            if end and s not in done and done.issuperset(range(begin, end)):
                _start(planned, s, range(begin, end), whole)
                done.add(s)
    return whole


def _leave(pegging: Pegging, come: tuple[int, ...], go: tuple[int, ...], whole: FloatArray) -> None:
    """Let whole pieces leave a stock when they are planned to, or as soon as they have come."""
    came, came_in, _ = _sequence(pegging, come, whole, comes=True)
    leaves, leaves_in, of = _sequence(pegging, go, whole, comes=False)
    found = overlap(came, leaves)
    kept = (found.source >= 0) & (found.target >= 0)
    source, target = found.source[kept], found.target[kept]
    pieces = np.round((found.target_to - found.target_from)[kept] * leaves[target], 6)
    streams = of[target]
    shift = np.array([each.goes for each in pegging.streams], dtype=np.intp)
    week = np.maximum(came_in[source], leaves_in[target]) - shift[streams]
    inside = week < whole.shape[1]
    whole[list(go)] = 0.0
    np.add.at(whole, (streams[inside], week[inside]), pieces[inside])


def _sequence(
    pegging: Pegging, streams: tuple[int, ...], whole: FloatArray, *, comes: bool
) -> tuple[FloatArray, IntArray, IntArray]:
    """Give the lots of whole pieces of streams in order: sizes, weeks at the stock, and streams (lots,)."""
    members = np.array(streams, dtype=np.intp)
    row, week = np.nonzero(whole[members] > 0.0)
    shift = np.array([pegging.streams[s].comes if comes else pegging.streams[s].goes for s in streams], dtype=np.intp)
    at = week + shift[row]
    order = np.lexsort((row, at))
    return whole[members[row], week][order], at[order], members[row][order]


def _start(planned: FloatArray, stream: int, needs: range, whole: FloatArray) -> None:
    """Start work as far as the whole pieces of all its components are there, and say what of them it takes."""
    to_date = np.cumsum(planned[stream])
    missing = np.zeros(len(to_date))
    for need in needs:
        begun = np.cumsum(np.where(planned[need] > 0.0, planned[stream], 0.0))
        asked, there = np.cumsum(planned[need]), np.cumsum(whole[need])
        short = begun - np.interp(there, asked, begun)
        missing = np.maximum(missing, np.where(there >= asked - _ROUNDING, 0.0, short))
    started = np.maximum.accumulate(np.floor(np.maximum(to_date - missing, 0.0) + _ROUNDING))
    whole[stream] = np.diff(started, prepend=0.0)
    for need in needs:
        begun = np.cumsum(np.where(planned[need] > 0.0, planned[stream], 0.0))
        reached = np.clip(begun - (to_date - started), 0.0, begun)
        taken = np.interp(np.maximum.accumulate(reached), begun, np.cumsum(planned[need]))
        whole[need] = np.diff(taken, prepend=0.0)
