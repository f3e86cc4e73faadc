"""What a sweep has found: the best of its grid, and what its seeds say together."""

from dashboard.text.numbers import with_sign
from dashboard.text.phrases import Sentence
from kdcore.jobs.sweep.record import ON_TARGET, Best, Spread, SweepRecord


def best_sentences(best: Best) -> list[Sentence]:
    """What validation data chose, what test data say, and whether it is a real winner."""
    sentences = [
        Sentence(
            "landscape.best",
            {
                "temperature": best.cell.temperature,
                "weight": best.cell.weight,
                "validation": spread_text(best.validation),
                "test": spread_text(best.test),
                "plain": spread_text(best.plain_test),
                "n": best.test.n,
                "places": best.places,
            },
        )
    ]
    gain, sd = best.gain.mean, best.gain.sd
    values = {"gain": with_sign(100 * gain), "sd": f"{(sd or 0) * 100:.1f}", "n": best.gain.n}
    if sd is None:
        sentences.append(Sentence("landscape.gain_one_seed", values))
    elif gain > 2 * sd / best.gain.n**0.5:
        sentences.append(Sentence("landscape.gain_real", values))
    elif gain > 0:
        sentences.append(Sentence("landscape.gain_unsure", values))
    else:
        sentences.append(Sentence("landscape.gain_none", values))
    if best.near:
        sentences.append(
            Sentence("landscape.near", {"count": best.near, "others": best.places - 1})
        )
    return sentences


def seeds_sentences(found: SweepRecord) -> list[Sentence]:
    """Whether distilling pays over the seeds of one setting; nothing before all have a score."""
    cells = found.cells()
    if not cells:
        return []
    cell = cells[0]
    gain = found.gain(cell, found.accuracy)
    distilled = found.spread(cell, found.accuracy)
    plain = found.spread(cell, found.accuracy, "plain")
    if gain is None or distilled is None or plain is None or gain.n < len(cell.numbers):
        return []
    values = {
        "count": gain.n,
        "wins": sum(value > 0 for value in gain.values),
        "distilled": _percent(distilled),
        "plain": _percent(plain),
        "gain": with_sign(100 * gain.mean),
        "sd": f"{100 * (gain.sd or 0):.1f}",
    }
    judged = {1: "repeat.clear_gain", 0: "repeat.unclear", -1: "repeat.clear_loss"}[gain.clear]
    outcome = "target_outcome" if found.accuracy == ON_TARGET else "outcome"
    return [Sentence(f"repeat.{outcome}", values), Sentence(judged, {})]


def spread_text(spread: Spread) -> str:
    """Mean ± sd in per cent; of one value without an sd."""
    return f"{spread.mean:.1%}" if spread.sd is None else _percent(spread)


def _percent(spread: Spread) -> str:
    return f"{100 * spread.mean:.1f} ± {100 * (spread.sd or 0):.1f}%"
