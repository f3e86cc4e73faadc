"""Texts of a run as its files keep them, for a chart."""

import textwrap
from collections.abc import Mapping

import numpy as np

from dashboard.charts.parts import style

WIDTH, LINES = 26, 4
"""Characters of a line, and lines of a text."""


def kept_texts(arrays: Mapping[str, np.ndarray], use: str) -> list[str]:
    """Texts in lines for a chart, escaped; none of inputs that are no texts.

    Args:
        arrays: see ``Text.shown``.
        use: what the file keeps them for, such as ``set``.
    """
    if f"{use}_texts" not in arrays:
        return []
    lines = bytes(arrays[f"{use}_text_tokens"].ravel().astype(np.uint8)).decode().split("\n")
    blank = "" if arrays[f"{use}_text_joined"].any() else " "
    whole = (blank.join(lines[at] for at in row if lines[at]) for row in arrays[f"{use}_texts"])
    return ["<br>".join(map(style.escape_tags, _lines(text))) for text in whole]


def _lines(text: str) -> list[str]:
    lines = textwrap.wrap(text, WIDTH)
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], f"{lines[LINES - 1]} …"]
