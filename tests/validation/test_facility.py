"""Measured facilities through the engine: figures to reach, how rows are read, what a row not computed says."""

import csv
import json
import statistics
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gigaloop.catalogue import load_catalogue
from gigaloop.cli.app import app
from gigaloop.core.errors import ProgrammeError, UsageError
from gigaloop.validation import run, validate
from gigaloop.validation.facility import CONSTANT, compute
from gigaloop.validation.measured import COLUMNS, Measured, read_measured, read_published
from gigaloop.validation.page import facility_page
from gigaloop.validation.sites import subject
from gigaloop.validation.weather import Weathers
from gigaloop.validation.years import Years, together

DATA = Path(run.__file__).parent / "data" / "facility.csv"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bundled():
    return validate("facility")


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def years(catalogue):
    return Years(Weathers(catalogue), samples=64)


def row(**cells: str) -> Measured:
    """Give a row with what is stated, and an annual PUE of 1.1 where nothing is."""
    given = {"id": "a", "site": "", "operator": "", "metric": "PUE", "value": "1.1", **cells}
    texts = {name: given.get(name, "") for name in ("id", "site", "operator", "state", "metric", "unit", "period")}
    return Measured(
        **texts,
        station=given.get("station", ""),
        published=read_published(given["value"]),
        stated=given["value"],
        conditions=given.get("conditions", ""),
        kind=given.get("kind", "measured"),
    )


def table(folder: Path, *rows: str, columns: str = ",".join(COLUMNS)) -> Path:
    path = folder / "rows.csv"
    path.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    return path


def campuses(validation):
    measured = {each.id: each for each in read_measured(DATA)}
    return [
        found
        for found in validation.rows
        if measured[found.id].operator == "Google" and measured[found.id].station and found.computed is not None
    ]


def by_id(validation, id_):
    return next(found for found in validation.rows if found.id == id_)


def width(found):
    ends = found.note.split("P10-P90 ")[1].split(";")[0].split(" to ")
    return float(ends[1]) - float(ends[0])


def test_campuses_are_met_as_well_as_by_the_best_constant_and_their_bands_hold_them(bundled):
    found = campuses(bundled)
    assert len(found) >= 13
    error = statistics.fmean(abs(each.error) for each in found)
    assert error <= 0.020
    assert sum(each.within for each in found) >= 15 / 18 * len(found)
    assert statistics.fmean(map(width, found)) <= 0.08
    constant = statistics.fmean(abs(CONSTANT - each.published) for each in found)
    assert f"{error:.4f} (a constant of {CONSTANT}: {constant:.4f})" in bundled.remarks[0]


def test_machines_on_warm_water_are_met_from_their_components(bundled):
    assert abs(by_id(bundled, "nrel-esif-pue").error) <= 0.005
    assert abs(by_id(bundled, "ornl-frontier-pue-2022").error) <= 0.01
    assert abs(by_id(bundled, "ornl-frontier-ac-dc-dc-dc-efficiency-synthetic").error) <= 0.005


def test_water_of_warm_water_with_towers_is_within_15_percent_and_the_hybrid_saves_at_least_half(bundled):
    before, after = by_id(bundled, "nrel-esif-wue-before"), by_id(bundled, "nrel-esif-wue-after")
    assert abs(before.error) <= 0.15
    assert after.computed <= 0.5 * before.computed
    assert not after.within


def test_a_closed_loop_uses_next_to_no_water_and_a_tower_some_twenty_times_as_much(bundled):
    closed = [each for each in bundled.rows if each.id.startswith("class-closed")]
    towers = [each for each in bundled.rows if each.id.startswith("class-towers")]
    assert all(each.computed < 0.05 for each in closed)
    assert all(each.computed > 1.0 for each in towers)


def test_the_pue_of_published_models_is_met_with_their_own_components(bundled):
    found = [each for each in bundled.rows if each.id.startswith("model-") and each.id.endswith("-pue")]
    assert len(found) == 12
    assert sum(each.within for each in found) >= 10


def test_every_bundled_row_states_its_source_and_has_an_id_of_its_own():
    with DATA.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(len(each["source"]) > 20 for each in rows)
    assert len({each["id"] for each in rows}) == len(rows)


def test_the_table_in_the_documentation_is_what_the_engine_computes(bundled):
    page = (ROOT / "docs" / "facility.md").read_text(encoding="utf-8")
    assert page.endswith(facility_page(bundled)), "run: python tools/write_validation.py"


def test_the_json_has_the_shape_that_is_promised_and_no_row_disappears(tmp_path):
    path = table(
        tmp_path,
        "V1,Council Bluffs 1,Google,IA,725497,PUE,1.11,-,trailing 12 months,,measured,B,x",
        "V2,Nowhere,Google,IA,,PUE,1.1,-,2025,,measured,B,x",
        "V3,Frontier,ORNL,TN,723260,IT power range,8-30,MW,2022-24,,measured,A,x",
        "V4,Somewhere,Google,IA,725497,PUE,about one,-,2025,,measured,B,x",
        "V5,Somewhere,Google,IA,725497,colour,1,-,2025,,measured,B,x",
        'V6,zone 5A (Columbus),"model: large, airside economiser",,,PUE,1.0..1.3,-,typical year,,model_reference,A,x',
    )
    result = CliRunner().invoke(app, ["validate", "facility", "--rows", str(path), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert list(found) == ["kind", "rows", "summary", "remarks"]
    keys = ["id", "quantity", "unit", "published", "computed", "error", "within", "note"]
    assert all(list(each) == keys for each in found["rows"])
    assert [each["id"] for each in found["rows"]] == ["V1", "V2", "V3", "V4", "V5", "V6"]
    first, nowhere, power, words, colour, model = found["rows"]
    assert first["error"] == pytest.approx(first["computed"] - 1.11)
    assert first["unit"] == ""
    assert "P10-P90" in first["note"]
    assert [each["computed"] for each in (nowhere, power, words, colour)] == [None] * 4
    assert "no weather station" in nowhere["note"]
    assert "an input here" in power["note"]
    assert power["published"] == 19.0
    assert words["published"] is None
    assert "'about one' is no number" in words["note"]
    assert "'colour' is not modelled" in colour["note"]
    assert model["published"] == pytest.approx(1.15)
    assert model["within"]
    assert (found["summary"]["n"], found["summary"]["computed"]) == (6, 2)


def test_the_table_for_people_ends_with_what_the_rows_amount_to(tmp_path):
    path = table(tmp_path, "V1,Council Bluffs 1,Google,IA,725497,PUE,1.11,-,trailing 12 months,,measured,B,x")
    result = CliRunner().invoke(app, ["validate", "facility", "--rows", str(path)])
    assert result.exit_code == 0, result.output
    assert "US campuses with a station: 1" in result.stdout
    assert "what makes these bands wide" in result.stdout


@pytest.mark.parametrize(
    ("columns", "line", "why", "hint"),
    [
        (",".join(COLUMNS), ",A,Google,IA,725497,PUE,1.1,-,,,,,", "the row has no id", "fill in the column"),
        (",".join(COLUMNS), "V1,A,Google,IA,725497,,1.1,-,,,,,", "the row has no metric", "fill in the column"),
        ("id,site,operator,metric,valeu", "V1,A,B,PUE,1", "there is no column 'valeu'", "value"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_the_place(tmp_path, columns, line, why, hint):
    with pytest.raises(ProgrammeError) as caught:
        validate("facility", table(tmp_path, line, columns=columns))
    first = caught.value.problems[0]
    assert why in str(first)
    assert hint in first.hint
    assert first.where is not None
    assert first.where.file == "rows.csv"


def test_an_empty_table_is_refused(tmp_path):
    with pytest.raises(ProgrammeError, match="no table of measured facilities"):
        validate("facility", table(tmp_path))


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("1.11", 1.11, None, None),
        ("14,975,435", 14975435.0, None, None),
        ("1.167..1.307", 1.237, 1.167, 1.307),
        ("8-30", 19.0, 8.0, 30.0),
        ("40 + 8", 48.0, None, None),
        ("-3", -3.0, None, None),
        ("~1.25", 1.25, None, None),
        ("1.08 - 1.12", 1.10, 1.08, 1.12),
        ("1.11 ± 0.02", 1.11, 1.09, 1.13),
        ("<0.05", 0.05, 0.0, 0.05),
    ],
)
def test_figures_are_read_as_numbers_ranges_and_sums(text, value, low, high):
    found = read_published(text)
    assert found is not None
    assert found.value == pytest.approx(value)
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("text", ["n/a", "", "-", "about one", "1,11", "1e400", "nan", ">1.1"])
def test_what_is_no_figure_is_none(text):
    assert read_published(text) is None


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("Council Bluffs 1,Google,IA,725497,PUE,,-,2025", "the row states no figure"),
        ("Council Bluffs 1,Google,IA,725497,PUE,0.9,-,2025", "cannot be"),
        ("Council Bluffs 1,Google,IA,725497,PUE,1.1,kW,2025", "a ratio in 'kW' is not known"),
        ("Council Bluffs 1,Google,IA,725497,WUE,0.3,furlongs/kWh,2025", "a WUE in 'furlongs/kWh' is not known"),
        ("Council Bluffs 1,Google,IA,725497,ERE,0.9,-,2025", "'ERE' is not modelled"),
        ("Hamina,Google,,,PUE,1.09,-,2025", "no weather station"),
        ("Springfield,Acme,TX,7226,PUE,1.3,-,2025", "no weather of station 7226"),
        (",,,,PUE,1.3,-,2025", "no weather station"),
        ("zone 8 (Fairbanks),model: midsize air-cooled chiller,,,PUE,1.4..1.9,-,typical year", "no weather station"),
        ("zone 5A,model: midsize water-cooled chiller,,,PUE,1.4..1.9,-,typical year", "no architecture for"),
        ("zone 5A,model: small direct expansion,,,PUE,1.4..1.9,-,typical year", "no architecture for"),
    ],
)
def test_a_row_that_cannot_be_computed_says_why_and_the_others_stand(tmp_path, cells, why):
    sound = "V2,Council Bluffs 1,Google,IA,725497,PUE,1.11,-,2025,,measured,B,x"
    first, second = validate("facility", table(tmp_path, f"V1,{cells},,measured,B,x", sound)).rows
    assert first.computed is None
    assert why in first.note
    assert second.computed is not None


@pytest.mark.parametrize(
    ("metric", "unit", "factor"),
    [("WUE", "m3/MWh", 1.0), ("WUE", "gal/kWh", 1 / 3.785411784), ("WUE", "l / kWh", 1.0), ("PUE", "%", 100.0)],
)
def test_a_figure_is_computed_in_the_unit_of_its_row(years, metric, unit, factor):
    plain = row(operator="NREL", site="ESIF", metric=metric, unit="L/kWh" if metric == "WUE" else "")
    same = row(operator="NREL", site="ESIF", metric=metric, unit=unit, value="200")
    assert compute(same, years).band.value == pytest.approx(factor * compute(plain, years).band.value)


def test_campuses_in_any_unit_and_at_any_station_are_summed_up(tmp_path):
    rows = (
        "V1,Council Bluffs 1,Google,IA,725460,PUE,1.11,-,2025,,measured",
        "V2,Papillion,Google,NE,725500,PUE,109,%,2025,,measured",
    )
    remarks = validate("facility", table(tmp_path, *(f"{each},B,x" for each in rows))).remarks
    assert "US campuses with a station: 2" in remarks[0]
    assert "(a constant of 1.09: 0.0100)" in remarks[0]


def test_the_peak_pue_is_that_of_the_design_day(years):
    year, peak = (
        compute(row(operator="Google", site="Papillion", station="725500", metric=metric), years).band.value
        for metric in ("PUE", "peak PUE")
    )
    assert peak > year + 0.01


def test_the_station_of_the_facility_stands_for_one_that_is_not_bundled(years):
    found = compute(row(operator="Azure", site="Illinois", station="725300"), years)
    assert "no weather of station 725300: 726400 stands for it" in found.note
    assert "hyperscale-chillers-2005" in found.note


@pytest.mark.parametrize(
    ("operator", "site", "expected"),
    [
        ("Google", "Berkeley County", "hyperscale-towers-2008"),
        ("Google", "Central Ohio", "hyperscale-towers-2020"),
        ("Google", "Columbus", "hyperscale-towers-2020"),
        ("Google", "New Albany", "hyperscale-towers-2020"),
        ("Google", "Lancaster", "hyperscale-towers-2020"),
        ("Google", "Loudoun County 1", "hyperscale-towers-2020"),
        ("Google", "Storey County", "hyperscale-air-chillers-2020"),
        ("Microsoft", "Azure Texas (San Antonio)", "hyperscale-chillers-2005"),
        ("NREL", "ESIF", "hpc-warm-water-hybrid"),
        ("NREL", "NREL ESIF HPC data center", "hpc-warm-water-hybrid"),
        ("NREL/DOE", "Energy Systems Integration Facility (Golden)", "hpc-warm-water-hybrid"),
        ("ORNL", "Frontier", "hpc-frontier"),
        ("ORNL", "OLCF Frontier", "hpc-frontier"),
    ],
)
def test_known_facilities_are_found_by_operator_and_name(catalogue, operator, site, expected):
    found = subject(catalogue, row(operator=operator, site=site))
    assert found.halls[0].architecture == expected
    assert not found.one_of


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("before August 2016", "hpc-warm-water"),
        ("after August 2016", "hpc-warm-water-hybrid"),
        ("without thermosyphon", "hpc-warm-water"),
        ("2014", "hpc-warm-water"),
        ("2019", "hpc-warm-water-hybrid"),
        ("2015", "hpc-warm-water"),
    ],
)
def test_a_facility_that_was_rebuilt_is_taken_as_it_was_then(catalogue, period, expected):
    assert subject(catalogue, row(operator="NREL", site="ESIF", period=period)).halls[0].architecture == expected


@pytest.mark.parametrize(("unit", "factor"), [("ML/yr", 1.0), ("m3/yr", 1e-3), ("Mgal/yr", 3.785411784)])
def test_the_water_of_a_year_follows_from_the_mean_power_of_the_it(years, unit, factor):
    asked = row(operator="NREL", site="ESIF", metric="cooling water use", unit=unit, value="9", period="2015")
    found = compute(asked, years).band.value
    wue = compute(row(operator="NREL", site="ESIF", metric="WUE", unit="L/kWh", period="2015"), years).band.value
    assert found * factor == pytest.approx(wue * 8.76)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"metric": "water use", "unit": "furlongs"}, "water in 'furlongs' is not known"),
        ({"metric": "water use", "unit": "ML", "site": "Papillion", "operator": "Google"}, "electricity of the same"),
        ({"metric": "PUE components: fans"}, "not one by one"),
    ],
)
def test_what_cannot_be_computed_says_why(years, cells, why):
    with pytest.raises(LookupError, match=why):
        compute(row(**{"operator": "NREL", "site": "ESIF", "station": "724666", **cells}), years)


def test_a_fleet_is_taken_as_it_was_in_the_year(catalogue, years):
    water = [
        together(subject(catalogue, row(operator="Microsoft", site="global fleet", period=period)), years).wue[0]
        for period in ("FY2021", "FY2024", "2025")
    ]
    assert water[0] > water[1] > water[2]


def test_an_unknown_site_of_a_known_operator_gets_a_wider_band_and_says_so(catalogue, years):
    unknown = subject(catalogue, row(operator="Google", site="Botetourt County", station="724030"))
    known = subject(catalogue, row(operator="Google", site="Loudoun County 2", station="724030"))
    assert unknown.one_of
    assert "not known" in unknown.note
    spread = [float(pue[1:].std()) for pue in (together(each, years).pue for each in (unknown, known))]
    assert spread[0] > spread[1]


def test_an_unknown_operator_falls_back_to_the_industry(catalogue):
    found = subject(catalogue, row(operator="Acme", site="Springfield", station="724030"))
    assert {hall.architecture for hall in found.halls} >= {"colocation-chillers", "midsize-air-chillers"}
    assert all(hall.station == "724030" for hall in found.halls)


def test_zones_of_published_models_have_stations(catalogue):
    for zone, station in (("2A (Houston)", "722430"), ("3B", "723860"), ("5A (Columbus/Youngstown)", "724280")):
        found = subject(catalogue, row(operator="model: midsize air-cooled chiller", site=f"zone {zone}"))
        assert found.halls[0].station == station
        assert found.halls[0].architecture == "reference-air-chillers"


def test_a_quarter_that_is_not_named_gets_the_band_of_all_four(tmp_path):
    path = table(
        tmp_path,
        "V1,Midlothian,Google,TX,722590,PUE,1.1,-,trailing 12 months,,measured,B,x",
        "V2,Midlothian,Google,TX,722590,PUE,1.08,-,latest quarter on page,,measured,B,x",
    )
    year, quarter = validate("facility", path).rows
    assert quarter.computed == year.computed
    assert width(quarter) > width(year)
    assert "which quarter is not said" in quarter.note


def test_weather_of_ones_own_comes_first(tmp_path, constant_epw):
    folder = tmp_path / "weather"
    folder.mkdir()
    constant_epw(folder / "mild_725460.epw", dry_bulb=10.0, dew_point=5.0)
    path = table(tmp_path, "V1,Azure Iowa,Microsoft,IA,725460,PUE,1.16,-,FY2025,,measured,B,x")
    without = validate("facility", path).rows[0]
    assert "no weather of station 725460: 725500 stands for it" in without.note
    found = validate("facility", path, folder).rows[0]
    assert "725500" not in found.note
    assert found.computed is not None
    assert 1.0 < found.computed < 1.3
    assert found.computed != without.computed


def test_the_number_of_a_station_is_also_found_in_the_first_line(tmp_path, catalogue, constant_epw):
    constant_epw(tmp_path / "mild.epw", dry_bulb=10.0, dew_point=5.0, wmo="725460")
    weathers = Weathers(catalogue, tmp_path)
    assert list(weathers.files) == ["725460"]
    own, bundled = weathers.get("725460"), weathers.get("722590")
    assert own is not None
    assert bundled is not None
    assert own.dry_bulb.mean() == pytest.approx(283.15)
    assert bundled.station == "722590"
    assert weathers.get("999999") is None


def test_a_folder_without_weather_is_refused(tmp_path, catalogue):
    with pytest.raises(UsageError, match="no EPW file"):
        Weathers(catalogue, tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        Weathers(catalogue, tmp_path / "nowhere")


def test_only_facilities_take_weather(tmp_path):
    with pytest.raises(UsageError, match="take no weather"):
        validate("plan", None, tmp_path)
