"""What a regression shows, in sentences."""

from statistics import fmean

from dashboard.text.viewer import md, t
from kdcore.jobs.recipe.statistics import Sample
from kdcore.jobs.regression.record import RegressionRecord


def regression_sentences(record: RegressionRecord) -> list[str]:
    """Whether the teacher helped, and what the intervals cover; nothing before the first epoch."""
    if not record.epochs or not record.finished:
        return []
    gains = record.gains("rmse")
    found = [gain_sentence(gains) if len(gains) > 1 else t("regression.one_seed")]
    coverage = {
        name: fmean(one.coverage for one in record.last(name)) for name in ("plain", "distilled")
    }
    return [*found, md("regression.covers", **coverage)]


def gain_sentence(gains: list[float]) -> str:
    """Whether the error became smaller, by the 95% t interval over seeds; of two or more."""
    sample = Sample(tuple(gains))
    assert sample.interval is not None, "of one seed there is none"
    low, high = sample.interval
    values = {"low": low, "high": high, "count": sample.n}
    if low <= 0 <= high:
        return md("regression.chance", value=sample.mean, **values)
    better = sample.mean < 0
    return md(
        "regression.better" if better else "regression.worse", gain=abs(sample.mean), **values
    )
