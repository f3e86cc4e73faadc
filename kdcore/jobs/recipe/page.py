"""A finished recipe as a page of Markdown: its tables, and how the numbers were made."""

from collections.abc import Iterator, Sequence

from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.recipe.results import curve_points
from kdcore.jobs.recipe.stand_in import loses_detail
from kdcore.jobs.recipe.tables import (
    CLAIM_COLUMNS,
    COMPARISON_COLUMNS,
    NONE,
    OTHER_DATA,
    claim_rows,
    comparison_rows,
    found_text,
    other_tables,
)
from kdcore.recipes import SCORES, Curve, Recipe

LOSSY_TEXT = "JPEG loses detail, so that figures come a little lower than on the original."


def recipe_page(record: RecipeRecord) -> str:
    """The page of a job that has ended.

    Args:
        record: with its first and its last event.
    """
    assert record.started is not None, "it has begun"
    config = RecipeConfig.from_dict(record.started.config)
    return "\n\n".join([*_results(config.experiment, record), *_conditions(config, record)]) + "\n"


def worked_page(recipe: Recipe) -> str:
    """The page of a worked example."""
    steps = [
        f"{number}. {step.text}\n\n   `{step.arithmetic}`"
        for number, step in enumerate(recipe.steps, start=1)
    ]
    return "\n\n".join([*_head(recipe), *steps]) + "\n"


def other_data_text(recipe: Recipe, dataset: str) -> str:
    """That other data stood in for the recipe's, and what this does to the figures."""
    text = f"Measured on {dataset} instead of {recipe.settings.get('dataset', NONE)}."
    return f"{text} {LOSSY_TEXT}" if loses_detail(dataset) else text


def minutes_text(seconds: float) -> str:
    """``3 s``, ``12 min`` or ``1 h 05 min``.

    Example:
        >>> minutes_text(3.2), minutes_text(725), minutes_text(3900)
        ('3 s', '12 min', '1 h 05 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _results(recipe: Recipe, record: RecipeRecord) -> Iterator[str]:
    yield from _head(recipe)
    if rows := claim_rows(recipe, record):
        yield _table(CLAIM_COLUMNS, rows)
    if others := other_tables(recipe, record):
        yield "Measured here, without a number in the source; in brackets the 95% t interval:"
        yield from (_table(columns, rows) for columns, rows in others)
    if recipe.claims and (other := record.other_dataset):
        yield f"{OTHER_DATA} {other_data_text(recipe, other)}"
    if any(claim.chosen_on_test for claim in recipe.claims.values()):
        yield "\\* The source chose this by its test data; here validation data choose."
    if recipe.comparisons:
        yield "## Compared seed by seed"
        yield _table(COMPARISON_COLUMNS, comparison_rows(recipe, record))
    for curve in recipe.curves.values():
        yield f"## {curve.title}"
        yield _curve_table(curve, record)
    if record.failures:
        lines = (f"- {one.trial}, seed {one.seed}: {one.error}" for one in record.failures)
        yield "\n".join(["## Failed", "", *lines])


def _head(recipe: Recipe) -> list[str]:
    return [f"# {recipe.title}", recipe.claim, f"Source: {recipe.source}."]


def _conditions(config: RecipeConfig, record: RecipeRecord) -> Iterator[str]:
    started, finished = record.started, record.finished
    assert started is not None, "it has begun"
    if config.experiment.deviations:
        lines = (f"- {text}" for text in config.experiment.deviations)
        yield "\n".join(["## Done otherwise than in the source", "", *lines])
    tests = ", ".join(f"{name} {count:,}" for name, count in started.test_sizes.items())
    seeds = ", ".join(map(str, config.seeds))
    runs = f"{len(record.measured) - len(record.failures)} of {len(started.trials)}"
    lasted = minutes_text(finished.seconds) if finished else NONE
    machine = started.machine
    facts = [
        *(["This is the quick variant."] if config.quick else []),
        f"Seeds of the students: {seeds}; runs: {runs}; duration: {lasted}",
        f"Test examples: {tests}",
        f"Machine: {machine.processor}, {machine.cores} cores, {machine.device}",
        f"Software: {machine.software}",
        f"Date: {started.date} (UTC)",
    ]
    lines = (f"- {fact}" for fact in facts)
    yield "\n".join(["## How it was made", "", f"`{started.command}`", "", *lines])


def _curve_table(curve: Curve, record: RecipeRecord) -> str:
    points = curve_points(curve, record)
    by_line = {line: {point.x: point.found for point in own} for line, own in points.items()}
    xs = sorted({x for own in curve.lines.values() for x, _ in own})
    rows = [
        (f"{x:g}", *(found_text(curve.score, own.get(x)) for own in by_line.values())) for x in xs
    ]
    columns = (curve.x, *(f"{line}: {SCORES[curve.score].title}" for line in by_line))
    return _table(columns, rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('*', chr(92) + '*') for cell in line)} |" for line in lines
    )
