"""A forest as a module says what scikit-learn's own says."""

import numpy as np
import pytest
import torch
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from kdcore.catalogue import is_forest, parse_model
from kdcore.errors import UserError
from kdcore.models.build import build_model
from kdcore.models.cost import measure_cost
from kdcore.models.forest import Forest

FEATURES, CLASSES, TREES = 6, 3, 25


def points(size, seed):
    return np.random.default_rng(seed).normal(size=(size, FEATURES)).astype(np.float32)


def labels_of(inputs):
    return (inputs[:, 0] + inputs[:, 1] ** 2 > 0.5).astype(int) + (inputs[:, 2] > 1)


@pytest.fixture(scope="module", params=[None, 4], ids=["deep", "shallow"])
def classifier(request):
    inputs = points(300, 0)
    return RandomForestClassifier(TREES, max_depth=request.param, random_state=0).fit(
        inputs, labels_of(inputs)
    )


def test_it_votes_like_the_classifier_that_it_is_made_of(classifier):
    inputs = points(500, 1)
    ours = Forest.of(classifier.estimators_, CLASSES).votes(torch.from_numpy(inputs)) / TREES

    np.testing.assert_allclose(ours.numpy(), classifier.predict_proba(inputs), atol=1e-6)


def test_its_logits_are_those_of_the_votes_with_a_tree_that_does_not_know(classifier):
    inputs = points(500, 1)
    logits = Forest.of(classifier.estimators_, CLASSES)(torch.from_numpy(inputs))
    expected = (TREES * classifier.predict_proba(inputs) + 1 / CLASSES) / (TREES + 1)

    assert logits.isfinite().all()
    np.testing.assert_allclose(logits.softmax(-1).numpy(), expected, atol=1e-6)


def test_it_predicts_like_the_regressor_that_it_is_made_of():
    inputs, asked = points(300, 0), points(500, 1)
    targets = np.random.default_rng(2).dirichlet(np.ones(CLASSES), size=300)
    regressor = RandomForestRegressor(TREES, random_state=0).fit(inputs, targets)
    ours = Forest.of(regressor.estimators_, CLASSES).votes(torch.from_numpy(asked)) / TREES

    np.testing.assert_allclose(ours.numpy(), regressor.predict(asked), atol=1e-6)


@pytest.mark.parametrize("steps", [0, 1])
def test_between_neighbouring_numbers_a_split_is_where_the_tree_has_it(steps):
    # no float32 lies in their middle: rounded to even it would be the greater one now and then
    low = np.float32(3) + steps * np.spacing(np.float32(3))
    inputs = np.array([[low], [low + np.spacing(low)]], dtype=np.float32)
    tree = RandomForestClassifier(1, bootstrap=False, random_state=0).fit(inputs, [0, 1])

    assert tree.estimators_[0].tree_.node_count == 3
    votes = Forest.of(tree.estimators_, 2).votes(torch.from_numpy(inputs))
    assert votes.tolist() == tree.predict_proba(inputs).tolist() == [[1, 0], [0, 1]]


def test_images_are_asked_like_rows(classifier):
    inputs = torch.from_numpy(points(10, 1))
    module = Forest.of(classifier.estimators_, CLASSES)

    assert torch.equal(module(inputs.view(10, 1, 2, 3)), module(inputs))


def test_before_its_first_tree_it_holds_all_classes_for_equally_likely():
    module = build_model("forest:100", (FEATURES,), CLASSES, seed=0)
    assert torch.equal(
        module(torch.zeros(2, FEATURES)).softmax(-1), torch.full((2, CLASSES), 1 / CLASSES)
    )


def test_its_state_makes_an_empty_one_the_same(classifier):
    module, other = Forest.of(classifier.estimators_, CLASSES), Forest(CLASSES)
    other.load_state_dict(module.state_dict())
    inputs = torch.from_numpy(points(50, 1))

    assert torch.equal(other(inputs), module(inputs))


def test_its_cost_counts_what_its_trees_consist_of(classifier):
    module = Forest.of(classifier.estimators_, CLASSES)
    cost = measure_cost(module, torch.zeros(1, FEATURES))
    nodes = sum(tree.tree_.node_count for tree in classifier.estimators_)

    # two branches, a feature, a threshold and the classes of each node; the roots; the depth
    assert cost.parameters == nodes * (4 + CLASSES) + TREES + 1
    assert cost.bytes == 4 * cost.parameters


def test_its_size_is_trees_and_depth():
    assert parse_model("forest:100") == ("forest", (100,))
    assert parse_model("forest:100,12") == ("forest", (100, 12))
    assert [is_forest(spec) for spec in ("forest:9", "mlp:9", "nothing")] == [True, False, False]


@pytest.mark.parametrize(
    "spec", ["forest", "forest:0", "forest:1001", "forest:10,65", "forest:10,3,3", "forest:ten"]
)
def test_a_bad_size_is_refused_with_an_example(spec):
    with pytest.raises(UserError, match="as in forest:100"):
        parse_model(spec)
