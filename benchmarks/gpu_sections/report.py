"""Rows, the machine that they were measured on, and both as a table and as JSON."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

from benchmarks.distill import processor
from kdcore import __version__

HELD, MISSED, MEASURED = "held", "missed", "measured"
"""What was asked for holds or not; or nothing was asked, the figure is told."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and what it says."""

    section: int
    what: str
    figure: str
    unit: str
    verdict: str

    @property
    def is_error(self) -> bool:
        """Whether the section broke off here."""
        return self.verdict.startswith("error")

    @property
    def is_bad(self) -> bool:
        """Whether something asked for does not hold, or the section broke off."""
        return self.is_error or self.verdict.startswith(MISSED)


def verdict(good: bool) -> str:
    """Of something that was asked for."""
    return HELD if good else MISSED


def not_run(section: int, what: str, why: str) -> Row:
    """A row for what was not measured."""
    return Row(section, what, "–", "–", f"not run: {why}")


def machine(device: str) -> dict[str, str]:
    """The device by its name, and the versions of what computes on it."""
    found = {
        "device": processor() if device == "cpu" else device,
        "kdcore": __version__,
        "torch": torch.__version__,
        "on": datetime.now(UTC).date().isoformat(),
    }
    if device == "cuda":
        about = torch.cuda.get_device_properties(0)
        found |= {
            "device": f"{about.name}, {about.total_memory / 2**30:.0f} GiB",
            "driver": _driver(),
            "CUDA": str(torch.version.cuda),
            "cuDNN": str(torch.backends.cudnn.version()),
            "processor": processor(),
        }
    return found | {"threads": str(torch.get_num_threads())}


def markdown(about: dict[str, str], rows: Sequence[Row], seconds: float) -> str:
    """The table, under a line with the machine."""
    lines = [
        ", ".join(f"{name} {value}" for name, value in about.items()) + f"; {seconds:.0f} s",
        "",
        "| | what | figure | unit | verdict |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        cells = (str(row.section), row.what, row.figure, row.unit, row.verdict)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def write(file: Path, about: dict[str, str], rows: Sequence[Row], seconds: float) -> None:
    """The table, and the same as JSON beside it."""
    file.write_text(markdown(about, rows, seconds) + "\n", encoding="utf-8")
    values = {"machine": about, "seconds": round(seconds, 1), "rows": [asdict(row) for row in rows]}
    text = json.dumps(values, indent=1, ensure_ascii=False)
    file.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def _driver() -> str:
    """Version of the driver, as it says itself."""
    if not (program := shutil.which("nvidia-smi")):
        return "unknown"
    asked = [program, "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return (said.splitlines() or ["unknown"])[0].strip()
