import os
import subprocess
import sys

import pytest


@pytest.fixture
def kdcore(tmp_path):
    """``kdcore("run", "--json")``: the command line in an empty folder, as a process of its own."""

    def kdcore(*arguments, encoding="utf-8", **environment):
        return subprocess.run(
            [sys.executable, "-m", "kdcore", *arguments],
            capture_output=True,
            text=True,
            encoding=encoding,
            cwd=tmp_path,
            timeout=280,
            env=os.environ | environment,
        )

    return kdcore
