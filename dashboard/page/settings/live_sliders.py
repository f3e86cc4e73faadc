"""The sliders whose values act while a run goes on."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.followed_controls import FollowedControl, followed_controls
from dashboard.page.acting import lecturers, may_act
from dashboard.page.settings.values import KEYS
from dashboard.say.titles import method_title
from dashboard.text.viewer import md, t
from kdcore.catalogue import (
    HIGHEST_EXTRA_WEIGHT,
    METHODS,
    extra_terms_spec,
    extra_weight,
    is_forest,
    method_of,
    method_spec,
    parse_method,
)
from kdcore.jobs.run.controls import extra_terms

TEMPERATURES = (0.5, 0.7, 1.0, 1.4, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0)
"""Steps of about the same factor: T acts by its logarithm, as on the Temperature page."""
SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0)
LEARNING_RATES = (1e-4, 3e-4, 1e-3, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
OWN = "own_"
"""What the keys of the acting method's own sliders begin with."""
NEXT = "next_"
"""The same of a method that waits for the next start."""
WIDEST = "widest_further"
"""Session state: where the slider of a further term ends, by spec."""


def live_sliders(
    on_change: Callable[[str], None],
    acting: Mapping[str, Any],
    *,
    run: str = "",
    in_line: Sequence[DeltaGenerator] = (),
) -> None:
    """The sliders that act during a run; a follower sees where the lecturer has them.

    Args:
        on_change: gets the setting's name on release.
        acting: settings of the run that takes commands, or what is chosen for the next one.
        run: that is shown.
        in_line: columns for T and λ, which are then alone; else all stand below each other.
    """
    if not may_act():
        with in_line[0] if in_line else st.container():
            followed_controls(run, _followed(acting)[: len(in_line) or None])
        return
    if in_line:
        for column, slider in zip(in_line, (_temperature_slider, _weight_slider), strict=True):
            with column:
                slider(on_change, acting)
        return
    _temperature_slider(on_change, acting)
    _weight_slider(on_change, acting)
    own_sliders(acting["method"], OWN, on_change)
    _extra_term_sliders(extra_terms(acting["also"]), on_change)
    lr, speed = st.session_state["lr"], st.session_state["speed"]
    left, right = st.columns(2)
    left.select_slider(
        t("live.slider.lr"),
        _with(LEARNING_RATES, lr),
        lr,
        key="lr",
        format_func=lambda lr: f"{lr:g}",
        on_change=on_change,
        args=("lr",),
        **lecturers(help=md("setting.lr.help"), disabled=is_forest(acting["student"])),
    )
    right.select_slider(
        t("live.slider.speed"),
        [*(_with(SPEEDS, speed) if speed else SPEEDS), 0.0],
        speed,
        key="speed",
        on_change=on_change,
        args=("speed",),
        format_func=lambda speed: f"{speed:g}" if speed else t("live.max"),
        **lecturers(help=md("setting.speed.help")),
    )


def _followed(acting: Mapping[str, Any]) -> list[FollowedControl]:
    """The same controls for who only looks."""
    method, own = parse_method(acting["method"])
    settings = METHODS[method].settings
    highest = 1.0 if acting["mixing"] == "convex" else max(5.0, acting["weight"])
    further = extra_terms(acting["also"])
    return [
        FollowedControl(
            "temperature", t("live.slider.temperature"), acting["temperature"], TEMPERATURES
        ),
        FollowedControl("weight", t("live.slider.weight"), acting["weight"], (0.0, highest)),
        *(
            FollowedControl(
                name,
                f"{settings[name].symbol} · {t(f'method_setting.{method}.{name}')}",
                value,
                (settings[name].low, settings[name].high),
            )
            for name, value in own.items()
        ),
        *(
            FollowedControl(
                extra_weight(spec),
                t("live.further", method=method_title(spec)),
                weight,
                (0.0, max(1.0, 2.0 * weight)),
            )
            for weight, spec in further
        ),
        FollowedControl("lr", t("live.slider.lr"), acting["lr"], LEARNING_RATES),
        FollowedControl(
            "speed", t("live.slider.speed"), acting["speed"], SPEEDS, largest=t("live.max")
        ),
    ]


def _temperature_slider(on_change: Callable[[str], None], acting: Mapping[str, Any]) -> None:
    terms = [acting["method"], *(spec for _, spec in extra_terms(acting["also"]))]
    temperature = st.session_state["T"]
    st.select_slider(
        t("live.slider.temperature"),
        _with(TEMPERATURES, temperature),
        temperature,
        key="T",
        format_func=lambda value: f"{value:g}",
        on_change=on_change,
        args=("temperature",),
        **lecturers(
            help=md("setting.temperature.help"),
            disabled=not any(method_of(spec).uses_temperature for spec in terms),
        ),
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
        on_change=on_change,
        args=("weight",),
        **lecturers(help=md("setting.weight.help"), disabled=not method_of(acting["method"]).loss),
    )


def live_value(name: str) -> float:
    """What the slider of a setting that acts at once shows."""
    return st.session_state[KEYS.get(name, f"{OWN}{name}")]  # type: ignore[no-any-return]


def _set(key: str, value: float) -> None:
    """Give a slider its value where it has another: what is set is sent, over a hand that moves."""
    if not math.isclose(st.session_state.get(key, math.nan), value):
        st.session_state[key] = value


def _extra_term_sliders(further: list[tuple[float, str]], on_change: Callable[[str], None]) -> None:
    """The weights of the terms that stand beside the method; they act during a run too."""

    def on_release(name: str) -> None:
        chosen = extra_terms(st.session_state["also"])
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
            on_change=on_release,
            args=(name,),
            **lecturers(),
        )


def own_sliders(spec: str, prefix: str, on_change: Callable[[str], None]) -> None:
    """A method's own settings.

    Args:
        spec: of the method.
        prefix: of the sliders' keys: ``OWN`` where they act during a run too, else ``NEXT``.
        on_change: gets the setting's name on release.
    """
    method, own = parse_method(spec)

    def on_release(name: str) -> None:
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
            on_change=on_release,
            args=(name,),
            **lecturers(),
        )


def _with(options: tuple[float, ...], value: float) -> list[float]:
    return sorted({*options, value})
