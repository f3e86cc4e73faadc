"""A copy of a network that only answers, and is quicker at it.

Its batch normalisations become part of the convolutions before them. In bf16 the weights are
rounded once instead of at every call, and the convolutions do the additions and ReLUs behind them,
which in float32 gains nothing. The network itself stays bit for bit as it was.
"""

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.hooks import RemovableHandle

from kdcore.training.networks.autocasting import autocast
from kdcore.training.networks.fused import fuse_convolutions

LARGEST_ERROR = {"float32": 1e-3, "bf16": 0.1}
"""Of a copy's logits, relative to the network's largest; with a greater one it is not taken."""


def answering_copy(module: nn.Module, example: Tensor, precision: str) -> nn.Module:
    """A copy with folded batch normalisations and rounded weights, or else the module itself.

    The module itself where neither is to be done, or where a copy answers otherwise: what its
    author wrote may use a weight in a way that is seen nowhere else.

    Args:
        module: in evaluation mode for good.
        example: inputs ``[B, …]`` on its device, by which the order of its parts is found and the
            copy is held against it.
        precision: ``float32`` or ``bf16``, by autocast, in which both are asked.
    """
    try:
        found = _copy(module, example, precision)
    except Exception:  # what a module of somebody's own does is not known
        return module
    if found is None:
        return module
    if precision == "bf16" and example.device.type == "cpu" and fuse_convolutions(found):
        if _answers_alike(found, module, example, precision):
            return found
        del found.forward  # a processor may lack what this takes
    return found if _answers_alike(found, module, example, precision) else module


def _copy(module: nn.Module, example: Tensor, precision: str) -> nn.Module | None:
    """Folded and rounded; nothing where there is nothing to fold or to round."""
    foldable = normalised_convolutions(module, example)
    rounded = _rounded_by_autocast(module) if precision == "bf16" else []
    if not foldable and not rounded:
        return None
    found = deepcopy(module)
    for convolution, normalisation in foldable:
        _fold(found, convolution, normalisation)
    for name in rounded:
        found.get_submodule(name).to(torch.bfloat16)
    return found


def normalised_convolutions(module: nn.Module, example: Tensor) -> list[tuple[str, str]]:
    """Convolutions whose output goes straight into a batch normalisation: the paths of both.

    Found by asking the network once. Those that it uses twice are left out.

    Args:
        module: in evaluation mode.
        example: inputs ``[B, …]``.
    """
    parts = [one for one in module.named_modules() if _plain(one[1], nn.Conv2d, nn.BatchNorm2d)]
    if not any(isinstance(part, nn.BatchNorm2d) for _, part in parts):
        return []
    outputs: dict[int, tuple[str, Tensor, int]] = {}
    pairs: list[tuple[str, str]] = []
    calls = dict.fromkeys((name for name, _ in parts), 0)

    def watched(name: str, part: nn.Module) -> RemovableHandle:
        def after_convolution(_part: nn.Module, _inputs: object, output: Tensor) -> None:
            calls[name] += 1
            outputs[id(output)] = name, output, output._version

        def before_normalisation(_part: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            calls[name] += 1
            if (found := outputs.get(id(inputs[0]))) and found[1]._version == found[2]:
                pairs.append((found[0], name))

        if isinstance(part, nn.Conv2d):
            return part.register_forward_hook(after_convolution)
        return part.register_forward_pre_hook(before_normalisation)

    handles = [watched(name, part) for name, part in parts]
    try:
        with torch.no_grad():
            module(example)
    finally:
        for handle in handles:
            handle.remove()
    return [pair for pair in pairs if all(calls[name] == 1 for name in pair)]


def _plain(part: nn.Module, *kinds: type[nn.Module]) -> bool:
    """Whether a part is one of ``kinds`` and no more: nothing hangs on it."""
    return type(part) in kinds and not part._forward_hooks and not part._forward_pre_hooks


def _rounded_by_autocast(module: nn.Module) -> list[str]:
    return [name for name, part in module.named_modules() if _plain(part, nn.Conv2d, nn.Linear)]


def _fold(module: nn.Module, convolution: str, normalisation: str) -> None:
    before = module.get_submodule(convolution)
    after = module.get_submodule(normalisation)
    assert isinstance(before, nn.Conv2d), "it was found as one"
    assert isinstance(after, nn.BatchNorm2d), "likewise"
    if after.running_var is None:  # it would take the batch's own
        return
    strides = before.weight.stride()
    folded = fuse_conv_bn_eval(before, after)
    folded.weight.data = torch.empty_strided(
        folded.weight.shape, strides, dtype=folded.weight.dtype, device=folded.weight.device
    ).copy_(folded.weight.data)
    folded.requires_grad_(requires_grad=False)
    module.set_submodule(convolution, folded)
    module.set_submodule(normalisation, nn.Identity())


def _answers_alike(found: nn.Module, module: nn.Module, example: Tensor, precision: str) -> bool:
    with torch.no_grad(), autocast(example.device, precision):
        wanted = module(example).float()
        try:
            answers = found(example).float()
        except Exception:  # of a network that its author wrote for weights of one type
            return False
    largest = LARGEST_ERROR[precision] * wanted.abs().max()
    return bool((answers - wanted).abs().max() <= largest)
