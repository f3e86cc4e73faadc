"""What can go wrong with stored jobs and with the queue."""

MESSAGES = {
    "no_such_job": (
        "{found} {listing} match {job!r}: give the id of one, as listed by python -m kdcore "
        "{listing}."
    ),
    "not_resumable": "{job!r} cannot be continued: start it again.",
    "format_newer": (
        "A later version of this program wrote {job!r} (format {format}, this one reads up to "
        "{known}): update the program to open it."
    ),
    "not_a_job": "{path} is left out: it holds neither the settings nor the events of a job.",
    "log_damaged": "Lines of the log of {job!r} that cannot be read are left out: {lines}.",
    "folder_damaged": (
        "The settings of {run!r} cannot be read ({cause}): delete it, or mend its config.json in "
        "{path}."
    ),
    "cell_stays": "{run!r} is a part of {owner!r}: delete that as a whole.",
    "already_in_trash": (
        "The trash already holds another {run!r}: restore that one or empty the trash first."
    ),
    "not_in_trash": (
        "The trash holds {found} jobs called {run!r}: give the id of one, as listed by "
        "python -m kdcore trash."
    ),
    "id_taken": "The store holds another {run!r} again: delete that one before restoring this one.",
    "never_began": (
        "The app ended before this job's turn came, so that nothing was trained: start it again."
    ),
    "run_read_only": "The run {run!r} comes with the program and stays as it is.",
    "note_empty": "The note is empty: write something.",
    "note_too_long": "The note has {length} characters: write {most} at most.",
    "note_outside": "The note is for epoch {epoch:g}: choose one from 0 to {epochs}.",
    "notes_too_many": "The run has {most} notes already: delete one first.",
    "note_unreadable": (
        "What was sent is no note of a run: send its position, text and id as one object of "
        "application/json."
    ),
    "run_in_use": "The run {run!r} is still running: stop it first.",
    "store_not_writable": "{path} cannot be written ({cause}): "
    "free some space or choose another store.",
    "export_folder_missing": (
        "There is no folder {folder} to write {file} into: make it first, or choose another one."
    ),
    "export_unknown_kind": (
        "{to!r} is no kind of export: give a file that ends in {endings}, or a tracker: {trackers}."
    ),
    "export_no_learner": (
        "The run {run!r} keeps no {learner!r}: choose one of {kept}, or a run that came to its end."
    ),
    "export_not_possible": "The network cannot be written as {file}: {cause}.",
    "export_not_read": (
        "{path} is no export of a run ({cause}): give a .json or .zip that python -m kdcore export "
        "wrote."
    ),
    "unknown_tracker": "{name!r} is no tracker: choose from {allowed}.",
    "extra_missing": (
        "What {what} needs is not installed ({cause}): pip install 'kdcore[{extra}]'."
    ),
    "folder_not_empty": (
        "The folder {folder} is not empty: choose another one, or add --force to write over the "
        "files of an earlier export."
    ),
    "export_unknown_run": (
        "{found} runs match {job!r}: give the id of one, as listed by python -m kdcore runs."
    ),
    "export_no_run": (
        "{job!r} is no run, and the folder shows runs alone: give the id of one, as listed by "
        "python -m kdcore runs."
    ),
    "export_not_over": (
        "The run {run!r} has not come to its end ({state}): choose one that is finished or was "
        "stopped."
    ),
    "export_no_snapshots": (
        "The run {run!r} kept no snapshots that could be shown: choose one that went on for at "
        "least an epoch."
    ),
    "file_not_writable": (
        "The file {path} cannot be written ({cause}): choose another folder, or free some space."
    ),
    "arrays_unreadable": (
        "The file {path} of the store cannot be read ({cause}): start its run again."
    ),
    "not_ours": "The run {run!r} is not trained by this app: it can be watched but not controlled.",
    "worker_died": (
        "The training process ended unexpectedly ({cause}); everything up to that point was "
        "saved: start again, with a smaller model or batch size if memory ran out."
    ),
}
