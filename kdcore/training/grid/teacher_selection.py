"""Which of several teachers to take: by its own predictions, and by what its students learn.

A more accurate teacher is not always the better one to learn from, nor is a calibrated one. So
every teacher is measured on validation data and then teaches the same students; the end says
whether the cheap ways to choose point to the teacher whose students really are best. Test data are
reported and choose nothing.

Source:
    Cho, Hariharan: On the Efficacy of Knowledge Distillation, 2019 (better teachers that teach
    worse); Guo et al.: On Calibration of Modern Neural Networks, 2017 (ECE, temperature fit).
"""

import time
from collections.abc import Iterator, Sequence
from statistics import fmean

from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, load_training_data
from kdcore.errors import UserError
from kdcore.events import Event, Failed
from kdcore.jobs.run.events import Epoch
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig
from kdcore.jobs.teacher_selection.events import (
    TeacherEvaluated,
    TeacherSelectionFinished,
    TeacherSelectionStarted,
)
from kdcore.losses import softmax
from kdcore.metrics import (
    accuracy,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
)
from kdcore.models.cost import parameter_count
from kdcore.store import JobFolder
from kdcore.training.devices.device import (
    choose_device,
    device_name,
    set_float32_arithmetic,
    software_versions,
)
from kdcore.training.devices.precision import model_precision
from kdcore.training.grid.cell_events import CellEvent, Group
from kdcore.training.grid.group import train_group
from kdcore.training.grid.recorder import stopped_event, write_cell_events
from kdcore.training.measuring.evaluation import predict
from kdcore.training.teachers.teacher import Teacher, train_teachers
from kdcore.training.transfer_batches import transfer_of


def select_teacher(
    config: TeacherSelectionConfig,
    controls: Controls,
    *,
    name: str,
    folder: JobFolder[TeacherSelectionConfig] | None = None,
) -> Iterator[Event]:
    """Train each teacher or find it in the store, measure it, distil from it; compare at the end.

    Args:
        config: the teachers and what all their students share.
        controls: ``stop`` acts.
        name: the selection's id.
        folder: where the students' runs are kept; without one nothing is written.

    Raises:
        UserError: something that a person can mend.
    """
    began = time.perf_counter()
    set_float32_arithmetic()
    device = choose_device(config.base.device)
    root = folder.root if folder else None
    data = yield from load_training_data(config.base, root, config.cells)
    data = data.to(device)
    transfer_of(config.base, data)  # settings that do not suit the data are refused first
    yield TeacherSelectionStarted(
        selection=name,
        config=config.to_dict(),
        device=device_name(device),
        validation_size=len(data.validation.labels),
        test_size=len(data.test.labels),
        version=software_versions(),
        notes=list(data.notes),
    )
    assessed: list[TeacherEvaluated] = []
    stopped = False
    try:
        for first in range(0, len(config.cells), len(config.seeds)):
            base = config.cells[first]
            precision = model_precision(base.teacher, base, data, device)
            teacher = yield from train_teachers(base, data, controls, folder, device, precision)
            cells = range(first, first + len(config.seeds))
            runs = [folder.cell_id(cell) if folder else f"{name}.{cell:04d}" for cell in cells]
            students = _train_students(config, cells, runs, teacher, data, controls, folder)
            assessed.append(_assessment(base.teacher, teacher, data, students, runs))
            yield assessed[-1]
    except Stopped:
        stopped = True
    yield compared(
        name, [] if stopped else assessed, stopped=stopped, seconds=time.perf_counter() - began
    )


def compared(
    name: str, assessed: Sequence[TeacherEvaluated], *, stopped: bool, seconds: float
) -> TeacherSelectionFinished:
    """What each way to choose would have chosen, and whether they agree."""
    by_accuracy = _best([row.validation_accuracy for row in assessed], assessed)
    by_ece = _best([-row.ece for row in assessed], assessed)
    by_nll = _best([-row.nll_fitted for row in assessed], assessed)
    by_student = _best([fmean(row.students_validation_accuracy) for row in assessed], assessed)
    shared = set(by_accuracy) & set(by_ece) & set(by_nll) & set(by_student)
    return TeacherSelectionFinished(
        selection=name,
        stopped=stopped,
        by_accuracy=by_accuracy,
        by_ece=by_ece,
        by_nll_fitted=by_nll,
        by_student=by_student,
        agree=bool(shared) if assessed else None,
        seconds=seconds,
    )


def _train_students(
    config: TeacherSelectionConfig,
    cells: Sequence[int],
    runs: Sequence[str],
    teacher: Teacher,
    data: Dataset,
    controls: Controls,
    folder: JobFolder[TeacherSelectionConfig] | None,
) -> dict[int, Epoch]:
    """Train one teacher's students together; the last evaluation of each.

    Raises:
        Stopped: the choice was asked to stop; the runs keep what they have.
        UserError: the loss of a student became infinite.
    """
    group = Group(
        number=cells[0],
        cells={cell: config.cells[cell] for cell in cells},
        runs=dict(zip(cells, runs, strict=True)),
        teacher=teacher,
        store_root=None,
        keep=folder is not None,
    )
    last: dict[int, Epoch] = {}
    work = train_group(group, data)
    try:
        for cell_event in work:
            if isinstance(cell_event, CellEvent):
                if folder is not None:
                    write_cell_events(
                        folder.cell(cell_event.cell), config.cells[cell_event.cell], [cell_event]
                    )
                if isinstance(cell_event.event, Epoch):
                    last[cell_event.cell] = cell_event.event
                if isinstance(cell_event.event, Failed):
                    raise UserError(cell_event.event.code, **cell_event.event.values)
            controls.raise_if_stopped()
    except Stopped:
        for cell, epoch in last.items():
            if folder is not None:
                end = CellEvent(cell, stopped_event(folder.cell_id(cell), epoch))
                write_cell_events(folder.cell(cell), config.cells[cell], [end])
        raise
    finally:
        work.close()  # type: ignore[attr-defined]
    return last


def _assessment(
    spec: str, teacher: Teacher, data: Dataset, students: dict[int, Epoch], runs: list[str]
) -> TeacherEvaluated:
    predictions = predict(teacher.module, data, "float32")
    labels, test_labels = data.validation.labels.cpu(), data.test.labels.cpu()
    temperature = fit_temperature(predictions.validation, labels)
    probabilities = softmax(predictions.validation)
    scores = [
        epoch.students.get("distilled") or epoch.students["plain"] for epoch in students.values()
    ]
    return TeacherEvaluated(
        teacher=spec,
        source=teacher.source,
        runs=runs,
        parameters=parameter_count(teacher.module),
        validation_accuracy=float(accuracy(predictions.validation.double(), labels)),
        ece=float(expected_calibration_error(probabilities, labels)),
        nll=float(negative_log_likelihood(probabilities, labels)),
        temperature_fitted=temperature,
        nll_fitted=float(
            negative_log_likelihood(softmax(predictions.validation / temperature), labels)
        ),
        test_accuracy=float(accuracy(predictions.test.double(), test_labels)),
        students_validation_accuracy=[score.validation_accuracy for score in scores],
        students_test_accuracy=[score.test_accuracy for score in scores],
    )


def _best(values: Sequence[float], assessed: Sequence[TeacherEvaluated]) -> list[str]:
    """The teachers with the largest value."""
    return [
        row.teacher for row, value in zip(assessed, values, strict=True) if value == max(values)
    ]
