"""1. The tests that are marked ``gpu``, in a process of their own."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.gpu_sections.report import Row, not_run, verdict
from benchmarks.gpu_sections.setting import Setting

SECTION, WHAT = 1, "tests marked gpu"
ROOT = Path(__file__).parents[2]
FEW = "test_controls_act or (test_bf16 and kd)"
"""Of the tests, where they are only to be carried out."""
OUTCOME = re.compile(r" (PASSED|FAILED|ERROR|SKIPPED)\b")


def measure(setting: Setting) -> Iterator[Row]:
    """How many pass, fail and are skipped; those that there was time for."""
    if importlib.util.find_spec("pytest") is None:
        yield not_run(SECTION, WHAT, "pytest is not installed")
        return
    command = [sys.executable, "-m", "pytest", "tests/gpu", "-m", "gpu", "-v", "--tb=line"]
    command += ["-p", "no:cacheprovider", *(["-k", FEW] if setting.small else [])]
    environment = os.environ | {"KDCORE_TEST_DEVICE": setting.device, "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryFile("w+") as output:
        late = False
        try:
            status = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=max(1.0, setting.left - 2),
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            status, late = 0, True
        output.seek(0)
        said = output.read()
    counts = Counter(OUTCOME.findall(said))
    failed = counts["FAILED"] + counts["ERROR"]
    if not counts:
        last = (said.strip().splitlines() or ["no output"])[-1]
        why = "no time left" if late else f"pytest ended with status {status}: {last[:200]}"
        yield not_run(SECTION, WHAT, why)
        return
    shown = f"{counts['PASSED']} passed, {failed} failed, {counts['SKIPPED']} skipped"
    held = verdict(failed == 0 and counts["PASSED"] > 0)
    yield Row(SECTION, WHAT, shown, "tests", held + (" as far as there was time" if late else ""))
    for line in re.findall(r"^FAILED (\S+.*)$", said, re.MULTILINE)[:5]:
        yield Row(SECTION, "a test that failed", line[:160], "–", verdict(False))
