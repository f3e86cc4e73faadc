import json
import re
from dataclasses import replace

import pytest
from support import events as make
from support.runs import record

from dashboard.page.settings.sidebar import METHOD_NAME
from dashboard.page.settings.values import GROUPS, KEYS
from dashboard.server.engine import RECORDED
from dashboard.text.languages import LANGUAGES, words
from kdcore.catalogue import DATASETS
from kdcore.commands import Pause, Retune, Step, Stop
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import CONTROLS, RunConfig
from kdcore.notes import note


def widget_of(app, key):
    """The widget with this key, with this key in English or with the newest text under it."""
    return next(
        widget
        for kind in ("slider", "select_slider", "selectbox", "number_input", "text_input")
        for widget in getattr(app, kind)
        if re.fullmatch(rf"{key}(_en)?(_\d+)?", widget.key or "")
    )


def value_of(app, key):
    return widget_of(app, key).value


def test_every_setting_has_its_widget(open_page):
    app = open_page("live")

    keys = {**KEYS, "method": METHOD_NAME}
    assert {name: value_of(app, keys[name]) for name in RunConfig.__dataclass_fields__}
    shown = {"dataset", *CONTROLS, *(name for group in GROUPS.values() for name in group)}
    assert shown == set(RunConfig.__dataclass_fields__)


def test_the_address_sets_the_settings(open_page):
    app = open_page("live", dataset="moons", T="9.5", weight="0.3", epochs="7", mixing="additive")

    assert [value_of(app, key) for key in ("dataset", "T", "weight", "epochs", "mixing")] == [
        "moons",
        9.5,
        0.3,
        7,
        "additive",
    ]


def test_a_data_set_in_the_address_brings_its_models(open_page):
    app = open_page("live", dataset="mnist")

    assert (value_of(app, "teacher"), value_of(app, "student")) == ("mlp:500", "mlp:250")


@pytest.mark.parametrize(
    ("key", "text", "name"),
    [
        ("T", "-1", "“Temperature”"),
        ("epochs", "many", "“Epochs”"),
        ("weight", "7", "“Weight λ”"),
        ("student", "mpl:3", "mpl"),
        ("method", "magic", "“Method”"),
        ("seed", "1.5", "“Seed”"),
    ],
)
def test_a_bad_value_in_the_address_is_said_and_the_default_used(open_page, key, text, name):
    app = open_page("live", **{key: text})

    assert not app.exception
    assert len(app.warning) == 1
    assert name in app.warning[0].value
    assert key not in app.query_params


def test_a_moved_widget_is_written_into_the_address(open_page):
    app = open_page("live")
    app.number_input(key="batch_size").set_value(64).run()
    app.select_slider(key="T").set_value(8.0).run()

    assert app.query_params["batch_size"] == "64"
    assert app.query_params["T"] == "8"


def test_start_submits_what_the_widgets_say(open_page, hub):
    app = open_page("live", T="9.5", epochs="7")
    app.button(key="start").click().run()

    config = hub.store.find(hub.active(), RUN).config
    assert (config.temperature, config.epochs, config.speed) == (9.5, 7, 160.0)
    assert app.query_params["run"] == hub.active()
    assert app.button(key="start").disabled


@pytest.mark.parametrize("name", DATASETS)
def test_the_page_starts_with_the_first_run_of_its_data_set(open_page, hub, name):
    app = open_page("live", dataset=name)
    app.button(key="start").click().run()

    config = hub.store.find(hub.active(), RUN).config
    source = DATASETS[name]
    wanted = {"teacher": source.teacher, "student": source.student, **source.first_run}
    assert {setting: getattr(config, setting) for setting in wanted} == wanted
    assert "unlabelled" not in app.query_params


def test_another_data_set_leaves_nothing_of_the_first_run_before(open_page):
    app = open_page("live")
    app.selectbox(key="dataset_en").set_value("mnist").run()

    assert value_of(app, "unlabelled") == RunConfig().unlabelled
    assert value_of(app, "weight") == RunConfig().weight


def test_a_small_data_set_runs_at_a_speed_to_follow_and_a_large_one_at_full_speed(open_page):
    assert value_of(open_page("live", dataset="digits"), "speed") == 40.0
    assert value_of(open_page("live", dataset="mnist"), "speed") == 0.0


def test_the_sliders_act_on_the_run_that_is_followed(open_page, hub):
    app = open_page("live")
    app.button(key="start").click().run()
    app.select_slider(key="T").set_value(12.0).run()
    app.slider(key="weight").set_value(0.75).run()

    assert hub.sent == [Retune("temperature", 12.0), Retune("weight", 0.75)]


def test_a_method_brings_sliders_of_its_own_that_act_during_its_run(open_page, hub):
    app = open_page("live", method="dkd:beta=2")
    assert value_of(app, "own_beta") == 2.0
    app.button(key="start").click().run()
    app.slider(key="own_beta").set_value(4.5).run()

    assert hub.store.find(hub.active(), RUN).config.method == "dkd:beta=2"
    assert hub.sent == [Retune("beta", 4.5)]
    assert app.query_params["method"] == "dkd:beta=4.5"


def test_sliders_of_another_method_than_the_runs_wait_for_the_next_start(open_page, hub):
    app = open_page("live")
    app.button(key="start").click().run()
    app.selectbox(key="method_name_en").select("dist").run()
    app.slider(key="next_gamma").set_value(3.0).run()

    assert hub.sent == []
    assert app.query_params["method"] == "dist:gamma=3"


def test_the_sliders_of_the_runs_own_method_stay_while_another_waits(open_page, hub):
    app = open_page("live", method="dkd:beta=2")
    app.button(key="start").click().run()
    app.selectbox(key="method_name_en").select("dist").run()
    assert {"own_alpha", "own_beta", "next_beta", "next_gamma"} <= {each.key for each in app.slider}
    app.slider(key="own_beta").set_value(4.5).run()

    assert hub.sent == [Retune("beta", 4.5)]
    assert app.query_params["method"] == "dist"


def test_the_settings_of_a_methods_authors_are_one_click_away(open_page):
    app = open_page("live", method="standardized_kl")
    app.button(key="as_published").click().run()

    assert [value_of(app, key) for key in ("T", "mixing", "weight")] == [2.0, "additive", 9.0]


def test_a_slider_without_a_run_sends_nothing(open_page, hub):
    open_page("live").select_slider(key="T").set_value(12.0).run()

    assert hub.sent == []


def test_the_buttons_steer_the_run(open_page, hub):
    app = open_page("live")
    app.button(key="start").click().run()
    for key in ("pause", "step", "stop"):
        app.button(key=key).click().run()

    assert hub.sent == [Pause(), Step(1), Stop()]
    assert app.button(key="stop").disabled
    assert not app.button(key="start").disabled


def test_a_paused_run_can_go_on(open_page, hub):
    app = open_page("live")
    app.button(key="start").click().run()
    hub.states[hub.active()] = "paused"
    app.run()

    assert app.button(key="pause").label == words("en")["live.resume"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_broke_off_is_resumed(open_page, hub, store, language):
    run = "20260101-000000-aaaa"
    record(store, run, [make.started(), make.prepared(), make.epoch()])
    app = open_page("live", run=run, lang=language)
    assert app.button(key="go_on").label == words(language)["live.go_on"]
    app.button(key="go_on").click().run()

    assert not app.exception
    assert hub.states[run] == "running"
    assert "go_on" not in [part.key for part in app.button]
    assert not app.error


@pytest.mark.parametrize("state", ["queued", "running", "paused", "finished"])
def test_a_run_that_goes_on_or_is_over_offers_no_resume(open_page, hub, store, state):
    run = "20260101-000000-aaaa"
    record(store, run, [make.started(), make.prepared(), make.epoch()])
    hub.states[run] = state

    assert "go_on" not in [part.key for part in open_page("live", run=run).button]


def test_a_runs_own_name_stands_on_its_board_and_among_the_latest(open_page, store):
    run = "20260101-000000-aaaa"
    record(store, run, make.whole_run())
    store.rename(run, "the good one")
    assert open_page("live").button(key=f"open-{run}").label.startswith("the good one · ")

    shown = open_page("live", run=run).caption
    assert [text for text in shown if text.value.startswith("the good one · ")]


def test_a_second_tab_follows_the_run_with_its_settings(open_page, hub):
    first = open_page("live", T="9.5", dataset="moons")
    first.button(key="start").click().run()
    second = open_page("live")

    assert second.query_params["run"] == hub.active()
    assert (value_of(second, "T"), value_of(second, "dataset")) == (9.5, "moons")


def test_a_misspelt_model_forbids_the_start_and_is_said(open_page):
    app = open_page("live", widgets={"student": "mlp:0"})

    assert app.button(key="start").disabled
    assert "mlp:0" in app.error[0].value


@pytest.mark.parametrize(
    ("optimizer", "student", "said"),
    [("muon", "mlp:32", True), ("muon", "mlp:32,32", False), ("adam", "mlp:32", False)],
)
def test_that_muon_has_nothing_to_move_is_said_before_the_start(
    open_page, optimizer, student, said
):
    app = open_page("live", optimizer=optimizer, student=student)

    told = [caption.value for caption in app.caption if "Adam trains all of it" in caption.value]
    assert bool(told) is said


def test_a_preset_sets_both_models(open_page):
    app = open_page("live")
    app.selectbox(key="preset_en").set_value("1200-1200 → 30-30").run()

    assert value_of(app, "student") == "mlp:30,30"


def test_convex_mixing_brings_the_weight_back_into_its_range(open_page):
    app = open_page("live", mixing="additive", weight="3")
    app.selectbox(key="mixing_en").set_value("convex").run()

    assert not app.exception
    assert value_of(app, "weight") == 1.0


def test_a_mistake_is_told_in_the_language_of_the_page(open_page, store):
    failed = Failed(
        error="english", code="device_missing", values={"device": "cuda", "allowed": "auto, cpu"}
    )
    record(store, "20260101-000000-aaaa", [make.started(), failed])
    app = open_page("live", run="20260101-000000-aaaa", lang="zh")

    assert app.error[0].value == "此处没有设备“cuda”：请从 auto, cpu 中选择。"


@pytest.mark.parametrize(
    ("lang", "shared", "fits"),
    [
        ("en", "of which 12.3 of 139.8 GiB are free", "choose a “Batch size” of 512, or smaller"),
        ("zh", "139.8 GiB 中尚有 12.3 GiB 空闲", "请将“批大小”改为 512，或选择更小的模型。"),
    ],
    ids=["en", "zh"],
)
def test_what_happened_on_a_gpu_is_told_in_the_language_of_the_page(
    open_page, store, lang, shared, fits
):
    told = replace(
        make.started(), notes=[note("gpu_shared", device="cuda", free=12.3, whole=139.8)]
    )
    error = UserError("out_of_memory_fits", device="cuda:0", batch_size=4096, fits=512)
    record(store, "20260101-000000-aaaa", [told, make.prepared(), Failed.from_error(error)])
    app = open_page("live", run="20260101-000000-aaaa", lang=lang)

    assert fits in app.error[0].value
    assert shared in "".join(caption.value for caption in app.caption).replace("\\", "")


def test_an_unexpected_error_comes_with_details_to_copy(open_page, store):
    failed = Failed(error="KeyError: 3", details="Traceback: all of it")
    record(store, "20260101-000000-aaaa", [make.started(), failed])
    app = open_page("live", run="20260101-000000-aaaa")

    assert "KeyError: 3" in app.error[0].value
    assert app.code[0].value == "Traceback: all of it"


def test_a_further_term_has_a_slider_that_acts_during_its_run(open_page, hub):
    app = open_page("live", also="2*hint + 0.5*relational")
    assert value_of(app, "own_hint_weight") == 2.0
    app.button(key="start").click().run()
    app.slider(key="own_hint_weight").set_value(3.0).run()

    assert hub.sent == [Retune("hint_weight", 3.0)]
    assert app.query_params["also"] == "3*hint + 0.5*relational"


def test_a_browser_that_has_not_heard_of_a_new_weight_does_not_take_it_back(open_page, hub):
    app = open_page("live", also="2*hint")
    app.button(key="start").click().run()
    sent = app._tree.get_widget_states()
    app.slider(key="own_hint_weight").set_value(3.0).run()
    slider = next(widget for widget in sent.widgets if "own_hint_weight" in widget.id)
    slider.double_array_value.data[:] = [3.0]
    app._run(sent)

    assert value_of(app, "own_hint_weight") == 3.0
    assert app.query_params["also"] == "3*hint"


def test_what_is_typed_wrong_among_the_schemes_is_said(open_page):
    app = open_page("live")
    widget_of(app, "also").set_value("2*hnit").run()

    assert not app.exception
    assert "hint" in app.error[0].value
    assert app.button(key="start").disabled


@pytest.mark.parametrize(
    ("settings", "titles"),
    [
        ({"teacher": "mlp:8 + mlp:4"}, ("teachers", "teacher_weights")),
        ({"assistants": "mlp:4"}, ("teachers",)),
        ({"ensemble": 2}, ("ensembles",)),
        ({"method": "mutual"}, ("ensembles",)),
        ({"also": "hint"}, ("terms",)),
    ],
)
def test_each_scheme_brings_its_panels(open_page, store, settings, titles):
    run = "20260101-000000-aaaa"
    events = [make.started(**settings), make.prepared(), make.batch(beside=make.BESIDE)]
    record(store, run, events, RunConfig(**settings))
    app = open_page("live", run=run)
    shown = [title.value for title in app.header]

    assert not app.exception
    for name in ("teachers", "teacher_weights", "ensembles", "terms"):
        assert any(words("en")[f"panel.{name}.title"] in text for text in shown) == (name in titles)


def test_a_scheme_sets_what_it_needs(open_page):
    app = open_page("live")
    app.selectbox(key="scheme_en").select("assistants").run()

    assert not app.exception
    assert app.query_params["assistants"] == "mlp:64 + mlp:32"
    widget_of(app, "scheme").select("ensemble").run()
    assert app.query_params["ensemble"] == "4"
    assert "assistants" not in app.query_params
    assert not app.button(key="start").disabled


def test_target_data_are_chosen_or_typed_and_stand_in_the_address(open_page, hub):
    app = open_page("live", dataset="fonts", speed="0")
    options = app.selectbox(key="target_en").options

    assert app.selectbox(key="target_en").value == "mnist5k", "the first run of drawn digits"
    assert "The same images, rotated" in options
    assert not {"Two moons", "CIFAR-100"} & set(options), "other classes"
    app.selectbox(key="target_en").select("rotated").run()
    widget_of(app, "alignment").select("coral").run()
    assert (app.query_params["target"], app.query_params["alignment"]) == ("rotated", "coral")
    box = app.selectbox(key="target_en")
    box.options.append("rotated:degrees=20")  # what is typed is an option for the browser alone
    box.set_value("rotated:degrees=20").run()
    app.button(key="start").click().run()
    config = hub.store.find(hub.active(), RUN).config
    assert (config.target, config.alignment) == ("rotated:degrees=20", "coral")


def test_a_run_with_target_data_shows_both_domains_and_another_does_not(open_page, store):
    shown = {}
    for number, target in enumerate(("", "rotated")):
        run = f"20260101-000000-aaa{number}"
        config = RunConfig(dataset="digits", target=target)
        events = [make.started(target=target), make.prepared(), make.epoch(), make.finished()]
        record(store, run, events, config)
        app = open_page("live", run=run)
        assert not app.exception
        shown[target] = {title.value for title in app.header}

    panels = {words("en")[f"panel.{name}.title"] for name in ("domains", "shift")}
    assert shown["rotated"] - shown[""] == panels
    assert words("en")["panel.accuracy.title"] in shown[""] - shown["rotated"]


def test_a_forest_learns_without_a_learning_rate_and_the_page_says_how(open_page, hub):
    app = open_page("live", teacher="forest:100", student="forest:60,8")
    app.button(key="start").click().run()

    config = hub.store.find(hub.active(), RUN).config
    assert (config.teacher, config.student) == ("forest:100", "forest:60,8")
    assert app.select_slider(key="lr").disabled
    assert not app.select_slider(key="T").disabled
    assert words("en")["live.forest_student"] in [text.value for text in app.caption]


def test_a_method_that_a_forest_cannot_use_forbids_the_start_and_is_said(open_page):
    app = open_page("live", student="forest:60", method="dkd", lang="zh")

    assert app.button(key="start").disabled
    assert app.error[0].value.startswith("“解耦蒸馏（DKD）”不能训练森林")


def test_the_temperature_acts_where_a_further_term_softens(open_page):
    assert open_page("live", method="hint").select_slider(key="T").disabled
    assert not open_page("live", method="hint", also="kd").select_slider(key="T").disabled


def test_the_slider_of_a_further_term_keeps_its_range(open_page):
    app = open_page("live", also="100*hint")
    app.slider(key="own_hint_weight").set_value(0.0).run()

    assert app.slider(key="own_hint_weight").max == 200.0
    assert app.query_params["also"] == "0*hint"


@pytest.mark.parametrize(("run", "annotate"), [(None, True), (RECORDED, False)])
def test_a_run_of_ones_own_takes_notes_and_a_recorded_one_does_not(open_page, store, run, annotate):
    own = record(store, "20260101-000000-aaaa", make.whole_run()).id
    app = open_page("live", run=run or own, epoch="2")
    (bar,) = [
        json.loads(one.proto.json)
        for one in app.get("bidi_component")
        if "transport" in one.proto.component_name
    ]

    assert bar["annotate"] is annotate
    assert (bar["words"]["note_save"], bar["run"]) == ("Save", run or own)
    assert not app.toast  # the moment in the link is the scripts' own


def test_a_parameter_that_nothing_uses_is_said_once(open_page):
    app = open_page("live", temperature="8", unknown="1", T="9")

    assert [toast.value for toast in app.toast] == [
        "The link names temperature, which this page does not use. Did you mean T?",
        "The link names unknown, which this page does not use.",
    ]
    app.run()
    assert not app.toast
