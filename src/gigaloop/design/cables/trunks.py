"""Structured fibre: cords between the same two racks bundled into trunks that end in patch panels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gigaloop.design.cables.schedule import ordered_length
from gigaloop.design.records.cables import CableSchedule
from gigaloop.design.records.fabric import IntArray
from gigaloop.design.records.floor import FloorPlan
from gigaloop.design.supply import RACK_UNIT

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue

TRUNK, PANEL = "fibre-trunk-144", "mpo-panel-1u"
"""Entries of the catalogue that say how many cords a trunk holds and how many ports a panel has."""


@dataclass(frozen=True)
class Trunks:
    """Trunks between pairs of racks, arrays (t,), and what they take at their ends."""

    medium: NDArray[np.int16]
    a_rack: IntArray
    b_rack: IntArray
    count: IntArray
    """Trunks between the two racks."""
    length: NDArray[np.float32]
    """Of each, as ordered [m]."""
    loose: NDArray[np.bool_]
    """Which links of the schedule have a cord of their own from end to end, (m,)."""
    panels: Mapping[int, int]
    """Patch panels by rack."""
    held: int
    """Cords that one trunk stands for."""
    jumper: float
    """Length of the cords between switch or node and panel [m]."""


def bundle(schedule: CableSchedule, floor: FloorPlan, catalogue: Catalogue) -> Trunks:
    """Bundle the fibre cords between the same two racks into full trunks; what is left over stays cords.

    Trunks are as long as the longest of the runs between their racks. Each end of a cord in a trunk takes a port of a
    panel, and a cord up or down the rack to it.

    Parameters
    ----------
    schedule
        Links with their media.
    floor
        Its racks.
    catalogue
        How many cords a trunk holds (``fibre-trunk-144``) and how many ports a panel has (``mpo-panel-1u``).
    """
    held, panel = (round(float(catalogue.interconnect(entry).ports or 1)) for entry in (TRUNK, PANEL))
    fibre = np.array([*(each.pluggable and each.cords == 1 for each in schedule.media), False])
    rows = np.flatnonzero(fibre[schedule.medium] & (schedule.a_rack != schedule.b_rack))
    racks = np.int64(floor.racks)
    key = (schedule.medium[rows] * racks + schedule.a_rack[rows]) * racks + schedule.b_rack[rows]
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]][: len(key)])
    cords = np.diff(np.r_[start, len(key)])
    count = (cords // held).astype(np.int32)
    within = np.arange(len(key)) - np.repeat(start, cords)
    bundled = within < np.repeat(count * held, cords)
    loose = np.ones(len(schedule), np.bool_)
    loose[rows[bundled]] = False
    longest = np.maximum.reduceat(schedule.length[rows], start) if len(start) else np.zeros(0, np.float32)
    first, some = rows[start], count > 0
    medium, a_rack, b_rack = schedule.medium[first][some], schedule.a_rack[first][some], schedule.b_rack[first][some]
    length = np.zeros(len(medium), np.float32)
    for index in np.unique(medium):
        there = medium == index
        length[there] = ordered_length(longest[some][there], schedule.media[index])
    ports = held * (np.bincount(a_rack, count[some], floor.racks) + np.bincount(b_rack, count[some], floor.racks))
    return Trunks(
        medium=medium,
        a_rack=a_rack,
        b_rack=b_rack,
        count=count[some],
        length=length,
        loose=loose,
        panels={int(rack): math.ceil(ports[rack] / panel) for rack in np.flatnonzero(ports)},
        held=held,
        jumper=float(math.ceil(floor.rack_units * RACK_UNIT)),
    )
