"""Utterances as networks take them: normalised spectrograms in padded batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from kdcore.data.audio.librispeech import SPLITS, Corpus, Utterance
from kdcore.errors import UserError
from kdcore.inputs.log_mel import frame_sizes, log_mel
from kdcore.models.ctc_crnn import TIMES, answers_of
from kdcore.notes import Note, note


@dataclass(frozen=True, slots=True)
class Examples:
    """The utterances of a split."""

    utterances: list[Utterance]
    spectra: list[Tensor]
    """``[frames, bands]`` each, normalised by band."""
    characters: list[Tensor]
    """Their transcripts as answers, int64; only of training utterances."""

    def __len__(self) -> int:
        return len(self.utterances)

    @property
    def frames(self) -> Tensor:
        """Of the spectrograms, ``[utterances]``."""
        return torch.tensor([len(one) for one in self.spectra])


@dataclass(frozen=True, slots=True)
class SpeechBatch:
    """Some utterances, padded."""

    spectra: Tensor
    """``[B, T, bands]``."""
    frames: Tensor
    """``[B]``, on the CPU."""
    characters: Tensor
    """``[B, L]``, on the CPU."""
    lengths: Tensor
    """``[B]``, characters of each; on the CPU."""

    @property
    def answers(self) -> Tensor:
        """How many each utterance gets, ``[B]``."""
        return answers_of(self.frames)


@dataclass(frozen=True, slots=True)
class Speech:
    """A corpus as networks take it."""

    alphabet: str
    rate: int
    splits: dict[str, Examples]
    notes: tuple[Note, ...]

    @property
    def seconds_per_answer(self) -> float:
        """From one answer of a network to the next."""
        return TIMES * frame_sizes(self.rate)[1] / self.rate


def prepared(corpus: Corpus, bands: int) -> Speech:
    """The spectrograms of a corpus, normalised by mean and deviation of its training frames.

    Training utterances with too few frames for their characters are left out: CTC has no way to
    lay these on them.

    Raises:
        UserError: none is left.
    """
    alphabet = corpus.alphabet
    number = {one: at for at, one in enumerate(alphabet, 1)}
    spectra = {
        split: [log_mel(one.samples, corpus.rate, bands).T for one in corpus.splits[split]]
        for split in SPLITS
    }
    train = [
        (one, own, torch.tensor([number[letter] for letter in one.transcript]))
        for one, own in zip(corpus.splits["train"], spectra["train"], strict=True)
    ]
    fitting = [row for row in train if fits(len(row[1]), row[2])]
    if not fitting:
        raise UserError("split_without_utterances", path=corpus.name, split="train")
    notes = list(corpus.notes)
    if short := len(train) - len(fitting):
        notes.append(note("utterances_too_short", count=short))
    frames = torch.cat([own for _, own, _ in fitting])
    mean, std = frames.mean(0), frames.std(0).clamp(min=1e-3)
    normalised = {
        split: [(one - mean) / std for one in spectra[split]] for split in SPLITS if split != "train"
    }
    splits = {
        "train": Examples(
            [one for one, _, _ in fitting],
            [(own - mean) / std for _, own, _ in fitting],
            [characters for _, _, characters in fitting],
        )
    } | {split: Examples(corpus.splits[split], own, []) for split, own in normalised.items()}
    return Speech(alphabet, corpus.rate, splits, tuple(notes))


def fits(frames: int, characters: Tensor) -> bool:
    """Whether CTC can lay the characters on the answers to so many frames.

    Each takes one answer, and between two that are alike there is a blank.
    """
    alike = int((characters[1:] == characters[:-1]).sum())
    return len(characters) + alike <= int(answers_of(torch.tensor(frames)))


def batch_of(examples: Examples, indices: Sequence[int], device: torch.device) -> SpeechBatch:
    """Some examples, padded by zeros to the longest."""
    spectra = [examples.spectra[at] for at in indices]
    characters = [examples.characters[at] for at in indices] if examples.characters else []
    return SpeechBatch(
        pad_sequence(spectra, batch_first=True).to(device),
        torch.tensor([len(one) for one in spectra]),
        pad_sequence(characters, batch_first=True) if characters else torch.empty(0),
        torch.tensor([len(one) for one in characters]),
    )
