"""Make the pages of ``docs/evidence/`` and the recordings of the Evidence page from stored jobs.

``python scripts/record_evidence.py JOB …`` takes finished recipes by their id, or ``last``; without
any it writes the worked examples and the index anew. Of a job its settings and its results are
kept, without where its data lay.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

from dashboard.server.engine import RECORDINGS
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.jobs.kind import RECIPE
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.events import RecipeFinished, RecipeStarted, TrialMeasured
from kdcore.jobs.recipe.page import minutes_text, recipe_page, worked_page
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.jobs.run.config import RunConfig
from kdcore.recipes import RECIPES
from kdcore.store import JobFolder, Store

PAGES = Path(__file__).parents[1] / "docs" / "evidence"
RECORDED = RECORDINGS / "recipes"
LEAD = """# Evidence

What is claimed, and what came out here: a page a recipe, made by
`python scripts/record_evidence.py JOB` from a job of `python -m kdcore recipe NAME`. The *Evidence*
page of the dashboard shows the same; [the manual](../evidence.md) says how a recipe is run.
"""


def main(jobs: list[str], pages: Path = PAGES, recorded: Path = RECORDED) -> int:
    """Record jobs of the store; the exit status."""
    store = Store()
    try:
        for job in jobs:
            record_job(store.find(job, RECIPE), recorded)
    except UserError as error:
        print(f"record_evidence: {error}", file=sys.stderr)
        return 1
    write_pages(pages, recorded)
    return 0


def record_job(folder: JobFolder[RecipeConfig], recorded: Path) -> None:
    """Keep the settings and the results of a job beside the program.

    Raises:
        UserError: it cannot be read.
    """
    asked = folder.config
    base = RunConfig(device=asked.base.device, precision=asked.base.precision)
    config = RecipeConfig(
        recipe=asked.recipe,
        quick=asked.quick,
        seeds=asked.seeds,
        dataset=Path(asked.dataset).name if asked.dataset else "",
        base=base,
    )
    name = f"{RECIPE.prefix}recorded-{config.recipe}"
    shutil.rmtree(recorded / name, ignore_errors=True)
    kept = JobFolder(recorded / name, RECIPE).begin(config.to_dict())
    for event in folder.events():
        if isinstance(event, RecipeStarted | TrialMeasured | RecipeFinished):
            kept.append(_anonymous(event, config, kept))
    kept.release()


def write_pages(pages: Path, recorded: Path) -> None:
    """The page of every recording and worked example, and the index."""
    pages.mkdir(parents=True, exist_ok=True)
    lines = [LEAD, "| recipe | what | variant | duration |", "| --- | --- | --- | --- |"]
    for name, recipe in RECIPES.items():
        kept = JobFolder(recorded / f"{RECIPE.prefix}recorded-{name}", RECIPE)
        if recipe.is_worked:
            text, variant, lasted = worked_page(recipe), "worked example", "–"
        elif kept.path.exists():
            record = RecipeRecord()
            record.fold(kept.events())
            text = recipe_page(record)
            variant = "quick" if kept.config.quick else "full"
            lasted = minutes_text(record.finished.seconds) if record.finished else "–"
        else:
            continue
        (pages / f"{name}.md").write_text(text, encoding="utf-8")
        lines.append(f"| [{name}]({name}.md) | {recipe.title} | {variant} | {lasted} |")
    (pages / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _anonymous(event: Event, config: RecipeConfig, kept: JobFolder[RecipeConfig]) -> Event:
    """The event of the recording: other ids, no folders of the machine."""
    match event:
        case RecipeStarted():
            trials = [
                trial | {"run": kept.cell_id(cell)} for cell, trial in enumerate(event.trials)
            ]
            return replace(event, job=kept.id, config=config.to_dict(), trials=trials, notes=[])
        case TrialMeasured():
            return replace(event, run=kept.cell_id(event.cell))
        case RecipeFinished():
            return replace(event, job=kept.id)
    return event


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
