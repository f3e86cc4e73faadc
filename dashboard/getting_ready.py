"""What the app does before anybody asks: the first page's parts are loaded, and the worker starts.

It is done beside the server, which answers already: while a browser reads Streamlit's own scripts.
"""

from importlib import import_module

from dashboard.server.engine import RECORDED, hub, store
from dashboard.server.soft_labels import teacher_logits
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
    "streamlit.emojis",
)
"""What ``main.py`` and the start page are made of, and what Streamlit loads for it."""

LIVE_PAGE = (
    "dashboard.page.data_notes",
    "dashboard.page.jobs.branch_dialog",
    "dashboard.page.jobs.live_board",
    "dashboard.page.jobs.missing_classes",
    "dashboard.page.jobs.repetition",
    "dashboard.page.projector",
    "dashboard.page.settings.live_sliders",
    "dashboard.page.settings.sidebar",
    "dashboard.say.formula",
)
"""Of the page to which *Start* leads."""


def get_ready() -> None:
    """Load what the first page needs."""
    with acting_as(Role.LECTURER):
        for name in FIRST_PAGE:
            import_module(name)
        for language in LANGUAGES:
            words(language)
        teacher_logits(RECORDED)
        from dashboard.server.routes import chart_library  # noqa: PLC0415  (the page comes first)

        chart_library()


def get_ready_for_others() -> None:
    """Start the worker, load what other pages need, first the one that comes next, and tidy up.

    The worker's start takes seconds of a processor that the first page's browser needs; a job that
    does not wait for it starts it at once.
    """
    with acting_as(Role.LECTURER):
        hub().warm()
        for name in (*LIVE_PAGE, "pandas"):
            import_module(name)
        remove_unused_uploads(store())


def end() -> None:
    """End the worker with the server."""
    with acting_as(Role.LECTURER):
        hub().close()
