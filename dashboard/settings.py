"""The settings of a run as widgets, made from ``RunConfig``'s fields and kept in the URL."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import address
from dashboard.charts import style
from dashboard.data_preview import FRESH, data_preview
from dashboard.text import explain, language, t, words
from dashboard.uploads import SUFFIXES, keep
from kdcore.catalogue import (
    DATASETS,
    HIGHEST_FURTHER_WEIGHT,
    METHODS,
    MODELS,
    PRESETS,
    SCHEMES,
    also_spec,
    further_weight,
    is_forest,
    method_of,
    method_spec,
    parse_also,
    parse_method,
)
from kdcore.config import HIGHEST_WEIGHT, RETUNABLE, RunConfig, check_weight, checked
from kdcore.errors import UserError

FIELDS = {item.name: item for item in fields(RunConfig)}
KEYS = {name: "T" if name == "temperature" else name for name in FIELDS}
"""Key of the widget and of the URL's parameter, by setting."""

GROUPS = {
    "models": ("teacher", "student", "student_start", "students"),
    "loss": ("method", "mixing"),
    "schemes": (
        "teacher_mixing",
        "teacher_shares",
        "assistants",
        "ensemble",
        "also",
    ),
    "training": (
        "optimizer",
        "batch_size",
        "epochs",
        "patience",
        "teacher_epochs",
        "seed",
        "temperature_schedule",
        "weight_schedule",
        "lr_schedule",
    ),
    "data": (
        "label_noise",
        "transfer_size",
        "unlabelled",
        "drop_classes",
        "augment",
        "mixup",
        "image_size",
        "label_column",
        "data_root",
    ),
    "machine": (
        "device",
        "precision",
        "teacher_outputs",
        "teacher_weights",
        "student_layers",
        "teacher_layers",
    ),
}
"""What takes effect at the next start; the data set and what acts at once stand apart."""

WATCHABLE_SPEED = 40.0
"""Batches a second at which a class can follow a small data set."""
SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)
LEARNING_RATES = (1e-4, 3e-4, 1e-3, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
METHOD_NAME = "method_name"
"""Key of the method's widget; ``st.session_state["method"]`` is the spec, settings included."""
OWN = "own_"
"""What the keys of the method's own sliders begin with."""
WIDEST = "widest_further"
"""Session state: where the slider of a further term ends, by spec."""
NOTICES = "address_notices"
"""Session state: sentences on values of the URL that could not be used."""


def defaults(dataset: str) -> dict[str, Any]:
    """The settings of a newcomer for a data set: its own pair of models, a speed to follow."""
    values = RunConfig().to_dict()
    if source := DATASETS.get(dataset):
        values |= {"dataset": dataset, "teacher": source.teacher, "student": source.student}
    small = dataset in DATASETS and DATASETS[dataset].offline
    return values | {"speed": WATCHABLE_SPEED if small else 0.0}


def take_from_address() -> None:
    """Give every widget its value: the URL's where it names one that can be used."""
    address.take(KEYS["dataset"], RunConfig().dataset)
    usual = defaults(st.session_state["dataset"])
    address.take("mixing", usual["mixing"], _reader("mixing", usual))
    for name in FIELDS:
        if name not in ("dataset", "mixing"):
            address.take(KEYS[name], usual[name], _reader(name, usual))


def show_in_address() -> None:
    """Write what differs from the defaults into the URL."""
    values = {name: st.session_state[key] for name, key in KEYS.items()}
    address.show(parameters(values))


def parameters(values: Mapping[str, Any]) -> dict[str, str | None]:
    """Settings as URL parameters; ``None`` where the default holds."""
    usual = defaults(values["dataset"]) | {"dataset": RunConfig().dataset}
    return {
        KEYS[name]: None if value == usual[name] else _text(value) for name, value in values.items()
    }


def chosen() -> RunConfig:
    """The run that the widgets describe.

    Raises:
        UserError: two values do not go together, or a model is misspelt.
    """
    return RunConfig.from_dict({name: st.session_state[key] for name, key in KEYS.items()})


def adopt(values: Mapping[str, Any]) -> None:
    """Show other values: of a run that is followed, or of a preset.

    Args:
        values: by setting; the method's own settings too, which become part of its spec.
    """
    for name, value in values.items():
        if name in KEYS:
            st.session_state[KEYS[name]] = value
    method, own = parse_method(st.session_state["method"])
    st.session_state["method"] = method_spec(
        method, {name: values.get(name, value) for name, value in own.items()}
    )
    if further := _further():
        st.session_state["also"] = also_spec(
            (values.get(further_weight(spec), weight), spec) for weight, spec in further
        )


def live_value(name: str) -> float:
    """What the slider of a setting that acts at once shows."""
    return st.session_state[KEYS.get(name, f"{OWN}{name}")]  # type: ignore[no-any-return]


def dataset_widgets(uploads: Path) -> None:
    """The choice of data: by name, by path, or a file that the viewer brings."""
    names = list(DATASETS)
    if st.session_state["dataset"] not in names:
        names.append(st.session_state["dataset"])
    st.selectbox(
        t("setting.dataset.label"), names, names.index(st.session_state["dataset"]), key="dataset",
        accept_new_options=True, format_func=dataset_title, help=t("live.own_data"),
        on_change=_suit_to_dataset,
    )  # fmt: skip
    with st.popover(t("live.upload"), icon=":material/upload_file:", width="stretch"):
        st.file_uploader(
            t("live.upload_hint"), type=SUFFIXES, key="upload", on_change=_keep_upload,
            args=(uploads,),
        )  # fmt: skip
    if st.session_state["dataset"] not in DATASETS:
        data_preview(st.session_state["dataset"], adopt)
    st.selectbox(
        t("live.preset"), list(PRESETS), index=None, key="preset", on_change=_use_preset,
        placeholder=t("live.preset_hint"),
    )  # fmt: skip


def sidebar(uploads: Path) -> None:
    """All settings that take effect at the next start."""
    with st.sidebar:
        st.subheader(t("live.settings"), anchor=False, help=t("live.next_start"))
        dataset_widgets(uploads)
        group_widgets("models")
        group_widgets("loss")
        for group in [name for name in GROUPS if name not in ("models", "loss")]:
            with st.expander(t(f"live.group.{group}")):
                if group == "schemes":
                    _scheme_widget()
                group_widgets(group)


def problem(make: Callable[[], object]) -> str:
    """Why the chosen settings make nothing, as a sentence; empty where they do."""
    try:
        make()
    except UserError as error:
        return explain(error.code, error.values, str(error))
    return ""


def group_widgets(group: str) -> None:
    """The widgets of one of ``GROUPS``."""
    for name in GROUPS[group]:
        if name == "method":
            _method_widgets()
        else:
            setting_widget(name)


def _scheme_widget() -> None:
    """Whole arrangements of teachers, students and examples, a choice away."""
    st.selectbox(
        t("live.scheme"), list(SCHEMES), index=None, key="scheme", on_change=_use_scheme,
        placeholder=t("live.scheme_hint"), format_func=lambda name: t(f"scheme.{name}"),
    )  # fmt: skip
    if scheme := SCHEMES.get(st.session_state["scheme"] or ""):
        st.caption(scheme.source)


def setting_widget(name: str) -> None:
    """The widget that suits a setting's kind."""
    about = FIELDS[name].metadata
    label, help, key = t(f"setting.{name}.label"), t(f"setting.{name}.help"), KEYS[name]
    value = st.session_state[key]
    if name in ("teacher", "student"):
        models = _models(value)
        st.selectbox(label, models, models.index(value), key=key, accept_new_options=True,
                     help=t(f"live.{name}_hint"))  # fmt: skip
    elif choices := about["choices"]:
        st.selectbox(label, choices, choices.index(value), key=key, help=help,
                     format_func=_choice_title(name),
                     on_change=_suit_weight if name == "mixing" else None)  # fmt: skip
    elif FIELDS[name].type is str:
        st.text_input(label, value, key=key, help=help)
    elif FIELDS[name].type is int:
        st.number_input(label, int(about["low"]), int(about["high"]), value, key=key, help=help,
                        step=1)  # fmt: skip
    else:
        st.slider(label, float(about["low"]), float(about["high"]), value, key=key, help=help,
                  step=0.01)  # fmt: skip


def live_widgets(on_change: Callable[[str], None]) -> None:
    """The sliders that act during a run; ``on_change`` gets the setting's name on release."""
    method, own = parse_method(st.session_state["method"])
    labels = {name: t(f"live.slider.{name}") for name in RETUNABLE}
    help = {name: t(f"setting.{name}.help") for name in RETUNABLE}
    temperature, weight = st.session_state["T"], st.session_state["weight"]
    specs = [method, *(spec for _, spec in _further())]
    softened = any(method_of(spec).uses_temperature for spec in specs)
    columns = st.columns(4, gap="medium")
    columns[0].slider(
        labels["temperature"], min(0.5, temperature), 20.0 if temperature <= 20 else 100.0,
        temperature, key="T", step=0.5, help=help["temperature"], on_change=on_change,
        args=("temperature",), disabled=not softened,
    )  # fmt: skip
    narrow = st.session_state["mixing"] == "convex"
    columns[1].slider(
        labels["weight"], 0.0, 1.0 if narrow else max(5.0, weight), weight, key="weight",
        step=0.05, help=help["weight"], on_change=on_change, args=("weight",),
        disabled=not METHODS[method].loss,
    )  # fmt: skip
    lr, speed = st.session_state["lr"], st.session_state["speed"]
    columns[2].select_slider(
        labels["lr"], _with(LEARNING_RATES, lr), lr, key="lr", help=help["lr"],
        format_func=lambda lr: f"{lr:g}", on_change=on_change, args=("lr",),
        disabled=is_forest(st.session_state["student"]),
    )  # fmt: skip
    columns[3].select_slider(
        labels["speed"], [*(_with(SPEEDS, speed) if speed else SPEEDS), 0.0], speed, key="speed",
        help=help["speed"], format_func=lambda speed: f"{speed:g}" if speed else t("live.max"),
        on_change=on_change, args=("speed",),
    )  # fmt: skip
    _own_sliders(method, own, on_change)
    _further_sliders(on_change)


def _set(key: str, value: float) -> None:
    """Give a slider its value where it has another: what is set is sent, over a hand that moves."""
    if not math.isclose(st.session_state.get(key, math.nan), value):
        st.session_state[key] = value


def _further() -> list[tuple[float, str]]:
    """The terms beside the method; none while what is typed is no such text."""
    try:
        return parse_also(st.session_state["also"])
    except UserError:
        return []


def _further_sliders(on_change: Callable[[str], None]) -> None:
    """The weights of the terms that stand beside the method; they act during a run too."""

    def changed(name: str) -> None:
        st.session_state["also"] = also_spec(
            (live_value(further_weight(spec)), spec) for _, spec in _further()
        )
        on_change(name)

    columns = st.columns(4, gap="medium")
    for number, (weight, spec) in enumerate(_further()):
        name = further_weight(spec)
        _set(f"{OWN}{name}", weight)
        # a slider keeps its range however it is turned; a larger weight that is typed widens it
        widest = st.session_state.setdefault(WIDEST, {})
        if weight > widest.get(spec, 0.0):
            widest[spec] = min(max(1.0, 2.0 * weight), HIGHEST_FURTHER_WEIGHT)
        top = widest[spec]
        columns[number % 4].slider(
            t("live.further", method=method_title(spec)), 0.0, top, weight, key=f"{OWN}{name}",
            step=top / 40, format="%g", on_change=changed, args=(name,),
        )  # fmt: skip


def _own_sliders(method: str, own: Mapping[str, float], on_change: Callable[[str], None]) -> None:
    """The method's own settings; they act during a run too."""

    def changed(name: str) -> None:
        _compose_method()
        on_change(name)

    columns = st.columns(4, gap="medium")
    for column, (name, value) in zip(columns, own.items(), strict=False):
        about, key = METHODS[method].settings[name], f"{OWN}{name}"
        _set(key, value)
        column.slider(
            f"${about.symbol}$ · {t(f'method_setting.{method}.{name}')}", about.low, about.high,
            value, key=key, step=about.step, format="%g", on_change=changed, args=(name,),
        )  # fmt: skip


def _method_widgets() -> None:
    """The method by name, where it comes from, and its authors' own settings."""
    spec = st.session_state["method"]
    name, _ = parse_method(spec)
    names = list(METHODS)
    st.session_state[METHOD_NAME] = name
    st.selectbox(
        t("setting.method.label"), names, names.index(name), key=METHOD_NAME,
        help=t("setting.method.help"), format_func=lambda choice: t(f"method.{choice}"),
        on_change=_choose_method,
    )  # fmt: skip
    st.caption(METHODS[name].source)
    if published := METHODS[name].published:
        told = ", ".join(f"{t(f'setting.{key}.label')} {_choice_text(key, value)}"
                         for key, value in published.items())  # fmt: skip
        st.button(
            t("live.published"), key="as_published", help=told, icon=":material/menu_book:",
            width="stretch", on_click=adopt, args=(published,),
        )  # fmt: skip


def _choose_method() -> None:
    """Another method, with its usual settings."""
    st.session_state["method"] = st.session_state[METHOD_NAME]


def _compose_method() -> None:
    """The spec that the method's own sliders describe."""
    method, own = parse_method(st.session_state["method"])
    st.session_state["method"] = method_spec(method, {name: live_value(name) for name in own})


def method_title(spec: str) -> str:
    """A method in the viewer's language, with those settings that are not the usual ones."""
    return style.method_title(words(language()), spec)


def dataset_title(name: str) -> str:
    """A data set's name in the viewer's language, or the file's name of own data."""
    return t(f"dataset.{name}") if name in DATASETS else Path(name).name or name


def _choice_title(name: str) -> Callable[[str], str]:
    return lambda choice: t(f"choice.{name}.{choice}")


def _reader(name: str, usual: Mapping[str, Any]) -> Callable[[str], Any]:
    """Text of the URL to the setting's value; a bad one leaves a sentence and the default."""

    def read(text: str) -> Any:
        try:
            value = checked(name, text)
            if name == "weight":
                check_weight(value, st.session_state["mixing"])
            return value
        except UserError as error:
            sentence = explain(error.code, error.values, str(error))
            notices = st.session_state.setdefault(NOTICES, [])
            notices.append(f"{sentence} {t('live.default_used', value=_text(usual[name]))}")
            return usual[name]

    return read


def _choice_text(name: str, value: Any) -> str:
    return t(f"choice.{name}.{value}") if FIELDS[name].metadata["choices"] else _text(value)


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _with(options: tuple[float, ...], value: float) -> list[float]:
    return sorted({*options, value})


def _models(current: str) -> list[str]:
    """Examples of every family, the presets' models and what is chosen now."""
    pairs = [preset[role] for preset in PRESETS.values() for role in ("teacher", "student")]
    examples = [family.example for family in MODELS.values()]
    return list(dict.fromkeys([*pairs, *examples, current]))


def _suit_to_dataset() -> None:
    """Another data set brings its own pair of models and its speed; own data once they are read."""
    st.session_state[FRESH] = st.session_state["dataset"]
    usual = defaults(st.session_state["dataset"])
    adopt({name: usual[name] for name in ("teacher", "student", "speed")})


def _suit_weight() -> None:
    """λ stays within what the mixing allows."""
    highest = HIGHEST_WEIGHT[st.session_state["mixing"]]
    st.session_state["weight"] = min(st.session_state["weight"], highest)


def _use_preset() -> None:
    if preset := st.session_state["preset"]:
        adopt(PRESETS[preset])


def _use_scheme() -> None:
    """Another scheme in the place of the one before; networks and epochs stay where they can."""
    if not (scheme := st.session_state["scheme"]):
        return
    usual = defaults(st.session_state["dataset"])
    alone = "+" not in st.session_state["teacher"]
    kept = {"student", "epochs", *(["teacher"] if alone else [])}
    of_schemes = {name for each in SCHEMES.values() for name in each.settings} - kept
    adopt({name: usual[name] for name in of_schemes} | SCHEMES[scheme].settings)


def _keep_upload(uploads: Path) -> None:
    if upload := st.session_state["upload"]:
        st.session_state["dataset"] = str(keep(upload, upload.name, uploads))
        _suit_to_dataset()
