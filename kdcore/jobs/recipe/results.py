"""Claims and comparisons beside what came out, each with one line that reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.stand_in import loses_detail
from kdcore.jobs.recipe.statistics import ENOUGH, ROUNDING, Sample
from kdcore.recipes import (
    SCORES,
    Claim,
    Comparison,
    Curve,
    Recipe,
    difference_text,
    noise_text,
    value_text,
)

ON_ALL_TEST_EXAMPLES = (
    "test_errors",
    "bias_errors",
    "error_rate",
    "bias_error_rate",
    "test_accuracy",
)
"""Scores that count the test examples that are right or wrong."""
Z = 1.96
"""Standard deviations of a normal distribution between which 95% lie, to either side."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence of ``READINGS`` with what it names."""

    code: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A row of the table."""

    key: str
    claim: Claim
    found: Sample | None
    reading: Reading

    @property
    def difference(self) -> float | None:
        """Ours less the claim."""
        if self.found is None or self.claim.claimed is None or self.reading.code == "other_count":
            return None
        return self.found.mean - self.claim.claimed


@dataclass(frozen=True, slots=True)
class FoundTable:
    """Scores for which the source gives no number: a row a title, a column a score."""

    scores: tuple[str, ...]
    rows: tuple[tuple[ClaimResult, ...], ...]
    """Each with a result a score, in their order."""


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """Two scores and their difference, seed by seed."""

    key: str
    comparison: Comparison
    first: Sample | None
    second: Sample | None
    difference: Sample | None
    """First less second, over the seeds that both have."""
    reading: Reading


@dataclass(frozen=True, slots=True)
class LinePoint:
    """A point of a curve."""

    x: float
    found: Sample


def claim_results(recipe: Recipe, record: RecipeRecord) -> list[ClaimResult]:
    """All published rows in their order."""
    found = []
    for key, claim in recipe.claims.items():
        sample = record.sample(claim.trial, claim.learner, claim.score)
        if sample and claim.claimed is not None and _counts_others(claim.score, record):
            reading = Reading("other_count", {})
        else:
            reading = read_claim(claim, sample, record.test_size)
        found.append(ClaimResult(key, claim, sample, reading))
    return found


def published(results: Sequence[ClaimResult]) -> list[ClaimResult]:
    """The rows of those scores for which the source gives a number, at least in one of them."""
    scores = {row.claim.score for row in results if row.claim.claimed is not None}
    return [row for row in results if row.claim.score in scores]


def found_tables(results: Sequence[ClaimResult]) -> list[FoundTable]:
    """All other rows; those that have one title are one, with a column for each of its scores."""
    claimed = published(results)
    by_title: dict[str, list[ClaimResult]] = {}
    for row in results:
        if row not in claimed:
            by_title.setdefault(row.claim.title, []).append(row)
    tables: dict[tuple[str, ...], list[tuple[ClaimResult, ...]]] = {}
    for rows in by_title.values():
        tables.setdefault(tuple(row.claim.score for row in rows), []).append(tuple(rows))
    return [FoundTable(scores, tuple(rows)) for scores, rows in tables.items()]


def comparison_results(recipe: Recipe, record: RecipeRecord) -> list[ComparisonResult]:
    """All comparisons in their order; a teacher is compared with each seed's student."""
    found = []
    for key, comparison in recipe.comparisons.items():
        sides = [
            record.by_seed(side.trial, side.learner, side.key(comparison.score))
            for side in (comparison.first, comparison.second)
        ]
        first, second = (
            record.sample(side.trial, side.learner, side.key(comparison.score))
            for side in (comparison.first, comparison.second)
        )
        seeds = [seed for seed in sides[0] if seed in sides[1]]
        pairs = tuple(sides[0][seed] - sides[1][seed] for seed in seeds)
        difference = Sample(pairs) if pairs else None
        reading = read_difference(comparison.score, difference)
        found.append(ComparisonResult(key, comparison, first, second, difference, reading))
    return found


def curve_points(curve: Curve, record: RecipeRecord) -> dict[str, Sequence[LinePoint]]:
    """The points of each line that have a result, by the line's title."""
    return {
        title: [
            LinePoint(x, sample)
            for x, side in points
            if (sample := record.sample(side.trial, side.learner, side.key(curve.score)))
        ]
        for title, points in curve.lines.items()
    }


def _counts_others(score: str, record: RecipeRecord) -> bool:
    """Whether a count is one of other examples than the claim's: their number differs."""
    other = record.other_dataset
    return SCORES[score].unit == "count" and bool(other) and not loses_detail(other)


def read_claim(claim: Claim, found: Sample | None, test_size: int | None = None) -> Reading:
    """What a row says of its claim.

    Args:
        claim: a published row.
        found: our score.
        test_size: test examples, where it is known how many.
    """
    if found is None:
        return Reading("not_yet", {})
    if claim.claimed is None:
        if found.interval is None or found.is_alike:
            return Reading("no_number", {})
        return Reading("no_number_interval", _ends(claim.score, found.interval))
    difference = found.mean - claim.claimed
    better = (difference > 0) == SCORES[claim.score].more_is_better
    if found.interval is None:
        text = {"difference": difference_text(claim.score, difference)}
        if claim.score in ON_ALL_TEST_EXAMPLES and test_size:
            noise = sampling_noise(claim.score, claim.claimed, found.mean, test_size)
            text |= {"noise": noise_text(claim.score, noise), "n": f"{test_size:,}"}
            if abs(difference) <= noise:
                return Reading("one_within", text)
            return Reading(f"one_beyond_{'better' if better else 'worse'}", text)
        code = "one_equal" if difference == 0 else "one_better" if better else "one_worse"
        return Reading(code, {} if code == "one_equal" else text)
    if found.is_alike:
        code = "all_equal" if difference == 0 else "all_better" if better else "all_worse"
        text = {"n": str(found.n), "difference": difference_text(claim.score, difference)}
        return Reading(code, text)
    ends = _ends(claim.score, found.interval)
    low, high = found.interval
    if low <= claim.claimed <= high:
        return Reading("as_claimed", ends)
    return Reading("better" if better else "worse", ends)


def _ends(score: str, interval: tuple[float, float]) -> dict[str, str]:
    """The ends in words; no score is below 0, and a share is not above 1."""
    low, high = possible(score, interval)
    return {"low": value_text(score, low), "high": value_text(score, high)}


def possible(score: str, interval: tuple[float, float]) -> tuple[float, float]:
    """What of an interval a score can be: none is below 0, no share above 1.

    Example:
        >>> possible("test_errors", (-6.4, 44.4)), possible("agreement", (0.9, 1.2))
        ((0.0, 44.4), (0.9, 1.0))
    """
    low, high = interval
    return max(0.0, low), min(1.0, high) if SCORES[score].unit == "share" else high


def sampling_noise(score: str, one: float, other: float, test_size: int) -> float:
    """How far two networks of equal worth may differ by the choice of test examples, in 95%.

    A normal approximation of the difference of two independent binomial counts.

    Args:
        score: one of ``ON_ALL_TEST_EXAMPLES``.
        one: the first network's.
        other: the second's.
        test_size: examples of each.

    Example:
        >>> round(sampling_noise("test_errors", 67, 75, 10_000), 1)
        23.3
    """
    scale = test_size if SCORES[score].unit == "count" else 1
    shares = (one / scale, other / scale)
    return scale * Z * sqrt(sum(share * (1 - share) for share in shares) / test_size)


def read_difference(score: str, difference: Sample | None) -> Reading:
    """What a difference over seeds can say."""
    if difference is None:
        return Reading("not_yet", {})
    text = difference_text(score, difference.mean)
    if difference.interval is None:
        return Reading("one_pair", {"difference": text})
    low, high = difference.interval
    better = (difference.mean > 0) == SCORES[score].more_is_better
    values = {"difference": text, "n": str(difference.n)}
    if difference.is_alike:  # an interval without width would be surer than any seeds can be
        if abs(difference.mean) <= ROUNDING:
            return Reading("each_equal", values)
        return Reading(f"each_{'better' if better else 'worse'}", values)
    values |= {"low": difference_text(score, low), "high": difference_text(score, high)}
    if low <= 0 <= high:
        return Reading("no_difference", values)
    how = "clearly" if difference.n >= ENOUGH else "weakly"
    return Reading(f"{how}_{'better' if better else 'worse'}", values)
