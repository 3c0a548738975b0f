"""Places fall on the map where others put them."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from gigaloop.report.usmap import HEIGHT, WIDTH, project, project_near

# Published by d3-geo in its own test suite: test/projection/albersUsa-test.js (d3-geo 3.1, ISC licence).
D3 = [
    ("San Francisco", -122.4194, 37.7750, 107.4, 214.1),
    ("New York", -74.0059, 40.7128, 794.6, 176.5),
    ("Tulsa", -95.9928, 36.1540, 488.8, 298.0),
    ("Anchorage", -149.9003, 61.2181, 171.2, 446.9),
    ("Honolulu", -157.8583, 21.3069, 298.5, 451.0),
]


@pytest.mark.parametrize(("lon", "lat", "x", "y"), [row[1:] for row in D3], ids=[row[0] for row in D3])
def test_projection_agrees_with_d3(lon, lat, x, y):
    assert project(lon, lat, scale=1070, translate=(480, 250)) == pytest.approx((x, y), abs=0.06)


def test_places_outside_the_states_are_not_projected():
    assert project(2.3522, 48.8566) is None  # Paris, as in d3-geo's tests


def ring_area(ring: list[list[float]]) -> float:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def inside(point: tuple[float, float], ring: list[list[float]]) -> bool:
    x, y = point
    crossings = 0
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            crossings += 1
    return crossings % 2 == 1


@pytest.mark.parametrize(
    ("state", "lon", "lat"),
    [
        ("Texas", -95.37, 29.76),
        ("Texas", -99.73, 32.45),
        ("Ohio", -83.0, 39.96),
        ("Wisconsin", -88.2, 43.0),
        ("Virginia", -77.47, 38.75),
        ("Indiana", -86.16, 39.77),
        ("New Mexico", -106.65, 32.4),
        ("Alaska", -149.9, 61.3),
    ],
)
def test_cities_fall_inside_their_state_on_the_bundled_map(state, lon, lat):
    states = json.loads(files("gigaloop.report").joinpath("assets", "us-states.json").read_text("utf-8"))["features"]
    shape = next(each for each in states if each["properties"]["name"] == state)
    place = project(lon, lat)
    assert place is not None
    x, y = place
    outer = [polygon[0] for polygon in shape["geometry"]["coordinates"]]
    assert any(inside((x, HEIGHT - y), ring) for ring in outer)


def test_the_bundled_map_holds_every_state_and_stays_small():
    asset = files("gigaloop.report").joinpath("assets", "us-states.json").read_bytes()
    shapes = json.loads(asset)["features"]
    assert len(shapes) == 51
    assert all(sum(abs(ring_area(p[0])) for p in s["geometry"]["coordinates"]) > 0 for s in shapes)
    assert len(asset) <= 60_000


def test_near_abroad_is_drawn_at_the_edge_and_overseas_is_not_placed():
    guadalajara = project_near(-103.35, 20.67)
    assert guadalajara is not None
    assert 400 <= guadalajara[0] <= WIDTH
    assert guadalajara[1] == pytest.approx(HEIGHT - 12)
    assert project_near(121.0, 24.8) is None
    assert project_near(-95.37, 29.76) == project(-95.37, 29.76)
