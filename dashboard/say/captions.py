"""The line below a picture's title: what the job was, to be understood later."""

from collections.abc import Mapping
from typing import Any

from dashboard.say.titles import (
    compression_title,
    recipe_title,
    recognition_title,
    regression_title,
    robustness_title,
    run_title,
    start_time,
    title_text,
)
from dashboard.text.viewer import t
from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.kind import JobConfig
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.titles import sweep_title


def run_caption(run: str, settings: Mapping[str, Any], turned: Mapping[str, float]) -> str:
    """What sets a run apart, its seed, when it began, and its id.

    Args:
        run: its id.
        settings: with what was turned by hand.
        turned: controls that were, with their last value.
    """
    return _line(run_title(settings, turned), run)


def group_caption(job: str, config: JobConfig) -> str:
    """The same of a job that trains several students."""
    title = title_text(sweep_title(config.to_dict()), config.base.to_dict())
    return _line(title, job)


def compression_caption(job: str, config: CompressionConfig) -> str:
    """The same of a compression."""
    return _line(compression_title(config.to_dict()), job)


def robustness_caption(job: str, config: RobustnessConfig) -> str:
    """The same of a robustness test."""
    return _line(robustness_title(config.to_dict()), job)


def regression_caption(job: str, config: RegressionConfig) -> str:
    """The same of a regression."""
    return _line(regression_title(config.to_dict()), job)


def recipe_caption(job: str, config: RecipeConfig) -> str:
    """The same of a recipe."""
    return _line(recipe_title(config.to_dict()), job)


def recognition_caption(job: str, config: RecognitionConfig) -> str:
    """The same of a recognition."""
    return _line(recognition_title(config.to_dict()), job)


def example_caption(settings: Mapping[str, Any]) -> str:
    """What sets the recorded example apart."""
    return f"{t('app.recorded')} · {run_title(settings, {})}"


def _line(title: str, job: str) -> str:
    began = start_time(job)
    return " · ".join([title, *([f"{began:%Y-%m-%d %H:%M}"] if began else []), job])
