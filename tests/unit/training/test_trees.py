"""Boosted trees as teachers, and decision trees as teachers and students."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from support.files import collect

from kdcore import Run, RunConfig
from kdcore.data import load_dataset
from kdcore.errors import UserError
from kdcore.jobs.run.events import Epoch, Finished, TreesGrown
from kdcore.jobs.run.tree_rules import branches, rules
from kdcore.models.added_trees import AddedTrees
from kdcore.store import Store
from kdcore.store.log import recorded
from kdcore.training.weights.modules import load_module

GROWN = RunConfig(
    dataset="iris", teacher="boosted:20,2", student="tree:3", epochs=3, temperature=2.0
)


@pytest.fixture(scope="module")
def data():
    return collect(load_dataset(GROWN, None))[1]


@pytest.fixture(scope="module")
def events():
    return list(Run(GROWN))


def numbers(classes, seed=0):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(150, 4)).astype(np.float32)
    return inputs, (inputs[:, 0] + inputs[:, 1] ** 2 > 0.5).astype(int) + (classes > 2) * (
        inputs[:, 2] > 0.7
    )


@pytest.mark.parametrize("classes", [2, 3])
def test_boosted_trees_answer_like_those_of_scikit_learn(classes):
    inputs, labels = numbers(classes)
    boosted = HistGradientBoostingClassifier(max_iter=12, max_depth=3, min_samples_leaf=4)
    boosted.fit(inputs, labels)
    asked = numbers(classes, seed=1)[0]
    logits = AddedTrees.of_boosted(boosted, classes)(torch.from_numpy(asked))
    assert logits.softmax(-1).numpy() == pytest.approx(boosted.predict_proba(asked), abs=1e-5)
    if classes > 2:
        assert logits.numpy() == pytest.approx(boosted.decision_function(asked), abs=1e-5)


def test_a_tree_answers_with_laplaces_shares():
    inputs, labels = numbers(3)
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(inputs, labels)
    logits = AddedTrees.of_tree(tree, 3)(torch.from_numpy(inputs))
    leaves = tree.apply(inputs)
    for at, leaf in enumerate(leaves):
        counts = np.bincount(labels[leaves == leaf], minlength=3)
        wanted = (counts + 1) / (counts.sum() + 3)
        assert logits[at].softmax(-1).numpy() == pytest.approx(wanted, abs=1e-5)


def test_a_teacher_of_boosted_trees_is_kept_and_found_again(tmp_path, data):
    config = GROWN.replace(student="mlp:4", epochs=1)
    folder = Store(tmp_path).create(config)
    told = list(recorded(Run(config, folder), folder))
    weights = next(event.weights for event in told if isinstance(event, Finished))
    module = load_module(folder.path / weights["teacher"], data)
    inputs = data.normalised(data.train.inputs).numpy()
    boosted = HistGradientBoostingClassifier(
        max_iter=20, max_depth=2, min_samples_leaf=2, early_stopping=False, random_state=0
    ).fit(inputs, data.train.labels.numpy())
    asked = data.normalised(data.test.inputs)
    assert module(asked).numpy() == pytest.approx(
        boosted.decision_function(asked.numpy()), abs=1e-4
    )


def test_the_plain_tree_is_the_one_that_scikit_learn_fits_on_labels(events, data):
    tree = DecisionTreeClassifier(max_depth=3, min_samples_leaf=5, random_state=GROWN.seed)
    tree.fit(data.train.inputs.numpy(), data.train.labels.numpy())
    errors = int((tree.predict(data.test.inputs.numpy()) != data.test.labels.numpy()).sum())
    last = [event for event in events if isinstance(event, Epoch)][-1]
    assert last.students["plain"].test_errors == errors


def test_it_grows_a_level_an_epoch_and_asks_in_the_units_of_the_data(events, data):
    grown = [event for event in events if isinstance(event, TreesGrown)]
    shape = list(data.input_shape)
    depths = [
        max(len(one.conditions) for one in branches(event.trees["plain"], shape)) for event in grown
    ]
    assert depths == [1, 2, 3]
    for nodes in grown[-1].trees.values():
        asked = [node for node in nodes if node.feature >= 0]
        assert all(node.column == data.columns[node.feature] for node in asked)
        raw = load_iris().data
        for node in asked:
            column = raw[:, node.feature]
            assert column.min() <= node.threshold <= column.max()
        assert len(rules(nodes, data.classes, shape)) == len(nodes) - len(asked)


def test_the_distilled_tree_regresses_on_the_teachers_softened_answers(tmp_path, data):
    config = GROWN.replace(weight=1.0, epochs=1, students="distilled")
    folder = Store(tmp_path).create(config)
    told = list(recorded(Run(config, folder), folder))
    weights = next(event.weights for event in told if isinstance(event, Finished))
    teacher, student = (
        load_module(folder.path / weights[name], data) for name in ("teacher", "distilled")
    )
    inputs = data.normalised(data.train.inputs)
    targets = (teacher(inputs) / config.temperature).softmax(-1).double().numpy()
    tree = DecisionTreeRegressor(
        max_depth=3, min_samples_leaf=5, min_impurity_decrease=1e-4, random_state=config.seed
    )
    tree.fit(inputs.numpy(), targets)
    asked = data.normalised(data.test.inputs)
    leaf = tree.apply(asked.numpy())
    counts = tree.tree_.n_node_samples[leaf][:, None]
    wanted = (counts * tree.predict(asked.numpy()) + 1) / (counts + 3)
    assert student(asked).softmax(-1).numpy() == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"student": "boosted:10"}, "cannot_learn"),
        ({"student": "tree:5"}, "tree_size"),
        ({"teacher": "boosted:0"}, "boosted_size"),
        ({"method": "dkd"}, "forest_method"),
    ],
)
def test_what_cannot_be_grown_is_refused(settings, code):
    with pytest.raises(UserError) as caught:
        GROWN.replace(**settings)
    assert caught.value.code == code
