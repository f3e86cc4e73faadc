"""What a job says, as frozen records of JSON values; a file for each kind of job.

Arrays live in the run's folder; an event carries their file name.
"""

from kdcore.events.base import Event, finite
from kdcore.events.choice import ChoiceFinished, ChoiceStarted, TeacherJudged
from kdcore.events.preview import ClassCount, Example, Preview
from kdcore.events.revive import ENDS, KINDS, from_dict, from_json
from kdcore.events.run import (
    Batch,
    Epoch,
    Failed,
    Finished,
    Paused,
    Prepared,
    Progress,
    Resumed,
    Retuned,
    Snapshot,
    Started,
    TeacherEpoch,
)
from kdcore.events.scores import Cost, Diagnosis, EnsembleScores, Scores, StepScores, Taught
from kdcore.events.search import (
    SearchFinished,
    SearchPrepared,
    SearchStarted,
    TrialEnded,
    TrialScored,
    TrialStarted,
)
from kdcore.events.shrink import (
    Latency,
    Measured,
    ShrinkFinished,
    ShrinkStarted,
    StageBegan,
    StageEnded,
    StageEpoch,
)
from kdcore.events.sweep import (
    CellsEnded,
    CellsScored,
    GroupRetried,
    SweepFinished,
    SweepPrepared,
    SweepProgress,
    SweepStarted,
)

__all__ = [
    "ENDS",
    "KINDS",
    "Batch",
    "CellsEnded",
    "CellsScored",
    "ChoiceFinished",
    "ChoiceStarted",
    "ClassCount",
    "Cost",
    "Diagnosis",
    "EnsembleScores",
    "Epoch",
    "Event",
    "Example",
    "Failed",
    "Finished",
    "GroupRetried",
    "Latency",
    "Measured",
    "Paused",
    "Prepared",
    "Preview",
    "Progress",
    "Resumed",
    "Retuned",
    "Scores",
    "SearchFinished",
    "SearchPrepared",
    "SearchStarted",
    "ShrinkFinished",
    "ShrinkStarted",
    "Snapshot",
    "StageBegan",
    "StageEnded",
    "StageEpoch",
    "Started",
    "StepScores",
    "SweepFinished",
    "SweepPrepared",
    "SweepProgress",
    "SweepStarted",
    "Taught",
    "TeacherEpoch",
    "TeacherJudged",
    "TrialEnded",
    "TrialScored",
    "TrialStarted",
    "finite",
    "from_dict",
    "from_json",
]
