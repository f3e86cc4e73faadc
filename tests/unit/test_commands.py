import json
import sys
import threading
from itertools import islice

import pytest

from kdcore import RunConfig
from kdcore.commands import Controls, Pause, Resume, Retune, Step, Stop, Stopped, command_from_dict
from kdcore.errors import UserError


def obeyed(controls, step=0):
    return list(controls.obey(step, step / 10))


def test_a_turned_setting_acts_at_the_next_batch_and_is_told():
    controls = Controls(RunConfig(temperature=4))
    controls.temperature = 8
    assert controls.temperature == 4
    (event,) = obeyed(controls, step=3)
    assert (event.kind, event.name, event.previous, event.value, event.step) == (
        "retuned",
        "temperature",
        4,
        8,
        3,
    )
    assert controls.temperature == 8


@pytest.mark.parametrize(
    ("name", "value"), [("temperature", 0), ("weight", 2), ("lr", -1), ("speed", float("nan"))]
)
def test_a_bad_value_is_refused_where_it_is_set(name, value):
    with pytest.raises(UserError):
        setattr(Controls(RunConfig()), name, value)


def test_a_setting_that_needs_a_restart_cannot_be_turned():
    with pytest.raises(UserError, match="epochs cannot change during a run"):
        Controls(RunConfig()).send(Retune("epochs", 3))


def test_a_paused_run_waits_until_it_is_resumed():
    controls = Controls(RunConfig())
    controls.pause()
    kinds = []
    thread = threading.Thread(
        target=lambda: kinds.extend(event.kind for event in controls.obey(5, 0.5))
    )
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    assert kinds == ["paused"]
    controls.resume()
    thread.join(5)
    assert not thread.is_alive()
    assert kinds == ["paused", "resumed"]


def test_a_step_allows_exactly_its_batches():
    controls = Controls(RunConfig())
    controls.pause()
    controls.step(2)
    assert [event.kind for event in obeyed(controls)] == []
    assert [event.kind for event in obeyed(controls, 1)] == []
    third = controls.obey(2, 0.2)
    assert [event.kind for event in islice(third, 1)] == ["paused"]
    controls.stop()
    with pytest.raises(Stopped):
        next(third)


def test_stop_ends_a_paused_run():
    controls = Controls(RunConfig())
    controls.pause()
    controls.stop()
    with pytest.raises(Stopped):
        obeyed(controls)


def test_stop_is_noticed_while_the_teacher_trains_and_other_commands_are_kept():
    controls = Controls(RunConfig())
    controls.temperature = 9
    controls.raise_if_stopped()
    controls.stop()
    with pytest.raises(Stopped):
        controls.raise_if_stopped()
    with pytest.raises(Stopped):
        obeyed(controls)
    assert controls.temperature == 9


def test_commands_that_arrive_while_a_teacher_trains_act_in_their_order(often_switched):
    for _ in range(60):
        controls = Controls(RunConfig())
        sent = [1.0 + turn / 10 for turn in range(300)]
        sender = threading.Thread(target=turn_temperature, args=(controls, sent))
        sender.start()
        while sender.is_alive():
            controls.raise_if_stopped()
        assert [event.value for event in obeyed(controls)] == sent


def turn_temperature(controls, values):
    for value in values:
        controls.temperature = value


@pytest.fixture
def often_switched():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize(
    "command", [Retune("temperature", 2.0), Pause(), Resume(), Step(3), Stop()]
)
def test_a_command_survives_the_line(command):
    assert command_from_dict(json.loads(json.dumps(command.to_dict()))) == command
