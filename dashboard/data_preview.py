"""What is in data of one's own, before Start: read in the background by a process of its own."""

import os
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np
import streamlit as st

from dashboard.data_notes import show_notes
from dashboard.say.titles import dataset_title
from dashboard.server.engine import store
from dashboard.text.escape import markdown_text
from dashboard.text.viewer import md, t, translate_error
from kdcore.catalogue import suits
from kdcore.errors import UserError
from kdcore.events import Failed, Preview, Progress, from_json

POLL = 0.5
"""Seconds between two looks at a reading."""
KEPT = 16
"""Readings that are remembered."""
THUMBNAIL = 64
"""Pixels on the page."""
IN_A_ROW = 3
MOST_CLASSES = 12
"""Classes that are listed."""
FRESH = "own_data_fresh"
"""Session state: data that were just chosen and whose suited models are still to be adopted."""


@dataclass(slots=True)
class Reading:
    """Data that are looked at, or were."""

    progress: Progress | None = None
    ended: Preview | Failed | None = None


@dataclass(slots=True)
class Readings:
    """Readings by what is read, one at a time; the newest are kept."""

    read: Callable[[list[str], Reading], None]
    start: Callable[[Callable[[], None]], None]
    _kept: OrderedDict[tuple[Any, ...], Reading] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def of(self, path: str, image_size: int, label_column: str) -> Reading:
        """The reading of data as they are now; it begins at the first call."""
        key = (path, image_size, label_column, _state(Path(path)))
        with self._lock:
            fresh = key not in self._kept
            reading = self._kept.setdefault(key, Reading())
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if fresh:
            arguments = [
                "--image-size",
                str(image_size),
                "--label-column",
                label_column,
                "--store",
                str(store().root),
                "--json",
                "--",
                path,
            ]
            self.start(partial(self._read, arguments, reading))
        return reading

    def _read(self, arguments: list[str], reading: Reading) -> None:
        with self._turn:
            self.read(arguments, reading)


@cache
def readings() -> Readings:
    """Those of this process."""
    return Readings(read_apart, lambda work: Thread(target=work, daemon=True).start())


def _state(path: Path) -> tuple[int, ...]:
    """Changes when a file is written, or when files come to a folder or leave it."""
    try:
        about = path.expanduser().stat()
        newest = about.st_mtime_ns
        if path.is_dir():
            newest = max([newest, *(inner.stat().st_mtime_ns for inner in os.scandir(path))])
    except (OSError, RuntimeError):  # the reading says why
        return ()
    return about.st_size, newest


def read_apart(arguments: list[str], reading: Reading) -> None:
    """Fill ``reading`` from the events of ``python -m kdcore preview``."""
    command = [sys.executable, "-m", "kdcore", "preview", *arguments]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    assert process.stdout is not None, "it is a pipe"
    with process.stdout as lines:
        for line in lines:
            match from_json(line):
                case Progress() as progress:
                    reading.progress = progress
                case Preview() | Failed() as end:
                    reading.ended = end
    status = process.wait()
    if reading.ended is None:
        error = UserError("preview_died", cause=f"status {status}")
        reading.ended = Failed(error=str(error), code=error.code, values=error.values)


def data_preview(path: str, adopt: Callable[[Mapping[str, Any]], None]) -> None:
    """Show what is in data of one's own; draw it before the widgets of the models.

    Args:
        path: as the viewer named them.
        adopt: sets settings of the page: the models that suit, of data that were just chosen.
    """
    reading = readings().of(path, st.session_state["image_size"], st.session_state["label_column"])
    if st.session_state.get(FRESH) == path and isinstance(reading.ended, Preview):
        del st.session_state[FRESH]
        adopt({"teacher": reading.ended.teacher, "student": reading.ended.student})
    over = reading.ended is not None
    st.fragment(_show, run_every=None if over else POLL)(path, reading, adopt, drawn_over=over)


def _show(
    path: str, reading: Reading, adopt: Callable[[Mapping[str, Any]], None], *, drawn_over: bool
) -> None:
    if reading.ended is not None and not drawn_over:
        st.rerun()
    match reading.ended:
        case Failed() as failed:
            st.error(
                translate_error(failed.code, failed.values, failed.error), icon=":material/error:"
            )
        case Preview() as found:
            _found(found, adopt)
        case None:
            told = reading.progress
            share = told.done / told.total if told and told.total else 0.0
            st.progress(min(share, 1.0), md("preview.reading", name=dataset_title(path)))


def _found(found: Preview, adopt: Callable[[Mapping[str, Any]], None]) -> None:
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
    if len(found.input_shape) == 3:
        _thumbnails(found)
    else:
        _rows(found)
    show_notes(found.notes)
    _fitting_models(found, adopt)


def _inputs(found: Preview) -> str:
    if len(found.input_shape) != 3:
        return t("preview.features", count=found.input_shape[0])
    channels, height, width = found.input_shape
    kind = "gray_images" if channels == 1 else "colour_images"
    return t(f"preview.{kind}", width=width, height=height)


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


def _fitting_models(found: Preview, adopt: Callable[[Mapping[str, Any]], None]) -> None:
    chosen = {role: st.session_state[role] for role in ("teacher", "student")}
    shape = tuple(found.input_shape)
    if all(suits(models, shape) for models in chosen.values()):
        return
    st.warning(md("preview.unsuited", families=", ".join(found.families), **chosen))
    pair = {"teacher": found.teacher, "student": found.student}
    st.button(md("preview.use", **pair), key="use_suited", on_click=adopt, args=(pair,))
