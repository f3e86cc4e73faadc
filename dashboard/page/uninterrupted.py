"""A callback that has begun is carried out, and so is what is marked ``@uninterrupted()``.

Streamlit (1.67) looks for the next message of the browser wherever a script touches the session
state, and lets the script begin anew there. In a widget's callback that loses a command: the
widget's value counts as seen, the rest of its callback never runs, a slider shows a T that the
run was not sent. With ``run_every`` it happens at every few clicks, as the browser sends a click
twice. There is no setting for it, so the look for messages itself is put off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState

_UNINTERRUPTED: ContextVar[bool] = ContextVar("uninterrupted", default=False)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """What changes several values of the session state at once, outside of callbacks."""
    token = _UNINTERRUPTED.set(True)
    try:
        yield
    finally:
        _UNINTERRUPTED.reset(token)


def let_callbacks_finish() -> None:
    """From now on, in every session; Streamlit looks for messages right after the callbacks."""
    look = ScriptRunner._maybe_handle_execution_control_request
    if hasattr(look, "__wrapped__"):  # done already
        return

    @wraps(look)
    def look_between(runner: ScriptRunner) -> None:
        if not runner._execing or not _in_one_piece():
            look(runner)

    ScriptRunner._maybe_handle_execution_control_request = look_between  # type: ignore[method-assign, assignment]


def _in_one_piece() -> bool:
    return _UNINTERRUPTED.get() or ThreadState.get().run_location is RunLocation.CALLBACK
