"""Knowledge distillation as a stream of events.

Example:
    ``for event in Run(RunConfig(dataset="digits", temperature=4.0, epochs=5)): ...``
"""

from kdcore.config import RunConfig
from kdcore.run import Run

__version__ = "0.1.0"
__all__ = ["Run", "RunConfig"]
