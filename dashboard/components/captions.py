"""The line below the title of a job's pictures, remembered: every chart asks for it."""

from functools import lru_cache

from dashboard.say.captions import (
    compression_caption,
    example_caption,
    group_caption,
    recipe_caption,
    recognition_caption,
    regression_caption,
    robustness_caption,
    run_caption,
)
from dashboard.server.engine import RECORDED_RUNS, store
from dashboard.server.shared_records import run_settings, shared_record
from dashboard.text.viewer import language
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.record import RunRecord


def caption(job: str) -> str:
    """What sets a job apart, its seed, when it began, and its id."""
    shared = shared_record(job)
    with shared.lock:
        found = shared.newest()
    turned = tuple(found.turned.items()) if isinstance(found, RunRecord) else ()
    return _caption(job, language(), str(store().root), turned)


@lru_cache(maxsize=1024)
def _caption(job: str, _language: str, _store: str, turned: tuple[tuple[str, float], ...]) -> str:
    if job in RECORDED_RUNS:
        return example_caption(run_settings(job))
    config = store().find(job).config
    if isinstance(config, RunConfig):
        return run_caption(job, run_settings(job), dict(turned))
    if isinstance(config, CompressionConfig):
        return compression_caption(job, config)
    if isinstance(config, RobustnessConfig):
        return robustness_caption(job, config)
    if isinstance(config, RegressionConfig):
        return regression_caption(job, config)
    if isinstance(config, RecipeConfig):
        return recipe_caption(job, config)
    if isinstance(config, RecognitionConfig):
        return recognition_caption(job, config)
    return group_caption(job, config)
