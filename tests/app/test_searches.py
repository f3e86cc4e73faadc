import shlex
from dataclasses import replace

import pytest
from support.jobs import CONFIGS
from support.searches import (
    ASSESSED,
    BEST,
    SPACE,
    TEACHERS,
    TRIALS,
    record_search,
    record_selection,
    search_began,
    whole_search,
    whole_selection,
)

from dashboard.page.jobs import searches
from dashboard.text.languages import LANGUAGES, words
from kdcore.cli.arguments import parser
from kdcore.commands import Stop
from kdcore.events import Failed
from kdcore.jobs.kind import RUN

EN = words("en")


def texts(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption])


def trials_table(app):
    return app.dataframe[0].value


def test_without_a_search_the_page_says_how_to_start_one(open_page):
    app = open_page("searches")

    assert app.info[0].value == EN["searches.empty"]
    assert [code.value for code in app.code] == [
        searches.SEARCH_COMMAND,
        searches.SELECTION_COMMAND,
    ]


@pytest.mark.parametrize("command", [searches.SEARCH_COMMAND, searches.SELECTION_COMMAND])
def test_a_command_that_is_shown_is_one(command):
    program, arguments = shlex.split(command)[:3], shlex.split(command)[3:]

    assert program == ["python", "-m", "kdcore"]
    assert parser().parse_args(arguments).command


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_best_trial_is_said(open_page, store, language):
    record_search(store)
    app = open_page("searches", lang=language)

    assert not app.exception
    assert "96.0%" in texts(app)
    assert "94.0%" in texts(app)
    assert f"{BEST}" in texts(app)


def test_all_trials_are_in_the_table(open_page, store):
    record_search(store)
    table = trials_table(open_page("searches"))

    assert table[EN["searches.column.trial"]].to_list() == list(range(len(TRIALS)))
    assert table[EN["searches.column.state"]].to_list() == [
        EN[f"trial.{state}"] for state, *_ in TRIALS
    ]
    assert EN["setting.method.label"] in table
    assert EN["setting.student.label"] not in table


def test_a_run_is_started_from_the_best_trial(open_page, hub):
    record_search(hub.store)
    app = open_page("searches")
    app.button(key="start-best").click().run()
    newest = hub.store.list(RUN)[0].id

    assert not app.exception
    assert hub.store.find(newest, RUN).config == SPACE.base.replace(**TRIALS[BEST][1])
    assert app.query_params["run"] == newest


def test_a_selected_trial_is_started_or_opened(open_page, hub):
    folder = record_search(hub.store)
    selection = {"selection": {"rows": [1], "columns": [], "cells": []}}
    app = open_page("searches", widgets={f"trials-{folder.id}": selection})
    app.button(key="open-chosen-0").click().run()

    assert not app.exception
    assert app.query_params["run"] == folder.cell_id(1)


def test_why_a_trial_failed_is_said(open_page, hub):
    folder = record_search(hub.store)
    selection = {"selection": {"rows": [3], "columns": [], "cells": []}}
    app = open_page("searches", widgets={f"trials-{folder.id}": selection})

    assert "not finite" in app.error[0].value


def test_a_trial_with_folds_has_a_run_a_fold(open_page, hub):
    config = replace(SPACE, folds=2)
    folder = hub.store.create(config)
    for event in whole_search(folder.id):
        if event.kind == "search_started":
            event = replace(event, config=config.to_dict())
        if event.kind == "trial_ended" and event.value is not None:
            runs = [folder.cell_id(2 * event.trial + fold) for fold in range(2)]
            event = replace(event, runs=runs, spread=0.01, values=[event.value] * 2)
        folder.append(event)
    folder.release()
    app = open_page("searches")

    assert not app.exception
    assert [part.key for part in app.button if part.key.startswith("open-best")] == [
        "open-best-0",
        "open-best-1",
    ]
    assert "1.0%" in texts(app)


@pytest.mark.parametrize("count", range(len(whole_search())))
def test_a_search_that_goes_on_is_shown_at_every_moment(open_page, hub, count):
    folder = record_search(hub.store, whole_search()[:count])
    hub.states[folder.id] = "running"
    app = open_page("searches")

    assert not app.exception
    assert not app.button(key="stop_search").disabled


@pytest.mark.parametrize("count", range(len(whole_selection())))
def test_a_selection_that_goes_on_is_shown_at_every_moment(open_page, hub, count):
    folder = record_selection(hub.store, whole_selection()[:count])
    hub.states[folder.id] = "running"
    app = open_page("searches", lang="zh")

    assert not app.exception


def test_stop_reaches_the_search(open_page, hub):
    folder = record_search(hub.store, whole_search()[:6])
    hub.states[folder.id] = "running"
    app = open_page("searches")
    app.button(key="stop_search").click().run()

    assert [type(command) for command in hub.sent] == [Stop]


def test_what_ended_early_is_continued(open_page, hub):
    folder = record_search(hub.store, whole_search()[:6])
    app = open_page("searches")
    assert EN["live.interrupted"] in app.error[0].value
    app.button(key="go_on").click().run()

    assert not app.exception
    assert hub.states[folder.id] == "running"
    assert "go_on" not in [part.key for part in app.button]


@pytest.mark.parametrize("recorded", [record_search, record_selection])
def test_what_came_to_its_end_or_cannot_go_on_offers_no_resume(open_page, store, recorded):
    recorded(store)
    assert "go_on" not in [part.key for part in open_page("searches").button]

    record_selection(store, [])
    assert "go_on" not in [part.key for part in open_page("searches").button]


def test_why_a_search_failed_is_said(open_page, store):
    record_search(store, [*search_began(), Failed(error="The disk is full.")])

    assert "The disk is full" in open_page("searches").error[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_selection_says_whom_each_criterion_chooses(open_page, store, language):
    record_selection(store)
    app = open_page("searches", lang=language)
    spoken = words(language)

    assert not app.exception
    for criterion, teacher in (
        ("accuracy", "mlp:256,128"),
        ("ece", "mlp:8"),
        ("nll_fitted", "mlp:256,128"),
        ("student", "mlp:64"),
    ):
        assert f"**{spoken[f'criterion.{criterion}']}**" in texts(app)
        assert teacher in texts(app)
    assert spoken["searches.disagree"] in texts(app)


def test_the_teacher_with_the_best_students_is_offered_first(open_page, hub):
    record_selection(hub.store)
    app = open_page("searches")
    box = next(box for box in app.selectbox if box.key.startswith("teacher-"))
    assert (box.value, box.options) == ("mlp:64", list(ASSESSED))
    box.select("mlp:8").run()
    app.button(key="start-best").click().run()
    newest = hub.store.list(RUN)[0].id

    assert not app.exception
    assert hub.store.find(newest, RUN).config == TEACHERS.base.replace(teacher="mlp:8")


def test_the_run_of_a_teachers_student_is_opened(open_page, hub):
    folder = record_selection(hub.store)
    app = open_page("searches")
    app.button(key=f"open-{folder.cell_id(1)}").click().run()

    assert not app.exception
    assert app.query_params["run"] == folder.cell_id(1)


def test_the_link_names_the_job(open_page, store):
    search = record_search(store).id
    record_selection(store)
    app = open_page("searches", search=search)

    assert app.query_params["search"] == search
    assert trials_table(app) is not None


def test_an_unknown_job_is_said_and_the_newest_is_shown(open_page, store):
    search = record_search(store).id
    app = open_page("searches", search="search-nothing")

    assert "search-nothing" in app.warning[0].value
    assert app.query_params["search"] == search


def test_another_job_is_chosen_in_the_box(open_page, store):
    record_search(store)
    selection = record_selection(store).id
    app = open_page("searches")
    box = next(box for box in app.selectbox if box.key == "search_en")
    assert [option.split(" · ")[0] for option in box.options] == [
        EN["kind.teacher_selection"],
        EN["kind.search"],
    ]
    box.set_value(box.options[1]).run()

    assert not app.exception
    assert app.query_params["search"] != selection


def test_a_name_stands_in_the_picker_behind_the_kind(open_page, store):
    store.rename(record_search(store).id, "last try")
    app = open_page("searches")
    box = next(box for box in app.selectbox if box.key == "search_en")

    assert box.options[0].startswith(f"{EN['kind.search']} · last try · ")


def test_pages_of_a_run_do_not_follow_a_search(open_page, hub, store):
    hub.states[record_search(store).id] = "running"
    for name in ("live", "microscope", "landscape", "shrink"):
        app = open_page(name)
        assert not app.exception
        assert "search-" not in str(app.query_params.get("run", ""))


def test_a_search_that_waits_says_so(open_page, hub):
    job = hub.submit(CONFIGS["search"])
    hub.states[job] = "queued"
    app = open_page("searches", search=job)

    assert not app.exception
    assert app.get("progress")[0].text == EN["live.queued"]
