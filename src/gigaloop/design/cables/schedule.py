"""Every cable of a fabric on a floor: ends, length, stock length and medium, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.cables.cages import Cages, cages_of, paired
from gigaloop.design.cables.runs import PlacedLinks, place_links
from gigaloop.design.records.cables import CableSchedule, FabricMedia, Medium
from gigaloop.design.records.fabric import Fabric, IntArray, Links, NetworkDesign
from gigaloop.design.records.floor import FloorPlan
from gigaloop.programme.schema.floor import Tray

_FINE, _COARSE = 1.0, 5.0
"""Steps in which cords are cut where no stock lengths are known [m]: docs/fabric.md, "Cables"."""
_ROUNDS = 8
"""Steps along chains of shared cages that are followed one by one, before all chains are labelled at once."""
_FINE_TO = 10.0
"""Length up to which the fine step is used [m]."""


@dataclass(frozen=True)
class _Made:
    length: NDArray[np.float32]
    cable: IntArray
    stock: NDArray[np.float32]
    medium: NDArray[np.int16]


def cable_schedule(fabric: Fabric, floor: FloorPlan, media: FabricMedia, tray: Tray) -> CableSchedule:
    """List every cable of a fabric with both ends, length, stock length and medium; see :func:`make_links`."""
    return make_links(place_links(fabric, floor, tray), media)


def make_links(placed: PlacedLinks, media: FabricMedia) -> CableSchedule:
    """Choose what makes every link, and give the schedule of its cables.

    The medium of a link is the first of its layer's media, in their order, whose supported reach is at least the
    length; all links of one module cage take the same, the one of longest reach that any of them needs. Cables that
    carry several links serve only layers whose ports pair up cage by cage. Through an optical circuit switch light runs
    from module to module: links to it take single mode that reaches over their length and the longest to the same.

    Parameters
    ----------
    placed
        Links with their runs.
    media
        What may be used, by network, from :func:`~gigaloop.design.cables.media_of`.

    Returns
    -------
    CableSchedule
        Columns (m,), in order of network, layer, plane and link; ``medium`` is -1 where none reaches.
    """
    names = list(dict.fromkeys(network.name for network, _ in placed.of_plane))
    every = tuple(medium for name in names for medium in media.get(name, ()))
    total = len(placed.length)
    made = _Made(placed.length, np.empty(total, np.int32), np.empty(total, np.float32), np.empty(total, np.int16))
    first = {name: sum(len(media.get(each, ())) for each in names[:at]) for at, name in enumerate(names)}
    at = cords = 0
    for network, links in placed.of_plane:
        rows = slice(at, at + network.planes * len(links))
        _choose(made, rows, network, links, list(enumerate(media.get(network.name, ()), first[network.name])))
        cords = _number(made, rows, network, links, every, cords)
        _order(made, rows, every)
        at = rows.stop
    return CableSchedule(
        placed.layers,
        placed.ends,
        every,
        layer=placed.layer,
        cable=made.cable,
        a=placed.a,
        a_port=placed.a_port,
        b=placed.b,
        b_port=placed.b_port,
        a_rack=placed.a_rack,
        a_unit=placed.a_unit,
        b_rack=placed.b_rack,
        b_unit=placed.b_unit,
        length=placed.length,
        stock=made.stock,
        medium=made.medium,
    )


def _choose(
    columns: _Made, rows: slice, network: NetworkDesign, links: Links, choices: list[tuple[int, Medium]]
) -> None:
    """Fill in the medium of the links of a layer, over all planes."""
    rate = network.plane.rates[links.layer]
    useful = [
        (index, medium)
        for index, medium in choices
        if (medium.node is not None) == (links.lower == "node")
        and abs(medium.link_rate - rate) <= 1e-9 * rate
        and (medium.pluggable or _joins(medium, links))
        and (links.upper != "ocs" or medium.kind == "single mode")
    ]
    rising: list[tuple[int, Medium]] = []
    for index, medium in useful:
        if not rising or medium.reach > rising[-1][1].reach:
            rising.append((index, medium))
    length = columns.length[rows]
    if links.upper == "ocs":
        length = length + _longest(length, np.tile(links.b, network.planes))
    need = np.zeros(len(length), np.int8)
    for _, medium in rising:
        need += length > np.float32(medium.reach)
    if rising:
        _agree(need, len(rising), network, links, rising[0][1])
    codes = np.array([*(index for index, _ in rising), -1], np.int16)
    columns.medium[rows] = codes[need]


def _longest(length: NDArray[np.float32], switch: IntArray) -> NDArray[np.float32]:
    """Give the longest of the links to the same switch, or to that of its number in another plane, (m,) [m]."""
    longest = np.zeros(int(switch.max(initial=-1)) + 1, np.float32)
    np.maximum.at(longest, switch, length)
    return longest[switch]


def _joins(medium: Medium, links: Links) -> bool:
    """Say whether a cable can make the links of a layer: what it carries runs between the same two cages."""
    if links.upper == "ocs":
        return False
    if links.lower == "node" and links.upper != "node":
        return True
    return medium.links == 1 or (medium.node is None and paired(links, medium.links))


def _agree(need: NDArray[np.int8], beyond: int, network: NetworkDesign, links: Links, medium: Medium) -> None:
    """Raise the choice of links that share a module cage to that of the neediest of them, in place."""
    cages = [each for each in cages_of(network, links, medium) if each.shared]
    reached = need < beyond
    if not cages or not reached.any() or need[reached].min() == need[reached].max():
        return
    rows = np.flatnonzero(reached)
    found = need[rows]
    if not _spread(found, beyond, [(each.index[rows], each.count) for each in cages]):
        label = _joined(cages, rows)
        most = np.zeros(int(label.max()) + 1, np.int8)
        for level in range(1, beyond):
            most[label[found == level]] = level
        found = most[label]
    need[rows] = found


def _spread(need: NDArray[np.int8], beyond: int, cages: list[tuple[IntArray, int]]) -> bool:
    """Raise links to the neediest with which they share a cage, in place; False where chains are too long to follow."""
    for level in range(beyond - 1, 0, -1):
        for _ in range(_ROUNDS):
            high = need >= level
            joins = np.zeros_like(high)
            for index, count in cages:
                cage = np.zeros(count, np.bool_)
                cage[index[high]] = True
                joins |= cage[index]
            joins &= ~high
            if not joins.any():
                break
            need[joins] = level
        else:
            return False
    return True


def _joined(cages: list[Cages], rows: NDArray[np.intp]) -> IntArray:
    """Label links that share a cage at one end or the other, or over other links, alike, (m,)."""
    if len(cages) == 1:
        return cages[0].index[rows]
    lower, upper = cages
    first = 0 if lower.kind == upper.kind else lower.count
    low, high = lower.index[rows], upper.index[rows] + np.int32(first)
    root = np.arange(first + upper.count, dtype=np.int32)
    while True:
        a, b = root[low], root[high]
        apart = np.flatnonzero(a != b)
        if not len(apart):
            return a
        np.minimum.at(root, np.maximum(a[apart], b[apart]), np.minimum(a[apart], b[apart]))
        while ((up := root[root]) != root).any():
            root = up


def _number(
    columns: _Made, rows: slice, network: NetworkDesign, links: Links, every: tuple[Medium, ...], first: int
) -> int:
    """Give each link, or each cable that several share, its number from ``first`` on; give the next number."""
    medium, cable = columns.medium[rows], columns.cable[rows]
    shared = np.zeros(len(every) + 1, np.int8)
    for index, each in enumerate(every):
        shared[index] = not each.pluggable and each.links > 1
    together = shared[medium] > 0
    if not together.any():
        cable[:] = np.arange(first, first + len(cable), dtype=np.int32)
        return first + len(cable)
    alone = np.flatnonzero(~together)
    cable[alone] = np.arange(first, first + len(alone), dtype=np.int32)
    upper = cages_of(network, links, every[int(medium[together][0])])[-1]
    _, number = np.unique(upper.index[together], return_inverse=True)
    cable[together] = number.astype(np.int32) + np.int32(first + len(alone))
    return first + len(alone) + int(number.max()) + 1


def _order(columns: _Made, rows: slice, every: tuple[Medium, ...]) -> None:
    """Fill in the length that is ordered: the next that is sold, or that is cut, of the longest link of a cable."""
    length, medium, cable = columns.length[rows], columns.medium[rows], columns.cable[rows]
    stock = columns.stock[rows]
    stock[medium < 0] = np.nan
    for index, each in enumerate(every):
        there = np.flatnonzero(medium == index)
        if not len(there):
            continue
        needed = length[there]
        if not each.pluggable and each.links > 1:
            number = cable[there] - cable[there].min()
            longest = np.zeros(int(number.max()) + 1, np.float32)
            np.maximum.at(longest, number, needed)
            needed = longest[number]
        stock[there] = ordered_length(needed, each)


def ordered_length(length: NDArray[np.float32], medium: Medium) -> NDArray[np.float32]:
    """Give the lengths in which cables are ordered [m]: the next in stock; cut to the next 1 m up to 10 m, or 5 m.

    Parameters
    ----------
    length
        Runs within the reach of the medium, (m,) [m].
    medium
        Its stock lengths; a cord beyond the longest of them is cut.
    """
    cut = np.where(length <= _FINE_TO, np.ceil(length / _FINE) * _FINE, np.ceil(length / _COARSE) * _COARSE)
    cut = np.minimum(cut, max(medium.reach, _FINE)).astype(np.float32)
    cut = np.maximum(cut, length)
    if not len(medium.stock):
        return np.asarray(cut, np.float32)
    sold = medium.stock.astype(np.float32)
    place = np.searchsorted(sold, length)
    return np.where(place < len(sold), sold[np.minimum(place, len(sold) - 1)], cut).astype(np.float32)
