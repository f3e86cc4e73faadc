"""Whole numbers of eight bits instead of float32: a quarter of the room, computed on the CPU.

PyTorch's own tools are used, ``torch.ao.quantization``. They are marked as deprecated in favour
of the package torchao, which is no part of PyTorch; in PyTorch 2.14 they still do their work.

Source:
    Jacob et al.: Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-
    Only Inference, 2017 (training with simulated rounding).
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace

import torch
from torch import nn
from torch.ao.quantization import get_default_qat_qconfig_mapping, quantize_dynamic
from torch.ao.quantization.quantize_fx import convert_fx, prepare_qat_fx
from torch.fx import GraphModule

from kdcore.errors import UserError
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.training.compression.narrow import narrow
from kdcore.training.compression.student import CompressedStudent, Student, as_used

ENGINES = ("x86", "fbgemm", "qnnpack", "onednn")
"""In the order of preference; a build of PyTorch has some of them."""
KNOWN_WARNINGS = (
    # the tools say of themselves that they are deprecated: the docstring above says why they stay
    (r"\s*torch\.ao\.quantization is deprecated", DeprecationWarning),
    # the default observers of PyTorch pass an argument that PyTorch would have us not pass
    (r"Please use quant_min and quant_max to specify the range for observers", UserWarning),
    # quantised tensors, of which the converted networks of PyTorch consist
    (r"torch\.quantize_per_tensor, torch\.quantize_per_channel and other", UserWarning),
    # ``torch.save`` and a copy of a quantised tensor ask for its storage
    (r"TypedStorage is deprecated", UserWarning),
)
CALIBRATION_BATCH = 128


def use_int8_engine(stages: tuple[str, ...]) -> str:
    """Choose what computes in int8 on this processor, for the whole process; its name.

    Args:
        stages: that want it, for the sentence.

    Raises:
        UserError: PyTorch has none.
    """
    found = [name for name in ENGINES if name in torch.backends.quantized.supported_engines]
    if not found:
        raise UserError("no_int8_engine", stages=", ".join(stages))
    torch.backends.quantized.engine = found[0]
    return found[0]


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings that PyTorch's tools give by themselves; all others pass."""
    with warnings.catch_warnings():
        for message, category in KNOWN_WARNINGS:
            warnings.filterwarnings("ignore", message, category)
        yield


def int8_dynamic(student: Student, config: CompressionConfig) -> CompressedStudent:
    """The weights of the linear layers in int8; each input is rounded as it comes.

    Convolutions stay in float32: PyTorch does not quantise them in this way. The rounding cannot
    be learned, so what is distilled again is the float32 student before it.
    """
    del config
    return CompressedStudent(deepcopy(student.module), "", finish=rounded, quantized=True)


def rounded(module: nn.Module) -> nn.Module:
    """A copy whose linear layers have int8 weights."""
    with quiet():
        return quantize_dynamic(as_used(module), {nn.Linear}, dtype=torch.qint8)  # type: ignore[no-any-return]


def int8_learned(student: Student, config: CompressionConfig) -> CompressedStudent:
    """Weights and activations in int8, the rounding simulated while it is distilled again.

    What it is before that has ranges measured on some examples, the usual way without training.
    """
    del config
    with quiet():
        module = prepare_qat_fx(
            deepcopy(student.module).train(),
            get_default_qat_qconfig_mapping(torch.backends.quantized.engine),
            (student.examples[:2],),
        )
        module.eval()
        with torch.no_grad():
            for part in student.examples.split(CALIBRATION_BATCH):
                module(part)
    return CompressedStudent(module, "", finish=converted, quantized=True)


def converted(module: nn.Module) -> nn.Module:
    """A copy that computes in int8 what the network with simulated rounding has learned."""
    with quiet():
        found = convert_fx(as_used(module))  # type: ignore[arg-type]
    _flatten_means(found)
    return found


def _flatten_means(module: GraphModule) -> None:
    """Let means over height and width be taken over places in one row, in place.

    PyTorch has none for maps of int8 of one place or one channel whose channels lie innermost.
    """
    for node in module.graph.nodes:
        if node.op == "call_method" and node.target == "mean" and node.args[1:] == ((-2, -1),):
            with module.graph.inserting_before(node):
                row = module.graph.call_method("flatten", (node.args[0], 2))
            node.args = (row, -1)
    module.recompile()


def narrow_int8(student: Student, config: CompressionConfig) -> CompressedStudent:
    """The narrower network, in int8 as ``int8_learned`` makes it."""
    narrower = narrow(student, config)
    return int8_learned(replace(student, module=narrower.module, model=narrower.model), config)
