"""Edits of texts, settings and the record of a recognition."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.recognition import whole_recognition

from kdcore.errors import UserError
from kdcore.jobs.changed import changed
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.recognition.edits import edit_distance, edits
from kdcore.jobs.recognition.record import RecognitionRecord

TEXTS = st.text("ab c", max_size=7)


def by_recursion(said, recognised):
    @cache
    def distance(row, column):
        if not row or not column:
            return row + column
        return min(
            distance(row - 1, column) + 1,
            distance(row, column - 1) + 1,
            distance(row - 1, column - 1) + (said[row - 1] != recognised[column - 1]),
        )

    return distance(len(said), len(recognised))


@given(TEXTS, TEXTS)
def test_the_distance_is_levenshteins_and_the_edits_are_as_many(said, recognised):
    found = edits(said, recognised)

    assert edit_distance(said, recognised) == by_recursion(said, recognised)
    assert "".join(one.said for one in found) == said
    assert "".join(one.recognised for one in found) == recognised
    assert all((one.said == one.recognised) == (one.kind == "kept") for one in found)
    assert edit_distance(said, recognised) == sum(
        max(len(one.said), len(one.recognised)) for one in found if one.kind != "kept"
    )


def test_settings_are_checked_and_written_shortly():
    config = RecognitionConfig(teacher=" crnn: 16 , 64,2", weight="0.3")

    assert (config.teacher, config.weight) == ("crnn:16,64,2", 0.3)
    assert RecognitionConfig.from_dict(config.to_dict()) == config
    assert changed(config, {"blank": "without_blank"}).blank == "without_blank"
    for wrong in (
        {"teacher": "mlp:8"},
        {"student": "crnn:8,16"},
        {"student": "crnn:0,16,1"},
        {"student": "crnn:8,99999,1"},
        {"blank": "some"},
        {"weight": 1.5},
        {"data": " "},
        {"epochs": 0},
    ):
        with pytest.raises(UserError):
            RecognitionConfig(**wrong)


def test_the_record_knows_how_far_it_is():
    events = whole_recognition()
    record = RecognitionRecord()
    shares = []
    for event in events:
        record.fold([event])
        shares.append(record.done)

    assert shares == pytest.approx([0, 0.5 / 6, 1 / 6, 2 / 6, 2 / 6, 4 / 6, 5 / 6, 1, 1])
    assert record.over
    assert record.epoch(1).epoch == 1
    assert record.epoch().epoch == record.epoch(9).epoch == 2
    assert record.summary() == {
        "test": {"teacher": 0.1, "plain": 0.4, "distilled": 0.3},
        "epochs": 2,
        "gain": pytest.approx([0.1, 0.02, 0.18]),
        "seconds": 5.0,
    }
