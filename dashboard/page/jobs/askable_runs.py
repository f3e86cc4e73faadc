"""Runs whose learners can be asked, and of what kind their inputs are."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import acts
from dashboard.page.jobs.run_picker import run_title
from dashboard.page.jobs.shown_run import find_run, show_run
from dashboard.page.jobs.stored import stored
from dashboard.page.widgets import select
from dashboard.server.engine import RECORDED, hub, store
from dashboard.server.shared_records import run_history
from dashboard.text.viewer import t
from kdcore.catalogue import DATASETS
from kdcore.inputs import INPUT_KINDS, Image, InputKind, kind_of_shape
from kdcore.inputs.image import FULL
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig

LOOKED_AT = 40
"""Newest runs of own or with target data whose events are read for the shape of their inputs."""

_own_shapes: dict[tuple[Path, str], tuple[int, ...]] = {}
"""Of such runs, once they are known: the events of each are read for it once."""

Suits = Callable[[type[InputKind], tuple[int, ...]], bool]
"""Whether a page takes inputs of a kind and shape."""


def input_shape(run: str) -> tuple[int, ...]:
    """Of one input of a run; empty where it is not known yet."""
    config = store().find(run, RUN).config
    if config.dataset in DATASETS and not config.target:  # a target may bring colours
        return DATASETS[config.dataset].input_shape
    key = store().root, run
    if key not in _own_shapes and (started := run_history(run).started):
        _own_shapes[key] = tuple(started.input_shape)
    return _own_shapes.get(key, ())


def input_kind(run: str) -> type[InputKind] | None:
    """The kind of a run's inputs; ``None`` where it is not known yet."""
    config = store().find(run, RUN).config
    if config.dataset in DATASETS:
        return type(DATASETS[config.dataset].kind)
    started = run_history(run).started
    if started is None:
        return None
    return INPUT_KINDS.get(started.input_kind) or kind_of_shape(started.input_shape)


def white(run: str) -> int:
    """The value of white in the images of a run."""
    source = DATASETS.get(store().find(run, RUN).config.dataset)
    return source.kind.white if source and isinstance(source.kind, Image) else FULL


def askable_run(suits: Suits) -> str:
    """A select box of the runs that can be asked and whose inputs suit; the id, ``""`` for none.

    A run of the address that does not suit is left aside: a page of another kind was open before.
    """
    rows = stored(RUN)
    found = [run for run in list(rows)[:LOOKED_AT] if _is_askable(run, suits)]
    if _is_askable(RECORDED, suits):
        found.append(RECORDED)
    active = hub().active()
    usual = active if active in found else next(iter(found), "")
    address.read_param("run", usual, find_run)
    asked: str = st.session_state["run"]
    if asked and asked not in found and not _may_be_asked(asked, suits):
        asked = usual
    asked = asked or usual
    if not asked:
        return ""
    st.session_state["run"] = asked
    run: str = select(
        t("app.run"),
        list(dict.fromkeys([*found, asked])),
        key="run",
        title=lambda run: run_title(run, rows),
        on_change=lambda: show_run(st.session_state["run"]),
    )
    address.write_params({"run": run})
    return run


@acts
def start_and_show(config: RunConfig) -> None:
    """Submit a run and show it on this page."""
    show_run(hub().submit(config))


def _may_be_asked(run: str, suits: Suits) -> bool:
    """Whether a run suits, or has just begun so that its inputs are not known yet."""
    return _is_askable(run, suits) or (hub().can_ask(run) and input_kind(run) is None)


def _is_askable(run: str, suits: Suits) -> bool:
    kind = input_kind(run)
    return hub().can_ask(run) and kind is not None and suits(kind, input_shape(run))
