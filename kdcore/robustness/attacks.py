"""The smallest change that misleads a network most, found by its own gradient (L∞, white box)."""

from collections.abc import Callable

import torch
from torch import Tensor

from kdcore.losses import cross_entropy

Network = Callable[[Tensor], Tensor]
"""``[n, …]`` inputs → logits ``[n, classes]``; in evaluation mode."""
STEP = 0.25
"""Of PGD, as a share of ε: 2/255 for 8/255, as Madry et al. have it."""


def fgsm(
    network: Network,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    steps: int = 1,
    seed: int = 0,
) -> Tensor:
    """Fast gradient sign method: one step of ε along the sign of the loss's gradient.

    ``x' = clip(x + ε · sign ∇ₓ CE(network(x), y))``

    Args:
        network: whose answers shall be wrong.
        images: ``[n, channels, height, width]`` from 0 to 1.
        labels: ``[n]``, int64.
        epsilon: the largest change of a value.
        steps: it is always one.
        seed: nothing is drawn.

    Returns:
        Images like ``images``.

    Source:
        Goodfellow, Shlens, Szegedy: Explaining and Harnessing Adversarial Examples, 2015, section
        4.
    """
    del steps, seed
    return ascended(
        lambda inputs: cross_entropy(network(inputs), labels),
        images,
        images,
        epsilon=epsilon,
        step=epsilon,
        steps=1,
    )


def pgd(
    network: Network,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    steps: int = 10,
    seed: int = 0,
) -> Tensor:
    """Projected gradient descent on the negative loss: small signed steps inside the ε-ball.

    It starts at a random place of the ball; steps are ε/4.

    Args:
        network: whose answers shall be wrong.
        images: ``[n, channels, height, width]`` from 0 to 1.
        labels: ``[n]``, int64.
        epsilon: the largest change of a value.
        steps: how many.
        seed: of the place where it starts.

    Returns:
        Images like ``images``.

    Source:
        Madry et al.: Towards Deep Learning Models Resistant to Adversarial Attacks, 2018,
        section 2.1.
    """
    generator = torch.Generator().manual_seed(seed)
    noise = torch.rand(images.shape, generator=generator, dtype=images.dtype).to(images)
    return ascended(
        lambda inputs: cross_entropy(network(inputs), labels),
        images,
        (images + epsilon * (2 * noise - 1)).clamp(0, 1),
        epsilon=epsilon,
        step=STEP * epsilon,
        steps=steps,
    )


def ascended(
    loss: Callable[[Tensor], Tensor],
    inputs: Tensor,
    start: Tensor,
    *,
    epsilon: float | Tensor,
    step: float | Tensor,
    steps: int,
    low: float | Tensor = 0.0,
    high: float | Tensor = 1.0,
) -> Tensor:
    """Signed gradient steps that make a loss larger, each projected back into the ε-ball.

    ``x ← clip(x + step · sign ∇ₓ loss(x))`` into ``[inputs − ε, inputs + ε]`` and
    ``[low, high]``. The gradients of the network's weights are left alone.

    Args:
        loss: of the inputs, a scalar; examples must not act on each other.
        inputs: ``[n, …]``, the middle of the ball.
        start: like ``inputs``, inside of it.
        epsilon: radius of the ball, one number or one that goes with the inputs.
        step: length of a step, likewise.
        steps: how many.
        low: smallest value that an input may have, likewise.
        high: greatest.

    Returns:
        Inputs like ``inputs``, without a graph.
    """
    least, most = (torch.as_tensor(end).to(inputs) for end in (low, high))
    found = start.detach()
    for _ in range(steps):
        leaf = found.clone().requires_grad_()
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(loss(leaf), leaf)
        moved = found + step * gradient.sign()
        inside = torch.maximum(torch.minimum(moved, inputs + epsilon), inputs - epsilon)
        found = torch.maximum(torch.minimum(inside, most), least)
    return found
