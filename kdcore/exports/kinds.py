"""What a job can be written as, by the ending of the file."""

ARCHIVE = ".zip"
"""The whole job."""
TABLES = (".csv", ".json", ".parquet")
"""All its events."""
NETWORKS = (".safetensors", ".pt2", ".onnx")
"""One learner of a run."""
FILES = (ARCHIVE, *TABLES, *NETWORKS)
