"""What a job can be written as, by the ending of the file."""

from kdcore.exports.events_table import TABLES

ARCHIVE = ".zip"
"""The whole job."""
NETWORKS = (".safetensors", ".pt2", ".onnx")
"""One learner of a run."""
FILES = (ARCHIVE, *TABLES, *NETWORKS)
