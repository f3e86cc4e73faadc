"""A student that starts from its teacher's weights."""

import torch
from torch import nn

from kdcore.errors import UserError


def copy_matching(student: nn.Module, teacher: nn.Module) -> int:
    """Copy the leading block of every parameter and buffer of the same name and rank.

    A student layer of 250 units takes the first 250 units of the teacher's 500.

    Returns:
        The number of values copied.

    Raises:
        UserError: the two networks have nothing in common.
    """
    theirs = teacher.state_dict()
    copied = 0
    with torch.no_grad():
        for name, value in student.state_dict().items():
            other = theirs.get(name)
            if other is None or other.ndim != value.ndim:
                continue
            block = tuple(slice(min(sizes)) for sizes in zip(value.shape, other.shape, strict=True))
            value[block] = other[block].to(value.device)
            copied += value[block].numel()
    if not copied:
        raise UserError(
            "nothing_matches", student=type(student).__name__, teacher=type(teacher).__name__
        )
    return copied
