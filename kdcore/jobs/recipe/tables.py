"""A recipe's claims and comparisons as rows of text, in English."""

from collections.abc import Sequence

from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.results import (
    ClaimResult,
    Reading,
    claim_results,
    comparison_results,
    found_tables,
    possible,
    published,
)
from kdcore.jobs.recipe.statistics import Sample
from kdcore.recipes import READINGS, SCORES, Recipe, difference_text, spread_text, value_text

CLAIM_COLUMNS = ("row", "score", "claimed", "place", "here", "n", "difference", "reading")
Columns = tuple[str, ...]
COMPARISON_COLUMNS = ("comparison", "score", "first", "second", "difference", "reading")
NONE = "–"
OTHER_DATA = "†"
"""Marks a figure that was measured on other data than the recipe's."""


def claim_rows(recipe: Recipe, record: RecipeRecord) -> list[tuple[str, ...]]:
    """A row a claim that ``other_tables`` leaves, under ``CLAIM_COLUMNS``.

    ``*`` marks what the source chose on test data, ``†`` what was measured on other data.
    """
    return [
        (
            row.claim.title,
            SCORES[row.claim.score].title,
            NONE
            if row.claim.claimed is None
            else value_text(row.claim.score, row.claim.claimed) + "*" * row.claim.chosen_on_test,
            row.claim.place or NONE,
            here_text(row.claim.score, row.found, record),
            str(row.found.n) if row.found else NONE,
            NONE if row.difference is None else difference_text(row.claim.score, row.difference),
            reading_text(row.reading),
        )
        for row in published(claim_results(recipe, record))
    ]


def other_tables(recipe: Recipe, record: RecipeRecord) -> list[tuple[Columns, list[Columns]]]:
    """Columns and rows of what is measured besides, with the 95% interval of each mean."""
    return [
        (
            ("row", *(SCORES[score].title for score in table.scores), "n"),
            [
                (row[0].claim.title, *(_with_interval(one, record) for one in row), count_text(row))
                for row in table.rows
            ],
        )
        for table in found_tables(claim_results(recipe, record))
    ]


def count_text(row: Sequence[ClaimResult]) -> str:
    """Over how many seeds the figures of a row are means."""
    return str(max((one.found.n for one in row if one.found), default=0) or NONE)


def _with_interval(row: ClaimResult, record: RecipeRecord) -> str:
    text = here_text(row.claim.score, row.found, record)
    if row.found is None or row.found.interval is None:
        return text
    ends = possible(row.claim.score, row.found.interval)
    return f"{text} ({' to '.join(value_text(row.claim.score, end) for end in ends)})"


def comparison_rows(recipe: Recipe, record: RecipeRecord) -> list[tuple[str, ...]]:
    """A row a comparison, under ``COMPARISON_COLUMNS``."""
    return [
        (
            row.comparison.title,
            SCORES[row.comparison.score].title,
            found_text(row.comparison.score, row.first),
            found_text(row.comparison.score, row.second),
            NONE
            if row.difference is None
            else difference_text(row.comparison.score, row.difference.mean),
            reading_text(row.reading),
        )
        for row in comparison_results(recipe, record)
    ]


def here_text(score: str, found: Sample | None, record: RecipeRecord) -> str:
    """What came out, marked where other data were used."""
    return found_text(score, found) + OTHER_DATA * bool(found and record.other_dataset)


def found_text(score: str, found: Sample | None) -> str:
    """Mean ± standard deviation, as far as there are any."""
    return spread_text(score, found.mean, found.sd) if found else NONE


def reading_text(reading: Reading) -> str:
    """The sentence in English."""
    return READINGS[reading.code].format(**reading.values)
