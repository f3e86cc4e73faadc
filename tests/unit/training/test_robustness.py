"""The test of a run's networks as a whole: what is measured, of whom, and how it is stopped."""

from pathlib import Path

import numpy as np
import pytest
import torch
from support.trained import of_kind

from kdcore import Run, RunConfig
from kdcore.catalogue import CORRUPTIONS
from kdcore.data import load_dataset
from kdcore.events import Failed
from kdcore.job import Job
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.robustness.events import (
    CorruptionEnded,
    CorruptionMeasured,
    RobustnessFinished,
    RobustnessStarted,
)
from kdcore.jobs.robustness.record import RobustnessRecord
from kdcore.store import Store, recorded
from kdcore.training.weights.modules import load_module

BASE = RunConfig(
    dataset="digits",
    epochs=2,
    teacher_epochs=2,
    teacher="mlp:32",
    student="mlp:16",
    transfer_size=300,
    precision="float32",
    device="cpu",
)


def digits():
    loading = load_dataset(BASE, None)
    try:
        while True:
            next(loading)
    except StopIteration as end:
        return end.value


def trained(store, config):
    folder = store.create(config)
    for _ in recorded(Run(config, folder), folder):
        pass
    return folder


def measured(store, run, **how):
    folder = store.create(RobustnessConfig.of(run.id, run.config, **how))
    return folder, list(recorded(Job(folder.config, folder), folder))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def run(store):
    return trained(store, BASE)


@pytest.fixture(scope="module")
def whole(store, run):
    return measured(store, run, corruptions=("gaussian_noise", "contrast", "pgd"), steps=2)


def test_every_corruption_is_measured_in_its_severities_of_all_networks(whole):
    folder, events = whole
    found = of_kind(events, CorruptionMeasured)

    assert [(one.corruption, one.severity) for one in found] == [
        ("clean", 0),
        *((name, at) for name in ("gaussian_noise", "contrast", "pgd") for at in range(1, 6)),
    ]
    for one in found[1:]:
        assert one.amount == CORRUPTIONS[one.corruption].amounts[one.severity - 1]
        assert list(one.learners) == ["teacher", "plain", "distilled"]
    assert folder.state == "finished"


def test_on_clean_images_the_networks_are_worth_what_the_run_said(whole, run):
    _, events = whole
    end, clean = run.events()[-1], of_kind(events, CorruptionMeasured)[0].learners
    known = {"teacher": end.teacher} | end.students

    for learner, scores in known.items():
        assert clean[learner].errors == scores.test_errors
        assert clean[learner].ece == pytest.approx(scores.ece, abs=1e-6)


def test_a_severity_is_that_of_the_network_by_hand(whole, run, store):
    """On the images of which the first are kept as pictures; contrast draws nothing."""
    _, events = whole
    data = digits()
    network = load_module(run.path / "distilled.safetensors", data).eval()
    images = data.test.inputs.double() / 16
    amount = CORRUPTIONS["contrast"].amounts[2]
    mean = images.mean((1, 2, 3), keepdim=True)
    changed = 16 * (mean + amount * (images - mean))
    with torch.no_grad():
        answers = network(((changed - data.mean) / data.std).float()).argmax(-1)
    errors = int((answers != data.test.labels).sum())
    (found,) = [
        one
        for one in of_kind(events, CorruptionMeasured)
        if (one.corruption, one.severity) == ("contrast", 3)
    ]

    assert found.learners["distilled"].errors == pytest.approx(errors, abs=1)


def test_the_means_are_those_of_the_severities(whole):
    _, events = whole
    end = of_kind(events, RobustnessFinished)[0]
    of_kinds = {"corruptions": ("gaussian_noise", "contrast"), "attacks": ("pgd",)}
    for kind, names in of_kinds.items():
        found = getattr(end, kind)
        for learner in ("teacher", "plain", "distilled"):
            own = [
                one.learners[learner]
                for one in of_kind(events, CorruptionMeasured)
                if one.corruption in names
            ]
            accuracy = np.mean([one.accuracy for one in own])

            assert found.accuracy[learner].value == pytest.approx(accuracy)
            assert found.accuracy[learner].low < accuracy < found.accuracy[learner].high
            assert found.ece[learner] == pytest.approx(np.mean([one.ece for one in own]), abs=1e-6)
        gain = found.accuracy["distilled"].value - found.accuracy["plain"].value
        assert found.accuracy_gain.value == pytest.approx(gain)
        clean = of_kind(events, CorruptionMeasured)[0].learners
        lead = clean["distilled"].accuracy - clean["plain"].accuracy
        assert found.beyond_clean.value == pytest.approx(gain - lead)
        assert found.beyond_clean.low <= gain - lead <= found.beyond_clean.high
        assert found.ece_gain.value == pytest.approx(found.ece["distilled"] - found.ece["plain"])


def test_pictures_are_kept_with_every_answer(whole):
    folder, events = whole
    data = digits()
    for end in of_kind(events, CorruptionEnded):
        arrays = folder.load_arrays(end.pictures)
        count = len(arrays["labels"])

        assert arrays["images"].shape == (6, count, 8, 8, 1)
        assert arrays["labels"].tolist() == data.test.labels[:count].tolist()
        clean = (data.test.inputs[:count].double() * 255 / 16).round()
        assert np.abs(arrays["images"][0, :, :, :, 0] - clean[:, 0].numpy()).max() <= 1
        for learner in ("teacher", "plain", "distilled"):
            assert arrays[f"{learner}_logits"].shape == (6, count, 10)


def test_the_same_seed_measures_the_same(whole, store, run):
    _, events = whole
    _, again = measured(store, run, corruptions=("gaussian_noise", "contrast", "pgd"), steps=2)

    for one, other in zip(
        of_kind(events, CorruptionMeasured), of_kind(again, CorruptionMeasured), strict=True
    ):
        assert one.learners == other.learners


def test_fewer_examples_are_drawn_by_the_seed(store, run):
    _, events = measured(store, run, corruptions=("contrast",), examples=50)
    started = of_kind(events, RobustnessStarted)[0]

    assert (started.examples, started.test_size) == (50, len(digits().test.labels))


def test_it_can_be_stopped_and_keeps_what_it_has(store, run):
    config = RobustnessConfig.of(run.id, run.config, corruptions=("contrast", "blur"))
    folder = store.create(config)
    job = Job(config, folder)
    events = []
    for event in recorded(job, folder):
        events.append(event)
        if isinstance(event, CorruptionEnded):
            job.controls.stop()
    record = RobustnessRecord()
    record.fold(events)

    assert folder.state == "stopped"
    assert list(record.over) == ["blur"]
    assert record.finished.corruptions.accuracy_gain is not None
    assert record.summary()["corruptions"] == ["blur"]
    assert 0 < record.done < 1


def test_a_forest_is_corrupted_and_not_attacked(store):
    run = trained(store, BASE.replace(teacher="forest:5", students="distilled", epochs=1))
    _, events = measured(store, run, corruptions=("contrast", "fgsm"))
    by_name = {}
    for one in of_kind(events, CorruptionMeasured):
        by_name[one.corruption] = list(one.learners)

    assert of_kind(events, RobustnessStarted)[0].not_attacked == ["teacher"]
    assert by_name["contrast"] == ["teacher", "distilled"]
    assert by_name["fgsm"] == ["distilled"]
    assert events[-1].corruptions.accuracy_gain is None


def test_where_no_network_has_a_gradient_attacks_are_left_out(store):
    forests = BASE.replace(teacher="forest:3", student="forest:2", epochs=1, transfer_size=0)
    run = trained(store, forests)
    _, events = measured(store, run, corruptions=("contrast", "fgsm"))
    _, refused = measured(store, run, corruptions=("fgsm",))

    assert of_kind(events, RobustnessStarted)[0].config["corruptions"] == ["contrast"]
    assert events[-1].attacks is None
    assert of_kind(refused, Failed)[0].code == "nothing_attacked"


def test_what_cannot_be_tested_is_said_in_one_sentence(store, run, tmp_path):
    table = tmp_path / "points.csv"
    rows = [f"{at % 7},{at % 5},{'ab'[at % 2]}" for at in range(60)]
    table.write_text("\n".join(["x,y,kind", *rows]), encoding="utf-8")
    points = store.create(BASE.replace(dataset=str(table), transfer_size=0))
    without = store.create(BASE)

    assert of_kind(measured(store, points)[1], Failed)[0].code == "robustness_images"
    assert of_kind(measured(store, without)[1], Failed)[0].code == "nothing_kept"
    assert not list(Path(without.path).glob("*.safetensors"))
