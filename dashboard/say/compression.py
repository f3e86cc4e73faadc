"""What compression did to a student, what it lost as well."""

from dashboard.say.verdict import sampling_noise
from dashboard.text.numbers import size_text
from dashboard.text.phrases import Sentence
from kdcore.jobs.compression.events import Latency
from kdcore.jobs.compression.record import CompressionRecord, StageRecord

CLEAR = 1.1
"""How many times the student's time a network takes that is called slower."""


def compression_sentences(record: CompressionRecord) -> dict[str, list[Sentence]]:
    """Sentences on each stage that is over, by its name, against the student before it."""
    student = record.student
    if record.started is None or student is None or student.after is None:
        return {}
    size = record.started.test_size
    return {
        stage.name: [*_size(stage, student), *_accuracy(stage, student, size), *_time(stage)]
        for stage in record.compressed
        if stage.after
    }


def _size(stage: StageRecord, student: StageRecord) -> list[Sentence]:
    now, other = stage.newest, student.newest
    values = {"now": size_text(now.bytes), "student": size_text(other.bytes)}
    ratio = other.bytes / now.bytes
    if stage.name == "pruned":
        return [
            Sentence(
                "shrink.sentence.dense",
                {
                    "nonzero": now.nonzero,
                    "weights": now.parameters,
                    "packed": size_text(now.packed_bytes),
                    "student_packed": size_text(other.packed_bytes),
                },
            )
        ]
    if ratio < 1:
        return [Sentence("shrink.sentence.larger", values)]
    return [Sentence("shrink.sentence.smaller", values | {"times": ratio})]


def _accuracy(stage: StageRecord, student: StageRecord, size: int) -> list[Sentence]:
    before, after = stage.before.scores.test_errors, stage.newest.scores.test_errors
    other = student.newest.scores.test_errors
    noise = sampling_noise(after, other, size)
    values = {"before": before, "after": after, "student": other, "noise": round(noise)}
    if after > other:
        way = "loses_beyond" if after - other > noise else "loses_within"
        return [
            Sentence("shrink.sentence.course", values),
            Sentence(f"shrink.sentence.{way}", values),
        ]
    return [Sentence("shrink.sentence.course", values), Sentence("shrink.sentence.keeps", values)]


def _time(stage: StageRecord) -> list[Sentence]:
    one, many = stage.newest.latency_1, stage.newest.latency_128
    ratios = Sentence("shrink.sentence.time", {"one": one.of_student, "many": many.of_student})
    match _slower(one), _slower(many):
        case True, True:
            return [ratios, Sentence("shrink.sentence.slower", {})]
        case True, False:
            return [ratios, Sentence("shrink.sentence.slower_one", {})]
        case False, True:
            return [ratios, Sentence("shrink.sentence.slower_many", {})]
    return [ratios]


def _slower(latency: Latency) -> bool:
    """Whether three of four turns took clearly longer than the student's."""
    return latency.of_student - latency.of_student_iqr / 2 > CLEAR
