"""The page of a recipe in Markdown has the numbers of the tables, and where they come from."""

import importlib.util
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from support.recipes import record_recipe, whole_recipe

from kdcore.jobs.kind import RECIPE
from kdcore.jobs.recipe.page import recipe_page, worked_page
from kdcore.jobs.recipe.record import RecipeRecord
from kdcore.recipes import RECIPES
from kdcore.recipes.worked import ROW, cross_entropy, divergence, repaired
from kdcore.store import JobFolder, Store

SCRIPT = Path(__file__).parents[3] / "scripts" / "record_evidence.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("record_evidence", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def record_of(events):
    record = RecipeRecord()
    record.fold(events)
    return record


def rows_of(markdown):
    """The cells of all rows of all tables."""
    rows = []
    for token in MarkdownIt().enable("table").parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(token.content)
    return rows


def test_the_page_has_the_claim_the_result_and_the_conditions():
    page = recipe_page(record_of(whole_recipe()))
    (row,) = [row for row in rows_of(page) if row[0] == "800-800 distilled, T = 20"]

    assert row[2:7] == ["74", "section 3", "82 ± 2.5", "5", "+8"]
    for fact in ("Test CPU, 2 cores", "2026-01-31", "1 h 00 min", "mnist 10,000", "--seeds 0,1"):
        assert fact in page


def test_a_recording_says_nothing_of_the_machines_folders(script, monkeypatch, tmp_path):
    store = Store(tmp_path / "store")
    folder = record_recipe(store)
    pages, recorded = tmp_path / "pages", tmp_path / "recorded"
    monkeypatch.setenv("KDCORE_STORE", str(store.root))

    assert script.main([folder.id], pages, recorded) == 0

    kept = JobFolder(recorded / "recipe-recorded-hinton2015", RECIPE)
    found = record_of(kept.events())
    whole = record_of(whole_recipe())
    assert found.measured.keys() == whole.measured.keys()
    assert (found.finished.job, kept.state) == (kept.id, "finished")
    assert str(tmp_path) not in (kept.path / "events.jsonl").read_text(encoding="utf-8")
    assert (pages / "hinton2015.md").read_text(encoding="utf-8") == recipe_page(found)
    assert "[hinton2015](hinton2015.md)" in (pages / "README.md").read_text(encoding="utf-8")
    # it stands beside the program's own recordings and is read like a stored job
    beside = Store(tmp_path / "empty", recordings=[kept.path])
    assert [row.id for row in beside.recorded(RECIPE)] == [kept.id]
    assert beside.find(kept.id, RECIPE).config == folder.config


@pytest.mark.parametrize("name", [name for name, one in RECIPES.items() if one.is_worked])
def test_a_worked_example_has_all_its_arithmetic(name):
    page = worked_page(RECIPES[name])

    assert all(step.arithmetic in page for step in RECIPES[name].steps)


def test_a_repaired_row_is_the_answer_of_least_loss_and_has_no_divergence():
    import numpy as np  # noqa: PLC0415
    from scipy.optimize import minimize  # noqa: PLC0415

    row = np.array(ROW)

    def loss(logits):
        answer = np.exp(logits) / np.exp(logits).sum()
        return float(-(row * np.log(answer)).sum())

    found = minimize(loss, np.zeros(3))
    best = np.exp(found.x) / np.exp(found.x).sum()

    assert repaired(ROW) == pytest.approx(best, abs=1e-4)
    assert cross_entropy(ROW, repaired(ROW)) == pytest.approx(found.fun, abs=1e-6)
    total = row.sum()
    assert divergence(ROW, repaired(ROW)) == pytest.approx(total * np.log(total))
    assert divergence(repaired(ROW), repaired(ROW)) == pytest.approx(0.0, abs=1e-12)


def test_the_pages_of_the_manual_are_those_of_the_recordings(script, tmp_path):
    script.write_pages(tmp_path, script.RECORDED)

    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in script.PAGES.iterdir()}
    assert made == kept
