"""Forests as students: trees that regress on soft labels, grown epoch by epoch.

A forest has no steps: each epoch adds its share of the trees, which are fitted on T and λ as they
are then; the trees of earlier epochs stay. The plain student differs in its targets alone.
"""

import time
from collections.abc import Iterator

import torch
from sklearn.ensemble import RandomForestRegressor
from torch import Tensor

from kdcore.catalogue import parse_model
from kdcore.commands import Controls, Stopped
from kdcore.data import Dataset, Split
from kdcore.errors import UserError
from kdcore.events import Event, Retuned, Scores
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Finished, Prepared
from kdcore.jobs.run.schedules import scheduled
from kdcore.losses import mixed_targets, softmax
from kdcore.metrics import accuracy, brier_score
from kdcore.models.cost import measure_cost
from kdcore.models.forest import Forest, forest_logits
from kdcore.store import RunFolder
from kdcore.training.batches import chunks
from kdcore.training.distributed import world_size
from kdcore.training.evaluation import Predictions, answers, chunk_size, score
from kdcore.training.loop import save_all
from kdcore.training.snapshots import Snapshots
from kdcore.training.student_specs import student_names, student_spec
from kdcore.training.teacher import Teacher, line_scores
from kdcore.training.terms import StudentSpec
from kdcore.training.trainer import model_precision
from kdcore.training.transfer_batches import transfer_batches

FEATURES = "sqrt"
"""Of all features, those that a split chooses from: as in the forests that teach."""


def grow_students(
    config: RunConfig,
    controls: Controls,
    *,
    run: str,
    folder: RunFolder | None,
    data: Dataset,
    teacher: Teacher,
    began: float,
) -> Iterator[Event]:
    """A run's events from ``prepared`` on, with no ``batch`` among them.

    Args:
        config: its student is a forest.
        controls: obeyed between epochs.
        run: its id.
        folder: where arrays and weights are kept.
        data: on its device.
        teacher: of the distilled student.
        began: when the run did.

    Raises:
        UserError: there are several processes, or the settings do not go together.
    """
    if world_size() > 1:
        raise UserError("one_process", command=f"A run of the student {config.student}")
    device = data.train.inputs.device
    precision = model_precision(config.teacher, config, data, device)
    (batches_of_seed,) = transfer_batches([config], data, teacher, precision)
    teacher_answers = answers(teacher.module, data, "float32")
    teacher_scores = score(teacher_answers, data, None)
    names = student_names(config)
    students = {name: GrowingForest(config, data, batches_of_seed.transfer) for name in names}
    snapshots = Snapshots(folder, data, teacher_answers, config)
    yield Prepared(
        teacher_source=teacher.source,
        teacher=teacher_scores,
        arrays=snapshots.begin(),
        costs={"teacher": measure_cost(teacher.module, data.input_shape, device)},
        seconds=time.perf_counter() - began,
        teachers=line_scores(teacher, data),
        notes=list(teacher.notes),
    )
    yield from snapshots.take(0, {name: student.answers() for name, student in students.items()})
    everything = torch.arange(len(batches_of_seed.transfer.labels))
    schedules = config.schedules
    scores: dict[str, Scores] = {}
    epochs, stopped = 0, False
    try:
        for epoch in range(1, config.epochs + 1):
            for event in controls.obey(epochs, float(epochs)):
                if isinstance(event, Retuned):  # a hand on the slider ends its schedule
                    schedules.pop(event.name, None)
                yield event
            epoch_began = time.perf_counter()
            values = controls.values | scheduled(controls.values, schedules, epochs, config.epochs)
            batches_of_seed.begin(epoch)
            (inputs,), asked = batches_of_seed.batch(everything)
            assert asked.teacher_logits is not None, "these batches always have a teacher"
            labels, teacher_logits = asked.labels[0], asked.teacher_logits[0, 0]
            weights = None if asked.label_weights is None else asked.label_weights[0]
            for name, student in students.items():
                member = student_spec(config, name, values)
                student.grow(
                    epoch,
                    inputs,
                    *mixed_targets(
                        labels,
                        teacher_logits,
                        member.temperature,
                        member.weight,
                        config.mixing,
                        weights,
                    ),
                )
                means = student.means(member, labels, teacher_logits, config, weights)
                scores[name] = score(student.answers(), data, teacher_answers, means)
            epochs, seconds = epoch, time.perf_counter() - epoch_began
            yield Epoch(
                epoch=epoch,
                step=epoch,
                seconds=seconds,
                images_per_second=len(everything) / seconds,
                teacher=teacher_scores,
                students=dict(scores),
                controls=dict(values),
            )
            given = {name: student.answers() for name, student in students.items()}
            yield from snapshots.take(epoch, given)
    except Stopped:
        stopped = True
    modules = {"teacher": teacher.module} | {name: of.module() for name, of in students.items()}
    yield Finished(
        run=run,
        stopped=stopped,
        epochs=epochs,
        step=epochs,
        teacher=teacher_scores,
        students=scores,
        seconds=time.perf_counter() - began,
        weights=save_all(modules, teacher.model, config, data, folder),
    )


class GrowingForest:
    """One student; its trees' answers are added up as they come, so that none is asked twice.

    Args:
        config: with the forest's size and the seed.
        data: on its device.
        transfer: what the student sees of it.
    """

    def __init__(self, config: RunConfig, data: Dataset, transfer: Split) -> None:
        _, (self._trees, *depth) = parse_model(config.student)
        self._epochs, self._data = config.epochs, data
        self._splits = {"test": data.test, "validation": data.validation, "transfer": transfer}
        classes = len(data.classes)
        self._votes = {
            name: torch.zeros(len(split.labels), classes, dtype=torch.float64)
            for name, split in self._splits.items()
        }
        self._grown = 0
        self._model = RandomForestRegressor(
            max_depth=next(iter(depth), None),
            max_features=FEATURES,
            random_state=config.seed,
            warm_start=True,
            n_jobs=torch.get_num_threads(),
        )

    def grow(self, epoch: int, inputs: Tensor, targets: Tensor, counts: Tensor) -> None:
        """Add the trees that are due after ``epoch``; more epochs than trees add none in some.

        Without any example that counts, none grows.

        Args:
            epoch: from 1.
            inputs: ``[n, …]``, normalised.
            targets: ``[n, classes]``.
            counts: what each example counts, ``[n]``.
        """
        before, due = self._grown, -(-self._trees * epoch // self._epochs)
        asked = counts > 0
        if due == before or not asked.any():
            return
        self._grown = due
        inputs, targets, counts = inputs[asked], targets[asked].double(), counts[asked].double()
        # told of equal weights, scikit-learn draws its samples in another way than without
        alike = bool((counts == counts[0]).all())
        self._model.set_params(n_estimators=due)
        self._model.fit(
            inputs.flatten(1).cpu().numpy(),
            targets.cpu().numpy(),
            sample_weight=None if alike else counts.cpu().numpy(),
        )
        new = Forest.of(self._model.estimators_[before:], targets.shape[1]).to(inputs.device)
        for name, split in self._splits.items():
            size = chunk_size([new], inputs.device)
            votes = [
                new.votes(self._data.normalised(split.inputs[part]))
                for part in chunks(len(split.labels), size)
            ]
            self._votes[name] += torch.cat(votes).cpu()

    def answers(self) -> Predictions:
        """Logits on test and validation data."""
        return Predictions(test=self._logits("test"), validation=self._logits("validation"))

    def means(
        self,
        member: StudentSpec,
        labels: Tensor,
        teacher_logits: Tensor,
        config: RunConfig,
        label_weights: Tensor | None,
    ) -> dict[str, float]:
        """The losses on the transfer set as it is: squared distances to label and teacher."""
        labels, teacher_logits = labels.cpu(), teacher_logits.cpu()
        probabilities = softmax(self._logits("transfer"))
        method_labels = slice(None) if label_weights is None else label_weights.cpu() > 0
        hard = (
            float(brier_score(probabilities[method_labels], labels[method_labels]))
            if len(labels[method_labels])
            else 0.0
        )
        soft = 0.0
        if member.uses_teacher:
            taught = softmax(teacher_logits / member.temperature)
            soft = float((probabilities - taught).square().sum(-1).mean())
        share = 1 - member.weight if config.mixing == "convex" else 1.0
        return {
            "train_loss": share * hard + member.weight * soft,
            "hard_loss": hard,
            "soft_loss": soft,
            "train_accuracy": float(accuracy(probabilities, labels)),
        }

    def module(self) -> Forest:
        """The trees so far."""
        classes = len(self._data.classes)
        return Forest.of(self._model.estimators_, classes) if self._grown else Forest(classes)

    def _logits(self, split: str) -> Tensor:
        return forest_logits(self._votes[split], self._grown)
