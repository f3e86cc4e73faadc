"""A choice of teacher: what each is worth, and whether the ways to choose agree."""

import pytest

from kdcore import Run, RunConfig
from kdcore.job import Job
from kdcore.jobs.kind import RUN, TEACHER_SELECTION
from kdcore.jobs.run.events import Epoch
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.jobs.teacher_selection.events import TeacherEvaluated
from kdcore.store import Store, recorded
from kdcore.training.grid.teacher_selection import compared

BASE = RunConfig(
    dataset="digits",
    epochs=2,
    teacher_epochs=2,
    student="mlp:8",
    transfer_size=200,
    students="distilled",
    precision="float32",
    device="cpu",
)
CONFIG = TeacherSelectionConfig(base=BASE, teachers=("mlp:4", "mlp:64"), seeds=(0, 3))


def judged(events):
    return [event for event in events if isinstance(event, TeacherEvaluated)]


def row(teacher, accuracy, ece, nll, student):
    return TeacherEvaluated(
        teacher=teacher,
        source="trained",
        parameters=1,
        validation_accuracy=accuracy,
        ece=ece,
        nll=1.0,
        temperature_fitted=1.0,
        nll_fitted=nll,
        test_accuracy=0.5,
        students_validation_accuracy=student,
        students_test_accuracy=student,
        runs=[],
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    folder = store.create(CONFIG)
    return store, folder, list(recorded(Job(CONFIG, folder), folder))


def test_each_teacher_is_judged_and_the_students_are_those_of_its_run_alone(whole):
    store, folder, events = whole
    assert [event.teacher for event in judged(events)] == ["mlp:4", "mlp:64"]
    for event in judged(events):
        for seed, run, accuracy in zip(
            CONFIG.seeds, event.runs, event.students_validation_accuracy, strict=True
        ):
            config = BASE.replace(teacher=event.teacher, seed=seed)
            alone = [told for told in Run(config) if isinstance(told, Epoch)][-1]
            assert store.find(run, RUN).config == config
            assert accuracy == pytest.approx(alone.students["distilled"].validation_accuracy)
            assert event.validation_accuracy == alone.teacher.validation_accuracy
            assert event.nll == pytest.approx(alone.teacher.validation_nll)
            assert event.test_accuracy == alone.teacher.test_accuracy
    assert store.readable(TEACHER_SELECTION) == [folder.id]
    assert store.find(folder.id).config == CONFIG


def test_a_fitted_temperature_does_not_make_a_teacher_worse(whole):
    for event in judged(whole[2]):
        assert event.nll_fitted < event.nll
        assert 0 <= event.ece <= 1


def test_the_larger_teacher_is_chosen_where_it_is_plainly_better(whole):
    last = whole[2][-1]
    assert last.kind == "teacher_selection_finished"
    assert last.by_accuracy == last.by_nll_fitted == ["mlp:64"]


def test_a_second_choice_finds_the_teachers_again(whole):
    store = whole[0]
    folder = store.create(CONFIG)
    again = list(recorded(Job(CONFIG, folder), folder))
    assert [event.source for event in judged(again)] == ["cached", "cached"]
    assert again[-1].by_student == whole[2][-1].by_student


def test_ways_that_name_different_teachers_do_not_agree():
    rows = [row("a", 0.9, 0.2, 0.5, [0.8]), row("b", 0.8, 0.1, 0.4, [0.7])]
    end = compared("x", rows, stopped=False, seconds=0.0)
    assert (end.by_accuracy, end.by_ece, end.by_nll_fitted) == (["a"], ["b"], ["b"])
    assert end.by_student == ["a"]
    assert end.agree is False


def test_a_draw_names_both_and_agrees_with_either():
    rows = [row("a", 0.9, 0.2, 0.5, [0.6, 0.8]), row("b", 0.9, 0.1, 0.4, [0.7, 0.7])]
    end = compared("x", rows, stopped=False, seconds=0.0)
    assert end.by_accuracy == ["a", "b"]
    assert end.agree is True


def test_a_stopped_choice_chooses_nothing():
    work = Job(CONFIG)
    events = []
    for event in work:
        events.append(event)
        if isinstance(event, TeacherEvaluated):
            work.controls.stop()
    assert len(judged(events)) == 1
    assert (events[-1].stopped, events[-1].by_accuracy, events[-1].agree) == (True, [], None)
