"""What a line about a run says, the most telling first."""

import pytest
from support import events as make
from support.jobs import CONFIGS

from kdcore.events import Retuned
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.store import JobRow, Store, recorded
from kdcore.titles import (
    Title,
    differing,
    has_words,
    job_title,
    run_title,
    sweep_title,
    title_parts,
)


def row(kind="run", **settings):
    config = RunConfig(**settings) if kind == "run" else settings["config"]
    return JobRow(
        id="x",
        created=0.0,
        state="finished",
        config=config.to_dict(),
        kind=kind,
        summary={"plain": 0.881, "distilled": 0.958, "teacher": 0.972, "turned": {}},
    )


def title_text(title):
    return " · ".join(title_parts(title))


def test_what_differs_comes_first_then_the_seed_and_what_came_of_it():
    title = run_title(row(weight=0.9, unlabelled=0.9))

    assert title_text(title) == "90% unlabelled · λ 0.9 · seed 0 · 95.8% against 88.1%"


def test_the_usual_models_of_a_data_set_say_nothing():
    usual = run_title(row(dataset="mnist", teacher="mlp:500", student="mlp:250", seed=3))
    other = run_title(row(dataset="mnist"))

    assert (usual.dataset, usual.differing) == ("mnist", {"seed": 3})
    assert other.differing == {"teacher": "mlp:256,128", "student": RunConfig().student, "seed": 0}


def test_own_data_are_named_without_the_way_to_them():
    title = run_title(row(dataset="/somewhere/[final]/photos.zip"))

    assert (title.dataset, title_text(title)) == ("photos.zip", "seed 0 · 95.8% against 88.1%")


def test_t_and_lambda_say_nothing_where_nothing_is_softened():
    title = run_title(row(method="hard", temperature=9.0, weight=0.1, epochs=7))

    assert title.differing == {"method": "hard", "epochs": 7, "seed": 0}


def test_a_run_that_a_hand_moved_says_so(tmp_path):
    events = make.whole_run()
    moves = (("temperature", 7.0), ("speed", 9.0), ("temperature", 19.0))
    turns = [
        Retuned(step=1, position=0.1, name=name, value=value, previous=4.0) for name, value in moves
    ]
    store = Store(tmp_path)
    folder = store.create(RunConfig())
    for _ in recorded([*events[:5], *turns, *events[5:]], folder):
        pass
    (found,) = Store(tmp_path).list(RUN)

    assert found.summary["turned"] == {"temperature": 19.0, "speed": 9.0}
    assert "moved by hand: T 19 ·" in title_text(run_title(found))
    assert run_title(found).turned == {"temperature": 19.0}


def test_a_sweep_says_what_its_students_share_and_what_varies():
    config = SweepConfig(
        base=RunConfig(unlabelled=0.9, weight=0.7),
        temperatures=(8.0,),
        weights=(0.5, 1.0),
        seeds=(0, 1),
    )
    title = sweep_title(config.to_dict())

    assert (title.differing, title.axes) == (
        {"unlabelled": 0.9, "temperature": 8.0},
        {"weight": [0.5, 1.0], "seed": [0, 1]},
    )
    assert title_text(title) == "90% unlabelled · T 8 · λ 0.5, 1 · seed 0, 1"


def test_a_search_says_between_what_it_looks():
    config = SearchConfig(base=RunConfig(students="distilled", epochs=7))

    assert title_text(job_title(row("search", config=config))) == "7 epochs · T 1–20 · λ 0–1"


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_kind_of_job_has_a_title(kind):
    job = row(kind, config=CONFIGS[kind]) if kind != "run" else row()

    named = "made" if kind == "recognition" else CONFIGS[kind].base.dataset
    assert job_title(job).dataset == named


@pytest.mark.parametrize("kind", CONFIGS)
def test_a_damaged_job_has_none(kind):
    damaged = JobRow(id="x", created=0.0, state="damaged", config={}, kind=kind)

    assert (job_title(damaged).dataset, title_parts(job_title(damaged))) == ("", [])


def test_the_words_of_another_language_are_used():
    words = {"other": "{name}：{value}", "turned": "手动 {controls}", "alone": "准确率 {accuracy}"}
    title = Title("digits", {"epochs": 7}, turned={"lr": 0.1}, distilled=0.5)

    assert title_parts(title, words, {"epochs": "轮数", "lr": "学习率"}) == [
        "轮数：7",
        "手动 学习率：0.1",
        "准确率 50.0%",
    ]


def test_only_known_settings_differ():
    assert differing({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 3}) == {"b": 2}


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("T 16 · mlp:8", "", True),
        ("T 16 · mlp:8", "MLP t", True),
        ("T 16 · mlp:8", '"t 16" mlp', True),
        ("T 8 · seed 16", "T 16", True),
        ("T 8 · seed 16", '"T 16"', False),
        ("温度：2、8", "“温度：2”", True),
        ("温度：2、8", '"', True),  # a quote that is being typed
        ("T 8", '"T 8', True),
        ("T 8", "T 9", False),
    ],
)
def test_a_search_has_words_and_phrases(text, asked, found):
    assert has_words(text, asked) is found
