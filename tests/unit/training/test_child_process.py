"""No process outlives the one that started it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

STAYS = """
import os, time

def stay(pipe):
    pipe.send(os.getpid())
    while True:
        time.sleep(60)
"""
STARTS = """
import multiprocessing, sys, threading, time
from kdcore.training.grid.executors.child_process import child_process

def start():
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    child_process("stays:stay", theirs).start()
    print(ours.recv(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    if sys.argv[1] == "main":
        start()
    else:
        threading.Thread(target=start).start()
"""


@pytest.fixture
def started(tmp_path):
    (tmp_path / "stays.py").write_text(STAYS, encoding="utf-8")
    (tmp_path / "starts.py").write_text(STARTS, encoding="utf-8")
    running = []

    def started(thread):
        root = str(Path(__file__).parents[3])
        process = subprocess.Popen(
            [sys.executable, "starts.py", thread],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": root},
        )
        running.append(process)
        return process, int(process.stdout.readline())

    yield started
    for process in running:
        process.kill()
        process.communicate()


def lives(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("thread", ["main", "other"])
def test_a_child_ends_when_its_parent_is_killed(started, thread):
    parent, child = started(thread)
    assert lives(child)
    parent.kill()
    parent.wait()

    for _ in range(600):
        if not lives(child):
            return
        time.sleep(0.1)
    raise AssertionError("the child lives on")
