"""What a run says at its end of its learners' uncertainty."""

import numpy as np
import pytest
import torch
from support.files import collect

from kdcore import RunConfig
from kdcore.data import load_dataset
from kdcore.data.unfamiliar import rotated, unfamiliar_inputs
from kdcore.errors import UserError
from kdcore.events import COVERAGES
from kdcore.job import Run
from kdcore.jobs.run.events import Finished, Uncertainty
from kdcore.jobs.run.record import RunRecord
from kdcore.store import Store

SMALL = RunConfig(
    dataset="digits",
    teacher="mlp:16",
    teacher_epochs=2,
    student="mlp:8",
    epochs=1,
    batch_size=128,
    transfer_size=256,
)
SEVERAL = SMALL.replace(teacher="mlp:16 + mlp:12", method="ensemble_distribution_proxy", weight=1.0)
KINDS = ["other", "photographs", "rotated", "noise"]


def run(root, config):
    folder = Store(root).create(config)
    return list(Run(config, folder)), folder


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    return run(tmp_path_factory.mktemp("store"), SEVERAL)


def uncertainty_in(events):
    return next(event for event in events if isinstance(event, Uncertainty))


def test_it_comes_once_before_the_end_of_a_run_that_is_kept(several):
    events, _ = several
    record = RunRecord()
    record.fold(events)

    assert [event.kind for event in events[-2:]] == ["uncertainty", "finished"]
    assert record.uncertainty == events[-2]
    assert not any(isinstance(event, Uncertainty) for event in Run(SMALL))


def test_every_learner_is_asked_the_same(several):
    found = uncertainty_in(several[0])

    assert list(found.learners) == ["teacher", "plain", "distilled"]
    assert list(found.inputs) == ["test", *KINDS]
    assert found.other_dataset == "mnist5k"
    for own in found.learners.values():
        assert list(own.auroc["entropy"]) == KINDS
        for counts in own.histograms.values():
            assert {kind: sum(counts[kind]) for kind in counts} == found.inputs


def test_the_sets_that_are_kept_are_a_part_of_those_that_are_counted(several):
    events, folder = several
    found, arrays = uncertainty_in(events), folder.load_arrays("uncertainty.safetensors")
    record = RunRecord()
    record.fold(events)
    tested = record.started.test_size

    for learner, own in found.learners.items():
        for kind, scores in (("lac", own.lac), ("aps", own.aps)):
            assert [one.coverage for one in scores] == list(COVERAGES)
            assert all(sum(one.sizes) == tested for one in scores)
            for one, sets in zip(scores, arrays[f"{learner}_{kind}"], strict=True):
                mean = sum(size * count for size, count in enumerate(one.sizes)) / tested
                assert one.mean_size == pytest.approx(mean)
                kept = np.bincount(sets.sum(1), minlength=len(one.sizes))
                assert (kept <= one.sizes).all()
    assert len(arrays["set_images"]) == len(arrays["set_labels"]) == 24


def test_knowledge_is_of_several_teachers_and_of_a_dirichlet_student(several):
    found = uncertainty_in(several[0]).learners

    assert {name: own.source for name, own in found.items()} == {
        "teacher": "ensemble",
        "plain": "",
        "distilled": "dirichlet",
    }
    for name in ("teacher", "distilled"):
        assert "knowledge" in found[name].auroc
        for total, data, knowledge in found[name].uncertainty.values():
            assert total == pytest.approx(data + knowledge)
            assert knowledge > 0
    assert "knowledge" not in found["plain"].auroc


def test_the_energy_of_several_networks_is_their_mean(several):
    """That of their joint answer, whose logits are logarithms of probabilities, would be 0."""
    _, highest = uncertainty_in(several[0]).learners["teacher"].score_ranges["energy"]

    assert highest < -0.5


def test_an_ensemble_of_students_has_knowledge_too(tmp_path):
    events, _ = run(tmp_path, SMALL.replace(ensemble=2, dataset="moons"))
    found = uncertainty_in(events)

    assert [own.source for own in found.learners.values()] == ["", "ensemble", "ensemble"]
    assert (list(found.inputs), found.other_dataset) == (["test", "noise"], "")


def test_a_forest_is_asked_as_well(tmp_path):
    forest = SMALL.replace(student="forest:4", teacher="forest:4", batch_size=32)
    events, _ = run(tmp_path, forest)

    found = uncertainty_in(events).learners
    assert list(found) == ["teacher", "plain", "distilled"]
    assert all("energy" not in own.auroc for own in found.values())
    assert isinstance(events[-1], Finished)


def test_unfamiliar_inputs_have_the_shape_and_range_of_the_data():
    data = collect(load_dataset(SMALL, None))[1]
    found = unfamiliar_inputs(data, 20, seed=1)
    again = unfamiliar_inputs(data, 20, seed=1)

    assert list(found) == KINDS
    for kind, inputs in found.items():
        assert inputs.shape == (20, 1, 8, 8)
        assert inputs.dtype == torch.uint8
        assert inputs.max() <= 16
        assert torch.equal(inputs, again[kind])
    assert torch.equal(rotated(rotated(rotated(rotated(found["other"])))), found["other"])


@pytest.mark.parametrize("teacher", ["mlp:16", "mlp:16 + mlp:8"])
def test_one_teacher_has_no_distribution_to_learn(teacher):
    several = "+" in teacher
    with pytest.raises(UserError) as problem:
        SEVERAL.replace(teacher=teacher, assistants="mlp:12" if several else "")

    assert problem.value.code == "method_several_teachers"
