"""What a job says, as frozen records of JSON values; here is what several kinds have in common.

Arrays live in the job's folder; an event carries their file name. Every kind of job has its own
events in ``kdcore.jobs.KIND.events``; once imported they are found here by name, too.
"""

from typing import TYPE_CHECKING, Any

from kdcore.events.base import EVENTS, Cancelled, Completed, Ended, Event, Failed, finite
from kdcore.events.codec import from_dict, from_json
from kdcore.events.controls import Paused, Resumed, Retuned
from kdcore.events.preview import ClassCount, Example, Preview
from kdcore.events.progress import Progress, TeacherEpoch
from kdcore.events.scores import (
    Cost,
    Diagnosis,
    DomainShift,
    EnsembleScores,
    Scores,
    StepScores,
    TeacherScores,
)
from kdcore.events.trees import TreeNode
from kdcore.events.uncertainty import COVERAGES, SCORES, SETS, ConformalScores, UncertaintyScores

__all__ = [
    "COVERAGES",
    "EVENTS",
    "SCORES",
    "SETS",
    "Cancelled",
    "ClassCount",
    "Completed",
    "ConformalScores",
    "Cost",
    "Diagnosis",
    "DomainShift",
    "Ended",
    "EnsembleScores",
    "Event",
    "Example",
    "Failed",
    "Paused",
    "Preview",
    "Progress",
    "Resumed",
    "Retuned",
    "Scores",
    "StepScores",
    "TeacherEpoch",
    "TeacherScores",
    "TreeNode",
    "UncertaintyScores",
    "finite",
    "from_dict",
    "from_json",
]


if not TYPE_CHECKING:  # whoever is checked names the module

    def __getattr__(name: str) -> Any:
        for event in EVENTS.values():
            if event.__name__ == name:
                return event
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
