"""Recognition, trained on tones: what must hold of any such training."""

from dataclasses import replace
from itertools import groupby

import pytest
import torch
from safetensors.torch import load_file
from support.files import collect
from support.recognition import TINY, tone_corpus

from kdcore.commands import Controls
from kdcore.data.audio.librispeech import Corpus, Utterance, read_librispeech
from kdcore.errors import UserError
from kdcore.job import Job
from kdcore.jobs.kind import RECOGNITION
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.recognition.edits import edit_distance
from kdcore.jobs.recognition.events import RecognitionEpoch, RecognitionFinished
from kdcore.store import Store, recorded
from kdcore.training.recognition import recognise as job
from kdcore.training.recognition.decoding import best_path
from kdcore.training.recognition.examples import fits, prepared
from kdcore.training.recognition.measure import Recognised, peak_agreement, rate_difference
from kdcore.training.recognition.trainer import RecognitionTrainer

TIMES = ("seconds", "version", "recognition")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return tone_corpus(tmp_path_factory.mktemp("tones"))


@pytest.fixture
def config(corpus):
    return RecognitionConfig(data=str(corpus), **TINY)


def facts(events):
    """What events say, but for the time they took."""
    return [
        {name: value for name, value in event.to_dict().items() if name not in TIMES}
        for event in events
        if event.kind != "progress"
    ]


def trained(config, store, **how):
    folder = store.create(config)
    return folder, list(recorded(Job(config, folder, **how), folder))


def weights(folder, learner):
    return load_file(folder.path / f"{learner}.safetensors")


def alike(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_equal_jobs_have_equal_events_and_another_seed_has_others(config):
    first, second = list(Job(config)), list(Job(config))
    other = list(Job(RecognitionConfig(**(config.to_dict() | {"seed": 1}))))

    assert isinstance(first[-1], RecognitionFinished)
    assert facts(first) == facts(second)
    assert facts(first) != facts(other)


def test_without_the_teachers_term_both_students_are_one(config, tmp_path):
    config = RecognitionConfig(**(config.to_dict() | {"weight": 0.0}))
    folder, events = trained(config, Store(tmp_path))

    assert alike(weights(folder, "plain"), weights(folder, "distilled"))
    for event in events:
        if isinstance(event, RecognitionEpoch):
            assert event.test["plain"] == event.test["distilled"]
    assert events[-1].gain.value == 0


def test_the_teacher_and_the_plain_student_do_not_depend_on_how_is_distilled(config, tmp_path):
    """Same first weights, same batches; and the teacher stays as it is bit for bit."""
    softly = RecognitionConfig(
        **(config.to_dict() | {"weight": 1.0, "temperature": 2.0, "blank": "without_blank"})
    )
    one, _ = trained(config, Store(tmp_path))
    other, _ = trained(softly, Store(tmp_path))

    assert alike(weights(one, "teacher"), weights(other, "teacher"))
    assert alike(weights(one, "plain"), weights(other, "plain"))
    assert not alike(weights(one, "distilled"), weights(other, "distilled"))


def test_both_students_begin_alike_and_the_teacher_is_kept_while_they_learn(config, monkeypatch):
    seen = []

    class Watched(RecognitionTrainer):
        def begin(self, epoch):
            order = super().begin(epoch)
            states = {one.name: one.module.state_dict() for one in self.learners}
            if self._teacher is not None:
                states["teacher"] = self._teacher.state_dict()
            copies = {
                name: {key: value.clone() for key, value in own.items()}
                for name, own in states.items()
            }
            seen.append((copies, order))
            return order

    monkeypatch.setattr(job, "RecognitionTrainer", Watched)
    list(Job(config))
    *_, (first, _), (second, _) = seen

    assert alike(first["plain"], first["distilled"])
    assert not alike(second["plain"], second["distilled"])
    assert alike(first["teacher"], second["teacher"])
    assert not any(torch.equal(seen[0][1][0], order[0]) for _, order in seen[1:2])


def test_a_stopped_job_goes_on_as_if_it_had_not_been(config, tmp_path):
    whole, events = trained(config, Store(tmp_path / "whole"))
    store = Store(tmp_path / "broken")
    folder = store.create(config)
    for event in recorded(Job(config, folder), folder):
        if isinstance(event, RecognitionEpoch) and event.epoch == 1:
            break  # as a process that was killed

    list(recorded(Job(config, folder), folder))

    assert facts(folder.events()) == facts(events)
    for learner in ("teacher", "plain", "distilled"):
        assert alike(weights(folder, learner), weights(whole, learner))


def test_a_job_that_is_stopped_says_how_far_it_came(config):
    controls = Controls(config.base)
    events = []
    for event in Job(config, controls=controls):
        events.append(event)
        if isinstance(event, RecognitionEpoch) and event.epoch == 1:
            controls.stop()

    assert events[-1].stopped
    assert events[-1].epochs == 1
    assert set(events[-1].test) == {"teacher", "plain", "distilled"}


@pytest.mark.slow
def test_a_teacher_learns_to_read_tones(corpus):
    """The whole of it works: what is learned is heard by speakers that were never heard."""
    longer = {"teacher": "crnn:4,24,1", "teacher_epochs": 40, "epochs": 1, "batch_size": 4}
    config = RecognitionConfig(data=str(corpus), **(TINY | longer))
    last = list(Job(config))[-1]

    assert last.test["teacher"].value < 0.35


def test_a_loss_that_is_infinite_is_said(config, monkeypatch):
    monkeypatch.setattr(
        "kdcore.training.recognition.trainer.ctc_loss",
        lambda logits, *_: logits.sum((1, 2)) * float("inf"),
    )

    last = list(Job(config))[-1]

    assert (last.code, last.values["learner"]) == ("loss_not_finite", "teacher")


def test_the_best_path_is_read_as_ctc_says():
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        logits = torch.randn(12, 3, generator=generator)
        path = logits.argmax(-1).tolist()
        assert best_path(logits, "xy") == "".join(
            "xy"[answer - 1] for answer, _ in groupby(path) if answer
        )


@pytest.mark.parametrize(
    ("frames", "characters", "fitting"),
    [
        (4, [1, 2], True),
        (3, [1, 2, 3], False),
        (4, [1, 1], False),
        (5, [1, 1], True),
        (1, [], True),
    ],
)
def test_ctc_needs_a_frame_a_character_and_a_blank_between_two_alike(frames, characters, fitting):
    assert fits(frames, torch.tensor(characters)) is fitting


def corpus_of(root):
    reading = read_librispeech(root, train_size=0, evaluation_size=0, longest=20.0, seed=0)
    return collect(reading)[1]


def test_spectrograms_are_normalised_by_the_bands_of_the_training_frames(corpus):
    speech = prepared(corpus_of(corpus), bands=16)
    frames = torch.cat(speech.splits["train"].spectra).double()

    assert frames.mean(0).abs().max() < 1e-4
    assert (frames.std(0, correction=0) - 1).abs().max() < 1e-4


def test_a_band_that_is_silent_in_training_is_not_blown_up_elsewhere():
    quiet = Utterance("a", "1", "a", torch.zeros(800, dtype=torch.int16))
    generator = torch.Generator().manual_seed(0)
    loud = replace(quiet, samples=torch.randint(-9_000, 9_000, (800,), generator=generator).short())
    splits = {"train": [quiet], "validation": [loud], "test": [loud]}
    speech = prepared(Corpus("made", 8_000, splits, ()), bands=16)

    assert not speech.splits["train"].spectra[0].any()
    assert speech.splits["test"].spectra[0].abs().max() < 20  # 80 dB, in nats


def recognised(paths, errors):
    return Recognised(
        texts=[],
        paths=[torch.tensor(path) for path in paths],
        watched=[],
        errors=torch.tensor(errors, dtype=torch.float64),
        lengths=torch.tensor([10.0, 5.0, 5.0], dtype=torch.float64),
    )


def test_the_error_rate_is_that_of_torchmetrics():
    torchmetrics = pytest.importorskip("torchmetrics.functional.text", reason="a dev dependency")
    said, written = ["one two three", "seven", "a"], ["on too three", "", "abcdef"]
    found = replace(
        recognised([], [float(edit_distance(*pair)) for pair in zip(said, written, strict=True)]),
        lengths=torch.tensor([float(len(one)) for one in said]),
    )

    assert found.rate == pytest.approx(torchmetrics.char_error_rate(written, said).item())


def test_peaks_agree_where_both_write_the_same_character_in_a_frame():
    teacher = recognised([[0, 1, 0, 2], [3, 0]], [0.0] * 3)

    assert peak_agreement(recognised([[1, 1, 0, 0], [3, 3]], [0.0] * 3), teacher) == pytest.approx(
        2 / 3
    )
    assert peak_agreement(teacher, recognised([[0, 0, 0, 0], [0, 0]], [0.0] * 3)) is None


def test_a_difference_is_of_sums_and_paired_by_utterance():
    one, other = recognised([], [4.0, 2.0, 2.0]), recognised([], [3.0, 1.5, 1.5])
    found = rate_difference(one, other, seed=0)

    assert found.value == pytest.approx(8 / 20 - 6 / 20)
    assert found.low == pytest.approx(found.high) == pytest.approx(0.1)  # each is ahead by a tenth
    less = rate_difference(one, recognised([], [3.0, 2.5, 1.5]), seed=0)
    assert less.low < less.value < less.high


def test_training_data_without_a_fitting_utterance_are_refused(corpus, monkeypatch):
    monkeypatch.setattr("kdcore.training.recognition.examples.fits", lambda *_: False)

    last = list(Job(RecognitionConfig(data=str(corpus), **TINY)))[-1]

    assert last.code == "split_without_utterances"


def test_the_kind_is_resumable_and_known_by_its_settings():
    assert RECOGNITION.resumable
    with pytest.raises(UserError):
        RecognitionConfig.from_dict({"dataset": "digits"})
