"""Recordings: one file a source."""
