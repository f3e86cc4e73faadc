"""Mistakes in the words of the page."""

import re

import pytest

from dashboard.text.errors import sentence
from dashboard.text.languages import LANGUAGES, words
from kdcore.errors import MESSAGES, UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.sweep.config import SweepConfig


def on_the_page(make, language):
    """What the page says of the mistake that ``make`` makes, and what the command line says."""
    with pytest.raises(UserError) as caught:
        make()
    error = caught.value
    return sentence(words(language), f"error.{error.code}", error.values), str(error)


@pytest.mark.parametrize(
    ("settings", "english", "chinese"),
    [
        (
            {"temperature": -1},
            "“Temperature” is −1: it must lie between 0.1 and 100.",
            "“温度”为 −1：必须在 0.1 与 100 之间。",
        ),
        (
            {"augment": "shifts"},
            "“Augmentation” is “shifts”: choose one of none, shift, shift and flip. "
            "Did you mean “shift”?",
            "“数据增强”为“shifts”：请从 无、平移、平移与翻转 中选择。您是不是要找“平移”？",
        ),
        (
            {"also": "3*hint", "method": "hard"},
            "The method “Hard labels only (no teacher)” has no soft term: "
            "leave “Further soft terms” empty.",
            "方法“仅硬标签（无教师）”没有软损失项：请将“更多软损失项”留空。",
        ),
        (
            {"weight": 3},
            "“Weight λ” is 3: with “convex: (1−λ)·CE + λ·soft” mixing it must lie between 0 and 1.",
            "“权重 λ”为 3：采用“凸组合：(1−λ)·CE + λ·soft”时必须在 0 与 1 之间。",
        ),
        (
            {"method": "dkd:beta=99"},
            "“β” is 99: it must lie between 0 and 16.",
            "“β”为 99：必须在 0 与 16 之间。",
        ),
        (
            {"ensemble": 2, "student_start": "teacher"},
            "All networks of an ensemble would start as copies of the teacher and stay identical: "
            "choose “Student initialisation: random”.",
            "集成的各个网络都会从教师的副本开始而彼此相同：请选择“学生初始化：随机”。",
        ),
    ],
)
def test_a_setting_is_called_what_its_widget_is_called(settings, english, chinese):
    assert on_the_page(lambda: RunConfig(**settings), "en")[0] == english
    assert on_the_page(lambda: RunConfig(**settings), "zh")[0] == chinese


def test_the_command_line_keeps_the_names_that_people_type():
    _, line = on_the_page(lambda: RunConfig(ensemble=2, student_start="teacher"), "en")

    assert line.endswith("choose student_start random.")


def test_an_axis_is_called_what_its_field_is_called():
    page, line = on_the_page(lambda: SweepConfig(temperatures=(2, 2)), "zh")

    assert page.startswith("“T”中的 2 出现了两次")
    assert line.startswith("temperatures lists 2.0 twice")


def test_a_choice_that_does_not_suit_is_named_with_its_setting():
    values = UserError("augment_needs_images", augment="shift_flip").values

    assert sentence(words("en"), "error.augment_needs_images", values) == (
        "“Augmentation” is “shift and flip”, but these data are not images: "
        "choose “Augmentation: none”."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_of_an_earlier_version_leave_the_sentence_that_was_stored(language):
    assert sentence(words(language), "error.outside_range", {"setting": "T"}) is None
    assert sentence(words(language), "error.no such code", {}) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", MESSAGES)
def test_every_name_that_a_message_looks_up_is_on_the_page(code, language):
    template = words(language)[f"error.{code}"]
    for kind, name in re.findall(r"{(setting|choice|option)\[([^]]+)\]}", template):
        found = sentence({**words(language), "error.test": f"{{{kind}[{name}]}}"}, "error.test", {})

        assert not found.startswith(f"“{name.partition('=')[0]}"), "a label, not the code's name"
