"""What wakes a page whose run has changed, by the browser's own script in Node.js."""

import json
import re
import shutil
import subprocess

import pytest

from dashboard.server.routes import COMPONENTS

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js to run the script")
BROWSER = """
  const heard = [], woken = [];
  const run = { state: { layout: "running" }, join: () => () => {},
    on: (_, look) => heard.push(look) };
  const runView = () => run, element = () => null, newestCall = () => (end) => end;
  const page = { replaceChildren() {} };
  const draw = (layout) => mount(page, { run: "r", language: "en", patience: 0, drawn: { layout } },
    (state) => woken.push(JSON.parse(state)[0]));
  const say = async (layout) => {
    run.state = { layout };
    heard.forEach((look) => look());
    await new Promise((soon) => setTimeout(soon, 20));
  };
"""


def woken(program):
    """With which states the page was woken."""
    script = (COMPONENTS / "wake_up" / "wake_up.js").read_text(encoding="utf-8")
    script = re.sub(r"^(import .*|export )", "", script, flags=re.MULTILINE)
    text = f"{BROWSER}\n{script}\n{program}\nconsole.log(JSON.stringify(woken));"
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", text], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_a_page_is_woken_once_for_a_state_that_it_does_not_draw():
    program = """draw("running"); await say("paused"); await say("paused"); draw("running");"""

    assert woken(program) == ["paused"]


def test_a_state_that_comes_again_wakes_a_page_that_missed_it_the_first_time():
    program = """draw("running"); await say("paused"); await say("running"); draw("running");
      await say("paused");"""

    assert woken(program) == ["paused", "paused"]
