"""Where the store lies unless it is said otherwise; loads nothing, for who wants that alone."""

import os
import sys
from pathlib import Path


def default_root() -> Path:
    """``KDCORE_STORE``, or the platform's place for a program's data."""
    if given := os.environ.get("KDCORE_STORE"):
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "kdcore"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "kdcore"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "kdcore"
