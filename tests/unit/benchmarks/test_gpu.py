"""What an accelerator must show is carried out here on the processor, line by line."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from support.files import as_zip, pictures_in

from benchmarks import gpu
from benchmarks.gpu_sections import captured_step, report, resnets
from benchmarks.gpu_sections.against_cpu import largest_difference
from benchmarks.gpu_sections.roofline import Roofline, traffic
from benchmarks.gpu_sections.setting import Setting
from benchmarks.gpu_sections.waiting import Waits

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_section_has_its_rows_and_none_breaks_off(tmp_path):
    table = tmp_path / "table.md"
    command = [sys.executable, "-m", "benchmarks.gpu", "--device", "cpu", "--small"]
    command += ["--minutes", "60"]  # a busy machine is no fault
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*command, "--out", str(table)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(table.with_suffix(".json").read_text(encoding="utf-8"))

    assert {row["section"] for row in found["rows"]} == set(range(1, 10))
    # what a figure is here says nothing, but what was asked for holds on a processor too
    assert [row for row in found["rows"] if row["verdict"].split(":")[0] not in GOOD] == []
    assert table.read_text(encoding="utf-8").rstrip() == done.stdout.rstrip()
    assert len(done.stdout.splitlines()) == len(found["rows"]) + 4


GOOD = ("held", "measured", "carried out")


def setting(seconds=60.0, archive=None):
    return Setting("cpu", True, None, archive, time.monotonic() + seconds)


def carried_out(measure, seconds=60.0):
    rows = []
    section = gpu.Section(3, "something", measure, share=1.0)
    gpu.carry_out(section, setting(seconds), rows.append)
    return [(row.what, row.verdict) for row in rows]


@pytest.mark.parametrize(
    ("verdict", "bad"),
    [
        ("held, at most 0.001", False),
        ("missed", True),
        ("missed, at most 0.001", True),
        ("error: ValueError: no", True),
        ("not run: no time left", False),
    ],
)
def test_what_was_missed_or_broke_off_is_bad(verdict, bad):
    assert report.Row(2, "something", "1", "–", verdict).is_bad is bad


def one_row(setting):
    yield report.Row(3, "first", "1", "s", "measured")


def test_an_error_is_a_row_and_what_came_before_it_stays():
    def breaks(setting):
        yield from one_row(setting)
        raise ValueError("no such thing\nand more")

    assert carried_out(breaks) == [
        ("first", "measured"),
        ("something", "error: ValueError: no such thing"),
    ]


def test_what_takes_too_long_is_ended_whatever_it_catches(monkeypatch):
    def sleeps(setting):
        yield from one_row(setting)
        try:
            time.sleep(60)
        except Exception:
            yield from one_row(setting)

    monkeypatch.setattr(gpu, "LEAST", 0.0)

    assert carried_out(sleeps, seconds=0.2) == [
        ("first", "measured"),
        ("something: the rest", "not run: no time left"),
    ]


def test_what_has_no_time_left_is_not_begun():
    assert carried_out(one_row, seconds=1.0) == [("something", "not run: no time left")]


@pytest.mark.parametrize(
    ("found", "expected", "difference"),
    [
        ({"a": [1.5, 0.2]}, {"a": [1.5, 0.1]}, 0.1),
        ({"a": [44.0]}, {"a": [40.0]}, 0.1),
        ({"a": [float("nan")]}, {"a": [1.0]}, float("inf")),
        ({}, {"a": [1.0]}, float("inf")),
        ({}, {}, float("inf")),
    ],
)
def test_the_largest_difference_counts_what_is_missing(found, expected, difference):
    assert largest_difference(found, expected) == pytest.approx(difference)


@pytest.mark.parametrize(
    ("waits", "operation"),
    [
        (1, lambda values: values.sum().item()),
        (1, lambda values: values[values > 0]),
        (1, lambda values: torch.equal(values, values)),
        (0, lambda values: (values * 2).relu().index_select(0, torch.tensor([1, 0]))),
    ],
)
def test_operations_for_which_the_processor_would_wait_are_counted(waits, operation):
    with Waits() as counted:
        operation(torch.randn(3))
    assert len(counted.names) >= waits if waits else counted.names == []


def test_a_net_is_bound_by_what_takes_longer():
    roofline = Roofline(operations=100.0, bandwidth=10.0)

    assert roofline.seconds(50.0, 1.0) == (0.5, "arithmetic")
    assert roofline.seconds(50.0, 20.0) == (2.0, "memory")
    layer = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    assert traffic(layer, torch.zeros(1, 3), "bf16") == 2 * (3 + 4 + 4 + 2)


def shuffled(step):
    order = torch.randperm(step.size, generator=torch.Generator().manual_seed(0))
    inputs, labels, logits = step._batch
    step.put((inputs[:, order], labels[:, order], logits[:, :, order]))


def not_replaced(step):
    step.put(captured_step.batch(step.shape, step.size, 99))


def not_counted(step):
    for optimizer in step._optimizers():
        for state in optimizer.state.values():
            state["step"].fill_(captured_step.WARM_UP)


@pytest.mark.parametrize("job", captured_step.SMALL_JOBS)
@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize(
    ("change", "held"),
    [(shuffled, True), (not_replaced, False), (not_counted, False)],
    ids=["shuffled", "not replaced", "not counted"],
)
def test_a_step_may_add_in_another_order_but_not_go_another_way(job, precision, change, held):
    spec, shape, size = captured_step.SMALL_JOBS[job]
    step, reference = (
        captured_step.StudentStep(spec, shape, size, precision, torch.device("cpu"))
        for _ in range(2)
    )
    step.shape, step.size = shape, size
    start = {name: value.clone() for name, value in reference.module.state_dict().items()}
    for one in (step, reference):
        one()
    reference.begin_again(start)

    def other_step():
        change(step)
        step()

    found = captured_step.step_difference(step, other_step, reference, shape, size)
    assert (found <= captured_step.TOLERANCE[precision]) is held


def test_an_archive_is_read_where_one_is_given(tmp_path):
    folders = [f"{split}/{name}" for split in ("train", "test") for name in "ab"]
    archive = as_zip(tmp_path / "images.zip", pictures_in(folders, 10, (32, 32)))

    for given, title, size in ((archive, "CIFAR-10", 18), (None, "made images", 115)):
        data, named = resnets._data(setting(archive=given))
        assert named.startswith(title)
        assert len(data.train.labels) == size
