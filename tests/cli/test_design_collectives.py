"""``gigaloop design collectives``: estimates on a generation's fabric, measured runs against them, the errors."""

from dataclasses import replace

import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.design.collectives import collective_times, system_of
from gigaloop.design.fabric import design_fabric
from gigaloop.programme import load_programme, new_programme


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("collectives") / "mine"
    new_programme(path)
    return path


@pytest.fixture(scope="module")
def fabric(folder):
    catalogue = load_catalogue()
    programme = load_programme(folder, catalogue)
    return design_fabric(programme, programme.generations[0], catalogue, sus=4)


@pytest.fixture(scope="module")
def generation(fabric):
    return fabric.generation


def output_of(times, group, collective="all_reduce", hosts=1, *, cut=False):
    """What nccl-tests would print of times."""
    per = -(-group // hosts)
    ranks = "".join(
        f"#  Rank {rank:3d} Group  0 Pid {9000 + rank} on host{rank // per} device {rank % per} [0000:00:00] GPU\n"
        for rank in range(group)
    )
    rows = "".join(
        f"{size:12.0f} {size / 4:12.0f} float sum -1 {time * 1e6:.2f} {size / time / 1e9:.2f} {bus / 1e9:.2f} 0 "
        f"{time * 1e6:.2f} {size / time / 1e9:.2f} {bus / 1e9:.2f} 0\n"
        for size, time, bus in zip(times.bytes, times.time, times.bus_bandwidth, strict=True)
    )
    head = "# size count type redop root time algbw busbw #wrong time algbw busbw #wrong\n"
    tail = "" if cut else "# Avg bus bandwidth    : 1\n"
    return f"# Collective test starting: {collective}_perf\n{ranks}#\n{head}{rows}{tail}"


def test_the_machine_is_that_of_the_fabric(fabric):
    system = system_of(fabric)
    plane = fabric.scale_out.plane
    ports = plane.rails * fabric.scale_out.planes * plane.rate / 8.0
    assert system.domain == fabric.scale_up.accelerators
    assert system.scale_up == fabric.scale_up.bandwidth
    assert system.scale_out * fabric.accelerators_per_node == pytest.approx(ports)
    assert system.in_switch_reduction == fabric.scale_up.in_switch_reduction


def test_the_table_shows_times_with_their_band_and_sources(gigaloop, folder, generation):
    done = gigaloop("design", "collectives", folder, generation, "-c", "all_reduce", "-c", "all_to_all", "--su", "4")
    assert done.code == 0
    assert "all-reduce over scale-up domain" in done.out
    assert "all-to-all over fabric" in done.out
    assert "github.com/NVIDIA/nccl" in done.out


def test_json_holds_what_the_engine_says(gigaloop, folder, fabric):
    done = gigaloop(
        "design",
        "collectives",
        folder,
        fabric.generation,
        "--su",
        "4",
        "-b",
        "1 GiB",
        "-b",
        "2 GiB",
        "-n",
        "8",
        "--json",
    )
    (found,) = done.json["collectives"]
    direct = collective_times(system_of(fabric), "all_reduce", [2**30, 2**31], 8)
    assert found["bytes"] == [2**30, 2**31]
    assert found["time_s"] == pytest.approx(direct.time.tolist())
    assert found["low_s"] < found["time_s"] < found["high_s"]
    assert done.json["system"]["domain"] == fabric.scale_up.accelerators


def test_an_algorithm_can_be_forced(gigaloop, folder, generation):
    done = gigaloop("design", "collectives", folder, generation, "--algorithm", "hierarchical", "-n", "144", "--json")
    assert set(done.json["collectives"][0]["algorithm"]) == {"hierarchical"}


def test_a_run_as_expected_is_said_to_be_so(gigaloop, folder, fabric, tmp_path):
    times = collective_times(system_of(fabric), "all_reduce", [2**20, 2**26, 2**30, 2**32], 8)
    path = tmp_path / "run.txt"
    path.write_text(output_of(times, 8))
    done = gigaloop("design", "collectives", folder, fabric.generation, "--su", "4", "--measured", path)
    assert done.code == 0
    assert done.out.count("as expected") == 4
    assert "would explain" not in done.out
    assert "as calibrated by this run" in done.out


def test_runs_of_the_machine_itself_set_its_estimates_and_narrow_their_band(gigaloop, folder, fabric, tmp_path):
    """A machine 1.5 times slower than the model at 8, and 2 times at 64: 16 lies between, and so does 128 KiB."""
    sizes = [2.0**power for power in range(14, 31)]
    paths = []
    for group, slower in ((8, 1.5), (64, 2.0)):
        model = collective_times(system_of(fabric), "all_reduce", sizes, group)
        slow = replace(model, time=slower * model.time, bus_bandwidth=model.bus_bandwidth / slower)
        paths += ["--calibrate", tmp_path / f"{group}.txt"]
        paths[-1].write_text(output_of(slow, group))
    words = ("-n", "8", "-n", "16", "-n", "64", "-b", "256 MiB", "-b", "8 GiB", "--json")
    command = ("design", "collectives", folder, fabric.generation, "--su", "4", *words)
    plain, own = (gigaloop(*command, *more).json["collectives"] for more in ((), paths))
    ratio = [b["time_s"][0] / a["time_s"][0] for a, b in zip(plain, own, strict=True)]
    assert ratio == pytest.approx([1.5, 1.5 * (2.0 / 1.5) ** (1 / 3), 2.0], rel=0.03)
    assert [each["measured"] for each in own] == [[True, False], [False, False], [True, False]]
    band = [[high / time for high, time in zip(each["high_s"], each["time_s"], strict=True)] for each in own]
    assert band[0][0] < band[1][0] < plain[1]["high_s"][0] / plain[1]["time_s"][0]
    assert band[0][0] < band[0][1]
    assert "own measurements, 34 in 2 runs" in own[0]["basis"][0]
    shown = gigaloop(*command[:-1], *paths).out
    assert "measured" in shown
    both = gigaloop(*command, *paths, "--measured", paths[1])
    assert both.code == 2
    assert "do not go together" in both.json["why"]


def test_a_run_over_half_the_ports_names_them(gigaloop, folder, fabric, tmp_path):
    from dataclasses import replace

    system = system_of(fabric)
    half = replace(system, scale_out=system.scale_out / 2.0)
    group = 2 * fabric.scale_up.accelerators
    times = collective_times(half, "all_reduce", [2**28, 2**30, 2**32, 2**34], group)
    path = tmp_path / "slow.txt"
    path.write_text(output_of(times, group, hosts=2))
    done = gigaloop("design", "collectives", folder, fabric.generation, "--su", "4", "--measured", path, "--json")
    (found,) = done.json["measured"]
    assert found["hosts"] == 2
    assert found["verdict"][-1] == "slower"
    assert "half of the network ports" in found["reasons"][0]["why"]
    assert found["regimes"]


@pytest.mark.parametrize(("words", "says"), [
    (("-n", "100000000"), "does not fit a fabric"),
    (("-b", "1 furlong"), "--bytes"),
    (("-c", "all_redcue"), "all_reduce"),
    (("--algorithm", "rings"), "ring"),
    (("--measured", "none.txt"), "cannot be read"),
])  # fmt: skip
def test_bad_input_is_told(gigaloop, folder, generation, words, says):
    done = gigaloop("design", "collectives", folder, generation, "--su", "4", *words)
    assert done.code in (1, 2)
    assert says in done.err


def test_a_cut_output_is_told_with_its_last_line(gigaloop, folder, fabric, tmp_path):
    times = collective_times(system_of(fabric), "all_reduce", [2**28], 8)
    path = tmp_path / "cut.txt"
    path.write_text(output_of(times, 8, cut=True))
    done = gigaloop("design", "collectives", folder, fabric.generation, "--su", "4", "--measured", path)
    assert done.code == 1
    assert "cut.txt:12" in done.err
    assert "ends before its last line" in done.err


def test_validate_collectives_prints_every_row_and_sums_up(gigaloop):
    done = gigaloop("validate", "collectives")
    assert done.code == 0
    assert "busbw, constants of other machines; within a domain, 256 MiB and more" in done.out
    found = gigaloop("validate", "collectives", "--json").json
    assert found["kind"] == "collectives"
    assert found["summary"]["n"] == len(found["rows"]) == 2 * 148
