"""The app ends when it is asked to, though somebody still follows a run."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from support.pages import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app(tmp_path):
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", "dashboard/app.py"),
            *("--server.port", str(port), "--server.headless", "true"),
        ],
        cwd=ROOT,
        env=dict(os.environ, KDCORE_STORE=str(tmp_path)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield server, f"http://localhost:{port}"
    server.kill()
    server.wait()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_server_that_is_asked_to_stop_lets_its_followers_go(app, how):
    server, address = app
    until = time.monotonic() + PATIENCE
    while True:
        try:
            stream = urllib.request.urlopen(f"{address}/kd/live?run=recorded-mnist5k", timeout=60)
            break
        except urllib.error.URLError:
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.2)
    assert stream.readline().startswith(b"event: ")
    server.send_signal(how)

    server.wait(timeout=PATIENCE)  # it would wait for the stream, which has no end of its own
    while stream.readline():
        pass  # the stream has ended
