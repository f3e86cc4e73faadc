"""What a robustness test shows, in plain sentences: also where it shows nothing."""

from dashboard.text.phrases import Sentence
from kdcore.catalogue import CORRUPTIONS
from kdcore.jobs.robustness.events import Comparison, Estimate
from kdcore.jobs.robustness.record import RobustnessRecord

PAIR = ("plain", "distilled")


def robustness_paragraphs(record: RobustnessRecord) -> list[list[Sentence]]:
    """What can be said once the means are there: of corruptions, of attacks; nothing before."""
    end, clean = record.finished, record.clean
    if end is None or clean is None or not (end.corruptions or end.attacks):
        return []
    said = []
    for kind, comparison in (("corruptions", end.corruptions), ("attacks", end.attacks)):
        if comparison is None:
            continue
        names = [name for name in record.over if CORRUPTIONS[name].attack == (kind == "attacks")]
        said.append([*_means(record, kind, comparison, len(names)), *_gains(kind, comparison)])
    if _gain(end.corruptions) or _gain(end.attacks):
        said.append([Sentence("robustness.sentence.one_seed", {})])
    return said


def _means(
    record: RobustnessRecord, kind: str, comparison: Comparison, count: int
) -> list[Sentence]:
    """From clean to corrupted images, student by student."""
    assert record.clean is not None
    known = [name for name in PAIR if name in comparison.accuracy]
    if len(known) < len(PAIR):
        return [
            Sentence(
                f"robustness.sentence.{name}_means_{kind}",
                {
                    "count": count,
                    "clean": record.clean.learners[name].accuracy,
                    "mean": comparison.accuracy[name].value,
                },
            )
            for name in known
        ]
    values = {
        f"{name}_{what}": value
        for name in PAIR
        for what, value in (
            ("clean", record.clean.learners[name].accuracy),
            ("mean", comparison.accuracy[name].value),
        )
    }
    return [Sentence(f"robustness.sentence.means_{kind}", values | {"count": count})]


def _gains(kind: str, comparison: Comparison) -> list[Sentence]:
    gain, calibration = comparison.accuracy_gain, comparison.ece_gain
    beyond = comparison.beyond_clean
    if gain is None or calibration is None or beyond is None:
        return []
    return [
        Sentence(f"robustness.sentence.{_way(gain)}", _points(gain)),
        Sentence(f"robustness.sentence.beyond_{_way(beyond)}", _points(beyond)),
        *(
            [Sentence(f"robustness.sentence.ece_{_way(calibration)}", _points(calibration))]
            if kind == "corruptions"
            else []
        ),
    ]


def _way(gain: Estimate) -> str:
    """``more``, ``less`` or, where the interval holds 0, ``within``."""
    if gain.low > 0:
        return "more"
    return "less" if gain.high < 0 else "within"


def _points(gain: Estimate) -> dict[str, float]:
    return {
        "points": abs(100 * gain.value),
        "value": 100 * gain.value,
        "low": 100 * gain.low,
        "high": 100 * gain.high,
    }


def _gain(comparison: Comparison | None) -> Estimate | None:
    return comparison.accuracy_gain if comparison else None
