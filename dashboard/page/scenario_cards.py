"""Cards of runs to begin with, each with what to expect of it and a button that starts it."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import streamlit as st

from dashboard.page import address
from dashboard.page.acting import act_button, acts
from dashboard.page.settings.values import defaults, parameters
from dashboard.server.engine import hub
from dashboard.text.viewer import md, t
from kdcore.catalogue import SCENARIOS
from kdcore.jobs.run.config import RunConfig

MEASURED = Path(__file__).parents[1] / "measured" / "scenarios.json"
"""Made by ``benchmarks/scenarios.py``."""


def scenario_cards(key_prefix: str, per_row: int) -> None:
    """All scenarios; a click starts one and shows it on the Live page.

    Args:
        key_prefix: what the keys of the widgets begin with: a page may have other buttons.
        per_row: how many stand side by side where there is room.
    """
    names = list(SCENARIOS)
    for first in range(0, len(names), per_row):
        for name, column in zip(names[first:], st.columns(per_row), strict=False):
            with column:
                _card(name, key_prefix)


def _card(name: str, key_prefix: str) -> None:
    with st.container(border=True, height="stretch", key=f"{key_prefix}-{name}-card"):
        st.markdown(f"**{t(f'scenario.{name}.title')}**")
        st.markdown(t(f"scenario.{name}.about"))
        st.caption(
            md("scenario.expected", **_means(name)),
            help=md("scenario.measured", **_conditions(name)),
        )
        if act_button(
            t("scenario.start"),
            key=f"{key_prefix}-{name}",
            width="stretch",
            icon=":material/play_arrow:",
        ):
            start_scenario(name)


@acts
def start_scenario(name: str) -> NoReturn:
    """Submit a scenario's run and show it, with its settings in the address."""
    values = scenario_settings(name)
    run = hub().submit(RunConfig(**values))
    address.open_page("live", run=run, **parameters(values))


def scenario_settings(name: str) -> dict[str, Any]:
    """All settings of a scenario's run, which goes at the speed of its data set's first run."""
    values = RunConfig(**SCENARIOS[name].settings).to_dict()
    return values | {"speed": defaults(values["dataset"])["speed"]}


@cache
def _measurements() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def _means(name: str) -> dict[str, float]:
    found = _measurements()["scenarios"][name]
    return {"teacher": found["teacher"]} | {
        student: found[student]["mean"] for student in ("plain", "distilled")
    }


def _conditions(name: str) -> dict[str, Any]:
    found = _measurements()
    gain = found["scenarios"][name]["gain"]
    return {
        "gain": 100 * gain["mean"],
        "sd": 100 * gain["sd"],
        "n": gain["n"],
        "better": found["scenarios"][name]["better"],
        "command": found["command"],
        "date": found["date"],
    }
