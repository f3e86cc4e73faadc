"""``run``: train, show or print the events, keep them in the store."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kdcore.cli.arguments import Commands
from kdcore.cli.counted import counted
from kdcore.cli.engine import wake_engine
from kdcore.cli.execute import execute
from kdcore.cli.flags import add_resume, add_settings, config_of, settings_of
from kdcore.cli.output import console, plain
from kdcore.cli.ranks import processes, rank
from kdcore.cli.resume import resumed, store_of
from kdcore.commands import Controls
from kdcore.errors import UserError
from kdcore.events import Event, Progress, Scores, TeacherEpoch, UncertaintyScores
from kdcore.exports.trackers import TRACKERS, load_tracker, log_events, open_tracker
from kdcore.job import Run
from kdcore.jobs.kind import RUN
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.run.events import Epoch, Finished, Prepared, Started, TreesGrown, Uncertainty
from kdcore.jobs.run.tree_rules import rules
from kdcore.ranges import within
from kdcore.store import RunFolder
from kdcore.store.branch import branch, epochs_to_branch_from

SHOWN_COVERAGE = 0.9


def add_command(commands: Commands) -> None:
    """``run`` and its flags."""
    run = commands.add("run")
    run.set_defaults(command=_execute_as_asked)
    add_resume(run, "RUN")
    run.add_argument(
        "--branch",
        metavar="RUN",
        default=None,
        help="begin at an epoch of a stored run; settings that are given replace its own",
    )
    run.add_argument(
        "--from-epoch",
        metavar="N",
        default=None,
        help="with --branch: where it begins (default: at the last one)",
    )
    run.add_argument(
        "--from",
        dest="repeated",
        metavar="FILE",
        default=None,
        help="repeat the run of a .json or .zip of export; settings that are given replace its own",
    )
    run.add_argument(
        "--track",
        metavar="TRACKER",
        action="append",
        default=[],
        choices=list(TRACKERS),
        help=f"send the curves to a tracker while it trains: {', '.join(TRACKERS)}",
    )
    run.add_argument(
        "--track-folder",
        metavar="DIR",
        default=".",
        help="for a tracker's files (default: this one)",
    )
    add_settings(run)


def _execute_as_asked(options: argparse.Namespace) -> int:
    for name in options.track:
        load_tracker(name)  # what is missing is said before there is a run
    if options.resume:
        return resume(options)
    if options.branch:
        return branch_off(settings_of(options), options)
    return run(config_of(options), options)


def run(config: RunConfig, options: argparse.Namespace) -> int:
    """Carry out a run; the exit status.

    Of several processes, rank 0 keeps the run in the store.
    """
    wake_engine()
    if processes() == 1:
        return _run(config, options, Controls(config))
    from kdcore.training.devices.distributed import GroupControls, join, leave  # noqa: PLC0415

    join(config.device)
    status = _run(config, options, GroupControls(config))
    if status == 0:
        leave()
    return status


def resume(options: argparse.Namespace) -> int:
    """Go on with a stored run from its last checkpoint; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="run --resume")
    return carry_out(resumed(RUN, options), options)


def branch_off(settings: Mapping[str, Any], options: argparse.Namespace) -> int:
    """Train a new run from an epoch of a stored one, with other settings; the exit status."""
    if processes() > 1:
        raise UserError("one_process", command="run --branch")
    store = store_of(options)
    parent = store.find(options.branch, RUN)
    epochs = epochs_to_branch_from(parent)
    last = epochs[-1] if epochs else 0
    chosen = last if options.from_epoch is None else options.from_epoch
    epoch = within("from_epoch", chosen, int, 0, 1e9)
    return carry_out(branch(store, parent, int(epoch), settings), options)


def carry_out(folder: RunFolder, options: argparse.Namespace) -> int:
    """Train a stored run; the exit status."""
    wake_engine()
    return _execute(folder.config, folder, Controls(folder.config), options)


def _run(config: RunConfig, options: argparse.Namespace, controls: Controls) -> int:
    folder = store_of(options).create(config) if rank() == 0 else None
    return _execute(config, folder, controls, options)


def _execute(
    config: RunConfig, folder: RunFolder | None, controls: Controls, options: argparse.Namespace
) -> int:
    job = Run(config, folder, controls)
    names = options.track if folder else []  # of several processes, the one that keeps the run
    trackers = [
        open_tracker(name, job.id, config.to_dict(), Path(options.track_folder)) for name in names
    ]

    def watched(events: Iterable[Event]) -> Iterable[Event]:
        for tracker in trackers:
            events = log_events(events, tracker)
        return events

    try:
        return execute(job, as_json=options.json, for_people=_print_for_people, watched=watched)[1]
    finally:
        for name, tracker in zip(names, trackers, strict=True):
            print(f"kdcore: {TRACKERS[name]}: {tracker.close()}", file=sys.stderr)


def _print_for_people(events: Iterable[Event]) -> Event | None:
    out = console()
    last = None
    trees = started = None
    with out.status("") as status:
        for last in events:
            started = last if isinstance(last, Started) else started
            trees = last if isinstance(last, TreesGrown) else trees
            if isinstance(last, Progress):
                status.update(plain(_progress(last)))
            else:
                for line in (_line(last) or "").splitlines():
                    out.print(plain(line))
    if started and trees:
        for line in _rules(started, trees):
            out.print(plain(line))
    return last


def _rules(started: Started, trees: TreesGrown) -> Iterator[str]:
    """What the students that are trees ask, a line for each leaf."""
    for name, nodes in trees.trees.items():
        if nodes:
            yield f"the {name} tree:"
            yield from rules(nodes, started.classes, started.input_shape)


def _progress(event: Progress) -> str:
    share = f" {event.done / event.total:.0%}" if event.total else f" {event.done:,}"
    return f"{event.task} {event.detail}{share}"


def _line(event: Event) -> str:
    match event:
        case Started():
            return (
                f"run {event.run} on {event.device}: {event.train_size:,} training, "
                f"{event.validation_size:,} validation, {event.test_size:,} test examples"
                + _target(event)
            )
        case TeacherEpoch():
            model = f" ({event.model})" if event.learner != "teacher" else ""
            return (
                f"{event.learner}{model} {event.epoch}/{event.epochs}: "
                f"loss {event.train_loss:.4f}, test accuracy {event.test_accuracy:.2%}"
            )
        case Prepared(teacher=Scores() as teacher):
            each = [f"{one.role} ({one.model}): {_scores(one.scores)}" for one in event.teachers]
            prefix = f"the students' teacher: {event.teachers[-1].role}: " if each else "teacher "
            if each and event.teachers[-1].role == "together":
                prefix = "the teachers combined: "
            source = "" if each else f"{event.teacher_source}: "
            return "\n".join([*each, f"{prefix}{source}{_scores(teacher)}"])
        case Epoch():
            students = "; ".join(f"{name} {_scores(s)}" for name, s in event.students.items())
            return f"epoch {event.epoch}: {students} ({event.images_per_second:,.0f} examples/s)"
        case Uncertainty():
            return "\n".join(
                f"uncertainty of {name}: {_uncertainty(own)}"
                for name, own in event.learners.items()
            )
        case Finished():
            best = "".join(
                f"; best {name}: epoch {epoch}, {_scores(event.students[name])}"
                for name, epoch in event.best_epochs.items()
            )
            return f"{'stopped' if event.stopped else 'finished'} after {event.seconds:.1f} s{best}"
    return ""


def _uncertainty(own: UncertaintyScores) -> str:
    """The sets that promise 90 %, and how well each kind of unfamiliar input is noticed."""
    (sets,) = [one for one in own.lac if one.coverage == SHOWN_COVERAGE]
    areas = ", ".join(f"{kind} {area[0]:.3f}" for kind, area in own.auroc["entropy"].items())
    return (
        f"{SHOWN_COVERAGE:.0%} promised, {sets.covered:.1%} covered by {sets.mean_size:.2f} "
        f"classes; AUROC by entropy: {areas}"
    )


def _scores(scores: Scores) -> str:
    errors = counted(scores.test_errors, "error")
    target = scores.target_accuracy
    on_target = "" if target is None else f", target {target:.2%}"
    return f"{scores.test_accuracy:.2%} ({errors}, ECE {scores.ece:.3f}{on_target})"


def _target(event: Started) -> str:
    if not event.target_test_size:
        return ""
    return (
        f"; target {event.config['target']}: {event.target_train_size:,} unlabelled, "
        f"{event.target_test_size:,} test examples"
    )
