"""What then happened: the answer that a run or a sweep has measured, beside the votes."""

from collections.abc import Iterator

from dashboard.say.sweep import best_sentences, seeds_sentences, spread_text
from dashboard.say.verdict import outcome_of_run, sampling_noise, verdict
from dashboard.server.classroom.question import HELPS, NEXT, WHICH_T, Outcome, Question
from dashboard.server.engine import store
from dashboard.server.shared_records import shared_record
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import Sentence, join_sentences
from kdcore.errors import UserError
from kdcore.jobs.kind import RUN, SWEEP
from kdcore.jobs.run.record import RunRecord
from kdcore.jobs.sweep.record import GridPoint, Spread, SweepRecord


def outcome_of(question: Question) -> Outcome:
    """What the job of a question has measured so far; the question must have one."""
    job = _job_of(question)
    if not job:
        return _said(None, Sentence("classroom.outcome.no_job", {}), final=False)
    try:
        shared = shared_record(job)
        with shared.lock:
            match shared.newest():
                case RunRecord() as record:
                    return _of_run(question, record)
                case SweepRecord() as record:
                    return _of_sweep(question, record)
    except UserError:  # it was deleted, which can be undone, or cannot be read
        return _said(None, Sentence("classroom.outcome.gone", {}), final=False)
    return _said(None, Sentence("classroom.outcome.no_job", {}), final=True)


def _of_run(question: Question, record: RunRecord) -> Outcome:
    if record.finished is None:
        if record.over:
            return _said(None, Sentence("classroom.outcome.broke_off", {}), final=True)
        values = {"done": record.position, "all": record.config.get("epochs", 0)}
        return _said(None, Sentence("classroom.outcome.running", values), final=False)
    said = verdict(record).headline or [Sentence("classroom.outcome.no_verdict", {})]
    way = outcome_of_run(record)
    option = _answer(way) if question.kind == HELPS and way is not None else None
    return _said(option, *said, final=True)


def _of_sweep(question: Question, record: SweepRecord) -> Outcome:
    if record.finished is None:
        if record.over:
            return _said(None, Sentence("classroom.outcome.broke_off", {}), final=True)
        values = {"share": record.done}
        return _said(None, Sentence("classroom.outcome.sweeping", values), final=False)
    if question.kind == WHICH_T:
        return _winning_temperature(question, record)
    best = record.best(record.cells())
    if question.kind == HELPS and len(record.cells()) == 1 and (said := seeds_sentences(record)):
        gain = record.gain(record.cells()[0], record.accuracy)
        return _said(None if gain is None else _answer(gain.clear), *said, final=True)
    if best is None:
        return _said(None, Sentence("classroom.outcome.no_verdict", {}), final=True)
    option = _answer(best.gain.clear) if question.kind == HELPS else None
    return _said(option, *best_sentences(best), final=True)


def _winning_temperature(question: Question, record: SweepRecord) -> Outcome:
    """The best T at its best λ, and whether the next one is really worse.

    Validation data choose λ at each T; test data compare. With several seeds the difference counts
    where its mean is beyond two standard errors, pair by pair of equal seeds; with one where the
    sample of the test set makes as much by chance in fewer than 1 of 20.
    """
    by_temperature = {point.temperature: point for point in _best_points(record)}
    scores = {
        temperature: spread
        for temperature, point in by_temperature.items()
        if (spread := record.spread(point, record.accuracy))
    }
    if len(scores) < 2:
        return _said(None, Sentence("classroom.outcome.one_temperature", {}), final=True)
    first, second = sorted(scores, key=lambda one: scores[one].mean, reverse=True)[:2]
    values = {
        "first": first,
        "second": second,
        "first_score": spread_text(scores[first]),
        "second_score": spread_text(scores[second]),
        "count": scores[first].n,
    }
    compared = Sentence("classroom.outcome.temperatures", values)
    if not _is_clear(record, by_temperature[first], by_temperature[second]):
        judged = Sentence("classroom.outcome.no_winner", {})
        return _said(len(question.options) - 1, compared, judged, final=True)
    judged = Sentence("classroom.outcome.winner", {"first": first})
    temperatures = [float(one) for one in question.temperatures]
    option = temperatures.index(first) if first in temperatures else None
    return _said(option, compared, judged, final=True)


def _best_points(record: SweepRecord) -> Iterator[GridPoint]:
    """At each T the λ above 0 that validation data choose."""
    points = [point for point in record.cells() if point.weight > 0]
    for temperature in sorted({point.temperature for point in points}):
        found = [
            (spread.mean, point)
            for point in points
            if point.temperature == temperature
            and (spread := record.spread(point, "validation_accuracy"))
        ]
        if found:
            yield max(found, key=lambda pair: pair[0])[1]


def _is_clear(record: SweepRecord, first: GridPoint, second: GridPoint) -> bool:
    one, other = (_by_seed(record, point) for point in (first, second))
    seeds = sorted(one.keys() & other.keys())
    if len(seeds) > 1:
        return Spread(tuple(one[seed] - other[seed] for seed in seeds)).clear > 0
    if not seeds or record.started is None or record.accuracy != "test_accuracy":
        return False
    size = record.started.test_size
    fewer, more = (round((1 - scores[seeds[0]]) * size) for scores in (one, other))
    return more - fewer > sampling_noise(fewer, more, size)


def _by_seed(record: SweepRecord, point: GridPoint) -> dict[int, float]:
    """The accuracy of a point's cells, 0 to 1, by their seed."""
    assert record.started is not None
    found = {}
    for number in point.numbers:
        spread = record.spread(
            GridPoint(point.temperature, point.weight, (number,)), record.accuracy
        )
        if spread:
            found[int(record.started.cells[number]["seed"])] = spread.mean
    return found


def _answer(way: int) -> int:
    """The option of ``HELPS`` for better (1), no difference that can be shown (0), worse (-1)."""
    return 1 - way


def _said(option: int | None, *sentences: Sentence, final: bool) -> Outcome:
    text = {language: join_sentences(words(language), sentences) for language in LANGUAGES}
    return Outcome(option=option, final=final, text=text)


def _job_of(question: Question) -> str:
    """The job's id; of ``NEXT`` that of the first that began after the question."""
    if question.job != NEXT:
        return question.job
    kind = SWEEP if question.kind == WHICH_T else RUN
    later = [row for row in store().list(kind) if row.readable and row.created >= question.asked]
    return min(later, key=lambda row: row.created).id if later else ""
