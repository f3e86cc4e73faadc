"""The hub asks real workers; what they answer is tested in ``training/test_answering.py``."""

import threading

import pytest

from kdcore import RunConfig
from kdcore.asking import Questions, answered
from kdcore.commands import Pause, Stop
from kdcore.errors import UserError
from kdcore.events import Paused
from kdcore.hub import Hub
from kdcore.jobs.run.events import Batch
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.queries import DecisionMap, Logits, Predict
from kdcore.store import Store

TINY = RunConfig(dataset="moons", teacher="mlp:6", student="mlp:4", teacher_epochs=1, epochs=1)
POINT = Predict(inputs=((0.5, 0.5),))


@pytest.fixture
def hub(tmp_path):
    hub = Hub(Store(tmp_path))
    yield hub
    hub.close()


@pytest.mark.slow
def test_a_live_run_answers_while_it_learns_and_when_it_is_over(hub):
    run = hub.submit(TINY.replace(epochs=5000, speed=100))
    while not any(isinstance(event, Batch) for event in hub.events(run)):
        hub.wait(run, len(hub.events(run)), 60)
    first, second = hub.ask(run, POINT), hub.ask(run, POINT)
    assert 0 < first.epoch <= second.epoch
    assert first.logits["teacher"] == second.logits["teacher"]
    hub.send(run, Pause())
    while not isinstance(hub.events(run)[-1], Paused):
        hub.wait(run, len(hub.events(run)), 60)
    paused = hub.ask(run, POINT)
    hub.send(run, Stop())
    while hub.commandable(run):
        hub.wait(run, len(hub.events(run)), 60)
    stored = hub.ask(run, POINT)
    assert stored.epoch is None
    assert stored.logits["teacher"][0] == pytest.approx(paused.logits["teacher"][0], abs=1e-6)
    assert stored.logits["plain"][0] == pytest.approx(paused.logits["plain"][0], abs=1e-6)
    assert hub.ask(run, DecisionMap(side=3)).maps.keys() == {"teacher", "plain", "distilled"}
    with pytest.raises(UserError, match="has 1 numbers"):
        hub.ask(run, Predict(inputs=((1.0,),)))


def test_who_cannot_be_asked_says_why(hub):
    waiting, sweep = hub.store.create(TINY), hub.store.create(SweepConfig(base=TINY))
    for job, code in ((waiting.id, "no_weights"), (sweep.id, "nobody_to_ask")):
        assert not hub.can_ask(job)
        with pytest.raises(UserError) as raised:
            hub.ask(job, POINT)
        assert raised.value.code == code


def test_a_question_ends_after_its_time_and_a_late_answer_is_dropped():
    questions, sent = Questions(), []
    with pytest.raises(UserError, match=r"within 0.01 seconds"):
        questions.ask(sent.append, POINT, timeout=0.01)
    questions.take(answered(sent[0]["ask"], Logits(epoch=None, classes=[], logits={})))
    with pytest.raises(UserError, match="within"):
        questions.ask(sent.append, POINT, timeout=0.01)


def test_a_question_to_a_process_that_dies_fails_at_once():
    questions, errors, sent = Questions(), [], threading.Event()

    def ask():
        try:
            questions.ask(lambda line: sent.set(), POINT, timeout=60)
        except UserError as error:
            errors.append(error.code)

    asking = threading.Thread(target=ask)
    asking.start()
    assert sent.wait(10)
    questions.fail(UserError("answerer_died", cause="signal 9"))
    asking.join(10)
    assert errors == ["answerer_died"]
