"""Output of nccl-tests and rccl-tests, as they print it, read; and what is wrong with it told by line."""

import numpy as np
import pytest

from gigaloop.core.errors import ProgrammeError
from gigaloop.design.collectives import read_nccl_file, read_nccl_tests

# The layout of nccl-tests 2.17 (https://github.com/NVIDIA/nccl-tests src/common.cu) with numbers made up for the test.
HEAD = """\
# nccl-tests version 2.17.6 nccl-headers=22807 nccl-library=22807
# Collective test starting: all_reduce_perf
# nThread 1 nGpus 4 minBytes 1048576 maxBytes 16777216 step: 4(factor) warmup iters: 5 iters: 20 agg iters: 1
#
# Using devices
"""
RANKS = "".join(
    f"#  Rank {rank:2d} Group  0 Pid {4000 + rank:6d} on     host-a device {rank:2d} [0000:{rank:02x}:00] NVIDIA H200\n"
    for rank in range(4)
)
TABLE = """\
#
#                                                              out-of-place                       in-place
#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)
     1048576        262144     float     sum      -1    40.00   26.21   39.32      0    38.00   27.59   41.39      0
     4194304       1048576     float     sum      -1    50.00   83.89  125.83      0    49.00   85.60  128.40      0
    16777216       4194304     float     sum      -1   100.00  167.77  251.66      0   100.00  167.77  251.66      0
"""
TAIL = """\
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 139.71
#
# Collective test concluded: all_reduce_perf
"""
WHOLE = HEAD + RANKS + TABLE + TAIL


def test_a_whole_output_is_read_with_its_ranks():
    found = read_nccl_tests(WHOLE)
    assert found.collective == ("all_reduce",) * 3
    assert found.bytes.tolist() == [2**20, 2**22, 2**24]
    assert found.time == pytest.approx([40e-6, 50e-6, 100e-6])
    assert found.group.tolist() == [4.0] * 3
    assert (found.device, found.hosts) == ("NVIDIA H200", 1)


def test_times_in_place_are_read_where_asked_for():
    assert read_nccl_tests(WHOLE, in_place=True).time == pytest.approx([38e-6, 49e-6, 100e-6])


@pytest.mark.parametrize("prefix", ["0: ", "[1,0]<stdout>:", "(head, rank=0, pid=3808) [1,0]<stdout>:"])
def test_what_launchers_put_before_lines_is_passed_over(prefix):
    text = "\n".join(prefix + line for line in WHOLE.splitlines())
    assert read_nccl_tests(text).time == pytest.approx([40e-6, 50e-6, 100e-6])


def test_output_of_an_older_all_gather_without_root_and_reduction_is_read():
    text = """\
$ ./build/all_gather_perf -b 8M -e 32M -f 4 -g 8
# nThread 1 nGpus 8 minBytes 8388608 maxBytes 33554432 step: 4(factor) warmup iters: 5 iters: 20 validation: 1
#
# Using devices
#   Rank  0 Pid  99 on dgx device  0 [0x07] NVIDIA A100-SXM4-40GB
#   Rank  1 Pid  99 on dgx device  1 [0x0f] NVIDIA A100-SXM4-40GB
#
#                                                     out-of-place                       in-place
#       size         count    type     time   algbw   busbw  error     time   algbw   busbw  error
#        (B)    (elements)             (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)
     8388608       1048576   float    100.0   83.89   41.94  0e+00     99.0   84.73   42.37  0e+00
    33554432       4194304   float    300.0  111.85   55.92  0e+00    299.0  112.22   56.11  0e+00
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 49
"""
    found = read_nccl_tests(text)
    assert found.collective == ("all_gather", "all_gather")
    assert found.group.tolist() == [2.0, 2.0]
    assert found.time == pytest.approx([100e-6, 300e-6])


def test_output_of_rccl_tests_on_two_hosts_is_read():
    ranks = "".join(
        f"#  Rank {rank:2d} Group  0 Pid {70 + rank} on node{rank // 2} device {rank % 2} [0000:05:00] AMD MI300X\n"
        for rank in range(4)
    )
    text = (HEAD + "rccl-tests: Version develop\nRCCL version : 2.22.3\n" + ranks + TABLE + TAIL).replace(
        "      0    38", "    N/A    38"
    )
    found = read_nccl_tests(text)
    assert (found.device, found.hosts) == ("AMD MI300X", 2)


def test_messages_of_no_bytes_are_left_out():
    row = "     0     0     float     sum      -1     0.00    0.00    0.00      0     0.00    0.00    0.00      0\n"
    text = WHOLE.replace("# Out of", row + "# Out of")
    assert len(read_nccl_tests(text)) == 3


def test_ranks_may_be_missing_where_threads_and_gpus_are_stated():
    assert read_nccl_tests(HEAD + TABLE + TAIL).group[0] == 4.0


@pytest.mark.parametrize(("text", "line", "says", "hint"), [
    ("", 0, "no table", "all_reduce_perf"),
    ("hello\nworld\n", 2, "no table", "all_reduce_perf"),
    (HEAD + RANKS + TABLE, 16, "ends before its last line", "whole output"),
    (HEAD + RANKS + TABLE[:-40] + "\n", 16, "columns, the header", "cut"),
    (HEAD + RANKS + TABLE.partition("     1048576")[0] + TAIL, 17, "no row with a size", "-b 1K"),
    (WHOLE.replace("-1   100.00", "-1   abc"), 16, "'abc' is no number", "unchanged"),
    (WHOLE.replace("   50.00   83.89", "   50.00   43.89"), 15, "algbw 43.89 GB/s is not size over time", "header"),
    (WHOLE.replace("  100.00  167.77", "    0.00  167.77"), 16, "time of 0 s", "iterations"),
    (WHOLE.replace("125.83      0", "125.83     17"), 15, "17 results were wrong", "nothing"),
    (WHOLE.replace("     4194304       1048576", "     1048576       1048576"), 15, "stands twice", "one run"),
    (WHOLE.replace("#  Rank  2 Group", "#  Bank  2 Group"), 20, "ranks 2 are not listed", "whole"),
    (WHOLE.replace("all_reduce_perf", "hypercube_perf"), 20, "does not say which collective", "all_reduce"),
    (WHOLE.replace("   busbw", "   busxx", 2), 12, "no column 'busbw'", "unchanged"),
    (TABLE.partition("     1048576")[2], 1, "before the header", "beginning"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text, line, says, hint):
    with pytest.raises(ProgrammeError) as raised:
        read_nccl_tests(text, file="run.txt")
    found = [each for each in raised.value.problems if says in each.why]
    assert found, raised.value
    assert found[0].where is not None
    assert (found[0].where.file, found[0].where.line) == ("run.txt", line)
    assert hint in found[0].hint


def test_another_number_of_ranks_than_the_bandwidths_tell_is_an_error():
    with pytest.raises(ProgrammeError, match=r"busbw is 1\.5 of algbw, but 1\.75"):
        read_nccl_tests(WHOLE, group=8)


def test_one_rank_that_is_not_listed_is_an_error():
    lines = [f"#  Rank  {rank} Group  0 Pid 9 on host device {rank} [0x1b] NVIDIA H100" for rank in range(7)]
    lines += ["# size count type redop root time algbw busbw #wrong time algbw busbw #wrong"]
    lines += ["1073741824 268435456 float sum -1 4000.0 268.44 469.76 0 4000.0 268.44 469.76 0"]
    text = "\n".join([*lines, "# Avg bus bandwidth : 469.76"])
    with pytest.raises(ProgrammeError, match=r"busbw is 1\.75 of algbw, but 1\.71 for all_reduce among 7"):
        read_nccl_tests(text, collective="all_reduce")
    assert read_nccl_tests(text, collective="all_reduce", group=8).group.max() == 8


@pytest.mark.parametrize("wrong", ["nan", "inf"])
def test_a_bandwidth_that_is_no_number_is_an_error(wrong):
    cells = ["1073741824", "268435456", "float", "sum", "-1", "4000.0", "268.44", wrong, "0"]
    head = "# nThread 1 nGpus 8\n# size count type redop root time algbw busbw #wrong\n"
    with pytest.raises(ProgrammeError, match="cannot be"):
        read_nccl_tests(f"{head}{' '.join(cells)}\n# Avg bus bandwidth : 1\n", collective="all_reduce")


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ProgrammeError, match=r"none\.txt is no output of nccl-tests"):
        read_nccl_file(tmp_path / "none.txt")
    with pytest.raises(ProgrammeError, match="cannot be read"):
        read_nccl_file(tmp_path / "none.txt")
    (tmp_path / "run.txt").write_text(WHOLE)
    assert np.all(read_nccl_file(tmp_path / "run.txt").bytes > 0)
