"""Tables are whole at any width, in any encoding, whatever people call their files."""

import json
import os
import pty
import subprocess
import sys

import pytest
from support import events as make
from support.jobs import CONFIGS, DAMAGE
from support.uncertainty import uncertainty

from kdcore.catalogue import DATASETS, METHODS, MODELS, SCHEMES
from kdcore.cli import run
from kdcore.events import Progress
from kdcore.jobs.kind import KINDS, RUN, SWEEP
from kdcore.jobs.run.config import RunConfig
from kdcore.store import Store, recorded

LISTS = ("jobs", *(kind.plural for kind in KINDS.values()))
ENCODINGS = ("ascii", "latin-1", "cp1252", "gbk", "utf-8")
ODD = "/data/odd [/final] :cat: [red]/猫 [x].csv"


@pytest.fixture
def store(tmp_path):
    """A job of every kind, and a run on data with a name that rich would take for markup."""
    store = Store(tmp_path / "store")
    for kind, config in CONFIGS.items():
        store.create(config, KINDS[kind].prefix + "20260101-000000-aaaa")
    folder = store.create(RunConfig(dataset=ODD, drop_classes="猫,🐈"), "20260102-000000-bbbb")
    for _ in recorded(make.whole_run(), folder):
        pass
    return store


def on_a_terminal(*arguments, columns):
    """What a command prints on a terminal of this width."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "dumb", "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "kdcore", *arguments], stdout=theirs, env=environment
    ) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux ends so
                break
            if not part:
                break
            said += part
        assert process.wait(120) == 0
    os.close(ours)
    return said.decode()


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("command", LISTS)
def test_ids_are_whole_on_a_terminal_of_any_width(store, command, columns):
    said = on_a_terminal(command, columns=columns)

    for row in store.list(next((kind for kind in KINDS.values() if kind.plural == command), None)):
        assert row.id in said


@pytest.mark.parametrize(
    ("command", "names"),
    [("methods", [*METHODS, *SCHEMES]), ("models", MODELS), ("datasets", DATASETS)],
)
def test_names_are_whole_on_a_terminal_of_any_width(command, names):
    said = on_a_terminal(command, columns=60).split()

    assert set(names) <= set(said)


def test_nothing_is_fitted_into_a_width_where_there_is_none(kdcore, store):
    said = kdcore("methods", COLUMNS="80").stdout

    assert all(
        any(method.title in line and method.source in line for line in said.splitlines())
        for method in METHODS.values()
    )


def test_own_data_are_shown_by_their_name_as_it_is(kdcore, store):
    run = store.list(RUN)[0].id
    listed, shown = kdcore("runs").stdout, kdcore("show", run).stdout

    assert " 猫 [x].csv " in listed
    assert "/data" not in listed
    assert "without 猫,🐈" in listed
    assert ODD in shown


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "command", [["jobs"], ["methods"], ["run", "--help"], ["sweeps"], ["shrinks"], ["trash"]]
)
def test_every_encoding_of_a_terminal_will_do(kdcore, store, command, encoding):
    store.delete(store.list(RUN)[0].id)
    done = kdcore(*command, encoding=encoding, PYTHONIOENCODING=encoding)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_json_in_every_encoding(kdcore, store, encoding):
    done = kdcore("runs", "--json", encoding=encoding, PYTHONIOENCODING=encoding)
    (config, *_) = [json.loads(line)["config"] for line in done.stdout.splitlines()]

    assert (config["dataset"], config["drop_classes"]) == (ODD, "猫,🐈")


def test_a_path_in_a_system_without_utf8_leaves_no_damage(kdcore, store):
    done = kdcore(
        "run", "--dataset", "不存在.csv", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    )

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert store.list(RUN)[0].state == "failed"
    assert "不存在.csv" in kdcore("runs").stdout


@pytest.mark.parametrize("contents", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_folder_is_one_line_of_the_list(kdcore, store, contents):
    damaged, *others = store.list(RUN)
    (store.root / "runs" / damaged.id / "config.json").write_bytes(contents)

    for command in (["runs"], ["runs", "--rebuild"]):
        done = kdcore(*command)
        assert done.returncode == 0
        assert (damaged.id in done.stderr) == ("--rebuild" in command)
        (line,) = [line for line in done.stdout.splitlines() if damaged.id in line]
        assert "damaged" in line
        assert all(row.id in done.stdout for row in others)
    done = kdcore("show", damaged.id)
    assert (done.returncode, done.stderr) == (0, "")
    assert "cannot be read" in done.stdout


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind is not RUN])
def test_so_are_other_kinds(kdcore, store, kind):
    (job,) = store.list(kind)
    (store.root / kind.plural / job.id / "config.json").write_bytes(b"")
    done = kdcore(kind.plural)

    assert (done.returncode, done.stderr) == (0, "")
    assert "damaged" in done.stdout


def test_a_run_is_deleted_listed_restored_and_purged(kdcore, store):
    runs = [row.id for row in store.list(RUN)]
    sweep = store.readable(SWEEP)[0]
    assert kdcore("delete", runs[0], sweep[:-2]).returncode == 0
    listed = [json.loads(line) for line in kdcore("trash", "--json").stdout.splitlines()]

    assert {row["id"] for row in listed} == {runs[0], sweep}
    assert sweep in kdcore("trash").stdout
    assert kdcore("restore", sweep).returncode == 0
    assert store.readable(SWEEP) == [sweep]
    assert kdcore("trash", "--empty", "--older-than", "1").stdout == ""
    assert runs[0] in kdcore("trash", "--empty").stdout
    assert store.trash() == []
    assert "empty" in kdcore("trash").stdout


def test_nothing_is_deleted_where_one_of_several_is_not_found(kdcore, store):
    before = store.list(RUN)
    done = kdcore("delete", before[0].id, "nothing")

    assert done.returncode == 2
    assert store.list(RUN) == before


def test_a_file_of_any_name_may_be_read(capsys):
    events = [Progress(task="read", done=1, total=2, detail="odd [/red] :cat:"), make.started()]

    assert run._print_for_people(events) is events[-1]
    assert "run run on cpu" in capsys.readouterr().out


def test_each_learner_has_a_line_of_its_own(capsys):
    run._print_for_people([uncertainty()])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    for name, line in zip(("teacher", "plain", "distilled"), lines, strict=True):
        assert name in line


def test_one_listing_has_all_kinds_with_their_names_and_notes(kdcore, store):
    (sweep,) = store.readable(SWEEP)
    assert kdcore("rename", sweep, "the warm one").returncode == 0
    assert kdcore("note", sweep, "温度越高越好?").returncode == 0
    rows = [json.loads(line) for line in kdcore("jobs", "--json").stdout.splitlines()]

    assert {row["kind"] for row in rows} == set(KINDS)
    (row,) = [row for row in rows if row["id"] == sweep]
    assert (row["name"], row["note"], row["format"]) == ("the warm one", "温度越高越好?", 2)
    assert "the warm one" in kdcore("sweeps").stdout
    assert "温度越高越好?" in kdcore("show", sweep).stdout


def test_a_note_is_pinned_to_a_moment_of_a_run_shown_and_taken_away(kdcore, store):
    run = store.readable(RUN)[0]
    assert kdcore("note", run, "of the whole run").returncode == 0
    assert kdcore("note", run, "T 调高了", "--epoch", "1").returncode == 0
    assert kdcore("note", run, "before", "--epoch", "0").returncode == 0

    pinned = "note: of the whole run\nnote at epoch 0: before\nnote at epoch 1: T 调高了\n"
    assert kdcore("note", run).stdout == pinned
    assert pinned in kdcore("show", run).stdout
    assert kdcore("note", run, "", "--epoch", "0").returncode == 0
    found = json.loads(kdcore("note", run, "--json").stdout)
    assert found["note"] == "of the whole run"
    assert [(one["position"], one["text"]) for one in found["pinned"]] == [(1, "T 调高了")]


def test_a_moment_that_a_run_does_not_have_takes_no_note(kdcore, store):
    run = store.readable(RUN)[0]
    (sweep,) = store.readable(SWEEP)

    assert "choose one from 0 to" in kdcore("note", run, "a", "--epoch", "1e9").stderr
    assert kdcore("note", sweep, "a", "--epoch", "1").returncode == 2
    assert store.pinned(run) == []
