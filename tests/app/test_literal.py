"""Names that people type are on the pages as they were typed."""

import pytest
from support import events as make
from support.compressions import record_compression, whole_compression
from support.diagnoses import diagnosis
from support.markdown import text_and_tags
from support.runs import record
from support.sweeps import record_sweep

from dashboard.page.jobs.jobs_table import table_key
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Snapshot
from kdcore.store import recorded

IMAGE = "![x](http://example.invalid/a.png)"
TERMS = "100*hint + 0.5*dkd:beta=2"
ONE, OTHER = "20260101-000000-aaaa", "20260102-000000-bbbb"
PARTS = ("markdown", "caption", "error", "warning", "info")


def visible_text(app):
    """All texts of the page that are Markdown, as a reader sees them."""
    assert not app.exception
    texts = [text_and_tags(text.value) for part in PARTS for text in getattr(app, part)]
    assert not any("img" in tags for _, tags in texts)
    return " ".join(text for text, _ in texts)


def failure(code, **values):
    error = UserError(code, **values)
    return Failed(error=str(error), code=code, values=values)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_name_of_a_held_out_class(open_page, store, language):
    events = make.whole_run()
    classes = [IMAGE, *(str(digit) for digit in range(1, 10))]
    started = make.started(epochs=1, drop_classes=IMAGE)
    events[0] = type(started)(
        **{name: getattr(started, name) for name in started.__slots__} | {"classes": classes}
    )
    snapshot = Snapshot(epoch=1, arrays=None, learners=diagnosis(missing=[0]))
    record(store, ONE, [*events[:-1], snapshot, events[-1]], RunConfig(drop_classes=IMAGE))

    assert IMAGE in visible_text(open_page("live", run=ONE, lang=language))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", ["live", "microscope"])
def test_the_name_of_a_run_that_is_not_there(open_page, page, language):
    assert IMAGE in visible_text(open_page(page, run=IMAGE, lang=language))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_failed_run_says(open_page, store, language):
    failed = failure("class_too_small", class_name=IMAGE, dataset="a*b*c", count=1, least=2)
    record(store, ONE, [make.started(), failed])
    text = visible_text(open_page("live", run=ONE, lang=language))

    assert IMAGE in text
    assert "a*b*c" in text


def test_what_a_failed_sweep_and_a_failed_compression_say(open_page, store):
    failed = failure("class_too_small", class_name=IMAGE, dataset=TERMS, count=1, least=2)
    sweep, shrink = record_sweep(store), record_compression(store, whole_compression()[:4])
    for folder in (sweep, shrink):
        for _ in recorded([failed], folder):
            pass

    assert IMAGE in visible_text(open_page("landscape"))
    assert TERMS in visible_text(open_page("shrink"))


def test_settings_in_which_two_runs_differ(open_page, store):
    record(store, ONE, make.whole_run(), RunConfig(also=TERMS))
    record(store, OTHER, make.whole_run(), RunConfig(dataset=IMAGE))
    selection = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    app = open_page("runs", widgets={table_key(store.list(RUN)): selection})
    cells = {text_and_tags(str(cell))[0] for cell in app.table[0].value.to_numpy().flatten()}

    assert {IMAGE, TERMS} <= cells
    assert TERMS in visible_text(app)
