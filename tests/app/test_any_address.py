"""Whatever stands in the address: the page opens, and nothing of it becomes markup."""

import random
from pathlib import Path

import pytest
from support import events as make
from support.markdown import text_and_tags
from support.runs import MAIN, record
from support.sweeps import record_sweep
from support.traps import TRAPS

from dashboard.page.settings.values import KEYS

RUN = "20260101-000000-aaaa"
PAGES = sorted(path.stem for path in (Path(MAIN).parent / "views").glob("[a-z]*.py"))
PARAMS = [
    *KEYS.values(),
    "run",
    "sweep",
    "search",
    "shrink",
    "robustness",
    "recipe",
    "recognition",
    "utterance",
    "regression_dataset",
    "regression_teacher",
    "regression_weight",
    "recognition_corpus",
    "recognition_data",
    "recognition_teacher",
    "recognition_weight",
    "recognition_blank",
    "experiment",
    "repeat",
    "bias",
    "lesson",
    "card",
    "lecturer",
    "calibrated",
    "sets",
    "score",
    "kind",
    "corruption",
    "measure",
    "size",
    "batch",
    "guess",
    "at",
    "lr",
    "method",
    "hidden",
    "Ts",
    "seeds",
    "weights",
    "published",
    "shape",
    "points",
    "noise",
    "labels",
    "examples",
    "chart",
    "epoch",
    "projector",
]
BAD = [*TRAPS, "nan", "inf", "-1", "1e400", "9" * 5_000, "[" * 3_000, "mlp:" * 500, "½", "", "\0"]
WRITTEN = ("markdown", "caption", "error", "warning", "info", "toast", "title", "header")
MARKUP = {"img", "a", "script", "iframe", "style"}


def markup(app):
    """Kinds of elements that texts of the page have become, other than those of its own words."""
    assert not app.exception
    texts = [text.value for part in WRITTEN for text in getattr(app, part)]
    return [text for text in texts if "example.invalid" in text and text_and_tags(text)[1] & MARKUP]


@pytest.mark.parametrize(
    ("page", "known"),
    [*((page, True) for page in PAGES), *((page, False) for page in ("live", "landscape", "runs"))],
)
def test_any_parameters_open_a_page_without_markup(open_page, store, page, known):
    if known:
        record(store, RUN, make.whole_run())
        record_sweep(store)
    draw = random.Random(f"{page} {known}")
    query = {name: draw.choice(BAD) for name in draw.sample(PARAMS, len(PARAMS) // 2)}
    query |= {"run": RUN} if known else {"lang": draw.choice(BAD)}

    assert markup(open_page(page, **query)) == []
