"""The settings that a panel suggests to try, as parameters of the Live page's address."""

from dashboard.settings import defaults, parameters
from kdcore.catalogue import HINTS
from kdcore.config import RunConfig


def hint_parameters(panel: str) -> dict[str, str | None]:
    """For ``address.go("live", …)``; empty where the hint sets nothing of a run.

    Args:
        panel: a name of ``kdcore.catalogue.HINTS``.
    """
    hint = HINTS[panel]
    # a compression's settings are not those of a run
    changes = hint.base | (hint.settings if hint.job != "compression" else {})
    if not changes:
        return {}
    return parameters(defaults(RunConfig().dataset) | changes)
