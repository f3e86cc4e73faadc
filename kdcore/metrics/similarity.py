"""How alike two networks see the same examples."""

from torch import Tensor

SMALLEST = 1e-12


def centered_kernel_alignment(one: Tensor, other: Tensor) -> Tensor:
    """Linear CKA: 1 where the features are alike up to rotation and scale, 0 where unrelated.

    Few examples make it too high: compare values of equal batches.

    Args:
        one: ``[examples, features]``.
        other: ``[examples, …]`` of the same examples.

    Returns:
        A scalar from 0 to 1.

    Source:
        Kornblith et al.: Similarity of Neural Network Representations Revisited, 2019, section 3.

    Example:
        >>> import torch
        >>> points = torch.tensor([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]])
        >>> (centered_kernel_alignment(points, 3 * points.flip(1)) - 1).abs() < 1e-6
        tensor(True)
    """
    first, second = (values - values.mean(0) for values in (one.flatten(1), other.flatten(1)))
    shared = (first.T @ second).square().sum()
    own = (first.T @ first).norm() * (second.T @ second).norm()
    alike: Tensor = shared / own.clamp(min=SMALLEST)
    return alike
