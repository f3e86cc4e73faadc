"""Knowledge distillation as a stream of events.

Example:
    ``for event in Run(RunConfig(dataset="digits", temperature=4.0, epochs=5)): ...``
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kdcore.version import VERSION

if TYPE_CHECKING:
    from kdcore.catalogue import register_model
    from kdcore.distillation import Distilled, distil
    from kdcore.job import Run
    from kdcore.jobs.run.config import RunConfig

__version__ = VERSION
__all__ = ["Distilled", "Run", "RunConfig", "distil", "register_model"]

_PLACES = {
    "Distilled": "kdcore.distillation",
    "Run": "kdcore.job",
    "RunConfig": "kdcore.jobs.run.config",
    "distil": "kdcore.distillation",
    "register_model": "kdcore.catalogue",
}
"""Each is loaded when somebody asks for it: to import one part takes no other, or torch."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
