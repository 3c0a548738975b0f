"""Reading stages and arcs: both sets of columns, and every wrong cell with its place."""

from pathlib import Path

import pytest

from gigaloop.core.errors import ProgrammeError
from gigaloop.plan.safety import Arc, read_network

STAGES = """stage,time,cost,max_service_time,demand_mean,demand_std,service_level
part,8,30,,,,
rack,3,70,0,20,5,0.95
"""
ARCS = "source,target,quantity\npart,rack,2\n"


def write(folder: Path, stages: str = STAGES, arcs: str = ARCS) -> tuple[Path, Path]:
    (folder / "stages.csv").write_text(stages)
    (folder / "arcs.csv").write_text(arcs)
    return folder / "stages.csv", folder / "arcs.csv"


def problems(folder: Path, **files: str) -> list[str]:
    with pytest.raises(ProgrammeError) as error:
        read_network(*write(folder, **files))
    return [str(problem).splitlines()[0] for problem in error.value.problems]


def test_our_columns_are_read(tmp_path):
    network = read_network(*write(tmp_path))
    assert [stage.id for stage in network.stages] == ["part", "rack"]
    assert network.arcs == (Arc("part", "rack", 2.0),)
    assert network.stages[1].z == pytest.approx(1.6448536269514722)
    assert not network.stages[0].has_demand


def test_the_columns_of_willems_are_read_with_nameless_columns_at_the_end(tmp_path):
    stages = (
        "Stage Name,stageCost,relDepth,stageClassification,avgDemand,stdDevDemand,maxServiceTime,serviceLevel,"
        "stageTime,stdDev stageTime,stageTime_1,stageTime_%_1,xPosition,yPosition,,\n"
        "Part_1,3.5,1,Part,,,,,2.4,0.5,2,0.6,10,20,,\n"
        "Retail_1,1,0,Retail,7,2,4,0.9,1,,,,10,20,,\n"
    )
    network = read_network(*write(tmp_path, stages, "sourceStage,destinationStage\nPart_1,Retail_1\n"))
    assert network.stages[0].time == 2.4
    assert network.stages[1].max_service == 4
    assert network.arcs == (Arc("Part_1", "Retail_1"),)


def test_every_wrong_cell_is_named_at_once(tmp_path):
    stages = (
        "stage,time,cost,max_service_time,demand_mean,demand_std,service_level\n"
        "a,-2,30,,,,\n"
        "b,,1,,,,\n"
        "c,x,1,0,20,5,1.5\n"
        "a,1,1,0,20,,0.95\n"
    )
    found = problems(tmp_path, stages=stages, arcs="source,target\na,c\nb,d\na,c\n")
    assert found == [
        "arcs.csv:3:3: b -> d: there is no stage 'd'",
        "arcs.csv:4:1: a -> c: the arc is given twice",
        "stages.csv:2:3: a: the processing time of stage 'a' is -2",
        "stages.csv:3:1: the cell 'time' is empty",
        "stages.csv:4:3: 'x' is no number",
        "stages.csv:4:14: the service level is 1.5",
        "stages.csv:5:1: a: stage 'a' is given twice",
        "stages.csv:5:1: a: stage 'a' has demand but no standard deviation",
    ]


def test_cycles_are_named_with_the_row_of_an_arc(tmp_path):
    stages = STAGES + "tray,1,1,,,,\nboard,1,1,,,,\n"
    found = problems(tmp_path, stages=stages, arcs="source,target\nboard,tray\ntray,board\ntray,rack\npart,rack\n")
    assert found == ["arcs.csv:2:1: tray: the stages feed each other: tray -> board -> tray"]


def test_a_stage_that_feeds_itself_is_a_cycle(tmp_path):
    assert problems(tmp_path, arcs=ARCS + "part,part,1\n") == [
        "arcs.csv:3:1: part: the stages feed each other: part -> part"
    ]


def test_an_end_without_demand_is_named(tmp_path):
    found = problems(tmp_path, stages=STAGES.replace("rack,3,70,0,20,5,0.95", "rack,3,70,0,,,"))
    assert found == ["stages.csv:3:1: rack: stage 'rack' delivers to no stage and has no demand"]


def test_demand_without_a_longest_service_time_is_named(tmp_path):
    found = problems(tmp_path, stages=STAGES.replace("rack,3,70,0,", "rack,3,70,,"))
    assert found == ["stages.csv:3:1: rack: stage 'rack' has demand but no longest service time"]


def test_a_coverage_without_demand_is_named(tmp_path):
    found = problems(tmp_path, stages=STAGES.replace("part,8,30,,,,", "part,8,30,,,,0.9"))
    assert found == ["stages.csv:2:14: part: stage 'part' has a coverage but no demand"]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        (STAGES.replace("max_service_time", "max_servce_time"), "there is no column 'max_servce_time'"),
        (STAGES.replace("cost", "demand_men"), "there is no column 'cost' or 'stageCost'"),
        (STAGES.replace(",", ";"), "the columns are separated by ';'"),
        ("stage,time,cost\n", "the table has no row"),
        ("", "the file is empty"),
        (STAGES.replace("service_level", "service_level,z").replace("0.95", "0.95,1.6").replace("30,,,,", "30,,,,,"),
         "the row gives a service level and a number of deviations"),
        (STAGES.replace("0.95", "nan"), "'nan' is no number"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(tmp_path, stages, expected):
    assert any(expected in line for line in problems(tmp_path, stages=stages))


def test_a_file_that_is_not_there_is_said(tmp_path):
    stages, arcs = write(tmp_path)
    arcs.unlink()
    with pytest.raises(ProgrammeError, match="there is no such file"):
        read_network(stages, arcs)
