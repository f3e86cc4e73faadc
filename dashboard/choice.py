"""Which run a page shows: the URL's, else the one that trains, the newest, or the example."""

import streamlit as st

from dashboard import address
from dashboard.engine import RECORDED, hub, store
from dashboard.settings import dataset_title, method_title
from dashboard.status import LIVE_STATES
from dashboard.text import explain, t
from kdcore.catalogue import method_of, parse_models
from kdcore.config import RunConfig
from kdcore.errors import UserError


def run_picker() -> str:
    """A select box of all runs, newest first and the recorded example last; returns the id."""
    rows = {row.id: row for row in store().runs() if row.state != "damaged"}
    address.take("run", hub().active() or next(iter(rows), RECORDED), known_run)
    options = list(dict.fromkeys([*rows, st.session_state["run"], RECORDED]))
    shown = options.index(st.session_state["run"])
    st.selectbox(t("app.run"), options, shown, key="run", format_func=run_title)
    run: str = st.session_state["run"]
    if not rows:
        st.caption(t("app.nothing_stored"))
    address.show({"run": run})
    return run


def known_run(given: str) -> str:
    """The full id of a run named by id, unique prefix or ``last``; else the recorded example."""
    try:
        folder = store().folder(given)
        folder.config  # noqa: B018  (a damaged folder shows itself here)
    except UserError as error:
        st.warning(explain(error.code, error.values, str(error)))
    except ValueError:
        st.warning(t("app.damaged", run=given))
    else:
        return folder.id
    return RECORDED


def run_title(run: str) -> str:
    """A run in one line: data, method, T, λ and when."""
    if run == RECORDED:
        return t("app.recorded")
    config = store().folder(run).config
    return f"{summary(config)} · {run}"


def summary(config: RunConfig) -> str:
    """Settings by which people tell runs apart."""
    parts = [dataset_title(config.dataset), method_title(config.method)]
    if config.also:
        parts[-1] += f" + {config.also}"
    if method_of(config.method).loss:
        parts += [f"T {config.temperature:g}", f"λ {config.weight:g}"]
    if config.label_noise:
        parts.append(t("app.noise", share=config.label_noise))
    if config.drop_classes:
        parts.append(t("app.without", classes=config.drop_classes))
    if config.transfer_size:
        parts.append(t("app.examples", count=config.transfer_size))
    models = [config.teacher, *parse_models(config.assistants), config.student]
    several = f" ×{config.networks}" if config.networks > 1 else ""
    return " · ".join([*parts, " → ".join(models) + several])


def is_live(run: str) -> bool:
    """Whether the run still takes commands."""
    return bool(run) and run != RECORDED and hub().state(run) in LIVE_STATES
