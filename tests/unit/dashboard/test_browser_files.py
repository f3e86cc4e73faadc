"""The scripts and style sheets of the components: one address for all, one folder for each."""

import re
from collections import Counter

from dashboard.server.routes import COMPONENTS

SCRIPTS = [path for path in COMPONENTS.glob("*/*.js") if path.name != "component.js"]
FILES = [*SCRIPTS, *COMPONENTS.glob("*/*.css")]


def imported(script):
    """Names of the files that a script imports or links."""
    text = script.read_text(encoding="utf-8")
    return re.findall(r'from "\./([\w.]+)"|stylesheet\("([\w.]+)"\)', text)


def test_no_two_files_have_one_name():
    counts = Counter(path.name for path in FILES)

    assert counts
    assert [name for name, count in counts.items() if count > 1] == []


def test_a_component_takes_from_its_own_folder_and_from_what_all_share():
    folders = {path.name: path.parent.name for path in FILES}
    astray = [
        (script.name, name)
        for script in SCRIPTS
        for pair in imported(script)
        for name in filter(None, pair)
        if folders.get(name) not in (script.parent.name, "web")
    ]

    assert any(map(imported, SCRIPTS))
    assert astray == []
