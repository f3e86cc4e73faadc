"""Distillation as a careful person writes it with autograd: what joint training is held against.

Everything lies in memory as float32 tensors, the teacher's softened answers are computed once,
Adam is fused, nothing is read back within an epoch.
"""

import time

import torch
import torch.nn.functional as F
from torch import Tensor

from kdcore.models.build import build_model


def distil(
    spec: str,
    inputs: Tensor,
    labels: Tensor,
    teacher_logits: Tensor,
    test: tuple[Tensor, Tensor],
    *,
    temperature: float,
    weight: float,
    epochs: int,
    batch_size: int,
    lr: float,
    seed: int,
) -> tuple[float, float]:
    """Train one student and evaluate it after each epoch; seconds, and the last accuracy.

    Inputs are normalised, ``[n, …]`` float32, teacher_logits ``[n, classes]``; test holds inputs
    and labels.
    """
    began = time.perf_counter()
    student = build_model(spec, tuple(inputs.shape[1:]), teacher_logits.shape[1], seed)
    optimizer = torch.optim.Adam(student.parameters(), lr=lr, fused=True)
    soft = (teacher_logits / temperature).softmax(-1)
    generator = torch.Generator().manual_seed(seed)
    accuracy = 0.0
    for _ in range(epochs):
        for index in torch.randperm(len(labels), generator=generator).split(batch_size):
            logits = student(inputs.index_select(0, index))
            kl = F.kl_div(
                F.log_softmax(logits / temperature, dim=-1),
                soft.index_select(0, index),
                reduction="batchmean",
            )
            hard = F.cross_entropy(logits, labels.index_select(0, index))
            loss = (1 - weight) * hard + weight * temperature**2 * kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            right = [
                (student(part).argmax(-1) == truth).sum()
                for part, truth in zip(test[0].split(1000), test[1].split(1000), strict=True)
            ]
        accuracy = float(torch.stack(right).sum() / len(test[1]))
    return time.perf_counter() - began, accuracy
