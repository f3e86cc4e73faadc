"""A corpus whose letters are tones, and a small recognition as its events and in a store."""

import wave

import numpy as np

from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.recognition.events import (
    RateInterval,
    RecognitionBatch,
    RecognitionEpoch,
    RecognitionFinished,
    RecognitionStarted,
    RecognitionTeacherEpoch,
    SplitSize,
    StudentTerms,
    Transcript,
)
from kdcore.store import packed, recorded

RATE = 8000
TONES = {"a": 400.0, "b": 900.0, "c": 2000.0, " ": 0.0}
"""Hz by letter."""
SECONDS = 0.12
"""Of a letter; as much silence follows it, half as long."""
TINY = {
    "teacher": "crnn:4,16,1",
    "student": "crnn:2,8,1",
    "teacher_epochs": 2,
    "epochs": 2,
    "batch_size": 8,
    "lr": 0.01,
    "bands": 16,
    "device": "cpu",
}
ID = "recognition-20260101-000000-aaaa"


def write_wav(path, samples, rate=RATE, *, width=2, channels=1):
    """Integer samples, ``[n]`` or ``[n, channels]``, as a WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.asarray(samples, dtype="<i2" if width == 2 else "u1").tobytes())


def spoken(text, pitch=1.0):
    """Tones of a text, int16."""
    time = np.arange(int(SECONDS * RATE)) / RATE
    silence = np.zeros(len(time) // 2)
    pieces = [
        piece for one in text for piece in (np.sin(2 * np.pi * TONES[one] * pitch * time), silence)
    ]
    return (8000 * np.concatenate([silence, *pieces])).astype(np.int16)


def write_chapter(root, split, speaker, texts, pitch=1.0):
    """The folder of a speaker with a transcript and its recordings; returns it."""
    folder = root / split / speaker / "1"
    folder.mkdir(parents=True)
    lines = []
    for number, text in enumerate(texts):
        name = f"{speaker}-1-{number:04}"
        write_wav(folder / f"{name}.wav", spoken(text, pitch))
        lines.append(f"{name} {text.upper()}\n")
    (folder / f"{speaker}-1.trans.txt").write_text("".join(lines), encoding="utf-8")
    return folder


def tone_corpus(root, train=24):
    """A corpus of four speakers; returns its folder."""
    chance = np.random.default_rng(0)

    def texts(count):
        return ["".join(chance.choice(list("abc"), chance.integers(1, 5))) for _ in range(count)]

    write_chapter(root, "train", "s1", texts(train // 2), 1.0)
    write_chapter(root, "train", "s2", texts(train // 2), 1.04)
    write_chapter(root, "dev", "s3", texts(4), 0.97)
    write_chapter(root, "test", "s4", texts(6), 1.02)
    return root


def transcript(name="s4-1-0000", distilled="one too"):
    """What was said and recognised."""
    learners = {"teacher": "one two", "plain": "oe <b>t", "distilled": distilled}
    return Transcript(name=name, speaker="s4", said="one two", learners=learners)


def epoch(number, plain=0.6, distilled=0.5):
    """The students' epoch of that number."""
    rates = {"teacher": 0.1, "plain": plain, "distilled": distilled}
    of_epoch = {
        "plain": StudentTerms(ctc=0.8 / (number or 1), kl=0.5),
        "distilled": StudentTerms(ctc=0.7 / (number or 1), kl=0.2),
    }
    return RecognitionEpoch(
        epoch=number,
        seconds=1.0,
        validation=rates,
        test=rates,
        terms=of_epoch if number else {},
        agreement={"plain": 0.3, "distilled": 0.6} if number else {"plain": None, "distilled": 0.0},
        transcripts=[transcript(), transcript("s4-1-0001", distilled="")],
        answers=f"answers-{number:04}.safetensors",
    )


def whole_recognition(job=ID, *, low=0.02, high=0.18):
    """All events, from start to end; ``low`` and ``high`` are the ends of the gain's interval."""
    config = RecognitionConfig(teacher_epochs=2, epochs=2)
    return [
        RecognitionStarted(
            recognition=job,
            config=config.to_dict(),
            device="cpu",
            alphabet=" enotw",
            rate=16000,
            frame=0.025,
            splits={
                name: SplitSize(utterances=20, speakers=2, seconds=30.0)
                for name in ("train", "validation", "test")
            },
            parameters={"teacher": 30_000, "student": 2_000},
            batches=4,
            watched=["s4-1-0000", "s4-1-0001"],
            version="kdcore",
        ),
        RecognitionBatch(stage="teacher", position=0.5),
        *(
            RecognitionTeacherEpoch(
                epoch=number, epochs=2, seconds=1.0, loss=1 / number, validation=0.2, test=0.1
            )
            for number in (1, 2)
        ),
        epoch(0, 1.1, 1.1),
        epoch(1),
        RecognitionBatch(stage="students", position=1.5),
        epoch(2, 0.4, 0.3),
        RecognitionFinished(
            recognition=job,
            stopped=False,
            epochs=2,
            test={
                name: RateInterval(value=value, low=value - 0.05, high=value + 0.05)
                for name, value in (("teacher", 0.1), ("plain", 0.4), ("distilled", 0.3))
            },
            gain=RateInterval(value=(low + high) / 2, low=low, high=high),
            seconds=5.0,
        ),
    ]


def answers(frames=6):
    """The arrays of an epoch: two watched utterances, blank but for a peak."""
    arrays = {}
    for at in range(2):
        for learner, peak in (("teacher", 0.9), ("plain", 0.4), ("distilled", 0.7)):
            one = np.full((frames, 7), 0.01, dtype=np.float16)
            one[:, 0] = 0.94
            one[2, 0], one[2, 4] = 1 - peak, peak
            arrays[f"{at}_{learner}"] = one
    return arrays


def record_recognition(store, events=None):
    """A folder of the store with these events and their arrays."""
    folder = store.create(RecognitionConfig(teacher_epochs=2, epochs=2), ID)
    for event in recorded(iter(events or whole_recognition()), folder):
        if isinstance(event, RecognitionEpoch):
            folder.write(event.answers, packed(answers()))
    return folder
