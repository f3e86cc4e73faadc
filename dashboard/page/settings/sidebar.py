"""The settings that take effect at the next start, as widgets made from ``RunConfig``'s fields."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.page.acting import acts, may_act
from dashboard.page.data_notes import show_notes
from dashboard.page.settings.data_preview import FRESH, data_preview
from dashboard.page.settings.live_sliders import NEXT, own_sliders
from dashboard.page.settings.values import (
    FIELDS,
    GROUPS,
    KEYS,
    REPLACED,
    back_to_defaults,
    defaults,
    differences,
    set_values,
    undo_defaults,
    values,
)
from dashboard.page.widgets import select, text_field
from dashboard.say.titles import dataset_title, short_text
from dashboard.server.uploads import SUFFIXES, save_upload
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import md, t
from kdcore.catalogue import (
    DATASETS,
    METHODS,
    MODELS,
    PRESETS,
    SCHEMES,
    SHIFTS,
    accepts,
    parse_method,
    parse_model,
)
from kdcore.errors import UserError
from kdcore.jobs.run.config import HIGHEST_WEIGHT
from kdcore.notes import note

LEAST_HIDDEN = 2
"""Hidden layers of a fully connected network that has a matrix between two of them."""

METHOD_NAME = "method_name"
"""Key of the method's widget; ``st.session_state["method"]`` is the spec, settings included."""
MOST_OF_A_SLIDER = 100
"""Above it a number is typed."""
SCHEME_USED = "scheme_used"
"""Session state: the arrangement that was chosen last."""


def sidebar(uploads: Path, waiting: Mapping[str, Any]) -> None:
    """All settings that take effect at the next start.

    Args:
        uploads: folder for the data that viewers bring.
        waiting: settings that differ from those of the run that the page shows.
    """
    if not may_act():  # who cannot start has nothing to choose
        return
    with st.sidebar:
        st.header(t("live.settings"), anchor=False, help=t("live.next_start"))
        _against_defaults()
        _dataset_widgets(uploads, waiting)
        _group_widgets("models", waiting)
        _group_widgets("loss", waiting)
        for group in [name for name in GROUPS if name not in ("models", "loss")]:
            marked = _with_badge(
                t(f"live.group.{group}"), any(name in waiting for name in GROUPS[group])
            )
            # by its key it stays open, whatever is more or less above it or stands in its label
            with st.expander(marked, key=f"settings_{group}"):
                if group == "schemes":
                    _scheme_widget()
                _group_widgets(group, waiting)


def _against_defaults() -> None:
    """What differs from the defaults, and the way back to them."""
    now = values()
    differing = differences(now, defaults(now["dataset"]))
    if differing:
        what = " · ".join(short_text(name, value) for name, (_, value) in differing.items())
        st.caption(md("settings.differ", what=what))
        st.button(
            t("settings.back"),
            key="back_to_defaults",
            icon=":material/restart_alt:",
            on_click=back_to_defaults,
            width="stretch",
        )
    elif st.session_state.get(REPLACED):
        st.button(
            t("settings.undo_back"),
            key="undo_defaults",
            icon=":material/undo:",
            on_click=undo_defaults,
            width="stretch",
        )
    else:
        st.caption(t("settings.usual"))


def _with_badge(label: str, waits: bool) -> str:
    """A label that says where its value waits for the next start."""
    return f"{label} :orange-badge[{t('settings.waits')}]" if waits else label


def _dataset_widgets(uploads: Path, waiting: Mapping[str, Any]) -> None:
    """The choice of data: by name, by path, or a file that the viewer brings."""
    names = list(DATASETS)
    if st.session_state["dataset"] not in names:
        names.append(st.session_state["dataset"])
    select(
        _with_badge(md("setting.dataset.label"), "dataset" in waiting),
        names,
        key="dataset",
        accept_new_options=True,
        title=dataset_title,
        help=t("live.own_data"),
        on_change=_use_dataset_defaults,
    )
    with st.popover(t("live.upload"), icon=":material/upload_file:", width="stretch"):
        st.file_uploader(
            t("live.upload_hint"),
            type=SUFFIXES,
            key="upload",
            on_change=_keep_upload,
            args=(uploads,),
        )
    if st.session_state["dataset"] not in DATASETS:
        data_preview(st.session_state["dataset"], set_values)
    st.session_state.setdefault("preset", None)
    select(
        t("live.preset"),
        list(PRESETS),
        key="preset",
        on_change=_use_preset,
        placeholder=t("live.preset_hint"),
        title=_preset_title,
    )


def _group_widgets(group: str, waiting: Mapping[str, Any]) -> None:
    """The widgets of one of ``GROUPS``."""
    for name in GROUPS[group]:
        if name == "method":
            _method_widgets(waiting)
        elif name == "target":
            _target_widget(waits=name in waiting)
        else:
            _setting_widget(name, waits=name in waiting)
        if name == "optimizer":
            _optimizer_note()


def _optimizer_note() -> None:
    """That Muon has nothing to move, said before a run and not only by it."""
    student = st.session_state[KEYS["student"]]
    if st.session_state[KEYS["optimizer"]] != "muon":
        return
    with suppress(UserError):  # of a model that is still being typed
        family, widths = parse_model(student)
        if family == "mlp" and len(widths) < LEAST_HIDDEN:
            show_notes([note("muon_by_adam", student=student)])


def _scheme_widget() -> None:
    """Whole arrangements of teachers, students and examples, a choice away."""
    st.session_state.setdefault("scheme", None)
    select(
        t("live.scheme"),
        list(SCHEMES),
        key="scheme",
        on_change=_use_scheme,
        placeholder=t("live.scheme_hint"),
        title=lambda name: t(f"scheme.{name}"),
    )
    if used := st.session_state.get(SCHEME_USED):
        st.caption(md(f"scheme_source.{used}"))


def _setting_widget(name: str, *, waits: bool) -> None:
    """The widget that suits a setting's kind."""
    about = FIELDS[name].metadata
    label = _with_badge(md(f"setting.{name}.label"), waits)
    help, key = md(f"setting.{name}.help"), KEYS[name]
    value = st.session_state[key]
    if name in ("teacher", "student"):
        models = _models(name, value)
        st.selectbox(
            label,
            models,
            models.index(value),
            key=key,
            accept_new_options=True,
            help=md(f"live.{name}_hint"),
        )
    elif choices := about["choices"]:
        select(
            label,
            choices,
            key=key,
            help=help,
            title=_choice_title(name),
            on_change=_limit_weight if name == "mixing" else None,
        )
    elif FIELDS[name].type is str:
        text_field(label, key=key, help=help)
    elif FIELDS[name].type is int:
        st.number_input(
            label, int(about["low"]), int(about["high"]), value, key=key, help=help, step=1
        )
    elif about["high"] > MOST_OF_A_SLIDER:
        st.number_input(
            label, float(about["low"]), float(about["high"]), value, key=key, help=help, step=1.0
        )
    else:
        st.slider(
            label, float(about["low"]), float(about["high"]), value, key=key, help=help, step=0.01
        )


def _target_widget(*, waits: bool) -> None:
    """Target data by name: shifts of the source, and data sets with as many classes."""
    source, value = DATASETS.get(st.session_state["dataset"]), st.session_state["target"]
    others = [
        name
        for name, other in DATASETS.items()
        if source
        and name != st.session_state["dataset"]
        and other.classes == source.classes
        and other.kind.framed
        and source.kind.framed
    ]
    select(
        _with_badge(md("setting.target.label"), waits),
        list(dict.fromkeys(["", *SHIFTS, *others, value])),
        key="target",
        accept_new_options=True,
        title=_target_title,
        help=md("live.target_hint"),
    )


def _target_title(target: str) -> str:
    if not target:
        return t("live.no_target")
    return t(f"shift.{target}") if target in SHIFTS else dataset_title(target)


def _method_widgets(waiting: Mapping[str, Any]) -> None:
    """The method by name, where it comes from, and its authors' own settings."""
    spec = st.session_state["method"]
    name, _ = parse_method(spec)
    st.session_state[METHOD_NAME] = name
    select(
        _with_badge(md("setting.method.label"), "method" in waiting),
        list(METHODS),
        key=METHOD_NAME,
        help=md("setting.method.help"),
        title=lambda choice: t(f"method.{choice}"),
        on_change=_choose_method,
    )
    st.caption(md(f"method_source.{name}"))
    if "method" in waiting:  # the sliders of the run's own method stand beside the chart
        own_sliders(spec, NEXT, lambda _: None)
    if published := METHODS[name].published:
        what = " · ".join(short_text(key, value) for key, value in published.items())
        st.button(
            t("live.published"),
            key="as_published",
            help=markdown_text(what),
            icon=":material/menu_book:",
            width="stretch",
            on_click=set_values,
            args=(published,),
        )


def _choose_method() -> None:
    """Another method, with its usual settings."""
    st.session_state["method"] = st.session_state[METHOD_NAME]


def _choice_title(name: str) -> Callable[[str], str]:
    return lambda choice: t(f"choice.{name}.{choice}")


def _preset_title(name: str) -> str:
    preset = PRESETS[name]
    models = f"{preset['teacher']} → {preset['student']}"
    return f"{dataset_title(preset['dataset'])}: {models}" if "dataset" in preset else models


def _models(role: str, current: str) -> list[str]:
    """The presets' models and examples of the families that the data suit; what is chosen now.

    Args:
        role: ``teacher`` or ``student``, which no network that others have trained can be.
        current: what is chosen.
    """
    pairs = [preset[role] for preset in PRESETS.values() for role in ("teacher", "student")]
    fitting = (one for one in MODELS.values() if role == "teacher" or not one.pretrained)
    offered = [*pairs, *(family.example for family in fitting)]
    if source := DATASETS.get(st.session_state["dataset"]):
        offered = [one for one in offered if accepts(one, type(source.kind))]
    return list(dict.fromkeys([*offered, current]))


def _use_dataset_defaults() -> None:
    """Another data set brings its models, its speed, its first run; own data once they are read."""
    st.session_state[FRESH] = st.session_state["dataset"]
    usual = defaults(st.session_state["dataset"])
    of_first_runs = {name for source in DATASETS.values() for name in source.first_run}
    set_values({name: usual[name] for name in {"teacher", "student", "speed"} | of_first_runs})


def _limit_weight() -> None:
    """λ stays within what the mixing allows."""
    highest = HIGHEST_WEIGHT[st.session_state["mixing"]]
    st.session_state["weight"] = min(st.session_state["weight"], highest)


def _use_preset() -> None:
    if preset := st.session_state["preset"]:
        set_values(PRESETS[preset])
    st.session_state["preset"] = None


def _use_scheme() -> None:
    """Another scheme instead of the one before; networks and epochs stay where they can."""
    scheme, st.session_state["scheme"] = st.session_state["scheme"], None
    if not scheme:
        return
    st.session_state[SCHEME_USED] = scheme
    usual = defaults(st.session_state["dataset"])
    alone = "+" not in st.session_state["teacher"]
    kept = {"student", "epochs", *(["teacher"] if alone else [])}
    of_schemes = {name for each in SCHEMES.values() for name in each.settings} - kept
    set_values({name: usual[name] for name in of_schemes} | SCHEMES[scheme].settings)


@acts
def _keep_upload(uploads: Path) -> None:
    if upload := st.session_state["upload"]:
        st.session_state["dataset"] = str(save_upload(upload, upload.name, uploads))
        _use_dataset_defaults()
