"""The compression that a page shows: its settings, its start and stop, what was found."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.server.engine import hub, store
from dashboard.server.shared_records import shared_record
from dashboard.text.viewer import translate_error
from kdcore.commands import Stop
from kdcore.errors import UserError
from kdcore.jobs.compression.config import STAGES, CompressionConfig, suited_stages
from kdcore.jobs.compression.record import CompressionRecord
from kdcore.jobs.kind import COMPRESSION, RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.settings import checked
from kdcore.store import JobRow

OF_THE_LOSS = {"temperature": "again_T", "weight": "again_weight", "lr": "again_lr"}
"""Key of the widget and of the URL's parameter, by setting of the distilling again."""
AMOUNT_KEYS = {
    "prune_share": "prune",
    "narrow_share": "narrow",
    "rank_share": "rank",
    "epochs": "again",
}


def compressible_runs() -> list[str]:
    """The runs with a distilled student whose weights were kept, newest first."""
    found = []
    for row in store().list(RUN):
        kept = store().root / "runs" / row.id / "distilled.safetensors"
        with suppress(UserError):
            if row.state in ("finished", "stopped") and kept.exists():
                CompressionConfig.of(row.id, RunConfig.from_dict(row.config))
                found.append(row.id)
    return found


def read_settings(run: str) -> None:
    """Give the widgets their values, from the URL or the defaults, and show them there."""
    usual = CompressionConfig()
    for name, key in AMOUNT_KEYS.items():
        address.read_param(key, getattr(usual, name), _reader(name))
    for key in OF_THE_LOSS.values():
        address.read_param(key, None, _number)
    suited = suited_stages(store().find(run, RUN).config.student)
    address.read_param(
        "stages", list(suited), lambda text: [part for part in text.split(",") if part]
    )
    st.session_state["stages"] = [stage for stage in st.session_state["stages"] if stage in suited]


def write_settings(run: str) -> None:
    """Write what differs from the defaults into the URL."""
    usual = CompressionConfig()
    shown = {key: st.session_state[key] for key in (*AMOUNT_KEYS.values(), *OF_THE_LOSS.values())}
    default = {key: getattr(usual, name) for name, key in AMOUNT_KEYS.items()}
    stages = st.session_state["stages"]
    address.write_params(
        {key: None if value == default.get(key) else f"{value:g}" for key, value in shown.items()}
        | {
            "stages": None
            if stages == list(suited_stages(store().find(run, RUN).config.student))
            else ",".join(stages)
        }
    )


def compression_from_widgets(run: str) -> CompressionConfig:
    """The compression that the widgets describe.

    Raises:
        UserError: a bad value, or nothing to do.
    """
    changes: dict[str, Any] = {name: st.session_state[key] for name, key in AMOUNT_KEYS.items()}
    changes |= {
        name: st.session_state[key]
        for name, key in OF_THE_LOSS.items()
        if st.session_state[key] is not None
    }
    if not st.session_state["stages"]:
        raise UserError("empty_axis", axis="stages")
    stages = [stage for stage in STAGES if stage in st.session_state["stages"]]
    return CompressionConfig.of(run, store().find(run, RUN).config, stages=stages, **changes)


def shown_compression(known: Mapping[str, JobRow]) -> str:
    """The compression of the page: the URL's, the one that goes on, the newest, or ``""``.

    Args:
        known: those that can be shown, by id, newest first.
    """
    newest = next(iter(known), "")
    address.read_param("shrink", hub().active(COMPRESSION) or newest, _find_compression)
    shrink: str = st.session_state["shrink"]
    if shrink and shrink not in known:
        shrink = st.session_state["shrink"] = newest
    address.write_params({"shrink": shrink or None})
    return shrink


@acts
def start(run: str) -> None:
    """Submit what is chosen and follow it."""
    shrink = hub().submit(compression_from_widgets(run))
    st.session_state["shrink"] = shrink
    address.write_params({"shrink": shrink})


@acts
def stop(shrink: str) -> None:
    """End a compression."""
    hub().send(shrink, Stop())


def compression_record(shrink: str) -> CompressionRecord:
    """What the compression has found so far."""
    shared = shared_record(shrink)
    with shared.lock:
        found = shared.newest()
    assert isinstance(found, CompressionRecord)
    return found


def folder_of(shrink: str) -> Path:
    """Where its weights lie, from the store on."""
    folder = store().find(shrink, COMPRESSION)
    return folder.path.relative_to(folder.root)


def limits(name: str) -> tuple[Any, Any]:
    """The least and the greatest value of a setting of ``amounts()``, of the setting's own kind."""
    item = CompressionConfig.__dataclass_fields__[name]
    kind: Any = item.type
    return kind(item.metadata["low"]), kind(item.metadata["high"])


def _reader(name: str) -> Callable[[str], Any]:
    """From the URL's text to the setting's value; the default where it is none."""

    def read(text: str) -> Any:
        try:
            return checked(name, text, CompressionConfig)
        except UserError:
            return getattr(CompressionConfig(), name)

    return read


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _find_compression(text: str) -> str:
    try:
        return store().find(text, COMPRESSION).id
    except UserError as error:
        st.warning(translate_error(error.code, error.values, str(error)))
    return next(iter(store().readable(COMPRESSION)), "")
