"""Low rank: a layer's weights as the product of two thin matrices.

Source:
    Denton et al.: Exploiting Linear Structure Within Convolutional Networks for Efficient
    Evaluation, 2014 (truncated singular value decomposition of trained layers).
"""

from copy import deepcopy

import torch
from torch import Tensor, nn

from kdcore.errors import UserError
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.training.compression.student import CompressedStudent, Student


def low_rank(student: Student, config: CompressionConfig) -> CompressedStudent:
    """Factorise every layer that this makes smaller; grouped convolutions stay as they are.

    Raises:
        UserError: it makes none of them smaller.
    """
    module = deepcopy(student.module)
    layers = {
        name: part
        for name, part in module.named_modules()
        if isinstance(part, nn.Linear) or (isinstance(part, nn.Conv2d) and part.groups == 1)
    }
    smaller = {}
    for name, layer in layers.items():
        rows, columns = layer.weight.flatten(1).shape
        rank = max(1, round(config.rank_share * min(rows, columns)))
        if rank * (rows + columns) < rows * columns:
            smaller[name] = factorised(layer, rank)
    if not smaller:
        raise UserError("rank_saves_nothing", share=config.rank_share, model=student.model)
    for name, pair in smaller.items():
        module.set_submodule(name, pair)
    return CompressedStudent(module, "")


def factorised(layer: nn.Linear | nn.Conv2d, rank: int) -> nn.Sequential:
    """Two layers of ``rank`` values between them, nearest to ``layer`` in the Frobenius norm.

    W ≈ (U √S)(√S Vᵀ) of the singular value decomposition; a convolution becomes one of ``rank``
    channels and the same kernel, then one of 1×1.

    Args:
        layer: weights ``[out, in]``, or ``[out, in, height, width]`` in one group.
        rank: from 1 to the smaller side of the weights as a matrix, with which nothing is lost.
    """
    weight = layer.weight.detach()
    left, values, right = torch.linalg.svd(weight.flatten(1).double(), full_matrices=False)
    root = values[:rank].sqrt()
    out, into = left[:, :rank] * root, root[:, None] * right[:rank]
    biased = layer.bias is not None
    if isinstance(layer, nn.Linear):
        pair = nn.Sequential(
            nn.Linear(layer.in_features, rank, bias=False),
            nn.Linear(rank, layer.out_features, bias=biased),
        )
    else:
        first = nn.Conv2d(
            layer.in_channels,
            rank,
            layer.kernel_size,  # type: ignore[arg-type]
            layer.stride,  # type: ignore[arg-type]
            layer.padding,  # type: ignore[arg-type]
            layer.dilation,  # type: ignore[arg-type]
            bias=False,
            padding_mode=layer.padding_mode,
        )
        pair = nn.Sequential(first, nn.Conv2d(rank, layer.out_channels, 1, bias=biased))
        pair = pair.to(memory_format=torch.channels_last)
    with torch.no_grad():
        _copy(pair[0].weight, into)
        _copy(pair[1].weight, out)
        if layer.bias is not None:
            pair[1].bias.copy_(layer.bias)  # type: ignore[operator]
    return pair


def _copy(weight: object, matrix: Tensor) -> None:
    assert isinstance(weight, Tensor)
    weight.copy_(matrix.view(weight.shape))
