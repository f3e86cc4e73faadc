"""Knowledge distillation as a stream of events.

Example:
    ``for event in Run(RunConfig(dataset="digits", temperature=4.0, epochs=5)): ...``
"""

from kdcore.job import Run
from kdcore.jobs.run.config import RunConfig
from kdcore.version import VERSION

__version__ = VERSION
__all__ = ["Run", "RunConfig"]
