"""The settings as widgets, made from ``RunConfig``'s fields."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.data_preview import FRESH, data_preview
from dashboard.settings import (
    FIELDS,
    GROUPS,
    KEYS,
    REPLACED,
    back_to_defaults,
    defaults,
    differences,
    further_terms,
    set_values,
    undo_defaults,
    values,
)
from dashboard.text import md, t
from dashboard.text.escape import markdown_text
from dashboard.titles import dataset_title, in_short, method_title
from dashboard.uploads import SUFFIXES, keep
from dashboard.widgets import select, text_field
from kdcore.catalogue import (
    DATASETS,
    HIGHEST_EXTRA_WEIGHT,
    METHODS,
    MODELS,
    PRESETS,
    SCHEMES,
    extra_terms_spec,
    extra_weight,
    is_forest,
    method_of,
    method_spec,
    parse_method,
)
from kdcore.jobs.run.config import HIGHEST_WEIGHT

TEMPERATURES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0)
"""Steps of about the same factor: T acts by its logarithm, as on the Temperature page."""
SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)
LEARNING_RATES = (1e-4, 3e-4, 1e-3, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
METHOD_NAME = "method_name"
"""Key of the method's widget; ``st.session_state["method"]`` is the spec, settings included."""
OWN = "own_"
"""What the keys of the acting method's own sliders begin with."""
NEXT = "next_"
"""The same of a method that waits for the next start."""
WIDEST = "widest_further"
"""Session state: where the slider of a further term ends, by spec."""
SCHEME_USED = "scheme_used"
"""Session state: the arrangement that was chosen last."""


def sidebar(uploads: Path, waiting: Mapping[str, Any]) -> None:
    """All settings that take effect at the next start.

    Args:
        uploads: folder for the data that viewers bring.
        waiting: settings that differ from those of the run that the page shows.
    """
    with st.sidebar:
        st.header(t("live.settings"), anchor=False, help=t("live.next_start"))
        _against_defaults()
        _dataset_widgets(uploads, waiting)
        _group_widgets("models", waiting)
        _group_widgets("loss", waiting)
        for group in [name for name in GROUPS if name not in ("models", "loss")]:
            marked = _marked(
                t(f"live.group.{group}"), any(name in waiting for name in GROUPS[group])
            )
            with st.expander(marked):
                if group == "schemes":
                    _scheme_widget()
                _group_widgets(group, waiting)


def _against_defaults() -> None:
    """What differs from the defaults, and the way back to them."""
    now = values()
    differing = differences(now, defaults(now["dataset"]))
    if differing:
        what = " · ".join(in_short(name, value) for name, (_, value) in differing.items())
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


def _marked(label: str, waits: bool) -> str:
    """A label that says where its value waits for the next start."""
    return f"{label} :orange-badge[{t('settings.waits')}]" if waits else label


def _dataset_widgets(uploads: Path, waiting: Mapping[str, Any]) -> None:
    """The choice of data: by name, by path, or a file that the viewer brings."""
    names = list(DATASETS)
    if st.session_state["dataset"] not in names:
        names.append(st.session_state["dataset"])
    select(
        _marked(md("setting.dataset.label"), "dataset" in waiting),
        names,
        key="dataset",
        accept_new_options=True,
        title=dataset_title,
        help=t("live.own_data"),
        on_change=_suit_to_dataset,
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
        else:
            _setting_widget(name, waits=name in waiting)


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
    label = _marked(md(f"setting.{name}.label"), waits)
    help, key = md(f"setting.{name}.help"), KEYS[name]
    value = st.session_state[key]
    if name in ("teacher", "student"):
        models = _models(value)
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
            on_change=_suit_weight if name == "mixing" else None,
        )
    elif FIELDS[name].type is str:
        text_field(label, key=key, help=help)
    elif FIELDS[name].type is int:
        st.number_input(
            label, int(about["low"]), int(about["high"]), value, key=key, help=help, step=1
        )
    else:
        st.slider(
            label, float(about["low"]), float(about["high"]), value, key=key, help=help, step=0.01
        )


def live_widgets(
    on_change: Callable[[str], None],
    acting: Mapping[str, Any],
    *,
    in_line: Sequence[DeltaGenerator] = (),
) -> None:
    """The sliders that act during a run.

    Args:
        on_change: gets the setting's name on release.
        acting: settings of the run that takes commands, or what is chosen for the next one.
        in_line: columns for T and λ, which are then alone; else all stand below each other.
    """
    if in_line:
        for column, slider in zip(in_line, (_temperature_slider, _weight_slider), strict=True):
            with column:
                slider(on_change, acting)
        return
    _temperature_slider(on_change, acting)
    _weight_slider(on_change, acting)
    _own_sliders(acting["method"], OWN, on_change)
    _further_sliders(further_terms(acting["also"]), on_change)
    lr, speed = st.session_state["lr"], st.session_state["speed"]
    left, right = st.columns(2)
    left.select_slider(
        t("live.slider.lr"),
        _with(LEARNING_RATES, lr),
        lr,
        key="lr",
        help=md("setting.lr.help"),
        format_func=lambda lr: f"{lr:g}",
        on_change=on_change,
        args=("lr",),
        disabled=is_forest(acting["student"]),
    )
    right.select_slider(
        t("live.slider.speed"),
        [*(_with(SPEEDS, speed) if speed else SPEEDS), 0.0],
        speed,
        key="speed",
        help=md("setting.speed.help"),
        on_change=on_change,
        args=("speed",),
        format_func=lambda speed: f"{speed:g}" if speed else t("live.max"),
    )


def _temperature_slider(on_change: Callable[[str], None], acting: Mapping[str, Any]) -> None:
    terms = [acting["method"], *(spec for _, spec in further_terms(acting["also"]))]
    temperature = st.session_state["T"]
    st.select_slider(
        t("live.slider.temperature"),
        _with(TEMPERATURES, temperature),
        temperature,
        key="T",
        help=md("setting.temperature.help"),
        format_func=lambda value: f"{value:g}",
        on_change=on_change,
        args=("temperature",),
        disabled=not any(method_of(spec).uses_temperature for spec in terms),
    )


def _weight_slider(on_change: Callable[[str], None], acting: Mapping[str, Any]) -> None:
    weight = st.session_state["weight"]
    highest = 1.0 if acting["mixing"] == "convex" else max(5.0, weight)
    st.slider(
        t("live.slider.weight"),
        0.0,
        highest,
        weight,
        key="weight",
        step=0.05,
        help=md("setting.weight.help"),
        on_change=on_change,
        args=("weight",),
        disabled=not method_of(acting["method"]).loss,
    )


def live_value(name: str) -> float:
    """What the slider of a setting that acts at once shows."""
    return st.session_state[KEYS.get(name, f"{OWN}{name}")]  # type: ignore[no-any-return]


def _set(key: str, value: float) -> None:
    """Give a slider its value where it has another: what is set is sent, over a hand that moves."""
    if not math.isclose(st.session_state.get(key, math.nan), value):
        st.session_state[key] = value


def _further_sliders(further: list[tuple[float, str]], on_change: Callable[[str], None]) -> None:
    """The weights of the terms that stand beside the method; they act during a run too."""

    def changed(name: str) -> None:
        chosen = further_terms(st.session_state["also"])
        st.session_state["also"] = extra_terms_spec(
            (st.session_state.get(f"{OWN}{extra_weight(spec)}", weight), spec)
            for weight, spec in chosen
        )
        on_change(name)

    for weight, spec in further:
        name = extra_weight(spec)
        _set(f"{OWN}{name}", weight)
        # a slider keeps its range however it is turned; a larger weight that is typed widens it
        widest = st.session_state.setdefault(WIDEST, {})
        if weight > widest.get(spec, 0.0):
            widest[spec] = min(max(1.0, 2.0 * weight), HIGHEST_EXTRA_WEIGHT)
        top = widest[spec]
        st.slider(
            md("live.further", method=method_title(spec)),
            0.0,
            top,
            weight,
            key=f"{OWN}{name}",
            step=top / 40,
            format="%g",
            on_change=changed,
            args=(name,),
        )


def _own_sliders(spec: str, prefix: str, on_change: Callable[[str], None]) -> None:
    """A method's own settings.

    Args:
        spec: of the method.
        prefix: of the sliders' keys: ``OWN`` where they act during a run too, else ``NEXT``.
        on_change: gets the setting's name on release.
    """
    method, own = parse_method(spec)

    def changed(name: str) -> None:
        chosen, settings = parse_method(st.session_state["method"])
        if chosen == method:
            st.session_state["method"] = method_spec(
                method, {key: st.session_state[f"{prefix}{key}"] for key in settings}
            )
        on_change(name)

    for name, value in own.items():
        about, key = METHODS[method].settings[name], f"{prefix}{name}"
        if parse_method(st.session_state["method"])[0] == method:
            _set(key, value)
        else:  # of the live run, while another method waits for the next start
            st.session_state.setdefault(key, value)
        st.slider(
            f"${about.symbol}$ · {md(f'method_setting.{method}.{name}')}",
            about.low,
            about.high,
            value,
            key=key,
            step=about.step,
            format="%g",
            on_change=changed,
            args=(name,),
        )


def _method_widgets(waiting: Mapping[str, Any]) -> None:
    """The method by name, where it comes from, and its authors' own settings."""
    spec = st.session_state["method"]
    name, _ = parse_method(spec)
    st.session_state[METHOD_NAME] = name
    select(
        _marked(md("setting.method.label"), "method" in waiting),
        list(METHODS),
        key=METHOD_NAME,
        help=md("setting.method.help"),
        title=lambda choice: t(f"method.{choice}"),
        on_change=_choose_method,
    )
    st.caption(md(f"method_source.{name}"))
    if "method" in waiting:  # the sliders of the run's own method stand beside the chart
        _own_sliders(spec, NEXT, lambda _: None)
    if published := METHODS[name].published:
        what = " · ".join(in_short(key, value) for key, value in published.items())
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


def _with(options: tuple[float, ...], value: float) -> list[float]:
    return sorted({*options, value})


def _models(current: str) -> list[str]:
    """Examples of every family, the presets' models and what is chosen now."""
    pairs = [preset[role] for preset in PRESETS.values() for role in ("teacher", "student")]
    examples = [family.example for family in MODELS.values()]
    return list(dict.fromkeys([*pairs, *examples, current]))


def _suit_to_dataset() -> None:
    """Another data set brings its models, its speed, its first run; own data once they are read."""
    st.session_state[FRESH] = st.session_state["dataset"]
    usual = defaults(st.session_state["dataset"])
    of_first_runs = {name for source in DATASETS.values() for name in source.first_run}
    set_values({name: usual[name] for name in {"teacher", "student", "speed"} | of_first_runs})


def _suit_weight() -> None:
    """λ stays within what the mixing allows."""
    highest = HIGHEST_WEIGHT[st.session_state["mixing"]]
    st.session_state["weight"] = min(st.session_state["weight"], highest)


def _use_preset() -> None:
    if preset := st.session_state["preset"]:
        set_values(PRESETS[preset])
    st.session_state["preset"] = None


def _use_scheme() -> None:
    """Another scheme in the place of the one before; networks and epochs stay where they can."""
    scheme, st.session_state["scheme"] = st.session_state["scheme"], None
    if not scheme:
        return
    st.session_state[SCHEME_USED] = scheme
    usual = defaults(st.session_state["dataset"])
    alone = "+" not in st.session_state["teacher"]
    kept = {"student", "epochs", *(["teacher"] if alone else [])}
    of_schemes = {name for each in SCHEMES.values() for name in each.settings} - kept
    set_values({name: usual[name] for name in of_schemes} | SCHEMES[scheme].settings)


def _keep_upload(uploads: Path) -> None:
    if upload := st.session_state["upload"]:
        st.session_state["dataset"] = str(keep(upload, upload.name, uploads))
        _suit_to_dataset()
