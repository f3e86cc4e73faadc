"""A small recorded run for the tests of what the dashboard reads off events."""

from dataclasses import replace

from kdcore.events import (
    Cost,
    DomainShift,
    EnsembleScores,
    Progress,
    Scores,
    StepScores,
    TeacherEpoch,
    TeacherScores,
    TreeNode,
)
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Batch, Epoch, Finished, Prepared, Started, TreesGrown

TEST_SIZE = 360


def scores(errors, *, agreement=0.95, **more):
    accuracy = 1 - errors / TEST_SIZE
    student = {"kl_to_teacher": 0.3, "class_correlation": 0.8} if agreement is not None else {}
    student["target_accuracy"] = round(accuracy - 0.2, 3)
    return Scores(
        test_accuracy=accuracy,
        test_errors=errors,
        ece=0.05,
        nll=0.3,
        brier=0.1,
        validation_accuracy=accuracy,
        agreement=agreement,
        **student | more,
    )


def shift():
    """Two source points and one of the target, for each learner elsewhere."""
    return DomainShift(
        source_classes=[0, 3],
        target_classes=[3],
        explained=[0.4, 0.2],
        points={
            learner: [[0.0, 0.0], [2.0, 1.0], [1.0, 3.0 * at]]
            for at, learner in enumerate(("teacher", "plain", "distilled"))
        },
    )


TEACHER = scores(6, agreement=None)


def started(**settings):
    config = RunConfig(**{"dataset": "digits"} | settings)
    return Started(
        run="run",
        config=config.to_dict(),
        device="cpu",
        precision="float32",
        classes=[str(digit) for digit in range(10)],
        students=["plain", "distilled"],
        train_size=1131,
        validation_size=126,
        test_size=TEST_SIZE,
        input_shape=[1, 8, 8],
        batches_per_epoch=36,
        version="test",
        target_train_size=1131 if config.target else 0,
        target_test_size=TEST_SIZE if config.target else 0,
    )


def progress(task="read", done=1, total=2):
    return Progress(task=task, done=done, total=total)


def teacher_epoch(epoch=3):
    return TeacherEpoch(
        epoch=epoch,
        epochs=15,
        seconds=0.1,
        train_loss=0.2,
        train_accuracy=0.9,
        validation_accuracy=0.9,
        test_accuracy=0.9,
        test_errors=36,
    )


MEASURES = {
    "kl": 0.0213,
    "target_kl": 0.011,
    "non_target_kl": 0.206,
    "weighted_non_target_kl": 0.0103,
    "non_target_weight": 0.05,
    "row_correlation": 0.9,
    "column_correlation": 0.85,
    "cka": 0.8,
    "discriminator_accuracy": 0.6,
    "generated_kl": 0.2,
    "generated_confidence": 0.8,
    "generated_spread": 0.6,
    "learned_temperature": 12.0,
    "learned_kl": 0.0024,
    "average_accuracy": 0.9,
    "averaged_accuracy": 0.88,
    "average_kl": 0.01,
    "kept_probability": 0.97,
    "teacher_weight_1": 0.6,
    "teacher_weight_2": 0.4,
}


SEVERAL = {"teacher": "mlp:8 + mlp:4", "also": "2*logit_mse", "ensemble": 2}
"""Settings of a run with two teachers, two soft terms and two networks a student."""


def prepared():
    cost = Cost(parameters=1, bytes=4, flops=2, latency=0.001)
    teachers = [
        TeacherScores(role=f"teacher {number}", model=model, scores=scores(6 + number))
        for number, model in ((1, "mlp:8"), (2, "mlp:4"))
    ]
    teachers += [
        TeacherScores(role="together", model=how, scores=TEACHER)
        for how in ("probabilities", "logits")
    ]
    return Prepared(
        teacher_source="trained",
        teacher=TEACHER,
        arrays=None,
        seconds=1.0,
        teachers=teachers,
        costs=dict.fromkeys(("teacher", "plain", "distilled"), cost),
    )


BESIDE = {"logit_mse_term": 0.02}


def batch(step=18, position=0.5, *, controls=None, beside=None):
    means = StepScores(
        loss=0.277,
        hard_loss=0.213,
        soft_loss=0.341,
        accuracy=0.9,
        agreement=0.9,
        hard_gradient=0.1,
        soft_gradient=0.2,
        soft_gradient_without_t2=0.01,
    )
    told = {"plain": means, "distilled": replace(means, measures=MEASURES | (beside or {}))}
    return Batch(
        step=step,
        position=position,
        seconds=0.5,
        images_per_second=1000.0,
        students=told,
        controls=controls or {},
    )


def epoch(number=1, *, plain=30, distilled=25):
    return Epoch(
        epoch=number,
        step=36 * number,
        seconds=1.0,
        images_per_second=1000.0,
        teacher=TEACHER,
        students={"plain": scores(plain), "distilled": scores(distilled)},
        controls={"temperature": 4.0, "weight": 0.5, "lr": 0.003, "speed": 0.0},
        ensembles={
            name: EnsembleScores(
                test_accuracies=[0.9, 0.8], voting_accuracy=0.88, disagreement=disagreement
            )
            for name, disagreement in (("plain", 0.2), ("distilled", 0.15))
        },
    )


def finished(*, plain=30, distilled=25, epochs=1):
    return Finished(
        run="run",
        stopped=False,
        epochs=epochs,
        step=36 * epochs,
        teacher=TEACHER,
        students={"plain": scores(plain), "distilled": scores(distilled)},
        seconds=2.0,
    )


def whole_run():
    return [
        started(epochs=1),
        progress(),
        teacher_epoch(),
        prepared(),
        batch(),
        epoch(),
        finished(),
    ]


def trees_grown():
    """A tree of two questions and one of one, on the digits."""
    share = [0.1] * 10
    leaf = {"column": "", "feature": -1, "threshold": None, "yes_no": False, "left": -1}
    split = {"column": "", "feature": 20, "threshold": 7.5, "yes_no": False}
    leaves = [TreeNode(**leaf, right=-1, examples=30 + at, probabilities=share) for at in range(3)]
    second = TreeNode(**split | {"feature": 9}, left=2, right=3, examples=63, probabilities=share)
    first = TreeNode(**split, left=1, right=4, examples=95, probabilities=share)
    stump = TreeNode(**split, left=1, right=2, examples=61, probabilities=share)
    return TreesGrown(
        epoch=1, trees={"plain": [stump, *leaves[:2]], "distilled": [first, second, *leaves]}
    )
