"""A learner of a run as a file, which another process writes: what writes it needs torch."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dashboard.server.engine import store
from kdcore.errors import UserError

PATIENCE = 300.0
"""Seconds that the process may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedNetwork:
    """The file, and how its answers compare with the network's."""

    contents: bytes
    examples: int = 0
    """Random inputs that were compared; none where the file is the weights themselves."""
    difference: float = 0.0
    """Largest one between two logits."""
    same_class: int = 0
    """Inputs with the same likeliest class."""


def exported_network(run: str, learner: str, ending: str) -> ExportedNetwork:
    """The learner of a run that is over, as ``kdcore export`` writes it.

    Args:
        run: its id.
        learner: ``teacher``, ``plain`` or ``distilled``.
        ending: one of ``kdcore.exports.kinds.NETWORKS``.

    Raises:
        UserError: it cannot be written, or the process did not end.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"network{ending}"
        asked = ["--to", str(path), "--learner", learner, "--json", "--store", str(store().root)]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "kdcore", "export", run, *asked],
                capture_output=True,
                encoding="utf-8",
                timeout=PATIENCE,
                check=False,
                env={"OMP_NUM_THREADS": "1"} | dict(os.environ),
            )
        except subprocess.TimeoutExpired:
            cause = f"> {PATIENCE:.0f} s"
            raise UserError("export_not_possible", file=ending, cause=cause) from None
        told = json.loads((done.stdout.splitlines() or ["{}"])[-1])
        if "code" in told:
            raise UserError(told["code"], **told["values"])
        if done.returncode:
            cause = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
            raise UserError("export_not_possible", file=ending, cause=cause)
        del told["written"]
        return ExportedNetwork(contents=path.read_bytes(), **told)
