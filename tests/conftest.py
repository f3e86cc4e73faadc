import os
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("here", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("here")


@pytest.fixture(autouse=True)
def own_store(tmp_path, monkeypatch):
    """No test sees or touches the store of the person who runs it."""
    monkeypatch.setenv("KDCORE_STORE", str(tmp_path / "store"))
    monkeypatch.delenv("KDCORE_DATA", raising=False)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with MNIST and the other real data, where there is one."""
    root = Path(__file__).parents[1]
    place = Path(os.environ.get("KDCORE_TEST_DATA", root.parent / "shared" / "data"))
    if not (place / "MNIST").is_dir():
        pytest.skip("no folder of real data: set KDCORE_TEST_DATA")
    return place
