"""What a recipe measures of trained networks besides the scores of their runs."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from statistics import fmean

from torch import Tensor, nn

from kdcore.catalogue import CORRUPTIONS
from kdcore.catalogue.corruptions import SEVERITIES
from kdcore.data import Dataset
from kdcore.jobs.run.config import RunConfig
from kdcore.losses import softmax
from kdcore.metrics import accuracy, expected_calibration_error, top_agreement
from kdcore.store import RunFolder
from kdcore.training.measuring.evaluation import predict_split
from kdcore.training.measuring.uncertainty import uncertainty_of
from kdcore.training.robustness.answers import AnswerBench, Answers
from kdcore.training.robustness.measure import some_examples
from kdcore.training.transfer_batches import transfer_of
from kdcore.training.weights.modules import load_module

TOP = 3
"""Classes of the teacher that are looked for among a student's own."""
CORRUPTED = 1_000
"""Test images that are corrupted and attacked, the same for all trials and seeds."""
PGD_STEPS = 10
SEED = 0
"""Of the corruptions, and of which images are taken."""

Values = dict[str, dict[str, float]]
"""By learner: its scores."""


PASSES = SEVERITIES * sum(one.passes for one in CORRUPTIONS.values())
"""Of an example through each network, for its robustness."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The networks of a trial's run."""

    modules: Mapping[str, nn.Module]
    """By learner, the teacher first; in evaluation mode on the device of the data."""
    data: Dataset
    config: RunConfig
    between: Callable[[], None] = lambda: None
    """Called often; raises where the work shall end."""


Measuring = Generator[float, None, Values]
"""Yields the share that is done, from 0 to 1."""
Measure = Callable[[Trained], Measuring]


def training_accuracy(trained: Trained) -> Measuring:
    """The share of the examples that the students learned from which each network gets right."""
    data = trained.data
    learned = transfer_of(trained.config, data)
    yield 0.0
    return {
        name: {
            "training_accuracy": float(
                accuracy(predict_split(module, data, learned).double(), learned.labels)
            )
        }
        for name, module in trained.modules.items()
    }


def fidelity(trained: Trained) -> Measuring:
    """How far each student's likeliest classes are those of the teacher, on test data.

    Nothing where there are not as many classes.
    """
    data = trained.data
    yield 0.0
    if len(data.classes) < TOP:
        return {}
    logits = {
        name: predict_split(module, data, data.test) for name, module in trained.modules.items()
    }
    teacher = logits.pop("teacher")
    return {
        name: {"top3_agreement": float(top_agreement(own.double(), teacher, TOP))}
        for name, own in logits.items()
    }


def robustness(trained: Trained) -> Measuring:
    """Accuracy and ECE on corrupted images and accuracy under attack, as the mean over them.

    Of the accuracies the mean over all corruptions, or attacks, at each severity too. A forest,
    which no gradient attacks, has none under attack, and data that are no images have nothing.
    """
    data = trained.data
    if not data.kind.framed:
        return {}
    split = some_examples(data.test, CORRUPTED, SEED)
    bench = AnswerBench(
        data, split, trained.modules, steps=PGD_STEPS, seed=SEED, between=trained.between
    )
    labels = split.labels.cpu()
    clean = bench.clean_answers()
    found: Values = {name: {} for name in trained.modules}
    passed = 0
    for score, attack in (("corrupted_accuracy", False), ("attacked_accuracy", True)):
        kinds = {name: one for name, one in CORRUPTIONS.items() if one.attack == attack}
        by_severity = []
        for severity in range(1, SEVERITIES + 1):
            of_kinds = []
            for name, one in kinds.items():
                of_kinds.append(bench.answers(name, one, severity))
                passed += one.passes
                yield passed / PASSES
            by_severity.append(of_kinds)
        for learner in by_severity[0][0]:
            means = [
                fmean(_accuracy(answers[learner], labels) for answers in versions)
                for versions in by_severity
            ]
            severities = [_accuracy(clean[learner], labels), *means]
            found[learner][score] = fmean(means)
            found[learner] |= {f"{score}:{at}": value for at, value in enumerate(severities)}
            if not attack:
                found[learner]["corrupted_ece"] = fmean(
                    _ece(answers[learner], labels)
                    for versions in by_severity
                    for answers in versions
                )
    return found


def uncertainty(trained: Trained) -> Measuring:
    """How uncertain each network is, and whether that tells unfamiliar inputs from test data.

    What is not known of a network, such as the knowledge of one that answers alone, it lacks.
    Figures of unfamiliar inputs are means over all kinds of them.
    """
    yield 0.0
    told, _ = uncertainty_of(trained.modules, trained.data, trained.config)
    kinds = [kind for kind in told.inputs if kind != "test"]
    found: Values = {}
    for learner, scores in told.learners.items():
        own = found[learner] = {}
        for score, by in (("entropy_auroc", "entropy"), ("knowledge_auroc", "knowledge")):
            if areas := scores.auroc.get(by):
                own[score] = fmean(areas[kind][0] for kind in kinds)
                own |= {f"{score}:{kind}": areas[kind][0] for kind in kinds}
        if means := scores.uncertainty:
            total, _, knowledge = zip(*(means[kind] for kind in kinds), strict=True)
            own |= {"unfamiliar_entropy": fmean(total), "unfamiliar_knowledge": fmean(knowledge)}
            if right := means.get("right"):
                own |= {"familiar_entropy": right[0], "familiar_knowledge": right[2]}
    return found


MEASURES: dict[str, Measure] = {
    "training_accuracy": training_accuracy,
    "fidelity": fidelity,
    "robustness": robustness,
    "uncertainty": uncertainty,
}
"""By the name under which a trial asks for it."""


def measured(
    names: tuple[str, ...],
    run: RunFolder,
    weights: Mapping[str, str],
    teacher: nn.Module,
    data: Dataset,
    config: RunConfig,
    between: Callable[[], None],
) -> Measuring:
    """By learner: what the measures ``names`` find in a trial's networks.

    Yields the share of all of it that is done.

    Args:
        names: of measures.
        run: with the files of the students.
        weights: name of the file, by learner.
        teacher: as it taught.
        data: of the run.
        config: of the run.
        between: called often.

    Raises:
        Stopped: ``between`` says so.
    """
    if not names:
        return {}
    device = data.train.labels.device
    modules = {"teacher": teacher} | {
        learner: load_module(run.path / file, data).to(device).eval()
        for learner, file in weights.items()
        if learner != "teacher"
    }
    trained = Trained(modules, data, config, between)
    found: Values = {}
    costs = {name: passes_of(name, data, config) for name in names}
    done = 0
    for name, cost in costs.items():
        measuring = MEASURES[name](trained)
        while True:
            between()
            try:
                share = next(measuring)
            except StopIteration as end:
                values: Values = end.value
                break
            yield (done + cost * share) / sum(costs.values())
        done += cost
        for learner, scores in values.items():
            found.setdefault(learner, {}).update(scores)
    return found


def passes_of(name: str, data: Dataset, config: RunConfig) -> int:
    """How often each network passes an example forward or backward for a measure, roughly.

    Args:
        name: a key of ``MEASURES``.
        data: of the run.
        config: of the run.
    """
    match name:
        case "robustness":
            return PASSES * min(CORRUPTED, len(data.test.labels))
        case "training_accuracy":
            return len(transfer_of(config, data).labels)
        case _:
            return len(data.test.labels)


def _accuracy(answers: Answers, labels: Tensor) -> float:
    return float(accuracy(answers.logits.double(), labels))


def _ece(answers: Answers, labels: Tensor) -> float:
    return float(expected_calibration_error(softmax(answers.logits), labels))
