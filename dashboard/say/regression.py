"""What a regression shows, in sentences."""

from statistics import fmean, stdev

from dashboard.text.viewer import md, t
from kdcore.jobs.regression.record import RegressionRecord

T_95 = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Quantiles 0.975 of Student's t with 1, 2, … degrees of freedom; of more 2.1."""
MORE = 2.1


def regression_sentences(record: RegressionRecord) -> list[str]:
    """Whether the teacher helped, and what the intervals cover; nothing before the first epoch."""
    if not record.epochs or not record.finished:
        return []
    gains = record.gains("rmse")
    found = [_gain(gains) if len(gains) > 1 else t("regression.one_seed")]
    coverage = {
        name: fmean(one.coverage for one in record.last(name)) for name in ("plain", "distilled")
    }
    return [*found, md("regression.covers", **coverage)]


def _gain(gains: list[float]) -> str:
    mean, count = fmean(gains), len(gains)
    quantile = T_95[count - 2] if count - 2 < len(T_95) else MORE
    half = quantile * stdev(gains) / count**0.5
    values = {"low": mean - half, "high": mean + half, "count": count}
    if abs(mean) <= half:
        return md("regression.chance", value=mean, **values)
    return md("regression.better" if mean < 0 else "regression.worse", gain=abs(mean), **values)
