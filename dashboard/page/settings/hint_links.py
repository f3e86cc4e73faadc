"""The settings that a panel suggests to try, as a link."""

from functools import cache
from urllib.parse import urlencode

from dashboard.page.settings.values import defaults, parameters
from kdcore.catalogue import HINTS
from kdcore.jobs.run.config import RunConfig


def hint_parameters(panel: str) -> dict[str, str | None]:
    """For ``address.open_page("live", …)``; empty where the hint sets nothing of a run.

    Args:
        panel: a name of ``kdcore.catalogue.HINTS``.
    """
    hint = HINTS[panel]
    # a compression's settings are not those of a run
    changes = hint.base | (hint.settings if hint.job != "compression" else {})
    if not changes:
        return {}
    return parameters(defaults(RunConfig().dataset) | changes)


@cache
def hint_link(panel: str) -> str:
    """Address of the page with these settings, relative to any other; empty where there are none.

    Args:
        panel: a name of ``kdcore.catalogue.HINTS``.
    """
    named = {key: text for key, text in hint_parameters(panel).items() if text is not None}
    page = "landscape" if HINTS[panel].job in ("sweep", "methods") else "live"
    return f"{page}?{urlencode(named)}" if named else ""
