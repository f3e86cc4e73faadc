"""The same arithmetic as the engine's with nothing around it: the limit it is held against.

No events, no settings, no choice of model or loss: fully connected networks, inputs normalised
beforehand and resident, the teacher's softened answers computed once, the gradient at the logits in
closed form, one fused Adam over one flat tensor, and after each epoch the answers to validation and
test data, of which the right ones are counted.
"""

import time
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def distil(
    student: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    teacher_logits: Tensor,
    evaluated: Sequence[tuple[Tensor, Tensor]],
    *,
    temperature: float,
    weight: float,
    epochs: int,
    batch_size: int,
    lr: float,
    precision: str,
) -> tuple[float, float]:
    """Train a fully connected student and evaluate it after each epoch.

    Args:
        student: with first weights; its linear layers are taken, ReLU stands between them.
        inputs: normalised, ``[n, features]`` float32.
        labels: ``[n]`` int64.
        teacher_logits: ``[n, classes]``.
        evaluated: inputs and labels of the validation and of the test data.
        temperature: T.
        weight: λ.
        epochs: in all.
        batch_size: examples a step.
        lr: of Adam.
        precision: of the products, ``float32`` or ``bf16``; the weights are float32.

    Returns:
        Seconds of training and evaluation, and the last test accuracy.
    """
    layers = [layer for layer in student.modules() if isinstance(layer, nn.Linear)]
    shapes = [values.shape for layer in layers for values in (layer.weight, layer.bias)]
    values = [part.detach().reshape(-1) for one in layers for part in (one.weight, one.bias)]
    weights = torch.cat(values).requires_grad_()
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    products = weights.detach().to(dtype) if dtype != weights.dtype else weights.detach()
    gradient = torch.zeros_like(products)
    weights.grad = torch.zeros_like(weights) if dtype != weights.dtype else gradient
    own, gradients = _views(products, shapes), _views(gradient, shapes)
    optimizer = torch.optim.Adam([weights], lr=lr, fused=True)
    inputs = inputs.to(dtype)
    evaluated = [(values.to(dtype), truth) for values, truth in evaluated]
    soft = (teacher_logits / temperature).softmax(-1)
    hard = torch.nn.functional.one_hot(labels, teacher_logits.shape[1]).float()
    accuracy = 0.0
    began = time.perf_counter()
    for _ in range(epochs):
        for index in torch.randperm(len(labels)).split(batch_size):
            kept = [inputs.index_select(0, index)]
            for at, (matrix, bias) in enumerate(own):
                out = torch.addmm(bias, kept[-1], matrix.T)
                kept.append(out.relu_() if at < len(own) - 1 else out)
            logits = kept[-1].float()
            slope = (1 - weight) * (logits.softmax(-1) - hard.index_select(0, index))
            softened = (logits / temperature).softmax(-1)
            slope += weight * temperature * (softened - soft.index_select(0, index))
            back = (slope / len(index)).to(dtype)
            for at in range(len(own) - 1, -1, -1):
                torch.mm(back.T, kept[at], out=gradients[at][0])
                torch.sum(back, 0, out=gradients[at][1])
                if at:
                    back = torch.ops.aten.threshold_backward(back @ own[at][0], kept[at], 0)
            if dtype != weights.dtype:
                weights.grad.copy_(gradient)
            optimizer.step()
            if dtype != weights.dtype:
                products.copy_(weights.detach())
        for values, truths in evaluated:
            right = 0
            for part, truth in zip(values.split(500), truths.split(500), strict=True):
                out = part
                for at, (matrix, bias) in enumerate(own):
                    out = torch.addmm(bias, out, matrix.T)
                    out = out.relu_() if at < len(own) - 1 else out
                right += int((out.argmax(-1) == truth).sum())
            accuracy = right / len(truths)
    return time.perf_counter() - began, accuracy


def _views(flat: Tensor, shapes: list[torch.Size]) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of each layer, as views."""
    parts = flat.split([shape.numel() for shape in shapes])
    views = [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]
    return list(zip(views[::2], views[1::2], strict=True))
