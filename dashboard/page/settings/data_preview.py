"""What is in data of one's own, before Start."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from dashboard.page.data_notes import show_notes
from dashboard.page.settings.readings import Reading, readings
from dashboard.say.titles import dataset_title
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import md, t, translate_error
from kdcore.catalogue import GIVEN_DATA, suits
from kdcore.errors import UserError
from kdcore.events import Failed, Preview
from kdcore.inputs import INPUT_KINDS, Audio, Features, Image, Text
from kdcore.inputs.audio import RATE

POLL = 0.5
"""Seconds between two looks at a reading."""
THUMBNAIL = 64
"""Pixels on the page."""
IN_A_ROW = 3
MOST_CLASSES = 12
"""Classes that are listed."""
FRESH = "own_data_fresh"
"""Session state: data that were just chosen and whose suited models are still to be adopted."""


def data_preview(path: str, set_settings: Callable[[Mapping[str, Any]], None]) -> None:
    """Show what is in data of one's own, or why they may not be read.

    Draw it before the widgets of the models.

    Args:
        path: as the viewer named them.
        set_settings: of the page: the models that suit data that were just chosen.
    """
    if path.startswith(GIVEN_DATA):
        st.info(md("preview.given", name=dataset_title(path)), icon=":material/code:")
        return
    try:
        reading = readings().of(
            path, st.session_state["image_size"], st.session_state["label_column"]
        )
    except UserError as error:
        st.error(translate_error(error.code, error.values, str(error)), icon=":material/error:")
        return
    if st.session_state.get(FRESH) == path and isinstance(reading.ended, Preview):
        del st.session_state[FRESH]
        set_settings({"teacher": reading.ended.teacher, "student": reading.ended.student})
    over = reading.ended is not None
    st.fragment(_show_reading, run_every=None if over else POLL)(
        path, reading, set_settings, drawn_over=over
    )


def _show_reading(
    path: str,
    reading: Reading,
    set_settings: Callable[[Mapping[str, Any]], None],
    *,
    drawn_over: bool,
) -> None:
    if reading.ended is not None and not drawn_over:
        st.rerun()
    match reading.ended:
        case Failed() as failed:
            st.error(
                translate_error(failed.code, failed.values, failed.error), icon=":material/error:"
            )
        case Preview() as found:
            _show_preview(found, set_settings)
        case None:
            progress = reading.progress
            share = progress.done / progress.total if progress and progress.total else 0.0
            st.progress(min(share, 1.0), md("preview.reading", name=dataset_title(path)))


def _show_preview(found: Preview, set_settings: Callable[[Mapping[str, Any]], None]) -> None:
    total = found.train_size + found.validation_size + found.test_size
    st.markdown(
        md(
            "preview.counts",
            name=found.name,
            count=total,
            train=found.train_size,
            validation=found.validation_size,
            test=found.test_size,
        )
    )
    each = [f"{one.name} ({one.train + one.validation + one.test:,})" for one in found.classes]
    if (more := len(each) - MOST_CLASSES) > 0:
        each = [*each[:MOST_CLASSES], t("preview.more_classes", count=more)]
    st.caption(markdown_text(f"{_inputs(found)} · {', '.join(each)}"))
    SHOWN[found.input_kind](found)
    show_notes(found.notes)
    _fitting_models(found, set_settings)


def _inputs(found: Preview) -> str:
    match found.input_shape:
        case [channels, height, width] if found.input_kind == Image.name:
            kind = "gray_images" if channels == 1 else "colour_images"
            return t(f"preview.{kind}", width=width, height=height)
        case [_, bands, frames] if found.input_kind == Audio.name:
            return t("preview.recordings", bands=bands, frames=frames)
        case [features]:
            return t("preview.features", count=features)
        case [length, size] if found.input_kind == Text.name:
            return t("preview.texts", length=length, size=size)
    return found.description


def _thumbnails(found: Preview) -> None:
    for number, example in enumerate(found.examples):
        if number % IN_A_ROW == 0:
            columns = st.columns(IN_A_ROW)
        pixels = np.array(example.values, dtype=np.uint8)
        times = max(1, THUMBNAIL // max(pixels.shape[:2]))
        large = pixels.repeat(times, axis=0).repeat(times, axis=1)  # crisp, not blurred
        columns[number % IN_A_ROW].image(
            large, caption=markdown_text(example.class_name), width=THUMBNAIL
        )


def _rows(found: Preview) -> None:
    names = found.columns or [str(at) for at in range(len(found.examples[0].values))]
    values = zip(*(example.values for example in found.examples), strict=True)
    st.dataframe(
        {t("preview.class"): [example.class_name for example in found.examples]}
        | {name: list(column) for name, column in zip(names, values, strict=True)},
        hide_index=True,
    )


def _players(found: Preview) -> None:
    for example in found.examples:
        st.caption(markdown_text(example.class_name))
        st.audio(np.array(example.values, dtype=np.int16), sample_rate=int(RATE))


def _sentences(found: Preview) -> None:
    st.dataframe(
        {
            t("preview.class"): [example.class_name for example in found.examples],
            t("preview.text"): [example.values[0] for example in found.examples],
        },
        hide_index=True,
    )


SHOWN: dict[str, Callable[[Preview], None]] = {
    Image.name: _thumbnails,
    Features.name: _rows,
    Audio.name: _players,
    Text.name: _sentences,
}
"""By kind of input."""


def _fitting_models(found: Preview, set_settings: Callable[[Mapping[str, Any]], None]) -> None:
    chosen = {role: st.session_state[role] for role in ("teacher", "student")}
    kind, shape = INPUT_KINDS[found.input_kind], tuple(found.input_shape)
    if all(suits(models, kind, shape) for models in chosen.values()):
        return
    st.warning(md("preview.unsuited", families=", ".join(found.families), **chosen))
    pair = {"teacher": found.teacher, "student": found.student}
    st.button(md("preview.use", **pair), key="use_suited", on_click=set_settings, args=(pair,))
