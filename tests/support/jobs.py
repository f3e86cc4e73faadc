"""One job of every kind, and settings files that are none."""

from kdcore.jobs.compression.config import CompressionConfig
from kdcore.jobs.recipe.config import RecipeConfig
from kdcore.jobs.recognition.config import RecognitionConfig
from kdcore.jobs.regression.config import RegressionConfig
from kdcore.jobs.robustness.config import RobustnessConfig
from kdcore.jobs.run.config import RunConfig
from kdcore.jobs.search.config import SearchConfig
from kdcore.jobs.sweep.config import SweepConfig
from kdcore.jobs.teacher_selection.config import TeacherSelectionConfig

CONFIGS = {
    "run": RunConfig(),
    "sweep": SweepConfig(),
    "search": SearchConfig(),
    "teacher_selection": TeacherSelectionConfig(teachers=("mlp:8", "mlp:16")),
    "compression": CompressionConfig(run="20260101-000000-aaaa"),
    "robustness": RobustnessConfig(run="20260101-000000-aaaa"),
    "regression": RegressionConfig(),
    "recipe": RecipeConfig(recipe="controls", quick=True),
    "recognition": RecognitionConfig(),
}
"""By the name of the kind."""

DAMAGE = {
    "empty": b"",
    "torn": b'{"dataset": "dig',
    "foreign": b'{"name": "left-pad", "version": "1.3.0"}',
    "a list": b"[1, 2, 3]",
    "a value": b"7",
    "no text": b"\xff\xfe\x00\x00",
    "nested": b"[" * 100_000,
    "nothing": b"{}",
    "a number for a text": b'{"dataset": 5}',
    "a text for a number": b'{"epochs": "5"}',
    "a number below": b'{"base": {"dataset": 5}}',
    "another kind": b'{"dataset": ["digits"], "temperature": {"a": 1}}',
}
"""What a ``config.json`` may hold that no job can be read from."""
