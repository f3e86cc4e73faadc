"""Every stage by name."""

from kdcore.training.compression.int8 import int8_dynamic, int8_learned, narrow_int8
from kdcore.training.compression.low_rank import low_rank
from kdcore.training.compression.narrow import narrow
from kdcore.training.compression.pruned import pruned
from kdcore.training.compression.student import Stage

MAKE: dict[str, Stage] = {
    "pruned": pruned,
    "narrow": narrow,
    "low_rank": low_rank,
    "int8_dynamic": int8_dynamic,
    "int8_learned": int8_learned,
    "narrow_int8": narrow_int8,
}
"""The keys of ``kdcore.jobs.compression.config.STAGES``."""
NEEDS_ENGINE = ("int8_dynamic", "int8_learned", "narrow_int8")
