"""Speech with transcripts in the layout of LibriSpeech.

``ROOT/SPLIT/SPEAKER/CHAPTER/SPEAKER-CHAPTER.trans.txt`` has a line an utterance, its name and what
is said; beside it lies ``NAME.flac`` or ``NAME.wav``. The folder of a single split is read, too.

Source:
    Panayotov, Chen, Povey, Khudanpur: LibriSpeech: an ASR corpus based on public domain audio
    books, ICASSP 2015.
"""

import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor

from kdcore.data.audio.recording import SUFFIXES, read_recording
from kdcore.data.audio.transcript import characters
from kdcore.data.split_names import role
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.notes import Note, note

TRANSCRIPTS = "*.trans.txt"
MOST_TRANSCRIPTS = 200_000
"""Files."""
LONGEST_NAME, SHOWN_OF_NAME = 200, 40
"""Characters of an utterance's name, and in a message."""
SPLITS = ("train", "validation", "test")
SHARE = 5
"""Where a split is missing, every fifth speaker is held out for it."""
PER_REPORT = 100
"""Recordings between two reports."""


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance as a transcript names it; its recording is not read yet."""

    name: str
    speaker: str
    split: str
    """Name of its folder."""
    folder: Path
    transcript: str
    """Its characters; see ``characters``."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A recording and what is said in it."""

    name: str
    speaker: str
    transcript: str
    samples: Tensor
    """int16 ``[n]``."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Utterances of three splits; where these share speakers, a note says so."""

    name: str
    """Where it lies."""
    rate: int
    """Samples a second."""
    splits: dict[str, list[Utterance]]
    """By ``SPLITS``."""
    notes: tuple[Note, ...]

    @property
    def alphabet(self) -> str:
        """The characters of the training transcripts, sorted."""
        return "".join(sorted({one for utt in self.splits["train"] for one in utt.transcript}))

    @property
    def fingerprint(self) -> str:
        """Content hash of all utterances."""
        digest = hashlib.sha256(str(self.rate).encode())
        for split in SPLITS:
            for one in self.splits[split]:
                digest.update(f"{split}/{one.name}/{one.transcript}".encode())
                digest.update(one.samples.numpy().tobytes())
        return digest.hexdigest()[:16]


def read_librispeech(
    root: Path, *, train_size: int, evaluation_size: int, longest: float, seed: int
) -> Generator[Progress, None, Corpus]:
    """The utterances of a folder.

    Folders named as training, validation (``dev``) and test data are these splits. Where one is
    missing, speakers are held out for it: every fifth of the training data's.

    Args:
        root: the folder.
        train_size: training utterances at most, drawn by the seed; 0 for all.
        evaluation_size: the same of validation and of test data.
        longest: seconds; what takes longer is left out.
        seed: of what is drawn.

    Raises:
        UserError: it holds no such corpus, or something of it cannot be read.
    """
    if not root.is_dir():
        raise UserError("data_path_missing", path=str(root))
    lines = yield from _lines(root)
    by_split, notes = _divided(lines, root)
    sizes = {"train": train_size, "validation": evaluation_size, "test": evaluation_size}
    drawn = {
        name: _drawn(own, sizes[name], seed + at) for at, (name, own) in enumerate(by_split.items())
    }
    total, done = sum(map(len, drawn.values())), 0
    splits: dict[str, list[Utterance]] = {}
    rates: set[int] = set()
    too_long = 0
    for name in SPLITS:
        splits[name] = []
        for line in drawn[name]:
            samples, rate = read_recording(_recording(line))
            rates.add(rate)
            if len(rates) > 1:
                low, high = sorted(rates)
                raise UserError("sample_rates_differ", path=str(root), low=low, high=high)
            if len(samples) > longest * rate:
                too_long += 1
            else:
                samples_of = torch.from_numpy(samples)
                splits[name].append(Utterance(line.name, line.speaker, line.transcript, samples_of))
            done += 1
            if done % PER_REPORT == 0:
                yield Progress(task="read", done=done, total=total, detail=root.name)
    yield Progress(task="read", done=total, total=total, detail=root.name)
    if too_long:
        notes.append(note("utterances_too_long", count=too_long, seconds=longest))
    for name, own in splits.items():
        if not own:
            raise UserError("split_without_utterances", path=str(root), split=name)
    return Corpus(str(root), rates.pop(), splits, tuple(notes))


def _lines(root: Path) -> Generator[Progress, None, list[Line]]:
    """All utterances that transcripts name, in the order of their names."""
    found: list[Line] = []
    files = sorted(islice(root.rglob(TRANSCRIPTS), MOST_TRANSCRIPTS))
    for number, file in enumerate(files, 1):
        parts = file.relative_to(root).parts
        if len(parts) < 3:
            raise UserError("corpus_layout", path=str(root))
        split = parts[-4] if len(parts) > 3 else root.resolve().name
        found.extend(_lines_of(file, split, parts[-3]))
        if number % PER_REPORT == 0:
            yield Progress(task="read", done=number, total=len(files), detail=file.name)
    if not found:
        raise UserError("corpus_layout", path=str(root))
    return found


def _lines_of(file: Path, split: str, speaker: str) -> Iterator[Line]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        cause = str(getattr(error, "strerror", None) or "it is not UTF-8")
        raise UserError("transcript_unreadable", path=str(file), cause=cause) from None
    for line in text.splitlines():
        name, _, said = line.strip().partition(" ")
        if not name:
            continue
        if len(name) > LONGEST_NAME or not name.isprintable() or "/" in name or "\\" in name:
            cause = f"{name[:SHOWN_OF_NAME]!r} is no name of a recording"
            raise UserError("transcript_unreadable", path=str(file), cause=cause)
        yield Line(name, speaker, split, file.parent, characters(said))


def _divided(lines: list[Line], root: Path) -> tuple[dict[str, list[Line]], list[Note]]:
    """The utterances by split, and what was decided.

    Raises:
        UserError: nobody says anything, or there are too few speakers to hold any out.
    """
    notes: list[Note] = []
    if silent := sum(not line.transcript for line in lines):
        if silent == len(lines):
            raise UserError("corpus_without_words", path=str(root))
        notes.append(note("utterances_without_words", count=silent))
    found: dict[str, list[Line]] = {name: [] for name in SPLITS}
    roles = {split: role(split) for split in {line.split for line in lines}}
    named = "train" in roles.values()
    for line in lines:
        if line.transcript:  # without any training data all of it is one collection
            found[(roles[line.split] or "train") if named else "train"].append(line)
    for at, name in enumerate(("test", "validation")):
        if found[name]:
            continue
        speakers = sorted({line.speaker for line in found["train"]})
        if len(speakers) < 3 - at:
            raise UserError("speakers_too_few", path=str(root), count=len(speakers))
        held = set(speakers[at::SHARE])
        found[name] = [line for line in found["train"] if line.speaker in held]
        found["train"] = [line for line in found["train"] if line.speaker not in held]
        notes.append(note("speakers_held_out", split=name, speakers=", ".join(sorted(held))))
    known = {line.speaker for line in found["train"]}
    if shared := known & {line.speaker for line in found["validation"] + found["test"]}:
        notes.append(note("speakers_shared", speakers=", ".join(sorted(shared))))
    return found, notes


def _drawn(lines: list[Line], size: int, seed: int) -> list[Line]:
    if not size or len(lines) <= size:
        return lines
    order = torch.randperm(len(lines), generator=torch.Generator().manual_seed(seed))[:size]
    return [lines[at] for at in sorted(order.tolist())]


def _recording(line: Line) -> Path:
    for suffix in SUFFIXES:
        if (path := line.folder / f"{line.name}{suffix}").is_file():
            return path
    raise UserError("recording_missing", name=line.name, folder=str(line.folder))
