"""A teacher that is calibrated before it teaches."""

import pytest
import torch
from support.files import collect
from torch import nn

from kdcore import Run, RunConfig
from kdcore.data import load_dataset
from kdcore.jobs.run.events import Epoch, Prepared
from kdcore.metrics import fit_temperature
from kdcore.training.measuring.evaluation import predict
from kdcore.training.teachers.tempered import temper

SMALL = RunConfig(
    dataset="digits",
    teacher="mlp:24",
    teacher_epochs=12,
    student="mlp:8",
    epochs=1,
    batch_size=128,
    transfer_size=256,
)


def prepared(config):
    return next(event for event in Run(config) if isinstance(event, Prepared))


def test_a_tempered_network_answers_alike_and_is_calibrated():
    data = collect(load_dataset(SMALL, None))[1]
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 10)).eval()
    before = predict(network, data, "float32").validation
    weights = {name: value.clone() for name, value in network.state_dict().items()}
    temperature = temper(network, data)
    after = predict(network, data, "float32").validation

    assert temperature == pytest.approx(fit_temperature(before, data.validation.labels))
    torch.testing.assert_close(after, before / temperature)
    assert all(torch.equal(value, weights[name]) for name, value in network.state_dict().items())
    assert fit_temperature(after, data.validation.labels) == pytest.approx(1, abs=0.01)


def test_a_run_says_by_what_its_teachers_were_divided_and_their_errors_stay():
    for teacher, code in (("mlp:24", "teacher_tempered"), ("mlp:24 + mlp:12", "teachers_tempered")):
        config = SMALL.replace(teacher=teacher)
        plain, tempered = (
            prepared(config.replace(teacher_calibration=how)) for how in ("none", "temperature")
        )

        assert [note.code for note in plain.notes] == []
        assert [note.code for note in tempered.notes] == [code]
        if teacher == "mlp:24":
            assert tempered.teacher.test_errors == plain.teacher.test_errors
        assert tempered.teacher.validation_nll < plain.teacher.validation_nll


def test_the_student_learns_from_the_tempered_answers():
    epochs = [
        next(
            event
            for event in Run(SMALL.replace(method="logit_mse", weight=1.0, teacher_calibration=how))
            if isinstance(event, Epoch)
        )
        for how in ("none", "temperature")
    ]

    assert epochs[0].students["plain"].nll == epochs[1].students["plain"].nll
    assert epochs[0].students["distilled"].nll != epochs[1].students["distilled"].nll
