"""What every kind of training says at its start and writes at its end."""

import torch
from torch import nn

from kdcore.catalogue import is_forest, models_spec
from kdcore.data import Dataset
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Started
from kdcore.models.build import build_model
from kdcore.notes import Note, note
from kdcore.store import RunFolder
from kdcore.training.devices.device import device_name, software_versions
from kdcore.training.devices.distributed import world_size
from kdcore.training.devices.precision import model_precision
from kdcore.training.measuring.evaluation import Predictions
from kdcore.training.networks.parameter_chunks import hidden_matrices
from kdcore.training.objective.student_specs import student_names
from kdcore.training.transfer_batches import batches_per_epoch, transfer_of
from kdcore.training.weights.modules import save_module


def predictions_by_name(names: list[str], predictions: Predictions) -> dict[str, Predictions]:
    """The answers of each student."""
    return {name: predictions.of(net) for net, name in enumerate(names)}


def started(config: RunConfig, run: str, device: torch.device, data: Dataset) -> Started:
    """The event that begins a run; it tells what was found about its data and its optimiser."""
    transfer_size = len(transfer_of(config, data).labels)
    return Started(
        run=run,
        config=config.to_dict(),
        device=device_name(device),
        precision=model_precision(config.student, config, data, device),
        classes=list(data.classes),
        students=student_names(config),
        train_size=transfer_size,
        validation_size=len(data.validation.labels),
        test_size=len(data.test.labels),
        input_shape=list(data.input_shape),
        input_kind=data.kind.name,
        batches_per_epoch=batches_per_epoch(config, transfer_size),
        version=software_versions() + (f", {world_size()} processes" if world_size() > 1 else ""),
        notes=[*data.notes, *_of_optimizer(config, data)],
        target_train_size=len(data.target.train) if data.target else 0,
        target_test_size=len(data.target.test.labels) if data.target else 0,
    )


def _of_optimizer(config: RunConfig, data: Dataset) -> list[Note]:
    if config.optimizer != "muon" or is_forest(config.student):
        return []
    with torch.device("meta"):
        module = build_model(config.student, data.input_shape, len(data.classes), 0)
    return [] if hidden_matrices(module) else [note("muon_by_adam", student=config.student)]


def save_all(
    modules: dict[str, nn.Module],
    teacher: str,
    config: RunConfig,
    data: Dataset,
    folder: RunFolder | None,
) -> dict[str, str]:
    """Write the weights of ``teacher``, whose model is named, and students; their file names."""
    if folder is None:
        return {}
    files = {name: f"{name}.safetensors" for name in modules}
    student = models_spec([config.student] * config.networks)
    for name, module in modules.items():
        model = teacher if name == "teacher" else student
        save_module(folder.path / files[name], module, model, data)
    return files
