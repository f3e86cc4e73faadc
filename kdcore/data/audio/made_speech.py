"""A small corpus that the speech synthesiser espeak-ng speaks, in the layout of LibriSpeech.

It is for who has no recordings: clear, without noise, and easier than anybody's speech.
"""

import random
import shutil
import subprocess
from collections.abc import Generator, Mapping
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.jobs.recognition.config import ESPEAK

TIMEOUT = 60
"""Seconds for one utterance, which takes a hundredth of one."""
FOLDER = "made-speech-1"
"""Of the corpus among the downloads; another corpus has another number."""
WORDS = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "red",
    "green",
    "blue",
    "white",
    "black",
    "brown",
    "cold",
    "warm",
    "old",
    "new",
    "big",
    "small",
    "left",
    "right",
    "up",
    "down",
    "open",
    "close",
    "stop",
    "go",
    "yes",
    "no",
    "day",
    "night",
    "sun",
    "moon",
    "rain",
    "snow",
    "dog",
    "cat",
    "bird",
    "fish",
    "tree",
    "house",
    "door",
    "book",
)
"""Short and frequent."""
VOICES: dict[str, tuple[str, ...]] = {
    "train": tuple(
        f"{accent}+{variant}"
        for accent, variant in product(("en-us", "en-gb"), ("m1", "m2", "m3", "m5", "f1", "f2"))
    ),
    "dev": ("en-us+m4", "en-gb+f3"),
    "test": ("en-us+m7", "en-us+f4", "en-gb+m6", "en-gb+f5"),
}
"""Voices of espeak-ng by split; each is a speaker."""
UTTERANCES = {"train": 60, "dev": 40, "test": 40}
"""Of each voice."""
MOST_WORDS = 3
SPEEDS = (140, 190)
"""Words a minute, from and to."""


def made_speech(folder: Path) -> Generator[Progress, None, Path]:
    """The corpus below ``folder``; it is made where it is not there yet.

    Raises:
        UserError: espeak-ng is not installed or fails, or the folder cannot be written.
    """
    corpus = folder / FOLDER
    if not corpus.is_dir():
        yield from make_speech(corpus)
    return corpus


def make_speech(
    corpus: Path,
    voices: Mapping[str, tuple[str, ...]] = VOICES,
    utterances: Mapping[str, int] = UTTERANCES,
    words: tuple[str, ...] = WORDS,
    most_words: int = MOST_WORDS,
    seed: int = 0,
) -> Generator[Progress, None, None]:
    """Let espeak-ng speak a corpus; the folder appears only once it is whole.

    Args:
        corpus: the folder.
        voices: by split; each is a speaker.
        utterances: of each voice, by split.
        words: of which utterances are made.
        most_words: in an utterance, one at least.
        seed: of the words, and of how fast and how high they are spoken.

    Raises:
        UserError: espeak-ng is not installed or fails, or the folder cannot be written.
    """
    program = shutil.which(ESPEAK)
    if program is None:
        raise UserError("espeak_missing")
    total = sum(len(own) * utterances[split] for split, own in voices.items())
    done = 0
    try:
        corpus.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=corpus.parent, prefix=f"{corpus.name}.") as begun:
            for split, own in voices.items():
                for speaker, voice in enumerate(own, 1):
                    chance = random.Random(f"{seed}/{split}/{voice}")
                    chapter = Path(begun, split, f"{split}{speaker}", "1")
                    chapter.mkdir(parents=True)
                    lines = []
                    for number in range(utterances[split]):
                        name = f"{split}{speaker}-1-{number:04}"
                        said = " ".join(chance.choices(words, k=chance.randint(1, most_words)))
                        speed, pitch = chance.randint(*SPEEDS), chance.randint(35, 65)
                        _speak(program, voice, speed, pitch, said, chapter / f"{name}.wav")
                        lines.append(f"{name} {said.upper()}\n")
                        done += 1
                        if done % 50 == 0:
                            yield Progress(task="speak", done=done, total=total, detail=voice)
                    (chapter / f"{split}{speaker}-1.trans.txt").write_text("".join(lines), "utf-8")
            Path(begun).chmod(0o755)
            Path(begun).rename(corpus)
            Path(begun).mkdir()  # for its own removal
    except OSError as error:
        raise UserError(
            "folder_not_writable", folder=str(corpus.parent), cause=error.strerror or str(error)
        ) from None


def _speak(program: str, voice: str, speed: int, pitch: int, said: str, file: Path) -> None:
    command = [program, "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", str(file), said]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT)
    except (subprocess.SubprocessError, OSError) as error:
        raise UserError("espeak_failed", variant=voice, cause=type(error).__name__) from None
