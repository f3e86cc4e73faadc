"""A run of MLflow: in a database file unless ``MLFLOW_TRACKING_URI`` names a server."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient

from kdcore.exports.scalars import Scalars

DATABASE = "mlflow.db"
EXPERIMENT = "kdcore"
LONGEST = 500
"""Characters of a setting's value."""
AT_ONCE = 100
"""Settings in one request."""


class Tracker:
    """Numbers by step; the teacher's by its epochs.

    Args:
        run: its id.
        settings: of the run.
        folder: in which ``mlflow.db`` is made where no server is named.
    """

    def __init__(self, run: str, settings: Mapping[str, Any], folder: Path) -> None:
        own = f"sqlite:///{(folder / DATABASE).resolve()}"
        self._uri = os.environ.get("MLFLOW_TRACKING_URI") or own
        self._client = MlflowClient(tracking_uri=self._uri)
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
        known = self._client.get_experiment_by_name(name)
        experiment = known.experiment_id if known else self._client.create_experiment(name)
        begun = self._client.create_run(experiment, run_name=run)
        self._run = begun.info.run_id
        params = [Param(key, str(value)[:LONGEST]) for key, value in settings.items()]
        for at in range(0, len(params), AT_ONCE):
            self._client.log_batch(self._run, params=params[at : at + AT_ONCE])

    def log(self, scalars: Scalars) -> None:
        """Add numbers of one moment."""
        now = int(time.time() * 1000)
        self._client.log_batch(
            self._run,
            metrics=[
                Metric(name, value, now, scalars.at) for name, value in scalars.values.items()
            ],
        )

    def close(self) -> str:
        """Write what is left; where it lies."""
        self._client.set_terminated(self._run)
        return self._uri
