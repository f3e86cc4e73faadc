"""Settings that change by themselves."""

import pytest

from kdcore import Run, RunConfig
from kdcore.commands import Retune
from kdcore.errors import UserError
from kdcore.job import Job
from kdcore.jobs.run.events import Batch, Epoch
from kdcore.jobs.run.schedules import parse_schedule
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.store import Store, recorded
from kdcore.training.objective.student_specs import specs_at
from kdcore.training.objective.terms import StudentSpec

SMALL = RunConfig(dataset="digits", epochs=4, teacher_epochs=1, teacher="mlp:16", student="mlp:8")


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("", [8, 8, 8, 8, 8]),
        ("linear:0", [8, 6, 4, 2, 0]),
        ("linear:16", [8, 10, 12, 14, 16]),
        ("cosine:0", [8, 6.82843, 4, 1.17157, 0]),
        ("step:0.5:2", [8, 8, 4, 4, 2]),
        ("at:1=3:3=5", [8, 3, 3, 5, 5]),
        ("warmup:2", [0, 4, 8, 8, 8]),
        ("warmup:2,linear:0", [0, 3, 4, 2, 0]),
        ("warmup:2, at:1=3", [0, 1.5, 3, 3, 3]),
    ],
)
def test_a_schedule_is_a_course_over_the_epochs(text, course):
    schedule = parse_schedule("temperature", text)

    assert [schedule.value(8, at, 4) for at in range(5)] == pytest.approx(course, rel=1e-5)
    assert bool(schedule) == bool(text)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"lr_schedule": "fast"}, "lr_schedule is 'fast'"),
        ({"lr_schedule": "linear"}, "it may be"),
        ({"lr_schedule": "step:2:1"}, "it may be"),
        ({"lr_schedule": "linear:1,linear:2"}, "may"),
        ({"lr_schedule": "linear:1,warmup:2"}, "it may be"),
        ({"lr_schedule": "at:1"}, "it may be"),
        ({"lr_schedule": "linear:nan"}, "it may be"),
        ({"lr_schedule": "warmup:0"}, "it may be"),
        ({"temperature_schedule": "linear:0"}, "temperature is 0"),
        ({"temperature_schedule": "warmup:1"}, "cannot start at 0"),
        ({"weight_schedule": "linear:3"}, "between 0 and 1"),
    ],
)
def test_a_bad_schedule_is_one_sentence(settings, sentence):
    with pytest.raises(UserError, match=sentence):
        RunConfig(**settings)


def test_a_schedule_acts_batch_by_batch_and_is_told():
    config = SMALL.replace(
        temperature=8,
        weight=0.5,
        temperature_schedule="linear:1",
        weight_schedule="at:2=0",
        lr_schedule="warmup:1",
    )
    events = list(Run(config))
    batches = [event for event in events if isinstance(event, Batch)]
    temperatures = [event.controls["temperature"] for event in batches]
    epochs = [event for event in events if isinstance(event, Epoch)]

    assert temperatures == sorted(temperatures, reverse=True)
    assert 1 < temperatures[-1] < 1.1
    assert batches[0].controls["lr"] < 0.003
    assert batches[-1].controls["lr"] == 0.003
    assert [epoch.controls["weight"] for epoch in epochs] == [0.5, 0.5, 0, 0]
    assert batches[-1].students["distilled"].loss == batches[-1].students["distilled"].hard_loss


def test_without_a_schedule_no_batch_tells_of_one():
    assert not any(event.controls for event in Run(SMALL) if isinstance(event, Batch))


def test_a_hand_on_the_slider_ends_the_schedule():
    run = Run(
        SMALL.replace(temperature=8, temperature_schedule="linear:1", lr_schedule="linear:0.001")
    )
    told = []
    for event in run:
        if isinstance(event, Epoch):
            told.append((event.controls["temperature"], event.controls["lr"]))
            if event.epoch == 2:
                run.controls.send(Retune("temperature", 6.0))

    assert [temperature for temperature, _ in told][2:] == [6, 6]
    assert told[3][1] < told[1][1]


def test_students_of_a_sweep_follow_the_schedule_of_their_runs(tmp_path):

    base = SMALL.replace(temperature_schedule="cosine:1", weight_schedule="linear:0", epochs=2)
    folder = Store(tmp_path).create(
        SweepConfig(base=base, temperatures=(2, 8), weights=(0.5,), seeds=(0,))
    )
    for _ in recorded(Job(folder.config, folder, executor="joint"), folder):
        pass
    for cell, config in enumerate(folder.config.cells):
        together, alone = (
            [event for event in events if isinstance(event, Epoch)][-1]
            for events in (folder.cell(cell).events(), Run(config))
        )
        assert together.students["distilled"].soft_loss == pytest.approx(
            alone.students["distilled"].soft_loss, rel=1e-4
        )
        assert together.controls == pytest.approx(alone.controls)


def test_a_member_is_scheduled_by_its_own_value():
    course = {"weight": parse_schedule("weight", "linear:1")}
    members = [StudentSpec("kd", 4.0, weight, 0.01) for weight in (0.0, 0.5)]

    assert [member.weight for member in specs_at(members, course, 5, 10)] == [0.5, 0.75]
