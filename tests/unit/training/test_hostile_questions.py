"""Whatever is asked of learners: an answer or one sentence, and the training goes on."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.files import collect
from support.sentences import code_of

from kdcore import Run
from kdcore.commands import Controls
from kdcore.data import load_dataset
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig
from kdcore.models.build import build_model
from kdcore.queries import QUERIES, Answer, Predict, query_from_dict
from kdcore.training import loop
from kdcore.training.answering import answer

FIELDS = sorted(
    {name for kind in QUERIES.values() for name in getattr(kind, "__dataclass_fields__", {})}
)
NUMBERS = st.one_of(
    st.integers(-2, 70), st.floats(), st.sampled_from([1e308, -1e308, 1e-320, 10**400, 2**63, True])
)
ROWS = st.lists(st.lists(NUMBERS, min_size=2, max_size=2) | st.lists(NUMBERS), max_size=3)
POINT = st.lists(NUMBERS, min_size=2, max_size=2)
VALUES = st.one_of(
    NUMBERS,
    ROWS,
    POINT,
    st.lists(st.integers(-1, 7), max_size=4),
    st.lists(st.lists(st.integers(-1, 7), min_size=2, max_size=3), max_size=4),
    st.sampled_from(["teacher", "plain", "distilled", "layers.0", "adam", "sgd", "kd", None, {}]),
    st.text(max_size=4),
)


@pytest.fixture(scope="module")
def learners():
    data = collect(load_dataset(RunConfig(dataset="moons"), None))[1]
    made = {
        name: build_model("mlp:4", data.input_shape, len(data.classes), at)
        for at, name in enumerate(("teacher", "plain", "distilled"))
    }
    return made, data


@settings(max_examples=300)
@given(st.sampled_from(sorted(QUERIES)), st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_question_has_an_answer_or_a_sentence(learners, kind, values):
    modules, data = learners
    try:
        query = query_from_dict({"query": kind} | values)
        found = answer(query, modules, data, 1.0)
    except UserError as error:
        code_of(error)
    else:
        json.dumps(found.to_dict(), allow_nan=False)


def test_a_question_that_breaks_the_answer_does_not_break_the_run(monkeypatch):
    config = RunConfig(dataset="digits", epochs=2, teacher_epochs=1, student="mlp:4", device="cpu")
    replies = []

    def broken(*_given):
        raise RuntimeError("a bug")

    class Asked(Controls):
        def obey(self, step, position):
            if step == 3:
                self.ask(Predict(inputs=((0.0,) * 64,)), replies.append)
            return super().obey(step, position)

    monkeypatch.setattr(loop, "answer_during", broken)
    last = list(Run(config, controls=Asked(config)))[-1]
    (reply,) = replies
    assert not isinstance(reply, Answer)
    assert (reply.code, last.kind) == ("question_failed", "finished")
