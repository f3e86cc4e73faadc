"""Weights in files: written, read, and fitted to the data of a run."""
