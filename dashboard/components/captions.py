"""The line below the title of a job's pictures, remembered: every chart asks for it."""

from functools import lru_cache

from dashboard.records.history import History
from dashboard.say.captions import compression_caption, example_caption, run_caption, sweep_caption
from dashboard.server.engine import RECORDED, store
from dashboard.server.shared_records import run_settings, shared_record
from dashboard.text.viewer import language
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.sweep.config import SweepConfig


def caption(job: str) -> str:
    """What sets a run, sweep or compression apart, its seed, when it began, and its id."""
    shared = shared_record(job)
    with shared.lock:
        found = shared.newest()
    turned = tuple(found.turned.items()) if isinstance(found, History) else ()
    return _caption(job, language(), str(store().root), turned)


@lru_cache(maxsize=1024)
def _caption(job: str, _language: str, _store: str, turned: tuple[tuple[str, float], ...]) -> str:
    if job == RECORDED:
        return example_caption(run_settings(job))
    config = store().find(job).config
    if isinstance(config, SweepConfig):
        return sweep_caption(job, config)
    if isinstance(config, CompressionConfig):
        return compression_caption(job, config)
    return run_caption(job, run_settings(job), dict(turned))
