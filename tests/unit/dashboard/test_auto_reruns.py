"""A press of a button that a fragment's own rerun takes along is not a second one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.server.auto_reruns import DropRepeatedPresses, drop_presses


def press(*, by_itself):
    """What a browser sends: a slider at 4 and a pressed button."""
    message = BackMsg()
    message.rerun_script.is_auto_rerun = by_itself
    message.rerun_script.fragment_id = "board"
    slider = message.rerun_script.widget_states.widgets.add()
    slider.id, slider.double_value = "T", 4.0
    button = message.rerun_script.widget_states.widgets.add()
    button.id, button.trigger_value = "pause", True
    return message.SerializeToString()


def test_a_rerun_of_a_fragment_by_itself_presses_nothing():
    message = BackMsg.FromString(drop_presses(press(by_itself=True)))

    assert [state.id for state in message.rerun_script.widget_states.widgets] == ["T"]
    assert message.rerun_script.widget_states.widgets[0].double_value == 4.0
    assert message.rerun_script.fragment_id == "board"
    assert message.rerun_script.is_auto_rerun


@pytest.mark.parametrize(
    "content", [press(by_itself=False), BackMsg(stop_script=True).SerializeToString(), b"\xff\xff"]
)
def test_everything_else_is_passed_on_as_it_came(content):
    assert drop_presses(content) == content


@pytest.mark.parametrize(("kind", "changed"), [("websocket", True), ("http", False)])
def test_only_web_sockets_are_looked_at(kind, changed):
    given, seen = press(by_itself=True), []

    async def app(scope, receive, send):
        seen.append((await receive())["bytes"])

    async def receive():
        return {"type": f"{kind}.receive", "bytes": given}

    with ThreadPoolExecutor(1) as thread:  # the browser tests keep a loop in the main one
        thread.submit(asyncio.run, DropRepeatedPresses(app)({"type": kind}, receive, None)).result()

    assert (seen != [given]) == changed
