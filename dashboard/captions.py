"""The line below a picture's title: what the run was, to be understood later."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from dashboard.engine import RECORDED, store
from dashboard.history import History
from dashboard.shared_history import history_of
from dashboard.shown_run import values_of
from dashboard.shrinks import shrink_title
from dashboard.text import language, t
from dashboard.titles import run_title, title_text
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.titles import sweep_title

BEGUN = re.compile(r"(\d{8}-\d{6})-")
"""In an id: when it began, in UTC."""


def caption(job: str) -> str:
    """What sets a run, sweep or shrinking apart, its seed, when it began, and its id."""
    shared = history_of(job)
    with shared.lock:
        found = shared.newest()
    turned = tuple(found.turned.items()) if isinstance(found, History) else ()
    return _caption(job, language(), str(store().root), turned)


@lru_cache(maxsize=1024)
def _caption(job: str, _language: str, _store: str, turned: tuple[tuple[str, float], ...]) -> str:
    """What ``caption`` says, remembered: every chart asks for it."""
    if job == RECORDED:
        return f"{t('app.recorded')} · {run_title(values_of(job), {})}"
    config = store().find(job).config
    if isinstance(config, SweepConfig):
        title = title_text(sweep_title(config.to_dict()), config.base.to_dict())
        return " · ".join([title, *_begun(job), job])
    if isinstance(config, CompressionConfig):
        return " · ".join([shrink_title(job), *_begun(job)])
    return " · ".join([run_title(values_of(job), dict(turned)), *_begun(job), job])


def _begun(job: str) -> list[str]:
    """Date and time of an id in this computer's time zone; nothing where it has none."""
    if not (found := BEGUN.search(job)):
        return []
    begun = datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    return [begun.astimezone().strftime("%Y-%m-%d %H:%M")]
