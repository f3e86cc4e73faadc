"""A whole run on texts: its events, what it keeps, and what its learners say to a sentence."""

import numpy as np
import pytest
from safetensors.numpy import load_file
from support.files import collect
from support.trained import events_of, of_kind

from kdcore import RunConfig
from kdcore.data import load_dataset
from kdcore.jobs.run.events import Finished, Prepared, Snapshot, Started
from kdcore.queries import Words
from kdcore.store import Store
from kdcore.training.answering import answer, stored_learners


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("texts") / "food.csv"
    rows = [
        f"the soup was {'good warm'.split()[at % 2] if at % 4 < 2 else 'cold'} on day {at},{at % 4 // 2}"
        for at in range(60)
    ]
    path.write_text("\n".join(["text,label", *rows]))
    return RunConfig(
        dataset=str(path),
        teacher="text_cnn:4 + bigru:3",
        student="embedding_bag:3",
        teacher_epochs=1,
        epochs=1,
        device="cpu",
    )


@pytest.fixture(scope="module")
def folder(config, tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store")).create(config)


@pytest.fixture(scope="module")
def events(config, folder):
    return events_of(config, folder)


def test_a_run_on_texts_is_made_of_the_events_of_any_other(events):
    (started,), (prepared,) = of_kind(events, Started), of_kind(events, Prepared)

    assert started.input_kind == "text"
    assert {note.code for note in started.notes} >= {"text_column", "label_column", "text_words"}
    assert prepared.costs["teacher"].parameters > prepared.costs["distilled"].parameters
    assert of_kind(events, Snapshot)
    assert not of_kind(events, Finished)[0].stopped


def test_the_watched_texts_can_be_read_again(config, folder, events):
    arrays = load_file(folder.path / of_kind(events, Prepared)[0].arrays)
    _, data = collect(load_dataset(config, None))
    lines = arrays["watched_text_tokens"].tobytes().decode().split("\n")

    for row, numbers in zip(arrays["watched_texts"], data.validation.inputs, strict=True):
        assert [lines[at] for at in row if at] == data.kind.tokens_of(numbers.tolist())
        assert arrays["watched_text_numbers"][0][row].tolist() == numbers.tolist()


@pytest.mark.usefixtures("events")
def test_a_typed_sentence_is_answered_as_the_same_one_of_the_data(config, folder):
    learners, data = stored_learners(folder)
    text = "The SOUP was cold!"
    typed = answer(Words(texts=(text, "")), learners, data, None)
    numbers = data.kind.numbers_of(text, data.stored_shape[0])
    stored = answer(Words(inputs=(tuple(map(float, numbers)),)), learners, data, None)

    assert typed.tokens[0] == ["the", "soup", "was", "cold", "□"]
    assert typed.tokens[1] == []
    assert not typed.joined
    for learner, shares in typed.shares.items():
        assert np.array(shares[0]).shape == (2, 5)
        np.testing.assert_allclose(shares[0], stored.shares[learner][0], atol=1e-6)
        np.testing.assert_allclose(typed.logits[learner][0], stored.logits[learner][0], atol=1e-6)
