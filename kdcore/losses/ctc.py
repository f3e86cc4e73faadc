"""Losses of recognition with connectionist temporal classification (CTC).

Shapes: B utterances, T frames of the longest, C answers of a frame, of which 0 is the blank. Frames
at or beyond an utterance's own length are padding and never count.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from kdcore.losses.softmax import log_softmax

BLANK = 0
"""CTC's answer to a frame in which no character begins."""


def ctc_loss(logits: Tensor, frames: Tensor, characters: Tensor, lengths: Tensor) -> Tensor:
    """−log p(characters | frames), summed over all ways to lay the characters on the frames.

    Args:
        logits: ``[B, T, C]``.
        frames: ``[B]``, of each utterance.
        characters: ``[B, L]``, from 1 to C − 1; beyond the lengths anything.
        lengths: ``[B]``, characters of each.

    Returns:
        ``[B]``, nats; infinite where an utterance has too few frames for its characters.

    Source:
        Graves, Fernández, Gomez, Schmidhuber: Connectionist Temporal Classification, ICML 2006,
        equations 3 and 8.
    """
    by_time = log_softmax(logits).transpose(0, 1)
    return F.ctc_loss(by_time, characters, frames, lengths, blank=BLANK, reduction="none")


def framewise_kl(
    student_logits: Tensor,
    teacher_logits: Tensor,
    frames: Tensor,
    temperature: float,
    blank: str = "all",
) -> Tensor:
    """T² · Σ over frames of KL(teacher ‖ student), of softened answers, for each utterance.

    CTC's answers are the blank nearly everywhere, with a peak where a character begins, so what is
    done with the blank decides what is distilled:

    - ``all``: every frame with all its answers.
    - ``without_blank_frames``: only frames where the teacher's most probable answer is no blank
      ("blank elimination"); the others count nothing.
    - ``without_blank``: every frame, but among the characters alone: the blank is left out of both
      answers and what remains is normalised anew, as decoupled distillation does with the target
      class.

    Args:
        student_logits: ``[B, T, C]``.
        teacher_logits: the same shape; receives no gradient.
        frames: ``[B]``, of each utterance.
        temperature: T > 0.
        blank: see above.

    Returns:
        ``[B]``, nats times T².

    Raises:
        ValueError: the shapes do not belong together, or there is no such way.

    Source:
        Senior, Sak, de Chaumont Quitry, Sainath, Rao: Acoustic modelling with CD-CTC-sMBR LSTM
        RNNs, ASRU 2015 (a frame's answers as targets); Takashima, Li, Kawai: An investigation of a
        knowledge distillation method for CTC acoustic models, ICASSP 2018 (why it is hard: the
        peaks of two networks need not lie in the same frames); Hilmes, Rossenbach, Schlüter:
        Analyzing the Importance of Blank for CTC-Based Knowledge Distillation, Interspeech 2025
        (the sum, and blank elimination); for the last way Zhao et al.: Decoupled Knowledge
        Distillation, CVPR 2022, its second term.
    """
    if student_logits.shape != teacher_logits.shape:
        raise ValueError(
            f"student {tuple(student_logits.shape)} and teacher {tuple(teacher_logits.shape)}: "
            "both must answer the same frames"
        )
    teacher_logits = teacher_logits.detach()
    counts = within(frames, student_logits.shape[1])
    match blank:
        case "all":
            pass
        case "without_blank_frames":
            counts = counts & (teacher_logits.argmax(-1) != BLANK)
        case "without_blank":
            student_logits = student_logits[..., BLANK + 1 :]
            teacher_logits = teacher_logits[..., BLANK + 1 :]
        case _:
            raise ValueError(f"{blank!r} is no way to distil the blank")
    log_student = log_softmax(student_logits / temperature)
    log_teacher = log_softmax(teacher_logits / temperature)
    of_frames = F.kl_div(log_student, log_teacher, reduction="none", log_target=True).sum(-1)
    return temperature**2 * torch.where(counts, of_frames, 0.0).sum(-1)


def within(frames: Tensor, most: int) -> Tensor:
    """Which frames are no padding, bool ``[B, most]``.

    Example:
        >>> within(torch.tensor([1, 3]), 3).int()
        tensor([[1, 0, 0],
                [1, 1, 1]], dtype=torch.int32)
    """
    return torch.arange(most, device=frames.device) < frames[:, None]
