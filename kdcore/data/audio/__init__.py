"""Recordings: read, brought to one rate and one length."""
