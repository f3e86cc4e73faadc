"""What the app does before anybody asks: the engine wakes, and the first page's parts are loaded.

It is done beside the server, which answers already: while a browser reads Streamlit's own scripts.
"""

import gc
from importlib import import_module

from dashboard.server.engine import RECORDED, hub, store
from dashboard.server.later import load_routes
from dashboard.server.shared_records import shared_record
from dashboard.server.uploads import remove_unused_uploads
from dashboard.server.visitors import Role, acting_as
from dashboard.text.languages import LANGUAGES, words

FIRST_PAGE = (
    "dashboard.components.class_bar",
    "dashboard.components.page_frame",
    "dashboard.page.following",
    "dashboard.page.lesson",
    "dashboard.components.moment",
    "dashboard.components.temperature_lab",
    "dashboard.components.transport",
    "dashboard.page.panel",
    "dashboard.page.scenario_cards",
)
"""What ``main.py`` and the start page are made of."""
LATER_PAGES = ("pandas",)
"""What takes long to load and other pages need."""


def get_ready() -> None:
    """Start the worker, then load what the first page needs, then what others do."""
    with acting_as(Role.LECTURER):
        hub().warm()
        for name in FIRST_PAGE:
            import_module(name)
        for language in LANGUAGES:
            words(language)
        shared = shared_record(RECORDED)
        with shared.lock:
            shared.newest()
        load_routes()
        for name in LATER_PAGES:
            import_module(name)
        remove_unused_uploads(store())
    gc.freeze()  # what is imported stays: later collections need not look at it


def end() -> None:
    """End the worker with the server."""
    with acting_as(Role.LECTURER):
        hub().close()
