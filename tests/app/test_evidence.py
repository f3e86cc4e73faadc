"""The Evidence page: all recipes, one with its results, its start and stop."""

from dataclasses import replace

import pytest
from support.recipes import HINTON, began, record_recipe, whole_recipe

from dashboard.page.jobs.recipes import by_kind
from dashboard.text.languages import LANGUAGES, words
from kdcore.commands import Stop
from kdcore.jobs.kind import RECIPE
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recipe.events import RecipeProgress, TrialMeasured
from kdcore.recipes import RECIPES
from kdcore.store import recorded

EN = words("en")


def texts(app):
    return " ".join(part.value for part in [*app.markdown, *app.caption])


def cells(app):
    return " ".join(str(value) for table in app.table for value in table.value.to_numpy().flat)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_recipes_are_offered_with_their_state(open_page, hub, language):
    record_recipe(hub.store)
    app = open_page("evidence", lang=language)

    assert not app.exception
    labels = [button.label for button in app.button]
    for name in RECIPES:
        assert any(words(language)[f"recipe.{name}.title"][:12] in label for label in labels)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_result_stands_beside_its_claim_and_is_read(open_page, hub, language):
    folder = record_recipe(hub.store)
    app = open_page("evidence", recipe=folder.id, lang=language)
    spoken = words(language)

    assert not app.exception
    assert "82 ± 2.5" in cells(app)  # of 80, 84, 79, 82 and 85
    assert spoken["recipe.hinton2015.claims.distilled"] in cells(app)
    assert spoken["evidence.verdict.clearly_better"] in cells(app)
    assert spoken["evidence.verdict.weakly_better"] not in cells(app)
    assert spoken["recipe.hinton2015.deviation.2"] in texts(app)
    assert "Test CPU" in texts(app)


def test_a_recipe_without_a_result_says_what_start_does(open_page):
    app = open_page("evidence", experiment="controls")

    asked = RecipeConfig(recipe="controls", quick=True)
    epochs = sorted({cell.config.epochs for cell in asked.cells})
    assert EN["evidence.data_here"].partition("{")[0] in app.info[0].value
    assert app.text_input(key="evidence_seeds").placeholder == "0, 1, 2, 3, 4"
    assert app.info[0].value.partition("\n")[0] == EN["evidence.no_job_quick"].format(
        count=len(asked.cells),
        students=5 * (2 + (len(RECIPES["controls"].trials) - 1)),  # kd has a plain student too
        epochs=f"{epochs[0]}–{epochs[-1]}",
    )
    assert EN["recipe.controls.deviation.1"] in texts(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_on_other_data_are_marked_and_explained(open_page, hub, language):
    began_on = replace(
        whole_recipe()[0], config=HINTON.to_dict() | {"dataset": "cifar10-jpeg.tar.xz"}
    )
    folder = record_recipe(hub.store, [began_on, *whole_recipe()[1:]])
    app = open_page("evidence", recipe=folder.id, lang=language)

    assert not app.exception
    assert any("†" in title for table in app.table for title in table.value.columns)
    assert "cifar10-jpeg.tar.xz" in app.warning[0].value
    assert words(language)["evidence.loses_detail"] in app.warning[0].value


def test_before_it_starts_it_says_that_other_data_will_be_read(open_page, hub, tmp_path):
    (tmp_path / "cifar10-jpeg.tar.xz").touch()
    app = open_page("evidence", experiment="adaptation256")
    app.text_input(key="evidence_data_root").set_value(str(tmp_path)).run()
    app.button(key="start_recipe").click().run()

    assert not app.exception
    assert EN["evidence.loses_detail"] in texts(app)
    (job,) = hub.states
    assert hub.store.find(job, RECIPE).config.dataset == "cifar10-jpeg.tar.xz"


def test_start_submits_the_quick_variant_and_shows_it(open_page, hub):
    app = open_page("evidence", experiment="controls")
    app.text_input(key="evidence_seeds").set_value("0,1").run()
    app.button(key="start_recipe").click().run()

    (job,) = hub.states
    config = hub.store.find(job, RECIPE).config
    assert (config.recipe, config.quick, config.seeds) == ("controls", True, (0, 1))
    assert app.session_state["recipe"] == job
    assert not app.exception


def test_stop_ends_it(open_page, hub):
    job = hub.submit(HINTON)
    for _ in recorded([began(HINTON, job)], hub.store.find(job)):
        pass
    app = open_page("evidence", recipe=job)
    app.button(key="stop_recipe").click().run()

    assert hub.sent == [Stop()]


def test_a_bad_seed_is_said_before_anything_starts(open_page):
    app = open_page("evidence", experiment="controls")
    app.text_input(key="evidence_seeds").set_value("zero").run()

    assert app.error
    assert app.button(key="start_recipe").disabled


@pytest.mark.parametrize("name", ["rows_that_do_not_sum_to_one", "binary_example"])
def test_a_worked_example_shows_its_arithmetic(open_page, name):
    app = open_page("evidence", experiment=name)

    assert not app.exception
    assert [code.value for code in app.code] == [step.arithmetic for step in RECIPES[name].steps]


def test_a_job_that_has_just_begun_has_empty_rows(open_page, hub):
    folder = record_recipe(hub.store, whole_recipe()[:2])
    app = open_page("evidence", recipe=folder.id)

    assert not app.exception
    assert EN["evidence.verdict.not_yet"] in cells(app)


def test_what_is_under_way_is_told_trial_by_trial(open_page, hub):
    job = hub.submit(HINTON)
    progress = RecipeProgress(done=0.25, seconds=90.0, trials=["wide_2"], measuring=True)
    for _ in recorded([*whole_recipe(job)[:-2], progress], hub.store.find(job)):
        pass
    hub.states[job] = "running"
    app = open_page("evidence", recipe=job)

    assert not app.exception
    told = next(part.value for part in app.markdown if EN["evidence.trial_waits"] in part.value)
    by_trial = dict(zip(RECIPES["hinton2015"].trials, told.splitlines(), strict=True))
    assert EN["evidence.trial_measured"] in by_trial["wide_2"]
    assert EN["evidence.trial_over"] in by_trial["wide_8"]
    assert EN["evidence.trial_waits"] in by_trial["no_threes"]


def test_an_overview_says_how_a_recipe_came_out(open_page, hub):
    record_recipe(hub.store)
    told = texts(open_page("evidence"))

    assert EN["evidence.outcome_pairs"].format(count=1, verdict="clearly better") in told
    assert all(EN[f"evidence.kind_about.{kind}"] in told for kind in by_kind())
    assert sorted(name for names in by_kind().values() for name in names) == sorted(RECIPES)


def test_a_result_that_has_just_begun_hides_no_older_one_in_the_overview(open_page, hub):
    record_recipe(hub.store)
    job = hub.submit(HINTON)
    for _ in recorded([began(HINTON, job)], hub.store.find(job)):
        pass
    hub.states[job] = "running"

    told = texts(open_page("evidence"))
    assert EN["evidence.outcome_pairs"].format(count=1, verdict="clearly better") in told


def test_scores_without_a_published_number_share_a_row_and_leave_no_column_empty(open_page, store):
    config = RecipeConfig(recipe="controls", quick=True)
    folder = store.create(config)
    events = [replace(began(HINTON, folder.id), config=config.to_dict())]
    for number, cell in enumerate(config.cells):
        if cell.trial == "kd":
            values = {"test_errors": 40.0 + cell.seed, "agreement": 0.9, "kl_to_teacher": 0.2}
            event = TrialMeasured(
                cell=number,
                trial="kd",
                seed=cell.seed,
                run=folder.cell_id(number),
                values={"distilled": values},
            )
            events.append(event)
    for _ in recorded(events, folder):
        pass
    app = open_page("evidence", recipe=folder.id)

    assert not app.exception
    _, errors, fidelity = (table.value for table in app.table)
    name = EN["recipe.controls.claims.kd_agreement"]
    row = fidelity[fidelity[EN["evidence.column.row"]] == name].iloc[0]
    assert row[EN["recipe_score.agreement"]].startswith("90.00%")
    assert row[EN["recipe_score.kl_to_teacher"]].startswith("0.2000")
    assert row[EN["evidence.column.n"]] == "5"
    assert EN["evidence.column.claimed"] not in {*errors.columns, *fidelity.columns}


def test_an_unknown_result_is_said(open_page):
    app = open_page("evidence", recipe="recipe-20260101-000000-aaaa")

    assert any("recipe-20260101-000000-aaaa" in warning.value for warning in app.warning)


def test_a_damaged_result_in_the_address_is_said(open_page, hub):
    folder = record_recipe(hub.store)
    (folder.path / "config.json").write_bytes(b"")
    app = open_page("evidence", recipe=folder.id)

    assert not app.exception
    assert folder.id in app.warning[0].value


def test_what_start_does_follows_the_seeds(open_page):
    app = open_page("evidence", experiment="controls")
    app.text_input(key="evidence_seeds").set_value("3,4").run()

    asked = RecipeConfig(recipe="controls", quick=True, seeds=(3, 4))
    assert str(len(asked.cells)) in app.info[0].value
    app.text_input(key="evidence_seeds").set_value("x").run()
    assert not app.exception
