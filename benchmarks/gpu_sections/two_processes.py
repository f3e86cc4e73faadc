"""8. Two processes on one device: both end well, and one says that it is not alone."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from benchmarks.gpu_sections.marked_tests import ROOT
from benchmarks.gpu_sections.report import MEASURED, Row, verdict
from benchmarks.gpu_sections.setting import Setting
from kdcore.notes import NOTES

SECTION = 8
SENTENCE = NOTES["gpu_shared"].partition(" {")[0]
"""How the note begins that a run shares its GPU."""


def measure(setting: Setting) -> Iterator[Row]:
    """Seconds of both at once and of one alone."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        (alone,) = _ended(setting, [_run(setting, folder, 0)])
        one = time.perf_counter() - began
        began = time.perf_counter()
        both = _ended(setting, [_run(setting, folder, seed) for seed in (1, 2)])
        two = time.perf_counter() - began
    fine = [status for status, _ in (alone, *both) if status == 0]
    yield Row(
        SECTION,
        "runs that ended well, one alone and two at once",
        f"{len(fine)} of 3",
        "–",
        verdict(len(fine) == 3),
    )
    yield Row(SECTION, "one alone, process and all", f"{one:.1f}", "s", MEASURED)
    yield Row(SECTION, "two at once", f"{two:.1f}", "s", MEASURED)
    told = sum(SENTENCE in said for _, said in both)
    if not setting.on_gpu:
        yield Row(
            SECTION,
            "of two at once, say that the device is shared",
            str(told),
            "–",
            MEASURED + ": a processor is shared without a word",
        )
        return
    good = verdict(told >= 1 and SENTENCE not in alone[1])
    yield Row(SECTION, "of two at once, say that the device is shared", str(told), "–", good)


def _run(setting: Setting, folder: str, seed: int) -> subprocess.Popen[str]:
    epochs = "2" if setting.small else "200"
    command = [sys.executable, "-m", "kdcore", "run", "--dataset", "digits", "--epochs", epochs]
    command += ["--teacher-epochs", "1", "--device", setting.device, "--seed", str(seed)]
    command += ["--store", folder]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _ended(setting: Setting, processes: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """Exit status and messages of each; they end with the section's time."""
    try:
        return [
            (one.returncode, said)
            for one in processes
            if (said := one.communicate(timeout=max(1.0, setting.left))[1]) is not None
        ]
    finally:
        for one in processes:
            if one.poll() is None:
                one.kill()
                one.wait()
