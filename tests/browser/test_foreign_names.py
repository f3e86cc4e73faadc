"""Names that bring markup along, on every page: shown as they are, and nothing is fetched."""

from dataclasses import replace

import pytest
from support import events as make
from support.compressions import RUN as STOCKED_RUN
from support.compressions import record_compression
from support.diagnoses import diagnosis
from support.pages import RECORDED, VISITS, keep_errors, visit
from support.robustness import record_robustness
from support.runs import record
from support.searches import record_search, record_selection, write_study
from support.sweeps import record_sweep
from support.traps import ELSEWHERE, HTML, LINK, PICTURE, SCRIPT, TRAPS

from kdcore.data.names import clean, distinct
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Prepared, Snapshot
from kdcore.notes import note
from kdcore.store import Store

NAME = f"{PICTURE} {HTML} {LINK}"
REACHED = """place => [...document.querySelectorAll("*")].flatMap(
  element => [element, ...element.shadowRoot?.querySelectorAll("*") ?? []]).flatMap(element =>
    ["href", "src", "srcset", "action", "data", "poster", "style"].map(
      name => element.getAttribute(name) ?? "").filter(value => value.includes(place)))"""
"""What elements, also those of components, would fetch or lead to."""


@pytest.fixture(scope="module")
def trapped(tmp_path_factory, served):
    """The address of an app in whose store every name that can be typed is a trap."""
    store = Store(tmp_path_factory.mktemp("trapped"))
    classes = distinct([clean(name) for name in [*TRAPS, *"abcdefghij"]][:10])
    events = make.whole_run()
    events[0] = replace(
        make.started(epochs=1, drop_classes=f'"{classes[0]}"', dataset=f"/data/{NAME}"),
        classes=classes,
        notes=[note("label_column", column=PICTURE), note("table_inside", table=LINK)],
    )
    events = [
        replace(event, arrays="prepared.safetensors") if isinstance(event, Prepared) else event
        for event in events
    ]
    snapshot = Snapshot(epoch=1, arrays=None, learners=diagnosis(missing=[0]))
    config = RunConfig(dataset=f"/data/{NAME}", epochs=1)
    run = record(store, STOCKED_RUN, [*events[:-1], snapshot, events[-1]], config)
    run.write("distilled.safetensors", b"")
    record_sweep(store)
    record_compression(store)
    record_robustness(store)
    write_study(record_search(store).path)
    record_selection(store)
    for row in store.list():
        store.rename(row.id, f"{NAME} {SCRIPT}")
        store.note(row.id, "\n".join(TRAPS))
    for at, text in enumerate(TRAPS):
        store.pin(STOCKED_RUN, at / len(TRAPS), text)
    with served(store.root) as address:
        yield address


@pytest.mark.slow
def test_every_page_shows_them_and_fetches_nothing(new_context, trapped):
    context = new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    errors, asked, broken, shown = keep_errors(page), [], {}, 0
    page.on("request", lambda request: asked.append(request.url))
    for name, place in VISITS.items():
        visit(page, f"{trapped}/{place.replace(RECORDED, f'run={STOCKED_RUN}')}")
        reached = page.evaluate(REACHED, ELSEWHERE)
        foreign = [url for url in asked if not url.startswith((trapped, "data:", "blob:"))]
        faults = page.locator("[data-testid=stException]").all_inner_texts()
        ran = page.title() in ("1", "2")  # what their scripts would write there
        broken[name] = [*reached, *foreign, *faults, *errors, *(["a script ran"] if ran else [])]
        shown += ELSEWHERE.removeprefix("http://") in page.inner_text("body").replace("\u2060", "")
        errors.clear()
        asked.clear()

    assert {name: lines for name, lines in broken.items() if lines} == {}
    assert shown >= 3  # the names were there to be seen
