"""A recipe's claims and comparisons in the viewer's words."""

from dashboard.text.phrases import Sentence
from dashboard.text.viewer import render_sentences, t
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.results import Reading, claim_results, comparison_results
from kdcore.jobs.recipe.stand_in import loses_detail
from kdcore.jobs.recipe.tables import NONE, OTHER_DATA, found_text, here_text
from kdcore.recipes import RECIPES, difference_text, value_text

STAR = "*"
"""Marks what a source chose by its test data."""


def claim_table(name: str, record: RecipeRecord) -> list[dict[str, str]]:
    """A row a published figure, by the columns' titles."""
    return [
        {
            t("evidence.column.row"): t(f"recipe.{name}.claims.{row.key}"),
            t("evidence.column.score"): t(f"recipe_score.{row.claim.score}"),
            t("evidence.column.claimed"): NONE
            if row.claim.claimed is None
            else value_text(row.claim.score, row.claim.claimed) + STAR * row.claim.chosen_on_test,
            t("evidence.column.source"): source_text(row.claim.place),
            t("evidence.column.here"): here_text(row.claim.score, row.found, record),
            t("evidence.column.n"): str(row.found.n) if row.found else NONE,
            t("evidence.column.difference"): NONE
            if row.difference is None
            else difference_text(row.claim.score, row.difference),
            t("evidence.column.reading"): _reading(row.reading),
        }
        for row in claim_results(RECIPES[name], record)
    ]


def comparison_table(name: str, record: RecipeRecord) -> list[dict[str, str]]:
    """A row a comparison, by the columns' titles."""
    return [
        {
            t("evidence.column.row"): t(f"recipe.{name}.comparisons.{row.key}"),
            t("evidence.column.score"): t(f"recipe_score.{row.comparison.score}"),
            t("evidence.column.first"): found_text(row.comparison.score, row.first),
            t("evidence.column.second"): found_text(row.comparison.score, row.second),
            t("evidence.column.difference"): NONE
            if row.difference is None
            else difference_text(row.comparison.score, row.difference.mean),
            t("evidence.column.reading"): _reading(row.reading),
        }
        for row in comparison_results(RECIPES[name], record)
    ]


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
    own = RECIPES[name].settings.get("dataset", NONE)
    sentences = [Sentence(key, {"mark": OTHER_DATA, "dataset": dataset, "own": own})]
    if loses_detail(dataset):
        sentences.append(Sentence("evidence.loses_detail", {}))
    return render_sentences(sentences)


def source_text(source: str) -> str:
    """``section 3`` in the viewer's words."""
    kind, _, number = source.partition(" ")
    return t(f"evidence.where.{kind}", number=number) if kind else NONE


def _reading(reading: Reading) -> str:
    return t(f"reading.{reading.code}", **reading.values)
