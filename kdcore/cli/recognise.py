"""``recognise``: a recogniser of speech teaches a smaller one."""

import argparse
from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from typing import Any

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from kdcore.cli.arguments import Commands
from kdcore.cli.engine import wake_engine
from kdcore.cli.execute import execute
from kdcore.cli.flags import add_resume, add_setting, add_store
from kdcore.cli.output import console, plain, show, table
from kdcore.cli.ranks import processes
from kdcore.cli.resume import folded, resumed, store_of
from kdcore.errors import UserError
from kdcore.events import Event
from kdcore.job import Job
from kdcore.jobs.kind import RECOGNITION
from kdcore.jobs.recognition.config import MADE, RecognitionConfig
from kdcore.jobs.recognition.events import LEARNERS, RateInterval, RecognitionFinished
from kdcore.jobs.recognition.record import RecognitionRecord
from kdcore.store import JobFolder


def add_command(commands: Commands) -> None:
    """``recognise`` and its flags."""
    entry = commands.add(
        "recognise",
        "A CRNN learns with CTC to write what is said, and teaches a smaller one by "
        "its answer to every frame. The character error rate is measured after each epoch, for "
        "the teacher, for the small network alone and for the distilled one.",
    )
    entry.set_defaults(command=recognise)
    add_resume(entry, "RECOGNITION")
    entry.add_argument(
        "--made",
        action="store_true",
        help="use the corpus that espeak-ng speaks; the first time it is made",
    )
    for item in fields(RecognitionConfig):
        add_setting(entry, item)
    entry.add_argument("--json", action="store_true", help="one JSON object a line on stdout")
    add_store(entry)


def recognise(options: argparse.Namespace) -> int:
    """Distil a recogniser; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="recognise")
    if options.resume:
        return carry_out(resumed(RECOGNITION, options), options)
    values = {
        item.name: value
        for item in fields(RecognitionConfig)
        if (value := getattr(options, item.name)) is not None
    }
    if options.made and "data" in values:
        raise UserError("recognition_twice")
    if not options.made and "data" not in values:
        raise UserError("recognition_what")
    config = RecognitionConfig(**({"data": MADE} | values))
    return carry_out(store_of(options).create(config), options)


def carry_out(folder: JobFolder[RecognitionConfig], options: argparse.Namespace) -> int:
    """Execute a stored recognition; the exit status."""
    wake_engine()
    for_people = partial(_print_for_people, folder=folder)
    return execute(Job(folder.config, folder), as_json=options.json, for_people=for_people)[1]


def _print_for_people(
    events: Iterable[Event], folder: JobFolder[RecognitionConfig]
) -> Event | None:
    out = console()
    found = RecognitionRecord()
    last: Event | None = None
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("reading", total=1.0)
        for event in folded(found, folder, events):
            last = event
            progress.update(task, completed=found.done, description=_stage(found))
    if found.started:
        show(_corpus(found))
        out.print(_rates(found), crop=False)
        out.print(
            plain(
                "Character error rate in % after each epoch of the students; terms in nats a "
                "frame. Peaks: the share of the frames in which the teacher writes a character "
                "where the student writes the same one."
            )
        )
        for line in _transcripts(found):
            show(line)
    if isinstance(last, RecognitionFinished):
        for line in _told(last):
            show(line)
        show(f"{last.state} after {last.seconds:.1f} s: {last.recognition}")
    return last


def _stage(found: RecognitionRecord) -> str:
    if found.started is None:
        return found.progress.task if found.progress else "reading"
    name = "teacher_epochs" if found.stage == "teacher" else "epochs"
    return f"{found.stage} {found.position:.1f}/{found.started.config[name]}"


def _corpus(found: RecognitionRecord) -> str:
    assert found.started is not None
    parts = [
        f"{name} {one.utterances:,} utterances of {one.speakers} speakers ({one.seconds:,.0f} s)"
        for name, one in found.started.splits.items()
    ]
    sizes = ", ".join(f"{name} {count:,}" for name, count in found.started.parameters.items())
    return f"{'; '.join(parts)}. Weights: {sizes}."


def _rates(found: RecognitionRecord) -> Any:
    columns = ("epoch", *LEARNERS, "CTC plain", "CTC distilled", "KL plain", "KL distilled")
    peaks = ("peaks plain", "peaks distilled")
    rows = []
    for one in found.epochs:
        terms = [
            f"{getattr(one.terms[name], term):.3f}" if name in one.terms else ""
            for term in ("ctc", "kl")
            for name in ("plain", "distilled")
        ]
        rows.append(
            (
                str(one.epoch),
                *(f"{100 * one.test[name]:.1f}" for name in LEARNERS),
                *terms,
                *(
                    "" if share is None else f"{100 * share:.0f}"
                    for share in one.agreement.values()
                ),
            )
        )
    return table((*columns, *peaks), rows, right=(*columns, *peaks))


def _transcripts(found: RecognitionRecord) -> list[str]:
    if not found.epochs:
        return []
    lines = []
    for one in found.epochs[-1].transcripts[:4]:
        lines.append(f"{'said':>9}: {one.said}")
        lines += [f"{name:>9}: {text}" for name, text in one.learners.items()]
    return lines


def _told(last: RecognitionFinished) -> list[str]:
    if not last.test or last.gain is None:
        return []
    rates = ", ".join(f"{name} {_percent(one)}" for name, one in last.test.items())
    gain = last.gain
    beyond = gain.low > 0 or gain.high < 0
    verdict = (
        "more than the choice of utterances explains; one seed of the training"
        if beyond
        else "this may be chance"
    )
    return [
        f"Character error rate on test data: {rates} (95% interval over utterances).",
        f"Plain minus distilled: {100 * gain.value:+.1f} percentage points "
        f"({100 * gain.low:+.1f} to {100 * gain.high:+.1f}): {verdict}.",
    ]


def _percent(one: RateInterval) -> str:
    return f"{100 * one.value:.1f}% ({100 * one.low:.1f} to {100 * one.high:.1f})"
