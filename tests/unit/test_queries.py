"""Questions as JSON, also such as nobody should send."""

import json
import math

import pytest

from kdcore.errors import UserError
from kdcore.queries import (
    ANSWERS,
    LONGEST_TEXT,
    MOST_INPUTS,
    QUERIES,
    ClassMap,
    ClassMaps,
    DecisionMap,
    Layers,
    Predict,
    Step,
    UnitMap,
    Words,
    answer_from_dict,
    query_from_dict,
)

EXAMPLES = [
    Predict(inputs=((1.0, 2.0), (3.0, 4.0))),
    DecisionMap(side=10, low=(0.0, 0.0), high=(1.0, 2.0), temperature=3.0),
    UnitMap(learner="plain", layer=1, units=(0, 3)),
    Step(inputs=((1.0, 2.0),), labels=(1,), learner="plain", temperature=2.0, weight=0.3, lr=0.1),
    Layers(),
    Words(texts=("a fine film", "")),
    Words(inputs=((2.0, 1.0, 0.0),)),
]


@pytest.mark.parametrize("query", EXAMPLES, ids=lambda query: query.kind)
def test_a_question_goes_through_json_and_comes_back(query):
    assert query_from_dict(json.loads(json.dumps(query.to_dict()))) == query


def test_every_question_has_an_example_and_an_answer():
    assert {query.kind for query in EXAMPLES} == QUERIES.keys() == ANSWERS.keys()


def test_an_answer_goes_through_json_and_comes_back():
    maps = {"plain": ClassMap(classes="AA==", confidence="/w==")}
    answer = ClassMaps(epoch=0.5, classes=["a"], side=1, low=[0, 0], high=[1, 1], maps=maps)

    values = json.loads(json.dumps(answer.to_dict()))
    assert answer_from_dict(EXAMPLES[1], values) == answer


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        {},
        {"query": ["predict"]},
        {"query": "predikt", "inputs": [[0]]},
        {"query": "predict"},
        {"query": "predict", "inputs": [[0]], "self": 1},
        {"query": "predict", "inputs": []},
        {"query": "predict", "inputs": "00"},
        {"query": "predict", "inputs": [[0, 1], [0]]},
        {"query": "predict", "inputs": [["1"]]},
        {"query": "predict", "inputs": [[True]]},
        {"query": "predict", "inputs": [[math.nan]]},
        {"query": "predict", "inputs": [[math.inf]]},
        {"query": "predict", "inputs": [[10**400]]},
        {"query": "predict", "inputs": [[0]] * (MOST_INPUTS + 1)},
        {"query": "words"},
        {"query": "words", "texts": "a fine film"},
        {"query": "words", "texts": [1]},
        {"query": "words", "texts": ["x" * (LONGEST_TEXT + 1)]},
        {"query": "words", "texts": ["x"], "inputs": [[2]]},
        {"query": "decision_map", "side": 1},
        {"query": "decision_map", "side": 10**9},
        {"query": "decision_map", "side": 60.0},
        {"query": "decision_map", "low": [0, 0]},
        {"query": "decision_map", "low": [0, 0], "high": [0, 1]},
        {"query": "decision_map", "low": [0, 0, 0], "high": [1, 1, 1]},
        {"query": "decision_map", "temperature": 0},
        {"query": "decision_map", "temperature": None},
        {"query": "unit_map"},
        {"query": "unit_map", "learner": 3},
        {"query": "unit_map", "learner": "plain", "units": [-1]},
        {"query": "unit_map", "learner": "plain", "layer": 2**40},
        {"query": "step", "inputs": [[0]]},
        {"query": "step", "inputs": [[0]], "labels": []},
        {"query": "step", "inputs": [[0]], "labels": [-1]},
        {"query": "step", "inputs": [[0]], "labels": [0.5]},
        {"query": "step", "inputs": [[0]], "labels": [0], "learner": "teacher"},
        {"query": "step", "inputs": [[0]], "labels": [0], "learner": []},
        {"query": "step", "inputs": [[0]], "labels": [0], "weight": 1.5},
        {"query": "step", "inputs": [[0]], "labels": [0], "mixing": {}},
        {"query": "step", "inputs": [[0]], "labels": [0], "optimizer": "lbfgs"},
        {"query": "step", "inputs": [[0]], "labels": [0], "lr": -1},
        {"query": "step", "inputs": [[0]] * 17, "labels": [0] * 17},
    ],
)
def test_what_is_no_question_is_refused_in_one_sentence(values):
    with pytest.raises(UserError, match="cannot be used"):
        query_from_dict(values)
