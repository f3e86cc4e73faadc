"""The networks of a run on corrupted and attacked images."""
