"""One pair over two real processes against one process with the double batch."""

import json
import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kdcore import Run, RunConfig
from kdcore.commands import Pause, Retune, Step, Stopped
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN
from kdcore.losses import cross_entropy, cross_entropy_gradient
from kdcore.store import Store
from kdcore.training.batches.order import batch_count, batches
from kdcore.training.devices import distributed
from kdcore.training.devices.distributed import GroupControls, own_part, to_whole

PAIR = RunConfig(
    dataset="digits",
    teacher="mlp:32",
    teacher_epochs=2,
    student="mlp:16",
    epochs=3,
    transfer_size=329,
    batch_size=32,
    optimizer="sgd",
    lr=0.1,
    augment="shift",
    precision="float32",
    device="cpu",
)
"""Each epoch ends with a batch of 9, of which one rank has 5 and the other 4."""
ENDLESS = PAIR.replace(student="convnet:4", augment="none", epochs=10_000)


def flags(config):
    return [
        part
        for name, value in config.to_dict().items()
        if value != ""
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]


def torchrun(store, *arguments, processes=2):
    # standalone: the launcher finds a free port and holds it, so that nobody takes it in between
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--nproc-per-node",
            str(processes),
            "--standalone",
            "--local-addr",
            "127.0.0.1",
            "-m",
            "kdcore",
            *arguments,
            "--json",
            "--store",
            str(store),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def ended(process):
    """Exit status, events on stdout and what kdcore itself said on stderr."""
    out, said = process.communicate(timeout=120)
    sys.stderr.write(said)  # pytest shows it where a test fails
    lines = [line for line in said.splitlines() if "kdcore: " in line]
    return process.returncode, [json.loads(line) for line in out.splitlines()], lines


def ranks(store):
    """The process id of each rank of the run that writes into ``store``."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(store).encode() in (process / "cmdline").read_bytes():
                environment = (process / "environ").read_bytes().split(b"\0")
                found |= {
                    int(entry.removeprefix(b"RANK=")): int(process.name)
                    for entry in environment
                    if entry.startswith(b"RANK=")
                }
        except OSError:
            continue
    return found


def wait_for_batches(process, least=5):
    seen = count(1)
    for line in process.stdout:
        if '"event":"batch"' in line and next(seen) == least:
            return
    raise AssertionError(f"the run ended before batch {least}: {process.stderr.read()}")


def of_kind(events, kind):
    return [event for event in events if event["event"] == kind]


@pytest.fixture(scope="module")
def one():
    return [event.to_dict() for event in Run(PAIR)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def two(store):
    status, events, said = ended(torchrun(store, "run", *flags(PAIR.replace(batch_size=16))))
    assert (status, said) == (0, [])
    return events


def flat(batch, learner):
    """A student's means, those of its method among them."""
    means = dict(batch["students"][learner])
    return means.pop("measures") | means


@pytest.mark.slow
def test_two_processes_report_the_batches_of_one_with_the_double_batch(one, two):
    assert [event["step"] for event in of_kind(two, "batch")] == [
        event["step"] for event in of_kind(one, "batch")
    ]
    for ours, theirs in zip(of_kind(two, "batch"), of_kind(one, "batch"), strict=True):
        for learner in ("plain", "distilled"):
            assert flat(ours, learner) == pytest.approx(flat(theirs, learner), rel=1e-4)


@pytest.mark.slow
def test_two_processes_learn_the_same_curve_as_one_with_the_double_batch(one, two):
    for ours, theirs in zip(of_kind(two, "epoch"), of_kind(one, "epoch"), strict=True):
        for learner in ("plain", "distilled"):
            mine, expected = ours["students"][learner], theirs["students"][learner]
            for name in ("train_loss", "hard_loss", "soft_loss", "train_accuracy"):
                assert mine[name] == pytest.approx(expected[name], rel=1e-4), name
            assert mine["test_errors"] == pytest.approx(expected["test_errors"], abs=2)
    losses = [event["students"]["plain"]["train_loss"] for event in of_kind(one, "epoch")]
    assert losses[-1] < losses[0] - 0.1, "a curve that does not move would agree with anything"


@pytest.mark.slow
def test_rank_0_alone_tells_and_keeps_the_run(store, two):
    (row,) = Store(store).list(RUN)

    assert [event["event"] for event in two].count("started") == 1
    assert two[-1]["event"] == "finished"
    assert row.state == "finished"
    assert [event.to_dict() for event in Store(store).find(row.id, RUN).events()] == two
    assert two[-1]["weights"].keys() == {"teacher", "plain", "distilled"}


@pytest.mark.slow
def test_a_stopped_run_stops_on_all_ranks_and_is_evaluated(tmp_path):
    process = torchrun(tmp_path, "run", *flags(ENDLESS))
    wait_for_batches(process)
    os.kill(ranks(tmp_path)[0], signal.SIGINT)
    status, events, said = ended(process)

    assert (status, said) == (0, [])
    assert events[-1]["event"] == "finished"
    assert events[-1]["stopped"]
    assert events[-1]["students"]["distilled"]["test_errors"] > 0
    assert ranks(tmp_path) == {}


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_a_rank_that_dies_ends_the_others(tmp_path, killed):
    process = torchrun(tmp_path, "run", *flags(ENDLESS))
    wait_for_batches(process)
    os.kill(ranks(tmp_path)[killed], signal.SIGKILL)

    assert ended(process)[0] != 0
    assert ranks(tmp_path) == {}
    (row,) = Store(tmp_path).list(RUN)
    assert row.state in ("failed", "interrupted")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run", "--temperature", "-1"], "temperature"),
        (["run", "--nonsense", "1"], "nonsense"),
        (["run", "--dataset", "nowhere.zip"], "nowhere.zip"),
        (["run", *flags(PAIR), "--transfer-size", "1"], "2 processes"),
        (["sweep"], "torchrun"),
    ],
)
def test_a_mistake_is_one_clear_line_of_rank_0(tmp_path, arguments, named):
    status, _, said = ended(torchrun(tmp_path, *arguments))

    assert status != 0
    assert len(said) == 1
    assert said[0].startswith("kdcore: ")
    assert named in said[0]


def as_rank(monkeypatch, number, size):
    monkeypatch.setattr(distributed, "rank", lambda: number)
    monkeypatch.setattr(distributed, "world_size", lambda: size)


@given(size=st.integers(1, 300), processes=st.integers(1, 9))
def test_the_parts_of_a_batch_are_the_batch_and_none_is_empty(size, processes):
    size += processes - 1
    with pytest.MonkeyPatch.context() as patch:
        parts = []
        for number in range(processes):
            as_rank(patch, number, processes)
            parts.append(list(range(size))[own_part(size)])

    assert [example for part in parts for example in part] == list(range(size))
    assert min(map(len, parts)) >= 1
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(size=st.integers(1, 200), batch=st.integers(1, 50), least=st.integers(2, 9))
def test_a_last_batch_too_small_for_all_ranks_joins_the_one_before(size, batch, least):
    batch = max(batch, least)
    made = batches(size, batch, 0, 1, least=least)

    assert sorted(torch.cat(made).tolist()) == list(range(size))
    assert len(made) == batch_count(size, batch, least=least)
    assert all(len(part) >= min(least, size) for part in made)


def test_the_gradients_of_uneven_parts_are_those_of_the_whole_batch():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(7, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    labels = torch.randint(3, (7,), generator=generator)
    (whole,) = torch.autograd.grad(cross_entropy(logits, labels), logits)
    parts = [
        to_whole(cross_entropy_gradient(logits[part].detach(), labels[part]), 7)
        for part in (slice(0, 3), slice(3, 5), slice(5, 7))
    ]

    torch.testing.assert_close(torch.cat(parts), whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("command", [Pause(), Step(), Retune("temperature", 9.0)])
def test_what_would_act_on_one_rank_alone_is_refused(command):
    with pytest.raises(UserError, match="can be stopped") as refused:
        GroupControls(PAIR).send(command)
    assert refused.value.code == "only_stop"


def test_a_stop_that_rank_0_did_not_decide_is_not_obeyed(monkeypatch):
    told = []
    monkeypatch.setattr(distributed.dist, "broadcast", lambda flag, src: told.append(flag.item()))
    controls = GroupControls(PAIR)
    controls.stop()

    as_rank(monkeypatch, 1, 2)
    assert list(controls.obey(0, 0.0)) == []
    as_rank(monkeypatch, 0, 2)
    with pytest.raises(Stopped):
        list(controls.obey(0, 0.0))
    assert told == [0, 1]


@pytest.mark.parametrize(("gpus", "code"), [(1, "too_few_gpus"), (0, "device_alone")])
def test_devices_that_cannot_serve_several_processes_are_refused(monkeypatch, gpus, code):
    chosen = torch.device("cuda" if gpus else "mps")
    monkeypatch.setattr(distributed, "choose_device", lambda name: chosen)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")

    with pytest.raises(UserError) as refused:
        distributed.join("auto")
    assert refused.value.code == code


def test_processes_lose_patience_together(tmp_path):
    """Each normalises its own part of a batch on a CPU, so that their scores differ a little."""
    config = ENDLESS.replace(
        epochs=60, patience=2, lr=0.01, optimizer="adam", transfer_size=120, batch_size=8
    )
    status, events, _ = ended(torchrun(tmp_path, "run", *flags(config)))

    assert status == 0
    assert events[-1]["event"] == "finished"
    assert events[-1]["epochs"] == max(events[-1]["best_epochs"].values()) + 2 < 60
