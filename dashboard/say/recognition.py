"""What a recognition shows, in plain sentences and texts with their errors marked."""

from dashboard.text.escape import Markdown, markdown_text
from dashboard.text.phrases import Sentence
from kdcore.jobs.recognition.edits import ADDED, KEPT, MISSING, edits
from kdcore.jobs.recognition.events import RateInterval
from kdcore.jobs.recognition.record import RecognitionRecord

SPACE = "␣"


def recognition_sentences(record: RecognitionRecord) -> list[Sentence]:
    """What can be said once it is over; nothing before."""
    end = record.finished
    if end is None or end.gain is None or not end.epochs:
        return []
    rates = {f"{name}_rate": one.value for name, one in end.test.items()}
    return [
        Sentence("recognition.sentence.rates", rates),
        Sentence(f"recognition.sentence.{_way(end.gain)}", _points(end.gain)),
        *_peaks(record),
        Sentence("recognition.sentence.one_seed", {}),
    ]


def marked(said: str, recognised: str) -> Markdown:
    """What was recognised as Markdown, with what is wrong of it in red and said in signs too.

    ``a→b`` is a character that was taken for another, ``−a`` one that is missing, ``+a`` one that
    was not said.
    """
    parts = []
    for one in edits(said, recognised):
        if one.kind == KEPT:
            parts.append(_spaced(one.recognised))
            continue
        meant, written = (markdown_text(_visible(text)) for text in (one.said, one.recognised))
        if one.kind == MISSING:
            sign = f"−{meant}"
        elif one.kind == ADDED:
            sign = f"+{written}"
        else:
            sign = f"{meant}→{written}"
        parts.append(f":red-background[{sign}]")
    return Markdown("".join(parts))


def _peaks(record: RecognitionRecord) -> list[Sentence]:
    shares = record.epochs[-1].agreement if record.epochs else {}
    known = {f"{name}_share": share for name, share in shares.items() if share is not None}
    return [Sentence("recognition.sentence.peaks", known)] if len(known) == 2 else []


def _way(gain: RateInterval) -> str:
    """``fewer``, ``more`` or, where the interval holds 0, ``within``."""
    if gain.low > 0:
        return "fewer"
    return "more" if gain.high < 0 else "within"


def _points(gain: RateInterval) -> dict[str, float]:
    return {
        "points": abs(100 * gain.value),
        "value": 100 * gain.value,
        "low": 100 * gain.low,
        "high": 100 * gain.high,
    }


def _visible(text: str) -> str:
    return text.replace(" ", SPACE)


def _spaced(text: str) -> str:
    """A text as Markdown that keeps the blanks at its ends, beside a mark."""
    inner = markdown_text(text)
    before = " " if text.startswith(" ") else ""
    after = " " if text.endswith(" ") and text.strip() else ""
    return f"{before}{inner}{after}"
