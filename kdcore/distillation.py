"""``distil``: any module teaches any other on any tensors, in a few lines of Python."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from torch import nn

from kdcore.catalogue import GIVEN_MODULE
from kdcore.data import Dataset
from kdcore.data.given import Brought, Given, given_data, given_dataset
from kdcore.data.teacher_inputs import TeacherInputs
from kdcore.errors import UserError
from kdcore.events import Event, Failed
from kdcore.inputs import InputKind
from kdcore.job import Run
from kdcore.jobs.run.compatibility import TEACHER_INPUTS
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.record import RunRecord
from kdcore.models.given import Feed, GivenModule, answer_of, check_learning, given_modules
from kdcore.store import RunFolder, Store, recorded
from kdcore.training.weights.modules import load_module
from kdcore.training.weights.weights_file import WeightsFile

LOOKED_AT = 2
"""Examples by which it is seen whether a module suits the data, before anything is trained."""
TAKEN = ("dataset", "teacher", "student")
"""Settings of a run that follow from what is given."""


class DistillationFailedError(RuntimeError):
    """The run ended by an error; its text says which."""


@dataclass(frozen=True, slots=True)
class Distilled:
    """What came of a distillation."""

    id: str
    """Of the run, in the store and on the pages."""
    path: Path | None
    """Of its folder; nothing where it was not kept."""
    record: RunRecord
    """All that the run has reported."""
    teacher: nn.Module
    """The one that was given, untouched; or the one that was trained."""
    plain: nn.Module | None
    """The student that learned from labels alone."""
    distilled: nn.Module | None
    """The student that the teacher taught; in evaluation mode, on the CPU."""

    @property
    def accuracies(self) -> dict[str, list[float]]:
        """Test accuracies by learner, from 0 to 1, after each epoch."""
        found: dict[str, list[float]] = {}
        for epoch in self.record.epochs:
            scores = {**({"teacher": epoch.teacher} if epoch.teacher else {}), **epoch.students}
            for learner, own in scores.items():
                found.setdefault(learner, []).append(own.test_accuracy)
        return found


def distil(
    teacher: nn.Module | str,
    student: nn.Module | str,
    data: Brought,
    *,
    test: Brought | None = None,
    validation: Brought | None = None,
    classes: Sequence[str] = (),
    normalise: bool | tuple[Any, Any] = False,
    kind: InputKind | None = None,
    train_teacher: bool = False,
    name: str = "tensors",
    store: Store | Path | str | bool = True,
    on_event: Callable[[Event], None] | None = None,
    **settings: Any,
) -> Distilled:
    """Let ``teacher`` teach copies of ``student``, beside others that learn without it.

    Both students begin as ``student`` is and see the same batches. Neither module is changed. A
    dashboard on the same store shows the run while it is trained.

    Args:
        teacher: answers a batch of inputs with logits ``[batch, classes]``; or the name of a model.
        student: likewise, of any other architecture.
        data: to learn from: inputs and labels as tensors or arrays, a map-style data set of torch,
            or a ``DataLoader``, which is read once.
        test: to be tested on; without it a fifth of ``data`` is set aside.
        validation: for what must not look at test data; without it a tenth is set aside.
        classes: their names; without them they are numbers.
        normalise: whether modules get inputs less the training data's mean, over its deviation; or
            a mean and a deviation, in the units of the inputs.
        kind: of the inputs, such as ``kdcore.inputs.Image(white=16)``, which are as it stores them
            then; without it they are looked at.
        train_teacher: train a copy of ``teacher`` on the labels first, for ``teacher_epochs``.
        name: of the data, for people.
        store: where the run is kept: the usual store, another one or its folder; ``False``:
            nowhere.
        on_event: is called with everything that happens.
        **settings: of the run, such as ``temperature``, ``weight``, ``method`` or ``epochs``; those
            of ``RunConfig``.

    Raises:
        UserError: the data, a module or a setting will not do; the sentence says why.
        DistillationFailedError: an error that nobody foresaw ended the run.

    Example:
        >>> import torch
        >>> inputs = torch.randn(200, 5)
        >>> labels = (inputs[:, 0] > 0).long()
        >>> big, small = nn.Linear(5, 2), nn.Linear(5, 2)
        >>> found = distil(big, small, (inputs, labels), store=False, epochs=2)
        >>> [len(values) for values in found.accuracies.values()]
        [2, 2, 2]
    """
    if taken := [key for key in TAKEN if key in settings]:
        raise UserError("distil_setting", name=taken[0])
    given = given_dataset(
        name,
        data,
        test=test,
        validation=validation,
        classes=classes,
        normalise=normalise,
        kind=kind,
    )
    for role, model in (("teacher", teacher), ("student", student)):
        if not isinstance(model, nn.Module | str):
            raise UserError("distil_model", role=role, found=type(model).__name__)
    loaded = bool(settings.get("teacher_weights"))
    modules = _named(teacher, student, given, trained=not train_teacher and not loaded)
    with ExitStack() as stack:
        specs = {
            role: model if isinstance(model, str) else modules[role][0]
            for role, model in (("teacher", teacher), ("student", student))
        }
        stack.enter_context(given_modules(dict(modules.values())))
        dataset = stack.enter_context(given_data(given.data))
        config = RunConfig.from_dict({**settings, "dataset": dataset, **specs})
        if train_teacher and (asked := [key for key in TEACHER_INPUTS if key in settings]):
            raise UserError("teacher_inputs_unused", name=asked[0])
        _check(modules, given.data, config, learning={"student", *["teacher"] * train_teacher})
        if config.networks > 1 and "student" in modules:
            raise UserError("module_alone", name=specs["student"])
        kept = store is not False
        if not kept:
            store = stack.enter_context(TemporaryDirectory())
        folder = _store(store).create(config)
        record = RunRecord()
        for event in recorded(Run(config, folder), folder):
            record.fold([event])
            if on_event:
                on_event(event)
            if isinstance(event, Failed):
                raise _error(event)
        students = {
            learner: _learned(record, folder, learner, student, given.data)
            for learner in ("plain", "distilled")
        }
        if isinstance(teacher, nn.Module) and not train_teacher and not loaded:
            taught = teacher
        else:
            taught = _learned(record, folder, "teacher", teacher, given.data)
    return Distilled(folder.id, folder.path if kept else None, record, taught, **students)


def _store(place: Store | Path | str | bool) -> Store:
    if isinstance(place, Store):
        return place
    return Store() if isinstance(place, bool) else Store(Path(place))


def _named(
    teacher: nn.Module | str, student: nn.Module | str, given: Given, *, trained: bool
) -> dict[str, tuple[str, GivenModule]]:
    """By role the name that a given module has in the run's settings, and what to do with it."""
    feed = None
    if given.flat:
        low, high = given.whole or (0.0, 0.0)
        feed = Feed(given.shape, given.whole is not None, low, high)
    given_ones = {
        role: model
        for role, model in (("teacher", teacher), ("student", student))
        if isinstance(model, nn.Module)
    }
    alike = len({type(model).__name__ for model in given_ones.values()}) < len(given_ones)
    return {
        role: (
            f"{GIVEN_MODULE}:{type(model).__name__}" + (f".{role}" if alike else ""),
            GivenModule(model, trained and role == "teacher", feed),
        )
        for role, model in given_ones.items()
    }


def _check(
    modules: Mapping[str, tuple[str, GivenModule]],
    data: Dataset,
    config: RunConfig,
    learning: Collection[str],
) -> None:
    """Raise ``UserError`` where a module cannot answer what it would be given, or not learn."""
    inputs = data.normalised(data.train.inputs[:LOOKED_AT])
    about = {}
    if config.teacher_weights:
        about = WeightsFile.read(Path(config.teacher_weights).expanduser()).about
    own = TeacherInputs.wanted(config, about, data)
    for role, (_, module) in modules.items():
        taken = own(module.module, (inputs,)) if own and role == "teacher" else inputs
        answer_of(role, module, taken, len(data.classes))
        if role in learning:
            check_learning(role, module, taken[: config.batch_size])


def _learned(
    record: RunRecord, folder: RunFolder, learner: str, model: nn.Module | str, data: Dataset
) -> Any:
    """A learner as the run has kept it; nothing where it had none of them."""
    files = record.finished.weights if record.finished else {}
    if learner not in files:
        return None
    path = folder.path / files[learner]
    if isinstance(model, str):
        return load_module(path, data).eval()
    found = deepcopy(model).float().cpu()
    found.load_state_dict(WeightsFile.read(path).tensors)
    return found.eval()


def _error(event: Failed) -> Exception:
    if event.code:
        return UserError(event.code, **event.values)
    return DistillationFailedError(event.error)
