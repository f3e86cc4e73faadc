"""Runs on recordings."""

import pytest
from support.sounds import archive
from support.trained import events_of, of_kind, without_clocks

from kdcore import RunConfig
from kdcore.jobs.run.events import Finished, Started


@pytest.fixture
def config(tmp_path) -> RunConfig:
    archive(tmp_path)
    return RunConfig(
        dataset="spoken_digits",
        data_root=str(tmp_path),
        teacher="crnn:4,6",
        student="convnet:4",
        teacher_epochs=1,
        epochs=1,
    )


def test_the_same_seed_tells_the_same_events_bit_for_bit(config):
    one, other = (events_of(config) for _ in "ab")
    (started,) = of_kind(one, Started)

    assert (started.input_kind, started.input_shape) == ("audio", [1, 24, 51])
    assert of_kind(one, Finished)
    first, second = ([without_clocks(event.to_dict()) for event in told] for told in (one, other))
    assert first == second


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"augment": "shift"}, "augment_needs_images"),
        ({"method": "generator"}, "method_generates_inputs"),
        ({"dataset": "mnist5k"}, "model_input_kind"),
    ],
)
def test_what_cannot_work_is_refused_before_training(config, changes, code):
    events = events_of(config.replace(**changes))

    assert [event.kind for event in events] == ["failed"]
    assert events[-1].code == code
