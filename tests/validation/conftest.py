"""Weather files for tests."""

import calendar
from pathlib import Path

import pytest

HEADER = """\
LOCATION,Mildham,IA,USA,TMY3,{wmo},41.50,-93.60,-6.0,290.0
DESIGN CONDITIONS,0
TYPICAL/EXTREME PERIODS,0
GROUND TEMPERATURES,0
HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0
COMMENTS 1,none
COMMENTS 2,none
DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31"""
TAIL = ",0,0,300,0,0,0,0,0,0,0,260,8.8,0,0,24.1,77777,9,999999999,40,0.0000,0,88,999.000,999.0,99.0"


@pytest.fixture
def constant_epw():
    """Write an EPW file whose hours are all alike."""

    def write(path: Path, *, dry_bulb: float, dew_point: float, wmo: str = "999999") -> None:
        hours = [
            f"2001,{month},{day},{hour},60,?9?9,{dry_bulb},{dew_point},71,97900{TAIL}"
            for month in range(1, 13)
            for day in range(1, calendar.monthrange(2001, month)[1] + 1)
            for hour in range(1, 25)
        ]
        path.write_text("\n".join([HEADER.format(wmo=wmo), *hours]) + "\n", encoding="utf-8")

    return write
