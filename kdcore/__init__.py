"""Knowledge distillation as a stream of events.

Example:
    ``for event in Run(RunConfig(dataset="digits", temperature=4.0, epochs=5)): ...``
"""

from typing import TYPE_CHECKING, Any

from kdcore.catalogue import register_model
from kdcore.job import Run
from kdcore.jobs.run.config import RunConfig
from kdcore.version import VERSION

if TYPE_CHECKING:
    from kdcore.distillation import Distilled, distil

__version__ = VERSION
__all__ = ["Distilled", "Run", "RunConfig", "distil", "register_model"]


def __getattr__(name: str) -> Any:
    """What needs torch is loaded when somebody asks for it."""
    if name in ("Distilled", "distil"):
        from kdcore import distillation  # noqa: PLC0415

        return getattr(distillation, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
