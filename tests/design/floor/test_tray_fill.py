"""What lies in the trays: every cord along the whole of its way, by area and mass."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gigaloop.design.floor import tray_fill
from gigaloop.design.floor.route import Routes
from gigaloop.design.records.cables import CableSchedule, Medium
from gigaloop.programme.schema.floor import Tray

TRAY = Tray()


def medium(diameter, density):
    return Medium(
        id="m", name="m", kind="active optical", link_rate=4e11, node=None, rate=4e11, links=1, cords=1, cord="",
        fibres=0, reach=1e3, standard_reach=None, stock=np.array([1e3]), power=None, diameter=diameter,
        density=density, price=None, price_per_metre=None, failure_rate=None,
    )  # fmt: skip


THIN, THICK = medium(3e-3, 9e-3), medium(9.43e-3, 45e-3)


def schedule(floor, count, seed=0, links=1, unreached=False):
    draw = np.random.default_rng(seed)
    cords = count // links
    racks = draw.integers(0, floor.racks, (2, cords)).repeat(links, axis=1).astype(np.int32)
    units = draw.integers(1, 40, (2, cords)).repeat(links, axis=1).astype(np.int32)
    medium = draw.integers(-1 if unreached else 0, 2, cords).repeat(links)
    zero, number = np.zeros(count, dtype=np.int32), np.arange(count, dtype=np.int32)
    return CableSchedule(
        layers=(("scale-out", 0, "leaf-spine"),),
        ends=(("leaf", "spine"),),
        media=(THIN, THICK),
        layer=zero.astype(np.int16),
        cable=draw.permutation(cords).astype(np.int32).repeat(links),
        a=number,
        a_port=zero,
        b=number,
        b_port=zero,
        a_rack=racks[0],
        a_unit=units[0],
        b_rack=racks[1],
        b_unit=units[1],
        length=zero.astype(np.float32),
        stock=zero.astype(np.float32),
        medium=medium.astype(np.int8),
    )


@pytest.fixture(
    scope="module",
    params=[
        {},
        {"storeys": 2},
        {"leafs": "own rows", "storeys": 3},
        {"halls": ({"positions": 200}, {"positions": 99})},
    ],
    ids=["one storey", "two storeys", "three storeys", "two halls"],
)
def floor(request, stand, h100):
    return stand(h100(296), **request.param)


def test_metres_of_cord_in_all_segments_are_those_of_all_ways(floor):
    cables = schedule(floor, 4000)
    filled = tray_fill(floor, cables, TRAY)
    apart = ~Routes(floor).near(cables.a_rack, cables.b_rack)
    a, b = cables.a_rack[apart], cables.b_rack[apart]
    level = Routes(floor).run(a, b) - np.abs(floor.storey[a] - floor.storey[b]) * floor.storey_height
    long = np.hypot(filled.x1 - filled.x0, filled.y1 - filled.y0)
    assert (long > 0.0).all()
    assert (long * filled.cords).sum() == pytest.approx(level.sum(), rel=1e-5)
    area = np.array([math.pi / 4.0 * each.diameter**2 for each in (THIN, THICK)])[cables.medium[apart]]
    section = 3 * 0.6 * 0.1
    assert (long * filled.fill).sum() * section == pytest.approx((level * area).sum(), rel=1e-5)
    density = np.array([9e-3, 45e-3])[cables.medium[apart]]
    assert (long * filled.load).sum() == pytest.approx((level * density).sum(), rel=1e-5)
    assert filled.fill_limit == 0.5
    assert filled.load_limit == pytest.approx(3 * 74.4)


def test_links_of_one_cord_count_once_and_those_without_a_medium_not(floor):
    double = tray_fill(floor, schedule(floor, 4000, links=2), TRAY)
    single = schedule(floor, 4000, links=2)
    rows = slice(None, None, 2)
    once = CableSchedule(
        single.layers, single.ends, single.media,
        *(getattr(single, name)[rows] for name in (
            "layer", "cable", "a", "a_port", "b", "b_port", "a_rack", "a_unit", "b_rack", "b_unit", "length", "stock",
            "medium")),
    )  # fmt: skip
    assert (double.cords == tray_fill(floor, once, TRAY).cords).all()
    some = schedule(floor, 4000, unreached=True)
    assert (some.medium < 0).any()
    assert tray_fill(floor, some, TRAY).cords.sum() < tray_fill(floor, schedule(floor, 4000), TRAY).cords.sum()


def test_one_cable_along_its_row_fills_the_segments_between(floor):
    row = np.flatnonzero(floor.row == floor.row[0])
    row = row[np.argsort(floor.position[row])].astype(np.int32)
    cable = schedule(floor, 1)
    unit, thick = np.array([40]), np.array([1])
    cable = replace(cable, a_rack=row[1:2], b_rack=row[5:6], a_unit=unit, b_unit=unit, medium=thick)
    filled = tray_fill(floor, cable, TRAY)
    lying = np.flatnonzero(filled.cords)
    assert len(lying) == 4
    assert filled.y0[lying] == pytest.approx(floor.y[row[0]], abs=1e-3)
    assert (filled.y0 == filled.y1)[lying].all()
    assert filled.x0[lying].min() == pytest.approx(floor.x[row[1]], abs=1e-3)
    assert filled.x1[lying].max() == pytest.approx(floor.x[row[5]], abs=1e-3)
    assert filled.load[lying] == pytest.approx(45e-3)


def test_segments_above_a_limit_are_listed(floor):
    cables = schedule(floor, 2000)
    wide = Tray.model_validate({"width": "1200 mm", "depth": "200 mm"})
    assert len(tray_fill(floor, cables, wide).overfull) == 0
    narrow = Tray.model_validate({"width": "50 mm", "depth": "50 mm"})
    filled = tray_fill(floor, cables, narrow)
    assert 0 < len(filled.overfull) < len(filled.fill)
    assert (filled.fill[filled.overfull] > 0.5).all()
    weak = tray_fill(floor, cables, Tray.model_validate({"load": "1 kg/m"}))
    assert (weak.load[weak.overfull] > 1.0).all()
    assert len(weak.overfull)


def test_trays_are_empty_where_no_medium_serves_the_links(floor):
    none = schedule(floor, 400)
    none = replace(none, media=(), medium=np.full(400, -1, np.int8))
    filled = tray_fill(floor, none, TRAY)
    assert len(filled.cords) == len(tray_fill(floor, schedule(floor, 0), TRAY).cords)
    assert (filled.cords.sum(), filled.fill.max(), filled.load.max()) == (0, 0.0, 0.0)


def test_a_floor_without_cables_has_empty_trays(floor):
    filled = tray_fill(floor, schedule(floor, 0), TRAY)
    assert filled.cords.sum() == 0
    assert len(filled.cords) > 0
