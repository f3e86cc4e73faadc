"""What can go wrong by a person's hand, each as one sentence: what, where, what to do.

A message is kept apart from its values so that the dashboard can say it in another language. What
a setting is called is filled in where the message is shown: ``{setting[augment]}`` is the setting,
``{choice[augment=none]}`` one of its choices with it and ``{option[augment=none]}`` without it. On
the command line these are the names that people type.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import partial
from typing import Any

from kdcore.errors import data, jobs, models, settings, sharing, store, training
from kdcore.escapes import readable

MESSAGES = (
    settings.MESSAGES
    | jobs.MESSAGES
    | models.MESSAGES
    | training.MESSAGES
    | store.MESSAGES
    | data.MESSAGES
    | sharing.MESSAGES
)
"""By code."""

LONGEST_SHOWN = 2_000
"""Characters of one value in a message."""
LONGEST_NAME = 200
"""Characters of what may be a name that was mistyped."""

RUN_FAILURES = frozenset(
    {
        "loss_not_finite",
        "teacher_not_finite",
        "out_of_memory",
        "out_of_memory_fits",
        "out_of_memory_whole",
        "out_of_memory_alone",
        "device_lost",
        "sweep_memory",
        "sweep_worker_died",
        "worker_died",
        "never_began",
        "cluster_unreachable",
        "store_not_writable",
        "folder_not_writable",
        "file_not_writable",
        "file_damaged",
        "idx_magic",
        "idx_counts",
        "label_outside",
        "download_unreachable",
        "download_cut_off",
        "download_html",
        "download_wrong_sum",
        "espeak_failed",
    }
)
"""Codes of what goes wrong while a job is carried out; any other is a mistake in what was asked."""


class _Names:
    """What the command line shows for a setting or a choice: the name, in the way of ``show``."""

    def __init__(self, show: Callable[[str], str]) -> None:
        self._show = show

    def __getitem__(self, name: str) -> str:
        return self._show(name)


NAMES = {
    "setting": _Names(lambda name: name),
    "choice": _Names(lambda pair: pair.replace("=", " ")),
    "option": _Names(lambda pair: pair.partition("=")[2]),
}
"""What messages may look names up in, on the command line."""


class UserError(ValueError):
    """A mistake that a person can mend; ``str(error)`` is the English sentence.

    Args:
        code: key of ``MESSAGES``.
        values: what the message names, JSON values.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = {name: _shown(value) for name, value in values.items()}
        super().__init__(MESSAGES[code].format(**self.values, **NAMES))


class BatchTooLargeError(MemoryError):
    """A device has not enough memory for a batch.

    Args:
        device: that ran out of it.
        size: examples of the batch; 0 where no setting has to do with it.
        fits: examples of the largest batch that was tried and fits; 0 where none does.
    """

    def __init__(self, device: str, *, size: int, fits: int) -> None:
        self.device, self.size, self.fits = device, size, fits
        super().__init__(f"a batch does not fit into the memory of {device}")

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), self.device, size=self.size, fits=self.fits), ()


def shortened(value: object, most: int = 60) -> str:
    """How Python writes a value, cut where that is long."""
    try:
        return _cut(repr(value), most)
    except (RecursionError, ValueError):  # nested too deep; a number of too many digits
        return type(value).__name__


def _shown(value: Any) -> Any:
    """What a message and the log of a job take of a value: whatever was sent, not all of it."""
    if isinstance(value, str | Exception):
        return _cut(readable(str(value)), LONGEST_SHOWN)
    text = shortened(value, LONGEST_SHOWN + 1)
    return value if len(text) <= LONGEST_SHOWN and text != type(value).__name__ else text


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def hint(given: object, allowed: list[str]) -> str:
    """`` Did you mean 'digits'?`` where one of ``allowed`` is near, else nothing."""
    text = shortened(given) if not isinstance(given, str) else given
    near = get_close_matches(text, allowed, n=1) if len(text) <= LONGEST_NAME else []
    return f" Did you mean {near[0]!r}?" if near else ""


def check_names(given: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise ``UserError`` where one of the names given is no setting."""
    known = list(allowed)
    for name in given:
        if name not in known:
            raise UserError("unknown_setting", name=name, hint=hint(name, known))


def cause_of(error: Exception) -> str:
    """What somebody else's code says of its failure, on one line and without a full stop.

    Example:
        >>> cause_of(RuntimeError("no such layer.\\nTraceback"))
        'RuntimeError: no such layer'
    """
    return f"{type(error).__name__}: {(str(error).splitlines() or ['?'])[0]}".rstrip(".")
