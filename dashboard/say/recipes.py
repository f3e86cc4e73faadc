"""A recipe's claims and comparisons in the viewer's words."""

from collections import Counter

from dashboard.say.titles import dataset_title
from dashboard.text.phrases import Sentence
from dashboard.text.viewer import md, render_sentences, t
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.results import (
    ClaimResult,
    ComparisonResult,
    Reading,
    claim_results,
    comparison_results,
    found_tables,
    possible,
    published,
)
from kdcore.jobs.recipe.stand_in import loses_detail
from kdcore.jobs.recipe.tables import NONE, OTHER_DATA, count_text, found_text
from kdcore.recipes import RECIPES, SCORES, difference_text, value_text

STAR = "*"
"""Marks what a source chose by its test data."""
BOLD = ("clearly_better", "clearly_worse")
"""Readings that say more than chance does."""

Rows = list[dict[str, str]]
"""A dictionary a row, by the columns' titles."""


def claim_table(name: str, record: RecipeRecord) -> Rows:
    """A row a published figure; columns that nothing stands in are left out."""
    results = published(claim_results(RECIPES[name], record))
    scores = {row.claim.score for row in results}
    return [
        {t("evidence.column.row"): t(f"recipe.{name}.claims.{row.key}")}
        | ({t("evidence.column.score"): _score(row.claim.score)} if len(scores) > 1 else {})
        | {
            t("evidence.column.claimed"): _claimed(row),
            t("evidence.column.source"): source_text(row.claim.place),
            t("evidence.column.here") + _mark(record): found_text(row.claim.score, row.found),
            t("evidence.column.n"): count_text([row]),
            t("evidence.column.difference"): NONE
            if row.difference is None
            else difference_text(row.claim.score, row.difference),
            t("evidence.column.reading"): _reading(row.reading),
        }
        for row in results
    ]


def other_tables(name: str, record: RecipeRecord) -> list[Rows]:
    """What the source has no number of: a row what was trained, a column a score."""
    return [
        [
            {t("evidence.column.row"): t(f"recipe.{name}.claims.{row[0].key}")}
            | {_score(one.claim.score) + _mark(record): _with_interval(one) for one in row}
            | {t("evidence.column.n"): count_text(row)}
            for row in table.rows
        ]
        for table in found_tables(claim_results(RECIPES[name], record))
    ]


def comparison_table(name: str, record: RecipeRecord) -> Rows:
    """A row a comparison; the score has no column where it is one for all."""
    results = comparison_results(RECIPES[name], record)
    scores = {row.comparison.score for row in results}
    return [
        {t("evidence.column.row"): t(f"recipe.{name}.comparisons.{row.key}")}
        | ({t("evidence.column.score"): _score(row.comparison.score)} if len(scores) > 1 else {})
        | {
            t("evidence.column.first") + _mark(record): found_text(score, row.first),
            t("evidence.column.second") + _mark(record): found_text(score, row.second),
            t("evidence.column.paired_difference"): _paired(row),
            t("evidence.column.n"): str(row.difference.n) if row.difference else NONE,
            t("evidence.column.reading"): _verdict(row.reading.code),
        }
        for row in results
        for score in [row.comparison.score]
    ]


def measured_texts(name: str) -> list[str]:
    """Which scores the table of claims, then that of comparisons measures, where it is one alone.

    Returns:
        A sentence each, empty where the scores have a column.
    """
    recipe = RECIPES[name]
    claimed = {one.score for one in recipe.claims.values() if one.claimed is not None}
    return [
        _measured(scores) for scores in (claimed, {c.score for c in recipe.comparisons.values()})
    ]


def outcome_text(name: str, record: RecipeRecord) -> str:
    """How many claims and comparisons came out how, in a line; empty before there is a result."""
    claims = Counter(
        row.reading.code
        for row in claim_results(RECIPES[name], record)
        if row.claim.claimed is not None and row.found
    )
    pairs = Counter(
        row.reading.code
        for row in comparison_results(RECIPES[name], record)
        if row.difference is not None
    )
    parts = []
    if claims:
        held = sum(claims[code] for code in ("as_claimed", "one_within", "one_equal"))
        parts.append(t("evidence.outcome_claims", held=held, count=claims.total()))
    if pairs:
        known = ("clearly_better", "clearly_worse", "no_difference")
        counts = [*known, *sorted(pairs.keys() - set(known))]
        told = [
            t("evidence.outcome_pairs", count=pairs[code], verdict=_verdict(code, bold=False))
            for code in counts
            if pairs[code]
        ]
        parts.append(t("app.comma").join(told))
    return t("evidence.outcome", parts=t("evidence.outcome_joint").join(parts)) if parts else ""


def has_star(name: str) -> bool:
    """Whether a row of the recipe has one."""
    return any(claim.chosen_on_test for claim in RECIPES[name].claims.values())


def other_data_text(key: str, name: str, dataset: str) -> str:
    """That other data stand in for the recipe's, and what this does to the figures.

    Args:
        key: of the sentence.
        name: of the recipe.
        dataset: that stands in.
    """
    own = dataset_title(RECIPES[name].settings.get("dataset", NONE))
    values = {"mark": OTHER_DATA, "dataset": dataset_title(dataset), "own": own}
    sentences = [Sentence(key, values)]
    if loses_detail(dataset):
        sentences.append(Sentence("evidence.loses_detail", {}))
    return render_sentences(sentences)


def source_text(source: str) -> str:
    """``section 3`` in the viewer's words."""
    kind, _, number = source.partition(" ")
    return t(f"evidence.where.{kind}", number=number) if kind else NONE


def _score(score: str) -> str:
    return t(f"recipe_score.{score}")


def _mark(record: RecipeRecord) -> str:
    """After the title of a column of figures that were measured on other data."""
    return OTHER_DATA if record.other_dataset else ""


def _claimed(row: ClaimResult) -> str:
    if row.claim.claimed is None:
        return NONE
    return value_text(row.claim.score, row.claim.claimed) + STAR * row.claim.chosen_on_test


def _with_interval(row: ClaimResult) -> str:
    """Mean ± standard deviation and, smaller, the 95% interval of the mean."""
    text = found_text(row.claim.score, row.found)
    if row.found is None or row.found.interval is None:
        return text
    low, high = possible(row.claim.score, row.found.interval)
    ends = {name: value_text(row.claim.score, end) for name, end in (("low", low), ("high", high))}
    return f"{text} :gray[:small[{t('evidence.interval', **ends)}]]"


def _paired(row: ComparisonResult) -> str:
    """The mean difference and its 95% interval."""
    if row.difference is None:
        return NONE
    score = row.comparison.score
    text = difference_text(score, row.difference.mean)
    if row.difference.interval is None:
        return text
    ends = zip(("low", "high"), row.difference.interval, strict=True)
    shown = {name: difference_text(score, end) for name, end in ends}
    return f"{text} :gray[:small[{t('evidence.interval', **shown)}]]"


def _verdict(code: str, *, bold: bool = True) -> str:
    text = t(f"evidence.verdict.{code}")
    return f"**{text}**" if bold and code in BOLD else text


def _measured(scores: set[str]) -> str:
    if len(scores) != 1:
        return ""
    (score,) = scores
    better = "more" if SCORES[score].more_is_better else "fewer"
    return md(f"evidence.measured_{better}", score=_score(score))


def _reading(reading: Reading) -> str:
    return t(f"reading.{reading.code}", **reading.values)
