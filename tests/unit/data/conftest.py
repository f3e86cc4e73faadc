from collections.abc import Callable
from pathlib import Path

import pytest
from support.files import collect

from kdcore.data import Dataset, load_dataset
from kdcore.errors import UserError
from kdcore.events import Progress
from kdcore.jobs.run.config import RunConfig


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Dataset]:
    """A data set by name or path, its progress in ``load.progress``."""

    def load(dataset: object, **settings: object) -> Dataset:
        config = RunConfig(dataset=str(dataset), **settings)
        told, result = collect(load_dataset(config, tmp_path / "store"))
        load.progress = told
        assert told, "loading says how far it is"
        assert all(isinstance(event, Progress) for event in told)
        return result

    return load


@pytest.fixture
def refusal(load) -> Callable[..., UserError]:
    """The error that loading raises."""

    def refusal(dataset: object, **settings: object) -> UserError:
        with pytest.raises(UserError) as caught:
            load(dataset, **settings)
        assert "\n" not in str(caught.value)
        return caught.value

    return refusal


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """``csv(text)``: a file with that text."""

    def csv(text: str | bytes, name: str = "own.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return csv


@pytest.fixture
def noted() -> Callable[[Dataset], dict[str, dict[str, object]]]:
    """The notes of a data set: their values by code."""
    return lambda data: {note.code: note.values for note in data.notes}
