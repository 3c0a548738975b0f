"""The bundled stations, the weather of a site, and the hours in which a plant needs no chiller."""

import gzip
import shutil

import numpy as np
import pytest
from tests.design.climate.test_epw import FULL, HEADER

from gigaloop.catalogue import load_catalogue
from gigaloop.core.errors import CatalogueError, ProgrammeError
from gigaloop.design.climate import near_stations, read_epw, site_weather, standard_pressure, station_weather, warmed
from gigaloop.programme import apply_patches, load_programme, new_programme
from gigaloop.programme.schema import Patch

ZERO = 273.15
FILE = "\n".join([*HEADER.format(leap="No", periods=1, records=1).split("\n"), *FULL, ""])


@pytest.fixture(scope="module")
def stations():
    return load_catalogue().of_kind("climate_station")


@pytest.fixture(scope="module")
def starter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "mine"
    new_programme(folder)
    (folder / "own.epw").write_text(FILE)
    return folder


def test_every_station_has_a_whole_year_of_bins_that_its_facts_summarise(catalogue, stations):
    assert len(stations) == 23
    for station in stations:
        weather = station_weather(catalogue, station.id)
        assert weather.grain == "bins"
        assert weather.hours.sum() == 8760
        assert len(weather) == station.bins
        assert set(weather.month) == set(range(1, 13))
        assert np.all(weather.wet_bulb <= weather.dry_bulb + 0.01)
        assert weather.mean(weather.dry_bulb) == pytest.approx(float(station.dry_bulb_mean), abs=0.06)
        assert weather.mean(weather.wet_bulb) == pytest.approx(float(station.wet_bulb_mean), abs=0.06)
        assert weather.mean(weather.pressure) == pytest.approx(float(station.pressure), abs=10.0)
        assert weather.mean(weather.pressure) == pytest.approx(float(standard_pressure(station.elevation)), rel=0.015)
        for name, states in (("dry_bulb", weather.dry_bulb), ("wet_bulb", weather.wet_bulb)):
            top, high, mean = (float(getattr(station, f"{name}_{what}")) for what in ("max", "high", "mean"))
            assert mean < high < top
            # a bin of 2 K hides at most 2 K of the extreme
            assert states.max() - 0.06 <= top <= states.max() + 2.0
            assert weather.hours[states > high + 2.0].sum() <= 0.004 * 8760 <= weather.hours[states > high - 2.0].sum()
            assert getattr(weather, f"{name}_max") == top


def test_typical_years_say_which_years_they_are_of(catalogue, stations):
    for station in stations:
        first, last = map(int, station.period.split("-"))
        years = [int(year) for year in station.months_of.split()]
        assert len(years) == 12
        assert first <= min(years) <= max(years) <= last
        assert station_weather(catalogue, station.id).period == f"typical months of {station.period}"
    assert station_weather(catalogue, "722660").period.endswith("1976-2005")


def test_published_extremes_of_a_station_are_met(catalogue):
    # TMY3 of Abilene and Milwaukee: highest dry bulb of the year in their files
    assert float(catalogue.climate_station("722660").dry_bulb_max) == pytest.approx(41.1 + ZERO)
    assert float(catalogue.climate_station("726400").dry_bulb_max) == pytest.approx(36.7 + ZERO)


# Share of the hours [%] whose dry bulb is at most 33 degC and at most 18 degC (coolant of 45 and of 30 degC, approaches
# of 4 K in the distribution units and 8 K in the dry coolers), counted from the 8,760 hours of the same TMY3 files
WITHOUT_CHILLER = [
    ("726400", 99.9, 76.6),
    ("724280", 100.0, 68.9),
    ("725250", 100.0, 75.1),
    ("724380", 99.6, 66.0),
    ("724030", 99.2, 63.8),
    ("722660", 95.5, 47.6),
    ("722590", 94.4, 43.4),
    ("722560", 93.7, 42.8),
    ("722430", 96.4, 35.1),
]


@pytest.mark.parametrize(("wmo", "warm", "cool"), WITHOUT_CHILLER)
def test_warm_coolant_spares_the_chiller_nearly_always_and_cool_coolant_does_not(catalogue, wmo, warm, cool):
    weather = station_weather(catalogue, wmo)
    for coolant, hours in ((45.0, warm), (30.0, cool)):
        reached = weather.dry_bulb <= coolant - 4.0 - 8.0 + ZERO
        # 33 degC lies inside a bin, so that bins differ by up to 1.5 points; 18 degC is the edge of one
        difference = 100 * weather.hours[reached].sum() / 8760 - hours
        assert abs(difference) <= (1.6 if coolant == 45.0 else 0.25)
    assert 93.0 <= warm <= 100.0
    assert 35.0 <= cool <= 77.0


def test_an_unknown_station_is_refused_with_what_is_like_it(catalogue):
    with pytest.raises(CatalogueError, match="no climate station '722661'"):
        station_weather(catalogue, "722661")


def test_the_nearest_stations_come_first(catalogue):
    near = near_stations(catalogue, 32.9, -97.04)
    assert [station.id for station, _ in near[:2]] == ["722590", "722560"]
    assert near[0][1] < 5e3
    # Dallas-Fort Worth to Waco airports, 144 km on the map
    assert near[1][1] == pytest.approx(143e3, rel=0.03)


def test_bins_that_are_not_those_of_the_entry_are_refused(catalogue):
    station = catalogue.climate_station("722660")
    with pytest.raises(CatalogueError, match="not those that its entry was made with"):
        station.model_copy(update={"digest": "0" * 64}).read_bins()
    with pytest.raises(CatalogueError, match="no bins of the climate station 'elsewhere'"):
        station.model_copy(update={"id": "elsewhere"}).read_bins()


def test_a_site_of_a_station_gets_its_bins(starter, catalogue):
    site = "sites." + load_programme(starter, catalogue).sites[0].id
    programme = apply_patches(load_programme(starter, catalogue), [Patch(path=f"{site}.climate_station", set="724280")])
    weather = site_weather(programme, programme.sites[0], catalogue)
    assert (weather.station, weather.grain, weather.warming) == ("724280", "bins", 0.0)


def test_a_file_of_ones_own_comes_first_and_is_warmed(starter, catalogue):
    site = "sites." + load_programme(starter, catalogue).sites[0].id
    patches = [
        Patch(path=f"{site}.climate_station", set="724280"),
        Patch(path=f"{site}.facility.weather_file", set="own.epw"),
        Patch(path=f"{site}.facility.warming", set="1.5 K"),
    ]
    programme = apply_patches(load_programme(starter, catalogue), patches)
    weather = site_weather(programme, programme.sites[0], catalogue)
    assert (weather.station, weather.grain, weather.warming, weather.source) == ("724999", "hours", 1.5, "own.epw")
    expected = warmed(read_epw(starter / "own.epw"), 1.5)
    np.testing.assert_array_equal(weather.wet_bulb, expected.wet_bulb)


def test_a_site_without_station_or_file_is_told_the_near_stations(starter, catalogue):
    programme = load_programme(starter, catalogue)
    with pytest.raises(ProgrammeError) as caught:
        site_weather(programme, programme.sites[0].model_copy(update={"climate_station": ""}), catalogue)
    (problem,) = caught.value.problems
    assert "is not known" in problem.why
    assert "km" in problem.hint
    assert "facility.weather_file" in problem.hint
    with pytest.raises(ProgrammeError) as caught:
        site_weather(programme, programme.sites[0].model_copy(update={"climate_station": "72428"}), catalogue)
    assert "'724280'" in caught.value.problems[0].hint


@pytest.fixture
def changed(starter, tmp_path):
    """Give a maker of the starter with a line put after the first site's ``iso``."""

    def make(line):
        folder = tmp_path / "changed"
        shutil.copytree(starter, folder)
        path = folder / "sites.yaml"
        lines = path.read_text().splitlines()
        at = next(number for number, text in enumerate(lines) if text.strip().startswith("iso:"))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        rest = [text for text in lines[at + 1 :] if not text.strip().startswith("climate_station:")]
        path.write_text("\n".join([*lines[: at + 1], indent + line, *rest, ""]))
        return folder

    return make


@pytest.mark.parametrize(
    ("line", "words", "hint"),
    [
        ("climate_station: '724281'", "the catalogue has no climate station '724281'", "did you mean '724280'"),
        ("climate_station: tokyo", "the catalogue has no climate station 'tokyo'", "facility.weather_file"),
        ("facility: {weather_file: none.epw}", "there is no file 'none.epw'", "programme's folder"),
        ("facility: {weather_file: ../x.epw}", "'../x.epw' is outside the programme's folder", "copy the file"),
    ],
)
def test_a_programme_with_unknown_weather_is_refused_when_it_is_loaded(changed, catalogue, line, words, hint):
    with pytest.raises(ProgrammeError) as caught:
        load_programme(changed(line), catalogue)
    (problem,) = caught.value.problems
    assert words in problem.why
    assert hint in problem.hint
    file, line, _ = str(problem.where).rsplit(":", 2)
    assert file.endswith("sites.yaml")
    assert int(line) > 1


def test_a_file_that_is_wrong_is_told_by_the_name_and_line_of_the_file(changed, catalogue):
    folder = changed("facility: {weather_file: weather/own.epw.gz}")
    (folder / "weather").mkdir()
    (folder / "weather" / "own.epw.gz").write_bytes(gzip.compress("\n".join(FILE.split("\n")[:-2]).encode()))
    programme = load_programme(folder, catalogue)
    with pytest.raises(ProgrammeError) as caught:
        site_weather(programme, programme.sites[0], catalogue)
    (problem,) = caught.value.problems
    assert "weather/own.epw.gz:87" in str(problem.where)
    assert "8,759 hours" in problem.why
