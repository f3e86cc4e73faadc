import numpy as np
import pytest
import torch

from kdcore.data.regression import Rows
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.job import Job
from kdcore.jobs.kind import REGRESSION
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.regression.events import (
    RegressionEpoch,
    RegressionFinished,
    RegressionStarted,
    RegressionTaught,
    RegressionTeacher,
)
from kdcore.jobs.regression.record import RegressionRecord
from kdcore.models.dropout_mlp import DropoutMLP
from kdcore.training.regression.regress import answer

ROWS = 120


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A number that depends on a measurement and a category; its deviation grows."""
    rng = np.random.default_rng(0)
    size = rng.uniform(0, 4, ROWS)
    colour = rng.choice(["red", "green", "blue"], ROWS)
    price = 20 * size + 15 * (colour == "red") + rng.normal(size=ROWS) * (1 + 3 * size)
    rows = [f"{a:.3f} kg,{b},{c:.2f} €" for a, b, c in zip(size, colour, price, strict=True)]
    path = tmp_path_factory.mktemp("tables") / "prices.csv"
    path.write_text("size,colour,price\n" + "\n".join(rows), encoding="utf-8")
    return str(path)


def config(table, **changes):
    tiny = {"teacher": "mlp:8", "student": "mlp:4", "teacher_epochs": 3, "epochs": 2}
    base = RegressionConfig().base.replace(dataset=table, **(tiny | changes))
    return RegressionConfig(base=base, networks=2, pairs=2)


@pytest.fixture(scope="module")
def events(table):
    return list(Job(config(table)))


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_its_events_come_in_their_order(events):
    kinds = [type(event) for event in events if not isinstance(event, Progress)]
    assert kinds == [
        RegressionStarted,
        *[RegressionTeacher] * 2,
        RegressionTaught,
        *[RegressionEpoch] * 4,
        RegressionFinished,
    ]


def test_units_and_categories_are_read_as_for_classes(events):
    started = events[[isinstance(event, RegressionStarted) for event in events].index(True)]
    assert started.target == "price (€)"
    assert started.columns == ["size (kg)", "colour = blue", "colour = green", "colour = red"]
    assert started.train_size + started.test_size == ROWS - 10
    codes = {one.code for one in started.notes}
    assert {"target_column", "units_read", "categories_encoded"} <= codes


def test_what_is_shown_of_the_end_is_what_was_measured(events):
    finished = events[-1]
    taught = of_kind(events, RegressionTaught)[0]
    targets = np.array(finished.targets)
    answers = finished.answers["teacher"]
    mean, deviation = np.array(answers.mean), np.array(answers.deviation)
    assert np.sqrt(((targets - mean) ** 2).mean()) == pytest.approx(taught.scores.rmse)
    inside = (np.abs(targets - mean) <= 1.6448536 * deviation).mean()
    assert answers.covered[-1] == pytest.approx(inside)
    assert taught.scores.coverage == pytest.approx(inside)
    first = [event for event in of_kind(events, RegressionEpoch) if event.seed == 0][-1]
    mean = np.array(finished.answers["distilled"].mean)
    shown = np.sqrt(((targets - mean) ** 2).mean())
    assert shown == pytest.approx(first.students["distilled"].rmse)


def test_a_learner_becomes_better_by_learning(table):
    long = config(table, lr=0.02)
    long = RegressionConfig(base=long.base.replace(epochs=40), networks=1, pairs=1)
    told = of_kind(list(Job(long)), RegressionEpoch)
    for student in ("plain", "distilled"):
        assert told[-1].students[student].rmse < 0.7 * told[0].students[student].rmse


@pytest.mark.parametrize("student", ["mlp:4", "dropout_mlp:8"])
def test_without_weight_the_students_are_one(table, student):
    told = of_kind(list(Job(config(table, weight=0.0, student=student))), RegressionEpoch)
    for event in told:
        assert event.students["plain"] == event.students["distilled"]


def test_with_all_weight_the_numbers_do_not_matter_to_the_distilled_student(table):
    few, all_known = (
        of_kind(list(Job(config(table, weight=1.0, unlabelled=share))), RegressionEpoch)
        for share in (0.9, 0.0)
    )
    assert few[-1].students["distilled"] == all_known[-1].students["distilled"]
    assert few[-1].students["plain"] != all_known[-1].students["plain"]


def test_it_repeats_itself(table, events):
    again = of_kind(list(Job(config(table))), RegressionEpoch)
    assert [event.students for event in again] == [
        event.students for event in of_kind(events, RegressionEpoch)
    ]


def test_dropout_depends_on_the_seed_alone(table):
    drawing = config(table, teacher="dropout_mlp:8", student="dropout_mlp:8")
    found = []
    for state in (1, 2):
        torch.manual_seed(state)
        found.append(of_kind(list(Job(drawing)), RegressionEpoch))
    assert [event.students for event in found[0]] == [event.students for event in found[1]]


def test_a_network_goes_on_learning_with_dropout_after_it_was_measured():
    network = DropoutMLP((3, 40, 2)).train()
    rows = Rows(torch.randn(5, 3, generator=torch.Generator().manual_seed(0)), torch.zeros(5))
    mean, log_variance = answer(network, rows)
    assert network.training
    wanted = network.eval()(rows.inputs)
    assert torch.equal(torch.stack([mean, log_variance], 1), wanted)


def test_it_stops_between_epochs(table):
    job = Job(config(table))
    told = []
    for event in job:
        told.append(event)
        if isinstance(event, RegressionEpoch):
            job.controls.stop()
    assert len(of_kind(told, RegressionEpoch)) == 1
    assert told[-1].stopped


def test_its_record_knows_means_and_gains(events):
    found = RegressionRecord()
    found.fold(events)
    last = [event for event in of_kind(events, RegressionEpoch) if event.epoch == 2]
    wanted = [one.students["distilled"].rmse - one.students["plain"].rmse for one in last]
    assert found.gains("rmse") == pytest.approx(wanted)
    assert found.curve("plain", "rmse")[-1][1] == pytest.approx(
        np.mean([one.students["plain"].rmse for one in last])
    )
    assert found.done == pytest.approx(1.0)
    assert found.summary()["rmse"].keys() == {"teacher", "plain", "distilled"}


@pytest.mark.parametrize(
    ("text", "target", "code"),
    [
        ("a,b\n" + "1,red\n" * 30, "b", "target_not_numbers"),
        ("a,b\n" + "1,2\n" * 30, "b", "target_constant"),
        ("a,b\n" + "1,1e308\n3,-1e308\n" * 30, "b", "target_not_numbers"),
        ("a,b\n" + "1,2\n3,4\n", "b", "too_few_rows"),
        ("a,b\n" + "1,2\n3,4\n" * 20, "c", "label_column_missing"),
    ],
)
def test_what_cannot_be_predicted_is_said(tmp_path, text, target, code):
    path = tmp_path / "own.csv"
    path.write_text(text)
    (*_, last) = Job(config(str(path), label_column=target))
    assert last.code == code


@pytest.mark.parametrize("name", ["digits", "languages"])
def test_data_of_the_catalogue_without_a_number_to_predict_are_called_so(name):
    (*_, last) = Job(config(name))

    assert last.code == "regression_no_table"


@pytest.mark.parametrize("model", ["tree:3", "resnet8", "mlp:8 + mlp:8"])
def test_a_model_that_has_no_mean_and_variance_is_refused(model):
    with pytest.raises(UserError) as caught:
        RegressionConfig(base=RegressionConfig().base.replace(teacher=model))
    assert caught.value.code == "regression_model"


def test_a_setting_of_a_run_that_does_not_act_is_refused():
    base = RegressionConfig().base.replace(optimizer="muon", device="cpu")
    (failed,) = Job(RegressionConfig(base=base))

    assert failed.code == "regression_setting"
    assert failed.values == {"name": "optimizer", "value": "muon", "usual": "adam"}


def test_the_bundled_data_are_those_of_scikit_learn(monkeypatch):
    from sklearn.datasets import load_diabetes  # noqa: PLC0415

    from kdcore.data.regression import load_regression  # noqa: PLC0415

    work = load_regression("diabetes", "")
    try:
        while True:
            next(work)
    except StopIteration as end:
        data = end.value
    bundle = load_diabetes(scaled=False)
    splits = (data.train, data.validation, data.test)
    shown = torch.cat([rows.targets for rows in splits]).double() * data.std + data.mean
    assert sorted(shown.tolist()) == pytest.approx(sorted(bundle.target), abs=1e-3)
    assert len(data.columns) == bundle.data.shape[1]
    assert data.train.inputs.mean(0).abs().max() < 1e-5
    assert REGRESSION.config().base.dataset == "diabetes"
