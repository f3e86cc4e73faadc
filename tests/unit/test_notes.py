from string import Formatter

import pytest

from kdcore.events import from_json
from kdcore.jobs.run.events import Started
from kdcore.notes import NOTES, note

STARTED = {
    "run": "r",
    "config": {},
    "device": "cpu",
    "precision": "float32",
    "classes": [],
    "students": [],
    "train_size": 1,
    "validation_size": 1,
    "test_size": 1,
    "input_shape": [1],
    "batches_per_epoch": 1,
    "version": "",
}


@pytest.mark.parametrize("code", NOTES)
def test_a_note_is_one_sentence(code):
    text = NOTES[code]

    assert text.endswith(".")
    assert "\n" not in text
    names = {name for _, name, _, _ in Formatter().parse(text) if name}
    assert note(code, **dict.fromkeys(names, 1)).text


def test_notes_travel_in_the_event_that_begins_a_run():
    event = Started(**STARTED, notes=[note("label_column", column="species")])
    line = event.to_dict()

    assert line["notes"] == [
        {
            "text": "The column 'species' holds the classes.",
            "code": "label_column",
            "values": {"column": "species"},
        }
    ]
    assert from_json(event.to_json()) == event


def test_runs_that_were_recorded_before_have_no_notes():
    line = Started(**STARTED).to_dict()
    del line["notes"]

    assert Started(**{name: line[name] for name in STARTED}).notes == []
