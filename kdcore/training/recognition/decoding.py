"""From a network's answers to text: the best path, without a language model."""

from torch import Tensor

from kdcore.losses.ctc import BLANK


def best_path(logits: Tensor, alphabet: str) -> str:
    """The most probable answer of each frame; repetitions become one, then blanks go.

    Args:
        logits: ``[frames, 1 + characters]``.
        alphabet: its n-th character is answer n.

    Source:
        Graves et al. 2006, section 3.2, "best path decoding".

    Example:
        >>> import torch
        >>> path = torch.tensor([1, 1, 0, 1, 2, 2])
        >>> best_path(torch.nn.functional.one_hot(path, 3), "ab")
        'aab'
    """
    return text_of(logits.argmax(-1).tolist(), alphabet)


def text_of(path: list[int], alphabet: str) -> str:
    """The text of a path of answers, as ``best_path`` reads it."""
    return "".join(
        alphabet[answer - 1]
        for before, answer in zip([BLANK, *path], path, strict=False)
        if answer not in (before, BLANK)
    )
