"""Drawings that are kept for the class, by the browser's own script in Node.js."""

import json
import shutil
import subprocess

import pytest

from dashboard.server.routes import COMPONENTS

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js to run the script")
STORAGE = """
  const values = new Map();
  globalThis.localStorage = {
    getItem: (name) => values.get(name) ?? null, setItem: (name, text) => values.set(name, text) };
"""
FULL = """
  globalThis.localStorage = { getItem: () => null, setItem: () => { throw new Error("full"); } };
"""


def in_two_tabs(storage, program):
    """What a program prints of two tabs, ``one`` and ``two``."""
    script = (COMPONENTS / "drawing_pad" / "kept_drawings.js").read_text(encoding="utf-8")
    text = f"""
      {storage}
      const {{ keptDrawings }} = await import(
        "data:text/javascript," + encodeURIComponent({json.dumps(script)}));
      const drawing = (angle) => ({{ strokes: [[[0.5, 0.5]]], angle, thickness: 1, noise: 0 }});
      const angles = (tab) => tab.all.map(({{ angle }}) => angle);
      const [one, two] = [keptDrawings([1, 8, 8]), keptDrawings([1, 8, 8])];
      {program}
      console.log(JSON.stringify([angles(one), angles(two), angles(keptDrawings([1, 8, 8]))]));
    """
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", text], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_what_another_tab_has_kept_is_not_lost():
    program = "one.add(drawing(1)); two.add(drawing(2)); one.add(drawing(3)); one.remove(1);"

    assert in_two_tabs(STORAGE, program) == [[3, 1], [2, 1], [3, 1]]


def test_a_drawing_that_another_tab_has_removed_stays_removed():
    program = "one.add(drawing(1)); two.add(drawing(2)); two.remove(1); one.remove(0);"

    assert in_two_tabs(STORAGE, program) == [[2], [2], [2]]


def test_without_storage_they_stay_until_the_page_is_closed():
    program = "one.add(drawing(1)); one.add(drawing(2)); one.remove(0);"

    assert in_two_tabs(FULL, program) == [[1], [], []]
