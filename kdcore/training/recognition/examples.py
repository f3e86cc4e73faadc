"""Utterances as networks take them: normalised spectrograms in padded batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from kdcore.data.audio.librispeech import Corpus, Utterance
from kdcore.errors import UserError
from kdcore.inputs.audio import STILL
from kdcore.inputs.log_mel import frame_sizes, log_mel
from kdcore.models.ctc_crnn import TIMES, answers_of
from kdcore.notes import Note, note


@dataclass(frozen=True, slots=True)
class Reference:
    """An utterance without its sound: who says what in it."""

    name: str
    speaker: str
    transcript: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Examples:
    """The utterances of a split."""

    utterances: list[Reference]
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
    number = {one: at for at, one in enumerate(corpus.alphabet, 1)}
    found = {
        split: Examples(
            [_reference(one, corpus.rate) for one in own],
            [log_mel(one.samples, corpus.rate, bands).T.contiguous() for one in own],
            [],
        )
        for split, own in corpus.splits.items()
    }
    train, notes = found["train"], list(corpus.notes)
    for utterance in train.utterances:
        train.characters.append(torch.tensor([number[one] for one in utterance.transcript]))
    fitting = [
        at
        for at, (own, characters) in enumerate(zip(train.spectra, train.characters, strict=True))
        if fits(len(own), characters)
    ]
    if not fitting:
        raise UserError("split_without_utterances", path=corpus.name, split="train")
    if short := len(train) - len(fitting):
        notes.append(note("utterances_too_short", count=short))
        found["train"] = train = Examples(
            [train.utterances[at] for at in fitting],
            [train.spectra[at] for at in fitting],
            [train.characters[at] for at in fitting],
        )
    mean, std = _mean_and_deviation(train.spectra)
    for examples in found.values():
        for spectrum in examples.spectra:
            spectrum.sub_(mean).div_(std)
    return Speech(corpus.alphabet, corpus.rate, found, tuple(notes))


def _reference(one: Utterance, rate: int) -> Reference:
    return Reference(one.name, one.speaker, one.transcript, len(one.samples) / rate)


def _mean_and_deviation(spectra: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Of each band over all frames, float32; the deviation of one that does not vary is 1."""
    frames = sum(map(len, spectra))
    mean = torch.stack([one.double().sum(0) for one in spectra]).sum(0) / frames
    squares = torch.stack([(one.double() - mean).square().sum(0) for one in spectra]).sum(0)
    std = (squares / frames).sqrt()
    std[std < STILL] = 1.0
    return mean.float(), std.float()


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
