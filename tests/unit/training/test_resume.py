"""A training that was broken off and taken up again ends as one that never was, bit for bit."""

import os
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file
from support.sounds import tone, wave_of
from support.trained import IMAGES, OF_METHODS, SEVERAL, SMALL, without_clocks

from kdcore import Run
from kdcore.commands import Retune
from kdcore.errors import UserError
from kdcore.events import Paused, Retuned
from kdcore.job import Job
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.run.events import Batch, Epoch
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.store import Store, recorded
from kdcore.store.checkpoints import Checkpoints
from kdcore.training.checkpoint import TrainingLog
from kdcore.training.trainer import DistillationTrainer


def finish(folder, config=None, *commands):
    """Train to the end, recorded; ``commands`` are sent before the first batch."""
    run = Run(config or folder.config, folder)
    for command in commands:
        run.controls.send(command)
    for _ in recorded(run, folder):
        pass
    return comparable(folder.events())


def comparable(events):
    return [without_clocks(event.to_dict()) for event in events]


def break_off(folder, when, *commands):
    """Train until an event is recorded that ``when`` is true of, then forget the run."""
    run = Run(folder.config, folder)
    for command in commands:
        run.controls.send(command)
    events = recorded(run, folder)
    for event in events:
        if when(event):
            break
    events.close()


def weights(folder):
    """The saved networks, file by file and bit for bit."""
    return {
        f"{learner}/{name}": value.numpy().tobytes()
        for learner in ("teacher", "plain", "distilled")
        if (path := folder.path / f"{learner}.safetensors").exists()
        for name, value in load_file(path).items()
    }


def in_epoch(number):
    return lambda event: isinstance(event, Batch) and event.position > number


def both(tmp_path, config, when, *commands):
    """Events and weights of an uninterrupted run, and of one that was broken off."""
    store, other = Store(tmp_path / "whole"), Store(tmp_path / "broken")
    whole = store.create(config)
    expected = finish(whole, None, *commands)
    broken = other.create(config)
    break_off(broken, when, *commands)
    assert broken.state == "interrupted"
    assert [one.epoch for one in Checkpoints(broken.path / "checkpoints").all("students")][-1] > 0
    found = finish(broken)
    return (expected, weights(whole)), (found, weights(broken))


SETTINGS = {
    "augmented": IMAGES.replace(augment="shift_flip", mixup=0.4),
    "sgd": SMALL.replace(optimizer="sgd", lr=0.05),
    "gd": SMALL.replace(optimizer="gd", lr=0.5),
    "muon": SMALL.replace(optimizer="muon", student="mlp:8,8"),
    "bf16": SMALL.replace(precision="bf16"),
    "convnet": IMAGES,
    "resnet": IMAGES.replace(student="resnet8", epochs=2),
    "several": SEVERAL.replace(teacher_mixing="entropy", also="0.5*logit_mse"),
    "ensemble": SMALL.replace(ensemble=2, also="0.5*hint"),
    "assistants": SMALL.replace(assistants="mlp:16"),
    "patience": SMALL.replace(patience=1, lr=0.1, epochs=5),
    "schedules": SMALL.replace(temperature_schedule="cosine:1", lr_schedule="warmup:1"),
    "unlabelled": SMALL.replace(unlabelled=0.5),
    "target": SMALL.replace(target="rotated", alignment="mmd", target_confidence=0.12, patience=3),
    "generator": IMAGES.replace(method="generator", weight=1),
    "forest": SMALL.replace(student="forest:7"),
    "tree": SMALL.replace(student="tree:3", teacher="boosted:5"),
    "same_tree": SMALL.replace(student="tree:1", teacher="boosted:5"),
}


@pytest.mark.parametrize(
    "student", ["text_gru:3", "text_cnn:3", "transformer:4", "embedding_bag:2"]
)
def test_a_student_on_texts_ends_as_if_it_had_not_been_broken_off(tmp_path, student):
    lines = [f"the soup was {('good', 'bad')[at % 2]} on day {at},{at % 2}" for at in range(60)]
    (tmp_path / "food.csv").write_text("\n".join(["text,label", *lines]))
    config = SMALL.replace(
        dataset=str(tmp_path / "food.csv"), teacher="bigru:3", student=student, batch_size=16
    )
    expected, found = both(tmp_path, config, in_epoch(1))

    assert found == expected


@pytest.mark.parametrize("student", ["crnn:2,3"])
def test_a_student_on_sounds_ends_as_if_it_had_not_been_broken_off(tmp_path, student):
    for name, frequency in (("low", 300), ("high", 900)):
        (tmp_path / "words" / name).mkdir(parents=True)
        for number in range(24):
            sound = wave_of(tone(frequency + 7 * number, 1_600))
            (tmp_path / "words" / name / f"{number}.wav").write_bytes(sound)
    config = SMALL.replace(
        dataset=str(tmp_path / "words"), teacher="crnn:2,4", student=student, batch_size=8
    )
    expected, found = both(tmp_path, config, in_epoch(1))

    assert found == expected


@pytest.mark.parametrize("config", OF_METHODS.values(), ids=OF_METHODS)
def test_every_method_ends_as_if_it_had_not_been_broken_off(tmp_path, config):
    expected, found = both(tmp_path, config, in_epoch(1))

    assert found == expected


@pytest.mark.parametrize("config", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_ends_as_if_it_had_not_been_broken_off(tmp_path, config):
    late = lambda event: isinstance(event, Epoch) and event.epoch == 2  # noqa: E731
    expected, found = both(tmp_path, config, late)

    assert found == expected


def test_it_goes_on_exactly_where_it_was_paused(tmp_path):
    store = Store(tmp_path)
    expected = finish(store.create(SMALL))
    paused = store.create(SMALL)
    run = Run(SMALL, paused)
    events = recorded(run, paused)
    for event in events:
        if isinstance(event, Batch) and event.step == 4:
            run.controls.pause()
        if isinstance(event, Paused):
            run.controls.send(Retune("speed", 0))  # it obeys once more, and has written by then
        if isinstance(event, Retuned):
            break
    events.close()
    (newest,) = Checkpoints(paused.path / "checkpoints").all("students")[-1:]
    assert (newest.epoch, newest.batch) == (1, 1)
    found = finish(paused)

    scores = [event["students"] for event in found if event["event"] == "epoch"]
    assert scores == [event["students"] for event in expected if event["event"] == "epoch"]
    kinds = [event.kind for event in paused.events()]
    assert kinds.count("paused") == kinds.count("resumed") == kinds.count("retuned") == 1
    assert paused.state == "finished"


def test_what_a_person_did_after_the_checkpoint_is_done_again(tmp_path):
    """As are all events that were shown."""
    folder = Store(tmp_path).create(SMALL)
    run = Run(SMALL, folder)
    shown = []
    events = recorded(run, folder)
    for event in events:
        shown.append(event)
        if isinstance(event, Batch) and event.step == 4:
            run.controls.temperature = 9
        if isinstance(event, Batch) and event.step == 5:
            break
    events.close()
    found = finish(folder)

    assert next(event for event in found if event["event"] == "retuned")["value"] == 9
    assert found[: len(shown)] == comparable(shown)
    assert folder.state == "finished"


def test_a_stopped_run_goes_on(tmp_path):
    expected = finish(Store(tmp_path / "whole").create(SMALL))
    stopped = Store(tmp_path / "stopped").create(SMALL)
    run = Run(SMALL, stopped)
    for event in recorded(run, stopped):
        if isinstance(event, Batch) and event.step == 4:
            run.controls.stop()
    assert stopped.state == "stopped"

    assert finish(stopped) == expected
    assert (stopped.path / "events-set-aside.jsonl").read_text().count("finished") == 1


@pytest.mark.parametrize("teachers", ["mlp:24", "mlp:24 + mlp:16"])
def test_it_goes_on_in_the_middle_of_a_teachers_training(tmp_path, teachers):
    config = SMALL.replace(teacher=teachers, teacher_epochs=3)
    second = lambda event: event.kind == "teacher_epoch" and event.epoch == 2  # noqa: E731
    store, other = Store(tmp_path / "whole"), Store(tmp_path / "broken")
    expected = finish(store.create(config))
    broken = other.create(config)
    break_off(broken, second)

    assert finish(broken) == expected


def test_it_goes_on_between_an_assistant_and_the_students(tmp_path):
    config = SMALL.replace(assistants="mlp:16 + mlp:8")
    last = lambda event: event.kind == "teacher_epoch" and event.learner == "assistant 2"  # noqa: E731
    store, other = Store(tmp_path / "whole"), Store(tmp_path / "broken")
    expected = finish(store.create(config))
    broken = other.create(config)
    break_off(broken, last)

    assert finish(broken) == expected


KILLED = """
import os, sys
from pathlib import Path
from kdcore import Run
from kdcore.job import Job
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.store import Store, recorded
folder = Store(Path(sys.argv[1])).find("last")
for event in recorded(Run(folder.config, folder), folder):
    if event.kind == "epoch" and event.epoch == 2:
        os.kill(os.getpid(), 9)
"""


def test_a_run_that_was_killed_goes_on_from_its_last_epoch(tmp_path):
    store = Store(tmp_path)
    expected = finish(Store(tmp_path / "whole").create(SMALL))
    folder = store.create(SMALL)
    ended = subprocess.run([sys.executable, "-c", KILLED, tmp_path], env=os.environ, timeout=280)
    assert ended.returncode == -9
    assert folder.state == "interrupted"

    assert finish(folder) == expected


def test_a_damaged_checkpoint_is_passed_over(tmp_path):
    store = Store(tmp_path)
    expected = finish(Store(tmp_path / "whole").create(SMALL))
    folder = store.create(SMALL)
    break_off(folder, lambda event: isinstance(event, Epoch) and event.epoch == 3)
    *_, newest = Checkpoints(folder.path / "checkpoints").all("students")
    contents = bytearray(newest.path.read_bytes())
    contents[-9] ^= 1
    newest.path.write_bytes(contents)

    assert finish(folder) == expected


def test_without_a_checkpoint_it_begins_anew(tmp_path):
    folder = Store(tmp_path).create(SMALL)
    break_off(folder, lambda event: isinstance(event, Epoch))
    for path in (folder.path / "checkpoints").iterdir():
        path.unlink()
    finish(folder)

    assert [event.kind for event in folder.events()].count("started") == 1
    assert folder.state == "finished"


def test_a_finished_run_has_nothing_to_resume(tmp_path):
    folder = Store(tmp_path).create(SMALL)
    finish(folder)

    with pytest.raises(UserError, match="is finished"):
        TrainingLog(folder)


def test_other_data_are_refused(tmp_path):
    folder = Store(tmp_path).create(SMALL)
    break_off(folder, lambda event: isinstance(event, Epoch))
    log = TrainingLog(folder)

    with pytest.raises(UserError, match="data have changed"):
        log.check_data("another fingerprint")


def test_a_network_with_dropout_is_trained_alike_twice(tmp_path):
    config = IMAGES.replace(student="mobilenet_v2", epochs=1, transfer_size=40, batch_size=20)
    ends = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before = torch.random.get_rng_state()
        *_, end = Run(config)
        assert torch.equal(torch.random.get_rng_state(), before), "the global generator is left"
        ends.append(end.students)

    assert ends[0] == ends[1]
    assert ends[0]["plain"] != ends[0]["distilled"]


GRID = SweepConfig(base=SMALL, temperatures=(1.0, 4.0), weights=(0.5,), seeds=(0, 1))


def cells_of(folder):
    """The log and the weights of every cell."""
    runs = [folder.cell(number) for number in range(len(folder.config.cells))]
    return [(comparable(run.events()), weights(run)) for run in runs]


@pytest.mark.parametrize("kind", ["cells_scored", "cells_ended"])
def test_a_sweep_goes_on_with_what_is_left(tmp_path, monkeypatch, kind):
    store, other = Store(tmp_path / "whole"), Store(tmp_path / "broken")
    expected = store.create(GRID)
    list(recorded(Job(GRID, expected, executor="joint"), expected))
    broken = other.create(GRID)
    events = recorded(Job(GRID, broken, executor="joint"), broken)
    seen = []
    for event in events:
        seen += [event.kind]
        if seen.count(kind) == 2:
            break
    events.close()
    taken = []
    step = DistillationTrainer.step
    monkeypatch.setattr(DistillationTrainer, "step", lambda *a: (taken.append(1), step(*a))[1])
    *_, end = recorded(Job(GRID, broken), broken)

    assert (end.finished, end.failed) == (4, 0)
    assert cells_of(broken) == cells_of(expected)
    assert len(taken) == (3 * 2 if kind == "cells_scored" else 0)
    assert [event.kind for event in broken.events()].count("sweep_prepared") == 1


def test_a_stopped_sweep_goes_on(tmp_path):
    store, other = Store(tmp_path / "whole"), Store(tmp_path / "stopped")
    expected = store.create(GRID)
    list(recorded(Job(GRID, expected, executor="joint"), expected))
    stopped = other.create(GRID)
    sweep = Job(GRID, stopped, executor="joint")
    for event in recorded(sweep, stopped):
        if event.kind == "cells_scored" and event.epoch == 2:
            sweep.controls.stop()
    assert stopped.state == "stopped"
    *_, end = recorded(Job(GRID, stopped), stopped)

    assert (end.finished, end.failed, end.stopped) == (4, 0, False)
    assert cells_of(stopped) == cells_of(expected)


@pytest.mark.parametrize("stage", ["student", "pruned"])
def test_a_compression_goes_on(tmp_path, stage):
    store = Store(tmp_path)
    run = store.create(SMALL)
    finish(run)
    config = CompressionConfig(run=run.id, base=SMALL, stages=("pruned", "narrow"), epochs=3)

    def recorded_to(folder, when=lambda event: False):
        events = recorded(Job(config, folder), folder)
        for event in events:
            if when(event):
                break
        events.close()
        return [without_clocks(event.to_dict()) for event in folder.events()]

    expected = recorded_to(store.create(config))
    broken = store.create(config)
    recorded_to(
        broken,
        lambda event: event.kind == "stage_epoch" and event.stage == stage and event.epoch == 2,
    )
    assert broken.state == "interrupted"
    found = recorded_to(broken)

    clocks = ("latency_1", "latency_128", "compression")
    assert strip(found, clocks) == strip(expected, clocks)


def strip(value, names):
    if isinstance(value, dict):
        return {key: strip(item, names) for key, item in value.items() if key not in names}
    return [strip(item, names) for item in value] if isinstance(value, list) else value
