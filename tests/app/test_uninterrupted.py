"""A message of the browser that arrives during a callback waits for its end."""

import pytest
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from dashboard.page.uninterrupted import let_callbacks_finish


@pytest.fixture(autouse=True)
def patched(monkeypatch):
    look = ScriptRunner._maybe_handle_execution_control_request
    monkeypatch.setattr(ScriptRunner, "_maybe_handle_execution_control_request", look)
    let_callbacks_finish()


SCRIPT = """
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData

from dashboard.page.uninterrupted import uninterrupted

def message_arrives():
    get_script_run_ctx().script_requests.request_rerun(RerunData())

def chosen():
    message_arrives()
    st.session_state["sent"] = st.session_state["T"]

st.session_state.setdefault("drawn", 0)
st.slider("T", 1, 9, 4, key="T", on_change=chosen)
if st.button("both"):
    with uninterrupted():
        message_arrives()
        st.session_state["one"] = 1
        st.session_state["other"] = 2
st.session_state["drawn"] += 1
"""


def test_a_callback_runs_to_its_end():
    app = AppTest.from_string(SCRIPT).run()
    app.slider(key="T").set_value(5).run()

    assert not app.exception
    assert app.session_state["sent"] == 5
    assert app.session_state["drawn"] == 2  # the message is answered too, by one more run


def test_so_does_what_is_marked():
    app = AppTest.from_string(SCRIPT).run()
    app.button[0].click().run()

    assert not app.exception
    assert (app.session_state["one"], app.session_state["other"]) == (1, 2)
