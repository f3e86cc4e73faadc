"""``export``: a stored job as a file that other programs read, or in a tracker."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kdcore.cli.arguments import Commands
from kdcore.cli.flags import WHICH, add_store
from kdcore.cli.output import show
from kdcore.cli.resume import store_of
from kdcore.errors import UserError
from kdcore.events import Failed
from kdcore.exports.kinds import ARCHIVE, FILES, NETWORKS, TABLES
from kdcore.exports.trackers import TRACKERS, log_events, open_tracker
from kdcore.jobs.kind import RUN
from kdcore.store import RunFolder


def add_command(commands: Commands) -> None:
    """``export`` and its flags."""
    entry = commands.add(
        "export",
        "The ending of FILE says what is written: .zip the whole job; .csv, .json or "
        ".parquet all its events; .safetensors, .pt2 (torch.export) or .onnx a run's learner, "
        "whose answers are compared with the network's. A tracker is "
        f"{', '.join(TRACKERS)}; each is an extra of the same name.",
    )
    entry.add_argument("job", metavar="JOB", help=WHICH)
    entry.add_argument(
        "--to", required=True, metavar="FILE|TRACKER", help="what to write, or which tracker"
    )
    entry.add_argument(
        "--learner",
        default="distilled",
        metavar="NAME",
        help="teacher, plain or distilled (default: distilled)",
    )
    entry.add_argument(
        "--folder", default=".", metavar="DIR", help="for a tracker's files (default: this one)"
    )
    entry.add_argument("--json", action="store_true", help="one JSON object a line")
    add_store(entry)
    entry.set_defaults(command=export)


def export(options: argparse.Namespace) -> int:
    """Write what ``--to`` names; the exit status. As JSON a mistake is an event ``failed`` too."""
    try:
        told = _written(options)
    except UserError as error:
        if options.json:
            print(Failed.from_error(error).to_json())
        raise
    if options.json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    show(f"Written to {told['written']}.")
    if "difference" in told:
        show(
            f"Compared with the network on {told['examples']} random inputs: the logits differ by "
            f"{told['difference']:.2g} at most, {told['same_class']} answers are the same."
        )
    return 0


def _written(options: argparse.Namespace) -> dict[str, Any]:
    """Where it was written to and, of a network, how its answers compare."""
    store, path = store_of(options), Path(options.to)
    ending = path.suffix.lower()
    if options.to in TRACKERS:
        return {"written": _track(store.find(options.job, RUN), options)}
    if ending == ARCHIVE:
        store.export(options.job, path)
        return {"written": str(path)}
    if ending in TABLES:
        from kdcore.exports.events_table import write_table  # noqa: PLC0415  (pandas takes a second)

        write_table(store.find(options.job), path)
        return {"written": str(path)}
    if ending in NETWORKS:
        from kdcore.training.deployed import write_learner  # noqa: PLC0415  (torch takes a second)

        found = write_learner(store.find(options.job, RUN), options.learner, path)
        return {"written": str(path)} | (asdict(found) if found else {})
    raise UserError(
        "export_unknown_kind", to=options.to, endings=", ".join(FILES), trackers=", ".join(TRACKERS)
    )


def _track(folder: RunFolder, options: argparse.Namespace) -> str:
    tracker = open_tracker(options.to, folder.id, folder.config.to_dict(), Path(options.folder))
    for _ in log_events(folder.events(), tracker):
        pass
    return tracker.close()
