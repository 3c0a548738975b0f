"""How results are shown: tables that fit, checks with margins, validation by what was computed."""

import pytest

from gigaloop.cli import output
from gigaloop.cli.checks import margin, quantity, show_checks
from gigaloop.core.quantity import Quantity, parse
from gigaloop.design import Check, Sense, Severity

DIMENSIONS = {"degC": "temperature", "%": "fraction", "s": "duration", "kW": "power", "MW": "power"}


def stated(text: str) -> Quantity:
    return parse(text, DIMENSIONS.get(text.rpartition(" ")[2], "number"))


def check(value: str, sense: Sense, limit: str, *, ok: bool = True, share: float = 0.0, detail: str = "") -> Check:
    return Check(
        id="power.some",
        title="Power within its limit",
        value=stated(value),
        sense=sense,
        limit=stated(limit),
        margin=share,
        ok=ok,
        severity=Severity.WARNING,
        subject="generations.rack",
        path="generations.rack.power",
        source="a standard",
        evidence=(),
        way_out="a larger limit",
        detail=detail,
    )


@pytest.fixture
def shown(monkeypatch, capsys):
    def at(width: int, show) -> str:
        monkeypatch.setattr(output.out, "width", width)
        capsys.readouterr()
        show()
        return str(capsys.readouterr().out)

    return at


def wide_table() -> None:
    columns = [("name", "left"), ("first", "right"), ("second", "right"), ("third", "right")]
    output.table("Title", columns, [("a" * 20, "1" * 20, "2" * 20, "3" * 20)], optional=("second", "first"))


def test_a_table_leaves_out_what_it_may_and_says_so(shown):
    assert "2" * 20 in shown(120, wide_table)
    narrow = shown(70, wide_table)
    assert "2" * 20 not in narrow
    assert "1" * 20 in narrow
    assert "not shown for want of width: second" in narrow
    assert "1" * 20 not in shown(45, wide_table)


def test_a_table_without_headings_has_no_empty_line(shown):
    lines = shown(80, lambda: output.table("Title", [("", "left"), ("", "right")], [("a", "b")])).splitlines()
    assert [line.strip() for line in lines] == ["Title", "a  b"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (check("45 degC", Sense.AT_LEAST, "17 degC", share=1.6), "+28 K"),
        (check("-14.4 degC", Sense.AT_LEAST, "2 degC", ok=False, share=-8.2), "-16.4 K"),
        (check("50 degC", Sense.AT_MOST, "50 degC"), "+0 K"),
        (check("72", Sense.EQUAL, "72"), ""),
        (check("99.99 %", Sense.AT_LEAST, "99.999 %", ok=False, share=-0.00009), "-0.009 %"),
        (check("300 s", Sense.AT_LEAST, "0.15 s", share=1999.0), "> +999 %"),
        (check("100 kW", Sense.AT_MOST, "1 kW", ok=False, share=-99.0), "< -999 %"),
        (check("90 kW", Sense.AT_MOST, "100 kW", share=0.1), "+10 %"),
    ],
)
def test_a_margin_is_said_as_it_is_read(found, said):
    assert margin(found) == said


def test_nines_are_not_rounded_away():
    assert quantity(stated("99.99022 %")) == "99.99022 %"
    assert quantity(stated("137.04 kW")) == "137 kW"


@pytest.mark.parametrize("width", [60, 80, 140])
def test_what_fails_under_one_rule_stands_together_within_the_width(shown, width):
    failed = [
        check(f"{size} MW", Sense.AT_MOST, "1 MW", ok=False, share=1.0 - size, detail=f"transformer of {size} MVA")
        for size in (2, 3)
    ]
    text = shown(width, lambda: show_checks(failed, "generations.rack"))
    assert text.count("Power within its limit") == 1
    assert text.count("way out: a larger limit") == 1
    assert "transformer of 2 MVA" in text
    assert "transformer of 3 MVA" in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width


def test_a_mistyped_command_is_no_folder(gigaloop):
    answer = gigaloop("design", "facilty", "nowhere", "gb300")
    assert answer.code == 2
    assert "did you mean 'facility'?" in answer.err


def test_cases_not_computed_are_told_by_the_reason(gigaloop, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "id,site,operator,state,nearest_tmy3_wmo,metric,value,unit,period,conditions,kind,evidence,source\n"
        "here,Loudoun County 2,Google,VA,724030,PUE,1.08,-,2024,,measured,A,ours\n"
        "far,Dublin,Google,,,PUE,1.08,-,2024,,measured,A,ours\n"
        "farther,Eemshaven,Google,,,PUE,1.08,-,2024,,measured,A,ours\n",
        encoding="utf-8",
    )
    answer = gigaloop("validate", "facility", "--rows", rows)
    assert answer.code == 0, answer.err
    table, _, rest = answer.out.partition("Not computed")
    assert "far" not in table
    assert "far, farther" in rest
    assert "3 cases, 1 computed" in rest
    assert "error of ratios, a difference" in rest
