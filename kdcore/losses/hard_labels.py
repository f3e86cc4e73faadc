"""The ordinary loss: cross-entropy with the labels."""

from torch import Tensor

from kdcore.losses.softmax import log_softmax, softmax


def cross_entropy(student_logits: Tensor, labels: Tensor) -> Tensor:
    """−log of the probability of the label, mean over the batch.

    Args:
        student_logits: ``[..., batch, classes]``; leading axes are independent students.
        labels: ``[batch]``, int64, or ``[..., batch]`` where students have their own.

    Returns:
        ``[...]``, in nats.

    Example:
        >>> import torch
        >>> cross_entropy(torch.zeros(1, 2), torch.tensor([1]))
        tensor(0.6931)
    """
    log_probabilities = log_softmax(student_logits)
    index = labels.expand(student_logits.shape[:-1])[..., None]
    return -log_probabilities.gather(-1, index).squeeze(-1).mean(-1)


def cross_entropy_gradient(student_logits: Tensor, labels: Tensor) -> Tensor:
    """The gradient of ``cross_entropy`` at the logits: (softmax − one-hot) / batch.

    Returns:
        ``[..., batch, classes]``.
    """
    gradient = softmax(student_logits)
    index = labels.expand(student_logits.shape[:-1])[..., None]
    gradient.scatter_add_(-1, index, gradient.new_full((1,), -1.0).expand(index.shape))
    return gradient.div_(student_logits.shape[-2])


def target_cross_entropy(student_logits: Tensor, targets: Tensor) -> Tensor:
    """−Σ_c target_c · log probability_c, mean over the batch.

    Args:
        student_logits: ``[..., batch, classes]``.
        targets: ``[..., batch, classes]``: what each class counts; a row of zeros, for an example
            whose label nobody knows, counts nothing.

    Returns:
        ``[...]``, in nats.
    """
    return -(targets * log_softmax(student_logits)).sum(-1).mean(-1)


def target_cross_entropy_gradient(student_logits: Tensor, targets: Tensor) -> Tensor:
    """The gradient of ``target_cross_entropy``: (Σ target · softmax − target) / batch.

    Returns:
        ``[..., batch, classes]``.
    """
    gradient = softmax(student_logits) * targets.sum(-1, keepdim=True)
    return gradient.sub_(targets).div_(student_logits.shape[-2])
