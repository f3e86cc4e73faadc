"""What networks write of a split: texts, character error rates, agreement frame by frame."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from kdcore.jobs.recognition.edits import edit_distance
from kdcore.jobs.recognition.events import RateInterval
from kdcore.losses.ctc import BLANK
from kdcore.robustness.bootstrap import LEVEL, resampled_counts
from kdcore.training.batches.order import chunks
from kdcore.training.recognition.decoding import text_of
from kdcore.training.recognition.examples import Examples, batch_of

AT_ONCE = 32
"""Utterances."""
RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a network makes of a split."""

    texts: list[str]
    paths: list[Tensor]
    """The most probable answer to each frame, ``[frames]`` by utterance."""
    watched: list[Tensor]
    """Probabilities of the first utterances, ``[frames, answers]`` each."""
    errors: Tensor
    """Edits of each utterance, float64."""
    lengths: Tensor
    """Characters that were said in each, float64."""

    @property
    def rate(self) -> float:
        """Character error rate."""
        return float(self.errors.sum() / self.lengths.sum())


def recognised(
    module: nn.Module, examples: Examples, alphabet: str, device: torch.device, watched: int = 0
) -> Recognised:
    """Let a network write a split; ``watched`` says of how many utterances answers are kept."""
    size = len(examples)
    order = examples.frames.argsort(stable=True)  # alike lengths together: little padding
    paths: list[Tensor] = [torch.empty(0)] * size
    kept: list[Tensor] = [torch.empty(0)] * watched
    was_training = module.training
    module.eval()
    with torch.no_grad():
        for chunk in chunks(size, AT_ONCE):
            indices = order[chunk].tolist()
            batch = batch_of(examples, indices, device)
            logits = module(batch.spectra, batch.frames).cpu()
            for row, (at, frames) in enumerate(zip(indices, batch.answers.tolist(), strict=True)):
                own = logits[row, :frames]
                paths[at] = own.argmax(-1)
                if at < watched:
                    kept[at] = own.softmax(-1)
    module.train(was_training)
    texts = [text_of(path.tolist(), alphabet) for path in paths]
    said = [one.transcript for one in examples.utterances]
    errors = [edit_distance(one, text) for one, text in zip(said, texts, strict=True)]
    return Recognised(
        texts,
        paths,
        kept,
        torch.tensor(errors, dtype=torch.float64),
        torch.tensor([len(one) for one in said], dtype=torch.float64),
    )


def peak_agreement(student: Recognised, teacher: Recognised) -> float | None:
    """The share of frames in which the teacher writes a character, where the student writes it too.

    ``None`` where the teacher writes none.
    """
    alike = frames = 0
    for own, other in zip(student.paths, teacher.paths, strict=True):
        peaks = other != BLANK
        alike += int((own == other)[peaks].sum())
        frames += int(peaks.sum())
    return alike / frames if frames else None


def rate_interval(found: Recognised, seed: int) -> RateInterval:
    """The error rate with its percentile interval over the choice of utterances."""
    return _interval(found.errors, found.lengths, seed)


def rate_difference(first: Recognised, second: Recognised, seed: int) -> RateInterval:
    """The first's error rate minus the second's; the utterances stay paired."""
    return _interval(first.errors - second.errors, first.lengths, seed)


def _interval(errors: Tensor, lengths: Tensor, seed: int) -> RateInterval:
    """Of a ratio of sums: utterances are drawn with replacement, each with its length.

    Source:
        Bisani, Ney: Bootstrap estimates for confidence intervals in ASR performance evaluation,
        ICASSP 2004.
    """
    counts = resampled_counts(len(errors), RESAMPLES, seed)
    tail = (1 - LEVEL) / 2
    ends = torch.quantile(
        (counts @ errors) / (counts @ lengths), counts.new_tensor([tail, 1 - tail])
    )
    low, high = ends.tolist()
    return RateInterval(value=float(errors.sum() / lengths.sum()), low=low, high=high)
