"""Peak memory of the worker on its first job against the ordinary loop.

``python -m benchmarks.memory --data-root DIR``
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from kdcore import RunConfig
from kdcore.store import Store

TEACHER, STUDENT = "mlp:500", "mlp:250"


def main() -> None:
    """Run both, each in a process of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-root", type=Path, required=True)
    root = parser.parse_args().data_root.resolve()
    ordinary = peak([sys.executable, "-m", "benchmarks.ordinary_loop", "--data-root", str(root)])
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        config = RunConfig(
            dataset="mnist",
            data_root=str(root),
            teacher=TEACHER,
            student=STUDENT,
            teacher_epochs=1,
            epochs=1,
            batch_size=128,
        )
        run = store.create(config)
        start = {"command": "start", "run": run.id, "config": config.to_dict(), "store": folder}
        worker = peak([sys.executable, "-m", "kdcore.worker"], json.dumps(start))
        assert run.state == "finished", run.events()[-1]
    print(
        f"ordinary loop, one student: {ordinary:.0f} MiB; worker, teacher trained and two "
        f"students: {worker:.0f} MiB; ratio {worker / ordinary:.2f}"
    )


def peak(command: list[str], line: str = "") -> float:
    """Largest resident memory of a process in MiB at the moment when its job is done."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    while '"event":"finished"' not in process.stdout.readline():
        pass
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    process.kill()
    process.wait()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    main()
