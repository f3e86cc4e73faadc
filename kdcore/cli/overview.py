"""All commands with a line each. Nothing is loaded here, so that ``--help`` need not wait."""

from typing import NamedTuple


class Command(NamedTuple):
    """What ``--help`` says of a command, and where its flags are."""

    help: str
    add: str
    """``module:function``; adds it, perhaps with others, to ``arguments.Commands``."""
    aliases: tuple[str, ...] = ()


JOBS = "kdcore.cli.stored:add_listings"
STORED = "kdcore.cli.stored:add_commands"
CHOICES = "kdcore.cli.catalogue:add_commands"

COMMANDS = {
    "run": Command("train and report", "kdcore.cli.run:add_command"),
    "sweep": Command(
        "a grid of students over T, λ and seeds, trained together", "kdcore.cli.sweep:add_command"
    ),
    "search": Command(
        "search for the best student, evaluated on validation data", "kdcore.cli.search:add_command"
    ),
    "choose-teacher": Command(
        "compare several teachers by several criteria", "kdcore.cli.choose_teacher:add_command"
    ),
    "compress": Command(
        "compress a run's distilled student in several ways",
        "kdcore.cli.compress:add_command",
        ("shrink",),
    ),
    "robustness": Command(
        "measure a run's networks on corrupted and attacked images",
        "kdcore.cli.robustness:add_command",
    ),
    "regress": Command(
        "predict a number of a table, with its uncertainty", "kdcore.cli.regress:add_command"
    ),
    "recipe": Command(
        "repeat an experiment of the literature and compare its table",
        "kdcore.cli.recipe:add_command",
    ),
    "recognise": Command(
        "distil a recogniser of speech, frame by frame", "kdcore.cli.recognise:add_command"
    ),
    "again": Command(
        "repeat a stored job of any kind, with other settings where they are given",
        "kdcore.cli.again:add_command",
    ),
    "jobs": Command("the stored jobs", JOBS),
    "runs": Command("the stored runs", JOBS),
    "sweeps": Command("the stored sweeps", JOBS),
    "searches": Command("the stored searches", JOBS),
    "teacher-selections": Command("the stored teacher selections", JOBS),
    "compressions": Command("the stored compressions", JOBS, ("shrinks",)),
    "robustness-tests": Command("the stored robustness tests", JOBS),
    "regressions": Command("the stored regressions", JOBS),
    "recipes": Command("the stored recipes", JOBS),
    "recognitions": Command("the stored recognitions", JOBS),
    "show": Command("one stored job", STORED),
    "compare": Command("two or more stored jobs", STORED),
    "note": Command("write a note to a stored job or to a moment of a run, or read them", STORED),
    "rename": Command("give a stored job a name; its id stays", STORED),
    "star": Command("mark a stored job so that it is found again", STORED),
    "delete": Command("move jobs to the trash", STORED),
    "restore": Command("bring deleted jobs back", STORED),
    "trash": Command("what was deleted", STORED),
    "export": Command(
        "a stored job as a file, one of its networks, or its curves in a tracker",
        "kdcore.cli.export:add_command",
    ),
    "preview": Command(
        "what is in data, before anything is trained", "kdcore.cli.preview:add_command"
    ),
    "methods": Command("the distillation methods and setups, with their sources", CHOICES),
    "datasets": Command("the data sets that are chosen by name", CHOICES),
    "models": Command("the model families", CHOICES),
}
"""By name, in the order of the help."""
