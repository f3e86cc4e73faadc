"""What the device can do at best, measured: products a second, bytes a second; and what a net asks.

Source:
    Williams, Waterman, Patterson: Roofline: An Insightful Visual Performance Model, 2009.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from benchmarks.gpu_sections.setting import Setting

DTYPES = {"float32": torch.float32, "bf16": torch.bfloat16}
BYTES = {"float32": 4, "bf16": 2}
BACKWARD = 2
"""A training step's way backward, in ways forward: by the inputs and by the weights."""


@dataclass(frozen=True, slots=True)
class Roofline:
    """Of a device in one precision."""

    operations: float
    """A second, the best of a large matrix product; one of the two of a multiply-add each."""
    bandwidth: float
    """Bytes a second that a large copy reads and writes."""

    def seconds(self, operations: float, traffic: float) -> tuple[float, str]:
        """The least time for so much work, and by what it is bound."""
        by_operations, by_memory = operations / self.operations, traffic / self.bandwidth
        bound = "arithmetic" if by_operations >= by_memory else "memory"
        return max(by_operations, by_memory), bound


def measured(setting: Setting, precision: str) -> Roofline:
    """The bounds of the setting's device."""
    side = 4096 if setting.on_gpu else (256 if setting.small else 1024)
    size = (1 << 30) if setting.on_gpu else (1 << 22 if setting.small else 1 << 28)
    seconds = 0.05 if setting.small else 1.0
    given = {"device": setting.device, "dtype": DTYPES[precision]}
    one, other = torch.randn(side, side, **given), torch.randn(side, side, **given)
    product = torch.empty(side, side, **given)
    products = setting.rate(lambda: torch.mm(one, other, out=product), seconds)
    source = torch.zeros(size, dtype=torch.uint8, device=setting.device)
    copy = torch.empty_like(source)
    copies = setting.rate(lambda: copy.copy_(source), seconds)
    return Roofline(products * 2 * side**3, copies * 2 * size)


def traffic(module: nn.Module, example: Tensor, precision: str) -> float:
    """Bytes that one example's way forward reads and writes at least, layer by layer.

    Inputs and outputs of every layer once, in the precision of the products. What activations and
    sums between layers move, and the weights, which a batch shares, are left out.

    Args:
        module: on the device of ``example``.
        example: a network input ``[1, …]``.
        precision: of the products.
    """
    moved = 0

    def count(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal moved
        del layer
        moved += sum(one.numel() for one in inputs) + output.numel()

    layers = [layer for layer in module.modules() if not list(layer.children())]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad():
            module(example)
    finally:
        module.train(was_training)
        for hook in hooks:
            hook.remove()
    return float(moved * BYTES[precision])
