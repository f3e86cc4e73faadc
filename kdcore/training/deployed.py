"""A learner as a file that other programs run: from inputs as they were brought to logits."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from kdcore.data import Dataset
from kdcore.errors import UserError
from kdcore.store import RunFolder
from kdcore.store.files import export_whole
from kdcore.training.answering import LEARNERS, stored_learners

EXAMPLES = 256
"""Random inputs on which a file is compared with the network itself."""
INPUTS, LOGITS = "inputs", "logits"
"""What the file calls its only input and its only output."""


class Deployed(nn.Module):
    """A network with the normalisation of its inputs.

    Args:
        network: takes normalised inputs.
        data: that say in which units inputs are brought.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, network: nn.Module, data: Dataset) -> None:
        super().__init__()
        # an exported program takes no weights whose channels come last
        self._kind = data.kind
        self.network = network.to(memory_format=torch.contiguous_format)
        self.register_buffer("mean", data.brought_mean.float().clone())
        self.register_buffer("std", data.brought_std.float().clone())

    def forward(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` inputs as they were brought, float32 (pixels from 0 to 255) → ``[B, C]``.

        What is no number for a network, such as text, is given as it is stored.
        """
        normalised = self._kind.to_network(inputs, self.mean, self.std)
        return self.network(normalised)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A file's answers beside those of the network that it was made from."""

    examples: int
    """Random inputs, distributed like the training data's."""
    difference: float
    """Largest one between two logits."""
    same_class: int
    """Inputs with the same likeliest class."""


def write_learner(folder: RunFolder, learner: str, path: Path) -> Comparison | None:
    """Write a learner of a run that is over, as the file's ending says.

    Args:
        folder: of the run.
        learner: ``teacher``, ``plain`` or ``distilled``.
        path: ends in one of ``kdcore.exports.kinds.NETWORKS``.

    Returns:
        How well the file answers like the network; ``None`` for the weights themselves.

    Raises:
        UserError: the run keeps no such learner, the format cannot hold it, a library is missing,
            or the file cannot be written.
    """
    weights = folder.path / f"{learner}.safetensors"
    if learner not in LEARNERS or not weights.is_file():
        kept = ", ".join(
            name for name in LEARNERS if (folder.path / f"{name}.safetensors").exists()
        )
        raise UserError("export_no_learner", run=folder.id, learner=learner, kept=kept or "–")
    if path.suffix == ".safetensors":
        export_whole(path, lambda part: shutil.copyfile(weights, part))
        return None
    modules, data = stored_learners(folder)
    model = Deployed(modules[learner], data).eval()
    about = {
        "classes": json.dumps(list(data.classes), ensure_ascii=False),
        "run": folder.id,
        "learner": learner,
        "dataset": data.name,
    }
    answers: list[Tensor] = []
    inputs = _random_inputs(data)

    def write(part: Path) -> None:
        answers.append(WRITERS[path.suffix](model, inputs, part, about))

    export_whole(path, write)
    with torch.no_grad():
        expected = model(inputs)
    return Comparison(
        examples=len(inputs),
        difference=float((answers[0] - expected).abs().max()),
        same_class=int((answers[0].argmax(1) == expected.argmax(1)).sum()),
    )


def _random_inputs(data: Dataset) -> Tensor:
    """``[EXAMPLES, …]``, as they were brought."""
    return data.kind.random(
        EXAMPLES,
        data.stored_shape,
        data.brought_mean.float(),
        data.brought_std.float(),
        torch.Generator().manual_seed(0),
    )


def _program(model: Deployed, inputs: Tensor, path: Path, about: Mapping[str, str]) -> Tensor:
    """A program of ``torch.export``, of any batch size; what the file answers."""
    program = _exported(model, inputs, path)
    torch.export.save(program, path, extra_files=dict(about))
    with torch.no_grad():
        return torch.export.load(path).module()(inputs)  # type: ignore[no-any-return]


def _onnx(model: Deployed, inputs: Tensor, path: Path, about: Mapping[str, str]) -> Tensor:
    """An ONNX model, of any batch size; what onnxruntime answers."""
    try:
        import onnxruntime  # noqa: PLC0415  (an extra)
        import onnxscript  # noqa: F401, PLC0415  (what torch writes it with)
    except ImportError as error:
        raise UserError("extra_missing", what="ONNX", extra="onnx", cause=str(error)) from None
    program = torch.onnx.export(
        _exported(model, inputs, path),
        input_names=[INPUTS],
        output_names=[LOGITS],
        dynamo=True,
        verbose=False,
    )
    assert program is not None, "by dynamo it is one"
    program.model.metadata_props.update(about)
    program.save(path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (answers,) = session.run([LOGITS], {INPUTS: inputs.numpy()})
    return torch.from_numpy(answers)


def _exported(model: Deployed, inputs: Tensor, path: Path) -> Any:
    try:
        return torch.export.export(
            model, (inputs[:2],), dynamic_shapes={INPUTS: {0: Dim("batch", min=1)}}
        )
    except Exception as error:  # torch raises many kinds
        cause = str(error).strip().splitlines()[0][:200]
        raise UserError("export_not_possible", file=path.suffix, cause=cause) from None


WRITERS: Mapping[str, Callable[[Deployed, Tensor, Path, Mapping[str, str]], Tensor]] = {
    ".pt2": _program,
    ".onnx": _onnx,
}
"""By the ending of the file; each returns what the file answers."""
