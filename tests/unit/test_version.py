import re
from pathlib import Path

import kdcore

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def test_the_changelog_begins_with_this_version():
    heading = re.search(r"^## (\S+)(.*)$", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)

    assert heading[1] == kdcore.__version__
    assert re.fullmatch(r" - \d{4}-\d\d-\d\d| \(unreleased\)", heading[2])
