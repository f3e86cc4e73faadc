"""What learners answer, against a calculation by hand from their weights."""

import base64
import threading
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file
from support.trained import events_of, without_clocks

from kdcore import Run, RunConfig
from kdcore.commands import Controls
from kdcore.data import load_dataset
from kdcore.errors import UserError
from kdcore.jobs.run.events import Batch, Epoch, Prepared
from kdcore.models.build import build_model
from kdcore.queries import Answer, DecisionMap, Logits, Predict, Step, StepLogits, UnitMap, Words
from kdcore.store import Store
from kdcore.training.answering import answer, evaluating, stored_learners
from kdcore.training.weights.weights_file import WeightsFile

TINY = RunConfig(
    dataset="moons", teacher="mlp:6,5", student="mlp:4", teacher_epochs=1, epochs=2, batch_size=20
)
PLANE = {"side": 7, "low": (-2.0, -1.0), "high": (3.0, 1.5)}


def loaded(config):
    loading = load_dataset(config, None)
    while True:
        try:
            next(loading)
        except StopIteration as over:
            return over.value


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = Store(tmp_path_factory.mktemp("store")).create(TINY)
    events_of(TINY, folder)
    return folder


@pytest.fixture(scope="module")
def stored(folder):
    return stored_learners(folder)


def by_hand(folder, learner, points):
    """Logits and hidden activations of an MLP, in float64 from the file of its weights."""
    data = loaded(TINY)
    values = (points - data.mean.double().numpy()) / data.std.double().numpy()
    weights = load_file(folder.path / f"{learner}.safetensors")
    hidden, last = [], len(weights) // 2 - 1
    for layer in range(last + 1):
        weight, bias = weights[f"layers.{layer}.weight"], weights[f"layers.{layer}.bias"]
        values = values @ weight.astype(np.float64).T + bias
        if layer < last:
            values = np.maximum(values, 0)
            hidden.append(values)
    return values, hidden


def places():
    """The middles of the fields of ``PLANE``, one by one."""
    side, (left, bottom), (right, top) = PLANE["side"], PLANE["low"], PLANE["high"]
    return np.array(
        [
            (
                left + (column + 0.5) * (right - left) / side,
                bottom + (row + 0.5) * (top - bottom) / side,
            )
            for row in range(side)
            for column in range(side)
        ]
    )


def numbers(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


def test_logits_equal_the_calculation_by_hand(folder, stored):
    points = np.array([[0.3, -0.2], [1.5, 0.75]])
    found = answer(Predict(inputs=tuple(map(tuple, points))), *stored, None)

    assert found.logits.keys() == {"teacher", "plain", "distilled"}
    for learner, logits in found.logits.items():
        np.testing.assert_allclose(logits, by_hand(folder, learner, points)[0], atol=1e-5)


def test_pixels_are_taken_as_they_are_in_the_data(tmp_path):
    config = TINY.replace(dataset="digits", epochs=1)
    folder = Store(tmp_path).create(config)
    events_of(config, folder)
    data = loaded(config)
    images = data.test.inputs[:3]

    modules, stored_data = stored_learners(folder)
    rows = tuple(tuple(map(float, image.flatten().tolist())) for image in images)
    found = answer(Predict(inputs=rows), modules, stored_data, None)
    with torch.no_grad():
        direct = modules["distilled"](data.normalised(images))
    np.testing.assert_allclose(found.logits["distilled"], direct.numpy(), atol=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 5.0])
def test_a_map_has_the_class_and_its_probability_at_every_place(folder, stored, temperature):
    found = answer(DecisionMap(**PLANE, temperature=temperature), *stored, None)

    assert (found.low, found.high, found.classes) == ([-2.0, -1.0], [3.0, 1.5], ["0", "1"])
    for learner, one in found.maps.items():
        logits, _ = by_hand(folder, learner, places())
        powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
        probabilities = powers / powers.sum(1, keepdims=True)
        assert (numbers(one.classes, "u1") == logits.argmax(1)).all()
        confidence = numbers(one.confidence, "u1") / 255
        np.testing.assert_allclose(confidence, probabilities.max(1), atol=0.51 / 255 + 1e-5)


def test_a_units_map_is_its_activation_at_every_place(folder, stored):
    found = answer(UnitMap(**PLANE, learner="teacher", layer=1, units=(4, 0)), *stored, None)

    _, hidden = by_hand(folder, "teacher", places())
    values = numbers(found.values, "<f4").reshape(2, -1)
    np.testing.assert_allclose(values, hidden[1][:, [4, 0]].T, atol=1e-5)
    assert (found.layers, found.units) == ([6, 5], [4, 0])


def test_a_plane_that_nobody_has_named_holds_the_data(stored):
    found = answer(DecisionMap(side=2), *stored, None)
    data = loaded(TINY)
    mean, std = data.mean.double().numpy(), data.std.double().numpy()

    np.testing.assert_allclose(found.low, mean - 2.5 * std, rtol=1e-6)
    np.testing.assert_allclose(found.high, mean + 2.5 * std, rtol=1e-6)


def one_hot(labels):
    return np.eye(2)[labels]


def softened(logits, temperature):
    powers = np.exp((logits - logits.max(1, keepdims=True)) / temperature)
    return powers / powers.sum(1, keepdims=True)


def stepped_by_hand(folder, points, labels, *, temperature, weight, hard_weight, optimizer, lr):
    """Logits after one step, by the chain rule in float64; the student has one hidden layer."""
    data = loaded(TINY)
    inputs = (points - data.mean.double().numpy()) / data.std.double().numpy()
    kept = load_file(folder.path / "distilled.safetensors")
    names = [f"layers.{layer}.{part}" for layer in (0, 1) for part in ("weight", "bias")]
    weights = [kept[name].astype(np.float64) for name in names]
    teacher, _ = by_hand(folder, "teacher", points)

    def forward(first, first_bias, second, second_bias):
        hidden = np.maximum(inputs @ first.T + first_bias, 0)
        return hidden, hidden @ second.T + second_bias

    hidden, logits = forward(*weights)
    soft = temperature * (softened(logits, temperature) - softened(teacher, temperature))
    hard = softened(logits, 1) - one_hot(labels)
    at_logits = (weight * soft + hard_weight * hard) / len(points)
    at_hidden = (at_logits @ weights[2]) * (hidden > 0)
    gradients = [at_hidden.T @ inputs, at_hidden.sum(0), at_logits.T @ hidden, at_logits.sum(0)]
    if optimizer == "adam":  # the first step of Adam: both moments are corrected for their start
        gradients = [gradient / (np.abs(gradient) + 1e-8) for gradient in gradients]
    moved = [one - lr * gradient for one, gradient in zip(weights, gradients, strict=True)]
    return forward(*moved)[1]


@pytest.mark.parametrize(
    ("optimizer", "mixing", "hard_weight"),
    [("adam", "convex", 0.3), ("sgd", "convex", 0.3), ("gd", "additive", 1.0)],
)
def test_a_step_equals_the_chain_rule_by_hand(folder, stored, optimizer, mixing, hard_weight):
    points, labels = np.array([[0.3, -0.2], [1.5, 0.75], [-0.6, 0.4], [0.1, 1.0]]), [1, 0, 0, 1]
    how = {"temperature": 3.0, "weight": 0.7, "optimizer": optimizer, "lr": 0.05}
    found = answer(
        Step(inputs=tuple(map(tuple, points)), labels=tuple(labels), mixing=mixing, **how),
        *stored,
        None,
    )

    before, _ = by_hand(folder, "distilled", points)
    after = stepped_by_hand(folder, points, labels, hard_weight=hard_weight, **how)
    np.testing.assert_allclose(found.teacher, by_hand(folder, "teacher", points)[0], atol=1e-5)
    np.testing.assert_allclose(found.before, before, atol=1e-5)
    np.testing.assert_allclose(found.after, after, atol=1e-4)
    assert np.abs(after - before).max() > 1e-3  # it moves


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (Predict(inputs=((1.0, 2.0, 3.0),)), "inputs_shape"),
        (Step(inputs=((1.0, 2.0),), labels=(2,)), "bad_query"),
        (Words(texts=("a fine film",)), "no_words"),
        (UnitMap(learner="nobody"), "bad_query"),
        (UnitMap(learner="plain", layer=1), "no_such_layer"),
        (UnitMap(learner="plain", units=(4,)), "bad_query"),
    ],
)
def test_a_question_that_does_not_suit_is_refused(stored, query, code):
    with pytest.raises(UserError) as raised:
        answer(query, *stored, None)
    assert raised.value.code == code


def test_only_data_of_two_features_have_a_map(stored):
    modules = {"plain": build_model("mlp:4", (1, 8, 8), 10, 0)}
    with pytest.raises(UserError, match="two features"):
        answer(DecisionMap(), modules, loaded(RunConfig(dataset="digits")), None)


def test_a_map_of_more_classes_than_it_tells_apart_is_refused(stored):
    _, data = stored
    many = replace(data, classes=tuple(map(str, range(257))))
    with pytest.raises(UserError) as raised:
        answer(DecisionMap(side=2), {"plain": build_model("mlp:4", (2,), 257, 0)}, many, None)
    assert raised.value.code == "map_classes"


def test_a_learner_without_numbers_is_sure_of_nothing(stored):
    modules, data = stored
    broken = deepcopy(modules["plain"])
    with torch.no_grad():
        for weights in broken.parameters():
            weights.fill_(torch.nan)
    said = answer(DecisionMap(side=3), {"plain": broken}, data, None)

    assert numbers(said.maps["plain"].confidence, np.uint8).tolist() == [0] * 9


def test_a_run_without_weights_says_so(tmp_path):
    with pytest.raises(UserError, match="keeps no weights"):
        stored_learners(Store(tmp_path).create(TINY))


@pytest.mark.parametrize(
    "about",
    [
        {"input_shape": "[-1]"},
        {"input_shape": "[]"},
        {"mean": "[]"},
        {"mean": "[1, 2, 3]"},
        {"mean": "[[1, 2]]"},
        {"mean": "[NaN, 1]"},
        {"std": "[1, 2, 3]"},
        {"std": "[0, 1]"},
    ],
)
def test_weights_whose_description_is_damaged_are_named(folder, tmp_path, about):
    damaged = Store(tmp_path).create(TINY)
    path = damaged.path / "plain.safetensors"
    whole = WeightsFile.read(folder.path / "plain.safetensors")
    save_file(whole.tensors, path, metadata=whole.about | about)

    with pytest.raises(UserError, match=str(path)) as raised:
        stored_learners(damaged)
    assert raised.value.code == "weights_foreign"


def test_who_lacks_a_teacher_or_a_gradient_takes_no_step(stored):
    modules, data = stored
    question = Step(inputs=((1.0, 2.0),), labels=(1,))
    with pytest.raises(UserError, match="no teacher"):
        answer(question, {"distilled": modules["distilled"]}, data, None)
    trees = torch.nn.Flatten()  # like a forest it has no weights
    with pytest.raises(UserError, match="trees"):
        answer(question, modules | {"distilled": trees}, data, None)


def test_each_part_is_afterwards_in_the_mode_that_it_was_in():
    module = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.Dropout())
    module.train()
    module[1].eval()
    with evaluating({"one": module}):
        assert not any(part.training for part in module.modules())
    assert [part.training for part in module.modules()] == [True, True, False]


@pytest.mark.parametrize("student", ["mlp:4", "convnet:4", "forest:4"])
def test_a_run_with_questions_equals_one_without_bit_for_bit(tmp_path, student):
    """Batch normalisation and dropout included; an ensemble's members answer together."""
    networks = 1 if student.startswith("forest") else 2
    config = TINY.replace(dataset="digits", student=student, batch_size=300, ensemble=networks)
    quiet = Store(tmp_path / "quiet").create(config)
    asked = Store(tmp_path / "asked").create(config)
    expected = events_of(config, quiet)
    replies = []
    run = Run(config, asked)
    question = Predict(inputs=((7.0,) * 64,))
    step = Step(inputs=((7.0,) * 64, (3.0,) * 64), labels=(1, 2), lr=10.0)
    found, steps = [], []
    for event in run:
        found.append(event)
        if isinstance(event, Prepared | Batch | Epoch):
            run.controls.ask(question, replies.append)
            run.controls.ask(step, steps.append)

    answers = [reply for reply in replies if isinstance(reply, Answer)]
    assert any(isinstance(reply, StepLogits) for reply in steps) == (networks == 2)
    assert len({str(one.logits["plain"]) for one in answers}) >= 2  # it learns
    assert len({str(one.logits["teacher"]) for one in answers}) == 1
    assert without_clocks([event.to_dict() for event in found]) == without_clocks(
        [event.to_dict() for event in expected]
    )
    for learner in ("teacher", "plain", "distilled"):
        one, other = (load_file(of.path / f"{learner}.safetensors") for of in (quiet, asked))
        assert one.keys() == other.keys()
        assert all((one[name] == other[name]).all() for name in one)


def test_a_paused_run_answers():
    controls = Controls(TINY)
    replies = []
    answered = threading.Event()

    def reply(found):
        replies.append(found)
        answered.set()

    with controls.answering(lambda query: Logits(epoch=1.0, classes=[], logits={})):
        controls.pause()
        loop = threading.Thread(target=lambda: list(controls.obey(0, 0.0)))
        loop.start()
        controls.ask(Predict(inputs=((0.0,),)), reply)
        assert answered.wait(10)
        controls.resume()
        loop.join(10)
    assert replies[0].epoch == 1.0


def test_a_question_that_is_left_at_the_end_is_answered_and_a_later_one_refused():
    controls, replies = Controls(TINY), []
    with controls.answering(lambda query: Logits(epoch=2.0, classes=[], logits={})):
        controls.ask(Predict(inputs=((0.0,),)), replies.append)
        controls.pause()
    controls.ask(Predict(inputs=((0.0,),)), replies.append)

    assert replies[0].epoch == 2.0
    assert replies[1].code == "not_answering"
    assert next(controls.obey(0, 0.0)).kind == "paused"  # commands stay


def test_where_a_training_breaks_down_nothing_is_asked_of_its_learners():
    controls, replies = Controls(TINY), []

    def break_down():
        with controls.answering(lambda query: pytest.fail("it was asked")):
            controls.ask(Predict(inputs=((0.0,),)), replies.append)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        break_down()
    assert replies[0].code == "not_answering"


@pytest.mark.parametrize("student", ["mlp:4", "forest:4"])
def test_a_run_on_a_plane_keeps_the_points_and_labels_that_its_students_get(tmp_path, student):
    config = TINY.replace(student=student, transfer_size=50, unlabelled=0.8, epochs=1)
    folder = Store(tmp_path).create(config)
    events_of(config, folder)
    kept = load_file(folder.path / "prepared.safetensors")

    train = loaded(config).train
    labels = {
        tuple(row): label
        for row, label in zip(train.inputs.tolist(), train.labels.tolist(), strict=True)
    }
    found = [labels[tuple(row)] for row in kept["transfer_points"].tolist()]
    shown = kept["transfer_labels"]
    assert (len(shown), (shown >= 0).sum()) == (50, 10)
    assert all(label == given for label, given in zip(found, shown, strict=True) if given >= 0)
