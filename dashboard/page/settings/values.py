"""The settings of the next run: their values, kept in the session and in the page's address."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import streamlit as st

from dashboard.page import address
from dashboard.server.roots import check_path
from dashboard.text.values import as_text
from dashboard.text.viewer import md, translate_error
from kdcore.catalogue import DATASETS
from kdcore.errors import UserError
from kdcore.jobs.run.compatibility import check_inputs
from kdcore.jobs.run.config import RunConfig, check_weight
from kdcore.jobs.run.controls import with_controls
from kdcore.settings import checked

FIELDS = {item.name: item for item in fields(RunConfig)}
KEYS = {name: "T" if name == "temperature" else name for name in FIELDS}
"""Key of the session state and of the URL's parameter, by setting."""

GROUPS = {
    "models": ("teacher", "student", "student_start", "students"),
    "loss": ("method", "mixing"),
    "schemes": (
        "teacher_mixing",
        "teacher_shares",
        "teacher_calibration",
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
        "teacher_augment",
        "teacher_lr_schedule",
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
    "target": ("target", "target_confidence", "alignment", "alignment_weight"),
    "machine": (
        "device",
        "precision",
        "teacher_outputs",
        "teacher_weights",
        "teacher_input_size",
        "teacher_mean",
        "teacher_std",
        "student_layers",
        "teacher_layers",
    ),
}
"""What takes effect at the next start; the data set and what acts at once stand apart."""

WATCHABLE_SPEED = 40.0
"""Batches a second at which a class can follow a small data set."""
REPLACED = "replaced_settings"
"""Session state: the settings before they were set back, to undo it."""


def defaults(dataset: str) -> dict[str, Any]:
    """A newcomer's settings for a data set: its models, its first run, a speed to follow."""
    values = RunConfig().to_dict() | {"dataset": dataset}
    if source := DATASETS.get(dataset):
        values |= {"teacher": source.teacher, "student": source.student}
    small = dataset in DATASETS and DATASETS[dataset].offline
    values["speed"] = WATCHABLE_SPEED if small else 0.0
    return values | (source.first_run if source else {})


def read_settings(shown: Mapping[str, Any] | None = None) -> None:
    """Give every setting its value: the URL's where it names one that can be used.

    Args:
        shown: the settings of the run that the page shows, which hold where the URL names none.
    """
    of_the_run = (shown or {}).get("dataset", RunConfig().dataset)
    address.read_param(KEYS["dataset"], of_the_run, _reader("dataset", {"dataset": of_the_run}))
    usual = shown or defaults(st.session_state["dataset"])
    address.read_param("mixing", usual["mixing"], _reader("mixing", usual))
    for name in FIELDS:
        if name not in ("dataset", "mixing"):
            address.read_param(KEYS[name], usual[name], _reader(name, usual))


def write_settings(shown: Mapping[str, Any] | None = None) -> None:
    """Write into the URL what differs from the defaults or from the run that is shown."""
    address.write_params(parameters(values(), shown))


def address_has_settings() -> bool:
    """Whether the URL names settings of its own."""
    return any(key in st.query_params for key in KEYS.values())


def parameters(
    values: Mapping[str, Any], shown: Mapping[str, Any] | None = None
) -> dict[str, str | None]:
    """Settings as URL parameters; ``None`` where nothing need be said.

    Args:
        values: by setting.
        shown: those of the run that the URL names; what differs from them is said as well.
    """
    usual = defaults(values["dataset"]) | {"dataset": RunConfig().dataset}
    unsaid = {
        name
        for name, value in values.items()
        if (value == usual[name] and (shown is None or value == shown[name]))
        or not _fits_an_address(value)
    }
    return {
        KEYS[name]: None if name in unsaid else as_text(value) for name, value in values.items()
    }


def values() -> dict[str, Any]:
    """What is chosen, by setting; not yet checked."""
    return {name: st.session_state[key] for name, key in KEYS.items()}


def chosen() -> RunConfig:
    """The run that the settings describe.

    Raises:
        UserError: two values do not go together, a model is misspelt, or one that the data set does
            not suit.
    """
    config = RunConfig.from_dict(values())
    if source := DATASETS.get(config.dataset):
        check_inputs(config, source.kind)
    return config


def problem(make: Callable[[], object]) -> str:
    """Why the chosen settings make nothing, as a sentence; empty where they do."""
    try:
        make()
    except UserError as error:
        return translate_error(error.code, error.values, str(error))
    return ""


def set_values(changes: Mapping[str, Any]) -> None:
    """Give settings other values: those of a run, of a preset, or of a method's authors.

    Args:
        changes: by setting; the method's own settings and further weights become part of the
            specs that hold them.
    """
    for name, value in changes.items():
        if name in KEYS:
            st.session_state[KEYS[name]] = value
    for name in ("method", "also"):
        st.session_state[name] = with_controls(
            {other: st.session_state[other] for other in ("method", "also")}, changes
        )[name]


def differences(values: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The settings that differ: name to the value of ``base`` and that of ``values``."""
    return {name: (base[name], value) for name, value in values.items() if base[name] != value}


def back_to_defaults() -> None:
    """The usual settings of the chosen data set; ``undo_defaults`` brings the others back."""
    before = values()
    st.session_state[REPLACED] = before
    set_values(defaults(before["dataset"]))


def undo_defaults() -> None:
    """The settings as they were before ``back_to_defaults``."""
    set_values(st.session_state.pop(REPLACED))


def _fits_an_address(value: Any) -> bool:
    """A path whose bytes are no text cannot stand in a URL."""
    return (
        not isinstance(value, str)
        or value.isascii()
        or not any("\ud800" <= letter <= "\udfff" for letter in value)
    )


def _reader(name: str, usual: Mapping[str, Any]) -> Callable[[str], Any]:
    """Text of the URL to the setting's value; a bad one leaves a sentence and the default."""

    def read(text: str) -> Any:
        try:
            value = checked(name, text, RunConfig)
            if value != usual[name]:  # what the shown run was started with was looked at then
                check_path(name, value)
            if name == "weight":
                check_weight(value, st.session_state["mixing"])
            return value
        except UserError as error:
            sentence = translate_error(error.code, error.values, str(error))
            notices = st.session_state.setdefault(address.NOTICES, [])
            used = as_text(usual[name])
            notices.append(
                f"{sentence} {md('live.default_used', value=used)}" if used else sentence
            )
            return usual[name]

    return read
