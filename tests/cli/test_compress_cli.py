"""``compress``, its older name ``shrink`` and their listing as their users call them."""

import json

import pytest

TINY = (
    "--dataset",
    "digits",
    "--epochs",
    "2",
    "--teacher-epochs",
    "1",
    "--teacher",
    "mlp:16",
    "--student",
    "mlp:8",
    "--transfer-size",
    "100",
)


def test_a_student_is_shrunk_and_the_shrinking_listed(kdcore):
    assert kdcore("run", *TINY, "--json").returncode == 0
    done = kdcore(
        "shrink",
        "last",
        "--stages",
        "narrow,pruned",
        "--epochs",
        "1",
        "--prune-share",
        "0.5",
        "--temperature",
        "2",
        "--json",
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    ended = {event["stage"]: event for event in events if event["event"] == "stage_ended"}

    assert done.returncode == 0, done.stderr
    assert events[-1]["event"] == "compression_finished"
    assert list(ended) == ["student", "pruned", "narrow"]
    assert {"bytes", "packed_bytes", "nonzero", "latency_1"} <= ended["pruned"]["after"].keys()

    listed = json.loads(kdcore("shrinks", "--json").stdout)
    assert (listed["id"], listed["state"]) == (events[-1]["compression"], "finished")
    assert (listed["config"]["prune_share"], listed["config"]["base"]["temperature"]) == (0.5, 2)

    tables = kdcore("shrink", "last", "--stages", "pruned", "--epochs", "1")
    assert tables.returncode == 0, tables.stderr
    assert "test errors" in tables.stdout
    assert "pruned" in tables.stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["shrink", "nothing"], "nothing"),
        (["shrink"], "RUN"),
        (["shrink", "last", "--stages", "thin"], "0 runs"),
    ],
)
def test_a_bad_argument_is_one_clear_line_and_status_2(kdcore, arguments, named):
    done = kdcore(*arguments)

    assert done.returncode == 2
    assert named in done.stderr
    assert len(done.stderr.splitlines()) == 1
