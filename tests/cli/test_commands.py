"""Every command end to end, for people and for machines."""

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.cli.spoiling import edit

from gigaloop.study import chain
from gigaloop.study.cache import Cache


@pytest.fixture
def ran(starter, gigaloop):
    answer = gigaloop("run", starter, "--json")
    assert answer.code == 0, answer.err
    return answer.json


def test_run_prints_one_object_with_all_that_was_promised(ran, starter):
    assert set(ran) >= {"programme", "key", "stages", "designs", "plan", "value", "watch", "report"}
    assert [stage["name"] for stage in ran["stages"]] == [
        "load",
        "workload",
        "design",
        "network",
        "facility",
        "plan",
        "value",
        "watch",
        "report",
    ]
    assert all(isinstance(stage["cached"], bool) and stage["seconds"] >= 0 for stage in ran["stages"])
    assert set(ran["designs"]) == {"gb300-nvl72", "vr200-nvl72"}
    for made in ran["designs"].values():
        assert all({"title", "margin", "ok"} <= set(check) for check in made["checks"])
    plan = ran["plan"]
    assert len(plan["online"]["quarters"]) == len(plan["online"]["facility_power_w"]) == 8
    assert len(plan["online"]["scalable_units"]) == 8
    assert plan["stranded_rack_weeks"] == {} or min(plan["stranded_rack_weeks"].values()) > 0.0
    assert plan["online"]["racks"][-1] > 0
    assert all(late["sentence"] and late["reasons"] for late in plan["late"])
    assert all(binding["sentence"] for binding in plan["binding"])
    assert sum(plan["costs_usd"].values()) == pytest.approx(plan["objective_usd"], rel=1e-6)
    assert Path(ran["report"]).is_file()
    assert Path(ran["report"]).is_relative_to(starter)


def test_a_second_run_keeps_every_stage_and_says_the_same(ran, starter, gigaloop, monkeypatch):
    monkeypatch.setattr(chain, "_MEMORY", Cache())
    again = gigaloop("run", starter, "--json").json
    assert all(stage["cached"] for stage in again["stages"] if stage["name"] not in {"load", "report"})
    for part in ("key", "designs", "plan", "value", "watch"):
        assert again[part] == ran[part]


def test_a_change_runs_anew_only_what_it_touches(ran, starter, gigaloop):
    edit(starter / "programme.yaml", "name: My programme", "name: Another name")
    again = gigaloop("run", starter, "--json").json
    assert again["key"] != ran["key"]
    assert {stage["name"] for stage in again["stages"] if stage["cached"]} >= {"design", "plan", "value"}
    edit(starter / "programme.yaml", "late_cost: 5000", "late_cost: 5001")
    third = gigaloop("run", starter, "--json").json
    assert not next(stage for stage in third["stages"] if stage["name"] == "plan")["cached"]


def test_the_summary_answers_what_people_ask_first(starter, gigaloop):
    answer = gigaloop("run", starter)
    assert answer.code == 0, answer.err
    for said in ("Online against asked", "What binds", "How firm", "BUSD per GW", "First units", "Report", "GW"):
        assert said in answer.out
    for stage in ("load", "design", "plan", "value", "watch", "report"):
        assert f"{stage}" in answer.err


def test_a_scenario_is_planned_beside_the_programme(ran, starter, gigaloop):
    slipped = gigaloop("run", starter, "--scenario", "substation-late", "--json").json
    assert slipped["scenario"] == "substation-late"
    assert slipped["key"] != ran["key"]
    online = [np.sum(each["plan"]["online"]["facility_power_w"]) for each in (ran, slipped)]
    assert online[1] < online[0]
    assert slipped["plan"]["objective_usd"] > ran["plan"]["objective_usd"]


def test_check_counts_what_there_is(starter, gigaloop):
    assert gigaloop("check", starter, "--json").json["counts"]["generations"] == 2
    assert "no problem found" in gigaloop("check", starter).out


def test_design_shows_the_card_and_every_check(starter, gigaloop):
    data = gigaloop("design", starter, "gb300-nvl72", "--json").json["designs"]["gb300-nvl72"]
    assert 120e3 < data["power_w"]["design"] < 145e3
    text = gigaloop("design", starter, "gb300-nvl72").out
    for check in data["checks"][:5]:
        assert check["title"].split()[0] in text
    assert gigaloop("design", starter, "gb300").code == 2


def test_plan_and_value_answer_in_both_forms(starter, gigaloop):
    assert gigaloop("plan", starter, "--json").json["plan"]["status"] == "optimal"
    assert "objective" in gigaloop("plan", starter).out
    value = gigaloop("value", starter, "--json").json["value"]
    bases = {each["basis"]: each for each in value["usd_per_gw"]}
    assert bases["facility"]["capital_usd"] == pytest.approx(np.sum(value["capital_usd"]), rel=1e-9)
    assert bases["IT"]["power_w"] < bases["facility"]["power_w"]
    assert "BUSD per GW" in gigaloop("value", starter).out


def test_the_word_programme_may_be_left_out(starter, gigaloop):
    said, left_out = gigaloop("plan", "programme", starter, "--json"), gigaloop("plan", starter, "--json")
    assert said.json["plan"] == left_out.json["plan"]


def test_plan_check_finds_nothing_in_a_sound_plan(starter, gigaloop):
    assert gigaloop("plan", "check", starter, "--json").json["broken"] == []
    assert "the plan holds" in gigaloop("plan", "check", starter).out


def test_safety_stock_is_placed_from_two_tables(tmp_path, gigaloop):
    stages = "stage,time,cost,max_service_time,demand_mean,demand_std,z\na,4,10,,,,\nb,1,5,0,100,10,2\n"
    (tmp_path / "stages.csv").write_text(stages)
    (tmp_path / "arcs.csv").write_text("source,target\na,b\n")
    words = ("plan", "safety-stock", "--stages", tmp_path / "stages.csv", "--arcs", tmp_path / "arcs.csv")
    placed = gigaloop(*words, "--json").json
    # All at the downstream stage (value 15): 15 x 2 x 10 x sqrt(5); split: 10 x 20 x sqrt(4) + 15 x 20 x sqrt(1).
    assert placed["cost"] == pytest.approx(min(300 * 5**0.5, 400 + 300))
    assert "proven optimal" in gigaloop(*words).out
    (tmp_path / "arcs.csv").write_text("source,target\na,c\n")
    assert gigaloop(*words).code == 1


def test_diff_speaks_in_the_user_s_units(starter, pristine, gigaloop):
    edit(starter / "programme.yaml", "rack_life: 5 years", "rack_life: 6 years")
    (change,) = gigaloop("diff", pristine, starter, "--json").json["changes"]
    assert (change["path"], change["before"], change["after"]) == ("policy.rack_life", "5 years", "6 years")
    assert "6 years" in gigaloop("diff", pristine, starter).out
    assert gigaloop("diff", pristine, pristine).out.strip() == "no difference"


def test_schema_is_a_json_schema_and_lists_the_units(gigaloop):
    schema = gigaloop("schema").json
    assert schema["$schema"].startswith("https://json-schema.org/")
    units = gigaloop("schema", "--units", "--json").json
    assert "kW" in str(units)


def test_evidence_says_where_a_number_comes_from(starter, gigaloop):
    (row,) = gigaloop("evidence", starter, "policy.rack_life", "--json").json["numbers"]
    assert row["value"] == "5 years"
    assert row["evidence"]["kind"] == "assumption"
    assert "programme.yaml:" in row["evidence"]["place"]
    rows = gigaloop("evidence", starter, "--kind", "datasheet", "--json").json["numbers"]
    assert rows
    assert all(each["evidence"]["source"] for each in rows)
    assert gigaloop("evidence", starter, "sites.nowhere").code == 2


def test_catalogue_lists_and_shows(gigaloop):
    entries = gigaloop("catalogue", "list", "accelerator", "--json").json["entries"]
    assert "gb300" in {entry["id"] for entry in entries}
    facts = gigaloop("catalogue", "show", "gb300", "--json").json["facts"]
    assert all(fact["evidence"] is None or fact["evidence"]["source"] for fact in facts)
    assert "1400 W" in gigaloop("catalogue", "show", "gb300").out


def test_the_store_lists_shows_and_answers_sql(ran, starter, gigaloop):
    (run,) = gigaloop("store", "list", starter, "--json").json["runs"]
    assert run["key"] == ran["key"]
    shown = gigaloop("store", "show", starter, ran["key"][:8], "--json").json
    assert "online" in shown["tables"]
    answer = gigaloop("store", "sql", starter, "select count(*) from checks", "--json").json
    assert answer["rows"][0][0] == sum(len(design["checks"]) for design in ran["designs"].values())
    for wrong in ("select * from nothing", "", "copy checks to 'stolen.csv'", "select * from read_csv('/etc/passwd')"):
        failed = gigaloop("store", "sql", starter, wrong)
        assert failed.code == 2, wrong
        assert "Traceback" not in failed.err


def test_new_copies_a_bundled_programme_that_passes_its_check(tmp_path, gigaloop):
    assert gigaloop("new", tmp_path / "copy", "--from", "us-buildout").code == 0
    assert gigaloop("check", tmp_path / "copy").code == 0


def test_a_folder_that_cannot_be_written_still_gives_results(starter, tmp_path, gigaloop, monkeypatch):
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: False if mode == os.W_OK else real(path, mode))
    monkeypatch.setenv("GIGALOOP_CACHE", str(tmp_path / "elsewhere"))
    answer = gigaloop("run", starter, "--json")
    assert answer.code == 0, answer.err
    assert Path(answer.json["report"]).is_relative_to(tmp_path / "elsewhere")
    assert not (starter / ".gigaloop").exists()


def test_a_full_disk_ends_with_a_clear_error_and_keeps_earlier_results(ran, starter, gigaloop, monkeypatch):
    edit(starter / "programme.yaml", "late_cost: 5000", "late_cost: 5001")

    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    answer = gigaloop("run", starter)
    assert answer.code == 1
    assert "No space left on device" in answer.err
    assert "--out" in answer.err
    assert "Online against asked" in answer.out
    monkeypatch.undo()
    assert gigaloop("store", "list", starter, "--json").json["runs"][0]["key"] == ran["key"]


def _run(folder):
    subprocess.run([sys.executable, "-m", "gigaloop", "run", folder, "--json"], check=True, capture_output=True)


def test_two_runs_at_once_on_one_programme_both_succeed(starter, gigaloop):
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_run, args=(str(starter),)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(180)
    assert [run.exitcode for run in runs] == [0, 0]
    assert len(gigaloop("store", "list", starter, "--json").json["runs"]) == 1


@pytest.mark.parametrize("delay", [0.6, 1.2, 1.8])
def test_a_run_killed_at_any_moment_leaves_nothing_that_stops_the_next(delay, starter, gigaloop):
    victim = subprocess.Popen(
        [sys.executable, "-m", "gigaloop", "run", starter], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(delay)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    answer = gigaloop("run", starter, "--json")
    assert answer.code == 0, answer.err
    runs = gigaloop("store", "list", starter, "--json").json["runs"]
    assert answer.json["key"] in {run["key"] for run in runs}


def test_output_into_a_pipe_that_closes_is_no_error():
    command = [sys.executable, "-m", "gigaloop", "schema"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stderr is not None
        writer.stdout.close()
        said = writer.stderr.read()
    assert "Traceback" not in said


def test_json_is_json_also_when_it_fails(tmp_path, gigaloop):
    answer = gigaloop("run", tmp_path / "nowhere", "--json")
    assert answer.code == 1
    assert json.loads(answer.out)["problems"]


def test_a_programme_that_asks_nothing_runs_and_says_so(starter, gigaloop):
    demands = next(path for path in starter.iterdir() if "\ndemands:" in path.read_text())
    text = demands.read_text()
    start = text.index("\ndemands:")
    end = text.find("\n\n#", start)
    demands.write_text(text[:start] + "\ndemands: []\n" + (text[end:] if end > 0 else ""))
    answer = gigaloop("run", starter)
    assert answer.code == 0, answer.err
    assert "nan BUSD" not in answer.out
    assert "Nothing is late" in answer.out


def test_a_generation_that_comes_after_the_horizon_is_the_reason_not_the_halls(starter, gigaloop):
    edit(
        starter / "product.yaml",
        "evaluation: 2027-03-01, ramp: 2027-05-03, volume: 2027-09-06",
        "evaluation: 2029-03-01, ramp: 2029-05-03, volume: 2029-09-06",
    )
    late = gigaloop("plan", starter, "--json").json["plan"]["late"]
    mine = [each for each in late if any(reason["kind"] == "effectivity" for reason in each["reasons"])]
    assert mine
    assert all(reason["kind"] != "hall" for each in mine for reason in each["reasons"])
    assert all("VR200" in each["sentence"] for each in mine)


def test_check_reads_the_configuration_of_a_model(gigaloop, starter):
    programme = starter / "programme.yaml"
    told = programme.read_text().replace("model: {preset: deepseek-v3} ", "model: {config: config.json} ", 1)
    programme.write_text(told)
    (starter / "config.json").write_text('{"model_type": "llama",\n "hidden_size": "wide", "num_attention_heads": 64}')
    answer = gigaloop("check", starter)
    assert answer.code == 1
    assert "config.json:2:2: hidden_size: 'wide' is no whole number" in answer.err
    assert "vocab_size: the key is missing" in answer.err
    assert "64 heads do not divide" not in answer.err


def test_a_fact_that_is_prose_does_not_push_the_others_out_of_the_terminal(gigaloop):
    answer = gigaloop("catalogue", "show", "performance-matrix-ampere-bf16")
    assert "value  0." in answer.out
    assert "without  fold 0: " in answer.out


def test_no_number_of_a_kind_is_said_without_an_empty_path(gigaloop, starter):
    answer = gigaloop("evidence", starter, "policy.rack_life", "--kind", "datasheet")
    assert "there is no number at 'policy.rack_life' of kind 'datasheet'" in answer.err
    assert "at ''" not in gigaloop("evidence", starter, "--kind", "estimate").err
