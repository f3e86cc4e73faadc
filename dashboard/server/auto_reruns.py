"""A click counts once, also where a page is drawn anew by itself.

A fragment with ``run_every`` makes the browser ask for it again and again, with the state of all
widgets. Where a button was pressed just before, Streamlit's page (1.67) sends the press along and
then once more in the click's own message: Pause would be taken back, a run started twice.
"""

from typing import Any

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

PRESSES = ("trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value")
"""Values of widgets that are said once, and then no longer hold."""


class DropRepeatedPresses:
    """ASGI middleware: what a browser asks for by itself presses no button."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; messages of a web socket are looked at."""
        if scope["type"] != "websocket":
            return await self.app(scope, receive, send)

        async def receive_without_presses() -> Message:
            message = await receive()
            if content := message.get("bytes"):
                message["bytes"] = drop_presses(content)
            return message

        return await self.app(scope, receive_without_presses, send)


def drop_presses(content: bytes) -> bytes:
    """A message of the browser; of one that it sends by itself the presses are left out."""
    message: Any = BackMsg()  # protobuf's classes are made while they are imported
    try:
        message.ParseFromString(content)
    except DecodeError:  # Streamlit says what is wrong with it
        return content
    if not message.rerun_script.is_auto_rerun:
        return content
    states = message.rerun_script.widget_states.widgets
    kept = [state for state in states if state.WhichOneof("value") not in PRESSES]
    if len(kept) == len(states):
        return content
    del states[:]
    states.extend(kept)
    whole: bytes = message.SerializeToString()
    return whole
